// What several shaders share, in GLSL.

export const VERSION = "precision highp float;\nprecision highp int;\nprecision highp samplerCube;\n";

// tone brings light of any strength to what a screen can show.
export const TONE = `
vec3 tone(vec3 light) {
  vec3 c = light * 1.15;
  c = clamp((c * (2.51 * c + 0.03)) / (c * (2.43 * c + 0.59) + 0.14), 0.0, 1.0);
  return pow(c, vec3(1.0 / 2.2));
}
`;

// Noise, -1 to 1, out of the cube of chances that chances.js makes. origin is where in it
// something of a seed has its own.
export const NOISE = `
uniform highp sampler3D chances;
uniform vec3 origin;
vec3 chance(ivec3 cell) { return texelFetch(chances, cell & 31, 0).rgb; }
float noise(vec3 p) {
  p += origin;
  vec3 f = fract(p);
  return texture(chances, (floor(p) + f * f * (3.0 - 2.0 * f) + 0.5) / 32.0).a * 1.6 - 0.8;
}
float fbm(vec3 p, int octaves) {
  float sum = 0.0, size = 0.5;
  for (int i = 0; i < octaves; i++) {
    sum += noise(p) * size;
    p = p * 2.03 + 17.3;
    size *= 0.5;
  }
  return sum;
}
float ridges(vec3 p, int octaves) {
  float sum = 0.0, size = 0.5;
  for (int i = 0; i < octaves; i++) {
    float n = 1.0 - abs(noise(p)) * 1.7;
    sum += n * n * size;
    p = p * 2.11 + 9.1;
    size *= 0.5;
  }
  return sum;
}
// craters: how deep one is in some of three sizes, from the nearest middles of cells.
float craters(vec3 p) {
  float deep = 0.0;
  for (int i = 0; i < 81; i++) {
    int level = i / 27, k = i % 27;
    vec3 q = p * (level == 0 ? 1.0 : level == 1 ? 2.3 : 5.4) + origin + float(level) * 5.0;
    vec3 step_ = vec3(k % 3, (k / 3) % 3, k / 9) - 1.0, c = chance(ivec3(floor(q) + step_));
    float r = 0.14 + 0.32 * c.x * c.y, d = length(step_ + c - fract(q)) / r;
    deep += (d < 1.0 ? -(1.0 - d * d) * r : exp(-(d - 1.0) * 6.0) * r * 0.4) * (level == 0 ? 0.55 : level == 1 ? 0.4 : 0.3);
  }
  return deep;
}
`;

// TURN turns a vector by a quaternion.
export const TURN = `
vec3 turn(vec4 q, vec3 v) { return v + 2.0 * cross(q.xyz, cross(q.xyz, v) + q.w * v); }
`;

// LIT is the light on what is solid and near: the star, and what the sky gives back. sun is
// the way to the star.
export const LIT = `
uniform vec3 sun;
uniform vec3 sunlight;
uniform vec3 above;
uniform vec3 below;
vec3 lit(vec3 ink, vec3 n, vec3 v, float gloss) {
  if (dot(n, v) < 0.0) n = -n;
  float day = max(0.0, dot(n, sun));
  float shine = pow(max(0.0, dot(n, normalize(sun + v))), 28.0) * gloss * step(0.0, dot(n, sun));
  float edge = pow(1.0 - max(0.0, dot(n, v)), 3.0);
  vec3 around = mix(below, above, n.y * 0.5 + 0.5);
  return ink * (sunlight * day + around) + sunlight * shine * 0.35 + around * edge * 0.8;
}
`;
