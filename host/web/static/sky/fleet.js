// Whatever flies: one batch for each type of hull near, one far, and one of engine fire. Each
// frame writes where they are and how they are turned into the batches.
import { AdditiveBlending, BufferAttribute, BufferGeometry, DoubleSide, GLSL3, Mesh, RawShaderMaterial } from "../vendor/three/three.module.min.js";
import { hash } from "../seed.js";
import { Batch } from "./buffers.js";
import { HULL, PLUME } from "./hull_shader.js";
import { buildCrate, buildHull, buildMissile, buildWreck, classOf } from "./hulls.js";

const NEAR = 26; // pixels of radius from which a hull is drawn with all there is to it
const SEEN = 1.1; // pixels of radius from which it is drawn at all
const LAYOUT = { place: 4, spin: 4, state: 4 };
const TURNING = 3; // how fast a hull follows its course, 1/s
const FIRE = { raider: [1, 0.45, 0.25], reaver: [1, 0.45, 0.25], warlord: [1, 0.4, 0.2], mining: [1, 0.8, 0.5], industrial: [1, 0.8, 0.5], missile: [1, 0.75, 0.4] };

export class Fleet {
  #designs = new Map(); // by what it looks like
  #groups = new Map(); // of types: what the scripts say, "" until they have

  constructor(stage, types, quality) {
    Object.assign(this, { stage, types, quality });
    this.drawn = 0; // hulls in the last frame
  }

  // forget asks anew what groups types are of: other scripts run.
  forget() {
    this.#groups.clear();
  }

  begin() {
    this.drawn = 0;
    for (const design of this.#designs.values()) for (const batch of design.batches) batch.begin();
  }

  end() {
    for (const design of this.#designs.values()) {
      for (const batch of design.batches) {
        batch.end();
        batch.mesh.visible = batch.count > 0;
      }
      if (!design.fire) continue;
      // The fire goes with the near hulls, out of the same buffer.
      design.fire.geometry.instanceCount = design.batches[0].count;
      design.fire.visible = design.batches[0].count > 0;
    }
  }

  // add draws a body at a place relative to the lens; it returns how large it is in pixels.
  add(body, x, y, z, camera, look) {
    const away = Math.hypot(x, y, z), size = (body.radius * camera.focal) / Math.max(away, body.radius);
    if (size < SEEN || x * camera.fx + y * camera.fy + z * camera.fz < -body.radius) return size;
    const design = this.#design(body);
    const batch = design.batches[size >= NEAR * this.quality.level.hulls ? 0 : 1];
    const at = batch.next(), { data } = batch;
    data[at] = x; data[at + 1] = y; data[at + 2] = z; data[at + 3] = body.radius * look.scale;
    data[at + 4] = look.qx; data[at + 5] = look.qy; data[at + 6] = look.qz; data[at + 7] = look.qw;
    data[at + 8] = look.power; data[at + 9] = look.hurt; data[at + 10] = look.own; data[at + 11] = look.hit;
    this.drawn++;
    return size;
  }

  // fireOf is the colour of a body's engines.
  fireOf(body) {
    return FIRE[body.kind === "missile" ? "missile" : this.#class(body)] ?? BLUE;
  }

  #class(body) {
    let group = this.#groups.get(body.type);
    if (group === undefined) {
      this.#groups.set(body.type, (group = ""));
      if (body.type) this.types.get(body.type).then((known) => known?.group && this.#groups.set(body.type, known.group));
    }
    return classOf(group, body.radius);
  }

  // design is what a body looks like. Kept with the body, as long as its class is the same.
  #design(body) {
    const kind = SOLIDS[body.kind] ? body.kind : "ship";
    const group = kind === "ship" || kind === "wreck" ? this.#class(body) : kind;
    if (body.design && body.designed === group) return body.design;
    body.designed = group;
    const key = `${kind} ${group} ${kind === "ship" || kind === "wreck" ? body.type : ""}`;
    if (!this.#designs.has(key)) this.#designs.set(key, this.#make(kind, group, body.type));
    return (body.design = this.#designs.get(key));
  }

  #make(kind, group, type) {
    const near = SOLIDS[kind](group, type, true), far = kind === "ship" ? SOLIDS[kind](group, type, false) : near;
    const design = { batches: [this.#batch(near, kind), this.#batch(far, kind)], fire: null };
    if (near.engines.length && kind !== "wreck") design.fire = this.#fire(near, design.batches[0], FIRE[group] ?? BLUE);
    return design;
  }

  #batch(solid, kind) {
    const batch = new Batch(geometryOf(solid), LAYOUT, 16);
    batch.mesh = new Mesh(batch.geometry, this.#paint(kind === "ship" ? 14 : 8));
    batch.mesh.frustumCulled = false;
    this.stage.near.add(batch.mesh);
    return batch;
  }

  #paint(grain) {
    const { light } = this.stage;
    return new RawShaderMaterial({
      glslVersion: GLSL3, vertexShader: HULL.vertex, fragmentShader: HULL.fragment, side: DoubleSide,
      uniforms: { sun: light.sun, sunlight: light.sunlight, above: light.above, below: light.below, time: light.time, grain: { value: grain }, windows: { value: 0 } },
    });
  }

  #fire({ engines }, batch, ink) {
    const base = leaves(engines);
    const geometry = new Batch(base, {}, 1).geometry;
    const share = () => Object.keys(LAYOUT).forEach((name) => geometry.setAttribute(name, batch.geometry.getAttribute(name)));
    share();
    batch.onroom = share;
    const mesh = new Mesh(geometry, new RawShaderMaterial({
      glslVersion: GLSL3, vertexShader: PLUME.vertex, fragmentShader: PLUME.fragment, side: DoubleSide, blending: AdditiveBlending, depthWrite: false, transparent: true,
      uniforms: { time: this.stage.light.time, ink: { value: ink } },
    }));
    mesh.frustumCulled = false;
    mesh.renderOrder = 2;
    this.stage.near.add(mesh);
    return mesh;
  }
}

const BLUE = [0.45, 0.72, 1];
const SOLIDS = { ship: buildHull, wreck: buildWreck, container: buildCrate, missile: buildMissile };

// geometryOf hands a solid to three.js.
export function geometryOf(solid) {
  const geometry = new BufferGeometry();
  geometry.setAttribute("position", new BufferAttribute(new Float32Array(solid.at), 3));
  geometry.setAttribute("normal", new BufferAttribute(new Float32Array(solid.normal), 3));
  geometry.setAttribute("paint", new BufferAttribute(new Float32Array(solid.paint), 4));
  return geometry;
}

function leaves(engines) {
  const at = [], nozzle = [], along = [];
  for (const { x, y, z, r } of engines) {
    for (const [sx, sy] of [[1, 0], [0, 1]]) {
      for (const [across, back] of [[-1, 0], [1, 0], [1, 1], [-1, 0], [1, 1], [-1, 1]]) {
        at.push(sx * across, sy * across, 0);
        nozzle.push(x, y, z, r);
        along.push(across, back);
      }
    }
  }
  const geometry = new BufferGeometry();
  geometry.setAttribute("position", new BufferAttribute(new Float32Array(at), 3));
  geometry.setAttribute("nozzle", new BufferAttribute(new Float32Array(nozzle), 4));
  geometry.setAttribute("along", new BufferAttribute(new Float32Array(along), 2));
  return geometry;
}

// Look is how a body is shown: which way it points, how its engines burn. It has no part in
// where it is.
export class Look {
  qx = 0; qy = 0; qz = 0; qw = 1;
  hx = 0; hy = 0; hz = 1; // ahead
  roll = 0;
  power = 0;
  hurt = 0;
  hit = 0;
  scale = 1;

  constructor(body) {
    this.own = (hash(String(body.id)) % 1000) / 1000;
    const a = this.own * Math.PI * 2;
    this.hx = Math.sin(a);
    this.hz = Math.cos(a);
    if (body.velocity > 1) [this.hx, this.hy, this.hz] = body.vel.map((c) => c / body.velocity);
  }

  // follow turns towards where the body flies, leaning into turns.
  follow(body, seconds) {
    const [vx, vy, vz] = body.vel, speed = Math.sqrt(vx * vx + vy * vy + vz * vz);
    const k = 1 - Math.exp(-seconds * TURNING);
    let lean = 0;
    if (speed > 1) {
      const ax = vx / speed - this.hx, ay = vy / speed - this.hy, az = vz / speed - this.hz;
      lean = Math.max(-0.7, Math.min(0.7, (ax * this.hz - az * this.hx) * -1.6));
      this.hx += ax * k; this.hy += ay * k; this.hz += az * k;
      const size = Math.hypot(this.hx, this.hy, this.hz) || 1;
      this.hx /= size; this.hy /= size; this.hz /= size;
    }
    this.roll += (lean - this.roll) * k;
    const wanted = Math.min(1, speed / Math.max(1, body.speed));
    this.power += ((body.speed > 0 ? wanted : 0) - this.power) * k;
    this.hit *= Math.exp(-seconds * 5);
    this.#turn();
  }

  // drift turns slowly, by itself: what nobody steers any more.
  drift(time) {
    const a = time * (0.05 + 0.1 * this.own) + this.own * 20, s = Math.sin(a / 2);
    this.qx = s * (this.own * 2 - 1) * 0.7; this.qy = s * 0.6; this.qz = s * 0.39;
    this.qw = Math.cos(a / 2);
    const size = Math.hypot(this.qx, this.qy, this.qz, this.qw);
    this.qx /= size; this.qy /= size; this.qz /= size; this.qw /= size;
    this.power = 0;
  }

  // point turns to the way ahead, which somebody else has set.
  point() {
    const size = Math.hypot(this.hx, this.hy, this.hz) || 1;
    this.hx /= size; this.hy /= size; this.hz /= size;
    this.#turn();
  }

  // turn makes a quaternion of the way ahead and the roll.
  #turn() {
    const { hx, hy, hz } = this;
    const flat = Math.hypot(hx, hz);
    const lx = flat < 1e-4 ? 1 : hz / flat, lz = flat < 1e-4 ? 0 : -hx / flat; // left: up x ahead
    const ux = hy * lz, uy = hz * lx - hx * lz, uz = -hy * lx; // ahead x left
    const trace = lx + uy + hz;
    let x, y, z, w;
    if (trace > 0) {
      const s = 0.5 / Math.sqrt(trace + 1);
      w = 0.25 / s; x = (uz - hy) * s; y = (hx - lz) * s; z = -ux * s;
    } else if (lx > uy && lx > hz) {
      const s = 2 * Math.sqrt(1 + lx - uy - hz);
      w = (uz - hy) / s; x = 0.25 * s; y = ux / s; z = (hx + lz) / s;
    } else if (uy > hz) {
      const s = 2 * Math.sqrt(1 + uy - lx - hz);
      w = (hx - lz) / s; x = ux / s; y = 0.25 * s; z = (hy + uz) / s;
    } else {
      const s = 2 * Math.sqrt(1 + hz - lx - uy);
      w = -ux / s; x = (hx + lz) / s; y = (hy + uz) / s; z = 0.25 * s;
    }
    const sr = Math.sin(this.roll / 2), cr = Math.cos(this.roll / 2);
    this.qx = x * cr + y * sr;
    this.qy = y * cr - x * sr;
    this.qz = z * cr + w * sr;
    this.qw = w * cr - z * sr;
  }
}
