// A camera that looks at a point from a distance, in double precision: places
// are subtracted before they are turned, so metres stay metres at 10^12 m.

const NEAR = 1; // metres in front of the lens
const MIN = 60;
const MAX = 4e12;

export class Camera {
  constructor() {
    this.yaw = 0.7;
    this.pitch = 0.35;
    this.range = 9_000; // metres between lens and the point looked at
    this.wanted = this.range; // where a zoom is going
    this.width = this.height = 1;
    this.right = this.bottom = 0; // pixels of the canvas that panels cover
    this.cx = this.cy = 0.5; // the pixel that is looked at
    this.x = this.y = this.z = 0; // the lens
    this.aim(0, 0, 0);
  }

  resize(width, height) {
    this.width = width;
    this.height = height;
    // A field of view of 60 degrees across the shorter side.
    this.focal = Math.min(width, height) / 2 / Math.tan(Math.PI / 6);
    [this.cx, this.cy] = this.#middle();
  }

  // cover says how much of the canvas is hidden behind panels; the middle of the
  // rest becomes the middle of the picture.
  cover(right, bottom) {
    this.right = right;
    this.bottom = bottom;
  }

  #middle() {
    return [(this.width - this.right) / 2, (this.height - this.bottom) / 2];
  }

  turn(dx, dy) {
    this.yaw -= dx * 0.005;
    this.pitch = Math.max(-1.5, Math.min(1.5, this.pitch + dy * 0.005));
  }

  zoom(factor) {
    this.wanted = Math.max(MIN, Math.min(MAX, this.wanted * factor));
  }

  // face turns the camera so that it looks along a direction, from a little above.
  face(dx, dy, dz) {
    this.yaw = Math.atan2(-dx, -dz);
    this.pitch = Math.max(-0.2, Math.min(0.6, 0.22 - Math.atan2(dy, Math.hypot(dx, dz)) * 0.5));
  }

  // ease moves range and middle towards the wanted ones; at once for those who ask for calm.
  ease(seconds, calm) {
    const k = calm ? 1 : 1 - Math.exp(-seconds * 14);
    this.range *= (this.wanted / this.range) ** k;
    const [x, y] = this.#middle();
    this.cx += (x - this.cx) * k;
    this.cy += (y - this.cy) * k;
  }

  // aim points the camera at a place.
  aim(x, y, z) {
    const cp = Math.cos(this.pitch), sp = Math.sin(this.pitch);
    const cy = Math.cos(this.yaw), sy = Math.sin(this.yaw);
    // forward, right and up as unit vectors; y is up in a system
    this.fx = -cp * sy; this.fy = -sp; this.fz = -cp * cy;
    this.rx = cy; this.rz = -sy; // right stays level
    this.ux = -sp * sy; this.uy = cp; this.uz = -sp * cy;
    this.x = x - this.fx * this.range;
    this.y = y - this.fy * this.range;
    this.z = z - this.fz * this.range;
  }

  // local is a place as the lens sees it: metres to the right, up and ahead.
  local(px, py, pz) {
    const dx = px - this.x, dy = py - this.y, dz = pz - this.z;
    return [dx * this.rx + dz * this.rz, dx * this.ux + dy * this.uy + dz * this.uz, dx * this.fx + dy * this.fy + dz * this.fz];
  }

  // project writes screen x, y and depth of a place into out, and says whether
  // it lies in front of the lens.
  project(px, py, pz, out) {
    return this.#screen(px - this.x, py - this.y, pz - this.z, NEAR, out);
  }

  // projectDirection does the same for what is infinitely far in a unit direction.
  projectDirection(dx, dy, dz, out) {
    return this.#screen(dx, dy, dz, 1e-3, out);
  }

  #screen(dx, dy, dz, near, out) {
    const depth = dx * this.fx + dy * this.fy + dz * this.fz;
    out.depth = depth;
    if (depth < near) return false;
    const k = this.focal / depth;
    out.x = this.cx + (dx * this.rx + dz * this.rz) * k;
    out.y = this.cy - (dx * this.ux + dy * this.uy + dz * this.uz) * k;
    out.scale = k; // pixels per metre there
    return true;
  }

  // ray is the unit direction in space under a point of the screen.
  ray(sx, sy) {
    const a = (sx - this.cx) / this.focal;
    const b = (this.cy - sy) / this.focal;
    const x = this.fx + this.rx * a + this.ux * b;
    const y = this.fy + this.uy * b;
    const z = this.fz + this.rz * a + this.uz * b;
    const l = Math.hypot(x, y, z);
    return [x / l, y / l, z / l];
  }
}
