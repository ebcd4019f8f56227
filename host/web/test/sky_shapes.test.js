import assert from "node:assert/strict";
import test from "node:test";
import { hash, random, seedOf } from "../static/seed.js";
import { buildCrate, buildHull, buildMissile, buildWreck, classOf } from "../static/sky/hulls.js";
import { buildRock, scatter } from "../static/sky/rocks.js";
import { buildGate, buildStation } from "../static/sky/structures.js";

const CLASSES = ["pod", "frigate", "destroyer", "cruiser", "battlecruiser", "battleship", "industrial", "mining", "raider", "reaver", "warlord", "cutter"];

function sound(solid, what, most) {
  assert.ok(solid.triangles >= 12 && solid.triangles <= most, `${what} has ${solid.triangles} triangles`);
  assert.equal(solid.at.length, solid.normal.length, what);
  assert.equal(solid.paint.length, (solid.at.length / 3) * 4, what);
  for (const list of [solid.at, solid.normal, solid.paint]) assert.ok(list.every(Number.isFinite), what);
  let far = 0;
  for (let i = 0; i < solid.at.length; i += 3) far = Math.max(far, Math.hypot(...solid.at.slice(i, i + 3)));
  assert.ok(Math.abs(far - 1) < 1e-9, `${what} reaches ${far} of its radius`);
  for (let i = 0; i < solid.normal.length; i += 3) assert.ok(Math.abs(Math.hypot(...solid.normal.slice(i, i + 3)) - 1) < 1e-6, what);
}

// silhouette is what a solid covers, seen from above and from the side, in a grid of 24 by 24.
function silhouette({ at }) {
  const seen = new Set();
  for (let i = 0; i < at.length; i += 9) {
    for (const [view, k] of [["above", 0], ["side", 1]]) {
      for (let u = 0; u <= 6; u++) {
        for (let v = 0; v + u <= 6; v++) {
          const w = 6 - u - v, mix = (c) => (at[i + c] * u + at[i + 3 + c] * v + at[i + 6 + c] * w) / 6;
          seen.add(`${view} ${Math.floor(mix(k) * 12)} ${Math.floor(mix(2) * 12)}`);
        }
      }
    }
  }
  return seen;
}

const alike = (a, b) => [...a].filter((cell) => b.has(cell)).length / new Set([...a, ...b]).size;

test("every hull is sound, near and far, and has engines", () => {
  for (const kind of CLASSES) {
    for (const type of ["Wren", "Halberd", "", "Somebody's own"]) {
      for (const detail of [true, false]) {
        const solid = buildHull(kind, type, detail);
        sound(solid, `${kind} ${type}`, 4_000);
        assert.ok(solid.engines.length > 0, `${kind} has no engine`);
        for (const e of solid.engines) assert.ok(e.z < 0 && e.r > 0, `an engine of ${kind} burns ahead`);
      }
    }
    sound(buildWreck(kind, "Wren"), `wreck of a ${kind}`, 4_000);
  }
  sound(buildCrate(), "crate", 200);
  sound(buildMissile(), "missile", 200);
});

test("far hulls are cheaper, and keep their outline", () => {
  for (const kind of CLASSES) {
    const near = buildHull(kind, "Halberd", true), far = buildHull(kind, "Halberd", false);
    assert.ok(far.triangles <= near.triangles, kind);
    assert.ok(alike(silhouette(near), silhouette(far)) > 0.55, `${kind}: ${alike(silhouette(near), silhouette(far))}`);
  }
  const sum = (detail) => CLASSES.reduce((all, kind) => all + buildHull(kind, "Halberd", detail).triangles, 0);
  assert.ok(sum(false) < sum(true) * 0.7, `${sum(false)} of ${sum(true)}`);
});

test("classes of ships differ in their outline, types of a class a little", () => {
  const outlines = CLASSES.map((kind) => silhouette(buildHull(kind, "Halberd")));
  outlines.forEach((a, i) => outlines.forEach((b, k) => i < k && assert.ok(alike(a, b) < 0.72, `${CLASSES[i]} and ${CLASSES[k]} are alike: ${alike(a, b).toFixed(2)}`)));
  assert.deepEqual(buildHull("cruiser", "Halberd").at, buildHull("cruiser", "Halberd").at, "the same type is the same ship");
  assert.notDeepEqual(buildHull("cruiser", "Halberd").at, buildHull("cruiser", "Glaive").at);
});

test("ships are the same to the left and to the right, but for chance in a wreck", () => {
  for (const kind of CLASSES.filter((k) => k !== "pod")) {
    const { at } = buildHull(kind, "Wren", false);
    let left = 0, right = 0;
    for (let i = 0; i < at.length; i += 3) [left, right] = [Math.min(left, at[i]), Math.max(right, at[i])];
    assert.ok(Math.abs(left + right) < 0.12, `${kind} from ${left} to ${right}`);
  }
});

test("a ship of a group that nobody knows is built by its size", () => {
  assert.equal(classOf("cruiser", 10), "cruiser");
  assert.equal(classOf("pirate frigate", 500), "raider");
  assert.equal(classOf("", 3), "pod");
  assert.equal(classOf("something new", 30), "frigate");
  assert.equal(classOf(undefined, 150), "cruiser");
  assert.equal(classOf("", 5_000), "battleship");
});

test("stations and gates are sound; stations of other seeds are others", () => {
  for (let seed = 0; seed < 8; seed++) sound(buildStation(seed), `station ${seed}`, 26_000);
  sound(buildGate(), "gate", 6_000);
  assert.notDeepEqual(buildStation(1).at, buildStation(5).at);
  assert.deepEqual(buildStation(3).at, buildStation(3).at);
});

test("a belt has rocks all around, none where ships arrive, the same each time", () => {
  for (let seed = 0; seed < 5; seed++) sound(buildRock(seed), "rock", 600);
  const radius = 20_000, rocks = scatter(7, 700, radius);
  assert.equal(rocks.length, 700 * 8);
  assert.deepEqual(rocks, scatter(7, 700, radius));
  assert.notDeepEqual(rocks, scatter(8, 700, radius));
  for (let i = 0; i < rocks.length; i += 8) {
    const [x, y, z, size, ...turn] = rocks.slice(i, i + 8);
    assert.ok(Math.hypot(x, y, z) > radius * 0.1, `a rock at ${x}, ${y}, ${z}`);
    assert.ok(Math.hypot(x, y, z) < radius * 8 && size >= 60 && size < 1_400);
    assert.ok(Math.abs(Math.hypot(...turn) - 1) < 1e-5);
  }
});

test("seeds are of what the map made, not of names", () => {
  const c = { id: 40_000_001, name: "Anvil I", radius: 6e6, pos: [1.5e11, 3, -2e9] };
  assert.equal(seedOf(c), seedOf({ ...c, name: "Another" }));
  assert.notEqual(seedOf(c), seedOf({ ...c, id: 40_000_002 }));
  assert.notEqual(seedOf(c), seedOf({ ...c, pos: [1.5e11, 4, -2e9] }));
  assert.notEqual(hash("The Bench"), hash("The bench"));
  const [a, b] = [random(5), random(5)];
  for (let i = 0; i < 50; i++) assert.equal(a(), b());
});
