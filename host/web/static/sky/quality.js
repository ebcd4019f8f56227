// How well the sky is drawn: chosen by how long frames take, unless somebody has chosen.

// LEVELS from the plainest on. ratio: pixels of the screen for each of the page, at most;
// surface, clouds: pixels a side of painted worlds and skies; hulls: how much larger than
// usual a hull has to be to be drawn whole; sparks: of explosions, of a full one; smooth:
// edges are smoothed.
export const LEVELS = [
  { name: "low", ratio: 0.75, surface: 128, clouds: 256, hulls: 3, sparks: 0.3, rocks: 160, smooth: false },
  { name: "medium", ratio: 1, surface: 256, clouds: 512, hulls: 1.4, sparks: 0.7, rocks: 380, smooth: true },
  { name: "high", ratio: 2, surface: 512, clouds: 1024, hulls: 1, sparks: 1, rocks: 700, smooth: true },
];

const SLOW = 1 / 42, QUICK = 1 / 57; // seconds of a frame beyond which, and below which, another level is tried
const LOOK = 90; // frames that are looked at together
const PATIENCE = 8; // quick looks in a row before more is tried; four times as many after each time it was too much
const BREAK = 0.25; // seconds between two frames that are no slow frame: nobody looked

export class Quality {
  #frames = 0;
  #seconds = 0;
  #quick = 0;
  #patience = PATIENCE;

  // chosen is the name of a level, or anything else for what suits.
  constructor(chosen) {
    const at = LEVELS.findIndex(({ name }) => name === chosen);
    this.free = at < 0;
    this.at = this.free ? 1 : at;
  }

  get level() {
    return LEVELS[this.at];
  }

  // frame counts one that came so many seconds after the one before. It says whether there
  // is another level now.
  frame(seconds) {
    if (!this.free || seconds > BREAK || seconds <= 0) return false;
    this.#seconds += seconds;
    if (++this.#frames < LOOK) return false;
    const mean = this.#seconds / this.#frames;
    this.#frames = this.#seconds = 0;
    if (mean > SLOW) return this.#to(this.at - 1);
    this.#quick = mean < QUICK ? this.#quick + 1 : 0;
    return this.#quick >= this.#patience && this.at < LEVELS.length - 1 && this.#to(this.at + 1);
  }

  #to(at) {
    this.#quick = 0;
    if (at < 0) return false;
    if (at < this.at) this.#patience *= 4;
    this.at = at;
    return true;
  }
}
