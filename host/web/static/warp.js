// The warp part of the motion law: speed grows as exp(rate t), holds at the warp
// speed and shrinks as exp(-brake t), written by the way left instead of by the
// time gone, so that a state needs no memory of when the warp began.
import { dot, length, scale, sub, unit } from "./vec.js";
import { Mode, REACH, chase, coast, rest, still } from "./drag.js";

const AU = 149_597_870_700; // m
const ALIGN_SPEED = 0.75; // of the full speed along the line, from which on a ship may warp
const ALIGN_SLOPE = 0.08748866352592401; // tan(5 degrees): the sideways part it may have
const MIN_RATE = 0.5; // 1/s
const MAX_BRAKE = 2; // 1/s
const DROP_SPEED = 100; // m/s: the speed of coming out, at most half of the full speed
const DROP_DRIFT = 50e3; // m: how far a ship may drift after coming out

// profile is what a warp is made of for one ship; body.range is its warp speed.
function profile(body) {
  const rate = Math.max(body.range / AU, MIN_RATE);
  const brake = Math.min(rate / 3, MAX_BRAKE);
  const drop = Math.max(1, Math.min(DROP_SPEED, body.speed / 2, DROP_DRIFT / body.tau));
  return { top: body.range, rate, brake, drop, shift: drop * (body.tau - 1 / brake) };
}

// alignToWarp turns towards the point until the velocity is near enough to full
// speed along the line, and is in warp from that moment on.
export function alignToWarp(body, dt) {
  const line = sub(sub(body.point, body.pos), scale(body.vel, body.tau));
  const distance = length(line);
  if (distance > REACH) {
    const direction = scale(line, 1 / distance);
    const t = timeToAlign(body, direction);
    if (t <= dt && distance >= body.speed * t) {
      coast(body, scale(direction, body.speed), t);
      enter(body);
      return tunnel(body, dt - t);
    }
  }
  const resting = chase(body, dt, still(body.point), 0, false);
  if (resting) body.mode = Mode.STOP;
  return resting;
}

// timeToAlign is after how many seconds at full thrust the ship may warp.
function timeToAlign(body, direction) {
  const { vel, speed, tau } = body;
  const along = dot(vel, direction);
  const across = length(sub(vel, scale(direction, along)));
  let x = 1;
  const short = speed - along;
  if (short > 0) x = Math.min(x, ((1 - ALIGN_SPEED) * speed) / short);
  const d = across + ALIGN_SLOPE * (speed - along);
  if (d > 0) x = Math.min(x, (ALIGN_SLOPE * speed) / d);
  return -tau * Math.log(x);
}

function enter(body) {
  const direction = unit(sub(body.point, body.pos));
  body.vel = scale(direction, Math.max(1, dot(body.vel, direction)));
  body.mode = Mode.TUNNEL;
}

// tunnel flies the warp for dt seconds, and what is left of them after it came out.
export function tunnel(body, dt) {
  const w = profile(body);
  const line = sub(body.point, body.pos);
  const direction = unit(line);
  let left = length(line) - w.shift;
  let speed = Math.max(1, length(body.vel));
  while (dt > 0) {
    const brakeAt = speed / w.brake;
    if (left <= brakeAt * (1 + 1e-9)) {
      speed = w.brake * left;
      if (speed <= w.drop) return land(body, w.drop, direction, left + w.shift, dt);
      const t = Math.min(dt, Math.log(speed / w.drop) / w.brake);
      left *= Math.exp(-w.brake * t);
      speed = w.brake * left;
      dt -= t;
      if (dt > 0) return land(body, w.drop, direction, left + w.shift, dt);
    } else if (speed < w.top * (1 - 1e-12)) {
      const full = Math.log(w.top / speed) / w.rate;
      const turn = Math.log((left + speed / w.rate) / (speed / w.rate + brakeAt)) / w.rate;
      const t = Math.min(dt, full, turn);
      const gain = Math.exp(w.rate * t);
      left -= (speed / w.rate) * (gain - 1);
      speed = t === full ? w.top : speed * gain;
      dt -= t;
    } else {
      speed = w.top;
      const t = Math.min(dt, left / speed - 1 / w.brake);
      left -= speed * t;
      dt -= t;
    }
  }
  body.pos = sub(body.point, scale(direction, left + w.shift));
  body.vel = scale(direction, speed);
  return false;
}

// land comes out of warp at a distance before the point, and drifts on.
function land(body, speed, direction, distance, dt) {
  body.pos = sub(body.point, scale(direction, distance));
  body.vel = scale(direction, speed);
  body.mode = Mode.STOP;
  body.range = 0;
  coast(body, [0, 0, 0], dt);
  return rest(body);
}
