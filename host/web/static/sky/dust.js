// A handful of grains that stand still in space while the ship flies by: the faster it goes,
// the longer they smear.
import { random } from "../seed.js";

const GRAINS = 90;
const BOX = 900; // metres of the cube in which they repeat, near the ship
const EYE = 2_500; // m/s that the eye can follow
const INK = [0.62, 0.7, 0.74];

export class Dust {
  #at = new Float64Array(GRAINS * 3);
  #gone = new Float64Array(3);

  constructor(lines) {
    this.lines = lines;
    const next = random(77);
    for (let i = 0; i < this.#at.length; i++) this.#at[i] = next() * BOX;
  }

  frame(own, camera, seconds) {
    const [vx, vy, vz] = own.vel, speed = Math.sqrt(vx * vx + vy * vy + vz * vz);
    if (speed < 5) return;
    const k = Math.min(speed, EYE) / speed, scale = Math.max(0.5, camera.range / 1_000);
    const smear = Math.min(0.12, 0.02 + Math.min(speed, EYE) / 40_000) * k * scale, light = Math.min(0.4, 0.1 + speed / 5_000);
    const gone = this.#gone;
    for (let axis = 0; axis < 3; axis++) gone[axis] = (gone[axis] + (own.vel[axis] * k * seconds) / scale) % BOX;
    for (let i = 0; i < GRAINS * 3; i += 3) {
      const x = own.px - camera.x + (wrap(this.#at[i] - gone[0]) - BOX / 2) * scale;
      const y = own.py - camera.y + (wrap(this.#at[i + 1] - gone[1]) - BOX / 2) * scale;
      const z = own.pz - camera.z + (wrap(this.#at[i + 2] - gone[2]) - BOX / 2) * scale;
      this.lines.add(x, y, z, x + vx * smear, y + vy * smear, z + vz * smear, INK, light, 0, 0.7, 0.3);
    }
  }
}

function wrap(value) {
  return ((value % BOX) + BOX) % BOX;
}
