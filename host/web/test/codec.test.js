import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { decode, encode } from "../static/codec.js";

// golden reads a message of the Go codec's tests and takes the WebSocket header off.
function golden(name) {
  const bytes = readFileSync(new URL(`../../../runtime/gate/wire/testdata/${name}`, import.meta.url));
  const short = bytes[1] & 127;
  const payload = bytes.subarray(short < 126 ? 2 : short === 126 ? 4 : 10);
  return name.endsWith(".json") ? payload.toString() : payload.buffer.slice(payload.byteOffset, payload.byteOffset + payload.byteLength);
}

// near compares with the accuracy that the packed form promises: that of a vector
// is a share of its largest part.
function near(got, want, path = "", largest = 0) {
  if (typeof want === "number") {
    assert.ok(Math.abs(got - want) <= Math.max(0.13, largest / 2 ** 15), `${path}: ${got} is not ${want}`);
  } else if (want !== null && typeof want === "object") {
    assert.deepEqual(Object.keys(got).sort(), Object.keys(want).sort(), path);
    const most = Array.isArray(want) ? Math.max(0, ...want.filter((v) => typeof v === "number").map(Math.abs)) : 0;
    for (const key of Object.keys(want)) near(got[key], want[key], `${path}.${key}`, most);
  } else {
    assert.equal(got, want, path);
  }
}

// The packed form always has owner, flags and radius; JSON leaves zeros out.
function whole(message) {
  for (const entity of [...(message.entities ?? []), ...(message.add ?? [])]) {
    entity.owner ??= 0;
    entity.flags ??= 0;
  }
  return message;
}

test("snapshot: both forms say the same", () => near(decode(golden("snapshot.bin")), whole(decode(golden("snapshot.json")))));

// Turns are courses among the others in JSON.
test("delta: both forms say the same", () => {
  const { turn, ...packed } = decode(golden("delta.bin"));
  const text = whole(decode(golden("delta.json")));
  const turned = text.move.splice(packed.move.length);
  near(packed, text);
  assert.equal(turn.length, 3);
  near(turn, turned.map(({ id, mode, target, point, range }, ago) => ({ id, mode, ago, target, point, range })));
});

test("directions keep their precision", () => {
  const { turn } = decode(golden("delta.bin"));
  for (const [got, want] of [[turn[1].point, [0.48, 0.6, -0.64]], [turn[2].point, [0, 0, 1]]]) {
    assert.ok(Math.hypot(...got.map((c, i) => c - want[i])) < 7e-5, `${got} is not ${want}`);
  }
});

test("a snapshot has what Go put in", () => {
  const { entities, ...head } = decode(golden("snapshot.bin"));
  assert.deepEqual(head, { ev: "snapshot", tick: 72_000, hz: 10, dilation: 0.75, you: 2 ** 30 + 1, bubble: 12 });
  assert.deepEqual(entities.map((e) => e.name), ["Ada's Rifter", "B\u00e9", "Wreck", "Patrol"]);
  assert.deepEqual(entities.map((e) => e.type), ["Rifter", "Rifter", "", "Rifter"]);
  assert.deepEqual(entities[0].pos, [1.5e11, -2e9, 100.25]);
  assert.equal(entities[0].target, 50_000_001);
  assert.ok(Math.abs(entities[3].vel[0] / 3e11 - 1) < 1e-4);
});

test("events and answers are the same in both", () => {
  assert.deepEqual(decode(golden("event.bin")), decode(golden("event.json")));
  assert.equal(decode(golden("event.bin")).text, 'o7 "fleet"\n');
  assert.deepEqual(decode(golden("refusal.bin")).error, { code: "not_docked", message: "You are not docked." });
  assert.deepEqual(decode(golden("reply.json")).result, { eta: 12.5, list: [true, null, -3] });
});

test("requests are JSON", () => {
  assert.deepEqual(JSON.parse(encode({ id: 7, cmd: "orbit", args: { id: 3, range: 500 } })), { id: 7, cmd: "orbit", args: { id: 3, range: 500 } });
});

test("what is cut short or has something added is refused", () => {
  for (const name of ["snapshot.bin", "delta.bin"]) {
    const whole = new Uint8Array(golden(name));
    for (let length = 0; length < whole.length; length++) {
      assert.throws(() => decode(whole.slice(0, length).buffer), `${name} cut to ${length} bytes`);
    }
    assert.throws(() => decode(new Uint8Array([...whole, 0]).buffer), /follows/);
  }
});

test("garbage is refused or read, but never hangs or takes memory", () => {
  let state = 12345;
  const random = () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32;
  const seeds = [new Uint8Array(golden("snapshot.bin")), new Uint8Array(golden("delta.bin"))];
  for (let round = 0; round < 4_000; round++) {
    const bytes = seeds[round % 2].slice();
    for (let i = 0; i < 1 + random() * 4; i++) bytes[Math.floor(random() * bytes.length)] = random() * 256;
    let message;
    try {
      message = decode(bytes.buffer);
    } catch (error) {
      assert.ok(error instanceof Error);
      continue;
    }
    assert.ok((message.entities?.length ?? 0) < 100);
  }
});

test("texts that are no messages are refused", () => {
  for (const text of ["", "3", "null", "[1]", "{"]) assert.throws(() => decode(text));
});
