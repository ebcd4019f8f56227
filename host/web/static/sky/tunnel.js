// Warp as it is seen from within: light that streams past, drawn on the sky around the lens.
import { AdditiveBlending, BackSide, BoxGeometry, GLSL3, Mesh, RawShaderMaterial, Vector3 } from "../vendor/three/three.module.min.js";
import { VERSION } from "./glsl.js";

const COMES = 1.6, GOES = 3; // 1/s

export class Tunnel {
  #flow = 0;

  constructor(stage) {
    this.strength = 0;
    this.uniforms = { ahead: { value: new Vector3(0, 0, 1) }, strength: { value: 0 }, flow: { value: 0 } };
    this.mesh = new Mesh(new BoxGeometry(2, 2, 2), new RawShaderMaterial({
      glslVersion: GLSL3, side: BackSide, depthTest: false, depthWrite: false, transparent: true, blending: AdditiveBlending, uniforms: this.uniforms,
      vertexShader: `${VERSION}uniform mat4 projectionMatrix;\nuniform mat4 viewMatrix;\nin vec3 position;\nout vec3 vWay;\nvoid main() { vWay = position; vec4 p = projectionMatrix * vec4(mat3(viewMatrix) * position * 100.0, 1.0); gl_Position = vec4(p.xy, 0.0, p.w); }`,
      fragmentShader: `${VERSION}
uniform vec3 ahead;
uniform float strength;
uniform float flow;
in vec3 vWay;
out vec4 colour;
float dice(vec2 c) { return fract(sin(dot(c, vec2(12.9898, 78.233))) * 43758.5453); }
float streaks(float a, float deep, float lanes, float speed) {
  float lane = floor(a * lanes), side = abs(fract(a * lanes) - 0.5) * 2.0;
  float run = deep * (0.6 + dice(vec2(lane, 3.0))) - flow * speed * (0.6 + 0.8 * dice(vec2(lane, 7.0)));
  float cell = floor(run), on = step(0.62, dice(vec2(lane, cell))), in_ = fract(run);
  return on * smoothstep(0.0, 0.85, in_) * smoothstep(1.0, 0.9, in_) * pow(1.0 - side, 2.0);
}
void main() {
  vec3 d = normalize(vWay);
  float along = dot(d, ahead);
  vec3 helper = abs(ahead.y) < 0.9 ? vec3(0.0, 1.0, 0.0) : vec3(1.0, 0.0, 0.0);
  vec3 right = normalize(cross(helper, ahead)), up = cross(ahead, right);
  float a = atan(dot(d, up), dot(d, right)) / 6.28318 + 0.5;
  float wide = sqrt(max(1e-5, 1.0 - along * along)), deep = along / wide;
  float edge = smoothstep(0.02, 0.3, wide);
  float light = streaks(a, deep, 90.0, 1.6) * 0.7 + streaks(a + 0.37, deep * 0.7, 46.0, 1.1) * 0.6 + streaks(a + 0.71, deep * 1.4, 190.0, 2.3) * 0.35;
  float core = exp(-(1.0 - along) * 42.0), halo = exp(-(1.0 - along) * 7.0);
  vec3 c = mix(vec3(0.25, 0.5, 1.0), vec3(0.75, 0.9, 1.0), light) * light * edge * (0.45 + 0.55 * abs(along));
  c += vec3(0.3, 0.55, 1.0) * (core * 0.8 + halo * 0.16);
  colour = vec4(c * strength, 1.0);
}`,
    }));
    this.mesh.frustumCulled = false;
    this.mesh.renderOrder = 9_000;
    this.mesh.visible = false;
    stage.far.add(this.mesh);
  }

  // frame says which way one flies in warp, null for not at all. calm is for those who want
  // little to move.
  frame(velocity, seconds, calm) {
    const wanted = velocity ? 1 : 0;
    this.strength += (wanted - this.strength) * (1 - Math.exp(-seconds * (wanted ? COMES : GOES)));
    this.mesh.visible = this.strength > 0.01;
    if (!this.mesh.visible) return;
    if (velocity) this.uniforms.ahead.value.set(velocity[0], velocity[1], velocity[2]).normalize();
    if (!calm) this.#flow += seconds * (0.6 + this.strength * 1.6);
    this.uniforms.flow.value = this.#flow;
    this.uniforms.strength.value = this.strength * (calm ? 0.25 : 1);
  }
}
