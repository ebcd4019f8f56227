// A loss, unmistakable: what killed you, what is gone, what to do. It stays until it
// has been read, over a reload of the page too.
import { t } from "../words.js";
import { el, say, show } from "./dom.js";

export class Death {
  constructor(dialog, game, act) {
    Object.assign(this, { dialog, game, act });
    this.home = dialog.querySelector(".home");
    this.home.addEventListener("click", () => {
      dialog.close();
      act("dock");
    });
    dialog.querySelector(".close").addEventListener("click", () => dialog.close());
    dialog.addEventListener("close", () => this.#read());
    game.on("death", () => this.#draw());
    game.on("system", () => game.death && this.#draw());
  }

  #draw() {
    const { dialog, game } = this;
    const { death } = game;
    if (!death) return;
    say(dialog.querySelector("h2"), death.pod ? t("death.pod_lost") : t("death.ship_lost", death));
    say(dialog.querySelector(".by"), death.by ? t("death.by", { ...death, type: named(death) }) : t("death.in", death));
    this.#list(".causes", t("death.causes"), rows(death.causes).map(({ name, points }) => [name, t("death.points", { points })]));
    this.#list(".lost", t("death.lost"), counted(rows(death.lost)));
    say(dialog.querySelector(".next"), this.#next(death));
    show(this.home, game.own !== null && !death.pod);
    if (!dialog.open) dialog.showModal();
  }

  #next({ pod }) {
    const { game } = this;
    if (game.docked !== null) return t("death.docked");
    if (pod) return t("death.pod");
    return t("death.alive");
  }

  #list(selector, title, list) {
    const box = this.dialog.querySelector(selector);
    show(box, list.length > 0);
    box.replaceChildren(el("h3", {}, title), el("ul", {}, ...list.map(([name, note]) => el("li", {}, name, el("span", {}, note)))));
  }

  #read() {
    if (!this.game.death) return;
    this.game.death = null;
    this.act("death", { read: true });
  }
}

const rows = (list) => (Array.isArray(list) ? list : []);

// named tells the type of the ship that did it, where its name does not.
function named({ by, by_type: type }) {
  return type && !by.includes(type) ? ` (${type})` : "";
}

// counted puts what is there several times into one row.
function counted(names) {
  const counts = new Map();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts].map(([name, n]) => [name, n > 1 ? String(n) : ""]);
}
