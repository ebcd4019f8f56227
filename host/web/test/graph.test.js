import assert from "node:assert/strict";
import test from "node:test";
import { parseMap } from "../static/graph.js";

const map = parseMap({
  name: "small",
  regions: ["Core", "Rim"],
  systems: [
    [1, "Anvil", 0, 0, 0.9, 0, [2, 3]], [2, "Harrow", 1, 0, 0.5, 0, [1, 4]], [3, "Low Anvil", 0, 1, 0.2, 1, [1, 4]],
    [4, "Ember", 1, 1, -0.3, 1, [2, 3, 5]], [5, "Ash", 2, 2, 0, 1, [4]], [6, "Alone", 9, 9, 0, 1, []],
  ],
});

test("routes have the fewest jumps", () => {
  assert.deepEqual(map.route(1, 5), [1, 2, 4, 5]);
  assert.deepEqual(map.route(1, 1), [1]);
});

test("there is no route to where no gate leads, nor to nowhere", () => {
  assert.equal(map.route(1, 6), null);
  assert.equal(map.route(1, 77), null);
  assert.equal(map.route(77, 1), null);
});

test("a search finds beginnings first", () => {
  assert.deepEqual(map.search("an").map((s) => s.name), ["Anvil", "Low Anvil"]);
  assert.deepEqual(map.search("A", 2).map((s) => s.name), ["Ash", "Alone"]);
  assert.deepEqual(map.search("  "), []);
});

test("names are found without regard to case, with their region", () => {
  assert.equal(map.named(" EMBER ").id, 4);
  assert.equal(map.get(4).region, "Rim");
  assert.equal(map.named("Nowhere"), undefined);
});

test("a route through thousands of systems takes no time worth naming", () => {
  const side = 90;
  const id = (x, y) => 1 + y * side + x;
  const systems = [];
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      const next = [[x - 1, y], [x + 1, y], [x, y - 1], [x, y + 1]].filter(([a, b]) => a >= 0 && b >= 0 && a < side && b < side);
      systems.push([id(x, y), `S${x}-${y}`, x, y, 0, 0, next.map(([a, b]) => id(a, b))]);
    }
  }
  const grid = parseMap({ name: "grid", regions: [""], systems });
  assert.equal(grid.route(1, id(side - 1, side - 1)).length, 2 * side - 1);
});
