// Space in three dimensions: one frame at a time, out of the parts in this folder. It shows
// the same as view/space.js, and lies below the canvas on which that draws: there, names are
// written.
import { Mode } from "../motion.js";
import { calm } from "../view/dom.js";
import { Baker } from "./bake.js";
import { Battle } from "./battle.js";
import { Dome } from "./dome.js";
import { Dust } from "./dust.js";
import { Events } from "./events.js";
import { Fleet, Look } from "./fleet.js";
import { Globes } from "./globes.js";
import { Labels } from "./labels.js";
import { Marks } from "./marks.js";
import { Places } from "./places.js";
import { Quality } from "./quality.js";
import { Signs } from "./signs.js";
import { Glows, Lines, Shields, Sparks } from "./sparks.js";
import { Stage } from "./stage.js";
import { Tactics } from "./tactics.js";
import { Trails } from "./trails.js";
import { Tunnel } from "./tunnel.js";
import { Timing } from "./timing.js";

const LIGHT = 1.4; // of a star, on hulls
const DRIFT = 0.012; // radians a second of a sky that nobody flies in
const AWAY = 5; // seconds between two frames that nobody waited for
const DRIFTING = new Set(["wreck", "container"]);

export class SkyView {
  #last = 0;
  #shown = ""; // the place that the scene was made for

  // canvas is for three dimensions, over for names. settings: {quality, quick}. lost() is
  // called when the graphics card has gone.
  constructor(canvas, over, gaze, { game, fight, fleet, types }, settings, lost) {
    Object.assign(this, { canvas, over, gaze, game, fight });
    this.hovered = null;
    this.ranges = true;
    this.gaps = new Timing(); // from one frame to the next
    this.work = new Timing(); // of the page's own work for a frame
    this.handing = new Timing(); // ... and of handing it to the graphics card
    const quality = (this.quality = new Quality(settings.quality));
    const stage = (this.stage = new Stage(canvas, { quick: settings.quick, smooth: quality.level.smooth }));
    this.#lose = (event) => {
      event.preventDefault();
      lost();
    };
    canvas.addEventListener("webglcontextlost", this.#lose);
    const baker = (this.baker = new Baker(stage.renderer));
    this.dome = new Dome(stage, baker);
    this.globes = new Globes(stage, baker, quality);
    this.places = new Places(stage, this.globes, quality);
    this.tunnel = new Tunnel(stage);
    const lines = (this.lines = new Lines(stage, 4_096)), glows = (this.glows = new Glows(stage, 4_096)), shields = (this.shields = new Shields(stage, 256));
    const sparks = (this.sparks = new Sparks(stage, 4_096));
    this.ships = new Fleet(stage, types, quality);
    this.trails = new Trails(sparks, lines, glows);
    this.dust = new Dust(lines);
    this.battle = new Battle({ game, fight, lines, glows, shields });
    this.events = new Events({ game, glows, lines, sparks, fleet: this.ships, places: this.places, quality, light: stage.light });
    this.tactics = new Tactics({ game, fight, types, lines });
    this.labels = new Labels();
    this.signs = new Signs(stage, 6_000);
    this.marks = new Marks({ game, fight, fleet, signs: this.signs, labels: this.labels });
    this.ctx = over.getContext("2d");
    gaze.close = true;
    if (game.own) gaze.camera.wanted = gaze.chase(game.own);
    this.observer = new ResizeObserver(() => this.#resize());
    this.observer.observe(over);
    this.offs = [game.on("system", () => this.#enter()), game.on("reloaded", () => this.ships.forget())];
    this.#resize();
    this.#enter();
  }

  #lose = null;

  // stop leaves the canvases to another view.
  stop() {
    this.observer.disconnect();
    for (const off of this.offs) off();
    this.events.stop();
    this.canvas.removeEventListener("webglcontextlost", this.#lose);
    this.stage.dispose();
    this.gaze.escort = null;
  }

  // pick returns the id of what is drawn nearest to a point, within a reach in pixels.
  pick(x, y, reach) {
    return this.marks.pick(x, y, reach);
  }

  // enter makes the scene of another system.
  #enter() {
    const { game } = this, { system } = game;
    this.dome.show(system ?? { region: "", name: "nowhere" }, this.quality.level.clouds);
    const key = system ? `${system.id} ${game.sim.celestials.size}` : "";
    if (key === this.#shown) return this.#again();
    this.#shown = key;
    this.globes.enter(game.sim.celestials);
    this.places.enter(game.sim.celestials);
    const { first, second } = this.dome.sky, { above, below } = this.stage.light;
    above.value.set(0.15 + first[0] * 0.16, 0.16 + first[1] * 0.16, 0.18 + first[2] * 0.16);
    below.value.set(0.075 + second[0] * 0.12, 0.08 + second[1] * 0.12, 0.09 + second[2] * 0.12);
  }

  // again takes the same celestials as they were told anew.
  #again() {
    this.globes.same(this.game.sim.celestials);
    this.places.same(this.game.sim.celestials);
  }

  #resize() {
    const width = Math.max(1, this.over.clientWidth), height = Math.max(1, this.over.clientHeight), screen = devicePixelRatio || 1;
    this.ratio = Math.min(2, screen);
    this.over.width = Math.round(width * this.ratio);
    this.over.height = Math.round(height * this.ratio);
    this.gaze.camera.resize(width, height);
    this.stage.resize(width, height, Math.min(screen, this.quality.level.ratio));
  }

  // frame draws space at a time in seconds; real is the reader's, by which the camera moves.
  frame(now, real = now) {
    const began = performance.now(), { game, gaze } = this, { camera } = gaze;
    const gap = real - this.#last, seconds = Math.min(0.1, Math.max(0, gap)), still = calm();
    this.#last = real;
    if (gap > 0 && gap < AWAY) this.gaps.count(gap * 1_000);
    if (this.quality.frame(gap)) this.#resize();
    this.stage.light.time.value = real;
    game.sim.advance(now);
    if (!game.system && !still) camera.yaw += seconds * DRIFT;
    gaze.escort = this.events.ghost;
    gaze.frame(seconds, still);
    this.#place(camera);
    this.#move(camera, now, real, seconds, still);
    this.#marks(camera, now, real);
    const placed = performance.now();
    this.work.count(placed - began);
    this.baker.work();
    this.stage.draw();
    this.handing.count(performance.now() - placed);
  }

  // place puts what stands still, and the light.
  #place(camera) {
    const { px, py, pz } = this.gaze.middle, { stage, globes } = this;
    stage.look(camera);
    globes.place(camera);
    stage.shine(px, py, pz, globes.sunlight, LIGHT * (0.16 + 0.84 * globes.shade(px, py, pz)));
    this.places.place(camera);
    this.dome.clouds.material.uniforms.bright.value = 1 - 0.45 * this.tunnel.strength;
  }

  // move puts what flies, and what they do to each other.
  #move(camera, now, real, seconds, still) {
    const { game, ships, glows, lines, shields, marks } = this, { own } = game;
    for (const part of [ships, glows, lines, shields, this.signs]) part.begin();
    this.labels.covered = this.gaze.covered;
    this.labels.begin(camera.width, camera.height);
    marks.hovered = this.hovered;
    marks.begin(real);
    for (const body of game.sim.bodies.values()) this.#body(body, camera, now, real, seconds);
    this.battle.frame(now, camera);
    this.events.frame(camera);
    if (own) {
      if (this.ranges) this.tactics.frame(own, camera);
      this.tactics.fire(camera, this.ranges);
      if (!still) this.dust.frame(own, camera, seconds);
    }
    this.tunnel.frame(own?.mode === Mode.TUNNEL ? own.vel : null, seconds, still);
    this.sparks.frame(camera);
    for (const part of [ships, glows, lines, shields]) part.end();
  }

  #body(body, camera, now, real, seconds) {
    const look = (body.look ??= new Look(body)), { fight, game } = this;
    if (DRIFTING.has(body.kind)) look.drift(real);
    else look.follow(body, seconds);
    const left = fight.health.get(body.id);
    look.hurt = left ? 1 - (left[1] + left[2]) / 2 : body.id === game.ship && fight.condition ? 1 - (fight.condition.armour + fight.condition.hull) / 2 : 0;
    const x = body.px - camera.x, y = body.py - camera.y, z = body.pz - camera.z;
    const size = this.ships.add(body, x, y, z, camera, look);
    if (body.kind === "missile") this.trails.frame(body, look, x, y, z, seconds);
    else if (look.power > 0.03) this.glows.add(x - look.hx * body.radius * 0.9, y - look.hy * body.radius * 0.9, z - look.hz * body.radius * 0.9, body.radius * 0.9, this.ships.fireOf(body), 0.5 * look.power, 2.6 * look.power);
    this.marks.body(body, size, camera, now);
  }

  // marks are signs, and the names on the canvas above.
  #marks(camera, now, real) {
    const { ctx, ratio, marks, game } = this;
    marks.celestials(camera);
    marks.selection(camera);
    this.signs.end();
    ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
    ctx.clearRect(0, 0, camera.width, camera.height);
    if (!game.system) return;
    if (game.own && this.ranges) this.tactics.names(ctx, game.own, camera);
    marks.health(ctx, camera);
    if (game.docked === null) this.labels.write(ctx, real);
  }

  // figures say what is drawn and what it costs, for tests and whoever measures: frame is from
  // one to the next, work the page's own share of it, handing what it takes to hand over what is
  // to be drawn, all in milliseconds; card is what draws it.
  get figures() {
    const { render, memory, programs } = this.stage.renderer.info, { sim } = this.game;
    return {
      card: this.stage.card, quality: this.quality.level.name, baking: this.baker.busy,
      frames: this.work.times, frame: this.gaps.summary, work: this.work.summary, handing: this.handing.summary,
      calls: render.calls, triangles: render.triangles, points: render.points, geometries: memory.geometries, textures: memory.textures, programs: programs.length,
      objects: sim.bodies.size + sim.celestials.size, hulls: this.ships.drawn, globes: this.globes.drawn, places: this.places.drawn,
      glows: this.glows.batch.count, lines: this.lines.batch.count, shields: this.shields.batch.count, signs: this.signs.batch.count,
      weapons: this.battle.shown, happened: { ...this.events.count }, warp: this.tunnel.strength,
    };
  }
}
