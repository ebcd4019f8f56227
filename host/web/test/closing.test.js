import assert from "node:assert/strict";
import test from "node:test";
import { left } from "../static/countdown.js";
import { Game } from "../static/state.js";

test("a countdown is told, taken back, and told to whoever comes in meanwhile", () => {
  const game = new Game(), told = [];
  game.on("shutdown", (m) => told.push(m && [m.seconds, m.reason]));
  game.handle({ ev: "welcome", player: { id: 1, name: "Ada" }, shard: "dev", kind: "dev", release: 1 }, 0);
  game.handle({ ev: "shutdown", seconds: 900, reason: "new disks" }, 1);
  game.handle({ ev: "shutdown" }, 2);
  game.handle({ ev: "welcome", player: { id: 1, name: "Ada" }, shutdown: { seconds: 12.5, reason: "" } }, 3);
  assert.deepEqual(told, [null, [900, "new disks"], null, [12.5, ""]]);
});

test("what is left is counted to the last second", () => {
  assert.deepEqual([3_600, 899.2, 60, 2.01, 0, -3].map(left), ["1:00:00", "15:00", "1:00", "0:03", "0:00", "0:00"]);
});
