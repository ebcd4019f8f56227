// The signs and names of things in sight, and what a glance should tell of them: how they
// stand to us, locks both ways, how much is left of them, where the own ship is.
import { COLOURS } from "../view/icons.js";
import { standing, standingSign } from "../standing.js";

const CROWD = 60; // ships from which on not all are named
const RANK = { gate: 1, station: 1, planet: 3, star: 4, moon: 6, belt: 6 };
const NAMED = 5e9; // metres within which a moon or belt is worth a name
const HEALTH = [[0.45, 0.75, 1], [0.85, 0.82, 0.7], [0.95, 0.5, 0.3]].map((c) => `rgb(${c.map((v) => Math.round(v * 255)).join()})`);
const INK = Object.fromEntries(Object.entries(COLOURS).map(([kind, hex]) => [kind, [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16) / 255)]));
const LOCK = [0.96, 0.78, 0.4], AIMED = [1, 0.42, 0.3];

export class Marks {
  #out = {};
  #standings = new Map(); // by id, looked up a few times a second
  #asked = 0;

  constructor({ game, fight, fleet, signs, labels }) {
    Object.assign(this, { game, fight, fleet, signs, labels });
    this.ids = [];
    this.xs = new Float32Array(4096);
    this.ys = new Float32Array(4096);
    this.count = 0; // spots of this frame
    this.hovered = null;
  }

  begin(real) {
    this.count = 0;
    if (real - this.#asked < 0.4) return;
    this.#asked = real;
    this.#standings.clear();
  }

  // spot is where something can be clicked.
  #spot(id, x, y) {
    if (this.count === this.xs.length) return;
    this.ids[this.count] = id;
    this.xs[this.count] = x;
    this.ys[this.count++] = y;
    this.labels.keep(x, y);
  }

  // pick returns the id of what is nearest to a point, within a reach in pixels.
  pick(x, y, reach) {
    let best = null, least = reach * reach;
    for (let i = 0; i < this.count; i++) {
      const d = (this.xs[i] - x) ** 2 + (this.ys[i] - y) ** 2;
      if (d < least) [best, least] = [this.ids[i], d];
    }
    return best;
  }

  // in says whether something is in the picture; then #out has where.
  #in(thing, camera) {
    const out = this.#out;
    return camera.project(thing.px, thing.py, thing.pz, out) && out.x > -20 && out.y > -20 && out.x < camera.width + 20 && out.y < camera.height + 20;
  }

  celestials(camera) {
    const { game, signs } = this;
    for (const c of game.sim.celestials.values()) {
      if (!this.#in(c, camera)) continue;
      const { x, y, scale } = this.#out, size = c.radius * scale;
      const chosen = c.id === game.selected || c.id === this.hovered, metres = game.distance(c);
      const minor = c.kind === "moon" || c.kind === "belt", near = metres !== null && metres < NAMED;
      this.#spot(c.id, x, y);
      // What is large enough to be seen needs no sign.
      const seen = Math.max(0, Math.min(1, (size - 10) / 20));
      if (seen < 1 || chosen) signs.add(c.kind, x, y, minor ? 11 : 15, INK[c.kind] ?? INK.planet, chosen ? 1 : (minor ? 0.45 : 0.8) * (1 - seen));
      if (chosen || !minor || near) this.labels.add(chosen ? 0 : RANK[c.kind] ?? 5, c.id, x, y, c.name, metres, COLOURS[c.kind] ?? COLOURS.ship);
    }
  }

  #standing(body) {
    let sign = this.#standings.get(body.id);
    if (sign === undefined) this.#standings.set(body.id, (sign = standingSign(body.kind, standing(body, this.game, this.fleet, this.fight))));
    return sign;
  }

  // body puts the signs of one that was drawn size pixels large.
  body(body, size, camera, now) {
    const { game, signs, fight } = this;
    if (!this.#in(body, camera)) return;
    const { x, y } = this.#out, mine = body.id === game.ship;
    if (mine) return this.#own(x, y, size);
    const sign = this.#standing(body), chosen = body.id === game.selected || body.id === this.hovered;
    const half = Math.min(46, Math.max(6, size * 1.15));
    const far = sign === "missile" ? 0.55 : sign === "wreck" || sign === "container" ? 0.6 : 0.85;
    this.#spot(body.id, x, y);
    signs.add(sign, x, y, sign === "missile" ? 9 : sign === "ship" ? half * 2.3 : Math.max(13, Math.min(26, half * 1.6)), INK[sign] ?? INK.ship, chosen ? 1 : far * (size > 30 ? 0.6 : 1));
    this.#locks(body, x, y, half, now);
    const crowd = game.sim.bodies.size >= CROWD;
    if (chosen || sign === "hostile" || body.kind === "ship" || (!crowd && body.kind !== "missile") || fight.locks.has(body.id)) {
      this.labels.add(chosen ? 0 : sign === "hostile" ? 1 : body.kind === "ship" ? 2 : 4, body.id, x + Math.max(0, half - 12), y, body.name || body.type, game.distance(body), COLOURS[sign] ?? COLOURS.ship);
    }
  }

  // own is an arrowhead above one's own ship, which is never missed.
  #own(x, y, size) {
    const above = Math.max(13, Math.min(120, size * 1.25));
    this.signs.add("own", x, size < 4 ? y : y - above, 11, INK.own, size < 4 ? 1 : 0.8, size < 4 ? 0 : Math.PI);
  }

  // locks are corners that close around whom we lock, and a red edge around who locks us.
  #locks(body, x, y, half, now) {
    const { fight, signs } = this;
    const lock = fight.locks.get(body.id), aimed = fight.aimed.get(body.id);
    if (lock) {
      const part = lock.done ? 1 : Math.min(1, (now - lock.since) / Math.max(0.1, lock.seconds));
      signs.add(lock.done ? "locked" : "locking", x, y, (half * 2.3 + 12) * (2.2 - 1.2 * part), LOCK, 0.5 + 0.5 * part, (1 - part) * 1.5);
    }
    if (aimed) signs.add("aimed", x, y, half * 2.3 + 16, AIMED, aimed.done ? 0.95 : 0.4 + 0.4 * Math.abs(Math.sin(now * 5)));
  }

  // health draws what is left of a locked or chosen ship below its sign, in three bars.
  health(ctx, camera) {
    const { game, fight } = this;
    for (const id of fight.health.keys()) {
      if (id === game.ship || (id !== game.selected && !fight.locks.has(id))) continue;
      const body = game.sim.bodies.get(id), left = fight.health.get(id);
      if (!body || !this.#in(body, camera)) continue;
      const { x, y, scale } = this.#out, wide = 34, below = y + Math.min(46, Math.max(6, body.radius * scale * 1.15)) + 12;
      ctx.fillStyle = "rgba(4, 7, 9, 0.7)";
      ctx.fillRect(x - wide / 2 - 1, below - 1, wide + 2, 11);
      for (let i = 0; i < 3; i++) {
        ctx.fillStyle = HEALTH[i];
        ctx.fillRect(x - wide / 2, below + i * 3.4, wide * left[i], 2.2);
      }
    }
  }

  // selection rings what is chosen, or points to it at the border.
  selection(camera) {
    const thing = this.game.sim.find(this.game.selected);
    if (thing && !this.#point(thing, camera, INK.own)) {
      const size = Math.max(26, Math.min(180, thing.radius * this.#out.scale * 3));
      this.signs.add("chosen", this.#out.x, this.#out.y, size > 170 ? 28 : size, INK.own, 1);
    }
    const { own } = this.game;
    if (own) this.#point(own, camera, LOCK, "own");
  }

  // point puts an arrow at the border towards what is out of sight; false for what is not.
  #point(thing, camera, ink, sign = "arrow") {
    if (this.#in(thing, camera)) return false;
    const dx = thing.px - camera.x, dy = thing.py - camera.y, dz = thing.pz - camera.z;
    const right = dx * camera.rx + dz * camera.rz, up = dx * camera.ux + dy * camera.uy + dz * camera.uz, size = Math.hypot(right, up) || 1;
    const ux = right / size, uy = -up / size, inset = 64;
    const reach = Math.min((camera.cx - inset) / Math.max(1e-6, Math.abs(ux)), (camera.cy - inset) / Math.max(1e-6, Math.abs(uy)));
    const x = camera.cx + ux * reach, y = camera.cy + uy * reach;
    this.signs.add(sign, x, y, 17, ink, 1, -Math.atan2(ux, -uy));
    if (thing.id !== this.game.ship) this.#spot(thing.id, x, y);
    return true;
  }
}
