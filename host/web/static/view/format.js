// Numbers in the words of a pilot.
import { known, t } from "../words.js";

const AU = 149_597_870_700;

const whole = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });
const one = new Intl.NumberFormat("en-US", { minimumFractionDigits: 1, maximumFractionDigits: 1 });
const two = new Intl.NumberFormat("en-US", { minimumFractionDigits: 2, maximumFractionDigits: 2 });

// distance in metres: "840 m", "12.4 km", "25,300 km", "1.37 AU".
export function distance(metres) {
  if (metres === null || metres === undefined || !Number.isFinite(metres)) return "";
  if (metres < 1_000) return `${whole.format(metres)} m`;
  if (metres < 100_000) return `${one.format(metres / 1_000)} km`;
  if (metres < 1e9) return `${whole.format(metres / 1_000)} km`;
  if (metres < 100 * AU) return `${two.format(metres / AU)} AU`;
  return `${whole.format(metres / AU)} AU`;
}

const hours = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });
const days = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "medium" });

// clock is a moment in ms since 1970 as the time of day, day the whole of it.
export const clock = (at) => hours.format(at);
export const day = (at) => days.format(at);

// speed in metres per second: "0 m/s", "212 m/s", "48.0 km/s", "2.10 AU/s".
export function speed(v) {
  if (!Number.isFinite(v)) return "";
  if (v < 0.5) return "0 m/s";
  if (v < 10_000) return `${whole.format(v)} m/s`;
  if (v < 1e6) return `${one.format(v / 1_000)} km/s`;
  if (v < AU / 100) return `${whole.format(v / 1_000)} km/s`;
  return `${two.format(v / AU)} AU/s`;
}

// security as players say it, one digit, and never 0.0 for a system that still
// counts as safe.
export function security(value) {
  const shown = value > 0 && value < 0.05 ? 0.1 : Math.round(value * 10) / 10;
  return (shown === 0 ? 0 : shown).toFixed(1);
}

// securityBand is 0 (lawless) to 10 (safest), for colours.
export function securityBand(value) {
  return Math.max(0, Math.min(10, Math.round(Number(security(value)) * 10)));
}

// shortName leaves the name of the system out of what is named after it: in
// Tekari, "Tekari IV - Moon 1" is "IV - Moon 1".
export function shortName(name, system) {
  if (!system || !name.startsWith(`${system} `)) return name;
  return name.slice(system.length + 1).replace(/^- /, "");
}

// kindName is what a row says about something that has no type of its own.
export function kindName(thing) {
  const kind = thing.kind || "object";
  return known(`kind.${kind}`) ? t(`kind.${kind}`) : kind[0].toUpperCase() + kind.slice(1);
}

// group puts everything into one of the overview's filters.
export function group(kind) {
  switch (kind) {
    case "gate":
      return "gates";
    case "missile":
      return "missiles";
    case "star": case "planet": case "moon": case "belt": case "station":
      return "celestials";
    default:
      return "ships";
  }
}
