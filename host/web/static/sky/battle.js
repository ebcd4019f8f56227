// A fight as it is seen: who fires at whom, where it hits. Nothing is kept of a shot: where it
// is follows from when its weapon's cycle began.
import { flight, styleOf } from "./weapons.js";

const FAR = 260e3; // metres beyond which no fight is drawn
const FLASH = 0.55; // seconds a hit is seen
const MUZZLE = 0.1;
const MOST_GUNS = 4; // of one kind, drawn of one ship
const HULL_HIT = [1, 0.5, 0.18];
const SHIELD = { mine: [0.35, 0.8, 1], others: [0.4, 0.62, 1] };

export class Battle {
  #styles = new Map();

  constructor({ game, fight, lines, glows, shields }) {
    Object.assign(this, { game, fight, lines, glows, shields });
    this.shown = 0; // weapons in the last frame
  }

  // frame draws all shots at a time of the game's, in seconds.
  frame(now, camera) {
    this.shown = 0;
    const { sim } = this.game, { dilation } = sim.clock;
    for (const shot of this.fight.shots.values()) {
      const a = sim.bodies.get(shot.from), b = sim.find(shot.to);
      if (!a || !b) continue;
      const style = this.#style(shot.type);
      if (style) this.#weapon(shot, style, a, b, ((now - shot.since) * dilation) % shot.cycle, camera);
    }
  }

  #style(type) {
    let style = this.#styles.get(type);
    if (style === undefined) this.#styles.set(type, (style = styleOf(type ?? "")));
    return style;
  }

  #weapon(shot, style, a, b, phase, camera) {
    const ax = a.px - camera.x, ay = a.py - camera.y, az = a.pz - camera.z;
    const bx = b.px - camera.x, by = b.py - camera.y, bz = b.pz - camera.z;
    if (Math.min(ax * ax + ay * ay + az * az, bx * bx + by * by + bz * bz) > FAR * FAR) return;
    this.shown++;
    const dx = ax - bx, dy = ay - by, dz = az - bz, metres = Math.sqrt(dx * dx + dy * dy + dz * dz) || 1;
    const edge = Math.min(b.kind === "belt" ? 400 : b.radius, metres) / metres; // where it meets the hull
    const hx = bx + dx * edge, hy = by + dy * edge, hz = bz + dz * edge;
    const guns = Math.min(shot.guns, MOST_GUNS), size = Math.sqrt(a.radius / 40);
    for (let gun = 0; gun < guns; gun++) {
      const side = (gun - (guns - 1) / 2) * a.radius * 0.35;
      const gx = ax - dz / metres * side, gy = ay, gz = az + dx / metres * side;
      const t = phase - gun * (style.speed ? 0.16 : 0.1);
      if (t < 0) continue;
      if (style.speed) this.#bolts(shot, style, t, metres, size, gx, gy, gz, hx, hy, hz, a, b);
      else this.#beam(shot, style, t, size, gx, gy, gz, hx, hy, hz, a, b);
    }
  }

  #bolts(shot, style, t, metres, size, gx, gy, gz, hx, hy, hz, a, b) {
    const way = flight(style, metres);
    for (let i = 0; i < style.count; i++) {
      const age = t - i * style.apart;
      if (age < 0) break;
      if (age < style.trace) this.lines.add(gx, gy, gz, hx, hy, hz, style.ink, 0.5 * (1 - age / style.trace) ** 1.5, style.wide * size * 0.5, 1, 0.7);
      if (age < MUZZLE) this.glows.add(gx, gy, gz, a.radius * 0.5, style.ink, 0.8 * (1 - age / MUZZLE), 3);
      if (age < way) {
        const head = age / way, tail = Math.max(0, head - Math.min(0.35, 500 / metres + 0.05));
        this.lines.add(gx + (hx - gx) * tail, gy + (hy - gy) * tail, gz + (hz - gz) * tail, gx + (hx - gx) * head, gy + (hy - gy) * head, gz + (hz - gz) * head, style.ink, 1.25, style.wide * size, style.least, style.tail);
      } else if (i === 0 && age < way + FLASH) {
        this.#hit(shot, style, (age - way) / FLASH, hx, hy, hz, gx, gy, gz, b);
      }
    }
  }

  #beam(shot, style, t, size, gx, gy, gz, hx, hy, hz, a, b) {
    if (t > style.lasts) {
      const age = (t - style.lasts) / FLASH;
      return age < 1 ? this.#hit(shot, style, age, hx, hy, hz, gx, gy, gz, b) : undefined;
    }
    const flicker = 0.8 + 0.2 * Math.sin(t * 60), fade = Number.isFinite(style.lasts) ? Math.min(1, (style.lasts - t) * 6) : 0.8;
    this.lines.add(gx, gy, gz, hx, hy, hz, style.ink, flicker * fade, style.wide * size, style.least, 0.8);
    this.glows.add(gx, gy, gz, a.radius * 0.4, style.ink, 0.6 * fade, 3);
    this.glows.add(hx, hy, hz, 40 + b.radius * 0.2, style.hit, 0.9 * flicker * fade, 4);
  }

  // hit is a shield that lights up, or, where there is none left, fire on the hull.
  #hit(shot, style, age, hx, hy, hz, gx, gy, gz, b) {
    if (b.kind === "belt") return;
    const left = this.fight.health.get(shot.to)?.[0] ?? (shot.to === this.game.ship ? this.fight.condition?.shield ?? 1 : 1);
    const dx = gx - hx, dy = gy - hy, dz = gz - hz, far = Math.sqrt(dx * dx + dy * dy + dz * dz) || 1, r = b.radius;
    if (left > 0.02) {
      const cx = hx - (dx / far) * r, cy = hy - (dy / far) * r, cz = hz - (dz / far) * r;
      this.shields.add(cx, cy, cz, r * 1.18, dx / far, dy / far, dz / far, age, shot.to === this.game.ship ? SHIELD.mine : SHIELD.others);
      this.glows.add(hx, hy, hz, r * 0.35, style.hit, 0.55 * (1 - age) * (1 - age), 3);
    } else {
      this.glows.add(hx, hy, hz, r * (0.35 + 0.5 * age), HULL_HIT, 1.1 * (1 - age) * (1 - age), 5);
    }
    if (b.look) b.look.hit = Math.max(b.look.hit, 0.5 * (1 - age));
  }
}
