// The selected thing and what can be done with it.
import { t } from "../words.js";
import { el, say, show } from "./dom.js";
import { mark } from "./keys.js";
import { figures } from "./figures.js";
import { distance, kindName, speed } from "./format.js";
import { Fight } from "../fight.js";
import { modeName } from "../motion.js";
import { standing } from "../standing.js";

const RANGES = [500, 1_000, 2_500, 5_000, 10_000, 20_000, 30_000];
const LANDINGS = [0, 10_000, 50_000, 100_000];

// ORDERS in the order of their buttons: the names of their keys (see KEYS), who they are for,
// and what they send.
export const ORDERS = [
  { key: "approach", cmd: "approach", args: (t) => ({ id: t.id }) },
  { key: "align", cmd: "align", args: (t) => ({ id: t.id }) },
  { key: "look", cmd: "look", args: (t) => ({ id: t.id }) },
  { key: "lock", cmd: "lock", vessel: true },
  { key: "use", cmd: "dock", args: (t) => ({ station: t.id }), only: "station" },
  { key: "use", cmd: "jump", args: (t) => ({ gate: t.id }), only: "gate" },
  { key: "use", cmd: "loot", args: (t) => ({ id: t.id }), only: "wreck", fits: (t) => t.kind === "wreck" || t.kind === "container" },
  { key: "take_up", cmd: "take_up", args: (t) => ({ id: t.id }), only: "container", fits: (t) => t.kind === "container" && t.type !== "" },
  { key: "use", cmd: "mine", only: "belt" },
  { key: "orbit", cmd: "orbit", args: (t, v) => ({ id: t.id, range: v.range }) },
  { key: "keep", cmd: "keep", args: (t, v) => ({ id: t.id, range: v.range }) },
  { key: "warp", cmd: "warp", args: (t, v) => ({ id: t.id, range: v.landing }) },
  { cmd: "fleet_invite", args: (t) => ({ id: t.owner }), fits: (t, fleet) => t.owner > 0 && !fleet.has(t.owner) && (fleet.id === null || fleet.commands) },
  { cmd: "talk", fits: (t) => t.owner > 0 },
  { cmd: "fleet_broadcast", args: (t) => ({ kind: "target", id: t.id }), fits: (t, fleet) => fleet.id !== null && Fight.vessel(t) },
  { cmd: "fleet_warp", args: (t, v) => ({ id: t.id, range: v.landing }), fits: (t, fleet) => fleet.commands },
];

// KEYS that pilots know, by name: several orders share one, since only one of them fits a thing.
export const KEYS = { approach: "Q", align: "A", look: "V", lock: "L", use: "D", take_up: "U", orbit: "W", keep: "E", warp: "S" };

export class Selected {
  // does holds what an order of the name does on the page: {look(id), lock(id), talk(id), mine(id)}; belt(id), which says what one holds, and mines(), whether any laser is at work.
  constructor(root, { game, fight, fleet, types }, act, does, bindings) {
    Object.assign(this, { root, game, fight, fleet, types, act, does, bindings });
    this.title = root.querySelector("h2");
    this.facts = root.querySelector(".facts");
    this.answer = root.querySelector(".looked");
    this.values = { range: 1_000, landing: 0 };
    this.#build(root.querySelector(".commands"));
    game.on("selection", () => this.#draw());
    fleet.on("changed", () => this.#draw());
    game.on("rules", () => this.#landings());
    this.#draw();
  }

  // thing is what is selected and is not ourselves.
  get thing() {
    const { game } = this;
    return game.selected !== null && game.selected !== game.ship ? game.sim.find(game.selected) ?? null : null;
  }

  // order does one of ORDERS by the name of its key; it says whether there was one to do.
  order(key) {
    const { thing } = this;
    const order = thing && ORDERS.find((o) => o.key === key && this.#fits(o, thing));
    if (!order) return false;
    this.#do(order);
    return true;
  }

  // choices are the orders that fit a thing, for a menu: {label, note, run}.
  choices(thing) {
    return ORDERS.filter((o) => this.#fits(o, thing)).map((order) => ({
      label: this.#label(order, thing), note: order.key ? this.bindings.key(order.key) : "",
      run: () => {
        this.game.select(thing.id);
        this.#do(order);
      },
    }));
  }

  #label({ cmd }, thing) {
    if (cmd === "lock" && this.fight.locks.has(thing.id)) return t("order.unlock");
    if (cmd === "mine" && this.does.mines()) return t("order.mine_stop");
    return t(`order.${cmd}`);
  }

  // use does what one most likely wants of the thing: to dock, jump or loot, to lock a
  // foe, or else to fly there.
  use() {
    const { thing, game } = this;
    if (!thing) return;
    const near = game.distance(thing) < game.rules.warp_from;
    const hostile = standing(thing, game, this.fleet, this.fight) === "hostile";
    const cmd = { station: "dock", gate: "jump", wreck: "loot", container: "loot" }[thing.kind] ?? (hostile && near ? "lock" : near ? "approach" : "warp");
    this.#do(ORDERS.find((o) => o.cmd === cmd));
  }

  #fits(order, thing) {
    if (order.vessel) return Fight.vessel(thing);
    return order.fits ? order.fits(thing, this.fleet) : !order.only || order.only === thing.kind;
  }

  update() {
    const thing = this.game.sim.find(this.game.selected);
    if (!thing) return;
    const parts = [thing.type || kindName(thing), distance(this.game.distance(thing))];
    if (thing.velocity > 0.5) parts.push(speed(thing.velocity));
    if (thing.tau && thing.mode) parts.push(modeName(thing.mode).toLowerCase());
    if (thing.dest_name) parts.push(t("selected.leads", thing));
    const stands = standing(thing, this.game, this.fleet, this.fight);
    if (stands && stands !== "own") parts.unshift(t(`standing.${stands}`));
    if (this.game.lairs.has(thing.id)) parts.push(t("selected.pirates"));
    const near = this.game.distance(thing) <= this.game.rules.reach(thing);
    for (const { order, button } of this.buttons) if (order.only) button.classList.toggle("primary", near);
    const health = this.fight.health.get(thing.id);
    if (health && Fight.vessel(thing)) {
      const [shield, armour, hull] = health.map((part) => Math.round(part * 100));
      parts.push(t("selected.health", { shield, armour, hull }));
    }
    say(this.lock, t(this.fight.locks.has(thing.id) ? "order.unlock" : "order.lock"));
    say(this.mine, t(this.does.mines() ? "order.mine_stop" : "order.mine"));
    say(this.facts, parts.filter(Boolean).join(" \u00b7 "));
  }

  async #do({ cmd, args }) {
    const { thing } = this;
    if (!thing) return;
    this.does[cmd]?.(thing.id);
    if (!args) return;
    const answer = await this.act(cmd, args(thing, this.values));
    if (cmd === "look" && answer) this.#tellAll(thing, answer.result);
  }

  // tellAll writes what a look found, and the figures of what kind of thing it is.
  async #tellAll(thing, found) {
    const type = thing.tau && thing.type ? await this.types.get(thing.type) : null;
    if (this.game.selected !== thing.id) return;
    const rock = thing.kind === "belt" ? await this.does.belt(thing.id) : "";
    const own = text(found);
    const kind = type ? figures(type).map(([label, words]) => `${label}: ${words}`).join("\n") : "";
    say(this.answer, [own, rock, kind].filter(Boolean).join("\n"));
    show(this.answer, this.answer.textContent !== "");
  }

  #build(box) {
    this.buttons = ORDERS.map((order) => {
      const button = el("button", { type: "button" }, t(`order.${order.cmd}`));
      button.addEventListener("click", () => this.#do(order));
      return { order, button };
    });
    const keys = () => this.buttons.forEach(({ order, button }) => mark(button, order.key ? this.bindings.key(order.key) : "", t(`order.${order.cmd}`)));
    this.bindings.on("changed", keys);
    keys();
    const button = (cmd) => this.buttons.find((b) => b.order.cmd === cmd).button;
    const select = (name, label, list) => {
      const node = el("select", { "aria-label": label }, ...list.map((v) => el("option", { value: v }, v ? distance(v).replace(".0", "") : "0 km")));
      node.value = this.values[name];
      node.addEventListener("change", () => (this.values[name] = Number(node.value)));
      return node;
    };
    this.lock = button("lock");
    this.mine = button("mine");
    const plain = ["approach", "align", "look"].map(button);
    const ring = el("div.pair", {}, button("orbit"), button("keep"), select("range", t("selected.range"), RANGES));
    this.landing = select("landing", t("selected.landing"), LANDINGS);
    const warp = el("div.pair", {}, button("warp"), this.landing, button("lock"), button("dock"), button("jump"), button("loot"), button("take_up"), button("mine"));
    const others = el("div.pair.others", {}, ...["fleet_invite", "talk", "fleet_broadcast", "fleet_warp"].map(button));
    box.append(...plain, ring, warp, others);
  }

  // landings leaves out what is farther off than one may land.
  #landings() {
    const { warp_range: most } = this.game.rules;
    for (const option of this.landing.options) show(option, Number(option.value) <= most);
    if (this.values.landing > most) this.landing.value = this.values.landing = 0;
  }

  #draw() {
    const { thing, game } = this;
    const own = game.selected !== null && game.selected === game.ship;
    this.root.dataset.empty = String(!thing);
    document.body.dataset.selected = String(thing !== null);
    show(this.answer, false);
    say(this.title, thing ? thing.name || thing.type || kindName(thing) : t(own ? "selected.own" : "selected.none"));
    show(this.facts, thing !== null);
    if (!thing) return;
    for (const { order, button } of this.buttons) show(button, this.#fits(order, thing));
    this.update();
  }
}

// What the panel shows anyway.
const SHOWN = new Set(["id", "kind", "name", "type", "distance", "speed", "mode", "dest", "owner"]);

// text is what a look found: a text, or a table of facts.
function text(found) {
  if (typeof found === "object" && found !== null) return found.text ?? found.description ?? facts(found);
  return found === true ? "" : String(found ?? "");
}

// facts puts a table into words, one a line: "radius: 2.5 km".
function facts(table) {
  return Object.entries(table)
    .filter(([k, v]) => !SHOWN.has(k) && ["string", "number", "boolean"].includes(typeof v))
    .map(([k, v]) => `${k.replaceAll("_", " ")}: ${k === "radius" ? distance(v) : typeof v === "number" ? Math.round(v * 100) / 100 : v}`)
    .join("\n");
}
