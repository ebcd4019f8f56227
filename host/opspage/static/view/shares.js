// A list of what Lua's time went into.
import { el } from "./dom.js";
import { objects } from "../text.js";

// shares shows the answer of hot.
export function shares(table) {
  const lines = objects(table);
  if (lines.length === 0) return el("p.none", {}, table?.none || "no Lua ran");
  const percent = (part) => `${(part * 100).toFixed(part < 0.0995 ? 1 : 0)} %`;
  return el("ol.share", {}, ...lines.map((l) => el("li", {},
    el("span.name", {}, l.name), el("span.self", {}, percent(l.self)),
    el("meter", { min: 0, max: 1, value: l.self, "aria-label": `${l.name}, itself` }, percent(l.self)),
    el("span.where", {}, [l.where, `with all it calls ${percent(l.total)}`].filter(Boolean).join(", ")))));
}
