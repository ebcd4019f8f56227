import assert from "node:assert/strict";
import test from "node:test";
import { next } from "../static/view/menu.js";

const rows = ["Approach", "Align", "Dock", "Warp"];

test("arrows go around, Home and End to the ends", () => {
  assert.deepEqual(["ArrowDown", "ArrowUp", "Home", "End"].map((key) => next(key, rows, 0)), [1, 3, 0, 3]);
  assert.deepEqual([next("ArrowDown", rows, 3), next("ArrowUp", rows, -1)], [0, 3]);
});

test("a letter goes to the next row that begins with it", () => {
  assert.deepEqual([next("a", rows, 0), next("A", rows, 1), next("w", rows, 0)], [1, 0, 3]);
  assert.deepEqual([next("x", rows, 0), next(" ", rows, 0), next("Enter", rows, 0)], [-1, -1, -1]);
});
