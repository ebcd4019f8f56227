// Docked: where, the ship and what it carries, the yard's other ships and modules,
// and the way out.
import { listed } from "../state.js";
import { el, say, show } from "./dom.js";
import { summary } from "./figures.js";

const SLOTS = [["high", "Guns and launchers"], ["mid", "Shields and propulsion"], ["low", "Armour"]];

export class Station {
  #yard = null; // {ships, modules}, asked once each time one docks

  constructor(root, game, act, ask, types) {
    Object.assign(this, { root, game, act, ask, types });
    this.button = root.querySelector(".undock");
    this.button.addEventListener("click", async () => {
      this.button.disabled = true;
      await act("undock");
      this.button.disabled = false;
    });
    this.ships = root.querySelector(".ships");
    this.fit = root.querySelector(".fit");
    for (const box of [this.ships, this.fit]) box.addEventListener("toggle", () => box.open && this.#drawYard());
    game.on("system", () => this.#draw());
    game.on("hangar", () => this.#hangar());
    game.on("reloaded", () => {
      this.#yard = null;
      if (game.docked !== null) this.#drawYard();
    });
  }

  #draw() {
    const { game } = this;
    const station = game.sim.celestials.get(game.docked);
    show(this.root, game.docked !== null);
    if (game.docked === null) return;
    // Whoever was at the helm is at the door now; a field being typed in keeps its focus.
    if ([document.body, document.querySelector("#space")].includes(document.activeElement)) this.button.focus();
    say(this.root.querySelector("h2"), station?.name ?? "Station");
    const parent = game.sim.celestials.get(station?.parent);
    say(this.root.querySelector(".where"), [parent && `in orbit of ${parent.name}`, `${game.system.name}, ${game.system.region ?? ""}`].filter(Boolean).join(", "));
    this.#hangar();
  }

  #hangar() {
    const { ships = [], items = [] } = this.game.hangar ?? {};
    const list = (title, rows) => (rows.length ? [el("h3", {}, title), el("ul", {}, ...rows)] : []);
    this.root.querySelector(".hangar").replaceChildren(
      ...list("Ship", ships.map((s) => row(s.name ?? s.type, s.name ? s.type : ""))),
      ...list("Fitted", items.map((i) => row(i.name ?? i.type, String(i.count ?? i.n ?? i.quantity ?? 1)))),
    );
    if (this.game.docked !== null) this.#drawYard();
  }

  async #drawYard() {
    if (!this.ships.open && !this.fit.open) return;
    this.#yard ??= await this.ask("yard");
    if (!this.#yard) return;
    if (this.ships.open) this.#drawShips();
    if (this.fit.open) this.#drawFit();
  }

  #drawShips() {
    const mine = this.game.hangar?.ships[0]?.type;
    const rows = listed(this.#yard.ships).filter((s) => s.lent).map(({ type, group }) => {
      const figures = el("p.hint");
      this.types.get(type).then((t) => t && say(figures, summary(t)));
      const board = el("button", { type: "button", disabled: type === mine, onclick: () => this.act("board", { type }) }, type === mine ? "Yours" : "Board");
      return el("li", {}, el("p.line", {}, el("span", {}, type, el("i", {}, group)), board), figures);
    });
    this.ships.querySelector(".body").replaceChildren(el("ul", {}, ...rows));
  }

  // A field for each slot of the ship, with what is fitted chosen in it.
  #drawFit() {
    const type = this.game.hangar?.ships[0]?.type;
    const ship = listed(this.#yard.ships).find((s) => s.type === type);
    const box = this.fit.querySelector(".body");
    if (!ship) return box.replaceChildren(el("p.hint", {}, "This ship has room for no module."));
    const fields = [];
    const rows = SLOTS.flatMap(([slot, label]) => this.#slots(slot, label, ship[slot] ?? 0, fields));
    const fit = async () => this.act("fit", { modules: fields.map((f) => f.value).filter(Boolean) });
    box.replaceChildren(...rows, el("button.primary", { type: "button", onclick: fit }, "Fit these"));
  }

  // The yard lends modules to its own ships; one's own takes those of the hangar.
  #slots(slot, label, count, fields) {
    if (!count) return [];
    const owned = this.game.hangar?.ships[0]?.ship !== undefined;
    const choice = listed(this.#yard.modules).filter((m) => m.slot === slot && (m.lent || owned)).map((m) => m.type);
    const fitted = (this.game.hangar?.items ?? []).flatMap((i) => Array(i.quantity ?? 1).fill(i.type)).filter((name) => choice.includes(name));
    const list = Array.from({ length: count }, (_, i) => {
      const field = el("select", { "aria-label": `${label}, slot ${i + 1}` }, el("option", { value: "" }, "Empty"), ...choice.map((name) => el("option", { value: name }, name)));
      const figures = el("p.hint");
      const tell = () => (field.value ? this.types.get(field.value).then((t) => say(figures, t ? summary(t) : "")) : say(figures, ""));
      field.value = fitted[i] ?? "";
      field.addEventListener("change", tell);
      tell();
      fields.push(field);
      return el("li", {}, field, figures);
    });
    return [el("h3", {}, label), el("ul", {}, ...list)];
  }
}

const row = (name, note) => el("li", {}, name, el("span", {}, note));
