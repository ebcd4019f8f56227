import assert from "node:assert/strict";
import test from "node:test";
import { ground, highest, ranked, ridge, rows } from "../static/ridges.js";

// fake is a past of which each track has a line.
function fake(lines) {
  return {
    width: 3, tracks: new Map(Object.keys(lines).map((i) => [Number(i), true])),
    line: (i) => ({ mean: lines[i] ?? [0, 0, 0], most: (lines[i] ?? [0, 0, 0]).map((v) => 2 * v) }),
    heat: (i) => Math.max(...(lines[i] ?? [0])),
  };
}

test("the hot ones are in front, and equals stay in their order", () => {
  const past = fake({ 0: [999, 999, 999], 3: [1, 5, 1], 6: [0, 9, 0], 7: [5, 0, 0] });
  assert.deepEqual(ranked(past, 9), [6, 3, 7, 1, 2, 4, 5, 8], "the shard itself is no mountain");
});

test("every one of 8,000 systems is in the picture once", () => {
  for (const n of [0, 1, 5, 24, 25, 60, 81, 500, 8_000]) {
    const order = Array.from({ length: n }, (_, i) => i + 1);
    const list = rows(order);
    assert.deepEqual(list.flat(), order, `${n}`);
    assert.ok(list.length <= 80 && list.every((row) => row.length > 0), `${n}: ${list.length} rows`);
    assert.ok(list.slice(0, 24).every((row) => row.length === 1), "those in front stand alone");
  }
  const sizes = rows(Array.from({ length: 8_000 }, (_, i) => i + 1)).slice(24).map((row) => row.length);
  assert.ok(sizes.at(-1) > 2 * sizes[0], "the farther, the more in a range");
});

test("a range is as high as its highest at each time", () => {
  const past = fake({ 1: [1, 0, 7], 2: [3, 4, 0] });
  assert.deepEqual([...ridge(past, [1, 2, 5]).mean], [3, 4, 7]);
  assert.deepEqual([...ridge(past, [1, 2, 5]).most], [6, 8, 14]);
  assert.deepEqual([0, 2].map((s) => highest(past, [1, 2, 5], s)), [2, 1]);
});

test("steps become smaller towards the back", () => {
  const depths = ground(20);
  assert.equal(depths[0], 0);
  assert.ok(Math.abs(depths.at(-1) - 1) < 1e-9);
  const steps = depths.slice(1).map((d, i) => d - depths[i]);
  assert.ok(steps.every((s, i) => i === 0 || s < steps[i - 1]) && steps[0] / steps.at(-1) > 5);
  assert.deepEqual([ground(1), ground(0)], [[0], [0]]);
});
