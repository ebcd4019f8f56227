// All the page knows, and what the server's events change in it. Views listen
// and ask; nothing here touches the document.
import { Emitter } from "./emitter.js";
import { queueNotice, reloadNotice, testsNotice } from "./notices.js";
import { Rules } from "./rules.js";
import { Sim } from "./sim.js";
import { length, sub } from "./vec.js";
import { t } from "./words.js";

// Game emits:
//   welcome            we are somebody: me, shard and release are set
//   shutdown (m)       the shard goes down in m.seconds, for m.reason; null: it goes on
//   system             another system, or docked, or undocked
//   hangar             the hangar's contents came
//   selection          selected changed
//   route              route or destination changed
//   destination(name)  the player chose one; empty for none
//   rules              the figures of the game came
//   goal               the pilot's goal changed
//   death              a loss was told, or put away
//   reloaded           other scripts run
//   notice(notice)     something for a toast: {kind, title, text}, with place where it is about that
export class Game extends Emitter {
  constructor() {
    super();
    this.sim = new Sim();
    this.map = null; // StarMap, once loaded
    this.rules = new Rules();
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
    this.errand = null; // {kind, id, words}: what is done once we are there
    this.goal = null; // {step, of, name, text, order, id}
    this.death = null; // the last loss, until it has been read
    this.lairs = new Set(); // ids of the places where pirates lurk here
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
        this.emit("notice", { kind: "good", title: t("notice.arrived"), text: t("notice.arrived_text", { name }) });
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
      this.emit("shutdown", m.shutdown ?? null);
    },
    shutdown: (m) => this.emit("shutdown", typeof m.seconds === "number" ? m : null),
    system: (m) => {
      const { celestials = [], docked = null, ship = null, ...facts } = m;
      const moved = this.system?.id !== facts.id;
      const stays = !moved && !this.docked && !docked && this.ship !== null && ship !== null;
      this.system = facts;
      if (moved) this.lairs.clear();
      this.docked = docked || null;
      this.ship = ship || null;
      this.sim.enter(celestials, stays);
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
    reload: (m) => {
      if (m.release !== undefined && m.ok) this.shard.release = m.release;
      this.emit("notice", reloadNotice(m));
      this.emit("welcome");
      if (m.ok) this.emit("reloaded");
    },
    tests: (m) => this.emit("notice", testsNotice(m)),
    announce: (m) => this.emit("notice", { kind: "announce", title: t("notice.announce"), text: m.text ?? "" }),
    notice: (m) => this.emit("notice", { kind: "info", title: m.text ?? "", place: true }),
    closing: (m) => {
      const title = t(m.code === "shutdown" ? "notice.stopping" : "notice.ended");
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
    rules: (m) => {
      this.rules.take(m);
      this.emit("rules");
    },
    errand: (m) => {
      this.errand = m.kind ? { kind: m.kind, id: m.id, words: m.words } : null;
      if (m.text) this.emit("notice", { kind: "info", title: m.text });
    },
    goal: (m) => {
      this.goal = m.step ? m : null;
      this.emit("goal");
    },
    death: (m) => {
      this.death = m;
      this.emit("death");
    },
    pirates: (m) => {
      this.lairs = new Set(listed(m.places));
      this.lairText = m.text ?? "";
      this.emit("lairs", m);
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

// rows is a list of lists. What scripts send with a hole in it comes as no list, and is left out.
export function rows(value) {
  return listed(value).filter(Array.isArray);
}
