// The figures of a kind of ship or module in a pilot's words.
import { t as w } from "../words.js";
import { distance, speed } from "./format.js";

const number = new Intl.NumberFormat("en-US", { maximumFractionDigits: 2 });
const whole = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });
const per = (what, unit) => `${number.format(what)} ${unit}`;

// FIGURES in the order in which they are told: label, and the text for a type that
// has them.
const FIGURES = [
  ["shield", (t) => t.shield && per(t.shield, w("figure.points"))],
  ["armour", (t) => t.armour && per(t.armour, w("figure.points"))],
  ["hull", (t) => t.hull && per(t.hull, w("figure.points"))],
  ["capacitor", (t) => t.capacitor && w("figure.full_in", { gj: per(t.capacitor, "GJ"), s: per(t.capacitor_time ?? 0, "s") })],
  ["speed", (t) => t.category === "ship" && t.speed && speed(t.speed)],
  ["warp", (t) => t.warp && per(t.warp, "AU/s")],
  ["signature", (t) => t.signature && distance(t.signature)],
  ["sensors", (t) => t.target_range && w("figure.sensors_of", { far: distance(t.target_range), n: t.targets ?? 0 })],
  ["slots", (t) => t.category === "ship" && (t.high || t.mid || t.low) && w("figure.slots_of", { high: t.high ?? 0, mid: t.mid ?? 0, low: t.low ?? 0 })],
  ["damage", (t) => t.damage && t.cycle && w("figure.each_shot", { damage: number.format(t.damage), second: number.format(t.damage / t.cycle) })],
  ["missile", ({ charge, cycle }) => charge?.damage && w("figure.each_missile", { name: charge.name, damage: number.format(charge.damage), second: number.format(charge.damage / (cycle || 1)) })],
  ["range", (t) => t.optimal && w("figure.half_at", { far: distance(t.optimal), half: distance(t.optimal + (t.falloff ?? 0)) })],
  ["range", ({ charge }) => charge?.range && w("figure.at_speed", { far: distance(charge.range), speed: speed(charge.speed) })],
  ["tracking", (t) => t.tracking && w("figure.against", { rate: per(t.tracking, "rad/s"), size: distance(t.resolution ?? 0) })],
  ["blast", ({ charge }) => charge?.blast_radius && w("figure.blast_to", { size: distance(charge.blast_radius), speed: speed(charge.blast_speed ?? 0) })],
  ["repairs", (t) => t.repair && w("figure.each_cycle", { n: number.format(t.repair) })],
  ["speed", (t) => t.speed_factor && w("figure.times", { n: number.format(t.speed_factor) })],
  ["cycle", (t) => t.cycle && per(t.cycle, "s")],
  ["energy", (t) => t.category === "module" && (t.cap_use ? w("figure.gj_cycle", { n: number.format(t.cap_use), second: number.format(t.cap_use / (t.cycle || 1)) }) : w("figure.none"))],
];

// figures lists [label, text] of a type as `look` tells it.
export function figures(type) {
  return FIGURES.map(([label, text]) => [w(`figure.${label}`), text(type)]).filter(([, text]) => text);
}

// summary says the same in one line.
export function summary(type) {
  return figures(type).map(([label, text]) => `${label} ${text}`).join(" \u00b7 ");
}

// SHEET is what a ship can do with what is fitted, in the order in which it is told: label, the
// figure, its text, and whether more of it is better (+1) or worse (-1). A figure that neither
// of two ships has is left out.
const each = (unit) => (n) => per(n, unit);
const slots = (name) => [`slots_${name}`, (s) => s.slots?.[name]?.used, (n, s) => w("figure.of", { n, of: s.slots?.[name]?.of ?? 0 }), 0];
const SHEET = [
  slots("high"), slots("mid"), slots("low"),
  ["damage", (s) => s.damage, each(w("figure.points_s")), 1],
  ["range_all", (s) => s.range, distance, 1],
  ["range_half", (s) => s.falloff, distance, 1],
  ["tracking", (s) => s.tracking, each("rad/s"), 1],
  ["mining", (s) => s.yield, each("m\u00b3/min"), 1],
  ["speed", (s) => s.speed, speed, 1],
  ["speed_on", (s) => s.speed_most, speed, 1],
  ["align", (s) => s.align, each("s"), -1],
  ["mass", (s) => s.mass, (n) => `${whole.format(n / 1000)} t`, -1],
  ["shield", (s) => s.shield, each(w("figure.points")), 1],
  ["shield_repaired", (s) => s.shield_repair, each(w("figure.points_s")), 1],
  ["armour", (s) => s.armour, each(w("figure.points")), 1],
  ["armour_repaired", (s) => s.armour_repair, each(w("figure.points_s")), 1],
  ["hull", (s) => s.hull, each(w("figure.points")), 1],
  ["capacitor", (s) => s.capacitor, each("GJ"), 1],
  ["energy_all", (s) => s.capacitor_use, each("GJ/s"), -1],
  ["lasts", (s) => (s.capacitor ? s.lasts ?? Infinity : undefined), (n, s) => (s.lasts === undefined ? w("figure.for_ever", { percent: Math.round(s.stable * 100) }) : per(n, "s")), 1],
  ["cargo", (s) => s.cargo, each("m\u00b3"), 1],
  ["sensors", (s) => s.target_range, distance, 1],
];

// compared lists {label, before, after, sign, way} for two sheets of a ship: texts; sign "more",
// "less" or "" for whether the second is better, worse or the same; and way "up" or "down".
export function compared(before, after) {
  return SHEET.flatMap(([label, figure, text, better]) => {
    const was = figure(before), is = figure(after);
    if (!was && !is) return [];
    const way = Math.sign((is ?? 0) - (was ?? 0) || 0), gain = way * better;
    const told = (n, sheet) => (n === undefined || n === 0 ? w("figure.none") : text(n, sheet));
    return [{ label: w(`figure.${label}`), before: told(was, before), after: told(is, after), sign: gain > 0 ? "more" : gain < 0 ? "less" : "", way: gain && (way > 0 ? "up" : "down") }];
  });
}
