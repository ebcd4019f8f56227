// How long the page's own work for a frame took, of the last so many.
const KEPT = 1_024;

export class Timing {
  #ms = new Float32Array(KEPT);
  frames = 0;

  count(ms) {
    this.#ms[this.frames++ % KEPT] = ms;
  }

  get mean() {
    const all = this.#all();
    return all.length ? all.reduce((sum, ms) => sum + ms, 0) / all.length : 0;
  }

  // part is what so large a part of the frames did not exceed, in ms: 0.99, or 1 for the longest.
  part(share) {
    const all = this.#all().sort();
    return all.length ? all[Math.min(all.length - 1, Math.floor(all.length * share))] : 0;
  }

  #all() {
    return this.#ms.slice(0, Math.min(KEPT, this.frames));
  }
}
