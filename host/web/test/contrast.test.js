import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { COLOURS } from "../static/view/icons.js";
import { contrast } from "./contrast.js";

const AA_TEXT = 4.5, AA_SIGN = 3;

const css = ["base", "space", "fight", "panels", "map", "windows", "trade", "elements", "hour"].map((name) => readFileSync(new URL(`../static/style/${name}.css`, import.meta.url), "utf8")).join("\n");
const palette = Object.fromEntries([...css.matchAll(/--(\w[\w-]*): (#[0-9a-f]{6});/g)].map(([, name, hex]) => [name, hex]));

// The lightest grounds that text stands on: raised buttons, hovered ones, windows.
const GROUNDS = ["#0b0e10", "#171e1f", "#1e2728", "#0f1415"];

test("every colour of text can be read on every ground", () => {
  const used = new Set([...css.matchAll(/[ {]color: (?:var\(--([\w-]+)\)|(#[0-9a-f]{6}))/g)].map(([, name, hex]) => (name ? palette[name] : hex)));
  const onBrass = new Set(["#17130a", "#d6cdb6"]); // text of the primary button, on its own ground
  assert.ok(used.size > 8, "the colours are found");
  for (const ink of used) {
    if (onBrass.has(ink)) continue;
    for (const ground of GROUNDS) assert.ok(contrast(ink, ground) >= AA_TEXT, `${ink} on ${ground}: ${contrast(ink, ground).toFixed(2)}`);
  }
  assert.ok(contrast("#17130a", palette.brass) >= AA_TEXT);
  assert.ok(contrast("#d6cdb6", "#4a4230") >= AA_TEXT);
});

test("every sign is seen, and those of friend and foe differ in light, too", () => {
  for (const [kind, ink] of Object.entries(COLOURS)) assert.ok(contrast(ink, "#0b0e10") >= AA_SIGN, kind);
  assert.equal(new Set([COLOURS.hostile, COLOURS.fleet, COLOURS.ship, COLOURS.npc]).size, 4);
});
