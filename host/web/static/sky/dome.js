// What is behind everything: the clouds and stars of a region, the same from all its systems.
import { BackSide, BoxGeometry, BufferAttribute, BufferGeometry, GLSL3, Mesh, Points, RawShaderMaterial, AdditiveBlending } from "../vendor/three/three.module.min.js";
import { hash, random } from "../seed.js";
import { chances, origin } from "./chances.js";
import { NOISE, TONE, VERSION } from "./glsl.js";
import { regionOf } from "./planet.js";

const STARS = 5_200;

const CLOUDS = `${NOISE}${TONE}
uniform vec3 first;
uniform vec3 second;
uniform vec3 dust;
uniform vec3 band; // the pole of the band of stars
uniform float weight;
vec4 picture(vec3 d) {
  vec3 warp = vec3(noise(d * 2.1), noise(d * 2.1 + 31.0), noise(d * 2.1 + 63.0));
  float body = fbm(d * 1.7 + warp * 0.85, 6) + 0.06;
  float other = fbm(d * 2.3 - warp * 1.1 + 91.0, 6);
  float strands = ridges(d * 2.6 + warp * 0.9, 5);
  float lane = dot(d, band) + 0.13 * noise(d * 3.0 + warp);
  float river = exp(-lane * lane * 9.0);
  float dark = smoothstep(0.1, 0.5, fbm(d * 4.2 + warp * 1.6 + 7.0, 5) + 0.12) * river;
  float cloud = smoothstep(-0.02, 0.5, body) * weight, haze = smoothstep(0.0, 0.55, other) * weight;
  vec3 light = first * cloud * (0.2 + 0.95 * strands * strands) + second * haze * (0.14 + 0.6 * strands);
  light += mix(second, vec3(0.55, 0.5, 0.42), 0.65) * river * (0.16 + 0.24 * fbm(d * 9.0, 4));
  light *= 1.0 - 0.82 * dark;
  light += first * pow(cloud * strands, 5.0) * 0.8;
  light += dust * 0.05 + vec3(0.004, 0.005, 0.008);
  return vec4(tone(light * 0.4), 1.0);
}
`;

const MARK = `${VERSION}
uniform mat4 projectionMatrix;
uniform mat4 viewMatrix;
in vec3 position;
`;

export class Dome {
  #baker;
  #jobs = [];
  #stars;

  constructor(stage, baker) {
    this.#baker = baker;
    this.shown = "";
    this.warp = { value: 0 }; // 0 to 1: how much the stars give way to what flies by
    this.clouds = new Mesh(new BoxGeometry(2, 2, 2), new RawShaderMaterial({
      glslVersion: GLSL3, side: BackSide, depthTest: false, depthWrite: false, transparent: true, uniforms: { map: { value: null }, bright: { value: 1 } },
      vertexShader: `${MARK}out vec3 vWay;\nvoid main() { vWay = position; vec4 p = projectionMatrix * vec4(mat3(viewMatrix) * position * 100.0, 1.0); gl_Position = vec4(p.xy, 0.0, p.w); }`,
      fragmentShader: `${VERSION}uniform samplerCube map;\nuniform float bright;\nin vec3 vWay;\nout vec4 colour;\nvoid main() { colour = vec4(texture(map, vWay).rgb * bright, 1.0); }`,
    }));
    this.clouds.visible = false;
    this.#stars = new Points(new BufferGeometry(), new RawShaderMaterial({
      glslVersion: GLSL3, depthTest: false, depthWrite: false, transparent: true, blending: AdditiveBlending, uniforms: { screen: stage.light.screen },
      vertexShader: `${MARK}in vec4 ink;\nuniform vec3 screen;\nout vec4 vInk;\nvoid main() { vec4 p = projectionMatrix * vec4(mat3(viewMatrix) * position, 1.0); gl_Position = vec4(p.xy, 0.0, p.w); vInk = ink; gl_PointSize = max(1.6, ink.a * 2.6) * screen.z; }`,
      fragmentShader: `${VERSION}in vec4 vInk;\nout vec4 colour;\nvoid main() { float d = length(gl_PointCoord - 0.5) * 2.0; float core = exp(-d * d * 7.0), glow = max(0.0, 1.0 - d) * 0.3; colour = vec4(vInk.rgb * (core + glow * min(1.0, vInk.a)), 1.0); }`,
    }));
    for (const [object, order] of [[this.clouds, -20], [this.#stars, -19]]) {
      object.frustumCulled = false;
      object.renderOrder = order;
      stage.far.add(object);
    }
  }

  // show makes the sky of a region, its clouds so many pixels wide on each side of a cube. A
  // system that knows no region has a sky of its own.
  show({ region, name }, size) {
    const key = region || name || "";
    if (key === this.shown) return;
    this.shown = key;
    const sky = regionOf(key, hash(`region ${key}`));
    this.sky = sky;
    for (const job of this.#jobs.splice(0)) this.#baker.drop(job);
    this.clouds.visible = false;
    const uniforms = { chances: { value: chances() }, origin: { value: origin(sky.seed) }, weight: { value: sky.weight }, band: { value: pole(sky) } };
    for (const part of ["first", "second", "dust"]) uniforms[part] = { value: sky[part] };
    this.#jobs.push(this.#baker.paint(size, CLOUDS, uniforms, (map) => {
      this.clouds.material.uniforms.map.value = map;
      this.clouds.visible = true;
    }));
    this.#strew(sky);
  }

  #strew(sky) {
    const next = random(sky.seed + 1), at = new Float32Array(STARS * 3), ink = new Float32Array(STARS * 4);
    const up = pole(sky), [a, b] = across(up);
    for (let i = 0; i < STARS; i++) {
      const round = next() * Math.PI * 2;
      const y = i % 5 < 3 ? Math.max(-1, Math.min(1, (next() + next() + next() - 1.5) * 0.55)) : next() * 2 - 1, flat = Math.sqrt(1 - y * y);
      for (let k = 0; k < 3; k++) at[i * 3 + k] = up[k] * y + (a[k] * Math.cos(round) + b[k] * Math.sin(round)) * flat;
      const rank = next(), size = rank > 0.995 ? 2.2 : rank > 0.97 ? 1.3 : 0.5 + rank * 0.4;
      const bright = rank > 0.97 ? 1 : 0.16 + rank ** 3 * 0.7, heat = next();
      const tint = heat < 0.2 ? [1, 0.72, 0.5] : heat < 0.55 ? [1, 0.93, 0.82] : heat < 0.85 ? [0.9, 0.95, 1] : [0.66, 0.78, 1];
      ink.set([...tint.map((c) => c * bright), size], i * 4);
    }
    const { geometry } = this.#stars;
    geometry.setAttribute("position", new BufferAttribute(at, 3));
    geometry.setAttribute("ink", new BufferAttribute(ink, 4));
  }
}

function pole({ tilt, roll }) {
  return [Math.sin(tilt) * Math.cos(roll), Math.cos(tilt), Math.sin(tilt) * Math.sin(roll)];
}

// across are two unit vectors at right angles to a unit vector and to each other.
function across([x, y, z]) {
  const flat = Math.hypot(x, z);
  const a = flat < 1e-6 ? [1, 0, 0] : [z / flat, 0, -x / flat];
  return [a, [y * a[2] - z * a[1], z * a[0] - x * a[2], x * a[1] - y * a[0]]];
}
