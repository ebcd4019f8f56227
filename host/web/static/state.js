// All the page knows, and what the server's events change in it. Views listen
// and ask; nothing here touches the document.
import { Emitter } from "./emitter.js";
import { Sim } from "./sim.js";
import { length, sub } from "./vec.js";

const CHAT_LINES = 200;

// Game emits:
//   welcome            we are somebody: me, shard and release are set
//   system             another system, or docked, or undocked
//   hangar             the hangar's contents came
//   selection          selected changed
//   route              route or destination changed
//   destination(name)  the player chose one; empty for none
//   chat(line)         a line was said
//   notice(notice)     something for a toast: {kind, title, text}, with place where it is about that
export class Game extends Emitter {
  constructor() {
    super();
    this.sim = new Sim();
    this.map = null; // StarMap, once loaded
    this.forget();
  }

  // forget returns to the state before a sign-in; the map stays.
  forget() {
    this.me = null;
    this.shard = { name: "", kind: "", release: null };
    this.system = null;
    this.docked = null;
    this.ship = null;
    this.hangar = null;
    this.selected = null;
    this.destination = null;
    this.route = null;
    this.wished = null; // name of the route's end as the server keeps it
    this.autopilot = false;
    this.chat = [];
    this.sim.enter([]);
  }

  // own is the player's ship as a body in space, if it is there.
  get own() {
    return this.sim.bodies.get(this.ship) ?? null;
  }

  // handle takes one event of the server at a time in seconds.
  handle(message, now) {
    this.#events[message.ev]?.(message, now);
    this.emit("message", message, now);
  }

  select(id) {
    const next = id !== null && this.sim.find(id) ? id : null;
    if (next === this.selected) return;
    this.selected = next;
    this.emit("selection");
  }

  // fly sets where the route ends; null ends it.
  fly(to) {
    this.destination = to;
    this.emit("destination", this.map?.get(to)?.name ?? "");
    this.#plan();
  }

  // useMap takes the star map once it has been fetched.
  useMap(map) {
    this.map = map;
    this.#follow();
    this.#plan();
  }

  // follow takes over the destination that the server keeps for us.
  #follow() {
    const system = this.wished === null ? null : this.map?.named(this.wished);
    if (!system || system.id === this.destination || system.id === this.system?.id) return;
    this.destination = system.id;
    this.#plan();
  }

  // nextGate is the celestial that leads to the next system of the route.
  get nextGate() {
    if (!this.route || this.route.length < 2) return null;
    for (const c of this.sim.celestials.values()) {
      if (c.kind === "gate" && c.dest === this.route[1]) return c;
    }
    return null;
  }

  // distance between our ship's hull and something else's, in metres.
  distance(thing) {
    const own = this.own;
    if (!own || !thing) return null;
    const between = length(sub(thing.pos, own.pos));
    return Math.max(0, between - own.radius - (thing.radius ?? 0));
  }

  #plan() {
    this.route = null;
    if (this.map && this.system && this.destination !== null) {
      if (this.destination === this.system.id) {
        const name = this.system.name;
        this.destination = null;
        this.emit("notice", { kind: "good", title: "Arrived", text: `${name} was the end of your route.` });
      } else {
        this.route = this.map.route(this.system.id, this.destination);
      }
    }
    this.emit("route");
  }

  #events = {
    welcome: (m) => {
      this.me = m.player;
      this.shard = { name: m.shard ?? "", kind: m.kind ?? "", release: m.release ?? null };
      this.emit("welcome");
    },
    system: (m) => {
      const { celestials = [], docked = null, ship = null, ...facts } = m;
      const moved = this.system?.id !== facts.id;
      this.system = facts;
      this.docked = docked || null;
      this.ship = ship || null;
      this.sim.enter(celestials);
      if (moved || this.docked) this.select(null);
      if (!this.docked) this.hangar = null;
      this.emit("system");
      this.#plan();
    },
    snapshot: (m, now) => {
      if (m.you) this.ship = m.you;
      this.sim.snapshot(m, now);
      this.#stillThere();
    },
    delta: (m, now) => {
      this.sim.delta(m, now);
      this.#stillThere();
    },
    chat: (m) => {
      const line = { channel: m.channel ?? "local", from: m.from ?? "", text: m.text ?? "" };
      this.chat.push(line);
      if (this.chat.length > CHAT_LINES) this.chat.shift();
      this.emit("chat", line);
    },
    reload: (m) => {
      if (m.release !== undefined && m.ok) this.shard.release = m.release;
      this.emit("notice", reloadNotice(m));
      this.emit("welcome");
    },
    announce: (m) => this.emit("notice", { kind: "announce", title: "Announcement", text: m.text ?? "" }),
    notice: (m) => this.emit("notice", { kind: "info", title: m.text ?? "", place: true }),
    closing: (m) => {
      const title = m.code === "shutdown" ? "The server is stopping" : "The server ended the connection";
      this.emit("notice", { kind: "bad", id: "closing", title, text: m.reason ?? "" });
    },
    hangar: (m) => {
      this.hangar = { ships: listed(m.ships), items: listed(m.items) };
      this.emit("hangar");
    },
    route: (m) => {
      this.wished = m.to ?? null;
      this.#follow();
    },
    autopilot: (m) => {
      this.autopilot = m.on === true;
      if (m.text) this.emit("notice", { kind: "info", title: m.text });
      this.emit("route");
    },
    dilation: (m) => this.sim.dilate(m.factor, m.at ?? 0),
    queue: (m) => this.emit("notice", queueNotice(m)),
  };

  #stillThere() {
    if (this.selected !== null && !this.sim.find(this.selected)) this.select(null);
  }
}

// listed is a list that came from a script, where an empty one arrives as {}.
export function listed(value) {
  return Array.isArray(value) ? value : [];
}

// queueNotice tells somebody who waits for a seat in a full system how they stand.
export function queueNotice({ place, of, system, seconds }) {
  if (place === null || place === undefined) {
    return { kind: "info", id: "queue", title: `The seat in ${system} went to somebody else`, text: "Jump again to queue." };
  }
  if (place === 0) {
    const text = seconds > 0 ? `A seat is kept for you for ${Math.round(seconds)} seconds: jump now.` : "It is your turn.";
    return { kind: "good", id: "queue", title: `There is room in ${system}`, text };
  }
  return { kind: "info", id: "queue", title: `${system} is full`, text: `You are number ${place} of ${of} in the queue.` };
}

// reloadNotice says in a toast's words what a reload did. files is a list of
// names; the message of a refusal starts with file and line. The next reload's
// notice takes its place.
export function reloadNotice({ ok, release, files, message }) {
  const names = Array.isArray(files) ? files.map(String) : files ? [String(files)] : [];
  const few = names.length > 3 ? `${names.slice(0, 3).join(", ")} and ${names.length - 3} more` : names.join(", ");
  if (!ok) {
    return { kind: "bad", id: "reload", title: "Code refused, the old code runs on", text: message || few || "No reason was given." };
  }
  const title = release !== undefined && release !== null ? `Code reloaded, release ${release}` : "Code reloaded";
  return { kind: "good", id: "reload", title, text: few || message || "" };
}
