// What shines without being solid: glows, rings and rays that are filled anew each frame;
// lines; shields; and sparks, which the graphics card moves by itself once they fly.
import { AdditiveBlending, DoubleSide, DynamicDrawUsage, GLSL3, InstancedBufferGeometry, InstancedInterleavedBuffer, InterleavedBufferAttribute, IcosahedronGeometry, Mesh, PlaneGeometry, RawShaderMaterial, Vector3 } from "../vendor/three/three.module.min.js";
import { VERSION } from "./glsl.js";
import { Batch } from "./buffers.js";

const EYE = `${VERSION}
uniform mat4 projectionMatrix;
uniform mat4 viewMatrix;
uniform float pixel;
`;

function shine(stage, geometry, vertexShader, fragmentShader, uniforms = {}, options = {}) {
  const { light } = stage;
  const mesh = new Mesh(geometry, new RawShaderMaterial({
    glslVersion: GLSL3, vertexShader: `${EYE}${vertexShader}`, fragmentShader: `${VERSION}${fragmentShader}`, blending: AdditiveBlending, depthWrite: false, transparent: true, side: DoubleSide,
    uniforms: { pixel: light.pixel, time: light.time, screen: light.screen, ...uniforms }, ...options,
  }));
  mesh.frustumCulled = false;
  mesh.renderOrder = 3;
  stage.near.add(mesh);
  return mesh;
}

// GLOW kinds of Glows.
export const SHAPE = { SOFT: 0, RING: 1, FLARE: 2 };

// Glows are round lights that face the lens.
export class Glows {
  constructor(stage, most) {
    this.most = most;
    this.batch = new Batch(new PlaneGeometry(2, 2), { place: 4, ink: 3, shape: 2 }, 256);
    this.mesh = shine(stage, this.batch.geometry, `
in vec3 position;
in vec4 place;
in vec3 ink;
in vec2 shape;
out vec2 vOn;
out vec3 vInk;
out float vShape;
void main() {
  vec3 p = (viewMatrix * vec4(place.xyz, 1.0)).xyz;
  float wide = max(place.w, -p.z * pixel * shape.y);
  vOn = position.xy;
  vInk = ink;
  vShape = shape.x;
  gl_Position = projectionMatrix * vec4(p + vec3(position.xy * wide, 0.0), 1.0);
}`, `
in vec2 vOn;
in vec3 vInk;
in float vShape;
out vec4 colour;
void main() {
  float r = length(vOn);
  if (r > 1.0) discard;
  float light = exp(-r * r * 9.0) + 0.35 * (1.0 - r) * (1.0 - r);
  if (vShape > 0.5 && vShape < 1.5) light = exp(-pow((r - 0.82) * 14.0, 2.0)) + 0.1 * smoothstep(0.2, 0.8, r) * (1.0 - r);
  if (vShape > 1.5) light = light * 0.8 + (exp(-abs(vOn.y) * 46.0) + 0.45 * exp(-abs(vOn.x) * 46.0)) * (1.0 - r);
  colour = vec4(mix(vInk, vec3(1.0) * max(max(vInk.r, vInk.g), vInk.b), exp(-r * r * 26.0) * 0.7) * light, 1.0);
}`);
  }

  begin() {
    this.batch.begin();
  }

  // add is a glow of a radius in metres, no smaller than least pixels, of a colour times how
  // strong it is.
  add(x, y, z, radius, ink, strength, least = 0, shape = SHAPE.SOFT) {
    const at = this.batch.next(this.most);
    if (at < 0) return;
    const { data } = this.batch;
    data[at] = x; data[at + 1] = y; data[at + 2] = z; data[at + 3] = radius;
    data[at + 4] = ink[0] * strength; data[at + 5] = ink[1] * strength; data[at + 6] = ink[2] * strength;
    data[at + 7] = shape; data[at + 8] = least;
  }

  end() {
    this.batch.end();
    this.mesh.visible = this.batch.count > 0;
  }
}

// Lines run from one place to another and fade towards the first: shots, beams, trails.
export class Lines {
  constructor(stage, most) {
    this.most = most;
    const base = new PlaneGeometry(2, 1);
    this.batch = new Batch(base, { from: 3, to: 3, ink: 3, shape: 3 }, 256);
    this.mesh = shine(stage, this.batch.geometry, `
uniform vec3 screen;
in vec3 position;
in vec3 from;
in vec3 to;
in vec3 ink;
in vec3 shape; // metres wide, pixels at least, light at the far end
out vec2 vOn;
out vec3 vInk;
out float vTail;
void main() {
  vec3 a = (viewMatrix * vec4(from, 1.0)).xyz, b = (viewMatrix * vec4(to, 1.0)).xyz;
  float end = position.y + 0.5, limit = -0.5;
  vOn = vec2(position.x, end);
  vInk = ink;
  vTail = shape.z;
  if (a.z > limit && b.z > limit) { gl_Position = vec4(2.0, 2.0, 2.0, 1.0); return; }
  if (a.z > limit) { a = mix(a, b, (limit - a.z) / (b.z - a.z)); }
  else if (b.z > limit) { b = mix(b, a, (limit - b.z) / (a.z - b.z)); }
  vec4 p = projectionMatrix * vec4(a, 1.0), q = projectionMatrix * vec4(b, 1.0);
  vec2 along = (q.xy / q.w - p.xy / p.w) * screen.xy;
  float long_ = length(along);
  vec2 across = long_ < 1e-4 ? vec2(1.0, 0.0) : vec2(-along.y, along.x) / long_;
  vec4 at = end > 0.5 ? q : p;
  float wide = max(shape.y, shape.x / (pixel * at.w));
  at.xy += across * position.x * wide / screen.xy * at.w;
  gl_Position = at;
}`, `
in vec2 vOn;
in vec3 vInk;
in float vTail;
out vec4 colour;
void main() {
  float side = 1.0 - abs(vOn.x);
  float light = mix(vTail, 1.0, vOn.y * vOn.y) * (pow(side, 1.5) * 0.7 + pow(side, 6.0) * 0.7);
  colour = vec4(mix(vInk, vec3(max(max(vInk.r, vInk.g), vInk.b)), pow(side, 8.0) * 0.6) * light, 1.0);
}`);
  }

  begin() {
    this.batch.begin();
  }

  // add is a line so many metres wide, least pixels at least; tail is how much of its light
  // is left where it begins.
  add(ax, ay, az, bx, by, bz, ink, strength, wide, least, tail = 0) {
    const at = this.batch.next(this.most);
    if (at < 0) return;
    const { data } = this.batch;
    data[at] = ax; data[at + 1] = ay; data[at + 2] = az;
    data[at + 3] = bx; data[at + 4] = by; data[at + 5] = bz;
    data[at + 6] = ink[0] * strength; data[at + 7] = ink[1] * strength; data[at + 8] = ink[2] * strength;
    data[at + 9] = wide; data[at + 10] = least; data[at + 11] = tail;
  }

  end() {
    this.batch.end();
    this.mesh.visible = this.batch.count > 0;
  }
}

// Shields are what is hit of them: a ball that lights up where the shot comes in.
export class Shields {
  constructor(stage, most) {
    this.most = most;
    this.batch = new Batch(new IcosahedronGeometry(1, 4), { place: 4, from: 4, ink: 3 }, 64);
    this.mesh = shine(stage, this.batch.geometry, `
in vec3 position;
in vec4 place;
in vec4 from; // which way the shot came from, and its age from 0 to 1
in vec3 ink;
out vec3 vOn;
out vec3 vAt;
out vec4 vFrom;
out vec3 vInk;
void main() {
  vOn = position;
  vFrom = from;
  vInk = ink;
  vAt = position * place.w + place.xyz;
  gl_Position = projectionMatrix * viewMatrix * vec4(vAt, 1.0);
}`, `
in vec3 vOn;
in vec3 vAt;
in vec4 vFrom;
in vec3 vInk;
out vec4 colour;
void main() {
  float near = acos(clamp(dot(normalize(vOn), vFrom.xyz), -1.0, 1.0)) / 3.14159;
  float age = vFrom.w;
  float wave = exp(-pow((near - age * 0.6) * 13.0, 2.0));
  float spot = exp(-near * near * 60.0) * (1.0 - age);
  vec3 hex = abs(fract(vOn * 7.0) - 0.5);
  float net = smoothstep(0.4, 0.5, max(hex.x, max(hex.y, hex.z)));
  float rim = pow(1.0 - abs(dot(normalize(vOn), normalize(vAt))), 2.0);
  float light = (wave * (0.3 + 0.5 * net) + spot * 1.4 + rim * 0.22 * (1.0 - near)) * (1.0 - age) * (1.0 - age);
  colour = vec4(vInk * light, 1.0);
}`);
  }

  begin() {
    this.batch.begin();
  }

  add(x, y, z, radius, dx, dy, dz, age, ink) {
    const at = this.batch.next(this.most);
    if (at < 0) return;
    const { data } = this.batch;
    data[at] = x; data[at + 1] = y; data[at + 2] = z; data[at + 3] = radius;
    data[at + 4] = dx; data[at + 5] = dy; data[at + 6] = dz; data[at + 7] = age;
    data[at + 8] = ink[0]; data[at + 9] = ink[1]; data[at + 10] = ink[2];
  }

  end() {
    this.batch.end();
    this.mesh.visible = this.batch.count > 0;
  }
}

const STRIDE = 14;
const APART = 400e3; // metres the lens may go from where sparks are counted from

// Sparks fly straight on from where they began, and go out. The newest takes the place of the
// oldest.
export class Sparks {
  #next = 0;
  #fresh = 0; // how many were lit since the last frame
  #middle = { x: 0, y: 0, z: 0 }; // what their places are counted from, metres from the star
  #ranges = [{ start: 0, count: 0 }, { start: 0, count: 0 }];

  constructor(stage, room) {
    this.room = room;
    this.data = new Float32Array(room * STRIDE).fill(-1e9);
    const base = new PlaneGeometry(2, 2), geometry = new InstancedBufferGeometry();
    geometry.setAttribute("position", base.getAttribute("position"));
    geometry.setIndex(base.index);
    this.buffer = new InstancedInterleavedBuffer(this.data, STRIDE, 1).setUsage(DynamicDrawUsage);
    [["place", 3, 0], ["way", 3, 3], ["ink", 3, 6], ["life", 3, 9], ["shape", 2, 12]].forEach(([name, size, at]) => geometry.setAttribute(name, new InterleavedBufferAttribute(this.buffer, size, at)));
    geometry.instanceCount = room;
    this.uniforms = { shift: { value: new Vector3() } };
    this.time = stage.light.time;
    this.mesh = shine(stage, geometry, `
uniform vec3 shift;
uniform float time;
in vec3 position;
in vec3 place;
in vec3 way;
in vec3 ink;
in vec3 life; // when it began, how long it lasts, how much it slows down
in vec2 shape; // metres of radius, pixels at least
out vec2 vOn;
out vec3 vInk;
void main() {
  float age = time - life.x, part = age / life.y;
  vOn = position.xy;
  if (part < 0.0 || part > 1.0) { gl_Position = vec4(2.0, 2.0, 2.0, 1.0); vInk = vec3(0.0); return; }
  float gone = life.z > 0.0 ? (1.0 - exp(-life.z * age)) / life.z : age;
  vec3 p = (viewMatrix * vec4(place + way * gone + shift, 1.0)).xyz;
  float wide = max(shape.x * (0.4 + 0.9 * part), -p.z * pixel * shape.y * (1.0 - part * 0.5));
  vInk = mix(ink, ink * vec3(0.9, 0.4, 0.2), part) * (1.0 - part) * (1.0 - part);
  gl_Position = projectionMatrix * vec4(p + vec3(position.xy * wide, 0.0), 1.0);
}`, `
in vec2 vOn;
in vec3 vInk;
out vec4 colour;
void main() {
  float r = dot(vOn, vOn);
  colour = vec4(vInk * max(0.0, exp(-r * 4.0) - 0.018), 1.0);
}`, this.uniforms);
  }

  // add lights one at a place in metres from the star, that flies so many m/s.
  add(px, py, pz, vx, vy, vz, ink, strength, lasts, radius, least, slows = 0) {
    const { data, room } = this, m = this.#middle, at = this.#next * STRIDE;
    data[at] = px - m.x; data[at + 1] = py - m.y; data[at + 2] = pz - m.z;
    data[at + 3] = vx; data[at + 4] = vy; data[at + 5] = vz;
    data[at + 6] = ink[0] * strength; data[at + 7] = ink[1] * strength; data[at + 8] = ink[2] * strength;
    data[at + 9] = this.time.value; data[at + 10] = lasts; data[at + 11] = slows;
    data[at + 12] = radius; data[at + 13] = least;
    this.#next = (this.#next + 1) % room;
    this.#fresh = Math.min(room, this.#fresh + 1);
  }

  // frame hands new ones over, and counts from elsewhere once the lens is far off.
  frame(camera) {
    const m = this.#middle;
    if (Math.abs(camera.x - m.x) + Math.abs(camera.y - m.y) + Math.abs(camera.z - m.z) > APART) this.#move(camera);
    this.uniforms.shift.value.set(m.x - camera.x, m.y - camera.y, m.z - camera.z);
    if (this.#fresh > 0) this.#hand();
    this.#fresh = 0;
  }

  #move({ x, y, z }) {
    const { data, room } = this, m = this.#middle;
    const dx = m.x - x, dy = m.y - y, dz = m.z - z;
    for (let at = 0; at < room * STRIDE; at += STRIDE) {
      data[at] += dx; data[at + 1] += dy; data[at + 2] += dz;
    }
    m.x = x; m.y = y; m.z = z;
    this.#fresh = room;
  }

  #hand() {
    const { buffer, room } = this, from = this.#next - this.#fresh;
    const [a, b] = this.#ranges;
    a.start = Math.max(0, from) * STRIDE;
    a.count = (this.#next - Math.max(0, from)) * STRIDE;
    b.start = (from + room) * STRIDE;
    b.count = from < 0 ? -from * STRIDE : 0;
    buffer.updateRanges.length = 0;
    if (a.count) buffer.updateRanges.push(a);
    if (b.count) buffer.updateRanges.push(b);
    buffer.needsUpdate = true;
  }
}
