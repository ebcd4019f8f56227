import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { Sim } from "../static/sim.js";

const vectors = JSON.parse(readFileSync(new URL("../../../runtime/physics/testdata/motion.json", import.meta.url)));

const distance = (a, b) => Math.hypot(...a.map((c, i) => c - b[i]));

// fly runs a vector of the Go tests through the simulation that the page uses.
function fly({ dt, ticks, body, target }) {
  const sim = new Sim();
  sim.enter([]);
  const entities = [{ id: 1, ...body }];
  if (target) entities.push({ id: 2, ...target });
  sim.snapshot({ tick: 0, hz: 1 / dt, dilation: 1, entities }, 0);
  for (let now = 0; sim.tick < ticks; now += dt / 4) sim.advance(now);
  return sim.bodies.get(1);
}

test("bodies fly as on the server", () => {
  for (const vector of vectors) {
    const { name, ticks, want } = vector;
    const got = fly(vector);
    const what = `${name}, ${ticks} ticks`;
    assert.ok(distance(got.pos, want.pos) < 1e-3, `${what}: ${got.pos} is not ${want.pos}`);
    assert.ok(distance(got.vel, want.vel) < 1e-3 + 1e-9 * Math.hypot(...want.vel), `${what}: velocity ${got.vel} is not ${want.vel}`);
    assert.equal(got.mode, want.mode, what);
  }
});

const ship = { id: 7, kind: "ship", name: "A", type: "Wren", radius: 40, mode: 1, pos: [0, 0, 0], vel: [100, 0, 0], target: 0, point: [1, 0, 0], range: 0, speed: 100, tau: 3 };

function flying(now = 0) {
  const sim = new Sim();
  sim.enter([{ id: 3, kind: "gate", name: "Gate", pos: [5_000, 0, 0], radius: 500 }]);
  sim.snapshot({ tick: 100, hz: 10, dilation: 1, you: 7, bubble: 1, entities: [ship] }, now);
  return sim;
}

test("a body is drawn evenly between ticks", () => {
  const sim = flying();
  const seen = [];
  for (let frame = 1; frame <= 120; frame++) {
    sim.advance(frame / 60);
    seen.push(sim.bodies.get(7).px);
  }
  // The clock starts behind the snapshot; from then on each frame is 1/60 s of flight.
  const steps = seen.slice(20).map((x, i) => x - seen[i + 19]);
  for (const step of steps) assert.ok(Math.abs(step - 100 / 60) < 0.01, `a step of ${step} m`);
});

test("a small correction is not seen as a jump, and is gone soon", () => {
  const sim = flying();
  sim.advance(1);
  const before = sim.bodies.get(7).px;
  sim.delta({ ev: "delta", tick: sim.tick, add: [], gone: [], move: [{ ...ship, pos: [sim.bodies.get(7).pos[0], 50, 0] }] }, 1);
  assert.ok(Math.abs(sim.bodies.get(7).px - before) < 1e-6);
  assert.ok(Math.abs(sim.bodies.get(7).py) < 1e-6);
  sim.advance(1.02);
  assert.ok(sim.bodies.get(7).py > 1 && sim.bodies.get(7).py < 15);
  sim.advance(1.5);
  sim.advance(2.5);
  assert.ok(Math.abs(sim.bodies.get(7).py - 50) < 0.5);
});

test("a large one is", () => {
  const sim = flying();
  sim.advance(1);
  sim.delta({ ev: "delta", tick: sim.tick, add: [], gone: [], move: [{ ...ship, pos: [0, 9_000, 0] }] }, 1);
  assert.equal(sim.bodies.get(7).ey, 0);
  assert.ok(Math.abs(sim.bodies.get(7).py - 9_000) < 1);
});

test("news of a tick to come waits for it, late news is carried on", () => {
  const sim = flying();
  sim.advance(1);
  const tick = sim.tick;
  sim.delta({ ev: "delta", tick: tick + 2, add: [], gone: [7], move: [] }, 1);
  assert.ok(sim.bodies.has(7));
  sim.advance(1.4);
  assert.ok(!sim.bodies.has(7));
  sim.delta({ ev: "delta", tick: sim.tick - 3, add: [{ ...ship, id: 8 }], gone: [], move: [] }, 1.4);
  assert.ok(Math.abs(sim.bodies.get(8).pos[0] - 30) < 1e-9, "three ticks at 100 m/s");
});

test("gone comes before add, and a move of nobody is nothing", () => {
  const sim = flying();
  sim.delta({ ev: "delta", tick: 100, gone: [7], add: [{ ...ship, name: "B" }], move: [{ ...ship, id: 99 }] }, 0);
  assert.equal(sim.bodies.get(7).name, "B");
  assert.equal(sim.bodies.size, 1);
});

test("a page that slept catches up without simulating all of it", () => {
  const sim = flying();
  sim.advance(1);
  sim.advance(100_000);
  assert.ok(Math.abs(sim.tick - 1_000_100) < 3);
});

test("a page that draws nothing does not pile up news", () => {
  const sim = flying();
  for (let i = 1; i <= 2_000; i++) {
    sim.delta({ ev: "delta", tick: 100 + i, add: [], gone: [], move: [{ ...ship, pos: [i * 10, 0, 0] }] }, i / 10);
  }
  assert.ok(sim.tick > 2_000);
  assert.ok(Math.abs(sim.bodies.get(7).pos[0] - (sim.tick - 100) * 10) < 1e-6);
});

test("a motion without speed and tau keeps those there were", () => {
  const sim = flying();
  const { speed, tau, ...rest } = ship;
  sim.delta({ ev: "delta", tick: 100, gone: [], add: [], move: [{ ...rest, mode: 0 }] }, 0);
  assert.equal(sim.bodies.get(7).speed, speed);
  assert.equal(sim.bodies.get(7).tau, tau);
});
