// What is near the player, moving between the server's words. Bodies are stepped
// with the same fixed ticks and the same law as on the server (motion.js), one
// tick ahead of what is drawn; what the server says about a tick replaces what
// was computed for it, and the small difference is not shown as a jump but fades
// out of the drawing. Of a turn it says no more than when and whereto: the body goes
// back to where it then was, and flies from there anew.
import { TickClock } from "./clock.js";
import { Mode, advance, steersBy } from "./motion.js";
import { length, scale, sub } from "./vec.js";

const FADE = 0.18; // seconds in which a difference shrinks to 1/e
const CATCH_UP = 50; // ticks stepped at once after the page was asleep; beyond, only the clock moves
const LATE = 20; // ticks by which news may be late and still be carried forward
const PILE = 50; // messages kept for ticks to come
const SMALL = 500; // metres of difference that always fade; else one second of flight does

const TRAIL = 32; // ticks for which a body's way is remembered; a power of two

const COURSE = ["mode", "target", "point", "range"];
const ZERO = [0, 0, 0];

// Body is one ship, wreck or missile.
class Body {
  constructor(entity) {
    this.id = entity.id;
    this.kind = entity.kind ?? "ship";
    this.name = entity.name ?? "";
    this.type = entity.type ?? "";
    this.owner = entity.owner ?? 0;
    this.radius = entity.radius ?? 30; // metres
    this.flags = entity.flags ?? 0;
    this.mode = Mode.STOP;
    this.pos = this.fromPos = ZERO; // metres, at the simulated tick and at the one before
    this.vel = this.fromVel = ZERO; // metres per second
    this.target = 0;
    this.point = ZERO;
    this.range = 0;
    this.speed = 0; // the most it may fly
    this.tau = 1; // seconds, inertia
    this.resting = false;
    this.anchor = null; // its target as the tick began
    this.known = 0; // the tick for which the server last said where it was, or that it turned
    this.since = 0; // the tick from which on its way is remembered
    this.wasPos = new Array(TRAIL); // after the latest ticks, each at its number modulo TRAIL
    this.wasVel = new Array(TRAIL);
    this.px = this.py = this.pz = 0; // where it is drawn
    this.ex = this.ey = this.ez = 0; // drawn minus true, fading
  }

  // take replaces everything by what the server says of a tick. dt is the length of one.
  take(motion, tick, dt) {
    this.#steer(motion);
    this.pos = motion.pos ?? this.pos;
    this.vel = motion.vel ?? this.vel;
    if (motion.speed > 0) this.speed = motion.speed;
    if (motion.tau > 0) this.tau = motion.tau;
    this.fromPos = sub(this.pos, scale(this.vel, dt));
    this.fromVel = this.vel;
    this.known = tick;
    this.#note(tick);
  }

  // turn goes back to before the tick in which the body first flew the course, or as
  // far as is remembered. It returns to which tick; null where the turn is part of
  // what is known.
  turn(course, tick, now) {
    if (tick <= this.known) return null;
    this.#steer(course);
    this.known = Math.max(tick, now - TRAIL + 2, this.since + 1);
    const at = this.known - 1;
    this.pos = this.wasPos[at % TRAIL];
    this.vel = this.wasVel[at % TRAIL];
    return at;
  }

  // skip takes the body to be where it is at a later tick: nobody has looked meanwhile.
  skip(tick) {
    this.since = tick;
    this.#note(tick);
  }

  #steer(course) {
    for (const key of COURSE) this[key] = course[key] ?? this[key];
    this.resting = false;
  }

  // step flies to the end of a tick of dt seconds.
  step(tick, dt) {
    this.fromPos = this.pos;
    this.fromVel = this.vel;
    if (!this.resting || this.mode !== Mode.STOP) this.resting = advance(this, dt, this.anchor);
    this.#note(tick);
  }

  #note(tick) {
    this.wasPos[tick % TRAIL] = this.pos;
    this.wasVel[tick % TRAIL] = this.vel;
  }

  // draw places the body at the part f of the way from the last tick to this one.
  draw(f, dt) {
    const [x0, y0, z0] = this.fromPos, [x1, y1, z1] = this.pos;
    const [u0, v0, w0] = this.fromVel, [u1, v1, w1] = this.vel;
    const a = f * f * (3 - 2 * f), b = f * (1 - f) * (1 - f) * dt, c = f * f * (f - 1) * dt;
    this.px = x0 + (x1 - x0) * a + u0 * b + u1 * c + this.ex;
    this.py = y0 + (y1 - y0) * a + v0 * b + v1 * c + this.ey;
    this.pz = z0 + (z1 - z0) * a + w0 * b + w1 * c + this.ez;
  }

  // velocity in metres per second, for the readouts.
  get velocity() {
    return length(this.vel);
  }
}

// Sim holds the bodies of the player's bubble and the celestials of the system.
export class Sim {
  #pending = [];
  #drawn = 0;
  #dilation = null; // announced, to come

  constructor() {
    this.clock = new TickClock();
    this.bodies = new Map();
    this.celestials = new Map();
    this.tick = 0;
  }

  // find returns the body or celestial with the id, or undefined.
  find(id) {
    return this.bodies.get(id) ?? this.celestials.get(id);
  }

  // enter takes the celestials of a system; whatever moved in the last one is gone,
  // unless one stays where one was.
  enter(celestials, stays = false) {
    this.celestials = new Map(celestials.map((c) => {
      const [px, py, pz] = c.pos;
      return [c.id, { radius: 0, ...c, px, py, pz, vel: ZERO }];
    }));
    if (!stays) this.clear();
  }

  // clear empties space, as on docking or jumping.
  clear() {
    this.bodies.clear();
    this.#pending = [];
  }

  // snapshot replaces everything that moves.
  snapshot(message, now) {
    const before = this.bodies;
    this.bodies = new Map();
    this.#pending = [];
    this.tick = message.tick;
    this.#dilation = null;
    this.clock.reset(message.tick, now, message.hz, message.dilation);
    for (const entity of message.entities) this.#add(entity, message.tick, before.get(entity.id));
  }

  // delta keeps the news of one tick until that tick is simulated, or carries it
  // forward if that tick is past.
  delta(message, now) {
    this.clock.arrived(message.tick, now);
    if (message.tick <= this.tick) this.#apply(message);
    else this.#pending.push(message);
    // A hidden page draws nothing, and would only pile up news.
    if (this.#pending.length > PILE) this.advance(now);
  }

  // dilate changes how fast game time runs, from a tick on.
  dilate(factor, tick) {
    this.#dilation = { factor, tick };
  }

  // advance simulates up to now and places every body for drawing.
  advance(now) {
    const at = this.clock.at(now);
    if (this.#dilation && at >= this.#dilation.tick) {
      this.clock.dilate(this.#dilation.factor, now);
      this.#dilation = null;
    }
    let behind = Math.ceil(at) - this.tick;
    if (behind > CATCH_UP) {
      this.tick += behind - CATCH_UP;
      for (const body of this.bodies.values()) body.skip(this.tick);
      behind = CATCH_UP;
    }
    for (; behind > 0; behind--) this.#step();
    const keep = Math.exp(-Math.max(0, now - this.#drawn) / FADE);
    this.#drawn = now;
    const f = this.#part(at);
    for (const body of this.bodies.values()) {
      body.ex *= keep;
      body.ey *= keep;
      body.ez *= keep;
      body.draw(f, this.clock.step);
    }
  }

  // part says how far the time at is on its way from the last tick to this one.
  #part(at) {
    return Math.max(0, Math.min(1, at - this.tick + 1));
  }

  #step() {
    const dt = this.clock.step;
    // All targets are taken as the tick begins, so that the order does not matter.
    for (const body of this.bodies.values()) body.anchor = this.#anchor(body);
    this.tick++;
    for (const body of this.bodies.values()) body.step(this.tick, dt);
    while (this.#pending.length && this.#pending[0].tick <= this.tick) this.#apply(this.#pending.shift());
  }

  // anchor is what a body steers by. Two bodies that steer by each other take one
  // another as standing, so that a pair cannot carry itself away.
  #anchor(body) {
    if (!steersBy(body.mode)) return null;
    const target = this.find(body.target);
    if (!target) return null;
    const mutual = steersBy(target.mode) && target.target === body.id;
    return { pos: target.pos, vel: mutual ? ZERO : target.vel, radius: target.radius };
  }

  #apply({ tick, gone, add, move, turn = [] }) {
    const told = Math.max(tick, this.tick - LATE);
    for (const id of gone) this.bodies.delete(id);
    for (const entity of add) this.#add(entity, told, this.bodies.get(entity.id));
    for (const motion of move) {
      const body = this.bodies.get(motion.id);
      if (!body) continue;
      body.take(motion, told, this.clock.step);
      this.#carry(body, told);
      this.#blend(body, body);
    }
    for (const course of turn) {
      const body = this.bodies.get(course.id);
      const at = body?.turn(course, tick - course.ago, this.tick) ?? null;
      if (at === null) continue;
      this.#carry(body, at);
      this.#blend(body, body);
    }
  }

  #add(entity, tick, before) {
    const body = new Body(entity);
    body.take(entity, tick, this.clock.step);
    this.#carry(body, tick);
    this.#blend(body, before);
    this.bodies.set(body.id, body);
  }

  // carry moves one body on from a tick that is past to the present one. Its target
  // is taken as it was then.
  #carry(body, tick) {
    const dt = this.clock.step;
    for (; tick < this.tick; tick++) {
      body.anchor = this.#anchor(body);
      if (body.anchor) this.#putBack(body.anchor, this.find(body.target), tick);
      body.step(tick + 1, dt);
    }
  }

  // putBack puts an anchor back to where its body was at a tick, as far as that is
  // known: before, it is taken to have flown straight.
  #putBack(anchor, target, tick) {
    if (tick >= Math.max(target.known, target.since)) {
      anchor.pos = target.wasPos[tick % TRAIL];
      if (anchor.vel !== ZERO) anchor.vel = target.wasVel[tick % TRAIL];
    } else {
      anchor.pos = sub(anchor.pos, scale(target.vel, (this.tick - tick) * this.clock.step));
    }
  }

  // blend keeps drawing the body where it was drawn, and lets the difference
  // fade, unless it is so large that a jump is the truth.
  #blend(body, before) {
    const [x, y, z] = before ? [before.px, before.py, before.pz] : ZERO;
    body.ex = body.ey = body.ez = 0;
    body.draw(this.#part(this.clock.at(this.#drawn)), this.clock.step);
    const difference = [x - body.px, y - body.py, z - body.pz];
    if (!before || length(difference) > Math.max(SMALL, body.velocity)) return;
    [body.ex, body.ey, body.ez] = difference;
    [body.px, body.py, body.pz] = [x, y, z];
  }
}
