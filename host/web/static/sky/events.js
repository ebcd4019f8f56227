// What happens to ships, as it is seen from outside: they blow up, go into warp or come out of
// it, go through gates, dock. Who is gone is told by space alone; where they were last, and
// what for, says what it looked like.
import { Mode } from "../motion.js";
import { random } from "../seed.js";
import { SHAPE } from "./sparks.js";

const MOST = 48; // things that happen at once, as they are drawn
const GATE = 14e3, STATION = 6e3; // metres from the surface within which one goes through, or in
const NEWS = 3; // seconds within which a ship that is gone and one that is destroyed are one
const FIRE = [1, 0.55, 0.2], WHITE = [0.9, 0.95, 1], JUMP = [0.4, 0.7, 1], DOCK = [0.5, 0.9, 1];
const SECONDS = { blast: 2.6, burst: 0.7, warp: 0.9, jump: 1.3, dock: 3 };

export class Events {
  #known = new Map(); // bodies that were there in the frame before
  #lost = new Map(); // ids of those that were destroyed, and when
  #shown = Array.from({ length: MOST }, () => ({ what: "", since: 0, lasts: 1, x: 0, y: 0, z: 0, dx: 0, dy: 0, dz: 0, size: 1, seed: 0, body: null }));
  #next = 0;
  #fresh = true; // what is there has not just come
  #chance = random(20);
  #own = null; // the ship one flew last

  constructor({ game, glows, lines, sparks, fleet, places, quality, light }) {
    Object.assign(this, { game, glows, lines, sparks, fleet, places, quality, light });
    this.count = { blast: 0, burst: 0, warp: 0, jump: 0, dock: 0 }; // since the page began
    this.ghost = null; // the own ship on its way into a station: {px, py, pz, radius}
    this.docked = game.docked;
    this.system = game.system?.id;
    this.offs = [game.on("message", (m) => this.#hear(m)), game.on("system", () => this.#arrive())];
  }

  stop() {
    for (const off of this.offs) off();
  }

  #hear(m) {
    if (m.ev === "snapshot") this.#fresh = true;
    if (m.ev !== "destroyed") return;
    this.#lost.set(m.id, this.light.time.value);
    const body = this.#known.get(m.id);
    if (body && !this.game.sim.bodies.has(m.id)) this.#blast(body);
  }

  // arrive takes in that one is elsewhere, docked or out again: what was around is not gone.
  #arrive() {
    const { docked, system } = this.game, own = this.#own;
    if (docked && !this.docked && own && this.system === system?.id) {
      const station = this.game.sim.celestials.get(docked);
      if (station) this.#dock(own, station, true);
    }
    this.docked = docked;
    this.system = system?.id;
    this.#known.clear();
    this.#fresh = true;
  }

  // frame looks who has come and gone, and draws what that looks like.
  frame(camera) {
    const { sim, own } = this.game, now = this.light.time.value;
    if (own) this.#own = own;
    if (!this.#fresh) for (const body of this.#known.values()) if (sim.bodies.get(body.id) !== body && !sim.bodies.has(body.id)) this.#gone(body, now);
    for (const body of sim.bodies.values()) {
      if (this.#known.get(body.id) === body) continue;
      if (!this.#fresh && !this.#known.has(body.id)) this.#came(body);
      this.#known.set(body.id, body);
    }
    if (this.#known.size > sim.bodies.size) for (const id of this.#known.keys()) if (!sim.bodies.has(id)) this.#known.delete(id);
    this.#fresh = false;
    for (const [id, at] of this.#lost) if (now - at > NEWS) this.#lost.delete(id);
    this.ghost = null;
    for (const one of this.#shown) if (one.what) this.#draw(one, now, camera);
  }

  #gone(body, now) {
    if (body.kind === "missile") return this.#burst(body);
    if (this.#lost.has(body.id) && now - this.#lost.get(body.id) < NEWS) return this.#blast(body);
    if (body.kind !== "ship" && body.kind !== "npc" && body.kind !== "pod") return;
    if (body.mode === Mode.TUNNEL || body.mode === Mode.WARP) return this.#leave("warp", body);
    if (near(body, this.places.gates, GATE)) return this.#leave("jump", body);
    const station = near(body, this.places.stations, STATION);
    if (station) this.#dock(body, station, false);
  }

  #came(body) {
    if (body.kind === "missile") return;
    if (near(body, this.places.gates, GATE * 2)) this.#leave("jump", body);
    else if (body.velocity > 60 && body.mode === Mode.STOP) this.#leave("warp", body);
  }

  #begin(what, body) {
    const one = this.#shown[this.#next];
    this.#next = (this.#next + 1) % MOST;
    this.count[what]++;
    Object.assign(one, { what, since: this.light.time.value, lasts: SECONDS[what], x: body.px, y: body.py, z: body.pz, size: body.radius, body, seed: this.#chance() });
    return one;
  }

  #leave(what, body) {
    const one = this.#begin(what, body), speed = body.velocity || 1;
    [one.dx, one.dy, one.dz] = body.vel.map((c) => c / speed);
  }

  #dock(body, station, mine) {
    const one = this.#begin("dock", body);
    one.mine = mine;
    one.dx = station.px - body.px; one.dy = station.py - body.py; one.dz = station.pz - body.pz;
  }

  #burst(body) {
    this.#begin("burst", body);
    this.#spray(body, 14, 90, 1, 1);
  }

  #blast(body) {
    if (body.blown) return;
    body.blown = true;
    this.#begin("blast", body);
    this.#spray(body, 130, 2.2, 2.4, 0.06);
    this.#spray(body, 40, 5, 1.4, 0.03);
  }

  // spray lights sparks that fly apart; speed in radii a second.
  #spray(body, count, speed, lasts, size) {
    const next = this.#chance, many = Math.round(count * this.quality.level.sparks);
    const [vx, vy, vz] = body.vel, fly = Math.max(12, body.radius * speed);
    for (let i = 0; i < many; i++) {
      const y = next() * 2 - 1, a = next() * Math.PI * 2, flat = Math.sqrt(1 - y * y), v = fly * (0.15 + next() ** 2);
      this.sparks.add(body.px, body.py, body.pz, vx * 0.6 + Math.cos(a) * flat * v, vy * 0.6 + y * v, vz * 0.6 + Math.sin(a) * flat * v, next() < 0.25 ? WHITE : FIRE, 0.5 + next(), lasts * (0.35 + 0.65 * next()), Math.max(2, body.radius * size), 1.6, 0.9);
    }
  }

  #draw(one, now, camera) {
    const age = (now - one.since) / one.lasts;
    if (age >= 1) {
      one.what = "";
      one.body = null;
      return;
    }
    const x = one.x - camera.x, y = one.y - camera.y, z = one.z - camera.z, r = one.size, left = 1 - age;
    switch (one.what) {
      case "blast":
        if (age < 0.25) this.glows.add(x, y, z, r * 9 * (1 - age * 3), WHITE, 1.6 * (1 - age * 4), 26, SHAPE.FLARE);
        this.glows.add(x, y, z, r * (1.2 + 3.2 * Math.sqrt(age)), FIRE, 1.5 * left ** 3, 7);
        this.glows.add(x, y, z, r * (0.8 + 2 * age), [1, 0.85, 0.6], 1.3 * Math.max(0, 1 - age * 2.2), 5);
        this.glows.add(x, y, z, r * (1 + 13 * Math.sqrt(age)), [0.5, 0.6, 0.9], 0.6 * left * left, 0, SHAPE.RING);
        break;
      case "burst":
        this.glows.add(x, y, z, Math.max(40, r * 22) * (0.5 + age), FIRE, 1.3 * left * left, 5);
        break;
      case "warp": {
        const long = Math.max(400, r * 30);
        this.glows.add(x, y, z, r * 3.5 * left, WHITE, 1.2 * left * left, 8, SHAPE.FLARE);
        this.lines.add(x, y, z, x + one.dx * long * (1 + 40 * age), y + one.dy * long * (1 + 40 * age), z + one.dz * long * (1 + 40 * age), JUMP, 0.9 * left * left, r * 0.3, 1.2, 0.2);
        break;
      }
      case "jump":
        this.glows.add(x, y, z, (r * 5 + 250) * (0.4 + age), JUMP, 1.4 * left * left, 16, SHAPE.FLARE);
        this.glows.add(x, y, z, (r * 7 + 700) * Math.sqrt(age), JUMP, 0.6 * left, 0, SHAPE.RING);
        break;
      case "dock":
        this.#glide(one, age, camera);
    }
  }

  // glide shows a ship on its way in, although it is docked already.
  #glide(one, age, camera) {
    const { body } = one, way = age * age * (3 - 2 * age) * 0.85, left = 1 - age;
    if (!body?.look) return;
    const px = one.x + one.dx * way, py = one.y + one.dy * way, pz = one.z + one.dz * way;
    const far = Math.hypot(one.dx, one.dy, one.dz) || 1;
    body.look.hx += (one.dx / far - body.look.hx) * 0.08;
    body.look.hy += (one.dy / far - body.look.hy) * 0.08;
    body.look.hz += (one.dz / far - body.look.hz) * 0.08;
    body.look.point();
    body.look.power = 0.5 * left;
    body.look.scale = Math.min(1, left * 3);
    const x = px - camera.x, y = py - camera.y, z = pz - camera.z;
    this.fleet.add(body, x, y, z, camera, body.look);
    this.glows.add(x, y, z, body.radius * 1.6, DOCK, 0.5 * left, 5);
    if (one.mine && this.game.docked) this.ghost = Object.assign(one.at ?? (one.at = {}), { px, py, pz, radius: body.radius });
  }
}

// near is the one of some places whose surface is within so many metres of a body.
function near(body, places, metres) {
  for (const c of places) if (Math.hypot(c.px - body.px, c.py - body.py, c.pz - body.pz) < c.radius + metres) return c;
  return null;
}
