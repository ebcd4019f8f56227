// The shaders of what is solid: hulls, wrecks, missiles, stations, gates and rocks, and of
// the fire behind engines.
import { LIT, TONE, TURN, VERSION } from "./glsl.js";

// state of an instance: power of its engines from 0 to 1, how hurt it is from 0 to 1, a
// number of its own from 0 to 1, and how hard it was just hit, 0 to 1.
export const HULL = {
  vertex: `${VERSION}${TURN}
uniform mat4 projectionMatrix;
uniform mat4 viewMatrix;
in vec3 position;
in vec3 normal;
in vec4 paint;
in vec4 place;
in vec4 spin;
in vec4 state;
out vec3 vAt;
out vec3 vOn;
out vec3 vNormal;
out vec3 vTurned;
out vec4 vPaint;
out vec4 vState;
void main() {
  vOn = position;
  vNormal = normal;
  vTurned = turn(spin, normal);
  vAt = turn(spin, position) * place.w + place.xyz;
  vPaint = paint;
  vState = state;
  gl_Position = projectionMatrix * viewMatrix * vec4(vAt, 1.0);
}
`,
  fragment: `${VERSION}${TONE}${LIT}
uniform float time;
uniform float grain; // panels along a radius
uniform float windows; // rows of windows along a radius; 0 for a hull that has none to speak of
in vec3 vAt;
in vec3 vOn;
in vec3 vNormal;
in vec3 vTurned;
in vec4 vPaint;
in vec4 vState;
out vec4 colour;
float dice(vec3 c) { return fract(sin(dot(c, vec3(12.9898, 78.233, 37.719))) * 43758.5453); }
void main() {
  vec3 v = normalize(-vAt);
  vec3 side = abs(vNormal);
  vec2 flat_ = side.x > side.y && side.x > side.z ? vOn.yz : side.y > side.z ? vOn.xz : vOn.xy;
  vec2 grid = flat_ * grain * vec2(1.0, 0.6);
  float row = floor(grid.y);
  grid.x += 0.5 * mod(row, 2.0);
  vec2 cell = floor(grid), in_ = fract(grid);
  float width = max(fwidth(grid.x), fwidth(grid.y));
  float line = (1.0 - smoothstep(0.02, 0.05 + width, min(min(in_.x, 1.0 - in_.x), min(in_.y, 1.0 - in_.y)))) * (1.0 - smoothstep(0.2, 0.7, width));
  float plate = dice(vec3(cell, floor(dot(side, vec3(1.0, 3.0, 5.0)) * 2.0)));
  vec3 ink = vPaint.rgb * (0.86 + 0.22 * plate * (1.0 - smoothstep(0.4, 1.2, width)));
  ink *= 1.0 - 0.28 * line;
  float soot = smoothstep(0.35, 0.9, vState.y) * smoothstep(0.35, 0.8, dice(floor(vOn * 5.0 + 3.0)) * 0.6 + dice(floor(vOn * 13.0)) * 0.4);
  ink *= 1.0 - 0.8 * soot;
  vec3 c = lit(ink, normalize(vTurned), v, 0.5 + 0.6 * plate);
  float kind = vPaint.a;
  if (kind > 0.5 && kind < 1.5) c = vPaint.rgb * (0.25 + 4.0 * vState.x);
  else if (kind > 1.5 && kind < 2.5) c = vPaint.rgb * 1.5;
  else if (kind > 2.5) c = vPaint.rgb * (0.25 + 2.6 * smoothstep(0.82, 0.98, sin(time * 3.1 + vState.z * 40.0 + dot(vPaint.rgb, vec3(0.0, 2.0, 1.0)))));
  if (windows > 0.0 && kind < 0.5) {
    vec2 row_ = flat_ * windows * vec2(0.7, 1.0), room = floor(row_), pane = abs(fract(row_) - 0.5);
    float small = max(fwidth(row_.x), fwidth(row_.y)), deck = step(0.55, dice(vec3(room.y, floor(row_.x / 9.0), 5.0)));
    float lit_ = deck * step(0.5, dice(vec3(room, 3.0))) * (1.0 - step(0.22, pane.x)) * (1.0 - step(0.3, pane.y)) * (1.0 - smoothstep(0.4, 1.0, small)) + deck * 0.1 * smoothstep(0.4, 1.0, small);
    c += mix(vec3(1.0, 0.74, 0.42), vec3(0.7, 0.88, 1.0), step(0.85, dice(vec3(room, 8.0)))) * lit_ * 0.75;
  }
  c += vec3(1.0, 0.35, 0.08) * smoothstep(0.6, 1.0, soot) * max(0.0, vState.y - 0.55) * (0.6 + 0.4 * sin(time * 7.0 + vOn.z * 30.0)) * 1.6;
  c += vec3(0.35, 0.6, 1.0) * vState.w * 0.5;
  colour = vec4(tone(c), 1.0);
}
`,
};

// ROCK is lit as hulls are, but rough.
export const ROCK = {
  vertex: `${VERSION}${TURN}
uniform mat4 projectionMatrix;
uniform mat4 viewMatrix;
uniform vec3 middle;
uniform float time;
in vec3 position;
in vec3 normal;
in vec4 place;
in vec4 spin;
out vec3 vAt;
out vec3 vOn;
out vec3 vTurned;
out float vTint;
void main() {
  float a = time * 0.02 * (0.4 + fract(place.w)), c = cos(a), s = sin(a);
  mat3 roll = mat3(c, 0.0, -s, 0.0, 1.0, 0.0, s, 0.0, c);
  vOn = position * place.w;
  vTurned = turn(spin, roll * normal);
  vAt = turn(spin, roll * position) * place.w + place.xyz + middle;
  vTint = fract(place.w * 7.31);
  gl_Position = projectionMatrix * viewMatrix * vec4(vAt, 1.0);
}
`,
  fragment: `${VERSION}${TONE}${LIT}
uniform vec3 ore;
in vec3 vAt;
in vec3 vOn;
in vec3 vTurned;
in float vTint;
out vec4 colour;
float dice(vec3 c) { return fract(sin(dot(c, vec3(12.9898, 78.233, 37.719))) * 43758.5453); }
float soft(vec3 p) {
  vec3 i = floor(p), f = fract(p);
  f = f * f * (3.0 - 2.0 * f);
  float a = mix(mix(dice(i), dice(i + vec3(1, 0, 0)), f.x), mix(dice(i + vec3(0, 1, 0)), dice(i + vec3(1, 1, 0)), f.x), f.y);
  float b = mix(mix(dice(i + vec3(0, 0, 1)), dice(i + vec3(1, 0, 1)), f.x), mix(dice(i + vec3(0, 1, 1)), dice(i + vec3(1, 1, 1)), f.x), f.y);
  return mix(a, b, f.z);
}
void main() {
  float rough = soft(vOn / 40.0) * 0.5 + soft(vOn / 13.0) * 0.3 + soft(vOn / 4.0) * 0.2;
  vec3 bump = vec3(soft(vOn / 22.0) - 0.5, soft(vOn / 22.0 + 31.0) - 0.5, soft(vOn / 22.0 + 57.0) - 0.5);
  vec3 ink = mix(vec3(0.24, 0.22, 0.2), vec3(0.46, 0.41, 0.35), vTint) * (0.55 + 0.8 * rough);
  ink = mix(ink, ore, smoothstep(0.62, 0.75, soft(vOn / 31.0 + 9.0)) * 0.55);
  colour = vec4(tone(lit(ink, normalize(vTurned + bump * 0.9), normalize(-vAt), 0.12)), 1.0);
}
`,
};

// PLUME is the fire behind an engine: two crossed leaves, as long as its power makes them.
export const PLUME = {
  vertex: `${VERSION}${TURN}
uniform mat4 projectionMatrix;
uniform mat4 viewMatrix;
uniform float time;
in vec3 position;
in vec4 nozzle; // where it is, and how wide
in vec2 along; // across from -1 to 1, back from 0 to 1
in vec4 place;
in vec4 spin;
in vec4 state;
out vec2 vAlong;
out float vPower;
void main() {
  float flicker = 0.9 + 0.1 * sin(time * 31.0 + state.z * 90.0 + nozzle.x * 20.0);
  float long_ = nozzle.w * (1.5 + 9.0 * state.x * flicker);
  vec3 p = nozzle.xyz + position * nozzle.w * (1.15 - 0.5 * along.y) + vec3(0.0, 0.0, -along.y * long_);
  vAlong = along;
  vPower = state.x;
  gl_Position = projectionMatrix * viewMatrix * vec4(turn(spin, p) * place.w + place.xyz, 1.0);
}
`,
  fragment: `${VERSION}
uniform vec3 ink;
in vec2 vAlong;
in float vPower;
out vec4 colour;
void main() {
  float side = 1.0 - abs(vAlong.x), back = 1.0 - vAlong.y;
  float core = pow(side, 3.0) * back * back;
  vec3 c = mix(ink, vec3(1.0), core * 0.7) * (pow(side, 1.6) * back * 0.55 + core * 0.9);
  colour = vec4(c * smoothstep(0.02, 0.2, vPower) * (0.35 + 0.65 * vPower), 1.0);
}
`,
};
