// Docked: where, what lies in the hangar, and the way out.
import { el, say, show } from "./dom.js";

export class Station {
  constructor(root, game, act) {
    this.root = root;
    this.game = game;
    this.button = root.querySelector(".undock");
    this.button.addEventListener("click", async () => {
      this.button.disabled = true;
      await act("undock");
      this.button.disabled = false;
    });
    game.on("system", () => this.#draw());
    game.on("hangar", () => this.#hangar());
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
      ...list("Ships", ships.map((s) => row(s.name ?? s.type, s.name ? s.type : ""))),
      ...list("Items", items.map((i) => row(i.name ?? i.type, String(i.count ?? i.n ?? i.quantity ?? 1)))),
    );
  }
}

const row = (name, note) => el("li", {}, name, el("span", {}, note));
