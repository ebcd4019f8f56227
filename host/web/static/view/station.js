// Docked: where, the ship and what it carries, the yard's other ships and modules,
// and the way out.
import { listed } from "../state.js";
import { t } from "../words.js";
import { el, say, show } from "./dom.js";
import { summary } from "./figures.js";
import { FittingView } from "./fitting.js";

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
    this.fitting = new FittingView(this.fit.querySelector(".body"), { game, types }, act, ask);
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
    say(this.root.querySelector("h2"), station?.name ?? t("station.station"));
    const parent = game.sim.celestials.get(station?.parent);
    say(this.root.querySelector(".where"), [parent && t("station.orbit", parent), `${game.system.name}, ${game.system.region ?? ""}`].filter(Boolean).join(", "));
    this.#hangar();
  }

  #hangar() {
    const { ships = [], items = [] } = this.game.hangar ?? {};
    const list = (title, rows) => (rows.length ? [el("h3", {}, title), el("ul", {}, ...rows)] : []);
    this.root.querySelector(".hangar").replaceChildren(
      ...list(t("station.ship"), ships.map((s) => row(s.name ?? s.type, s.name ? s.type : ""))),
      ...list(t("station.fitted"), [...fitted(items)].map(([type, n]) => row(type, String(n)))),
    );
    if (this.game.docked !== null) this.#drawYard();
  }

  async #drawYard() {
    if (!this.ships.open && !this.fit.open) return;
    this.#yard ??= await this.ask("yard");
    if (!this.#yard) return;
    if (this.ships.open) this.#drawShips();
    if (this.fit.open) this.fitting.draw(this.#yard);
  }

  #drawShips() {
    const mine = this.game.hangar?.ships[0]?.type;
    const rows = listed(this.#yard.ships).filter((s) => s.lent).map(({ type, group }) => {
      const figures = el("p.hint");
      this.types.get(type).then((known) => known && say(figures, summary(known)));
      const board = el("button", { type: "button", disabled: type === mine, onclick: () => this.act("board", { type }) }, t(type === mine ? "station.yours" : "station.board"));
      return el("li", {}, el("p.line", {}, el("span", {}, type, el("i", {}, group)), board), figures);
    });
    this.ships.querySelector(".body").replaceChildren(el("ul", {}, ...rows));
  }
}

// fitted counts modules of a kind, in the order of their slots.
function fitted(items) {
  const counts = new Map();
  for (const { type, quantity = 1 } of items) counts.set(type, (counts.get(type) ?? 0) + quantity);
  return counts;
}

const row = (name, note) => el("li", {}, name, el("span", {}, note));
