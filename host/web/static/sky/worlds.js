// The shaders of star, planets, air and rings.
import { NOISE, TONE } from "./glsl.js";

// WORLD is the vertex shader of them all. Depth plays no part: they are painted in order.
export const WORLD = `
uniform mat4 projectionMatrix;
uniform mat4 viewMatrix;
uniform mat4 modelMatrix;
in vec3 position;
out vec3 vOn;
out vec3 vAt;
void main() {
  vOn = position;
  vAt = (modelMatrix * vec4(position, 1.0)).xyz;
  vec4 p = projectionMatrix * viewMatrix * vec4(vAt, 1.0);
  gl_Position = vec4(p.xy, 0.0, p.w);
}
`;

// What is there of a world at a way from its middle. KIND is that of planet.js, so that a
// graphics card is given no more than it needs.
const SHAPE = `${NOISE}
uniform int octaves;
uniform float sea;
float height(vec3 d) {
  const int kind = KIND;
  if (kind >= 5) return 0.5;
  vec3 warp = vec3(noise(d * 1.9), noise(d * 1.9 + 13.0), noise(d * 1.9 + 29.0));
  if (kind == 0) return clamp(0.5 + 0.5 * fbm(d * 2.2 + warp * 0.3, octaves) + craters(d * 4.0), 0.0, 1.0);
  if (kind == 1) return clamp(0.45 + 0.5 * fbm(d * 2.0 + warp * 0.6, octaves) + 0.18 * ridges(d * 3.6 + warp, octaves) - 0.1, 0.0, 1.0);
  if (kind == 2) return clamp(0.5 + 0.72 * fbm(d * 1.6 + warp * 0.5, octaves) + 0.14 * ridges(d * 4.2 + warp * 0.6, octaves) - 0.08, 0.0, 1.0);
  if (kind == 3) return clamp(0.55 + 0.35 * fbm(d * 2.0 + warp * 0.4, octaves) - 0.22 * pow(ridges(d * 3.0 + warp * 0.5, 4), 3.0) + 0.15, 0.0, 1.0);
  return clamp(1.0 - 0.85 * pow(ridges(d * 2.6 + warp * 0.5, 5), 2.0) + 0.4 * fbm(d * 6.0, octaves), 0.0, 1.0);
}
`;

// GROUND is the colour of the surface; alpha how much it gleams, as water does, or, of a
// world of fire, how much it glows.
export const GROUND = `${SHAPE}
uniform vec3 c0;
uniform vec3 c1;
uniform vec3 c2;
uniform vec3 c3;
vec3 ramp(float t) { return t < 0.33 ? mix(c0, c1, t * 3.0) : t < 0.66 ? mix(c1, c2, (t - 0.33) * 3.0) : mix(c2, c3, min(1.0, (t - 0.66) * 3.0)); }
vec4 gas(vec3 d) {
  const int kind = KIND;
  vec3 warp = vec3(noise(d * 2.2), 0.0, noise(d * 2.2 + 41.0));
  float wild = kind == 5 ? 1.0 : 0.35;
  float y = d.y + wild * (0.05 * fbm(vec3(d.x * 2.0, d.y * 7.0, d.z * 2.0) + warp, octaves) + 0.02 * fbm(d * vec3(9.0, 26.0, 9.0) + warp * 2.0, octaves));
  float bands = 0.5 + 0.5 * noise(vec3(3.7, y * (kind == 5 ? 9.0 : 5.0), 1.3)) + 0.35 * noise(vec3(8.1, y * 21.0, 4.4)) * wild;
  vec3 spot = normalize(chance(ivec3(5, 6, 7)) * vec3(2.0, 0.6, 2.0) - vec3(1.0, 0.3, 1.0));
  vec3 off = d - spot;
  float eye = exp(-dot(off * vec3(1.0, 2.1, 1.0), off * vec3(1.0, 2.1, 1.0)) * 46.0) * wild;
  float swirl = noise(vec3(off.x * 26.0, off.y * 60.0, off.z * 26.0)) * 0.2;
  vec3 ink = mix(ramp(clamp(bands, 0.0, 1.0)), c0 * 1.1 + swirl * c2, eye * 0.8);
  return vec4(ink * (1.0 - 0.25 * pow(abs(d.y), 3.0)), 0.0);
}
vec4 picture(vec3 d) {
  const int kind = KIND;
  if (kind >= 5) return gas(d);
  float h = height(d), tint = 0.12 * fbm(d * 11.0 + 3.0, octaves);
  float pole = smoothstep(0.72, 0.92, abs(d.y) + 0.12 * fbm(d * 5.0, 5));
  if (kind == 4) {
    float glow = smoothstep(0.42, 0.22, h);
    return vec4(mix(mix(c1, c3, h + tint), c0, glow), glow);
  }
  if (kind == 2) {
    float deep = clamp(h / max(0.01, sea), 0.0, 1.0);
    if (h < sea) return vec4(mix(mix(c0 * 0.7, c1, pow(deep, 4.0)), vec3(0.86, 0.9, 0.95), pole), (1.0 - pole) * 0.9);
    float high = (h - sea) / (1.0 - sea), dry = smoothstep(-0.15, 0.25, fbm(d * 2.6 + 50.0, 5) + 0.25 - abs(d.y) * 0.6);
    vec3 land = mix(c2, c3, clamp(dry * 0.8 + high * 0.9 + tint, 0.0, 1.0));
    land = mix(land, vec3(0.36, 0.32, 0.28), smoothstep(0.3, 0.6, high));
    return vec4(mix(land, vec3(0.9), max(pole, smoothstep(0.62, 0.8, high))), 0.0);
  }
  vec3 ink = ramp(clamp((h - 0.2) * 1.5 + tint, 0.0, 1.0));
  return vec4(kind == 1 ? mix(ink, vec3(0.85), pole * 0.6) : ink, kind == 3 ? 0.25 : 0.0);
}
`;

// WEATHER has the height, the clouds, and where people live.
export const WEATHER = `${SHAPE}
vec4 picture(vec3 d) {
  vec3 warp = vec3(noise(d * 2.4 + 7.0), noise(d * 2.4 + 23.0), noise(d * 2.4 + 47.0));
  float front = fbm(d * vec3(1.6, 3.2, 1.6) + warp * 0.9 + 80.0, octaves);
  float wisp = fbm(d * vec3(5.0, 8.0, 5.0) + warp * 1.6 + 120.0, octaves);
  float cloud = smoothstep(-0.05, 0.45, front + 0.35 * wisp);
  float h = height(d);
  float lived = smoothstep(0.1, 0.4, fbm(d * 3.4 + 200.0, 4)) * smoothstep(0.1, 0.5, fbm(d * 44.0, 3) + 0.1);
  return vec4(h, cloud, (h > sea + 0.01 && h < sea + 0.3) ? lived : 0.0, 1.0);
}
`;

// How much light comes through the rings at a distance from the axis, and what they look like.
const BANDS = `
uniform float inner;
uniform float outer;
uniform float ringSeed;
float wave(float x) { float i = floor(x), f = fract(x); f = f * f * (3.0 - 2.0 * f); return mix(fract(sin((i + ringSeed) * 12.9898) * 43758.5453), fract(sin((i + 1.0 + ringSeed) * 12.9898) * 43758.5453), f); }
float dense(float r) {
  if (r < inner || r > outer) return 0.0;
  float t = (r - inner) / (outer - inner);
  float d = 0.32 * wave(t * 9.0) + 0.4 * wave(t * 31.0) + 0.3 * wave(t * 110.0);
  d *= smoothstep(0.0, 0.06, t) * smoothstep(1.0, 0.9, t) * smoothstep(0.02, 0.05, abs(t - 0.62));
  return clamp(d * 1.15, 0.0, 0.95);
}
`;

const SUNNY = `
uniform vec3 sun;
uniform vec3 sunlight;
uniform vec3 middle;
uniform vec3 sky;
uniform float air;
uniform float radius;
uniform float thick;
uniform float time;
`;

// SURFACE is a world from outside: ground, water, clouds and their shadow, lights at night,
// the air at the rim, and the shadow of the rings.
export const SURFACE = `${TONE}${SUNNY}${BANDS}
uniform mat4 modelMatrix;
uniform samplerCube ground;
uniform samplerCube weather;
uniform int kind;
uniform float cities;
uniform float clouds;
uniform vec3 axis;
in vec3 vOn;
in vec3 vAt;
out vec4 colour;
vec3 spun(vec3 d, float a) { float c = cos(a), s = sin(a); return vec3(d.x * c + d.z * s, d.y, d.z * c - d.x * s); }
void main() {
  vec3 d = normalize(vOn), n = normalize(vAt - middle), v = normalize(-vAt);
  vec3 east = normalize(cross(vec3(0.0, 1.0, 0.0), d) + vec3(1e-5)), north = cross(d, east);
  vec4 w = texture(weather, d), g = texture(ground, d);
  float e = 0.006;
  float rise = kind == 2 ? 3.0 : kind == 0 ? 7.0 : 4.5;
  vec3 slope = (w.r - texture(weather, normalize(d + east * e)).r) * east + (w.r - texture(weather, normalize(d + north * e)).r) * north;
  vec3 turned = mat3(modelMatrix) * slope / radius;
  float flatness = kind >= 5 ? 0.0 : 1.0 - 0.9 * (kind == 2 ? g.a : 0.0);
  vec3 bumped = normalize(n + turned * rise * flatness * 5.0);
  float facing = dot(n, sun), soft = 0.02 + 0.14 * air;
  float day = clamp((dot(bumped, sun) + soft) / (1.0 + soft), 0.0, 1.0) * smoothstep(-soft, soft, facing);
  vec3 ink = g.rgb;
  float cover = clouds > 0.0 ? smoothstep(0.75 - 0.6 * clouds, 1.0, texture(weather, spun(d, time * 0.0004)).g) : 0.0;
  float shade = clouds > 0.0 ? smoothstep(0.75 - 0.6 * clouds, 1.0, texture(weather, spun(normalize(d + 0.012 * (inverse(mat3(modelMatrix)) * sun) * radius), time * 0.0004)).g) : 0.0;
  vec3 light = sunlight * day * 1.25;
  // The rings' shadow: where the way to the star goes through their plane.
  if (outer > 0.0) {
    float up = dot(axis, sun), t = -dot(n, axis) / (abs(up) < 1e-3 ? 1e-3 : up);
    if (t > 0.0) light *= 1.0 - 0.85 * dense(length(n + sun * t));
  }
  vec3 c = ink * light * (1.0 - 0.45 * shade * (1.0 - cover));
  if (kind == 2 || kind == 3) c += sunlight * pow(max(0.0, dot(reflect(-sun, n), v)), kind == 2 ? 60.0 : 18.0) * g.a * 0.6 * (1.0 - cover) * step(0.0, facing);
  c = mix(c, vec3(0.92, 0.94, 0.97) * light, cover * (kind == 1 ? 0.5 : 0.94));
  float night = smoothstep(0.08, -0.16, facing);
  c += vec3(1.0, 0.66, 0.28) * w.b * cities * night * (1.0 - cover) * 1.3;
  if (kind == 4) c += vec3(1.0, 0.28, 0.05) * g.a * (0.5 + 0.12 * sin(time * 0.7 + d.x * 20.0));
  float edge = pow(1.0 - max(0.0, dot(n, v)), 3.2);
  c += sky * air * edge * sunlight * smoothstep(-0.25, 0.45, facing) * 1.25;
  c += sky * air * 0.05 * smoothstep(-0.1, 0.4, facing);
  c += ink * 0.008;
  colour = vec4(tone(c), 1.0);
}
`;

// AIR is what stands above the rim: brighter the lower the look goes through it.
export const AIR = `${TONE}${SUNNY}
in vec3 vAt;
out vec4 colour;
void main() {
  vec3 d = normalize(vAt);
  vec3 m = middle / radius;
  float along = dot(m, d);
  vec3 nearest = d * along - m;
  float b = length(nearest);
  if (b < 1.0 && along > 0.0) discard;
  float high = clamp((b - 1.0) / thick, 0.0, 1.0);
  float day = smoothstep(-0.3, 0.4, dot(nearest / max(b, 1e-4), sun));
  float forward = 1.0 + 1.6 * pow(max(0.0, dot(d, sun)), 6.0);
  float glow = pow(1.0 - high, 3.4) * air * day * forward;
  colour = vec4(tone(sky * sunlight * glow * 0.9), 1.0);
}
`;

export const RINGS = `${TONE}${SUNNY}${BANDS}
uniform vec3 ringInk;
uniform vec3 axis;
in vec3 vOn;
in vec3 vAt;
out vec4 colour;
void main() {
  float r = length(vOn.xz), body = dense(r);
  if (body < 0.01) discard;
  // What the planet hides: the ring is painted after it.
  vec3 d = normalize(vAt), m = middle / radius;
  float along = dot(m, d), b2 = dot(m, m) - along * along;
  if (b2 < 1.0 && length(vAt) / radius > along) discard;
  // and what it shades.
  vec3 from = vAt / radius - m;
  float s = dot(from, sun);
  float shade = s < 0.0 ? smoothstep(0.97, 1.03, length(from - sun * s)) : 1.0;
  bool through = dot(axis, sun) * dot(axis, -d) < 0.0;
  vec3 ink = mix(ringInk, vec3(0.75, 0.72, 0.66), 0.5) * (0.5 + 0.5 * wave((r - inner) * 40.0));
  vec3 c = ink * sunlight * shade * (through ? 0.4 + 0.3 * (1.0 - body) : 0.85) + ink * 0.01;
  colour = vec4(tone(c), body);
}
`;

export const STAR = `${NOISE}${TONE}
uniform vec3 ink;
uniform vec3 at;
uniform float time;
in vec3 vOn;
in vec3 vAt;
out vec4 colour;
void main() {
  vec3 d = normalize(vOn);
  float grain = fbm(d * 9.0 + time * 0.01, 4) + 0.5 * fbm(d * 31.0 - time * 0.02, 3);
  float spots = smoothstep(0.24, 0.4, fbm(d * 3.0 + 5.0, 4));
  float rim = max(0.0, dot(normalize(vAt - at), normalize(-vAt)));
  vec3 c = mix(ink, vec3(1.0), 0.35 * rim) * (0.75 + 0.6 * rim + 0.5 * grain) * (1.0 - 0.45 * spots);
  colour = vec4(tone(c * 2.2), 1.0);
}
`;

// CORONA is the light around a star; it never gets smaller than a bright point with rays.
export const CORONA = {
  vertex: `
uniform mat4 projectionMatrix;
uniform mat4 viewMatrix;
uniform vec3 at;
uniform float pixel;
uniform float wide;
in vec3 position;
out vec2 vOn;
out float vDisc;
void main() {
  vec3 p = (viewMatrix * vec4(at, 1.0)).xyz;
  float away = length(p), half_ = max(wide * 7.0, away * pixel * 190.0);
  vOn = position.xy;
  vDisc = wide / half_;
  vec4 q = projectionMatrix * vec4(p / away + vec3(position.xy * half_ / away, 0.0), 1.0); // near 1, where floats are at home
  gl_Position = vec4(q.xy, 0.0, q.w);
}
`,
  fragment: `
uniform vec3 ink;
in vec2 vOn;
in float vDisc;
out vec4 colour;
void main() {
  float r = length(vOn), a = atan(vOn.y, vOn.x);
  if (r > 1.0) discard;
  float out_ = max(0.0, r - vDisc * 0.92) / (1.0 - vDisc);
  float fade = (1.0 - r) * (1.0 - r);
  float glow = 0.05 / (out_ + 0.035) * fade + exp(-out_ * 6.0) * 0.34 * fade;
  float rays = (0.6 + 0.4 * sin(a * 7.0 + 0.6) * sin(a * 11.0 + 2.0)) * exp(-out_ * 5.0) * 0.16;
  float cross_ = (exp(-abs(vOn.y) * 130.0) + 0.5 * exp(-abs(vOn.x) * 130.0)) * exp(-r * 4.2) * 0.5;
  vec3 c = ink * (glow + rays) + mix(ink, vec3(1.0), 0.7) * (cross_ + exp(-out_ * 40.0) * 0.9);
  colour = vec4(min(c, vec3(1.0)), 1.0);
}
`,
};
