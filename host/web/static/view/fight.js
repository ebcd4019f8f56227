// The fight on the helm: bars for what is left of the ship, its modules with keys
// 1 to 9, the locked targets, the safety switch and a short report.
import { t } from "../words.js";
import { el, say, show } from "./dom.js";
import { summary } from "./figures.js";
import { distance } from "./format.js";

const BARS = ["shield", "armour", "hull", "capacitor"].map((key) => [key, t(`bar.${key}`)]);
const LOW = 0.3; // of a bar, below which it warns
const FADE = 7; // seconds a line of the report stays
const KEYS = 9;
const WARNINGS = 3; // of locks on us, by name

export class FightView {
  #bars = new Map();
  #buttons = [];
  #cards = new Map();

  constructor(root, fight, types, act, now) {
    Object.assign(this, { root, fight, types, act, now });
    this.figures = new Map(); // by module, in one line
    this.game = fight.game;
    this.ship = root.querySelector(".ship");
    this.modules = root.querySelector(".modules");
    this.targets = root.querySelector(".targets");
    this.report = root.querySelector(".report");
    this.aimed = root.querySelector(".aimed");
    this.safety = root.querySelector(".safety");
    this.safety.addEventListener("click", () => fight.setSafety(fight.safety === false, act));
    root.querySelector(".bars").append(...BARS.map(([key, label]) => this.#bar(key, label)));
    fight.on("changed", () => this.#draw());
    fight.on("told", () => this.update());
    this.#draw();
  }

  // update refreshes what changes by itself: distances, locks that are being made,
  // lines that have been read. Called a few times a second.
  update() {
    const now = this.now();
    const { report } = this.fight;
    while (report.length && now - report[0].at > FADE) report.shift();
    const lines = report.map(({ text, kind }) => `${kind}${text}`).join("\n");
    if (this.report.dataset.lines !== lines) {
      this.report.dataset.lines = lines;
      this.report.replaceChildren(...report.map(({ text, kind }) => el(`li.${kind}`, {}, text)));
    }
    for (const [id, card] of this.#cards) if (this.fight.locks.has(id)) this.#fillCard(id, card, now);
    const height = `${this.ship.offsetHeight}px`;
    if (document.body.style.getPropertyValue("--ship") !== height) document.body.style.setProperty("--ship", height);
  }

  // use switches the module with a number on or off; false where there is none.
  use(slot) {
    if (!this.fight.modules[slot - 1]) return false;
    this.fight.use(slot, this.act);
  }

  #draw() {
    const { condition, modules, safety } = this.fight;
    show(this.ship, Boolean(condition || modules.length || safety !== null));
    for (const [key, bar] of this.#bars) this.#fillBar(bar, condition?.[key]);
    show(this.safety, safety !== null);
    if (safety !== null) {
      say(this.safety, t(safety ? "fight.safety_on" : "fight.safety_off"));
      this.safety.setAttribute("aria-pressed", String(safety));
      this.safety.title = t(safety ? "fight.safety_on_title" : "fight.safety_off_title");
    }
    while (this.#buttons.length > modules.length) this.#buttons.pop().node.remove();
    while (this.#buttons.length < modules.length) this.#buttons.push(this.#button(this.#buttons.length + 1));
    for (const { type } of modules) this.#figures(type);
    modules.forEach((module, i) => this.#fillButton(this.#buttons[i], module));
    this.#drawTargets();
    this.#drawAimed();
    this.update();
  }

  #bar(key, label) {
    const fill = el("span"), value = el("b");
    const node = el("p.bar", { "data-bar": key }, el("span.name", {}, label), value, el("span.gauge", { "aria-hidden": "true" }, fill));
    this.#bars.set(key, { node, fill, value });
    return node;
  }

  #fillBar({ node, fill, value }, part) {
    show(node, part !== undefined);
    if (part === undefined) return;
    say(value, `${Math.round(part * 100)} %`);
    fill.style.transform = `scaleX(${Math.max(0, Math.min(1, part)).toFixed(3)})`;
    node.dataset.low = String(part < LOW);
  }

  #button(slot) {
    const key = slot <= KEYS ? String(slot) : "";
    const name = el("span.name"), cycle = el("span.cycle", { "aria-hidden": "true" });
    const node = el("button", { type: "button", "aria-keyshortcuts": key || null }, ...(key ? [el("i", { "aria-hidden": "true" }, key)] : []), name, cycle);
    node.addEventListener("click", () => this.use(slot));
    this.modules.append(node);
    return { node, name, cycle };
  }

  // figures asks once what a module can do, for whoever rests the pointer on it.
  async #figures(type) {
    if (this.figures.has(type)) return;
    this.figures.set(type, "");
    const known = await this.types.get(type);
    if (known) this.figures.set(type, summary(known).replaceAll(" \u00b7 ", "\n"));
    else this.figures.delete(type);
  }

  #fillButton({ node, name, cycle }, module) {
    say(name, module.type);
    const at = module.target ? t("fight.module_at", { type: module.type, name: this.#name(module.target) }) : module.type;
    const figures = this.figures.get(module.type);
    node.title = figures ? `${at}\n${figures}` : at;
    node.setAttribute("aria-pressed", String(Boolean(module.on)));
    node.dataset.stopping = String(Boolean(module.on && module.stopping));
    cycle.style.animationDuration = `${(module.cycle || 1) / this.game.sim.clock.dilation}s`;
  }

  #name(id) {
    const thing = this.game.sim.find(id);
    return thing?.name || thing?.type || "";
  }

  #drawTargets() {
    for (const [id, { node }] of this.#cards) {
      if (this.fight.locks.has(id)) continue;
      node.remove();
      this.#cards.delete(id);
    }
    for (const id of this.fight.locks.keys()) {
      if (!this.#cards.has(id)) this.#cards.set(id, this.#card(id));
    }
  }

  // Whoever has us locked comes first; more than a few are counted.
  #drawAimed() {
    const all = [...this.fight.aimed.values()].sort((a, b) => b.done - a.done);
    const lines = all.slice(0, WARNINGS).map(({ name, done }) => t(done ? "fight.has_locked" : "fight.is_locking", { name }));
    if (all.length > WARNINGS) lines.push(t("fight.more", { count: all.length - WARNINGS }));
    if (this.aimed.dataset.lines === lines.join("\n")) return;
    this.aimed.dataset.lines = lines.join("\n");
    this.aimed.replaceChildren(...lines.map((text) => el("li", {}, text)));
  }

  #card(id) {
    const name = el("b"), far = el("span"), fill = el("span");
    const node = el("button.target", { type: "button", onclick: () => this.game.select(id) }, name, far, el("span.gauge", { "aria-hidden": "true" }, fill));
    this.targets.append(node);
    return { node, name, far, fill };
  }

  // A card tells how far a lock has come, then how the target does.
  #fillCard(id, { node, name, far, fill }, now) {
    const lock = this.fight.locks.get(id);
    const thing = this.game.sim.find(id);
    const [shield, armour, hull] = this.fight.health.get(id) ?? [1, 1, 1];
    const part = lock.done ? (shield + armour + hull) / 3 : Math.min(1, (now - lock.since) / Math.max(0.1, lock.seconds));
    say(name, this.#name(id));
    say(far, lock.done ? distance(this.game.distance(thing)) : t("fight.locking"));
    node.dataset.done = String(lock.done);
    node.setAttribute("aria-pressed", String(this.game.selected === id));
    node.title = lock.done ? t("fight.health", { shield: percent(shield), armour: percent(armour), hull: percent(hull) }) : "";
    fill.style.transform = `scaleX(${part.toFixed(3)})`;
  }
}

const percent = (part) => `${Math.round(part * 100)} %`;
