// The search field of the map: type, walk the list with the arrows, Enter goes.
import { el, show } from "./dom.js";
import { security, securityBand } from "./format.js";

export class Finder {
  #found = [];
  #at = -1;

  constructor(root, game, choose) {
    this.game = game;
    this.choose = choose;
    this.input = root.querySelector("input");
    this.list = root.querySelector("ul");
    this.input.addEventListener("input", () => this.#search());
    this.input.addEventListener("keydown", (event) => this.#key(event));
    this.input.addEventListener("blur", () => this.#open(false));
    // mousedown, because the field loses the focus before a click is one
    this.list.addEventListener("mousedown", (event) => {
      event.preventDefault();
      const item = event.target.closest("li");
      if (item) this.#take(Number(item.dataset.index));
    });
  }

  #search() {
    this.#found = this.game.map?.search(this.input.value) ?? [];
    this.#at = this.#found.length ? 0 : -1;
    this.list.replaceChildren(
      ...this.#found.map((s, i) =>
        el("li", { role: "option", id: `found-${i}`, "data-index": i },
          el("span.sec", { "data-band": securityBand(s.security) }, security(s.security)), el("span", {}, s.name), el("span", {}, s.region)),
      ),
    );
    this.#open(this.#found.length > 0);
  }

  #open(open) {
    show(this.list, open);
    this.input.setAttribute("aria-expanded", String(open));
    [...this.list.children].forEach((item, i) => item.setAttribute("aria-selected", String(i === this.#at)));
    if (open && this.#at >= 0) this.input.setAttribute("aria-activedescendant", `found-${this.#at}`);
    else this.input.removeAttribute("aria-activedescendant");
  }

  #key(event) {
    const count = this.#found.length;
    if (event.key === "Enter" && this.#at >= 0) this.#take(this.#at);
    else if (event.key === "ArrowDown" && count) this.#at = (this.#at + 1) % count;
    else if (event.key === "ArrowUp" && count) this.#at = (this.#at + count - 1) % count;
    else if (event.key === "Escape" && this.input.value) this.#clear();
    else return;
    event.preventDefault();
    event.stopPropagation();
    if (event.key.startsWith("Arrow")) this.#open(true);
  }

  #take(index) {
    const system = this.#found[index];
    this.#clear();
    if (system) this.choose(system);
  }

  #clear() {
    this.input.value = "";
    this.#found = [];
    this.#at = -1;
    this.list.replaceChildren();
    this.#open(false);
  }
}
