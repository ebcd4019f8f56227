import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { contrast } from "../../web/test/contrast.js";

const css = readFileSync(new URL("../static/style/page.css", import.meta.url), "utf8");
const palette = (block) => Object.fromEntries([...block.matchAll(/--([\w-]+): (#[0-9a-f]{6});/g)].map(([, name, hex]) => [name, hex]));
const [light, dark] = [...css.matchAll(/^(?:  )?:root \{(.*?)\}/gms)].map(([, block]) => palette(block));
assert.notEqual(dark.ground, light.ground);
const AA_TEXT = 4.5, AA_SIGN = 3;

for (const [name, colours] of [["by day", light], ["by night", { ...light, ...dark }]]) {
  test(`every text is read on every ground, ${name}`, () => {
    for (const ink of ["text", "dim", "accent", "good", "bad", "warn"]) {
      for (const ground of ["ground", "panel", "raised"]) {
        assert.ok(contrast(colours[ink], colours[ground]) >= AA_TEXT, `${ink} on ${ground}: ${contrast(colours[ink], colours[ground]).toFixed(2)}`);
      }
    }
    for (const ground of ["added", "removed"]) assert.ok(contrast(colours.text, colours[ground]) >= AA_TEXT, ground);
    for (const ink of ["dim", "bad", "accent"]) assert.ok(contrast(colours[ink], colours.removed) >= AA_TEXT, `${ink} on a line of the log that is an error: ${contrast(colours[ink], colours.removed).toFixed(2)}`);
    for (const flame of ["flame-cold", "flame-hot", "flame-cool"]) assert.ok(contrast(colours.text, colours[flame]) >= AA_TEXT, flame);
    for (const chip of ["good", "warn", "bad"]) assert.ok(contrast(colours.ground, colours[chip]) >= AA_TEXT, `on ${chip}`);
    for (const [ink, ground] of [["on-accent", "accent"], ["on-kind", "kind"]]) assert.ok(contrast(colours[ink], colours[ground]) >= AA_TEXT, `${ink} on ${ground}`);
    assert.ok(contrast("#ffffff", colours.stop) >= AA_TEXT, "the red button");
  });
  test(`lines and peaks are seen, ${name}`, () => {
    for (const sign of ["line-strong", "hot"]) assert.ok(contrast(colours[sign], colours.panel) >= AA_SIGN, `${sign}: ${contrast(colours[sign], colours.panel).toFixed(2)}`);
  });
}

test("production is read, and is another colour", () => {
  const [, production] = css.match(/data-kind="production"\] \{ --kind: (#[0-9a-f]{6}); \}/);
  assert.ok(contrast("#ffffff", production) >= AA_TEXT);
  assert.notEqual(production, light.kind);
});
