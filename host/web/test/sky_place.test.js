import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { Sim } from "../static/sim.js";
import { Fleet, Look } from "../static/sky/fleet.js";
import { Game } from "../static/state.js";
import { Gaze } from "../static/view/gaze.js";

const AU = 149_597_870_700;
const vectors = JSON.parse(readFileSync(new URL("../../../runtime/physics/testdata/motion.json", import.meta.url)));
const distance = (a, b) => Math.hypot(...a.map((c, i) => c - b[i]));

// A stage on which nothing is drawn, but all is placed.
function stage() {
  const value = { value: 0 };
  return { near: { meshes: [], add(mesh) { this.meshes.push(mesh); } }, light: { sun: value, sunlight: value, above: value, below: value, time: value } };
}

function fleetOn(set) {
  return new Fleet(set, { get: async () => null }, { level: { hulls: 1 } });
}

// placed is what the graphics card is told of the one ship that is drawn.
function placed(set) {
  const drawn = set.near.meshes.filter((m) => m.geometry.instanceCount === 1 && m.geometry.getAttribute("paint"));
  assert.equal(drawn.length, 1, "one hull is drawn");
  const { data } = drawn[0].geometry.getAttribute("place");
  return [...data.array.slice(0, 4)];
}

function camera() {
  const game = new Game();
  const gaze = new Gaze(null, game, new Map());
  gaze.camera.resize(1_280, 800);
  return { game, gaze };
}

function draw(set, fleet, body, lens) {
  fleet.begin();
  fleet.add(body, body.px - lens.x, body.py - lens.y, body.pz - lens.z, lens, (body.look ??= new Look(body)));
  fleet.end();
  return placed(set);
}

test("ships are drawn where physics says, as seen from the lens", () => {
  for (const { name, dt, ticks, body, target, want } of vectors) {
    const sim = new Sim();
    sim.enter([]);
    sim.snapshot({ tick: 0, hz: 1 / dt, dilation: 1, entities: [{ id: 1, radius: 40, ...body }, ...(target ? [{ id: 2, ...target }] : [])] }, 0);
    for (let tick = 0; sim.tick < ticks; ) {
      tick = Math.min(ticks, tick + 20);
      sim.clock.at = () => tick;
      sim.advance(tick);
    }
    const ship = sim.bodies.get(1);
    ship.ex = ship.ey = ship.ez = 0;
    ship.draw(1, dt);
    const { gaze } = camera(), set = stage(), fleet = fleetOn(set);
    gaze.camera.range = 700;
    gaze.camera.aim(ship.px, ship.py, ship.pz);
    const at = draw(set, fleet, ship, gaze.camera);
    const lens = [gaze.camera.x, gaze.camera.y, gaze.camera.z];
    const seen = at.slice(0, 3).map((c, i) => c + lens[i]);
    assert.ok(distance(seen, want.pos) < 5e-3, `${name}, ${ticks} ticks: drawn at ${seen}, not at ${want.pos}`);
  }
});

test("at 100 AU from the star nothing trembles", () => {
  const { game, gaze } = camera(), set = stage(), fleet = fleetOn(set);
  const far = [70 * AU + 0.37, 12.1 * AU, -70 * AU + 0.11];
  const ship = { id: 2 ** 30, kind: "ship", name: "A", type: "Wren", radius: 30, mode: 1, pos: far, vel: [217, 33, -141], target: 0, point: [0.83, 0.13, -0.54], range: 0, speed: 261, tau: 3 };
  const other = { ...ship, id: 2 ** 30 + 1, pos: far.map((c, i) => c + [90, 40, -60][i]) };
  game.handle({ ev: "system", id: 1, name: "Far", security: 1, hz: 10, celestials: [], docked: null, ship: ship.id }, 0);
  game.handle({ ev: "snapshot", tick: 100, hz: 10, dilation: 1, you: ship.id, bubble: 1, entities: [ship, other] }, 0);
  let before = null, most = 0;
  for (let frame = 1; frame < 240; frame++) {
    game.sim.advance(frame / 60);
    gaze.frame(1 / 60, true);
    const seen = draw(set, fleet, game.sim.bodies.get(other.id), gaze.camera).slice(0, 3);
    if (before && frame > 30) most = Math.max(most, distance(seen, before));
    before = seen;
  }
  // Two ships side by side: how far one moves in the picture is what trembles.
  const pixels = (most * gaze.camera.focal) / gaze.camera.range;
  assert.ok(pixels < 0.1, `${most} m, ${pixels} pixels`);
});

test("a hull points where it flies, whichever way that is", () => {
  const turn = ([x, y, z, w], [a, b, c]) => {
    const t = [2 * (y * c - z * b), 2 * (z * a - x * c), 2 * (x * b - y * a)];
    return [a + w * t[0] + y * t[2] - z * t[1], b + w * t[1] + z * t[0] - x * t[2], c + w * t[2] + x * t[1] - y * t[0]];
  };
  for (const way of [[0, 0, 1], [0, 0, -1], [1, 0, 0], [-1, 0, 0], [0.6, 0, -0.8], [0.36, 0.48, 0.8], [-0.36, -0.48, -0.8], [0, 1, 0], [0, -1, 0], [0.01, 0.9999, 0]]) {
    const body = { id: 7, vel: way.map((c) => c * 100), velocity: 100, speed: 100 }, look = new Look(body);
    for (let i = 0; i < 400; i++) look.follow(body, 0.05);
    const ahead = turn([look.qx, look.qy, look.qz, look.qw], [0, 0, 1]);
    assert.ok(distance(ahead, way) < 0.03, `${ahead} is not ${way}`);
    assert.ok(Math.abs(Math.hypot(look.qx, look.qy, look.qz, look.qw) - 1) < 1e-6);
    if (Math.abs(way[1]) < 0.5) assert.ok(turn([look.qx, look.qy, look.qz, look.qw], [0, 1, 0])[1] > 0.7, "its back is up");
    assert.ok(look.power > 0.95, "its engines burn");
  }
});

test("a fleet grows as far as it has to, and what is far off costs nothing", () => {
  const set = stage(), fleet = fleetOn(set), { gaze } = camera();
  gaze.camera.aim(0, 0, 0);
  fleet.begin();
  for (let i = 0; i < 900; i++) {
    const body = { id: i, kind: i % 9 ? "ship" : "npc", type: ["Wren", "Dray", "Colossus"][i % 3], radius: 400, vel: [0, 0, 0], velocity: 0, speed: 100 };
    fleet.add(body, gaze.camera.fx * 4_000 + i, gaze.camera.fy * 4_000, gaze.camera.fz * 4_000, gaze.camera, new Look(body));
    fleet.add({ ...body, id: -i }, gaze.camera.fx * 4e9, 0, 0, gaze.camera, new Look(body));
  }
  fleet.end();
  assert.equal(fleet.drawn, 900);
  const hulls = set.near.meshes.filter((m) => m.geometry.getAttribute("paint"));
  assert.equal(hulls.reduce((sum, m) => sum + (m.visible ? m.geometry.instanceCount : 0), 0), 900);
  assert.ok(set.near.meshes.filter((m) => m.visible).length <= 6, "three kinds of hulls, and their fire");
  for (const mesh of set.near.meshes.filter((m) => m.geometry.getAttribute("nozzle"))) {
    const hull = hulls.find((h) => h.geometry.getAttribute("place").data === mesh.geometry.getAttribute("place").data);
    assert.ok(hull && hull.geometry.instanceCount === mesh.geometry.instanceCount, "fire belongs to hulls that are drawn");
  }
});
