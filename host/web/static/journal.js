// The pilot's journal, which the server keeps, in the log that the page keeps: one log of all
// that happened, on any machine. Each line has a number, so that none comes twice.
import { listed } from "./state.js";

const NAME = "journal"; // the number of the last line that is in the log

export class Journal {
  // ask(cmd, args) resolves with an answer or null.
  constructor(game, log, keep, ask) {
    Object.assign(this, { log, keep, ask });
    game.on("message", (m) => m.ev === "journal" && this.take(m.lines));
  }

  // open asks for what has happened since the page was here last.
  async open() {
    this.take((await this.ask("journal"))?.lines, true);
  }

  // whole says that these are all lines there are.
  take(lines, whole = false) {
    let last = this.keep.get(NAME) ?? 0;
    const all = listed(lines);
    // Who began anew, as on a shard whose data are new, has lines below the last one.
    if (whole && all.length && all.at(-1).n < last) last = 0;
    for (const { n, at, text, kind, where } of all) {
      if (n <= last) continue;
      last = n;
      this.log.add(text, kind === "good" || kind === "bad" ? kind : "info", where, at * 1_000);
    }
    this.keep.set(NAME, last);
  }
}
