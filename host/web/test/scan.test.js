import assert from "node:assert/strict";
import test from "node:test";
import { Emitter } from "../static/emitter.js";
import { Rules } from "../static/rules.js";
import { Scan } from "../static/scan.js";

const AU = 149_597_870_700;

function newScan(kept = {}) {
  const game = Object.assign(new Emitter(), { rules: new Rules(), system: { id: 1, name: "Anvil" }, own: { px: 0, py: 0, pz: 0 }, sim: { clock: { dilation: 1 }, celestials: new Map() } });
  const shelf = new Map(Object.entries(kept));
  const scan = new Scan(game, { get: (key) => shelf.get(key), set: (key, value) => shelf.set(key, value) });
  scan.forget();
  const asked = [];
  const act = (answer) => async (cmd, args) => {
    asked.push([cmd, args]);
    return answer && { result: answer };
  };
  const put = (id, px, py, pz) => game.sim.celestials.set(id, { id, kind: "planet", name: `Anvil ${id}`, px, py, pz });
  return { game, shelf, scan, asked, act, put };
}

test("a scan asks for the cone that is chosen, and keeps the choice", async () => {
  const { scan, asked, act, shelf } = newScan();
  scan.choose({ angle: 15 });
  scan.choose({ range: 5 * AU });
  await scan.scan([0, 0, -1], 100, act({ contacts: [{ kind: "ship", type: "Wren", name: "Bo's Wren", distance: 2e9 }], count: 1, again: 2 }));
  assert.deepEqual(asked, [["scan", { dir: [0, 0, -1], angle: 15, range: 5 * AU }]]);
  assert.equal(scan.found.contacts[0].name, "Bo's Wren");
  assert.deepEqual([scan.found.angle, scan.found.range, scan.found.at], [15, 5 * AU, 100]);
  const again = newScan(Object.fromEntries(shelf)).scan;
  assert.deepEqual([again.angle, again.reach], [15, 5 * AU]);
});

test("it waits until the scanner is ready, longer where time runs slowly", async () => {
  const { game, scan, asked, act } = newScan();
  game.sim.clock.dilation = 0.5;
  await scan.scan([1, 0, 0], 100, act({ contacts: [], count: 0, again: 2 }));
  await scan.scan([1, 0, 0], 103.9, act({ contacts: [], count: 0, again: 2 }));
  assert.equal(asked.length, 1);
  await scan.scan([1, 0, 0], 104, act(null));
  assert.equal(asked.length, 2);
  assert.equal(scan.found.at, 100, "a refusal leaves what was found");
});

test("what the scanner reaches is what the scripts say", () => {
  const { game, scan } = newScan();
  assert.equal(scan.ranges.at(-1), 15 * AU);
  assert.equal(scan.reach, 15 * AU, "all of it, where nothing is chosen");
  game.rules.take({ scan_range: 2 * AU });
  assert.deepEqual(scan.ranges.slice(-2), [AU, 2 * AU]);
  assert.equal(scan.reach, 2 * AU);
  scan.choose({ range: 2 * AU });
  game.rules.take({ scan_range: 4 * AU });
  assert.equal(scan.reach, 4 * AU, "all is all, too, when that is more");
});

test("the places of the map in the cone are the nearest first", () => {
  const { scan, put } = newScan();
  put(1, 2 * AU, 0, 0);
  put(2, AU, 0.2 * AU, 0);
  put(3, -AU, 0, 0);
  put(4, 20 * AU, 0, 0);
  scan.choose({ angle: 30 });
  assert.deepEqual(scan.places([1, 0, 0]).map(({ thing }) => thing.id), [2, 1]);
  scan.choose({ angle: 15 });
  assert.deepEqual(scan.places([1, 0, 0]).map(({ thing }) => thing.id), [1], "11 degrees off are not in 15 across");
  scan.choose({ angle: 360 });
  assert.deepEqual(scan.places([1, 0, 0]).map(({ thing }) => thing.id), [3, 2, 1]);
});

test("many contacts are told by type, the most first, and forgotten in another system", async () => {
  const { game, scan, act } = newScan();
  const contact = (type, kind = "ship") => ({ kind, type, name: "", distance: 1e9 });
  await scan.scan([1, 0, 0], 0, act({ contacts: [contact("Wren"), contact("Mule"), contact("Mule"), contact("", "wreck")], count: 4, again: 2 }));
  assert.equal(scan.kinds, "2 Mule, 1 Wren, 1 wreck");
  let told = 0;
  scan.on("changed", () => told++);
  game.emit("system");
  assert.ok(scan.found && told === 0, "to dock is no other system");
  game.system = { id: 2, name: "Harrow" };
  game.emit("system");
  assert.equal(scan.found, null);
  assert.equal(told, 1);
});
