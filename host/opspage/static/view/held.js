// A list of what holds how much memory, by module.
import { el } from "./dom.js";
import { bytes } from "../figures.js";
import { objects } from "../text.js";

// held shows the answer of memory.
export function held(table) {
  const lines = objects(table);
  if (lines.length === 0) return el("p.none", {}, table?.none || "nothing is held");
  return el("div", {}, el("ol.share", {}, ...lines.map((l) => el("li", {},
    el("span.name", {}, l.module), el("span.self", {}, bytes(l.memory)),
    el("meter", { min: 0, max: 1, value: l.share, "aria-label": `${l.module}, of all that is held` }, `${Math.round(l.share * 100)} %`)))),
  el("p.note", {}, table.note));
}
