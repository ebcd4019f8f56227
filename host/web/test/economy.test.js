import assert from "node:assert/strict";
import test from "node:test";
import { Once, chart, count, cubic, depth, money, nearPrice, parseCount, parseMoney, place, reach, until, where } from "../static/economy.js";
import { COLOURS, colour, compass, richest, spot } from "../static/heat.js";
import { Mining } from "../static/mining.js";
import { Emitter } from "../static/emitter.js";
import { Shop } from "../static/shop.js";
import { sorted } from "../static/view/haul.js";
import { outcome } from "../static/view/market.js";
import { orderText } from "../static/view/trade.js";
import { words } from "../static/view/wallet.js";

test("money is in hundredths and reads back as it was written", () => {
  for (const [n, text] of [[0, "0.00"], [5, "0.05"], [123450, "1,234.50"], [-123450, "-1,234.50"], [1e15, "10,000,000,000,000.00"]]) {
    assert.equal(money(n), text);
    if (n > 0) assert.equal(parseMoney(text), n);
  }
  for (const text of ["12", "12.5", " 1 200.50 "]) assert.equal(typeof parseMoney(text), "number", text);
  for (const text of ["", "0", "-1", "1.234", "1e3", "12.", "ten", "99999999999999999"]) assert.equal(parseMoney(text), null, text);
  assert.equal(money(undefined), "");
});

test("units are whole numbers from 1 on", () => {
  assert.equal(parseCount("1,000"), 1000);
  for (const text of ["0", "-1", "1.5", "x", "", "1e3"]) assert.equal(parseCount(text), null, text);
  assert.equal(count(12345), "12,345");
  assert.equal(cubic(1234.567), "1,234.57 m\u00b3");
});

test("a price has four significant figures", () => {
  for (const [n, near] of [[1, 1], [9999, 9999], [12345, 12350], [12344, 12340], [123456, 123500], [99996, 100000]]) assert.equal(nearPrice(n), near);
});

test("depth adds up from the best order on", () => {
  assert.deepEqual(depth([{ quantity: 1 }, { quantity: 3 }]).map((o) => [o.sum, o.share]), [[1, 0.25], [4, 1]]);
  assert.deepEqual(depth([]), []);
});

test("places and ranges are told in words", () => {
  const system = (id) => ({ 1: "Anvil" })[id], station = (id) => ({ 7: "Anvil I, Yards" })[id];
  assert.equal(place("hangar 1 7", system, station), "Anvil I, Yards");
  assert.equal(place("hangar 1 8", system, station), "a station in Anvil");
  assert.equal(place("hold 12", system, station), "hold of ship 12");
  assert.equal(place("case 7", system, station), "container 7 itself");
  assert.equal(place("hold/case 7", system, station), "container 7 itself, in the hold");
  assert.equal(place("hold 12/case 7", system, station), "container 7 itself, in the hold of ship 12");
  assert.equal(place("escrow", system, station), "promised to the market");
  assert.equal(place("something else", system, station), "something else");
  assert.deepEqual([reach("region"), reach(0), reach(1), reach(undefined)], ["region", "0 jumps", "1 jump", ""]);
  assert.deepEqual([where("Anvil", "Anvil I, Yards"), where("Anvil", "Yards"), where("Anvil", undefined)], ["Anvil I, Yards", "Anvil, Yards", "a station in Anvil"]);
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

test("a chart fits its box, whatever the prices", () => {
  const day = (lowest, highest, volume) => ({ lowest, highest, average: (lowest + highest) / 2, volume });
  const { days, low, high } = chart([day(10, 20, 5), day(15, 40, 0)], 200, 100);
  assert.deepEqual([low, high], [10, 40]);
  for (const d of days) for (const y of [d.top, d.y, d.bottom, d.bar]) assert.ok(y >= 0 && y <= 100);
  assert.ok(days[1].top < days[0].top, "a higher price is higher up");
  assert.equal(chart([day(7, 7, 0)], 200, 100).days[0].y, 35);
  assert.deepEqual(chart([], 200, 100).days, []);
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

test("gaps are sorted by what counts", () => {
  const gap = (type, profit, volume, jumps, each) => ({ type, profit, volume, jumps, buy: { price: 0 }, sell: { price: each } });
  const gaps = [gap("bulky", 1000, 100, 9, 10), gap("small", 900, 0.1, 9, 9), gap("near", 800, 50, 0, 8), gap("cut off", 700, 50, -1, 7)];
  const first = (by) => sorted(gaps, by)[0].type;
  assert.deepEqual([first("profit"), first("room"), first("way"), sorted(gaps, "way").at(-1).type], ["bulky", "small", "near", "cut off"]);
});

test("what came of an order is told in words", () => {
  assert.equal(outcome("sell", { filled: 5, left: 0, paid: 1000, fee: 0 }), "Sold 5 for 10.00.");
  assert.equal(outcome("buy", { filled: 0, left: 1, paid: 0, fee: 12 }), "1 stands in the market, for a fee of 0.12.");
  assert.equal(orderText({ side: "sell", type: "Scree", n: 40, price: 50, left: 2 }), "Sold 40 Scree at 0.50, and 2 stand still.");
  assert.equal(orderText({ side: "buy", type: "Scree", n: 0, reason: "expired" }), "Your order to buy Scree has ended: expired.");
  assert.equal(words({ cause: "market order", trades: [{ side: "sell", quantity: 3, type: "Scree", price: 50 }] }), "market order: sold 3 Scree at 0.50");
  assert.equal(words({ cause: "purse", trades: {} }), "purse");
});
