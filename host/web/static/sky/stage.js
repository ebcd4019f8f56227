// The renderer, its two scenes and the light in them. Everything is placed relative to the
// lens, which stands at the origin: differences of doubles are taken first, and what is left
// is small enough for the graphics card's floats.
//
// The far scene has star, planets and sky, painted from far to near without depth; the near
// one what is within some thousand kilometres, with depth.
import { Matrix4, PerspectiveCamera, Scene, Vector3, WebGLRenderer } from "../vendor/three/three.module.min.js";
import { cardOf, slow } from "../view/card.js";

const FAR = 4e6; // metres: what is beyond is in the far scene

export class Stage {
  far = new Scene();
  near = new Scene();
  over = new Scene(); // signs, in pixels
  lens = new PerspectiveCamera();
  // What the light is like, for all shaders that share these.
  light = {
    sun: { value: new Vector3(0, 0, 1) }, // the way to the star
    sunlight: { value: new Vector3(1, 1, 1) },
    above: { value: new Vector3(0.1, 0.1, 0.12) }, // what the sky gives back from above and below
    below: { value: new Vector3(0.05, 0.05, 0.06) },
    time: { value: 0 }, // seconds, for what blinks and turns
    pixel: { value: 1 / 700 }, // of a metre at a metre, one pixel
    screen: { value: new Vector3(1, 1, 1) }, // width and height in pixels, and how many of the screen's each is
  };
  #basis = new Matrix4();

  // canvas is where it draws. It throws where there is no WebGL2, or, with quick, where
  // a processor would have to do a graphics card's work.
  constructor(canvas, { quick, smooth }) {
    const context = canvas.getContext("webgl2", { antialias: smooth, alpha: false, depth: true, powerPreference: "high-performance", failIfMajorPerformanceCaveat: quick });
    if (!context) throw new Error("no WebGL2");
    this.card = cardOf(context);
    if (quick && slow(this.card)) throw new Error("no graphics card");
    this.canvas = canvas;
    this.renderer = new WebGLRenderer({ canvas, context });
    this.renderer.autoClear = false;
    this.renderer.info.autoReset = false;
    this.renderer.setClearColor(0x020304, 1);
    this.renderer.sortObjects = true;
    for (const scene of [this.far, this.near, this.over]) scene.matrixWorldAutoUpdate = false;
    this.lens.matrixAutoUpdate = false;
    this.lens.matrixWorldAutoUpdate = false;
  }

  // resize takes the size in pixels of the page, and how many of the screen's each gets.
  resize(width, height, ratio) {
    this.renderer.setPixelRatio(ratio);
    this.renderer.setSize(width, height, false);
    this.light.screen.value.set(width, height, ratio);
  }

  // look sets the lens as the page's camera has it.
  look(camera) {
    const { lens } = this;
    const near = Math.min(2_000, Math.max(0.5, camera.range * 0.01));
    // The middle of the picture may be anywhere on the screen: panels cover a part.
    const k = near / camera.focal, { cx, cy, width, height } = camera;
    lens.projectionMatrix.makePerspective(-cx * k, (width - cx) * k, cy * k, -(height - cy) * k, near, FAR);
    lens.projectionMatrixInverse.copy(lens.projectionMatrix).invert();
    this.#basis.set(camera.rx, camera.ux, -camera.fx, 0, 0, camera.uy, -camera.fy, 0, camera.rz, camera.uz, -camera.fz, 0, 0, 0, 0, 1);
    lens.matrixWorld.copy(this.#basis);
    lens.matrixWorldInverse.copy(this.#basis).transpose();
    this.light.pixel.value = 1 / camera.focal;
  }

  // shine sets the light at a place, metres from the star.
  shine(x, y, z, colour, strength) {
    const far = Math.hypot(x, y, z) || 1;
    this.light.sun.value.set(-x / far, -y / far, -z / far);
    this.light.sunlight.value.set(colour[0], colour[1], colour[2]).multiplyScalar(strength);
  }

  draw() {
    const { renderer, lens } = this;
    renderer.info.reset();
    renderer.clear();
    renderer.render(this.far, lens);
    renderer.clearDepth();
    renderer.render(this.near, lens);
    renderer.render(this.over, lens);
  }

  dispose() {
    this.renderer.dispose();
  }
}

// put places an object of a scene without a look at those around it.
export function put(object, x, y, z, scale) {
  object.position.set(x, y, z);
  object.scale.setScalar(scale);
  object.updateMatrix();
  object.matrixWorld.copy(object.matrix);
}
