// The motion law of runtime/physics/MOTION.md, word for word: what the server
// computes for a body in a tick, the page computes too, so that an unchanged
// course needs no news.
//
// A velocity v is drawn towards the wanted velocity w of the mode with the time
// constant tau. The stop point q = p + tau v, where the body would come to rest,
// moves with exactly w, so every mode leads q along lines and circles.
import { Mode, REACH, chase, closing, coast, limit, rest, still, stopPoint } from "./drag.js";
import { add, cross, dot, length, scale, sub, unit } from "./vec.js";
import { alignToWarp, tunnel } from "./warp.js";
import { known, t } from "./words.js";

export { Mode };


// modeName says in words what a mode does.
export function modeName(mode) {
  return known(`mode.${mode}`) ? t(`mode.${mode}`) : t("mode.other");
}

// steersBy says whether a mode follows another body.
export function steersBy(mode) {
  return mode === Mode.APPROACH || mode === Mode.ORBIT || mode === Mode.KEEP || mode === Mode.FOLLOW;
}

const MIN_RING = 1; // m: the smallest orbit
const AIM_ROUNDS = 4; // rounds of a missile's search for the time to its target

// advance moves a body by dt seconds of game time. body has mode, pos, vel, point,
// range, speed, tau and radius; anchor is {pos, vel, radius} of its target when
// the tick began, or null. It returns true where the body came to rest.
export function advance(body, dt, anchor) {
  const { mode } = body;
  if (mode === Mode.TUNNEL) return tunnel(body, dt);
  if (mode === Mode.STOP || body.speed <= 0 || (steersBy(mode) && !anchor)) {
    coast(body, [0, 0, 0], dt);
    return rest(body);
  }
  switch (mode) {
    case Mode.GOTO: {
      const resting = chase(body, dt, still(body.point), 0, false);
      if (resting) body.mode = Mode.STOP;
      return resting;
    }
    case Mode.APPROACH: case Mode.KEEP:
      return chase(body, dt, anchor, body.range + body.radius + anchor.radius, mode === Mode.KEEP);
    case Mode.ORBIT:
      return orbit(body, dt, anchor);
    case Mode.WARP:
      return alignToWarp(body, dt);
    case Mode.FOLLOW:
      return coast(body, intercept(body, anchor), dt);
    default:
      return coast(body, scale(body.point, body.speed), dt);
  }
}

// intercept is a missile's wanted velocity: full speed along the one constant
// direction that brings it through its target.
function intercept(body, anchor) {
  const u = limit(anchor.vel, body.speed);
  const p = sub(body.pos, anchor.pos), v = sub(body.vel, u);
  let t = length(p) / body.speed, direction = [0, 0, 0], speed = 0;
  for (let round = 0; round < AIM_ROUNDS; round++) {
    const drift = body.tau * (1 - Math.exp(-t / body.tau));
    const left = add(p, scale(v, drift));
    const distance = length(left);
    if (distance === 0) break;
    direction = scale(left, -1 / distance);
    speed = closing(u, direction, body.speed);
    if (speed < 1e-3 * body.speed) return limit(add(u, scale(direction, body.speed)), body.speed);
    t = drift + distance / speed;
  }
  return add(u, scale(direction, speed));
}

// orbit circles the anchor in the plane whose normal is body.point. The stop
// point flies a circle a little larger than the body's, and a little ahead.
function orbit(body, dt, anchor) {
  const u = limit(anchor.vel, body.speed);
  const r = Math.max(body.range + body.radius + anchor.radius, MIN_RING);
  const [omega, ring] = ringOf(r, Math.max(0, body.speed - length(u)), body.tau);
  const q = stopPoint(body, anchor, u);
  const n = body.point;
  const height = dot(q, n);
  const flat = sub(q, scale(n, height));
  const distance = length(flat);
  let out = distance > REACH ? scale(flat, 1 / distance) : perpendicular(n);
  let centre = anchor.pos;
  if (Math.abs(distance - ring) > REACH || Math.abs(height) > REACH) {
    let goal = scale(out, ring);
    if (distance > ring) {
      const c = ring / distance;
      goal = add(scale(out, ring * c), scale(cross(n, out), ring * Math.sqrt(1 - c * c)));
    }
    const line = sub(goal, q);
    const far = length(line);
    const direction = scale(line, 1 / far);
    const speed = closing(u, direction, body.speed);
    const w = add(u, scale(direction, speed));
    if (far >= speed * dt) return coast(body, w, dt);
    const t = far / speed;
    coast(body, w, t);
    centre = add(centre, scale(u, t));
    out = scale(goal, 1 / ring);
    dt -= t;
  }
  circle(body, dt, centre, u, out, omega, ring);
  return false;
}

// ringOf returns the angular speed, and the radius of the stop point's circle, of
// an orbit of radius r flown at speed v.
function ringOf(r, v, tau) {
  const k = v / r;
  const omega = k * Math.sqrt(2 / (1 + Math.sqrt(1 + 4 * tau * tau * k * k)));
  return [omega, r * Math.sqrt(1 + omega * omega * tau * tau)];
}

// circle flies the arc: the steady circle plus an offset that decays.
function circle(body, dt, centre, u, out, omega, ring) {
  const { tau } = body;
  const along = cross(body.point, out);
  const cosPhi = 1 / Math.sqrt(1 + omega * omega * tau * tau);
  const sinPhi = omega * tau * cosPhi;
  const r = ring * cosPhi;
  const sin = Math.sin(omega * dt), cos = Math.cos(omega * dt);
  const c1 = cos * cosPhi + sin * sinPhi, s1 = sin * cosPhi - cos * sinPhi;
  const start = add(sub(sub(body.pos, centre), scale(out, r * cosPhi)), scale(along, r * sinPhi));
  const off = scale(start, Math.exp(-dt / tau));
  body.pos = add(add(add(add(centre, scale(u, dt)), off), scale(out, r * c1)), scale(along, r * s1));
  const k = omega * r;
  body.vel = add(add(sub(u, scale(off, 1 / tau)), scale(along, k * c1)), scale(out, -k * s1));
}

// perpendicular is a unit vector at right angles to the unit vector n.
function perpendicular(n) {
  const [x, y, z] = n.map(Math.abs);
  if (x <= y && x <= z) return unit(cross(n, [1, 0, 0]));
  return unit(cross(n, y <= z ? [0, 1, 0] : [0, 0, 1]));
}
