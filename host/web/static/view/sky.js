// The sky behind everything: stars with a band, the same for a system each time.
// It depends on the camera's direction only, so it is painted to its own canvas
// and painted again when the camera has turned.
import { random } from "../seed.js";

const STARS = 2_600;
const TINTS = ["#fff6e0", "#dfe8ea", "#f3d7b0", "#c9d6da"];

// dot is a bright star: large enough to be seen not to be square.
function dot(ctx, { x, y }, size) {
  ctx.beginPath();
  ctx.arc(x, y, size * 0.6, 0, Math.PI * 2);
  ctx.fill();
}

export class Sky {
  #canvas = document.createElement("canvas");
  #stars = new Float32Array(STARS * 3);
  #classes = new Uint8Array(STARS);
  #painted = "";
  #seed = -1;

  constructor() {
    this.seed(1);
  }

  // seed makes another sky.
  seed(number) {
    if (number === this.#seed) return;
    this.#seed = number;
    this.#painted = "";
    const next = random(number * 2654435761);
    // The band lies across a plane of its own in each system.
    const tilt = next() * 1.2 - 0.6, roll = next() * Math.PI * 2;
    for (let i = 0; i < STARS; i++) {
      const a = next() * Math.PI * 2;
      const spread = i % 5 < 3 ? (next() + next() + next() - 1.5) * 0.5 : next() * 2 - 1;
      const y = Math.max(-1, Math.min(1, spread));
      const r = Math.sqrt(1 - y * y);
      const x = Math.cos(a) * r, z = Math.sin(a) * r;
      const y2 = y * Math.cos(tilt) - x * Math.sin(tilt), x2 = y * Math.sin(tilt) + x * Math.cos(tilt);
      this.#stars.set([x2 * Math.cos(roll) + z * Math.sin(roll), y2, z * Math.cos(roll) - x2 * Math.sin(roll)], i * 3);
      const bright = next();
      this.#classes[i] = (bright > 0.98 ? 3 : bright > 0.9 ? 2 : bright > 0.55 ? 1 : 0) * 4 + Math.floor(next() * 4);
    }
  }

  // draw copies the sky to the context, painting it first if it has changed.
  draw(ctx, camera, ratio) {
    const { yaw, pitch, width, height, cx, cy } = camera;
    const key = [yaw, pitch, width, height, cx.toFixed(1), cy.toFixed(1), ratio].join();
    if (key !== this.#painted) {
      this.#painted = key;
      this.#paint(camera, ratio);
    }
    ctx.drawImage(this.#canvas, 0, 0, camera.width, camera.height);
  }

  #paint(camera, ratio) {
    const canvas = this.#canvas;
    const width = Math.round(camera.width * ratio), height = Math.round(camera.height * ratio);
    if (canvas.width !== width || canvas.height !== height) {
      canvas.width = width;
      canvas.height = height;
    }
    const ctx = canvas.getContext("2d", { alpha: false });
    ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
    this.#backdrop(ctx, camera);
    const out = {};
    const stars = this.#stars;
    for (let level = 0; level < 4; level++) {
      const size = [1, 1.2, 1.7, 2.4][level];
      ctx.globalAlpha = [0.3, 0.55, 0.8, 1][level];
      for (let tint = 0; tint < 4; tint++) {
        ctx.fillStyle = TINTS[tint];
        for (let i = 0; i < STARS; i++) {
          if (this.#classes[i] !== level * 4 + tint) continue;
          if (!camera.projectDirection(stars[i * 3], stars[i * 3 + 1], stars[i * 3 + 2], out)) continue;
          if (level < 2) ctx.fillRect(out.x - size / 2, out.y - size / 2, size, size);
          else dot(ctx, out, size);
        }
      }
    }
    ctx.globalAlpha = 1;
  }

  // backdrop is a dark that is a little warmer towards the horizon of the system.
  #backdrop(ctx, camera) {
    const { width, height } = camera;
    const horizon = camera.cy - Math.tan(camera.pitch) * camera.focal;
    const shade = ctx.createLinearGradient(0, horizon - height * 0.9, 0, horizon + height * 0.9);
    shade.addColorStop(0, "#090c0e");
    shade.addColorStop(0.5, "#11181a");
    shade.addColorStop(1, "#090b0d");
    ctx.fillStyle = shade;
    ctx.fillRect(0, 0, width, height);
  }
}
