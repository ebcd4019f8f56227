import assert from "node:assert/strict";
import test from "node:test";
import { PALETTES, apply, paletteOf } from "../static/palette.js";
import { COLOURS } from "../static/view/icons.js";
import { contrast } from "./contrast.js";

// How people see who lack one kind of cone: Machado, Oliveira and Fernandes 2009, at full
// strength, on linear light.
const EYES = {
  all: [1, 0, 0, 0, 1, 0, 0, 0, 1],
  protan: [0.152286, 1.052583, -0.204868, 0.114503, 0.786281, 0.099216, -0.003882, -0.048116, 1.051998],
  deutan: [0.367322, 0.860646, -0.227968, 0.280085, 0.672501, 0.047413, -0.01182, 0.04294, 0.968881],
  tritan: [1.255528, -0.076749, -0.178779, -0.078411, 0.930809, 0.147602, 0.004733, 0.691367, 0.3039],
};
const FOR = { usual: ["all"], redgreen: ["all", "protan", "deutan"], blueyellow: ["all", "tritan"] };

const light = (hex) => [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16) / 255).map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));

// seen is a colour as such eyes see it, in OKLab, where distances are as they look.
function seen(hex, m) {
  const [r, g, b] = light(hex);
  const [x, y, z] = [0, 3, 6].map((i) => Math.min(1, Math.max(0, m[i] * r + m[i + 1] * g + m[i + 2] * b)));
  const l = Math.cbrt(0.4122214708 * x + 0.5363325363 * y + 0.0514459929 * z);
  const n = Math.cbrt(0.2119034982 * x + 0.6806995451 * y + 0.1073969566 * z);
  const s = Math.cbrt(0.0883024619 * x + 0.2817188376 * y + 0.6299787005 * z);
  return [0.2104542553 * l + 0.793617785 * n - 0.0040720468 * s, 1.9779984951 * l - 2.428592205 * n + 0.4505937099 * s, 0.0259040371 * l + 0.7827717662 * n - 0.808675766 * s];
}
const apart = (a, b, eyes) => Math.hypot(...seen(a, eyes).map((v, i) => v - seen(b, eyes)[i]));

test("every palette tells friend, foe and others apart for the eyes it is for", () => {
  for (const [name, { style, signs }] of Object.entries(PALETTES)) {
    for (const eyes of FOR[name]) {
      for (const [a, b] of [["hostile", "fleet"], ["hostile", "npc"], ["fleet", "npc"]]) {
        const d = apart(signs[a], signs[b], EYES[eyes]);
        assert.ok(d > 0.1, `${name}, ${eyes}: ${a} and ${b} are ${d.toFixed(3)} apart`);
      }
      const d = apart(style.verdigris, style.rust, EYES[eyes]);
      assert.ok(d > 0.1, `${name}, ${eyes}: good and bad are ${d.toFixed(3)} apart`);
    }
  }
});

test("text and signs of every palette have the contrast of WCAG AA on every ground", () => {
  for (const [name, { style, signs }] of Object.entries(PALETTES)) {
    for (const ground of ["#0b0e10", "#171e1f", "#1e2728", "#0f1415"]) {
      for (const [property, ink] of Object.entries(style)) assert.ok(contrast(ink, ground) >= 4.5, `${name}: ${property} on ${ground} is ${contrast(ink, ground).toFixed(2)}`);
    }
    assert.ok(contrast("#17130a", style.brass) >= 4.5, `${name}: the primary button`);
    for (const [kind, ink] of Object.entries(signs)) assert.ok(contrast(ink, "#0b0e10") >= 3, `${name}: ${kind}`);
  }
});

test("a palette is taken whole, and the usual one is what the page begins with", () => {
  const set = {}, signs = { ...COLOURS };
  apply("redgreen", signs, { setProperty: (name, value) => (set[name] = value) });
  assert.equal(set["--rust"], PALETTES.redgreen.style.rust);
  assert.equal(signs.fleet, PALETTES.redgreen.signs.fleet);
  apply("usual", signs, { setProperty: () => {} });
  assert.deepEqual(signs, COLOURS);
  assert.deepEqual([paletteOf({ get: () => "redgreen" }), paletteOf({ get: () => "other" }), paletteOf({ get: () => undefined })], ["redgreen", "usual", "usual"]);
});
