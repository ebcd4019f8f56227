import assert from "node:assert/strict";
import test from "node:test";
import { Emitter } from "../static/emitter.js";
import { Fight, reportHits } from "../static/fight.js";

const SHIP = 7, RAIDER = 9;

// newFight is a pilot in space beside a raider; what the page asks is answered from answers.
async function newFight(answers = { ship: { modules: [{ slot: 1, type: "Railgun", cycle: 4, on: false }], shield: 1, armour: 1, hull: 1, capacitor: 0.5 } }) {
  const game = Object.assign(new Emitter(), {
    ship: SHIP, selected: null, sim: { find: (id) => (id === RAIDER ? { name: "Raider" } : undefined) },
  });
  const asked = [];
  const act = async (cmd, args) => {
    asked.push([cmd, args]);
    return answers[cmd] === undefined ? null : { result: answers[cmd] };
  };
  const fight = new Fight(game, async (cmd) => answers[cmd] ?? null);
  const say = (ev, fields = {}, now = 0) => game.emit("message", { ev, ...fields }, now);
  say("system");
  await new Promise((done) => setImmediate(done));
  return { game, fight, act, asked, say };
}

test("on arrival the ship's modules and condition are known", async () => {
  const { fight, say, game } = await newFight();
  assert.equal(fight.modules[0].type, "Railgun");
  assert.equal(fight.condition.capacitor, 0.5);
  say("condition", { id: SHIP, shield: 0.4, armour: 1, hull: 1, capacitor: 0.2 });
  assert.equal(fight.condition.shield, 0.4);
  say("condition", { id: RAIDER, shield: 0 });
  assert.equal(fight.condition.shield, 0.4, "another ship's condition is none of ours");
  const pod = await newFight({ ship: { modules: {}, shield: 1, armour: 1, hull: 1, capacitor: 1 } });
  assert.deepEqual(pod.fight.modules, [], "an empty list of a script arrives as an object");
  game.ship = null;
  say("system");
  assert.deepEqual([fight.modules, fight.condition], [[], null]);
});

test("a lock is made, told again and lost", async () => {
  const { fight, act, asked, say } = await newFight({ lock: { id: RAIDER, seconds: 0 }, unlock: true });
  await fight.lock(RAIDER, act, 1);
  assert.equal(fight.locks.get(RAIDER).done, true, "an old lock is told by the answer alone");
  await fight.lock(RAIDER, act, 2);
  assert.deepEqual(asked.at(-1), ["unlock", { id: RAIDER }]);
  say("lock", { id: RAIDER, state: "lost" });
  assert.equal(fight.locks.size, 0);
  say("lock", { id: RAIDER, state: "locking", seconds: 3 }, 5);
  assert.deepEqual(fight.locks.get(RAIDER), { done: false, seconds: 3, since: 5 });
});

test("a module is used on the selected target, if that is locked", async () => {
  const { game, fight, act, asked, say } = await newFight();
  await fight.use(1, act);
  assert.deepEqual(asked.at(-1), ["activate", { slot: 1 }]);
  game.selected = RAIDER;
  say("lock", { id: RAIDER, state: "locked" });
  await fight.use(1, act);
  assert.deepEqual(asked.at(-1), ["activate", { slot: 1, id: RAIDER }]);
  say("module", { slot: 1, type: "Railgun", cycle: 4, on: true }, 3);
  assert.equal(fight.modules[0].since, 3);
  await fight.use(1, act);
  assert.deepEqual(asked.at(-1), ["deactivate", { slot: 1 }]);
  say("module", { slot: 1, type: "Railgun", cycle: 4, on: true, stopping: true }, 4);
  assert.equal(fight.modules[0].since, 3);
  await fight.use(1, act);
  assert.equal(asked.at(-1)[0], "activate", "a module that is stopping is switched on again");
  await fight.use(5, act);
  assert.equal(asked.length, 4, "there is no module 5");
});

test("the safety switch is there once the server speaks of it", async () => {
  const { fight, act, asked, say } = await newFight({ safety: { on: false } });
  assert.equal(fight.safety, null);
  say("safety", { on: true });
  assert.equal(fight.safety, true);
  await fight.setSafety(false, act);
  assert.deepEqual(asked.at(-1), ["safety", { on: false }]);
  assert.equal(fight.safety, false);
  say("system");
  assert.equal(fight.safety, false, "a jump does not touch it");
});

test("who fires is known until the last gun rests", async () => {
  const { fight, say } = await newFight();
  const gun = [RAIDER, SHIP, "Railgun", 4];
  say("fire", { weapons: [[...gun, true], [...gun, true]] });
  assert.equal(fight.shots.size, 1);
  say("fire", { weapons: [{ 1: RAIDER, 3: "Railgun" }, [...gun, false]] }); // a list with a hole comes so
  assert.equal(fight.shots.size, 1);
  say("fire", { weapons: [[...gun, false]] });
  assert.equal(fight.shots.size, 0);
});

test("hits are told in words, one line for each opponent", () => {
  const name = () => "Raider";
  assert.deepEqual(reportHits({ hits: [{ to: 9, points: 4.2 }, { to: 9, points: 5 }, { from: 9, points: 0.3 }], more: 12 }, name), [
    ["You hit Raider for 9.", "good"], ["Raider hits you for less than 1.", "bad"], ["More hits for 12.", "info"],
  ]);
  assert.deepEqual(reportHits({ hits: [{ to: 9, points: 0 }] }, name), [["You miss Raider.", "good"]]);
  assert.deepEqual(reportHits({}, name), []);
});

test("the end of a ship is told, and its lock is gone", async () => {
  const { fight, say } = await newFight();
  say("lock", { id: RAIDER, state: "locked" });
  say("destroyed", { id: RAIDER, name: "Raider", by_name: "Ada" });
  assert.equal(fight.report.at(-1).text, "Raider is destroyed by Ada.");
  assert.equal(fight.locks.size, 0);
  say("destroyed", { id: SHIP, name: "Wren" });
  assert.deepEqual([fight.report.at(-1).text, fight.report.at(-1).kind], ["Your ship is destroyed.", "bad"]);
});

test("whoever locks us is known, and a foe from then on", async () => {
  const { fight, say } = await newFight();
  say("aimed", { id: RAIDER, name: "Raider", state: "locking", seconds: 3 }, 5);
  assert.deepEqual(fight.aimed.get(RAIDER), { name: "Raider", done: false, seconds: 3, since: 5 });
  assert.equal(fight.report.at(-1).text, "Raider is locking you.");
  say("aimed", { id: RAIDER, name: "Raider", state: "locked" }, 8);
  assert.equal(fight.aimed.get(RAIDER).done, true);
  say("aimed", { id: RAIDER, name: "Raider", state: "lost" }, 9);
  assert.deepEqual([fight.aimed.size, fight.foes.has(RAIDER)], [0, true]);
  say("hits", { hits: [{ from: 12, points: 3 }] });
  assert.ok(fight.foes.has(12));
});

// The helm redraws its targets when a line is told: by then none of them may be a lock
// that has gone.
test("a locked ship that dies is forgotten before it is told", async () => {
  const { fight, say } = await newFight();
  const order = [];
  fight.on("changed", () => order.push(`changed ${fight.locks.size}`));
  fight.on("told", () => order.push("told"));
  say("lock", { id: RAIDER, state: "locked" });
  say("destroyed", { id: RAIDER, name: "Raider" });
  assert.deepEqual(order, ["changed 1", "changed 0", "told"]);
});

test("all that fires, told at once, takes the place of what was known", async () => {
  const { fight, say } = await newFight();
  say("fire", { weapons: [[RAIDER, SHIP, "Railgun", 4, true]] });
  say("fire", { weapons: [[RAIDER, SHIP, "Railgun", 4, true]], all: true });
  assert.equal([...fight.shots.values()][0].guns, 1);
});
