// Short news at the top of the screen. Good news leaves by itself; bad news
// stays until it is closed.
import { t } from "../words.js";
import { el } from "./dom.js";

const STAY = { good: 6_000, info: 6_000, announce: 15_000 };
const AT_ONCE = 4;
const FRESH = 1_000; // milliseconds in which a notice may tell of the place that comes next

export class Toasts {
  constructor(root) {
    this.root = root;
  }

  // A notice with an id takes the place of the last one with that id.
  // One that is about the place goes with it, see moved.
  // A do {label, run} gives it a button.
  show({ kind = "info", title, text = "", id = "", place = false, do: order = null }) {
    const close = el("button.quiet", { type: "button", "aria-label": t("close"), onclick: () => note.remove() }, "\u00d7");
    const note = el(`div.toast.${kind}`, {}, el("strong", {}, title), ...(text ? [el("p", {}, text)] : []), close);
    if (order) note.append(el("button.do", { type: "button", onclick: () => [note.remove(), order.run()] }, order.label));
    if (id) {
      this.drop(id);
      note.dataset.id = id;
    }
    if (place) note.dataset.since = performance.now();
    this.root.prepend(note);
    this.#toTheTop();
    while (this.root.childElementCount > AT_ONCE) this.root.lastElementChild.remove();
    if (STAY[kind]) setTimeout(() => note.remove(), STAY[kind]);
  }

  // A window that has been opened since lies over everything but what came to the top
  // after it: nothing that is said goes unseen behind it.
  #toTheTop() {
    if (this.root.matches(":popover-open")) this.root.hidePopover();
    this.root.showPopover();
  }

  // drop takes away the notice with an id, once it no longer holds.
  drop(id) {
    this.root.querySelector(`.toast[data-id="${id}"]`)?.remove();
  }

  // moved takes away what was said about the place that has been left.
  moved() {
    for (const note of this.root.querySelectorAll("[data-since]")) {
      if (performance.now() - note.dataset.since > FRESH) note.remove();
    }
  }
}
