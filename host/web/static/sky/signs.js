// Signs over space, in pixels of the page: brackets, locks, arrows. One drawing for all.
import { CanvasTexture, DoubleSide, GLSL3, LinearFilter, LinearMipmapLinearFilter, Mesh, NormalBlending, PlaneGeometry, RawShaderMaterial } from "../vendor/three/three.module.min.js";
import { outline } from "../view/icons.js";
import { Batch } from "./buffers.js";
import { VERSION } from "./glsl.js";

const CELL = 64, ACROSS = 8, DOWN = 4; // of the sheet of signs

// What is on the sheet beside the kinds of things; drawn in a field of 16 by 16.
const OWN = {
  chosen: "M3.4 3.4A6.5 6.5 0 0 1 6 1.8M10 1.8a6.5 6.5 0 0 1 2.6 1.6M14.2 6a6.5 6.5 0 0 1 0 4M12.6 12.6A6.5 6.5 0 0 1 10 14.2M6 14.2a6.5 6.5 0 0 1-2.6-1.6M1.8 10a6.5 6.5 0 0 1 0-4",
  locked: "M1.5 5.5v-4h4M10.5 1.5h4v4M14.5 10.5v4h-4M5.5 14.5h-4v-4M8 5.6v4.8M5.6 8h4.8",
  locking: "M1.5 5.5v-4h4M10.5 1.5h4v4M14.5 10.5v4h-4M5.5 14.5h-4v-4",
  aimed: "M8 .8L15.2 8 8 15.2.8 8z",
  own: "M8 1.5L13.5 14 8 11 2.5 14z",
  arrow: "M8 2L14 13 8 10.5 2 13z",
};
const KINDS = ["star", "planet", "moon", "belt", "station", "gate", "ship", "npc", "hostile", "fleet", "missile", "wreck", "container", "pod"];
const CELLS = new Map([...KINDS, ...Object.keys(OWN)].map((name, i) => [name, i]));

export class Signs {
  constructor(stage, most) {
    this.most = most;
    this.batch = new Batch(new PlaneGeometry(1, 1), { at: 4, ink: 4, cell: 1 }, 256);
    this.mesh = new Mesh(this.batch.geometry, new RawShaderMaterial({
      glslVersion: GLSL3, transparent: true, depthTest: false, depthWrite: false, blending: NormalBlending, side: DoubleSide, uniforms: { screen: stage.light.screen, sheet: { value: sheet() } },
      vertexShader: `${VERSION}
uniform vec3 screen;
in vec3 position;
in vec2 uv;
in vec4 at; // x, y, size in pixels, turned by so many radians
in vec4 ink;
in float cell;
out vec2 vUv;
out vec4 vInk;
void main() {
  float c = cos(at.w), s = sin(at.w);
  vec2 p = mat2(c, s, -s, c) * position.xy * at.z;
  vUv = (vec2(mod(cell, ${ACROSS}.0), floor(cell / ${ACROSS}.0)) + vec2(uv.x, 1.0 - uv.y)) / vec2(${ACROSS}.0, ${DOWN}.0);
  vInk = ink;
  gl_Position = vec4((at.x + p.x) / screen.x * 2.0 - 1.0, 1.0 - (at.y - p.y) / screen.y * 2.0, 0.0, 1.0);
}`,
      fragmentShader: `${VERSION}
uniform sampler2D sheet;
in vec2 vUv;
in vec4 vInk;
out vec4 colour;
void main() { colour = vec4(vInk.rgb, vInk.a * texture(sheet, vUv).a); }`,
    }));
    this.mesh.frustumCulled = false;
    stage.over.add(this.mesh);
  }

  begin() {
    this.batch.begin();
  }

  // add draws a sign of a size in pixels, in a colour of 0 to 1, as strong as told.
  add(name, x, y, size, ink, strength, turned = 0) {
    const at = this.batch.next(this.most);
    if (at < 0) return;
    const { data } = this.batch;
    data[at] = x; data[at + 1] = y; data[at + 2] = size; data[at + 3] = turned;
    data[at + 4] = ink[0]; data[at + 5] = ink[1]; data[at + 6] = ink[2]; data[at + 7] = strength;
    data[at + 8] = CELLS.get(name) ?? CELLS.get("ship");
  }

  end() {
    this.batch.end();
    this.mesh.visible = this.batch.count > 0;
  }
}

// sheet paints all signs side by side. The bracket of a ship is as wide as the cell.
function sheet() {
  const canvas = document.createElement("canvas");
  canvas.width = CELL * ACROSS;
  canvas.height = CELL * DOWN;
  const ctx = canvas.getContext("2d");
  ctx.strokeStyle = ctx.fillStyle = "#fff";
  for (const [name, i] of CELLS) {
    ctx.setTransform(CELL / 18, 0, 0, CELL / 18, (i % ACROSS) * CELL + CELL / 18, Math.floor(i / ACROSS) * CELL + CELL / 18);
    const path = OWN[name] ? new Path2D(OWN[name]) : outline(name);
    ctx.lineWidth = 1.5;
    if (name === "own" || name === "arrow") ctx.fill(path);
    else ctx.stroke(path);
  }
  const texture = new CanvasTexture(canvas);
  texture.flipY = false;
  texture.generateMipmaps = true;
  texture.minFilter = LinearMipmapLinearFilter;
  texture.magFilter = LinearFilter;
  return texture;
}
