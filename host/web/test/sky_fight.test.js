import assert from "node:assert/strict";
import test from "node:test";
import { Mode } from "../static/motion.js";
import { Battle } from "../static/sky/battle.js";
import { Events } from "../static/sky/events.js";
import { STYLE, flight, styleOf } from "../static/sky/weapons.js";
import { Emitter } from "../static/emitter.js";

// Recorder stands for a buffer: it keeps what was added.
class Recorder {
  all = [];
  add(...args) {
    this.all.push(args);
  }
}

const body = (id, x, more = {}) => ({ id, kind: "ship", type: "Wren", radius: 40, px: x, py: 0, pz: 0, vel: [0, 0, 0], velocity: 0, mode: Mode.STOP, look: { hit: 0 }, ...more });
const camera = { x: 0, y: 0, z: -500 };

function field(...bodies) {
  const game = new Emitter();
  game.sim = { clock: { dilation: 1 }, bodies: new Map(bodies.map((b) => [b.id, b])), celestials: new Map() };
  game.sim.find = (id) => game.sim.bodies.get(id) ?? game.sim.celestials.get(id);
  game.ship = bodies[0]?.id;
  Object.defineProperty(game, "own", { get: () => game.sim.bodies.get(game.ship) ?? null });
  game.docked = null;
  game.system = { id: 1 };
  const parts = { lines: new Recorder(), glows: new Recorder(), shields: new Recorder(), sparks: new Recorder() };
  return { game, parts, fight: { shots: new Map(), health: new Map(), condition: null } };
}

test("weapons look like what they are called", () => {
  assert.equal(styleOf("Tempered Light Railgun"), STYLE.rail);
  assert.equal(styleOf("Heavy Autocannon"), STYLE.bolts);
  assert.equal(styleOf("Medium Pulse Cannon"), STYLE.beam);
  assert.equal(styleOf("Small Mining Laser"), STYLE.drill);
  assert.equal(styleOf("Torpedo Launcher"), null, "missiles fly by themselves");
  assert.equal(styleOf("Something New"), STYLE.bolts);
  assert.ok(flight(STYLE.rail, 20_000) < flight(STYLE.bolts, 20_000));
});

test("a bolt flies from the gun to the hull, then the shield lights up where it came in", () => {
  const { game, parts, fight } = field(body(1, 0), body(2, 4_000));
  fight.shots.set("a", { from: 1, to: 2, type: "Light Railgun", guns: 1, cycle: 4, since: 10 });
  const battle = new Battle({ game, fight, ...parts });
  battle.frame(10.06, camera);
  const [ax, , , bx] = parts.lines.all.at(-1);
  assert.ok(ax >= 0 && bx > ax && bx < 3_960, `from ${ax} to ${bx}`);
  assert.equal(parts.shields.all.length, 0);
  parts.lines.all = [];
  battle.frame(10.3, camera);
  assert.deepEqual(parts.lines.all.map(([x]) => x), [0], "where it went is still seen");
  const [x, , z, radius, dx] = parts.shields.all[0];
  assert.ok(Math.abs(x - 4_000) < 1e-6 && z === 500 && radius > 40 && dx < -0.99);
  assert.ok(game.sim.bodies.get(2).look.hit > 0);
  battle.frame(12, camera);
  assert.equal(parts.shields.all.length, 1, "between two shots nothing is seen");
  battle.frame(14.3, camera);
  assert.equal(parts.shields.all.length, 2, "it fires again with each cycle");
});

test("a hit where no shield is left is fire on the hull", () => {
  const { game, parts, fight } = field(body(1, 0), body(2, 4_000));
  fight.shots.set("a", { from: 1, to: 2, type: "Light Railgun", guns: 1, cycle: 4, since: 10 });
  fight.health.set(2, [0, 0.7, 1]);
  new Battle({ game, fight, ...parts }).frame(10.3, camera);
  assert.equal(parts.shields.all.length, 0);
  assert.ok(parts.glows.all.length > 0);
});

test("many guns are more bolts, time that runs slowly is slower fire, and who is not there does not fire", () => {
  const { game, parts, fight } = field(body(1, 0), body(2, 6_000));
  fight.shots.set("a", { from: 1, to: 2, type: "Light Autocannon", guns: 9, cycle: 4, since: 0 });
  fight.shots.set("b", { from: 1, to: 99, type: "Light Autocannon", guns: 1, cycle: 4, since: 0 });
  const battle = new Battle({ game, fight, ...parts });
  battle.frame(0.55, camera);
  assert.equal(battle.shown, 1);
  assert.ok(parts.lines.all.length > 4 && parts.lines.all.length <= 20);
  game.sim.clock.dilation = 0.1;
  parts.lines.all = [];
  battle.frame(0.55, camera);
  assert.equal(parts.lines.all.length, 1);
});

function events(...bodies) {
  const { game, parts } = field(...bodies);
  const light = { time: { value: 1 } }, places = { gates: [], stations: [] }, drawn = [];
  const fleet = { add: (b, x, y, z) => drawn.push([b.id, x, y, z]) };
  const all = new Events({ game, ...parts, fleet, places, quality: { level: { sparks: 1 } }, light });
  all.frame(camera);
  const pass = (seconds) => {
    light.time.value += seconds;
    all.frame(camera);
  };
  return { game, parts, places, all, pass, drawn };
}

test("who is destroyed blows up, whether that or the end of the ship is heard of first", () => {
  for (const first of ["told", "gone"]) {
    const { game, parts, all, pass } = events(body(1, 0), body(2, 900));
    const told = () => game.emit("message", { ev: "destroyed", id: 2 });
    if (first === "told") told();
    game.sim.bodies.delete(2);
    if (first === "gone") {
      told();
    }
    pass(0.02);
    assert.equal(all.count.blast, 1, first);
    assert.ok(parts.sparks.all.length > 50);
    assert.ok(parts.sparks.all.every(([x]) => x === 900));
    pass(0.1);
    assert.ok(parts.glows.all.some(([x]) => x === 900));
    const glows = parts.glows.all.length;
    pass(9);
    assert.equal(parts.glows.all.length, glows, "it ends");
    assert.equal(all.count.blast, 1, "once");
  }
});

test("who leaves in warp, through a gate or into a station is seen to", () => {
  const { game, places, all, pass, drawn } = events(body(1, 0), body(2, 900, { mode: Mode.TUNNEL, vel: [9e9, 0, 0], velocity: 9e9 }), body(3, 52_000), body(4, -31_000, { look: { hit: 0, point() {} } }), body(5, 200), body(6, 300, { kind: "wreck" }));
  places.gates.push({ px: 50_000, py: 0, pz: 0, radius: 2_500 });
  places.stations.push({ px: -40_000, py: 0, pz: 0, radius: 8_000 });
  for (const id of [2, 3, 4, 5, 6]) game.sim.bodies.delete(id);
  pass(0.02);
  assert.deepEqual(all.count, { blast: 0, burst: 0, warp: 1, jump: 1, dock: 1 });
  pass(1);
  assert.equal(drawn.at(-1)[0], 4, "the one that docks glides in");
  assert.ok(drawn.at(-1)[1] < drawn[0][1]);
});

test("a missile that is gone has burst; what comes in a snapshot or elsewhere has not just arrived", () => {
  const { game, all, pass } = events(body(1, 0), body(2, 900, { kind: "missile" }));
  game.sim.bodies.delete(2);
  pass(0.02);
  assert.equal(all.count.burst, 1);
  game.sim.bodies = new Map([[1, body(1, 0)], [7, body(7, 10, { velocity: 100 })]]);
  game.emit("message", { ev: "snapshot" });
  pass(0.02);
  game.sim.bodies = new Map();
  game.emit("system");
  pass(0.02);
  assert.deepEqual(all.count, { blast: 0, burst: 1, warp: 0, jump: 0, dock: 0 });
  all.stop();
});

test("the own ship that docks is followed into the station", () => {
  const { game, all, pass } = events(body(1, 9_500, { look: { hit: 0, hx: 0, hy: 0, hz: 1, point() {} } }));
  pass(0.1);
  game.sim.celestials.set(60, { id: 60, px: 0, py: 0, pz: 0, radius: 8_000 });
  game.docked = 60;
  game.sim.bodies.clear();
  game.emit("system");
  pass(0.5);
  assert.ok(all.ghost && all.ghost.px < 9_500 && all.ghost.px > 0);
  pass(5);
  assert.equal(all.ghost, null);
});
