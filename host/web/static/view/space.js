// Space as the player sees it: one frame at a time on a 2D canvas.
import { calm } from "./dom.js";
import { drawHull, shapeOf } from "./hulls.js";
import { COLOURS, colour } from "./icons.js";
import { Marks, drawPointer, drawSelection } from "./marks.js";
import { Dust, drawGlobe, drawRanges, drawStar, drawStructure, lightAt } from "./scenery.js";
import { Sky } from "./sky.js";
import { standing, standingSign } from "../standing.js";

const LABELS = 42; // names on screen at once
const HULL_FROM = 5; // pixels of radius from which a ship has a shape
const FLASH = 0.4; // seconds of game time a shot is seen
const FIRE = { dealt: "#e9d9a8", taken: "#ee7d5a" };
const out = {};

export class Space {
  #ctx;
  #sky = new Sky();
  #dust = new Dust();
  #marks = new Marks();
  #last = 0;
  #ratio = 1;

  constructor(canvas, gaze, { game, fight, fleet }) {
    Object.assign(this, { canvas, gaze, game, fight, fleet });
    this.camera = gaze.camera;
    this.hovered = null;
    this.ranges = true;
    this.#ctx = canvas.getContext("2d");
    this.observer = new ResizeObserver(() => this.#resize());
    this.observer.observe(canvas);
    this.#resize();
    if (game.system) this.#sky.seed(game.system.id);
    this.off = game.on("system", () => game.system && this.#sky.seed(game.system.id));
    gaze.close = false;
  }

  // stop leaves the canvas to another view.
  stop() {
    this.observer.disconnect();
    this.off();
  }

  // frame draws space at a time in seconds; real is the reader's, by which the camera
  // moves, where that is another.
  frame(now, real = now) {
    const { game, camera } = this;
    const seconds = Math.min(0.1, Math.max(0, real - this.#last));
    this.#last = real;
    game.sim.advance(now);
    const own = game.own;
    this.gaze.frame(seconds, calm());
    const ctx = this.#ctx;
    ctx.setTransform(this.#ratio, 0, 0, this.#ratio, 0, 0);
    this.#sky.draw(ctx, camera, this.#ratio);
    this.#marks.begin(this.gaze.covered, camera.width, camera.height);
    this.#place(ctx, own, seconds);
    this.#celestials(ctx);
    this.#shots(ctx, now);
    this.#bodies(ctx, own, seconds);
    if (own) this.#course(ctx, own);
    this.#selection(ctx);
    this.#marks.write(ctx, LABELS, real);
  }

  // pick returns the id of what is drawn nearest to a point, within a reach in pixels.
  pick(x, y, reach) {
    let best = null, least = reach * reach;
    for (const spot of this.#marks.spots) {
      const d = (spot.x - x) ** 2 + (spot.y - y) ** 2;
      if (d < least) [best, least] = [spot.id, d];
    }
    return best;
  }

  #resize() {
    const { clientWidth, clientHeight } = this.canvas;
    this.#ratio = Math.min(2, devicePixelRatio || 1);
    this.canvas.width = Math.max(1, Math.round(clientWidth * this.#ratio));
    this.canvas.height = Math.max(1, Math.round(clientHeight * this.#ratio));
    this.camera.resize(Math.max(1, clientWidth), Math.max(1, clientHeight));
  }

  // The place itself, from far to near.
  #place(ctx, own, seconds) {
    for (const c of this.game.sim.celestials.values()) if (c.kind === "star") drawStar(ctx, this.camera, c);
    if (!own) return;
    if (this.ranges) drawRanges(ctx, this.camera, own);
    if (!calm()) this.#dust.draw(ctx, this.camera, own, seconds);
  }

  #celestials(ctx) {
    const { game, camera } = this;
    const all = [...game.sim.celestials.values()];
    const globes = new Set(all.filter((c) => (c.kind === "planet" || c.kind === "moon") && drawGlobe(ctx, camera, c)));
    for (const c of all) if (c.kind === "gate" || c.kind === "station") drawStructure(ctx, camera, c);
    for (const c of all) {
      if (!camera.project(c.px, c.py, c.pz, out) || this.#outside()) continue;
      const chosen = c.id === game.selected || c.id === this.hovered;
      const metres = game.distance(c);
      const minor = c.kind === "moon" || c.kind === "belt";
      // In a system with a hundred moons only the near ones are worth a name.
      const near = metres !== null && metres < 5e9;
      this.#marks.spot(c.id, out.x, out.y);
      if (!globes.has(c)) this.#marks.sign(ctx, c.kind, out.x, out.y, minor ? 9 : 13, chosen ? 1 : minor ? 0.45 : 0.75);
      if (chosen || !minor || near) {
        this.#marks.label(chosen ? 0 : RANK[c.kind] ?? 5, c.id, out.x, out.y, c.name, metres, colour(c.kind));
      }
    }
  }

  #bodies(ctx, own, seconds) {
    const { game, camera } = this;
    const crowd = game.sim.bodies.size;
    for (const body of game.sim.bodies.values()) {
      if (!camera.project(body.px, body.py, body.pz, out) || this.#outside()) continue;
      const { x, y } = out;
      const size = body.radius * out.scale;
      const mine = body === own;
      const sign = standingSign(body.kind, standing(body, game, this.fleet, this.fight));
      const ink = mine ? COLOURS.own : colour(sign);
      if (size >= HULL_FROM && body.kind !== "missile") this.#hull(ctx, body, mine ? "own" : sign, seconds);
      const chosen = body.id === game.selected || body.id === this.hovered;
      if (!mine) {
        this.#marks.spot(body.id, x, y);
        this.#bracket(ctx, sign, x, y, Math.min(40, Math.max(5, size * 1.2)), chosen, ink);
      } else if (size < HULL_FROM) {
        this.#speck(ctx, x, y, ink);
      }
      if (!mine && (chosen || crowd < 60 || body.kind === "ship" || sign === "hostile")) {
        this.#marks.label(chosen ? 0 : sign === "hostile" ? 1 : body.kind === "ship" ? 2 : 4, body.id, x + Math.min(40, size), y, body.name || body.type, game.distance(body), ink);
      }
    }
  }

  // Whoever fires is joined to the target by a line that flashes with each cycle.
  #shots(ctx, now) {
    const { game, camera, fight } = this;
    const { dilation } = game.sim.clock;
    ctx.lineWidth = 1.2;
    for (const [key, { from, to, cycle, since }] of fight.shots) {
      const a = game.sim.bodies.get(from), b = game.sim.bodies.get(to);
      if (!a || !b) fight.shots.delete(key);
      const phase = ((now - since) * dilation) % cycle;
      if (!a || !b || phase > FLASH || !camera.project(a.px, a.py, a.pz, out)) continue;
      const { x, y } = out;
      if (!camera.project(b.px, b.py, b.pz, out)) continue;
      ctx.strokeStyle = to === game.ship ? FIRE.taken : FIRE.dealt;
      ctx.globalAlpha = 0.9 * (1 - phase / FLASH);
      ctx.beginPath();
      ctx.moveTo(x, y);
      ctx.lineTo(out.x, out.y);
      ctx.stroke();
    }
    ctx.globalAlpha = 1;
  }

  // The own ship, too small to have a shape: a small arrowhead that is not missed.
  #speck(ctx, x, y, ink) {
    ctx.fillStyle = ink;
    ctx.beginPath();
    ctx.moveTo(x, y - 6);
    ctx.lineTo(x + 4.5, y + 5);
    ctx.lineTo(x, y + 2.5);
    ctx.lineTo(x - 4.5, y + 5);
    ctx.fill();
  }

  // Brackets of ships are drawn by hand: four corners, or the sign of the kind.
  #bracket(ctx, kind, x, y, half, chosen, ink) {
    if (kind !== "ship") {
      this.#marks.sign(ctx, kind, x, y, Math.max(10, half * 2), chosen ? 1 : 0.8, ink);
      return;
    }
    const arm = Math.max(2.5, half * 0.4);
    ctx.globalAlpha = chosen ? 1 : 0.85;
    ctx.strokeStyle = ink;
    ctx.lineWidth = 1.2;
    ctx.beginPath();
    for (const sx of SIDES) {
      for (const sy of SIDES) {
        ctx.moveTo(x + sx * half, y + sy * (half - arm));
        ctx.lineTo(x + sx * half, y + sy * half);
        ctx.lineTo(x + sx * (half - arm), y + sy * half);
      }
    }
    ctx.stroke();
    ctx.globalAlpha = 1;
  }

  // A hull points where it flies; at rest it keeps pointing where it last flew.
  #hull(ctx, body, sign, seconds) {
    const speed = body.velocity;
    body.heading ??= [0, 0, 1];
    if (speed > 1) {
      const k = 1 - Math.exp(-seconds * 3);
      const h = body.heading;
      for (let i = 0; i < 3; i++) h[i] += (body.vel[i] / speed - h[i]) * k;
      const size = Math.hypot(...h) || 1;
      for (let i = 0; i < 3; i++) h[i] /= size;
    }
    drawHull(ctx, this.camera, shapeOf(body.type), body, body.radius, body.heading, lightAt(body.px, body.py, body.pz), RGB[sign] ?? RGB.ship, sign === "own" ? 0.4 : 0.2);
  }

  // The own velocity: a line as long as ten seconds of flight, at least visible.
  #course(ctx, own) {
    const speed = own.velocity;
    if (speed < 1 || !this.camera.project(own.px, own.py, own.pz, out)) return;
    const { x, y } = out;
    const ahead = Math.min(10, (this.camera.range * 0.5) / speed);
    if (!this.camera.project(own.px + own.vel[0] * ahead, own.py + own.vel[1] * ahead, own.pz + own.vel[2] * ahead, out)) return;
    ctx.strokeStyle = "rgba(244,236,216,0.55)";
    ctx.lineWidth = 1.2;
    ctx.beginPath();
    ctx.moveTo(x, y);
    ctx.lineTo(out.x, out.y);
    ctx.stroke();
    ctx.beginPath();
    ctx.arc(out.x, out.y, 2, 0, Math.PI * 2);
    ctx.stroke();
  }

  #selection(ctx) {
    const { game, camera } = this;
    const thing = game.sim.find(game.selected);
    if (!thing) return;
    const ahead = camera.project(thing.px, thing.py, thing.pz, out);
    if (ahead && !this.#outside()) {
      // A ring around what fills the view would only cross it: then the sign has one.
      const radius = Math.max(13, thing.radius * out.scale * 1.5);
      drawSelection(ctx, out.x, out.y, radius > 90 ? 13 : radius);
      return;
    }
    const dx = thing.px - camera.x, dy = thing.py - camera.y, dz = thing.pz - camera.z;
    const right = dx * camera.rx + dz * camera.rz;
    const up = dx * camera.ux + dy * camera.uy + dz * camera.uz;
    const { x, y } = drawPointer(ctx, camera, right, -up, 64);
    this.#marks.spot(thing.id, x, y);
  }

  #outside() {
    return out.x < -20 || out.y < -20 || out.x > this.camera.width + 20 || out.y > this.camera.height + 20;
  }
}

const SIDES = [-1, 1];
const RANK = { gate: 1, station: 1, planet: 3, star: 4, moon: 6, belt: 6 };
const RGB = Object.fromEntries(Object.entries(COLOURS).map(([kind, hex]) => [kind, [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16))]));

