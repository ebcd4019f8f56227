// A loss, unmistakable: what killed you, what is gone, what to do. It stays until it
// has been read, over a reload of the page too.
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
    say(dialog.querySelector("h2"), death.pod ? "Your pod is destroyed" : `Your ${death.ship} is destroyed`);
    say(dialog.querySelector(".by"), death.by ? `By ${death.by}${named(death)}, in ${death.system}.` : `In ${death.system}.`);
    this.#list(".causes", "What did it", rows(death.causes).map(({ name, points }) => [name, `${points} points`]));
    this.#list(".lost", "Lost with it", counted(rows(death.lost)));
    say(dialog.querySelector(".next"), this.#next(death));
    show(this.home, game.own !== null && !death.pod);
    if (!dialog.open) dialog.showModal();
  }

  #next({ pod }) {
    const { game } = this;
    if (game.docked !== null) return "You are in a station. A ship is ready for you: undock when you like.";
    if (pod) return "You wake in a new body. Begin again from here.";
    return "You are in your pod, and alive. Fly to a station: a new ship waits there.";
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
