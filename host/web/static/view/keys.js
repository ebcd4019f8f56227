// The keyboard: one key, one thing, as long as no field is being typed in and no dialog is open. A
// dialog's own key closes it again.
import { FIXED, keyOf } from "../bindings.js";
import { known, t } from "../words.js";
import { el } from "./dom.js";

const ALONE = new Set(["Shift", "Control", "Alt", "AltGraph", "Meta", "CapsLock", "Dead", "Process", "Unidentified"]);

// bindKeys listens for the page's shortcuts. actions maps a name to {run, opens}: opens names the
// dialog that the key opens and closes. own are keys that nobody may give away, by key. order(name)
// does what is none of them; it says whether there was something to do.
export function bindKeys(bindings, actions, own, order, windows) {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing || event.defaultPrevented) return;
    const key = keyOf(event), name = own[key] ? null : bindings.name(key), action = own[key] ?? actions[name];
    if (document.querySelector("dialog[open]")) {
      if (event.target.closest?.("input, select, textarea") || !action?.opens || action.opens !== windows.top) return;
      event.preventDefault();
      windows.toggle(windows.top);
      return;
    }
    if (event.target.closest("input, select, textarea, [role=menu]")) return;
    // What can be scrolled or gone through by arrows has them.
    if (key.startsWith("Arrow") && event.target !== document.body && event.target.id !== "space") return;
    // Space and Enter belong to a focused button.
    if ((key === "Space" || key === "Enter") && event.target.closest("button, summary")) return;
    if (action?.opens) windows.toggle(action.opens);
    else if (action ? action.run() === false : !name || !order(name)) return;
    event.preventDefault();
  });
}

// KeyList is the list of all keys in the help: what each does, and a button to give it another.
export class KeyList {
  #waiting = null; // the name that gets the next key

  // fixed are [key, what it does], names those whose keys may be changed.
  constructor(dialog, bindings, names, fixed) {
    Object.assign(this, { dialog, bindings, names, fixed });
    this.list = dialog.querySelector("dl");
    this.told = dialog.querySelector(".told");
    this.reset = dialog.querySelector(".reset");
    this.reset.addEventListener("click", () => bindings.reset());
    dialog.addEventListener("keydown", (event) => this.#press(event), true);
    dialog.addEventListener("close", () => this.#wait(null));
    bindings.on("changed", () => this.draw());
    this.draw();
  }

  draw() {
    const rows = [
      ...this.fixed.map(([key, does]) => [el("kbd", {}, key), does]),
      ...this.names.map((name) => [this.#button(name), t(`key.${name}`)]),
    ];
    const focus = document.activeElement?.dataset?.name;
    this.list.replaceChildren(...rows.flatMap(([key, does]) => [el("dt", {}, key), el("dd", {}, does)]));
    this.reset.hidden = !this.bindings.changed;
    if (focus) this.list.querySelector(`[data-name="${focus}"]`)?.focus();
  }

  #button(name) {
    const key = this.bindings.key(name), waits = this.#waiting === name;
    const says = t("keys.change", { does: t(`key.${name}`), key: keyWord(key) });
    return el("button.key", { type: "button", "data-name": name, "aria-label": says, title: t("keys.change_hint"), "aria-pressed": String(waits), onclick: () => this.#wait(name) }, waits ? t("keys.press") : keyWord(key));
  }

  #wait(name) {
    this.#waiting = name;
    this.told.textContent = name ? t("keys.waiting", { does: t(`key.${name}`) }) : "";
    this.draw();
  }

  #press(event) {
    const name = this.#waiting;
    if (!name || ALONE.has(event.key) || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    event.stopPropagation();
    const key = keyOf(event);
    this.#wait(null);
    if (FIXED.has(key)) return;
    const had = this.bindings.set(name, key);
    if (had) this.told.textContent = t("keys.swapped", { does: t(`key.${had}`), key: keyWord(this.bindings.key(had)) });
  }
}

// keyWord is a key as one reads it.
export function keyWord(key) {
  if (!key) return t("keys.none");
  return known(`keyname.${key}`) ? t(`keyname.${key}`) : key;
}

// mark tells a button's key to those who read the page, and to whoever rests the pointer on it.
export function mark(button, key, label) {
  if (key) button.setAttribute("aria-keyshortcuts", key === " " ? "Space" : key);
  else button.removeAttribute("aria-keyshortcuts");
  if (label) button.title = key ? `${label} (${keyWord(key)})` : label;
}
