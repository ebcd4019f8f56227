import assert from "node:assert/strict";
import test from "node:test";
import { Pace } from "../static/pace.js";
import { Replay } from "../static/replay.js";
import { Game } from "../static/state.js";

function replay(send = async () => {}) {
  const game = new Game();
  return new Replay({ game, pace: new Pace(), real: () => 7, send });
}

const state = (more) => ({ ev: "replay", playing: false, speed: 1, tick: 50, at: 10_000, from: 0, until: 60_000, release: 1, ...more });

test("what stands still is drawn at its tick, and time goes by only while it plays", () => {
  const r = replay();
  assert.equal(r.handle(state()), true);
  assert.equal(r.game.sim.clock.at(r.pace.now(7)), 50);
  assert.equal(r.pace.now(9), r.pace.now(7));
  r.handle(state({ playing: true, speed: 4 }));
  assert.equal(r.pace.now(9) - r.pace.now(7), 8);
  assert.equal(r.handle({ ev: "delta" }), false);
});

test("the next and the last thing that happened are found, images are none", () => {
  const r = replay();
  r.handle({ ev: "replay_marks", whole: true, marks: [
    { at: 30_000, kind: "death", text: "late" }, { at: 5_000, kind: "error", text: "early" },
    { at: 10_000, kind: "release", text: "now" }, { at: 12_000, kind: "image", text: "image" },
  ] });
  r.handle(state());
  assert.equal(r.next(1).text, "late");
  assert.equal(r.next(-1).text, "early");
});

test("speeds go in steps, and a refusal is told", async () => {
  const sent = [], told = [];
  const r = replay(async (cmd, args) => {
    sent.push([cmd, args]);
    if (cmd === "replay_follow") throw new Error("Nobody is called so.");
  });
  r.on("refused", (text) => told.push(text));
  r.handle(state({ speed: 16 }));
  await r.faster(1);
  await r.faster(-1);
  await r.follow(3);
  assert.deepEqual(sent.map(([, args]) => args.speed ?? args.id), [16, 8, 3]);
  assert.deepEqual(told, ["Nobody is called so."]);
});
