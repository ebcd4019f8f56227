// Stations, gates and belts: what stands near by, and does not move.
import { AdditiveBlending, DoubleSide, GLSL3, Mesh, PlaneGeometry, RawShaderMaterial, Vector3 } from "../vendor/three/three.module.min.js";
import { random, seedOf } from "../seed.js";
import { Batch } from "./buffers.js";
import { geometryOf } from "./fleet.js";
import { HULL, ROCK } from "./hull_shader.js";
import { VERSION } from "./glsl.js";
import { buildRock, scatter } from "./rocks.js";
import { put } from "./stage.js";
import { buildGate, buildStation } from "./structures.js";

const REACH = 3.6e6; // metres from which they are drawn
const ROCKS_REACH = 900e3;
const SEEN = 0.7; // pixels of radius

export class Places {
  #places = []; // {c, mesh, rocks}

  constructor(stage, globes, quality) {
    Object.assign(this, { stage, globes, quality });
    this.gates = [];
    this.stations = [];
    this.drawn = 0; // in the last frame
  }

  // enter takes the celestials of a system.
  enter(celestials) {
    for (const place of this.#places) this.#leave(place);
    this.#places = [];
    for (const c of celestials.values()) if (["station", "gate", "belt"].includes(c.kind)) this.#places.push({ c, meshes: null, batch: null });
    this.#sort();
  }

  // same takes the same celestials, told anew.
  same(celestials) {
    for (const place of this.#places) place.c = celestials.get(place.c.id) ?? place.c;
    this.#sort();
  }

  #sort() {
    this.gates = this.#places.filter(({ c }) => c.kind === "gate").map(({ c }) => c);
    this.stations = this.#places.filter(({ c }) => c.kind === "station").map(({ c }) => c);
  }

  place(camera) {
    this.drawn = 0;
    for (const place of this.#places) {
      const { c } = place;
      const x = c.px - camera.x, y = c.py - camera.y, z = c.pz - camera.z, away = Math.hypot(x, y, z);
      const reach = c.kind === "belt" ? ROCKS_REACH : REACH;
      const seen = away < reach && (c.radius * camera.focal) / Math.max(away, c.radius) > SEEN && !this.globes.hides(x, y, z);
      if (seen && !place.meshes) this.#build(place);
      for (const mesh of place.meshes ?? NONE) mesh.visible = seen;
      if (!seen) continue;
      this.drawn++;
      if (c.kind === "belt") place.middle.value.set(x, y, z);
      else this.#put(place, x, y, z);
    }
  }

  // put writes where the one of its kind stands.
  #put({ c, meshes, batch, q }, x, y, z) {
    const { data } = batch;
    data[0] = x; data[1] = y; data[2] = z; data[3] = c.radius;
    data[4] = 0; data[5] = q[0]; data[6] = 0; data[7] = q[1];
    data[8] = 1; data[9] = 0; data[10] = 0.3; data[11] = 0;
    batch.count = 1;
    batch.end();
    if (meshes[1]) put(meshes[1], x, y, z, c.radius);
  }

  #build(place) {
    const { c } = place;
    if (c.kind === "belt") return this.#rocks(place);
    const seed = seedOf(c), a = c.kind === "gate" ? Math.atan2(-c.px, -c.pz) : random(seed)() * Math.PI * 2;
    const { light } = this.stage;
    place.q = [Math.sin(a / 2), Math.cos(a / 2)];
    place.batch = new Batch(geometryOf(c.kind === "gate" ? buildGate() : buildStation(seed)), { place: 4, spin: 4, state: 4 }, 1);
    const mesh = new Mesh(place.batch.geometry, new RawShaderMaterial({
      glslVersion: GLSL3, vertexShader: HULL.vertex, fragmentShader: HULL.fragment, side: DoubleSide,
      uniforms: { sun: light.sun, sunlight: light.sunlight, above: light.above, below: light.below, time: light.time, grain: { value: c.kind === "gate" ? 30 : 64 }, windows: { value: c.kind === "gate" ? 0 : 230 } },
    }));
    place.meshes = [mesh];
    if (c.kind === "gate") place.meshes.push(this.#veil(a));
    for (const one of place.meshes) this.#add(one);
  }

  #add(mesh) {
    mesh.frustumCulled = false;
    mesh.matrixAutoUpdate = false;
    this.stage.near.add(mesh);
  }

  // veil is what shines within a gate.
  #veil(a) {
    const mesh = new Mesh(new PlaneGeometry(1.42, 1.42), new RawShaderMaterial({
      glslVersion: GLSL3, side: DoubleSide, transparent: true, depthWrite: false, blending: AdditiveBlending, uniforms: { time: this.stage.light.time },
      vertexShader: `${VERSION}uniform mat4 projectionMatrix;\nuniform mat4 viewMatrix;\nuniform mat4 modelMatrix;\nin vec3 position;\nout vec2 vOn;\nvoid main() { vOn = position.xy / 0.71; gl_Position = projectionMatrix * viewMatrix * modelMatrix * vec4(position, 1.0); }`,
      fragmentShader: `${VERSION}uniform float time;\nin vec2 vOn;\nout vec4 colour;\nvoid main() { float r = length(vOn), a = atan(vOn.y, vOn.x); if (r > 1.0) discard;
        float swirl = sin(a * 3.0 + log(r + 0.05) * 5.0 - time * 0.7) * 0.5 + 0.5, fine = sin(a * 11.0 - log(r + 0.05) * 13.0 + time * 1.3) * 0.5 + 0.5;
        float light = exp(-r * r * 22.0) * 0.9 + swirl * fine * 0.16 * (1.0 - r) + 0.5 * exp(-pow((r - 0.97) * 22.0, 2.0)) + 0.05 * (1.0 - r);
        colour = vec4(vec3(0.25, 0.6, 1.0) * light + vec3(0.5) * exp(-r * r * 60.0), 1.0); }`,
    }));
    mesh.rotation.y = a;
    mesh.renderOrder = 1;
    return mesh;
  }

  // rocks are strewn once, in three shapes.
  #rocks(place) {
    const { c } = place, seed = seedOf(c), { light } = this.stage;
    const all = scatter(seed, this.quality.level.rocks, c.radius), next = random(seed + 9);
    const ore = [[0.5, 0.32, 0.16], [0.3, 0.42, 0.5], [0.5, 0.46, 0.3], [0.42, 0.26, 0.36]][Math.floor(next() * 4)];
    place.middle = { value: new Vector3() };
    place.meshes = [0, 1, 2].map((shape) => {
      const batch = new Batch(geometryOf(buildRock(seed + shape, shape === 0 ? 3 : 2)), { place: 4, spin: 4 }, Math.ceil(all.length / 24) + 1);
      for (let i = shape * 8; i < all.length; i += 24) {
        const at = batch.next();
        batch.data.set(all.subarray(i, i + 8), at);
      }
      batch.end();
      const mesh = new Mesh(batch.geometry, new RawShaderMaterial({
        glslVersion: GLSL3, vertexShader: ROCK.vertex, fragmentShader: ROCK.fragment, side: DoubleSide,
        uniforms: { sun: light.sun, sunlight: light.sunlight, above: light.above, below: light.below, time: light.time, middle: place.middle, ore: { value: ore } },
      }));
      this.#add(mesh);
      return mesh;
    });
  }

  #leave({ meshes }) {
    for (const mesh of meshes ?? NONE) {
      this.stage.near.remove(mesh);
      mesh.geometry.dispose();
      mesh.material.dispose();
    }
  }
}

const NONE = [];
