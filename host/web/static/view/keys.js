// The keyboard: one letter, one thing, as long as no field is being typed in and no
// dialog is open. A dialog's own key closes it again.
import { el } from "./dom.js";
import { ORDERS } from "./selected.js";

// bindKeys listens for the page's shortcuts. actions maps a key to {does, run, opens}:
// opens names the dialog that the key opens and closes.
export function bindKeys(actions, order, windows) {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing || event.defaultPrevented) return;
    const key = event.key === " " ? "Space" : event.key.length === 1 ? event.key.toUpperCase() : event.key;
    if (document.querySelector("dialog[open]")) {
      if (event.target.closest?.("input, select, textarea") || actions[key]?.opens !== windows.top || windows.top === null) return;
      event.preventDefault();
      windows.toggle(windows.top);
      return;
    }
    if (event.target.closest("input, select, textarea")) return;
    // Space and Enter belong to a focused button.
    if ((key === "Space" || key === "Enter") && event.target.closest("button, summary")) return;
    const action = actions[key];
    if (action?.opens) windows.toggle(action.opens);
    else if (action ? action.run() === false : !order(key)) return;
    event.preventDefault();
  });
}

// fillHelp lists all keys in a dialog; commands says whether orders can be given.
export function fillHelp(dialog, actions, commands = true) {
  const orders = new Map();
  for (const { key, label } of ORDERS) if (key) orders.set(key, orders.has(key) ? `${orders.get(key)} or ${label.toLowerCase()}` : label);
  const rows = [
    ["Drag, wheel, pinch", "Turn and zoom the camera"],
    ...(commands ? [
      ["Double-click", "Fly that way; in the overview: what Enter does"],
      ["Enter in the overview", "Dock, jump, loot, lock a foe, else fly there"],
      ["1 to 9", "A module on, at the selected target, or off"],
      ...[...orders].map(([key, label]) => [key, `${label}, for what is selected`]),
    ] : []),
    ...Object.entries(actions).filter(([, a]) => a.does).map(([key, { does }]) => [key, does]),
  ];
  dialog.querySelector("dl").replaceChildren(...rows.flatMap(([key, does]) => [el("dt", {}, key), el("dd", {}, does)]));
}
