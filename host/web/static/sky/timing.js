// How many milliseconds something took, of the last so many times.
const KEPT = 1_024;

export class Timing {
  #ms = new Float32Array(KEPT);
  times = 0;

  count(ms) {
    this.#ms[this.times++ % KEPT] = ms;
  }

  // summary is {mean, p99, longest}, all 0 where nothing was counted: 99 in 100 took p99 at most.
  get summary() {
    const all = this.#ms.slice(0, Math.min(KEPT, this.times)).sort(), count = all.length;
    if (count === 0) return { mean: 0, p99: 0, longest: 0 };
    return { mean: all.reduce((sum, ms) => sum + ms, 0) / count, p99: all[Math.min(count - 1, Math.floor(count * 0.99))], longest: all[count - 1] };
  }
}
