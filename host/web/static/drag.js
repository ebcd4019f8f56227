// The parts of the motion law that every mode shares: drag towards a wanted
// velocity, coming to rest, and leading the stop point to a place.
import { add, dot, length, scale, sub, unit } from "./vec.js";

export const Mode = { STOP: 0, DIRECTION: 1, GOTO: 2, APPROACH: 3, ORBIT: 4, KEEP: 5, ALIGN: 6, WARP: 7, TUNNEL: 8, FOLLOW: 9 };

export const REACH = 0.05; // m: the stop point is at its goal
const REST_DRIFT = 0.5; // m left to drift, and m/s: from here on the body stands

// still is the anchor of a place that does not move.
export const still = (pos) => ({ pos, vel: [0, 0, 0], radius: 0 });

// coast is linear drag towards the constant wanted velocity w, in closed form.
export function coast(body, w, t) {
  const e = Math.exp(-t / body.tau);
  const d = sub(body.vel, w);
  body.pos = add(body.pos, add(scale(w, t), scale(d, body.tau * (1 - e))));
  body.vel = add(w, scale(d, e));
  return false;
}

// rest puts a body to its stop point when nobody could see the difference.
export function rest(body) {
  const k = Math.max(1, body.tau);
  if (dot(body.vel, body.vel) * k * k > REST_DRIFT * REST_DRIFT) return false;
  body.pos = add(body.pos, scale(body.vel, body.tau));
  body.vel = [0, 0, 0];
  return true;
}

// chase leads the stop point straight to the distance r from the anchor, and from
// then on along with it; backwards too where both is set.
export function chase(body, dt, anchor, r, both) {
  const u = limit(anchor.vel, body.speed);
  const q = stopPoint(body, anchor, u);
  const distance = length(q);
  let gap = distance - r;
  let direction;
  if (gap > REACH) {
    direction = scale(q, -1 / distance);
  } else if (both && gap < -REACH) {
    gap = -gap;
    direction = distance > 0 ? unit(q) : [1, 0, 0];
  } else {
    coast(body, u, dt);
    return settle(body, u);
  }
  const speed = closing(u, direction, body.speed);
  const w = add(u, scale(direction, speed));
  if (gap >= speed * dt) return coast(body, w, dt);
  const t = gap / speed;
  coast(body, w, t);
  coast(body, u, dt - t);
  return settle(body, u);
}

// settle is rest for a target that stands; along with a moving one there is none.
function settle(body, u) {
  return u[0] === 0 && u[1] === 0 && u[2] === 0 && rest(body);
}

// stopPoint is q relative to the anchor, in the frame that moves with u.
export function stopPoint(body, anchor, u) {
  return add(sub(body.pos, anchor.pos), scale(sub(body.vel, u), body.tau));
}

// limit shortens v to at most the length l.
export function limit(v, l) {
  const n2 = dot(v, v);
  return n2 <= l * l ? v : scale(v, l / Math.sqrt(n2));
}

// closing is the greatest s for which |u + s direction| is at most speed.
export function closing(u, direction, speed) {
  const b = dot(u, direction);
  return Math.max(0, Math.sqrt(Math.max(0, b * b + speed * speed - dot(u, u))) - b);
}
