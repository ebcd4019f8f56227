// What is said, by channel. Which channels a pilot hears the server keeps; the lines
// the page keeps, so that they outlive its reload.
import { Emitter } from "./emitter.js";
import { listed } from "./state.js";

const KEPT = 200; // lines of all channels
const NAME = "talk";
export const LOCAL = "local", FLEET = "fleet", PRIVATE = "private", ALL = "all";

// Talk emits:
//   line(line)   somebody said something: {at, channel, from, id, to, text, mine, note}
//   channels     which there are, or which one is spoken in, or what is unread
export class Talk extends Emitter {
  constructor(game, fleet, keep, { now = () => Date.now() } = {}) {
    super();
    Object.assign(this, { game, fleet, keep, now });
    this.forget();
    game.on("message", (message) => this.#events[message.ev]?.(message));
    fleet.on("changed", () => this.#channels());
  }

  forget() {
    this.lines = [];
    this.joined = []; // asked for by the pilot
    this.always = []; // heard by everybody
    this.partner = null; // whom a private line goes to
    this.shown = ALL;
    this.unread = new Map(); // by channel
    this.emit("channels");
  }

  // open reads what was kept of the character the page now is.
  open() {
    const kept = this.keep.get(NAME);
    this.lines = Array.isArray(kept) ? kept.slice(-KEPT) : [];
    this.emit("channels");
  }

  // channels to choose from, the one with everything first.
  get channels() {
    const own = [...this.always, ...this.joined].filter((c, i, all) => all.indexOf(c) === i);
    const privates = this.partner || this.lines.some((l) => l.channel === PRIVATE);
    return [ALL, LOCAL, ...(this.fleet.id === null ? [] : [FLEET]), ...own, ...(privates ? [PRIVATE] : [])];
  }

  // target is where a line goes: the channel that is shown.
  get target() {
    return this.shown === ALL ? LOCAL : this.shown;
  }

  show(channel) {
    this.shown = this.channels.includes(channel) ? channel : ALL;
    this.read();
  }

  // read says that what is shown has been seen.
  read() {
    if (this.shown === ALL) this.unread.clear();
    else this.unread.delete(this.shown);
    this.emit("channels");
  }

  // with opens the private lines, to somebody.
  with(name) {
    this.partner = name;
    this.show(PRIVATE);
  }

  // say sends a line where it is spoken; act(cmd, args) resolves with {result} or null.
  say(text, act) {
    if (this.target === PRIVATE) return act("tell", { to: this.partner ?? "", text });
    return act("say", { channel: this.target, text });
  }

  async join(name, act) {
    const answer = await act("join", { channel: name });
    const channel = answer?.result?.channel;
    if (!channel) return;
    if (!this.joined.includes(channel)) this.joined.push(channel);
    this.history(channel, answer.result.lines);
    this.show(channel);
  }

  async leave(channel, act) {
    if (!(await act("leave", { channel }))) return;
    this.joined = this.joined.filter((c) => c !== channel);
    this.show(ALL);
  }

  // history puts in what was said before we came, as far as it is not known.
  history(channel, lines) {
    const known = new Set(this.lines.filter((l) => l.channel === channel).map((l) => `${l.from} ${l.text}`));
    const before = listed(lines).filter((l) => !known.has(`${l.from} ${l.text}`)).map((l) => ({ ...lineOf(l), at: null }));
    if (!before.length) return;
    this.lines = [...before, ...this.lines].slice(-KEPT);
    this.emit("channels");
  }

  // note is a line of the page's own about something. What was said last about it is
  // not said again.
  note(text, about) {
    if (this.lines.findLast((l) => l.note === about)?.text === text) return;
    this.#add({ at: this.now(), channel: LOCAL, from: "", text, note: about });
  }

  #add(line) {
    this.lines.push(line);
    if (this.lines.length > KEPT) this.lines.shift();
    this.keep.set(NAME, this.lines);
    if (!line.mine && !line.note && this.shown !== ALL && this.shown !== line.channel) {
      this.unread.set(line.channel, (this.unread.get(line.channel) ?? 0) + 1);
    }
    this.emit("line", line);
  }

  #channels() {
    if (!this.channels.includes(this.shown)) this.shown = ALL;
    this.emit("channels");
  }

  #events = {
    chat: (m) => {
      const line = { ...lineOf(m), at: this.now() };
      line.mine = line.from === this.game.me?.name;
      if (line.channel === PRIVATE && !line.mine) this.partner ??= line.from;
      this.#add(line);
    },
    channels: (m) => {
      this.joined = listed(m.joined);
      this.always = listed(m.always);
      this.#channels();
    },
  };
}

function lineOf({ channel = LOCAL, from = "", id, to, text = "" }) {
  const name = typeof from === "object" && from !== null ? from.name ?? "" : String(from);
  return { channel, from: name, id, to, text };
}
