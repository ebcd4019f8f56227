// The log of what happened to the pilot: hits, losses, warnings. It outlives a
// reload of the page.
import { Emitter } from "./emitter.js";

const KEPT = 300; // lines
const NAME = "log";

// Log emits added(line) and cleared. A line is {at (ms since 1970), text, kind, where}.
export class Log extends Emitter {
  #due = null;

  // later(fn) runs a function soon; now() is the time of day.
  constructor(keep, { later = (fn) => setTimeout(fn, 1_000), now = () => Date.now() } = {}) {
    super();
    Object.assign(this, { keep, later, now });
    this.lines = [];
  }

  // open reads what was kept of the character the page now is.
  open() {
    const kept = this.keep.get(NAME);
    this.lines = Array.isArray(kept) ? kept.slice(-KEPT) : [];
    this.emit("cleared");
  }

  add(text, kind, where = "") {
    const line = { at: this.now(), text, kind, where };
    this.lines.push(line);
    if (this.lines.length > KEPT) this.lines.shift();
    this.#due ??= this.later(() => this.flush());
    this.emit("added", line);
  }

  // flush writes what is not written yet.
  flush() {
    this.#due = null;
    this.keep.set(NAME, this.lines);
  }
}
