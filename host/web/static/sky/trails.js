// What missiles leave behind: a line of fire, and sparks along the way they came.
const INK = [1, 0.72, 0.38], SMOKE = [0.85, 0.55, 0.35];
const EVERY = 0.07; // seconds between two sparks
const LASTS = 1.5; // seconds a spark is seen

export class Trails {
  constructor(sparks, lines, glows) {
    Object.assign(this, { sparks, lines, glows });
  }

  frame(body, look, x, y, z, seconds) {
    const [vx, vy, vz] = body.vel, back = 0.16;
    this.lines.add(x - vx * back, y - vy * back, z - vz * back, x, y, z, INK, 0.9, Math.max(2, body.radius * 0.6), 1.2);
    this.glows.add(x, y, z, Math.max(5, body.radius * 2.2), INK, 0.9, 3);
    look.since = (look.since ?? EVERY) + seconds;
    if (look.since < EVERY) return;
    look.since = 0;
    this.sparks.add(body.px, body.py, body.pz, vx * 0.05, vy * 0.05, vz * 0.05, SMOKE, 0.5, LASTS, 9, 0.9);
  }
}
