// The figures of a kind of ship or module in a pilot's words.
import { distance, speed } from "./format.js";

const number = new Intl.NumberFormat("en-US", { maximumFractionDigits: 2 });
const per = (what, unit) => `${number.format(what)} ${unit}`;

// FIGURES in the order in which they are told: label, and the text for a type that
// has them.
const FIGURES = [
  ["Shield", (t) => t.shield && per(t.shield, "points")],
  ["Armour", (t) => t.armour && per(t.armour, "points")],
  ["Hull", (t) => t.hull && per(t.hull, "points")],
  ["Capacitor", (t) => t.capacitor && `${per(t.capacitor, "GJ")}, full in ${per(t.capacitor_time ?? 0, "s")}`],
  ["Speed", (t) => t.category === "ship" && t.speed && speed(t.speed)],
  ["Warp speed", (t) => t.warp && per(t.warp, "AU/s")],
  ["Signature", (t) => t.signature && distance(t.signature)],
  ["Sensors reach", (t) => t.target_range && `${distance(t.target_range)}, ${t.targets ?? 0} targets`],
  ["Slots", (t) => t.category === "ship" && (t.high || t.mid || t.low) && `${t.high ?? 0} high, ${t.mid ?? 0} mid, ${t.low ?? 0} low`],
  ["Damage", (t) => t.damage && t.cycle && `${number.format(t.damage)} each shot, ${per(t.damage / t.cycle, "a second")}`],
  ["Missile", ({ charge, cycle }) => charge?.damage && `${charge.name}: ${number.format(charge.damage)} each, ${per(charge.damage / (cycle || 1), "a second")}`],
  ["Range", (t) => t.optimal && `${distance(t.optimal)}, half the hits at ${distance(t.optimal + (t.falloff ?? 0))}`],
  ["Range", ({ charge }) => charge?.range && `${distance(charge.range)} at ${speed(charge.speed)}`],
  ["Tracking", (t) => t.tracking && `${per(t.tracking, "rad/s")} against ${distance(t.resolution ?? 0)}`],
  ["Blast", ({ charge }) => charge?.blast_radius && `${distance(charge.blast_radius)}, ships to ${speed(charge.blast_speed ?? 0)}`],
  ["Repairs", (t) => t.repair && per(t.repair, "points each cycle")],
  ["Speed", (t) => t.speed_factor && `${number.format(t.speed_factor)} times the ship's`],
  ["Cycle", (t) => t.cycle && per(t.cycle, "s")],
  ["Energy", (t) => t.category === "module" && (t.cap_use ? `${per(t.cap_use, "GJ each cycle")}, ${per(t.cap_use / (t.cycle || 1), "a second")}` : "none")],
];

// figures lists [label, text] of a type as `look` tells it.
export function figures(type) {
  return FIGURES.map(([label, text]) => [label, text(type)]).filter(([, text]) => text);
}

// summary says the same in one line.
export function summary(type) {
  return figures(type).map(([label, text]) => `${label} ${text}`).join(" \u00b7 ");
}
