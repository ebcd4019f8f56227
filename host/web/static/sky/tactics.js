// What a pilot reads off space: rings of range, how far the own weapons reach, where ships
// fly, who fires at whom. Lines in space, in front of nothing.
const RINGS = [10_000, 50_000, 100_000]; // metres
const SEGMENTS = 96;
const ROUND = Array.from({ length: SEGMENTS + 1 }, (_, i) => [Math.cos((i / SEGMENTS) * Math.PI * 2), Math.sin((i / SEGMENTS) * Math.PI * 2)]);
const RING = [0.3, 0.42, 0.4], FULL = [0.85, 0.6, 0.25], HALF = [0.6, 0.42, 0.2], FLIGHT = [0.95, 0.92, 0.82], FOE = [1, 0.38, 0.24];
const AHEAD = 6; // seconds of flight an arrow is long
const MOST = 60; // ships whose flight is shown

export class Tactics {
  #reaches = []; // [metres, metres at which half of the shots hit] of the own weapons
  #asked = "";

  constructor({ game, fight, types, lines }) {
    Object.assign(this, { game, fight, types, lines });
  }

  // frame draws what belongs to the own ship, where it is shown.
  frame(own, camera) {
    this.#learn();
    const x = own.px - camera.x, y = own.py - camera.y, z = own.pz - camera.z;
    for (const radius of RINGS) this.#ring(x, y, z, radius, RING, 0.22, 1);
    for (const [full, half] of this.#reaches) {
      this.#ring(x, y, z, full + own.radius, FULL, 0.5, 1);
      if (half > full) this.#ring(x, y, z, half + own.radius, HALF, 0.34, 3);
    }
    this.#flights(own, camera);
  }

  // learn asks what the weapons that are fitted reach.
  #learn() {
    const fitted = this.fight.modules.map((m) => m?.type ?? "").join();
    if (fitted === this.#asked) return;
    this.#asked = fitted;
    this.#reaches = [];
    for (const type of new Set(fitted.split(",").filter(Boolean))) {
      this.types.get(type).then((known) => {
        const full = known?.optimal ?? known?.charge?.range ?? known?.reach;
        if (fitted === this.#asked && full > 0) this.#reaches.push([full, full + (known.falloff ?? 0)]);
      });
    }
  }

  // ring is a circle in the plane of the system; of gap pieces each, one is drawn.
  #ring(x, y, z, radius, ink, strength, gap) {
    for (let i = 0; i < SEGMENTS; i += gap) {
      const a = ROUND[i], b = ROUND[i + 1];
      this.lines.add(x + a[0] * radius, y, z + a[1] * radius, x + b[0] * radius, y, z + b[1] * radius, ink, strength, 0, 0.8, 1);
    }
  }

  // flights are arrows along which ships fly: the own, the chosen, and those that mean harm.
  #flights(own, camera) {
    let shown = 0;
    const { game, fight } = this;
    for (const body of game.sim.bodies.values()) {
      const mine = body === own, foe = fight.foes.has(body.id) || fight.aimed.has(body.id);
      if (!mine && !foe && body.id !== game.selected && !fight.locks.has(body.id)) continue;
      if (body.velocity < 2 || body.velocity > 20_000 || ++shown > MOST) continue;
      const x = body.px - camera.x, y = body.py - camera.y, z = body.pz - camera.z, [vx, vy, vz] = body.vel;
      this.lines.add(x, y, z, x + vx * AHEAD, y + vy * AHEAD, z + vz * AHEAD, foe ? FOE : FLIGHT, mine ? 0.5 : 0.42, 0, 0.9, 0.9);
    }
  }

  // fire joins whoever fires with the target, faintly: those that fire at us, and those we
  // fire at, more so.
  fire(camera, all) {
    const { game, fight } = this;
    for (const { from, to } of fight.shots.values()) {
      const mine = from === game.ship, atUs = to === game.ship;
      if (!mine && !atUs && !all) continue;
      const a = game.sim.bodies.get(from), b = game.sim.find(to);
      if (!a || !b) continue;
      this.lines.add(a.px - camera.x, a.py - camera.y, a.pz - camera.z, b.px - camera.x, b.py - camera.y, b.pz - camera.z, atUs ? FOE : mine ? FULL : RING, atUs ? 0.5 : mine ? 0.34 : 0.16, 0, 0.7, 0.35);
    }
  }

  // names writes at the rings how far they are, where they are farthest ahead.
  names(ctx, own, camera) {
    const flat = Math.hypot(camera.fx, camera.fz) || 1;
    ctx.font = "11px sans-serif";
    ctx.textAlign = "center";
    ctx.fillStyle = "rgba(176, 200, 188, 0.75)";
    let written = Infinity;
    for (let i = 0; i < RINGS.length; i++) {
      const radius = RINGS[i];
      if (!camera.project(own.px + (camera.fx / flat) * radius, own.py, own.pz + (camera.fz / flat) * radius, out) || Math.abs(out.y - written) < 14) continue;
      written = out.y;
      ctx.fillText(NAMES[i], out.x, out.y - 5);
    }
    ctx.textAlign = "left";
  }
}

const NAMES = RINGS.map((radius) => `${radius / 1000} km`);
const out = {};
