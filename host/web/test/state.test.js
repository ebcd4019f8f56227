import assert from "node:assert/strict";
import test from "node:test";
import { parseMap } from "../static/graph.js";
import { queueNotice, reloadNotice, testsNotice } from "../static/notices.js";
import { Game } from "../static/state.js";

const anvil = {
  ev: "system", id: 1, name: "Anvil", security: 0.9, region: "Core", constellation: "Works", hz: 10, docked: null, ship: 2 ** 30,
  celestials: [
    { id: 10, kind: "star", name: "Star", pos: [0, 0, 0], radius: 7e8 },
    { id: 11, kind: "gate", name: "Gate to Harrow", pos: [1e11, 0, 0], radius: 1_000, dest: 2, dest_name: "Harrow" },
  ],
};
const own = { id: 2 ** 30, kind: "ship", name: "Mine", type: "Wren", radius: 40, mode: 0, pos: [1e11, 5_000, 0], vel: [0, 0, 0], target: 0, point: [0, 0, 0], range: 0, speed: 200, tau: 3 };
const snapshot = { ev: "snapshot", tick: 5, hz: 10, dilation: 1, you: own.id, bubble: 1, entities: [own, { ...own, id: own.id + 1, name: "Other" }] };
const map = parseMap({ name: "m", regions: ["Core"], systems: [[1, "Anvil", 0, 0, 0.9, 0, [2]], [2, "Harrow", 1, 0, 0.5, 0, [1, 3]], [3, "Ember", 2, 0, 0, 0, [2]]] });

function inSpace() {
  const game = new Game();
  game.notices = [];
  game.on("notice", (n) => game.notices.push(n));
  game.handle({ ev: "welcome", player: { id: 1, name: "Ada" }, shard: "dev", kind: "development", release: 3 }, 0);
  game.handle(anvil, 0);
  game.handle(snapshot, 0);
  return game;
}

test("knows who, where and what is here", () => {
  const game = inSpace();
  assert.equal(game.me.name, "Ada");
  assert.equal(game.system.name, "Anvil");
  assert.equal(game.own.name, "Mine");
  assert.equal(game.distance(game.sim.find(11)), 5_000 - 40 - 1_000);
});

test("docking ends space, and what was selected there", () => {
  const game = inSpace();
  game.select(own.id + 1);
  game.handle({ ...anvil, docked: 10, ship: null }, 1);
  assert.equal(game.docked, 10);
  assert.equal(game.own, null);
  assert.equal(game.selected, null);
  assert.equal(game.distance(game.sim.find(11)), null);
});

test("another ship in the same place ends nothing, one elsewhere does", () => {
  const game = inSpace();
  game.select(own.id + 1);
  game.handle({ ...anvil, ship: own.id + 7 }, 1);
  game.handle({ ev: "delta", tick: 5, gone: [own.id], add: [{ ...own, id: own.id + 7, kind: "pod", name: "Pod" }], move: [] }, 1);
  assert.equal(game.own.name, "Pod");
  assert.equal(game.selected, own.id + 1);
  assert.equal(game.sim.find(own.id + 1).name, "Other");
  game.handle({ ...anvil, id: 2, name: "Harrow" }, 2);
  assert.equal(game.sim.find(own.id + 1), undefined);
});

test("what leaves is no longer selected, and nothing that is not here can be", () => {
  const game = inSpace();
  game.select(own.id + 1);
  game.handle({ ev: "delta", tick: 5, add: [], move: [], gone: [own.id + 1] }, 0.1);
  assert.equal(game.selected, null);
  game.select(999);
  assert.equal(game.selected, null);
});

test("a route is planned, followed and ended by arriving", () => {
  const game = inSpace();
  const said = [];
  game.on("destination", (name) => said.push(name));
  game.useMap(map);
  game.fly(3);
  assert.deepEqual(game.route, [1, 2, 3]);
  assert.equal(game.nextGate.name, "Gate to Harrow");
  game.handle({ ...anvil, id: 2, name: "Harrow", celestials: [] }, 2);
  assert.deepEqual(game.route, [2, 3]);
  assert.equal(game.nextGate, null);
  game.handle({ ...anvil, id: 3, name: "Ember", celestials: [] }, 3);
  assert.equal(game.route, null);
  assert.equal(game.destination, null);
  assert.match(game.notices.at(-1).text, /Ember/);
  assert.deepEqual(said, ["Ember"]);
});

test("the route that the game kept is taken up, before or after the map is there", () => {
  const early = inSpace();
  early.handle({ ev: "route", to: "Ember", systems: ["Harrow", "Ember"] }, 0);
  early.useMap(map);
  assert.deepEqual(early.route, [1, 2, 3]);
  const late = inSpace();
  late.useMap(map);
  late.handle({ ev: "route", to: "Ember" }, 0);
  assert.deepEqual(late.route, [1, 2, 3]);
});

test("dilation, announcements and the end are passed on", () => {
  const game = inSpace();
  game.handle({ ev: "dilation", factor: 0.25, at: 15 }, 0.1);
  game.sim.advance(0.5);
  assert.equal(game.sim.clock.dilation, 1, "not yet");
  game.sim.advance(2);
  assert.equal(game.sim.clock.dilation, 0.25);
  game.handle({ ev: "announce", text: "Soon" }, 1);
  game.handle({ ev: "closing", code: "shutdown", reason: "Maintenance" }, 1);
  assert.deepEqual(game.notices.map((n) => n.kind), ["announce", "bad"]);
});

test("an event that nobody knows changes nothing", () => {
  const game = inSpace();
  game.handle({ ev: "tournament", prize: 1 }, 1);
  assert.equal(game.system.name, "Anvil");
});

test("a reload is told in words", () => {
  assert.deepEqual(reloadNotice({ ok: true, release: 7, files: ["a.lua"], message: "" }), { kind: "good", id: "reload", title: "Code reloaded, release 7", text: "a.lua" });
  assert.match(reloadNotice({ ok: true, files: ["a", "b", "c", "d", "e"] }).text, /a, b, c and 2 more/);
  const refused = reloadNotice({ ok: false, files: ["a.lua"], message: "a.lua:3: unexpected symbol" });
  assert.equal(refused.kind, "bad");
  assert.equal(refused.text, "a.lua:3: unexpected symbol");
});

test("who waits for a seat reads how they stand", () => {
  assert.equal(queueNotice({ place: 3, of: 9, system: "Anvil" }).text, "You are number 3 of 9 in the queue.");
  assert.match(queueNotice({ place: 0, of: 9, system: "Anvil", seconds: 60 }).text, /60 seconds/);
  assert.match(queueNotice({ place: null, of: 0, system: "Anvil" }).title, /somebody else/);
});

test("a reload tells what stayed, and what is refused still", () => {
  const kept = reloadNotice({ ok: true, release: 8, files: ["chat.lua"], warnings: ["W-STATE-KEPT chat.lines (live=3 base=0 new=7)", "W-ARITY m.f", "W-CHECK main.lua:6:15 (error: module chat has no say)"], broken: ["x.lua"] });
  assert.equal(kept.kind, "announce", "it is no mere success");
  assert.match(kept.text, /chat\.lines keeps its live value 3; the file says 7\./);
  assert.match(kept.text, /W-ARITY m\.f/);
  assert.match(kept.text, /^main\.lua:6:15: error: module chat has no say$/m);
  assert.match(kept.text, /Still refused: x\.lua\./);
  const restored = reloadNotice({ ok: true, restored: true, release: 8, files: [], message: "", warnings: [], broken: [] });
  assert.equal(restored.kind, "good", "it leaves by itself");
  assert.equal(restored.id, "reload", "and takes the place of the refusal");
  assert.match(restored.title, /restored/);
});

test("what is held says how it goes on", () => {
  const held = reloadNotice({ ok: false, held: true, release: 8, files: ["chat.lua"], message: "chat.lua was deleted: save it again, or unload chat" });
  assert.equal(held.kind, "announce");
  assert.match(held.title, /held/);
  assert.match(held.text, /unload chat/);
});

test("the tests of a save are told in words", () => {
  assert.deepEqual(testsNotice({ ok: true, passed: 1, failed: 0 }), { kind: "good", id: "tests", title: "1 test passes", text: "" });
  const bad = testsNotice({ ok: false, passed: 3, failed: 1, failures: ["chat_test.it_shouts: chat_test.lua:4: not equal"], left: ["far_test.lua"] });
  assert.equal(bad.kind, "bad");
  assert.equal(bad.title, "1 of 4 tests fail");
  assert.match(bad.text, /chat_test\.lua:4: not equal\nNo time for far_test\.lua\./);
  const late = testsNotice({ ok: false, passed: 3, failed: 0, left: ["far_test.lua"] });
  assert.match(late.title, /Not all/);
});

test("the figures of the rules come from the scripts", () => {
  const game = inSpace();
  assert.equal(game.rules.dock_range, 2_500, "until they are told");
  game.handle({ ev: "rules", dock_range: 7_000, warp_from: "far", hostile: ["Jackal Scout"] }, 1);
  assert.equal(game.rules.reach({ kind: "station" }), 7_000);
  assert.equal(game.rules.warp_from, 150_000, "what is no number is left out");
  assert.ok(game.rules.hostile.has("Jackal Scout"));
  assert.equal(game.rules.reach({ kind: "planet" }), 0);
});

test("goal, errand, loss and lairs are what the server last said", () => {
  const game = inSpace();
  game.handle({ ev: "goal", step: 1, of: 5, name: "undock", text: "Undock." }, 1);
  game.handle({ ev: "errand", kind: "dock", id: 9, words: "dock" }, 1);
  game.handle({ ev: "death", ship: "Wren", system: "Anvil" }, 1);
  game.handle({ ev: "pirates", places: [11], text: "Beware." }, 1);
  assert.deepEqual([game.goal.name, game.errand.id, game.death.ship, [...game.lairs]], ["undock", 9, "Wren", [11]]);
  game.handle({ ev: "goal" }, 2);
  game.handle({ ev: "errand", text: "You do not dock: it is gone." }, 2);
  game.handle({ ...anvil, id: 2, name: "Harrow" }, 2);
  assert.deepEqual([game.goal, game.errand, game.lairs.size], [null, null, 0]);
  assert.match(game.notices.at(-1).title, /it is gone/);
});
