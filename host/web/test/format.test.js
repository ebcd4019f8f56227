import assert from "node:assert/strict";
import test from "node:test";
import { distance, group, security, securityBand, speed } from "../static/view/format.js";

test("distances", () => {
  const said = [0, 840, 12_380, 123_456, 25_300_000, 2.1e11, 3e13].map(distance);
  assert.deepEqual(said, ["0 m", "840 m", "12.4 km", "123 km", "25,300 km", "1.40 AU", "201 AU"]);
  assert.equal(distance(null), "");
  assert.equal(distance(NaN), "");
});

test("speeds", () => assert.deepEqual([0.2, 212.4, 48_000, 3e11].map(speed), ["0 m/s", "212 m/s", "48.0 km/s", "2.01 AU/s"]));

test("security", () => {
  assert.deepEqual([0.945, 0.45, 0.02, 0, -0.04, -0.99].map(security), ["0.9", "0.5", "0.1", "0.0", "0.0", "-1.0"]);
  assert.deepEqual([1, 0.45, -0.5].map(securityBand), [10, 5, 0]);
});

test("every kind has a filter", () => {
  assert.deepEqual(["gate", "station", "belt", "ship", "npc", "wreck"].map(group), ["gates", "celestials", "celestials", "ships", "ships", "ships"]);
});
