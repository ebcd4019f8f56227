import assert from "node:assert/strict";
import test from "node:test";
import { kind, what } from "../static/view/agents.js";

const from = { system: "Anvil", station: 9, name: "Ropewalk Yards" };

test("every kind of mission says what is to be done", () => {
  assert.equal(what({ kind: "courier", from, to: { system: "Harrow", name: "Low Dock" } }), "a parcel to Low Dock, Harrow");
  assert.equal(what({ kind: "hunt", from, need: 3 }), "3 pirates, wherever they are");
  assert.equal(what({ kind: "fetch", from, need: 1200, type: "Grayrock" }), "1,200 Grayrock");
  assert.equal(what({ kind: "survey", from, place: { name: "Anvil II" } }), "Anvil II, in Anvil: scan within 1,000 km");
  assert.deepEqual(["courier", "hunt", "fetch", "survey"].map((k) => kind({ kind: k })), ["Bring", "Hunt", "Fetch", "Survey"]);
});

test("a kind that scripts have made since is called as they call it", () => {
  assert.equal(kind({ kind: "escort" }), "escort");
  assert.equal(what({ kind: "escort", from }), "");
});
