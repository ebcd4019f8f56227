// Pictures on the inside of a cube, painted once by a shader: skies and the surfaces of
// worlds. What costs much of a graphics card is then not done for each frame.
import {
  BufferAttribute, BufferGeometry, Camera, GLSL3, LinearFilter, LinearMipmapLinearFilter, Mesh, RawShaderMaterial, Scene, UnsignedByteType, WebGLCubeRenderTarget,
} from "../vendor/three/three.module.min.js";
import { VERSION } from "./glsl.js";

const VERTEX = `${VERSION}
in vec3 position;
out vec2 vAt;
void main() { vAt = position.xy; gl_Position = vec4(position.xy, 0.0, 1.0); }
`;

// The way from the middle through a point of a side, as OpenGL has the sides of a cube.
const WAY = `
uniform int side;
in vec2 vAt;
vec3 way() {
  vec2 a = vAt;
  if (side == 0) return normalize(vec3(1.0, -a.y, -a.x));
  if (side == 1) return normalize(vec3(-1.0, -a.y, a.x));
  if (side == 2) return normalize(vec3(a.x, 1.0, a.y));
  if (side == 3) return normalize(vec3(a.x, -1.0, -a.y));
  if (side == 4) return normalize(vec3(a.x, -a.y, 1.0));
  return normalize(vec3(-a.x, -a.y, -1.0));
}
`;

// Baker paints one side of a cube a frame, so that none of them is missed.
export class Baker {
  #scene = new Scene();
  #camera = new Camera();
  #mesh;
  #waiting = [];

  constructor(renderer) {
    this.renderer = renderer;
    const triangle = new BufferGeometry();
    triangle.setAttribute("position", new BufferAttribute(new Float32Array([-1, -1, 0, 3, -1, 0, -1, 3, 0]), 3));
    this.#mesh = new Mesh(triangle);
    this.#mesh.frustumCulled = false;
    this.#scene.add(this.#mesh);
  }

  // paint begins a picture of so many pixels a side. fragment defines vec4 picture(vec3 way);
  // done(texture) is called when all of it is there.
  paint(size, fragment, uniforms, done) {
    const target = new WebGLCubeRenderTarget(size, { type: UnsignedByteType, generateMipmaps: true, minFilter: LinearMipmapLinearFilter, magFilter: LinearFilter, depthBuffer: false });
    const material = new RawShaderMaterial({
      glslVersion: GLSL3, vertexShader: VERTEX, uniforms: { ...uniforms, side: { value: 0 } }, depthTest: false, depthWrite: false,
      fragmentShader: `${VERSION}${fragment}${WAY}out vec4 colour;\nvoid main() { colour = picture(way()); }\n`,
    });
    const job = { target, material, done, side: 0, dropped: false };
    this.#waiting.push(job);
    return job;
  }

  // drop gives up a picture, painted or not.
  drop(job) {
    job.dropped = true;
    job.target.dispose();
  }

  get busy() {
    return this.#waiting.length > 0;
  }

  // work paints the next side, if there is one to paint.
  work() {
    const job = this.#waiting[0];
    if (!job) return;
    if (!job.dropped) this.#side(job);
    if (!job.dropped && ++job.side < 6) return;
    this.#waiting.shift();
    job.material.dispose();
    if (!job.dropped) job.done(job.target.texture);
  }

  #side(job) {
    const { renderer } = this;
    job.material.uniforms.side.value = job.side;
    job.material.uniformsNeedUpdate = true;
    this.#mesh.material = job.material;
    job.target.texture.generateMipmaps = job.side === 5; // once all sides are there
    renderer.setRenderTarget(job.target, job.side);
    renderer.render(this.#scene, this.#camera);
    renderer.setRenderTarget(null);
  }
}
