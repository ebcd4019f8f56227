// Short news at the top of the screen. Good news leaves by itself; bad news
// stays until it is closed.
import { el } from "./dom.js";

const STAY = { good: 6_000, info: 6_000, announce: 15_000 };
const AT_ONCE = 4;

export class Toasts {
  constructor(root) {
    this.root = root;
  }

  // A notice with an id takes the place of the last one with that id.
  show({ kind = "info", title, text = "", id = "" }) {
    const close = el("button.quiet", { type: "button", "aria-label": "Close", onclick: () => note.remove() }, "\u00d7");
    const note = el(`div.toast.${kind}`, {}, el("strong", {}, title), ...(text ? [el("p", {}, text)] : []), close);
    if (id) {
      this.root.querySelector(`.toast[data-id="${id}"]`)?.remove();
      note.dataset.id = id;
    }
    this.root.prepend(note);
    while (this.root.childElementCount > AT_ONCE) this.root.lastElementChild.remove();
    if (STAY[kind]) setTimeout(() => note.remove(), STAY[kind]);
  }
}
