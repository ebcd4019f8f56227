import assert from "node:assert/strict";
import { test } from "node:test";
import { points } from "../static/report.js";

test("a curve fills its box", () => {
  assert.deepEqual(points([10, 30, 20]), [[0, 100], [50, 0], [100, 50]]);
});

test("what does not change is a line in the middle", () => {
  assert.deepEqual(points([7, 7]), [[0, 50], [100, 50]]);
  assert.deepEqual(points([7]), [[50, 50]]);
});
