import assert from "node:assert/strict";
import test from "node:test";
import { Emitter } from "../static/emitter.js";
import { Journal } from "../static/journal.js";
import { Log } from "../static/log.js";

const line = (n, at, text = `line ${n}`) => ({ n, at, text, kind: "good", where: "Anvil" });

function page(lines) {
  const all = new Map(), keep = { get: (name) => all.get(name), set: (name, value) => all.set(name, value) };
  const log = new Log(keep, { later: (fn) => fn(), now: () => 60_000 }), game = new Emitter();
  return { log, game, journal: new Journal(game, log, keep, async () => ({ lines })) };
}

test("each line of the journal comes into the log once, where it belongs", async () => {
  const lines = [line(1, 10), line(2, 70)];
  const { log, game, journal } = page(lines);
  log.add("Raider hits you for 9.", "bad", "Anvil");
  await journal.open();
  assert.deepEqual(log.lines.map((l) => l.text), ["line 1", "Raider hits you for 9.", "line 2"]);
  assert.deepEqual(log.lines[0], { at: 10_000, text: "line 1", kind: "good", where: "Anvil" });
  await journal.open();
  game.emit("message", { ev: "journal", lines: [line(3, 80)] });
  game.emit("message", { ev: "journal", lines: [line(3, 80)] });
  assert.equal(log.lines.length, 4);
});

test("whoever begins anew has lines again", async () => {
  const { log, game, journal } = page([line(1, 90), line(2, 91)]);
  game.emit("message", { ev: "journal", lines: [line(40, 10)] });
  await journal.open();
  assert.deepEqual(log.lines.map((l) => l.text), ["line 40", "line 1", "line 2"]);
});

test("a server without a journal is no harm", async () => {
  const { log, journal } = page(undefined);
  await journal.open();
  assert.equal(log.lines.length, 0);
});
