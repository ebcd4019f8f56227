import assert from "node:assert/strict";
import test from "node:test";
import { compared } from "../static/view/figures.js";

const slots = { high: { used: 1, of: 2 }, mid: { used: 0, of: 2 }, low: { used: 0, of: 1 } };
const before = { slots, damage: 5.78, range: 14_000, falloff: 20_000, tracking: 0.11, speed: 290, capacitor: 250, capacitor_use: 0.333, stable: 0.96, cargo: 130 };

test("what a module changes, and whether for the better", () => {
  const after = { ...before, slots: { ...slots, high: { used: 2, of: 2 } }, damage: 11.56, capacitor_use: 10, stable: undefined, lasts: 52 };
  const rows = Object.fromEntries(compared(before, after).map((r) => [r.label, r]));
  assert.deepEqual(rows.Damage, { label: "Damage", before: "5.78 points/s", after: "11.56 points/s", sign: "more", way: "up" });
  assert.deepEqual(rows["Slots, high"], { label: "Slots, high", before: "1 of 2", after: "2 of 2", sign: "", way: 0 });
  assert.deepEqual([rows["Energy, all running"].sign, rows["Energy, all running"].way], ["less", "up"]);
  assert.deepEqual(rows["Capacitor lasts"], { label: "Capacitor lasts", before: "for ever, at 96 %", after: "52 s", sign: "less", way: "down" });
  assert.equal(rows.Cargo.sign, "");
  assert.equal(rows.Mining, undefined);
});

test("what is gone is told as none", () => {
  const rows = Object.fromEntries(compared(before, { ...before, damage: 0, range: undefined, tracking: undefined, speed_most: 600 }).map((r) => [r.label, r]));
  assert.deepEqual([rows.Damage.after, rows["Range, all weapons"].after, rows.Tracking.sign], ["none", "none", "less"]);
  assert.deepEqual([rows["Speed, engines on"].before, rows["Speed, engines on"].sign], ["none", "more"]);
});

test("a capacitor that is never empty stays so", () => {
  assert.equal(compared(before, before).find((r) => r.label === "Capacitor lasts").sign, "");
});
