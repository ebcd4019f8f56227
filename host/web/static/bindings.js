// Which key does what. Whoever plays may change it; it is kept in the browser and for all
// characters, since a keyboard belongs to a machine and to the hands before it, not to a pilot:
// another machine may have other keys in other places.
import { Emitter } from "./emitter.js";

const KEEP = "hotshard.keys";

// Keys that are never given away: they get one out of everything.
export const FIXED = new Set(["Escape", "Tab"]);

// usual are the keys where nobody chose others; orders are those for what is selected.
export const usual = (orders) => ({
  ...orders, stop: "Space", next: "F", ahead: "Z", foe: "H", previous: "[", following: "]",
  map: "M", ship: "I", cargo: "C", market: "B", industry: "Y", planets: "P", agents: "N", career: "X", scan: "R", fleet: "G", log: "J", help: "?",
  ranges: "T", camera: "K", view: "O", chat: "Enter", mute: ";", nearer: "+", farther: "-",
  turn_left: "ArrowLeft", turn_right: "ArrowRight", turn_up: "ArrowUp", turn_down: "ArrowDown",
  ...Object.fromEntries([..."123456789"].map((key) => [`module${key}`, key])),
});

// Bindings emits changed.
export class Bindings extends Emitter {
  #names = new Map(); // by key
  #keys = new Map(); // by name

  // keep is a shelf of keep.js; usual has the key of each name where nobody chose another.
  constructor(keep, usual) {
    super();
    Object.assign(this, { keep, usual });
    this.#load(keep.get(KEEP));
  }

  key(name) {
    return this.#keys.get(name) ?? "";
  }

  name(key) {
    return this.#names.get(key) ?? null;
  }

  // set gives a key to a name. Whoever had it gets the other's in exchange, so that nothing is
  // left without one. It returns the name that had it, or null.
  set(name, key) {
    if (FIXED.has(key) || !(name in this.usual)) return null;
    const before = this.key(name), had = this.name(key);
    if (had === name) return null;
    this.#names.delete(before);
    this.#give(name, key);
    if (had) this.#give(had, before);
    this.#store();
    return had;
  }

  // reset takes back all that was changed.
  reset() {
    this.#load(null);
    this.#store();
  }

  get changed() {
    return Object.keys(this.usual).some((name) => this.key(name) !== this.usual[name]);
  }

  #give(name, key) {
    this.#keys.set(name, key);
    if (key) this.#names.set(key, name);
  }

  // load takes what was kept where that fits: a name that is gone, or a key that two have, is
  // left out, so that what a later page adds has a key in any case.
  #load(kept) {
    this.#names.clear();
    this.#keys.clear();
    const own = new Map();
    for (const [name, key] of Object.entries(typeof kept === "object" && kept !== null ? kept : {})) {
      if (name in this.usual && typeof key === "string" && key && !FIXED.has(key) && ![...own.values()].includes(key)) own.set(name, key);
    }
    for (const [name, key] of own) this.#give(name, key);
    for (const [name, key] of Object.entries(this.usual)) {
      if (own.has(name)) continue;
      this.#keys.set(name, "");
      if (!this.#names.has(key)) this.#give(name, key);
    }
  }

  #store() {
    const changed = {};
    for (const name of Object.keys(this.usual)) if (this.key(name) !== this.usual[name]) changed[name] = this.key(name);
    this.keep.set(KEEP, Object.keys(changed).length ? changed : null);
    this.emit("changed");
  }
}

// keyOf is the key of an event as it is kept and shown: "A", "Space", "ArrowUp".
export function keyOf({ key }) {
  if (key === " ") return "Space";
  return key.length === 1 ? key.toUpperCase() : key;
}
