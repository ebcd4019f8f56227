// How smooth the page runs: frames in a second, the longest gap between two, and
// what a frame costs. Shown where ships are only played.
import { t } from "../words.js";

export class Meter {
  #since = 0;
  #frames = 0;
  #work = 0;
  #worst = 0;
  #last = 0;

  constructor(root, visible) {
    this.root = root;
    root.hidden = !visible;
  }

  // count takes the times, in seconds, at which a frame began and ended.
  count(began, ended) {
    this.#frames++;
    this.#work += ended - began;
    if (this.#last) this.#worst = Math.max(this.#worst, began - this.#last);
    this.#last = began;
    if (began - this.#since < 1) return;
    const rate = this.#frames / (began - this.#since);
    if (!this.root.hidden) {
      this.root.textContent = t("meter.line", { rate: rate.toFixed(0), work: ((this.#work / this.#frames) * 1000).toFixed(1), worst: (this.#worst * 1000).toFixed(0) });
    }
    this.#since = began;
    this.#frames = this.#work = this.#worst = 0;
  }
}
