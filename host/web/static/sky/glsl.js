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

// Noise out of whole numbers, which every graphics card does alike: from a place and a
// seed, -1 to 1.
export const NOISE = `
uvec3 scramble(uvec3 v) {
  v = v * 1664525u + 1013904223u;
  v.x += v.y * v.z; v.y += v.z * v.x; v.z += v.x * v.y;
  v ^= v >> 16u;
  v.x += v.y * v.z; v.y += v.z * v.x; v.z += v.x * v.y;
  return v;
}
uniform uint seed;
vec3 chance(ivec3 cell) { return vec3(scramble(uvec3(cell) ^ uvec3(seed, seed * 7u, seed * 13u)) >> 8u) / 16777216.0; }
float corner(ivec3 cell, ivec3 step, vec3 f) { return dot(chance(cell + step) * 2.0 - 1.0, f - vec3(step)); }
float noise(vec3 p) {
  ivec3 cell = ivec3(floor(p));
  vec3 f = fract(p), u = f * f * f * (f * (f * 6.0 - 15.0) + 10.0);
  float a = mix(corner(cell, ivec3(0, 0, 0), f), corner(cell, ivec3(1, 0, 0), f), u.x);
  float b = mix(corner(cell, ivec3(0, 1, 0), f), corner(cell, ivec3(1, 1, 0), f), u.x);
  float c = mix(corner(cell, ivec3(0, 0, 1), f), corner(cell, ivec3(1, 0, 1), f), u.x);
  float d = mix(corner(cell, ivec3(0, 1, 1), f), corner(cell, ivec3(1, 1, 1), f), u.x);
  return mix(mix(a, b, u.y), mix(c, d, u.y), u.z);
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
// craters: how deep in one, from the nearest middles of cells.
float craters(vec3 p) {
  ivec3 cell = ivec3(floor(p));
  vec3 f = fract(p);
  float deep = 0.0;
  for (int x = -1; x <= 1; x++) for (int y = -1; y <= 1; y++) for (int z = -1; z <= 1; z++) {
    vec3 c = chance(cell + ivec3(x, y, z));
    float r = 0.14 + 0.32 * c.x * c.y;
    float d = length(vec3(x, y, z) + c - f) / r;
    deep += d < 1.0 ? -(1.0 - d * d) * r : exp(-(d - 1.0) * 6.0) * r * 0.4;
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
