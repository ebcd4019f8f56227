import assert from "node:assert/strict";
import test from "node:test";
import { Timing } from "../static/sky/timing.js";

test("frames are summed up, of the last so many", () => {
  const timing = new Timing();
  assert.deepEqual(timing.summary, { mean: 0, p99: 0, longest: 0 });
  for (let ms = 1; ms <= 200; ms++) timing.count(ms);
  assert.deepEqual(timing.summary, { mean: 100.5, p99: 199, longest: 200 });
  for (let i = 0; i < 1_024; i++) timing.count(2);
  assert.deepEqual(timing.summary, { mean: 2, p99: 2, longest: 2 });
  assert.equal(timing.times, 1_224);
});
