import assert from "node:assert/strict";
import test from "node:test";
import { TickClock } from "../static/clock.js";

test("runs at the system's rate and stays behind the arrivals", () => {
  const clock = new TickClock();
  clock.reset(100, 5, 10, 1);
  assert.ok(clock.at(5) < 100 && clock.at(5) > 98);
  assert.ok(Math.abs(clock.at(7) - clock.at(5) - 20) < 1e-9);
});

test("follows arrivals that come unevenly without a jump", () => {
  const clock = new TickClock();
  clock.reset(0, 0, 10, 1);
  let last = clock.at(0);
  for (let tick = 1; tick < 300; tick++) {
    const now = tick / 10 + (tick % 7) * 0.01; // up to 60 ms late
    const before = clock.at(now);
    clock.arrived(tick, now);
    assert.ok(Math.abs(clock.at(now) - before) < 0.2);
    assert.ok(clock.at(now) > last - 0.2);
    last = clock.at(now);
  }
  assert.ok(Math.abs(clock.at(30) - 300) < 3);
});

test("jumps where it is far off", () => {
  const clock = new TickClock();
  clock.reset(0, 0, 10, 1);
  clock.arrived(500, 1);
  assert.ok(Math.abs(clock.at(1) - 500) < 2);
});

test("dilation changes the rate from now on", () => {
  const clock = new TickClock();
  clock.reset(0, 0, 10, 1);
  const at = clock.at(2);
  clock.dilate(0.5, 2);
  assert.equal(clock.at(2), at);
  assert.ok(Math.abs(clock.at(4) - at - 10) < 1e-9);
  assert.equal(clock.step, 0.1);
});
