import assert from "node:assert/strict";
import test from "node:test";
import { Pace } from "../static/pace.js";

test("time goes by at the rate it was given, and stands still at 0", () => {
  const pace = new Pace();
  assert.equal(pace.now(5), 5);
  pace.go(4, 5);
  assert.equal(pace.now(6), 9);
  pace.go(0, 6);
  assert.equal(pace.now(100), 9);
  pace.go(0.25, 100);
  assert.equal(pace.now(104), 10);
});

test("the date is the replay's, as far as time has gone by", () => {
  const pace = new Pace();
  pace.go(2, 0);
  pace.dated(1_000_000, 10);
  assert.equal(pace.date(11), 1_002_000);
  pace.go(0, 11);
  assert.equal(pace.date(50), 1_002_000);
});
