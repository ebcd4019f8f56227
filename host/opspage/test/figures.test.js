import assert from "node:assert/strict";
import test from "node:test";
import { METRICS, Now, Past, Reader, bytes, millis, show } from "../static/figures.js";

// uint writes what Go's binary.AppendUvarint does, int what AppendVarint does.
function uint(v) {
  const out = [];
  for (; v >= 128; v = Math.floor(v / 128)) out.push((v % 128) + 128);
  return [...out, v];
}
const int = (v) => uint(v < 0 ? -2 * v - 1 : 2 * v);
const head = (kind, at, count, errors = 0) => [kind, ...uint(at), ...uint(count), ...uint(errors)];

test("numbers of every size are read", () => {
  for (const v of [0, 1, 127, 128, 300, 65_535, 1_800_000_000, 2 ** 40]) assert.equal(new Reader(uint(v)).uint(), v);
  for (const v of [0, 1, -1, 64, -65, 65_535, -65_535]) assert.equal(new Reader(int(v)).int(), v);
  assert.throws(() => new Reader([0x80]).uint(), /cut off/);
});

test("changes are told on top of what is known, and everything replaces it", () => {
  const now = new Now();
  assert.equal(now.apply(Uint8Array.from([...head(2, 1_800_000_000, 4, 7), 2, 0b0110_0101, ...uint(400), ...uint(2_000), ...uint(3_000)])), "figures");
  assert.deepEqual([now.at, now.count, now.errors, now.awake[1], now.mean[0][1], now.mean[2][1], now.longest[1], now.most(2, 1), now.most(0, 1)], [1_800_000_000, 4, 7, 1, 400, 2_000, 3_000, 3_000, 400]);
  now.apply(Uint8Array.from([...head(1, 1_800_000_001, 6), 2, 0b0100_0001, ...uint(10), 4, 0b0100_0010, 9]));
  assert.deepEqual([now.mean[0][1], now.mean[2][1], now.mean[1][5], now.count], [10, 2_000, 9, 6]);
  now.apply(Uint8Array.from([...head(1, 1_800_000_002, 6), 2, 0b1000_0000]));
  assert.deepEqual([now.awake[1], now.mean[0][1]], [0, 10], "it only fell asleep");
  now.apply(Uint8Array.from(head(2, 1_800_000_003, 6)));
  assert.deepEqual([now.mean[0][1], now.longest[1], now.mean[1][5]], [0, 0, 0]);
});

test("facts are told in JSON, and what is unknown is an error", () => {
  const now = new Now();
  assert.deepEqual(now.apply(Uint8Array.from([3, ...new TextEncoder().encode('{"shard":"Nörd"}')])), { shard: "Nörd" });
  assert.throws(() => now.apply(Uint8Array.from([9])), /kind 9/);
});

// past is a history of one metric in three slots of five seconds, of the tracks 0 and 2.
function past(slot = 100) {
  const ring = (values) => values.flatMap((v, i) => int(v - (values[i - 1] ?? 0)));
  return new Past([...uint(5), ...uint(slot), ...uint(3), ...uint(1), 0,
    1, ...ring([1, 2, 3]), ...ring([10, 20, 30]), 2, ...ring([500, 0, 0]), ...ring([900, 0, 7])]);
}

test("history comes with the slot that runs at its end", () => {
  const p = past();
  assert.deepEqual([...p.line(0).mean], [1, 2, 3, 3], "a slot that has just begun is as the one before");
  assert.deepEqual([...p.line(2).most], [900, 0, 7, 7]);
  assert.deepEqual([...p.line(1).mean], [0, 0, 0, 0], "nothing is known of it");
  assert.deepEqual(p.times(), [485, 490, 495, 500]);
  assert.equal(p.heat(2), 500);
});

test("seconds become slots: their average and their greatest", () => {
  const p = past(), now = new Now();
  const second = (at, value) => {
    now.apply(Uint8Array.from([...head(2, at, 4), ...(value ? [2, 0b0100_0001, ...uint(value)] : [])]));
    p.take(now);
  };
  second(500, 40);
  second(501, 20);
  assert.deepEqual([p.line(1).mean[3], p.line(1).most[3]], [30, 40], "one that was not known is new");
  second(505, 0);
  assert.deepEqual([...p.line(1).mean], [0, 0, 30, 0]);
  assert.deepEqual([...p.line(1).most], [0, 0, 40, 0]);
  second(520, 0);
  assert.deepEqual([...p.line(1).mean], [0, 0, 0, 0], "the time goes on where nobody looked");
  assert.equal(p.slot, 104);
});

test("figures are said in few digits", () => {
  assert.deepEqual([[0, 3], [0, 970], [0, 1_000], [1, 5_000], [2, 7], [2, 4_000], [3, 64], [4, 600], [1, 0.25], [2, 65_535]].map(([m, v]) => show(m, v)),
    ["0.3 %", "97 %", "100 %", "5,000", "0.14 ms", "80.0 ms", "1.0 MiB", "60 %", "0.3", "over 1.31 s"]);
  assert.deepEqual([millis(1_300), millis(250), bytes(512), bytes(3 * 1024 ** 3)], ["1.30 s", "250 ms", "512 B", "3.0 GiB"]);
  assert.equal(METRICS.length, 5);
});
