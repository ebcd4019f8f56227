// The star, planets and moons: painted from far to near, each as large as it is.
import {
  AdditiveBlending, BackSide, DoubleSide, GLSL3, Mesh, PlaneGeometry, RawShaderMaterial, RingGeometry, SphereGeometry, Vector3,
} from "../vendor/three/three.module.min.js";
import { chances, origin } from "./chances.js";
import { VERSION } from "./glsl.js";
import { put } from "./stage.js";
import { AIR, CORONA, GROUND, RINGS, STAR, SURFACE, WEATHER, WORLD } from "./worlds.js";
import { planetOf, starOf } from "./planet.js";

const SEEN = 0.8; // pixels of radius from which a globe is drawn
const NEAR = 46; // pixels of radius from which its surface is painted well
const PAINTED = 7; // surfaces painted well that are kept
const LEAST = 64; // pixels a side of a surface seen from afar

export class Globes {
  #globes = new Map(); // by id of the celestial
  #order = []; // those in sight, far ones first
  #star = null;
  #used = 0;

  constructor(stage, baker, quality) {
    Object.assign(this, { stage, baker, quality });
    this.ball = new SphereGeometry(1, 64, 40);
    this.quad = new PlaneGeometry(2, 2);
    this.sunlight = [1, 0.95, 0.88];
  }

  // enter takes the celestials of a system; those of the one before go.
  enter(celestials) {
    for (const globe of this.#globes.values()) this.#leave(globe);
    this.#globes.clear();
    this.#order.length = 0;
    if (this.#star) this.stage.far.remove(this.#star.ball, this.#star.glow);
    this.#star = null;
    for (const c of celestials.values()) {
      if (c.kind === "star") this.#shine(c);
      if (c.kind === "planet" || c.kind === "moon") this.#globes.set(c.id, { c, looks: null, far: 0, size: 0, meshes: null, maps: null, seen: 0, at: { x: 0, y: 0, z: 0 } });
    }
  }

  // same takes the same celestials, told anew.
  same(celestials) {
    for (const globe of this.#globes.values()) globe.c = celestials.get(globe.c.id) ?? globe.c;
    if (this.#star) this.#star.c = celestials.get(this.#star.c.id) ?? this.#star.c;
  }

  // drawn is how many globes were in sight in the last frame.
  get drawn() {
    return this.#order.length;
  }

  #shine(c) {
    const { colour, seed } = starOf(c);
    this.sunlight = colour;
    const uniforms = { ink: { value: colour }, chances: { value: chances() }, origin: { value: origin(seed) }, time: this.stage.light.time, at: { value: new Vector3() }, pixel: this.stage.light.pixel, wide: { value: c.radius } };
    const ball = new Mesh(this.ball, material({ uniforms, vertexShader: WORLD, fragmentShader: STAR }));
    const glow = new Mesh(this.quad, material({ uniforms, vertexShader: CORONA.vertex, fragmentShader: CORONA.fragment, blending: AdditiveBlending }));
    this.#star = { c, ball, glow, uniforms };
    for (const mesh of [ball, glow]) this.#add(mesh);
  }

  #add(mesh) {
    mesh.frustumCulled = false;
    mesh.matrixAutoUpdate = false;
    this.stage.far.add(mesh);
  }

  // place puts everything where it is as seen by a camera.
  place(camera) {
    this.#order.length = 0;
    for (const globe of this.#globes.values()) this.#measure(globe, camera);
    this.#order.sort(fromFar);
    if (this.#star) this.#placeStar(camera);
    let order = 0;
    for (const globe of this.#order) this.#show(globe, (order += 4));
    if (!this.baker.busy) this.#paintNext();
  }

  #placeStar(camera) {
    const { c, ball, glow, uniforms } = this.#star;
    const x = c.px - camera.x, y = c.py - camera.y, z = c.pz - camera.z, away = Math.hypot(x, y, z);
    uniforms.at.value.set(x, y, z);
    put(ball, x, y, z, c.radius);
    ball.visible = away > c.radius * 1.5;
    glow.visible = ball.visible;
    // A star nearer than a planet that is in sight is painted after it.
    let order = 1;
    for (const globe of this.#order) if (globe.far > away - c.radius) order += 4;
    ball.renderOrder = order;
    glow.renderOrder = order + 1;
  }

  #measure(globe, camera) {
    const { c } = globe;
    const x = c.px - camera.x, y = c.py - camera.y, z = c.pz - camera.z, away = Math.hypot(x, y, z);
    globe.at.x = x; globe.at.y = y; globe.at.z = z;
    globe.far = away - c.radius;
    globe.size = (c.radius / Math.max(away, c.radius)) * camera.focal;
    const seen = globe.size > SEEN && away > c.radius;
    if (globe.meshes) globe.meshes.forEach(seen ? show : hide);
    if (!seen) return;
    globe.seen = ++this.#used;
    this.#order.push(globe);
  }

  #show(globe, order) {
    if (!globe.meshes) this.#build(globe);
    const { c, meshes, uniforms } = globe, { x, y, z } = globe.at;
    const far = Math.hypot(c.px, c.py, c.pz) || 1;
    uniforms.sun.value.set(-c.px / far, -c.py / far, -c.pz / far);
    uniforms.middle.value.set(x, y, z);
    meshes.forEach((mesh, i) => {
      put(mesh, x, y, z, c.radius * mesh.userData.size);
      mesh.renderOrder = order + i;
    });
    meshes[0].visible = globe.ready;
  }

  // hides says whether something relative to the lens is behind a globe.
  hides(x, y, z) {
    const away = Math.hypot(x, y, z);
    for (const { c, far, size, at } of this.#order) {
      if (size < 4 || far > away) continue;
      const along = (at.x * x + at.y * y + at.z * z) / away;
      if (along > 0 && along < away && at.x * at.x + at.y * at.y + at.z * at.z - along * along < c.radius * c.radius) return true;
    }
    return false;
  }

  // shade is how much of the star's light comes to a place, in metres from the star: a globe
  // may be in the way.
  shade(px, py, pz) {
    const away = Math.hypot(px, py, pz) || 1;
    for (const { c } of this.#order) {
      const x = c.px - px, y = c.py - py, z = c.pz - pz;
      const along = -(x * px + y * py + z * pz) / away;
      if (along < 0) continue;
      const off = Math.sqrt(Math.max(0, x * x + y * y + z * z - along * along)) / c.radius;
      if (off < 1.02) return Math.max(0, (off - 0.98) / 0.04);
    }
    return 1;
  }

  #build(globe) {
    const { c } = globe;
    const looks = planetOf(c), { stage } = this;
    const thick = Math.min(0.07, 6e5 / c.radius);
    globe.looks = looks;
    globe.ready = false;
    const ring = looks.rings ?? { inner: 0, outer: 0, seed: 0 };
    const uniforms = globe.uniforms = {
      sun: { value: new Vector3() }, middle: { value: new Vector3() }, sunlight: { value: this.sunlight }, radius: { value: c.radius }, time: stage.light.time,
      ground: { value: null }, weather: { value: null }, sky: { value: looks.sky }, air: { value: looks.air }, thick: { value: thick }, kind: { value: looks.kind },
      cities: { value: looks.cities }, clouds: { value: looks.clouds }, inner: { value: ring.inner }, outer: { value: ring.outer }, ringSeed: { value: ring.seed * 1000 },
      ringInk: { value: looks.colours[3] }, axis: { value: new Vector3(Math.sin(looks.tilt), Math.cos(looks.tilt), 0) },
    };
    globe.meshes = [this.#mesh(this.ball, { uniforms, vertexShader: WORLD, fragmentShader: SURFACE }, 1)];
    if (looks.air > 0.05) globe.meshes.push(this.#mesh(this.ball, { uniforms, vertexShader: WORLD, fragmentShader: AIR, side: BackSide, blending: AdditiveBlending }, 1 + thick));
    if (looks.rings) globe.meshes.push(this.#mesh(new RingGeometry(looks.rings.inner, looks.rings.outer, 160, 1).rotateX(-Math.PI / 2), { uniforms, vertexShader: WORLD, fragmentShader: RINGS, side: DoubleSide }, 1));
    for (const mesh of globe.meshes) mesh.rotation.set(0, 0, -looks.tilt);
    this.#paint(globe, LEAST);
  }

  #mesh(geometry, options, size) {
    const mesh = new Mesh(geometry, material(options));
    mesh.userData.size = size;
    this.#add(mesh);
    return mesh;
  }

  // paint makes a surface of so many pixels a side; it is shown once all of it is there.
  #paint(globe, size) {
    const { looks } = globe;
    const uniforms = { chances: { value: chances() }, origin: { value: origin(looks.seed) }, sea: { value: looks.sea }, c0: { value: looks.colours[0] }, c1: { value: looks.colours[1] }, c2: { value: looks.colours[2] }, c3: { value: looks.colours[3] }, octaves: { value: size > LEAST ? 7 : 4 } };
    const maps = { size, jobs: [] };
    const done = (name) => (texture) => {
      maps[name] = texture;
      if (!maps.ground || !maps.weather) return;
      this.#forget(globe.maps);
      globe.maps = maps;
      globe.uniforms.ground.value = maps.ground;
      globe.uniforms.weather.value = maps.weather;
      globe.ready = true;
    };
    const define = `#define KIND ${looks.kind}\n`;
    globe.wanted = size;
    maps.jobs.push(this.baker.paint(size, define + GROUND, uniforms, done("ground")), this.baker.paint(size, define + WEATHER, uniforms, done("weather")));
    globe.painting = maps;
  }

  // paintNext improves the largest surface that is not as good as it is near; what was near
  // longest ago is given up for it.
  #paintNext() {
    const { surface } = this.quality.level;
    let best = null;
    for (const globe of this.#order) if (globe.size > NEAR && globe.wanted < surface && (!best || globe.size > best.size)) best = globe;
    if (!best) return;
    const painted = [...this.#globes.values()].filter((g) => g.wanted > LEAST).sort((a, b) => a.seen - b.seen);
    if (painted.length >= PAINTED) this.#paint(painted[0], LEAST);
    this.#paint(best, surface);
  }

  #forget(maps) {
    for (const job of maps?.jobs ?? []) this.baker.drop(job);
  }

  #leave(globe) {
    for (const maps of new Set([globe.maps, globe.painting])) this.#forget(maps);
    for (const mesh of globe.meshes ?? []) {
      this.stage.far.remove(mesh);
      mesh.material.dispose();
      if (mesh.geometry !== this.ball) mesh.geometry.dispose();
    }
  }
}

const fromFar = (a, b) => b.far - a.far;
const show = (mesh) => (mesh.visible = true);
const hide = (mesh) => (mesh.visible = false);

function material(options) {
  return new RawShaderMaterial({ glslVersion: GLSL3, depthTest: false, depthWrite: false, transparent: true, ...options, fragmentShader: `${VERSION}${options.fragmentShader}`, vertexShader: `${VERSION}${options.vertexShader}` });
}
