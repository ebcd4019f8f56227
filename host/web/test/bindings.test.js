import assert from "node:assert/strict";
import test from "node:test";
import { Bindings, keyOf } from "../static/bindings.js";

const shelf = (kept) => ({ kept, get() { return this.kept; }, set(_, value) { this.kept = value ?? undefined; } });
const USUAL = { approach: "Q", warp: "S", stop: "Space" };

test("a key that is given away goes in exchange, and nothing is left without one", () => {
  const keep = shelf();
  const bindings = new Bindings(keep, USUAL);
  assert.equal(bindings.name("Q"), "approach");
  assert.equal(bindings.set("warp", "Q"), "approach");
  assert.deepEqual([bindings.key("warp"), bindings.key("approach")], ["Q", "S"]);
  assert.equal(bindings.name("S"), "approach");
  assert.equal(bindings.changed, true);
  const again = new Bindings(keep, USUAL);
  assert.equal(again.name("Q"), "warp", "it is kept");
  again.reset();
  assert.equal(again.key("warp"), "S");
  assert.equal(keep.kept, undefined, "nothing is kept of what is as it was");
});

test("a key that nobody had leaves the old one free", () => {
  const bindings = new Bindings(shelf(), USUAL);
  assert.equal(bindings.set("warp", "J"), null);
  assert.equal(bindings.name("J"), "warp");
  assert.equal(bindings.name("S"), null);
});

test("what one gets out with is not given away", () => {
  const bindings = new Bindings(shelf(), USUAL);
  bindings.set("warp", "Escape");
  assert.equal(bindings.key("warp"), "S");
});

test("what was kept and does not fit is left out, and what is new has its key", () => {
  const bindings = new Bindings(shelf({ gone: "X", warp: "W", approach: "W", stop: 7 }), { ...USUAL, added: "W" });
  assert.equal(bindings.key("warp"), "W");
  assert.equal(bindings.key("approach"), "Q");
  assert.equal(bindings.key("stop"), "Space");
  assert.equal(bindings.key("added"), "", "its key is taken: one has to choose");
  assert.equal(new Bindings(shelf("nonsense"), USUAL).key("warp"), "S");
});

test("keys are kept as one writes them", () => {
  assert.deepEqual([" ", "a", "A", "ArrowUp", "?"].map((key) => keyOf({ key })), ["Space", "A", "A", "ArrowUp", "?"]);
});
