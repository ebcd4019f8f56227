import assert from "node:assert/strict";
import test from "node:test";
import { Emitter } from "../static/emitter.js";
import { Fleet } from "../static/fleet.js";
import { Keep } from "../static/keep.js";
import { standing, standingSign } from "../static/standing.js";
import { ALL, PRIVATE, Talk } from "../static/talk.js";

function newTalk(answers = {}) {
  const game = Object.assign(new Emitter(), { me: { id: 1, name: "Ada" }, ship: 70, rules: { hostile: new Set(["Jackal Scout"]) }, sim: { find: (id) => (id === 9 ? { name: "Raider" } : undefined) } });
  const fleet = new Fleet(game);
  const memory = new Map();
  const keep = new Keep({ getItem: (k) => memory.get(k) ?? null, setItem: (k, v) => memory.set(k, v), removeItem: (k) => memory.delete(k) });
  const talk = new Talk(game, fleet, keep, { now: () => 5 });
  const asked = [];
  const act = async (cmd, args) => {
    asked.push([cmd, args]);
    return cmd in answers ? { result: answers[cmd] } : { result: true };
  };
  const say = (ev, fields) => game.emit("message", { ev, ...fields }, 0);
  return { game, fleet, talk, keep, act, asked, say };
}

test("lines have a time, a channel and a name", () => {
  const { talk, say } = newTalk();
  say("chat", { from: "Ada", text: "o7" });
  say("chat", { channel: "help", from: { name: "Bo" }, text: "hello" });
  assert.deepEqual(talk.lines.map((l) => [l.at, l.channel, l.from, l.mine]), [[5, "local", "Ada", true], [5, "help", "Bo", false]]);
});

test("a note about something is written when it is another one", () => {
  const { talk } = newTalk();
  for (const name of ["Anvil", "Anvil", "Harrow", "Anvil"]) talk.note(`Local is now ${name}.`, "place");
  assert.deepEqual(talk.lines.map((l) => l.text), ["Local is now Anvil.", "Local is now Harrow.", "Local is now Anvil."]);
});

test("one speaks in the channel that is shown", async () => {
  const { talk, say, act, asked } = newTalk({ join: { channel: "traders", lines: [{ channel: "traders", from: "Eve", text: "selling" }] } });
  await talk.say("hi", act);
  assert.deepEqual(asked.at(-1), ["say", { channel: "local", text: "hi" }]);
  await talk.join("traders", act);
  assert.equal(talk.shown, "traders");
  assert.deepEqual(talk.lines.map((l) => [l.from, l.at]), [["Eve", null]], "what was said before has no time");
  await talk.join("traders", act);
  assert.equal(talk.lines.length, 1, "and is there once");
  await talk.say("buying", act);
  assert.deepEqual(asked.at(-1), ["say", { channel: "traders", text: "buying" }]);
  say("chat", { channel: "help", from: "Bo", text: "?" });
  assert.equal(talk.unread.get("help"), 1);
  talk.show(ALL);
  assert.equal(talk.unread.size, 0);
  await talk.leave("traders", act);
  assert.ok(!talk.channels.includes("traders"));
});

test("private lines go to somebody", async () => {
  const { talk, say, act, asked } = newTalk();
  assert.ok(!talk.channels.includes(PRIVATE));
  say("chat", { channel: "private", from: "Bo", text: "psst" });
  talk.with("Bo");
  await talk.say("yes?", act);
  assert.deepEqual(asked.at(-1), ["tell", { to: "Bo", text: "yes?" }]);
});

test("the channels are those that the server keeps, and the fleet's while there is one", () => {
  const { talk, fleet, say } = newTalk();
  say("channels", { joined: ["traders"], always: ["help"] });
  assert.deepEqual(talk.channels, ["all", "local", "help", "traders"]);
  say("fleet", { id: 3, boss: 1, members: [{ id: 1, name: "Ada", system: "Anvil" }] });
  talk.show("fleet");
  assert.equal(fleet.commands, true);
  say("fleet_left", { fleet: 3 });
  assert.equal(talk.shown, ALL, "there is no fleet to speak to");
});

test("an invitation is known until one is in a fleet", () => {
  const { fleet, say } = newTalk();
  const notices = [];
  fleet.on("notice", (n) => notices.push(n));
  say("fleet_invited", { fleet: 3, from: "Bo" });
  assert.deepEqual([...fleet.invitations], [[3, "Bo"]]);
  say("fleet", { id: 3, boss: 2, members: [{ id: 1, name: "Ada" }, { id: 2, name: "Bo" }] });
  assert.deepEqual([fleet.invitations.size, fleet.commands, fleet.has(2)], [0, false, true]);
  say("fleet_broadcast", { kind: "target", id: 9, from: "Bo", system: "Anvil" });
  assert.deepEqual(notices.map((n) => n.text), [undefined, "Raider"]);
  assert.equal(notices[1].select, 9);
});

test("standing follows fleet, rules and deeds, and has a shape of its own", () => {
  const { game, fleet, say } = newTalk();
  say("fleet", { id: 3, boss: 1, members: [{ id: 1 }, { id: 2 }] });
  const fight = { foes: new Set([50]) };
  const of = (thing) => standing(thing, game, fleet, fight);
  assert.equal(of({ kind: "ship", id: 70, owner: 1 }), "own");
  assert.equal(of({ kind: "ship", id: 71, owner: 2 }), "fleet");
  assert.equal(of({ kind: "npc", id: 72, type: "Jackal Scout" }), "hostile");
  assert.equal(of({ kind: "npc", id: 73, type: "Customs Cutter" }), "neutral");
  assert.equal(of({ kind: "ship", id: 50, owner: 9 }), "hostile", "it has locked us");
  assert.equal(of({ kind: "gate", id: 5 }), null);
  assert.equal(new Set(["hostile", "fleet", "neutral"].map((s) => standingSign("ship", s))).size, 3);
});
