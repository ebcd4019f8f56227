// Both forms of the players' protocol, in one place: hotshard.json.v1 (text) and
// hotshard.bin.v1 (packed snapshots and deltas; runtime/gate/wire/PROTOCOL.md has
// the layout). Either way the rest of the page sees the same messages:
// {re, ok, result|error} or {ev, ...fields}, vectors as [x, y, z], and a motion
// with every part of its course. Speed and tau alone are left out where the
// server left them as they were. A delta has turns besides, of which the text form
// has none: {id, mode, target, point, range} and, in ago, how many ticks before the
// delta's the body first flew so.

import { unit } from "./vec.js";

// What is offered to the server, the preferred one first.
export const PROTOCOLS = ["hotshard.bin.v1", "hotshard.json.v1"];

const TEXT = 0, SNAPSHOT = 1, DELTA = 2;

// decode reads one message, a string or an ArrayBuffer; it throws on anything
// that is not one.
export function decode(data) {
  if (typeof data === "string") return fromText(data);
  const reader = new Reader(data);
  switch (reader.byte()) {
    case TEXT: return fromText(new TextDecoder().decode(new Uint8Array(data, 1)));
    case SNAPSHOT: return snapshot(reader);
    case DELTA: return delta(reader);
    default: throw new Error("a message of an unknown kind");
  }
}

// encode writes one request. Both forms take it as text.
export function encode(request) {
  return JSON.stringify(request);
}

function fromText(text) {
  const message = JSON.parse(text);
  if (message === null || typeof message !== "object" || Array.isArray(message)) {
    throw new Error("not a message");
  }
  if (message.ev === "snapshot") message.entities = (message.entities ?? []).map(complete);
  if (message.ev === "delta") {
    message.gone ??= [];
    message.add = (message.add ?? []).map(complete);
    message.move = (message.move ?? []).map(complete);
  }
  return message;
}

// complete gives the parts that JSON leaves out when they are zero.
function complete(motion) {
  return { mode: 0, vel: [0, 0, 0], target: 0, point: [0, 0, 0], range: 0, ...motion };
}

// The units of the packed form.
const PER_METRE = 4, PER_SPEED = 64, PER_SECOND = 1000, PER_DIRECTION = 32767;
const FIRST_ID = 2 ** 30;
const MAX_UNITS = 2 ** 51, MAX_COORDINATE = 2 ** 48;
const MIN_MOTION = 6, MIN_ENTITY = 12, MIN_TURN = 3; // bytes, the least there can be

const VEL = 1, TARGET = 2, POINT = 4, DIRECTION = 8, RANGE = 16, SPEED = 32, TAU = 64, SAME_ENGINE = 128;
const OF_A_TURN = TARGET | POINT | DIRECTION | RANGE;

const utf8 = new TextDecoder("utf-8", { fatal: true });

// Reader takes the packed form apart. It throws where the bytes make no sense.
class Reader {
  #view;
  #at = 0;
  #previous = FIRST_ID;
  #shared = [];
  origin = [0, 0, 0];

  constructor(buffer) {
    this.#view = new DataView(buffer);
  }

  get left() {
    return this.#view.byteLength - this.#at;
  }

  byte() {
    return this.#view.getUint8(this.#skip(1));
  }

  // uint reads seven bits a byte, the lowest first. Whatever exceeds 2^53 is
  // nothing that the format sends.
  uint() {
    let value = 0, scale = 1;
    for (;;) {
      const byte = this.byte();
      value += (byte & 127) * scale;
      if (byte < 128) break;
      scale *= 128;
      if (scale > 2 ** 56) throw new Error("a number does not end");
    }
    if (value > Number.MAX_SAFE_INTEGER) throw new Error("a number is too large");
    return value;
  }

  // int has its sign in the lowest bit.
  int() {
    const n = this.uint();
    return n % 2 ? -(n + 1) / 2 : n / 2;
  }

  float() {
    const value = this.#view.getFloat64(this.#skip(8), true);
    if (!Number.isFinite(value)) throw new Error("a number is not finite");
    return value;
  }

  units(per) {
    const value = this.uint();
    if (value > MAX_UNITS) throw new Error("a number is too large");
    return value / per;
  }

  id() {
    return (this.#previous = this.relativeId(this.#previous));
  }

  relativeId(to) {
    const id = to + this.int();
    if (id < 0 || id > 0xffffffff) throw new Error("an id is out of range");
    return id;
  }

  text() {
    const length = this.uint();
    if (length > this.left) throw new Error("a text ends too early");
    return utf8.decode(new Uint8Array(this.#view.buffer, this.#view.byteOffset + this.#skip(length), length));
  }

  sharedText() {
    const number = this.uint();
    if (number === 0) {
      const text = this.text();
      this.#shared.push(text);
      return text;
    }
    if (number > this.#shared.length) throw new Error("a text is referred to before it was sent");
    return this.#shared[number - 1];
  }

  vector([x, y, z], per) {
    const v = [x + this.int() / per, y + this.int() / per, z + this.int() / per];
    if (v.some((c) => Math.abs(c) > MAX_COORDINATE)) throw new Error("a position is out of range");
    return v;
  }

  // velocity: three mantissas of 16 bits and the exponent of two they share.
  velocity() {
    const exponent = this.#view.getInt8(this.#skip(1));
    if (exponent < -32 || exponent > 64) throw new Error("a velocity is out of range");
    const at = this.#skip(6), unit = 2 ** exponent;
    return [0, 2, 4].map((i) => this.#view.getInt16(at + i, true) * unit);
  }

  // direction: a unit vector, unfolded from an octahedron onto two numbers.
  direction() {
    const at = this.#skip(4);
    let x = this.#view.getInt16(at, true) / PER_DIRECTION, y = this.#view.getInt16(at + 2, true) / PER_DIRECTION;
    if (Math.abs(x) > 1 || Math.abs(y) > 1) throw new Error("a direction is out of range");
    const z = 1 - Math.abs(x) - Math.abs(y);
    if (z < 0) [x, y] = [(1 - Math.abs(y)) * (x < 0 ? -1 : 1), (1 - Math.abs(x)) * (y < 0 ? -1 : 1)];
    return unit([x, y, z]);
  }

  // list reads a count and that many items of at least so many bytes each.
  list(least, item) {
    const count = this.uint();
    if (count > this.left / least) throw new Error("a list is longer than the message");
    const items = new Array(count);
    for (let i = 0; i < count; i++) items[i] = item(this);
    return items;
  }

  end() {
    if (this.left) throw new Error("something follows the end");
  }

  #skip(count) {
    const at = this.#at;
    if (count > this.left) throw new Error("the message ends too early");
    this.#at += count;
    return at;
  }
}

// motion reads a course; an entire one says everything, as the first of an entity.
function motion(r, entire = false) {
  const id = r.id();
  const m = { id, mode: r.byte(), pos: null, vel: [0, 0, 0], target: 0, point: [0, 0, 0], range: 0 };
  const has = r.byte();
  m.pos = r.vector(r.origin, PER_METRE);
  if (has & VEL) m.vel = r.velocity();
  wish(r, m, has);
  if (has & SAME_ENGINE && (entire || has & (SPEED | TAU))) throw new Error("a motion has an engine that cannot be the same");
  if (has & SPEED) m.speed = r.units(PER_SPEED);
  if (has & TAU) m.tau = r.units(PER_SECOND);
  return m;
}

// wish reads what a body strives for.
function wish(r, m, has) {
  if (has & POINT && has & DIRECTION) throw new Error("a point is a place and a direction");
  if (has & TARGET) m.target = r.relativeId(m.id);
  if (has & POINT) m.point = r.vector(r.origin, PER_METRE);
  if (has & DIRECTION) m.point = r.direction();
  if (has & RANGE) m.range = r.units(PER_METRE);
}

function turn(r) {
  const id = r.id(), mode = r.byte();
  const t = { id, mode: mode & 15, ago: mode >> 4, target: 0, point: [0, 0, 0], range: 0 };
  const has = r.byte();
  if (has & ~OF_A_TURN) throw new Error("a turn has parts this page does not know");
  wish(r, t, has);
  return t;
}

function entity(r) {
  const e = motion(r, true);
  e.kind = r.sharedText();
  e.type = r.sharedText();
  e.name = r.sharedText();
  e.owner = r.int();
  e.radius = r.units(PER_METRE);
  e.flags = r.uint();
  return e;
}

function snapshot(r) {
  const message = { ev: "snapshot", tick: r.uint(), hz: r.float(), dilation: r.float(), you: r.uint(), bubble: r.uint() };
  r.origin = r.vector([0, 0, 0], 1);
  message.entities = r.list(MIN_ENTITY, entity);
  r.end();
  return message;
}

function delta(r) {
  const message = { ev: "delta", tick: r.uint() };
  r.origin = r.vector([0, 0, 0], 1);
  message.gone = r.list(1, () => r.id());
  message.add = r.list(MIN_ENTITY, entity);
  message.move = r.list(MIN_MOTION, (reader) => motion(reader));
  message.turn = r.list(MIN_TURN, turn);
  r.end();
  return message;
}
