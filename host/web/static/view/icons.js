// The signs of the instrument: one path per kind in a 16 by 16 field, drawn with
// strokes, the same in space (Path2D) and in lists (SVG).
import { svg } from "./dom.js";

const PATHS = {
  star: "M8 4.5a3.5 3.5 0 1 0 0 7a3.5 3.5 0 1 0 0-7M8 .5v2M8 13.5v2M.5 8h2M13.5 8h2M2.7 2.7l1.4 1.4M11.9 11.9l1.4 1.4M2.7 13.3l1.4-1.4M11.9 4.1l1.4-1.4",
  planet: "M8 2.5a5.5 5.5 0 1 0 0 11a5.5 5.5 0 1 0 0-11M3 6.2c3 1.6 7 1.6 10 0",
  moon: "M8 4.5a3.5 3.5 0 1 0 0 7a3.5 3.5 0 1 0 0-7",
  belt: "M2 9.5l2-2 1.6 1.8L4.2 11zM7 6l2.2-1.4L10.5 7 8.4 8zM10.5 10.6l2-1.8 1.6 2-1.8 1.4z",
  station: "M3 3h10v10H3zM8 .8V5M8 11v4.2M.8 8H5M11 8h4.2",
  gate: "M5 1.8h6L14.2 8 11 14.2H5L1.8 8zM6.2 5.4L8.8 8l-2.6 2.6M9 5.4L11.6 8 9 10.6",
  ship: "M2 5V2h3M11 2h3v3M14 11v3h-3M5 14H2v-3",
  npc: "M8 1.8L14.2 8 8 14.2 1.8 8z",
  hostile: "M8 1.8L14.2 8 8 14.2 1.8 8zM5.6 5.6l4.8 4.8M10.4 5.6l-4.8 4.8",
  fleet: "M8 1.6a6.4 6.4 0 1 0 0 12.8a6.4 6.4 0 1 0 0-12.8M4.6 9.6L8 6.2l3.4 3.4",
  missile: "M8 3v10M3 8h10",
  wreck: "M2.5 4h11L8 13.5z",
  container: "M2.5 4.5h11v8h-11zM2.5 7.5h11M7 7.5v2h2v-2",
  pod: "M8 3.5a4.5 4.5 0 1 0 0 9a4.5 4.5 0 1 0 0-9M8 6.8v2.4M6.8 8h2.4",
};

// COLOURS by kind; shape and colour say the same, so that neither is needed alone.
export const COLOURS = {
  own: "#f4ecd8", ship: "#d5d9cd", npc: "#d9a441", hostile: "#ff7a5c", fleet: "#8fb8ff", missile: "#f0784f", wreck: "#8b8f8d", container: "#a7b39b", pod: "#b9a6d9",
  star: "#e9d9a8", planet: "#a9b4a6", moon: "#7f8a86", belt: "#9a8d78", station: "#d8d2c0", gate: "#c3b08a",
};

const cache = new Map();

// outline returns the sign of a kind for a canvas, centred on 8, 8.
export function outline(kind) {
  let path = cache.get(kind);
  if (!path) cache.set(kind, (path = new Path2D(PATHS[kind] ?? PATHS.ship)));
  return path;
}

export function colour(kind) {
  return COLOURS[kind] ?? COLOURS.ship;
}

// icon returns the sign as an element; it is decoration, the text beside it speaks.
export function icon(kind) {
  const node = svg("svg", { viewBox: "0 0 16 16", class: "icon", "aria-hidden": "true" }, svg("path", { d: PATHS[kind] ?? PATHS.ship }));
  node.dataset.kind = kind;
  return node;
}

// reshape turns an icon made by icon() into another kind's.
export function reshape(node, kind) {
  if (node.dataset.kind === kind) return;
  node.dataset.kind = kind;
  node.firstChild.setAttribute("d", PATHS[kind] ?? PATHS.ship);
}
