import assert from "node:assert/strict";
import test from "node:test";
import { KIND, planetOf, regionOf, rgb, starOf } from "../static/sky/planet.js";

const AU = 149_597_870_700;
const planet = (id, radius, au, kind = "planet") => ({ id, kind, radius, pos: [au * AU, 0, 0] });

test("worlds are what their size and place make of them", () => {
  for (let id = 1; id < 300; id++) {
    assert.ok([KIND.LAVA, KIND.ROCK].includes(planetOf(planet(id, 3e6, 0.2)).kind));
    assert.ok([KIND.ICE, KIND.ROCK].includes(planetOf(planet(id, 3e6, 20)).kind));
    assert.ok([KIND.GAS].includes(planetOf(planet(id, 7e7, 5)).kind));
    assert.equal(planetOf(planet(id, 1.5e7, 20)).kind, KIND.GIANT);
    assert.ok(![KIND.GAS, KIND.GIANT, KIND.OCEAN].includes(planetOf(planet(id, 1e6, 1, "moon")).kind));
  }
});

test("the same world is the same each time, others are others", () => {
  assert.deepEqual(planetOf(planet(7, 6e6, 1)), planetOf(planet(7, 6e6, 1)));
  const looks = Array.from({ length: 200 }, (_, id) => JSON.stringify(planetOf(planet(id, 6e6, 1)).colours));
  assert.ok(new Set(looks).size > 150);
  const all = Array.from({ length: 400 }, (_, id) => planetOf(planet(id, 7e7, 5)));
  const ringed = all.filter((p) => p.rings);
  assert.ok(ringed.length > 120 && ringed.length < 320, `${ringed.length} of 400 have rings`);
  for (const { rings } of ringed) assert.ok(rings.inner > 1.2 && rings.outer > rings.inner + 0.3 && rings.outer < 3);
  assert.ok(planetOf(planet(1, 1e6, 5, "moon")).rings === null);
});

test("what a shader is given are numbers it can use", () => {
  for (let id = 0; id < 200; id++) {
    const p = planetOf(planet(id, 1e6 * (1 + id), 0.1 + id / 10, id % 3 ? "planet" : "moon"));
    assert.equal(p.colours.length, 4);
    for (const c of [...p.colours.flat(), ...p.sky]) assert.ok(c >= 0 && c <= 1);
    for (const n of [p.air, p.sea, p.clouds, p.tilt, p.turn]) assert.ok(Number.isFinite(n));
  }
  const star = starOf({ id: 1, radius: 7e8, pos: [0, 0, 0] });
  assert.ok(star.colour.every((c) => c > 0.05 && c <= 1), "a star shines in all colours");
});

test("a region has one sky, another region another", () => {
  assert.deepEqual(regionOf("The Bench", 5), regionOf("The Bench", 5));
  assert.notDeepEqual(regionOf("The Bench", 5).first, regionOf("Outskirts", 6).first);
});

test("colours come out as they are asked for", () => {
  const near = (a, b) => a.every((c, i) => Math.abs(c - b[i]) < 1e-9);
  assert.ok(near(rgb(0, 100, 50), [1, 0, 0]));
  assert.ok(near(rgb(480, 100, 50), [0, 1, 0]));
  assert.ok(near(rgb(0, 0, 100), [1, 1, 1]));
});
