// The keyboard: one letter, one thing, as long as no field is being typed in.
import { el } from "./dom.js";
import { ORDERS } from "./selected.js";

// bindKeys listens for the page's shortcuts. actions maps a key to {does, run}.
export function bindKeys(actions, order) {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
    if (event.target.closest("input, select, textarea, dialog")) return;
    const key = event.key === " " ? "Space" : event.key.length === 1 ? event.key.toUpperCase() : event.key;
    // Space and Enter belong to a focused button.
    if ((key === "Space" || key === "Enter") && event.target.closest("button")) return;
    const action = actions[key];
    if (action ? action.run() === false : !order(key)) return;
    event.preventDefault();
  });
}

// fillHelp lists all keys in a dialog.
export function fillHelp(dialog, actions) {
  const orders = new Map();
  for (const { key, label } of ORDERS) orders.set(key, orders.has(key) ? `${orders.get(key)} or ${label.toLowerCase()}` : label);
  const rows = [
    ["Drag, wheel, pinch", "Turn and zoom the camera"],
    ["Double-click", "Fly that way"],
    ["1 to 9", "A module on, at the selected target, or off"],
    ...[...orders].map(([key, label]) => [key, `${label}, for what is selected`]),
    ...Object.entries(actions).filter(([, a]) => a.does).map(([key, { does }]) => [key, does]),
  ];
  dialog.querySelector("dl").replaceChildren(...rows.flatMap(([key, does]) => [el("dt", {}, key), el("dd", {}, does)]));
}
