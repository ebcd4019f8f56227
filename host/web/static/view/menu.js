// A menu at the pointer: what can be done with a thing. The right button, a finger that rests, or
// the menu key opens it; arrows, Home, End and a first letter go through it, Escape shuts it.
import { el } from "./dom.js";

const MOUSE = 18, FINGER = 30; // pixels that a thing may be off the pointer
const BESIDE = 40; // pixels off a list's corner

export class Menu {
  #back = null; // what had the focus before

  constructor(root) {
    this.root = root;
    root.setAttribute("role", "menu");
    root.addEventListener("keydown", (event) => this.#key(event));
    root.addEventListener("contextmenu", (event) => event.preventDefault());
    addEventListener("pointerdown", (event) => !root.contains(event.target) && this.close(), true);
    addEventListener("blur", () => this.close());
  }

  get open() {
    return !this.root.hidden;
  }

  // show opens it at x, y: title is what it is about, items are {label, note, run}.
  show(x, y, title, items) {
    if (!items.length) return this.close();
    if (!this.open) this.#back = document.activeElement;
    this.root.setAttribute("aria-label", title);
    this.root.replaceChildren(el("p", { "aria-hidden": "true" }, title), ...items.map(({ label, note, run }) =>
      el("button", { type: "button", role: "menuitem", tabindex: "-1", onclick: () => [this.close(), run()] }, el("span", {}, label), el("kbd", { "aria-hidden": "true" }, note ?? ""))));
    this.root.hidden = false;
    const { width, height } = this.root.getBoundingClientRect();
    this.root.style.left = `${Math.max(4, Math.min(x, innerWidth - width - 4))}px`;
    this.root.style.top = `${Math.max(4, Math.min(y, innerHeight - height - 4))}px`;
    this.#items[0].focus();
  }

  close() {
    if (!this.open) return;
    const had = this.root.contains(document.activeElement);
    this.root.hidden = true;
    if (had) this.#back?.focus?.();
  }

  get #items() {
    return [...this.root.querySelectorAll("[role=menuitem]")];
  }

  #key(event) {
    const items = this.#items, at = items.indexOf(document.activeElement);
    const to = next(event.key, items.map((n) => n.textContent), at);
    if (event.key === "Escape" || event.key === "Tab") this.close();
    else if (to >= 0) items[to].focus();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }
}

// next is the row that a key goes to from a row; -1 for one that goes nowhere.
export function next(key, rows, at) {
  const count = rows.length;
  switch (key) {
    case "ArrowDown": return (at + 1) % count;
    case "ArrowUp": return (Math.max(at, 0) + count - 1) % count;
    case "Home": return 0;
    case "End": return count - 1;
  }
  if (key.length !== 1 || key === " ") return -1;
  for (let i = 1; i <= count; i++) {
    const row = (at + i) % count;
    if (rows[row].toLowerCase().startsWith(key.toLowerCase())) return row;
  }
  return -1;
}

// menus opens a menu for what the pointer is at in space and in a list of things, or for what is
// chosen where the menu key was pressed. what is {pick(x, y, reach), chosen(), of(id), select(id)}:
// of gives {title, items}, or null for what has no menu. It returns what opens one in space at a
// place on its canvas.
export function menus(menu, { space, rows }, { camera }, what) {
  const open = (id, x, y) => {
    const found = what.of(id);
    if (!found) return menu.close();
    what.select(id);
    menu.show(x, y, found.title, found.items);
  };
  const inSpace = (x, y, reach) => {
    const box = space.getBoundingClientRect();
    open(what.pick(x, y, reach), box.left + x, box.top + y);
  };
  space.addEventListener("contextmenu", (event) => {
    event.preventDefault();
    const box = space.getBoundingClientRect();
    if (event.button === 2) inSpace(event.clientX - box.left, event.clientY - box.top, MOUSE);
    else open(what.chosen(), box.left + camera.cx, box.top + camera.cy);
  });
  rows.addEventListener("contextmenu", (event) => {
    event.preventDefault();
    const box = rows.getBoundingClientRect();
    event.target.closest(".entry")?.click();
    open(what.chosen(), event.clientX || box.left + BESIDE, event.clientY || box.top + BESIDE);
  });
  return (x, y) => inSpace(x, y, FINGER);
}
