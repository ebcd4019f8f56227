// The figures of a kind of ship or module in a pilot's words.
import { distance, speed } from "./format.js";

const number = new Intl.NumberFormat("en-US", { maximumFractionDigits: 2 });
const whole = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });
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

// SHEET is what a ship can do with what is fitted, in the order in which it is told: label, the
// figure, its text, and whether more of it is better (+1) or worse (-1). A figure that neither
// of two ships has is left out.
const each = (unit) => (n) => per(n, unit);
const slots = (name) => [`Slots, ${name}`, (s) => s.slots?.[name]?.used, (n, s) => `${n} of ${s.slots?.[name]?.of ?? 0}`, 0];
const SHEET = [
  slots("high"), slots("mid"), slots("low"),
  ["Damage", (s) => s.damage, each("points/s"), 1],
  ["Range, all weapons", (s) => s.range, distance, 1],
  ["Range, half the hits", (s) => s.falloff, distance, 1],
  ["Tracking", (s) => s.tracking, each("rad/s"), 1],
  ["Mining", (s) => s.yield, each("m\u00b3/min"), 1],
  ["Speed", (s) => s.speed, speed, 1],
  ["Speed, engines on", (s) => s.speed_most, speed, 1],
  ["Time to gain speed", (s) => s.align, each("s"), -1],
  ["Mass", (s) => s.mass, (n) => `${whole.format(n / 1000)} t`, -1],
  ["Shield", (s) => s.shield, each("points"), 1],
  ["Shield repaired", (s) => s.shield_repair, each("points/s"), 1],
  ["Armour", (s) => s.armour, each("points"), 1],
  ["Armour repaired", (s) => s.armour_repair, each("points/s"), 1],
  ["Hull", (s) => s.hull, each("points"), 1],
  ["Capacitor", (s) => s.capacitor, each("GJ"), 1],
  ["Energy, all running", (s) => s.capacitor_use, each("GJ/s"), -1],
  ["Capacitor lasts", (s) => (s.capacitor ? s.lasts ?? Infinity : undefined), (n, s) => (s.lasts === undefined ? `for ever, at ${Math.round(s.stable * 100)} %` : per(n, "s")), 1],
  ["Cargo", (s) => s.cargo, each("m\u00b3"), 1],
  ["Sensors reach", (s) => s.target_range, distance, 1],
];

// compared lists {label, before, after, sign, way} for two sheets of a ship: texts; sign "more",
// "less" or "" for whether the second is better, worse or the same; and way "up" or "down".
export function compared(before, after) {
  return SHEET.flatMap(([label, figure, text, better]) => {
    const was = figure(before), is = figure(after);
    if (!was && !is) return [];
    const way = Math.sign((is ?? 0) - (was ?? 0) || 0), gain = way * better;
    const told = (n, sheet) => (n === undefined || n === 0 ? "none" : text(n, sheet));
    return [{ label, before: told(was, before), after: told(is, after), sign: gain > 0 ? "more" : gain < 0 ? "less" : "", way: gain && (way > 0 ? "up" : "down") }];
  });
}
