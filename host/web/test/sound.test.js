import assert from "node:assert/strict";
import test from "node:test";
import { Emitter } from "../static/emitter.js";
import { KINDS, Sound, VOICES, nearness, power } from "../static/sound.js";
import { NAMES } from "../static/view/synth.js";

const TUNNEL = 8;

function stage({ kept, far = 0 } = {}) {
  const played = [], engine = [], game = new Emitter(), clock = { now: 100 };
  Object.assign(game, { ship: 1, own: null, sim: { find: (id) => (id < 90 ? { id } : null) } });
  const keep = { kept, get() { return this.kept ?? {}; }, set(_, value) { this.kept = value; } };
  const sound = new Sound(game, { condition: { shield: 1 } }, keep, { now: () => clock.now, ear: () => ({ far, pan: 0.5 }) });
  const synth = { level: null, play: (name, gain, pan) => (played.push({ name, gain, pan }), 1), engine: (p, warp) => engine.push([p, warp]), loud: (level) => (synth.level = level) };
  const say = (m) => game.emit("message", m);
  return { game, sound, synth, played, engine, clock, keep, say, names: () => played.map((p) => p.name) };
}

test("nothing is heard before the first gesture, and nothing when muted", () => {
  const s = stage();
  s.say({ ev: "lock", id: 2, state: "locked" });
  assert.deepEqual(s.names(), []);
  s.sound.wake(s.synth);
  s.say({ ev: "lock", id: 2, state: "locked" });
  assert.deepEqual(s.names(), ["locked"]);
  s.sound.mute(true);
  assert.equal(s.synth.level, 0);
  s.say({ ev: "aimed", id: 2, state: "locking" });
  assert.deepEqual(s.names(), ["locked"]);
});

test("volume and mute are kept", () => {
  const s = stage();
  s.sound.wake(s.synth);
  s.sound.loud(0.25);
  s.sound.mute(true);
  const again = stage({ kept: s.keep.kept });
  assert.deepEqual([again.sound.volume, again.sound.muted], [0.25, true]);
  again.sound.wake(again.synth);
  again.sound.loud(3);
  assert.deepEqual([again.synth.level, again.sound.muted], [1, false], "whoever turns it up wants to hear");
});

test("what happens in a fight is heard, each by its kind", () => {
  const s = stage();
  s.sound.wake(s.synth);
  s.say({ ev: "fire", weapons: [[1, 2, "Light Railgun", 4, true], [2, 1, "Light Launcher", 4, true], [1, 2, "Light Railgun", 4, false]] });
  s.say({ ev: "hits", hits: [{ from: 2, points: 5 }] });
  s.say({ ev: "condition", id: 1, shield: 0, armour: 0.2, hull: 0.9 });
  s.say({ ev: "destroyed", id: 2 });
  s.say({ ev: "destroyed", id: 1 });
  assert.deepEqual(s.names(), ["gun", "launch", "shield", "alarm", "blast", "loss"]);
  assert.equal(s.played[0].pan, 0, "the own gun is in the middle");
  assert.equal(s.played[1].pan, 0.5);
});

test("each kind rests, and no more is heard at once than one can", () => {
  const s = stage();
  s.sound.wake(s.synth);
  for (let i = 0; i < 50; i++) s.say({ ev: "fire", weapons: [[2, 3, "Light Railgun", 4, true]] });
  assert.equal(s.played.length, 1);
  for (let i = 0; i < 500; i++) {
    s.clock.now += KINDS.gun.rest / 2 + 0.001;
    s.say({ ev: "fire", weapons: [[2, 3, "Light Railgun", 4, true]] });
    s.say({ ev: "destroyed", id: 40 });
  }
  assert.ok(s.played.length > VOICES && s.played.length < 500);
});

test("the bound of voices holds, whatever comes", () => {
  const s = stage();
  s.sound.wake(s.synth);
  for (const name of Object.keys(KINDS)) s.sound.say(name);
  assert.equal(s.played.length, VOICES);
  s.clock.now += 1.1;
  assert.equal(s.sound.say("click"), true, "they have ended");
});

test("far away is quiet, and farther is silent", () => {
  assert.ok(nearness(0) === 1 && nearness(4_000) === 0.5 && nearness(40_000) < 0.06);
  const s = stage({ far: 100_000 });
  s.sound.wake(s.synth);
  s.say({ ev: "destroyed", id: 2 });
  assert.deepEqual(s.names(), []);
});

test("the engine follows the ship, and a warp begins and ends once", () => {
  const s = stage();
  s.sound.wake(s.synth);
  s.game.own = { velocity: 100, speed: 200, mode: 1 };
  s.sound.update(TUNNEL);
  s.game.own.mode = TUNNEL;
  s.sound.update(TUNNEL);
  s.sound.update(TUNNEL);
  s.game.own.mode = 0;
  s.sound.update(TUNNEL);
  assert.deepEqual(s.names(), ["warp", "landed"]);
  assert.deepEqual(s.engine[0], [0.5, false]);
  assert.equal(power({ velocity: 1e9, speed: 200 }), 1);
});

test("there is a sound for every kind, and no other", () => {
  assert.deepEqual([...NAMES].sort(), Object.keys(KINDS).sort());
});
