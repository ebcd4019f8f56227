// What the page knows of a fight: how the own ship does, its modules, the locks
// it holds, how the others do and who fires at whom. It listens to the game's
// messages and asks once, on arrival, what the ship carries.
import { Emitter } from "./emitter.js";
import { listed, rows } from "./state.js";
import { t } from "./words.js";

const TOLD = 4; // lines of the report on the helm
const GONE = 20; // names of ships that are remembered
const SHOTS = 300; // weapons shown to fire at once, at most

// Fight emits:
//   changed            anything of the own ship, its modules, locks, or who locks it
//   told(text, kind, logged)  another line in the report
export class Fight extends Emitter {
  #asked = 0;

  // ask(cmd, args) resolves with an answer or null.
  constructor(game, ask) {
    super();
    this.game = game;
    this.ask = ask;
    this.safety = null; // null until the server speaks of it
    this.forget();
    game.on("message", (message, now) => this.#events[message.ev]?.(message, now));
  }

  // forget returns to a ship nothing is known of.
  forget() {
    this.condition = null; // {shield, armour, hull, capacitor}, each 0 to 1
    this.modules = []; // by slot: {slot, type, group, cycle, on, stopping, target, since}
    this.locks = new Map(); // by id: {done, since, seconds}
    this.health = new Map(); // by id: [shield, armour, hull], each 0 to 1
    this.shots = new Map(); // weapons at work: {from, to, type, guns, cycle, since}
    this.aimed = new Map(); // who locks us, by id: {name, done, since, seconds}
    this.foes = new Set(); // ids of those who have locked us or fired at us
    this.report = []; // {text, kind, at}, the newest last
    this.gone = new Map(); // names of the last that were destroyed, by id: their last hits are told after them
    this.emit("changed");
  }

  // load asks what the ship in space carries. An answer that comes after the ship
  // was left is of no use.
  async load() {
    const asked = ++this.#asked;
    if (!this.game.ship) return;
    const answer = await this.ask("ship");
    if (asked !== this.#asked || !answer) return;
    const { modules, shield, armour, hull, capacitor } = answer;
    this.modules = listed(modules).map((m) => ({ ...m, since: this.modules[m.slot - 1]?.since ?? 0 }));
    this.condition = typeof hull === "number" ? { shield, armour, hull, capacitor } : null;
    this.emit("changed");
  }

  // lock begins or ends a lock; act(cmd, args) resolves with {result} or null.
  async lock(id, act, now) {
    if (this.locks.has(id)) return void (await act("unlock", { id }));
    const answer = await act("lock", { id });
    const seconds = answer?.result?.seconds;
    // A lock that was there already is told again by the answer alone.
    if (typeof seconds === "number" && !this.locks.has(id)) this.#lock(id, seconds <= 0, seconds, now);
  }

  // use switches a module on, at what is selected if that is locked, or off.
  async use(slot, act) {
    const module = this.modules[slot - 1];
    if (!module) return;
    const { selected } = this.game;
    const target = this.locks.get(selected)?.done ? { id: selected } : {};
    const off = module.on && !module.stopping;
    const answer = await act(off ? "deactivate" : "activate", off ? { slot } : { slot, ...target });
    if (answer?.result?.slot === slot) this.#module(answer.result, module.since);
  }

  // setSafety asks for the pilot's safety switch to be on or off.
  async setSafety(on, act) {
    const answer = await act("safety", { on });
    if (typeof answer?.result?.on === "boolean") this.#safety(answer.result.on);
  }

  // vessel says whether a thing can be locked.
  static vessel(thing) {
    return ["ship", "npc", "pod", "missile"].includes(thing?.kind);
  }

  #lock(id, done, seconds, now) {
    this.locks.set(id, { done, seconds: seconds ?? 0, since: now });
    this.emit("changed");
  }

  #module(m, since) {
    this.modules[m.slot - 1] = { ...m, since };
    this.emit("changed");
  }

  // Of a lock on us the beginning and the end of the making are told; that it is lost is
  // seen.
  #aimed({ id, name, state, seconds }, now) {
    if (state === "lost") {
      this.aimed.delete(id);
    } else {
      const done = state === "locked";
      this.foes.add(id);
      this.aimed.set(id, { name, done, seconds: seconds ?? 0, since: now });
      this.say(`${t(done ? "fight.has_locked" : "fight.is_locking", { name })}.`, "bad", now);
    }
    this.emit("changed");
  }

  #safety(on) {
    this.safety = on;
    this.emit("changed");
  }

  // say adds a line to what the helm shows, of a fight or of anything else that the
  // pilot should see without opening a window. logged says whether it is for the log, too, and
  // "hit" that it is one of the many lines of a fight.
  say(text, kind, now, logged = true) {
    this.report.push({ text, kind, at: now });
    if (this.report.length > TOLD) this.report.shift();
    this.emit("told", text, kind, logged);
  }

  #name(id) {
    const thing = this.game.sim.find(id);
    return thing?.name || thing?.type || this.gone.get(id) || t("fight.somebody");
  }

  #events = {
    system: () => {
      this.forget();
      this.load();
    },
    safety: (m) => this.#safety(m.on !== false),
    condition: (m) => {
      if (m.id !== this.game.ship) return;
      const { shield, armour, hull, capacitor } = m;
      this.condition = { shield, armour, hull, capacitor };
      this.emit("changed");
    },
    module: (m, now) => this.#module(m, m.on && !this.modules[m.slot - 1]?.on ? now : this.modules[m.slot - 1]?.since ?? now),
    lock: (m, now) => {
      if (m.state !== "lost") return this.#lock(m.id, m.state === "locked", m.seconds, now);
      if (this.locks.delete(m.id)) this.emit("changed");
    },
    aimed: (m, now) => this.#aimed(m, now),
    health: (m) => {
      for (const [id, shield, armour, hull] of rows(m.ships)) this.health.set(id, [shield / 100, armour / 100, hull / 100]);
    },
    fire: (m, now) => {
      if (m.all) this.shots.clear();
      for (const [from, to, type, cycle, on] of rows(m.weapons)) {
        const key = `${from} ${to} ${type}`;
        const shot = this.shots.get(key);
        const guns = (shot?.guns ?? 0) + (on ? 1 : -1);
        if (guns <= 0) this.shots.delete(key);
        else if (shot) shot.guns = guns;
        else if (this.shots.size < SHOTS) this.shots.set(key, { from, to, type, guns, cycle: cycle > 0 ? cycle : 1, since: now });
      }
    },
    hits: (m, now) => {
      for (const { from } of listed(m.hits)) if (from) this.foes.add(from);
      for (const [text, kind] of reportHits(m, (id) => this.#name(id))) this.say(text, kind, now, "hit");
    },
    destroyed: (m, now) => {
      const mine = m.id === this.game.ship;
      this.gone.set(m.id, m.name || m.type || "");
      if (this.gone.size > GONE) this.gone.delete(this.gone.keys().next().value);
      const name = mine ? t("fight.your_ship") : m.name || m.type || t("fight.a_ship");
      for (const known of [this.locks, this.health, this.aimed, this.foes]) known.delete(m.id);
      this.emit("changed");
      // What one has lost or destroyed oneself is in the journal, which the server keeps.
      this.say(t(m.by_name ? "fight.destroyed_by" : "fight.destroyed", { name, by: m.by_name }), mine ? "bad" : "good", now, !mine && !(m.by && m.by === this.game.ship));
    },
  };
}

// reportHits puts the hits of a second into lines [text, kind], one for each other
// ship and direction: shots that missed are told only where none hit.
export function reportHits({ hits, more = 0 }, name) {
  const sums = new Map();
  for (const { to, from, points = 0 } of listed(hits)) {
    const key = to ? `to ${to}` : `from ${from}`;
    const sum = sums.get(key) ?? { id: to || from, mine: Boolean(to), points: 0 };
    sum.points += points;
    sums.set(key, sum);
  }
  const lines = [...sums.values()].map(({ id, mine, points }) => {
    const damage = points > 0 && points < 1 ? t("fight.less") : String(Math.round(points));
    if (mine) return [t(points > 0 ? "fight.hit" : "fight.miss", { name: name(id), damage }), "good"];
    return [t("fight.taken", { name: name(id), damage }), "bad"];
  });
  if (more > 0) lines.push([t("fight.more_hits", { points: Math.round(more) }), "info"]);
  return lines;
}
