// The log of what happened to the pilot: hits and warnings as the page saw them, and the
// journal that the server keeps (journal.js). It outlives a reload of the page.
import { Emitter } from "./emitter.js";

const KEPT = 300; // lines
const NAME = "log";

// Log emits added(line), for one at the end, and cleared, for anything else. A line is {at (ms since 1970), text, kind, where}.
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

  // add puts a line where it belongs by its time, which is now where none is named.
  // hit is a line of a fight, of which there are many.
  add(text, kind, where = "", at = this.now(), hit = false) {
    const line = hit ? { at, text, kind, where, hit } : { at, text, kind, where };
    let place = this.lines.length;
    while (place > 0 && this.lines[place - 1].at > at) place--;
    this.lines.splice(place, 0, line);
    const last = place === this.lines.length - 1;
    if (this.lines.length > KEPT) this.lines.shift();
    this.#due ??= this.later(() => this.flush());
    this.emit(last ? "added" : "cleared", line);
  }

  // flush writes what is not written yet.
  flush() {
    this.#due = null;
    this.keep.set(NAME, this.lines);
  }
}
