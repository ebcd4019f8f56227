import assert from "node:assert/strict";
import test from "node:test";
import { Once, count, cubic, money, parseCount, place, until } from "../static/economy.js";
import { COLOURS, colour, compass, richest, spot } from "../static/heat.js";
import { Mining } from "../static/mining.js";
import { Emitter } from "../static/emitter.js";
import { Shop } from "../static/shop.js";

test("money is in hundredths", () => {
  for (const [n, text] of [[0, "0.00"], [5, "0.05"], [123450, "1,234.50"], [-123450, "-1,234.50"], [1e15, "10,000,000,000,000.00"]]) {
    assert.equal(money(n), text);
  }
  assert.equal(money(undefined), "");
});

test("units are whole numbers from 1 on", () => {
  assert.equal(parseCount("1,000"), 1000);
  for (const text of ["0", "-1", "1.5", "x", "", "1e3"]) assert.equal(parseCount(text), null, text);
  assert.equal(count(12345), "12,345");
  assert.equal(cubic(1234.567), "1,234.57 m\u00b3");
});

test("places are told in words", () => {
  const system = (id) => ({ 1: "Anvil" })[id], station = (id) => ({ 7: "Anvil I, Yards" })[id];
  assert.equal(place("hangar 1 7", system, station), "Anvil I, Yards");
  assert.equal(place("hangar 1 8", system, station), "a station in Anvil");
  assert.equal(place("hold 12", system, station), "hold of ship 12");
  assert.equal(place("case 7", system, station), "container 7 itself");
  assert.equal(place("hold/case 7", system, station), "container 7 itself, in the hold");
  assert.equal(place("hold 12/case 7", system, station), "container 7 itself, in the hold of ship 12");
  assert.equal(place("escrow", system, station), "promised to the market");
  assert.equal(place("something else", system, station), "something else");
  assert.deepEqual([until(-1), until(59.2), until(3599), until(90_000)], ["0 s", "1 min 0 s", "59 min 59 s", "1 d 1 h"]);
});

test("what is asked again has the same key until it is answered", () => {
  let n = 0;
  const once = new Once(() => `k${++n}`);
  const sale = { type: "Ferrite", quantity: 1 };
  assert.equal(once.key("sell", sale), once.key("sell", { ...sale }));
  assert.notEqual(once.key("sell", sale), once.key("buy", sale));
  const before = once.key("sell", sale);
  once.done("sell", sale);
  assert.notEqual(once.key("sell", sale), before);
  assert.notEqual(new Once().key("a", {}), new Once().key("a", {}));
});

test("the heat map's colours rise in light", () => {
  const light = COLOURS.map(([r, g, b]) => 0.2126 * r + 0.7152 * g + 0.0722 * b);
  assert.deepEqual(light, light.toSorted((a, b) => a - b));
  assert.deepEqual([colour(-1), colour(0), colour(1), colour(2)], [COLOURS[0], COLOURS[0], COLOURS.at(-1), COLOURS.at(-1)]);
  const map = { columns: 4, rows: 2, values: [0, 0.1, 0, 0, 0, 0, 0.9, 0] };
  assert.deepEqual(richest(map), [2, 1]);
  assert.deepEqual(spot(map, 2, 1), { lat: -45, lon: 45 });
  assert.equal(compass({ lat: -45, lon: 45 }), "45\u00b0 S, 45\u00b0 E");
});

test("all lasers dig at a belt, and stop together", async () => {
  const game = new Emitter();
  const fight = { modules: [{ slot: 1, group: "miner", on: false }, { slot: 2, group: "gun", on: false }, { slot: 3, group: "miner", on: true }] };
  const mining = new Mining(game, fight, async () => ({ ores: [{ type: "Scree", left: 1200, full: 2000 }] }));
  const asked = [];
  const act = async (...what) => (asked.push(what), { result: {} });
  fight.modules[2].on = false;
  await mining.toggle(9, act);
  assert.deepEqual(asked, [["activate", { slot: 1, id: 9 }], ["activate", { slot: 3, id: 9 }]]);
  asked.length = 0;
  fight.modules[2].on = true;
  await mining.toggle(9, act);
  assert.deepEqual(asked, [["deactivate", { slot: 3 }]]);
  asked.length = 0;
  fight.modules[2].on = false;
  assert.equal(await mining.toggle(9, async (...what) => (asked.push(what), null)), "");
  assert.equal(asked.length, 1, "one refusal is enough");
  fight.modules = [];
  assert.match(await mining.toggle(9, act), /no mining laser/);
  assert.equal(await mining.belt(9), "Scree: 1,200 of 2,000");
  let said = "";
  mining.on("told", (text) => (said = text));
  game.emit("message", { ev: "mined", type: "Scree", n: 12, left: 1188 });
  assert.equal(said, "12 Scree in the hold, 1,188 left in the belt.");
});

test("what the market says is asked once, and again after a lost line", async () => {
  const asked = [];
  let up = false;
  const shop = new Shop(async (path) => {
    asked.push(path);
    if (!up) return null;
    return path.includes("regions/") ? { systems: [{ stations: [{ id: 7, name: "Yards" }] }] } : { types: [{ name: "Ferrite" }], gaps: [] };
  });
  assert.deepEqual(await shop.types(), []);
  assert.equal(await shop.gaps("", ""), null);
  up = true;
  assert.equal((await shop.types()).length, 1);
  await shop.types();
  await shop.learn("The Bench");
  assert.equal(shop.station(7), "Yards");
  assert.deepEqual(await shop.gaps("The Bench", ""), []);
  assert.deepEqual(asked, ["/api/v1/types", "/api/v1/gaps?", "/api/v1/types", "/api/v1/regions/The%20Bench", "/api/v1/gaps?from=The+Bench"]);
});
