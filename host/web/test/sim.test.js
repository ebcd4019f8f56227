import assert from "node:assert/strict";
import test from "node:test";
import { Sim } from "../static/sim.js";

const HZ = 10;
const distance = (a, b) => Math.hypot(...a.map((c, i) => c - b[i]));
const ship = (id, more = {}) => ({
  id, kind: "ship", name: "S", type: "Wren", radius: 40, mode: 1, pos: [id * 1_000, 0, 0], vel: [0, 0, 0],
  target: 0, point: [1, 0, 0], range: 0, speed: 300, tau: 3, ...more,
});
const fleet = () => [ship(1), ship(2, { mode: 4, target: 1, point: [0, 0, 1], range: 500 }), ship(3, { mode: 2, point: [0, 9_000, 0] })];

const delta = (tick, more) => ({ ev: "delta", tick, gone: [], add: [], move: [], ...more });
const course = ({ id, mode, target, point, range }, ago) => ({ id, mode, target, point, range, ago });

// picture is a page in which it is a tick.
function picture(entities, tick) {
  const sim = new Sim();
  sim.enter([]);
  sim.snapshot({ tick: 0, hz: HZ, dilation: 1, you: 1, bubble: 1, entities }, 0);
  sim.clock.reset(tick, 0);
  sim.clock.at = () => tick;
  sim.advance(0);
  return sim;
}

function fly(sim, to) {
  sim.clock.at = () => to;
  sim.advance(0);
}

// turned is what the server flies: all by their first course up to a tick, and
// then one of them by another.
function turned(entities, next, tick, to) {
  const server = picture(entities, tick - 1);
  const was = server.bodies.get(next.id);
  server.delta(delta(tick - 1, { move: [{ ...next, pos: was.pos, vel: was.vel }] }), 0);
  fly(server, to);
  return server;
}

const courses = {
  "to a point": ship(1, { mode: 2, point: [-4_000, 5_000, 100] }),
  "in a direction": ship(1, { mode: 1, point: [0, -1, 0] }),
  "around another": ship(1, { mode: 4, target: 3, point: [0, 1, 0], range: 1_000 }),
  "of who is followed": ship(3, { mode: 1, point: [0, 0, 1] }),
};

for (const [what, next] of Object.entries(courses)) {
  test(`a turn ${what} is flown from the tick it was in, however late it is heard of`, () => {
    for (const late of [0, 1, 2, 7]) {
      for (const ago of [0, 2]) {
        const begun = 30, now = begun + ago + late;
        const want = turned(fleet(), next, begun, now).bodies.get(next.id);
        const sim = picture(fleet(), now);
        sim.delta(delta(begun + ago, { turn: [course(next, ago)] }), 0);
        const got = sim.bodies.get(next.id);
        assert.ok(distance(got.pos, want.pos) < 1e-6, `${late} late, ${ago} ago: ${got.pos} is not ${want.pos}`);
        assert.ok(distance(got.vel, want.vel) < 1e-6);
        assert.equal(got.speed, 300, "speed and tau stay");
      }
    }
  });
}

test("a turn to come waits for its tick", () => {
  const next = courses["in a direction"];
  const sim = picture(fleet(), 10);
  sim.delta(delta(14, { turn: [course(next, 2)] }), 0);
  assert.equal(sim.bodies.get(1).point[0], 1);
  fly(sim, 20);
  const want = turned(fleet(), next, 12, 20).bodies.get(1);
  assert.ok(distance(sim.bodies.get(1).pos, want.pos) < 1e-6);
});

test("a turn that is part of what is known changes nothing", () => {
  const sim = picture(fleet(), 30);
  const whole = ship(1, { mode: 0, pos: [5, 5, 5] });
  sim.delta(delta(30, { move: [whole] }), 0);
  for (const ago of [0, 1, 9]) sim.delta(delta(30, { turn: [course(courses["in a direction"], ago)] }), 0);
  sim.delta(delta(30, { turn: [course(ship(99), 0)] }), 0);
  assert.deepEqual(sim.bodies.get(1).pos, [5, 5, 5]);
  assert.equal(sim.bodies.get(1).mode, 0);
});

test("the same turn twice is one", () => {
  const next = courses["to a point"];
  const sim = picture(fleet(), 30);
  sim.delta(delta(29, { turn: [course(next, 0)] }), 0);
  const { pos } = sim.bodies.get(1);
  sim.delta(delta(30, { turn: [course(next, 1)] }), 0);
  assert.deepEqual(sim.bodies.get(1).pos, pos);
});

test("a turn longer ago than is remembered is flown from there on", () => {
  const sim = picture(fleet(), 200);
  const before = sim.bodies.get(1).pos;
  sim.delta(delta(150, { turn: [course(courses["in a direction"], 0)] }), 0);
  const { pos, vel } = sim.bodies.get(1);
  assert.ok(distance(pos, before) > 100 && distance(pos, before) < 2_000);
  assert.ok(vel[1] < -100);
});

test("after a page has slept, late news of a ship that flies by another is taken in", () => {
  const sim = picture(fleet(), 1);
  sim.delta(delta(101, { move: [{ ...course(fleet()[1]), pos: [1_500, 0, 0], vel: [0, 0, 0] }] }), 0); // waits
  sim.delta(delta(96, { move: [{ ...course(fleet()[1]), pos: [1_500, 0, 0], vel: [0, 0, 0] }] }), 0);
  fly(sim, 160);
  for (const body of sim.bodies.values()) assert.ok(body.pos.every(Number.isFinite), `${body.id} is at ${body.pos}`);
  sim.delta(delta(150, { turn: [course(fleet()[0], 2)] }), 0);
  fly(sim, 161);
  for (const body of sim.bodies.values()) assert.ok(body.pos.every(Number.isFinite), `${body.id} is at ${body.pos}`);
});
