// Money, prices and places in a pilot's words. Money is in hundredths, in whole numbers, as
// everywhere.
import { t } from "./words.js";

const MOST = 1e15;

const whole = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });
const volumes = new Intl.NumberFormat("en-US", { maximumFractionDigits: 2 });

export const count = (n) => whole.format(n ?? 0);
export const cubic = (m3) => `${volumes.format(m3 ?? 0)} m\u00b3`;

// money is "1,234.50".
export function money(hundredths) {
  if (!Number.isFinite(hundredths)) return "";
  const n = Math.abs(Math.trunc(hundredths));
  return `${hundredths < 0 ? "-" : ""}${whole.format(Math.floor(n / 100))}.${String(n % 100).padStart(2, "0")}`;
}

// parseCount reads a whole number from 1 on; null for anything else.
export function parseCount(text) {
  const digits = String(text).replace(/[\s,_]/g, "");
  const n = /^\d+$/.test(digits) ? Number(digits) : 0;
  return n >= 1 && n <= MOST ? n : null;
}

// place is where the books have something, in words. system(id) and station(id) name those
// that are known.
export function place(location, system, station) {
  const [outer, inner] = String(location).split("/");
  if (inner) return t("where.within", { inner: place(inner, system, station), outer: place(outer, system, station) });
  const [kind, a, b] = outer.split(" ");
  switch (kind) {
    case "hangar":
      return station(Number(b)) ?? t("where.station_in", { system: system(Number(a)) ?? t("where.elsewhere") });
    case "hold":
      return a ? t("where.hold_of", { n: a }) : t("where.hold");
    case "ship":
      return t("where.fitted", { n: a });
    case "box":
      return t("where.box", { n: a });
    case "case":
      return t("where.case", { n: a });
    case "escrow":
      return t("where.escrow");
  }
  return String(location);
}

// until says how long something takes, in seconds, in one or two words.
export function until(seconds) {
  const s = Math.max(0, Math.ceil(seconds));
  if (s < 60) return `${s} s`;
  if (s < 3600) return `${Math.floor(s / 60)} min ${s % 60} s`;
  if (s < 86_400) return `${Math.floor(s / 3600)} h ${Math.floor((s % 3600) / 60)} min`;
  return t("where.days", { d: Math.floor(s / 86_400), h: Math.floor((s % 86_400) / 3600) });
}

// Once gives what is asked a key, so that the server does it once however often it is asked:
// the same content has the same key until done says that it was answered.
export class Once {
  #keys = new Map();

  constructor(make = () => `${Date.now().toString(36)}-${Math.random().toString(36).slice(2, 12)}`) {
    this.make = make;
  }

  key(cmd, args) {
    const content = JSON.stringify([cmd, args]);
    if (!this.#keys.has(content)) this.#keys.set(content, this.make());
    return this.#keys.get(content);
  }

  done(cmd, args) {
    this.#keys.delete(JSON.stringify([cmd, args]));
  }
}
