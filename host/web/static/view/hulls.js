// Simple solids for what is near enough to have a shape: three kinds of ship,
// stations and gates. Points are in radii, x right, y up, z forward.

const DART = {
  points: [[0, 0, 1.3], [-0.75, -0.05, -0.8], [0.75, -0.05, -0.8], [0, 0.34, -0.55], [0, -0.26, -0.6], [0, 0.05, -0.95]],
  faces: [[0, 3, 1], [0, 2, 3], [0, 1, 4], [0, 4, 2], [1, 3, 5], [3, 2, 5], [1, 5, 4], [4, 5, 2]],
};

const BARGE = {
  points: [
    [-0.42, -0.3, 0.7], [0.42, -0.3, 0.7], [0.42, 0.3, 0.7], [-0.42, 0.3, 0.7], [-0.5, -0.36, -0.9], [0.5, -0.36, -0.9],
    [0.5, 0.36, -0.9], [-0.5, 0.36, -0.9], [0, 0, 1.15],
  ],
  faces: [[0, 1, 8], [1, 2, 8], [2, 3, 8], [3, 0, 8], [1, 0, 4, 5], [2, 1, 5, 6], [3, 2, 6, 7], [0, 3, 7, 4], [5, 4, 7, 6]],
};

const MANTA = {
  points: [[0, 0.02, 1.1], [-1.1, 0, -0.35], [1.1, 0, -0.35], [0, 0.28, -0.1], [0, -0.16, -0.1], [-0.35, 0.02, -0.85], [0.35, 0.02, -0.85]],
  faces: [[0, 3, 1], [0, 2, 3], [0, 1, 4], [0, 4, 2], [1, 3, 5], [3, 6, 5], [3, 2, 6], [1, 5, 4], [5, 6, 4], [4, 6, 2]],
};

const SHAPES = [DART, BARGE, MANTA];

// shapeOf always gives the same type the same shape.
export function shapeOf(type) {
  let hash = 0;
  for (let i = 0; i < type.length; i++) hash = (hash * 31 + type.charCodeAt(i)) | 0;
  return SHAPES[Math.abs(hash) % SHAPES.length];
}

const screen = Array.from({ length: 16 }, () => ({}));

// drawHull paints a solid at a place, pointing along the unit vector h, lit from
// the unit vector light, in a colour given as [r, g, b]; dark is what is left of
// that where no light falls.
export function drawHull(ctx, camera, shape, place, radius, h, light, rgb, dark = 0.2) {
  const [hx, hy, hz] = h;
  // right = forward x world up; a ship that flies straight up rolls to a side
  let rx = -hz, ry = 0, rz = hx;
  const flat = Math.hypot(rx, rz);
  if (flat < 1e-3) [rx, rz] = [1, 0];
  else [rx, rz] = [rx / flat, rz / flat];
  const ux = ry * hz - rz * hy, uy = rz * hx - rx * hz, uz = rx * hy - ry * hx;
  const world = [];
  for (let i = 0; i < shape.points.length; i++) {
    const [a, b, c] = shape.points[i];
    const p = [(rx * a + ux * b + hx * c), (ry * a + uy * b + hy * c), (rz * a + uz * b + hz * c)];
    world.push(p);
    if (!camera.project(place.px + p[0] * radius, place.py + p[1] * radius, place.pz + p[2] * radius, screen[i])) return;
  }
  const faces = shape.faces.map((face) => ({ face, depth: face.reduce((sum, i) => sum + screen[i].depth, 0) / face.length }));
  faces.sort((a, b) => b.depth - a.depth);
  ctx.lineWidth = 0.6;
  for (const { face } of faces) paintFace(ctx, face, world, light, rgb, dark);
}

function paintFace(ctx, face, world, light, rgb, dark) {
  const [a, b, c] = [world[face[0]], world[face[1]], world[face[2]]];
  const ux = b[0] - a[0], uy = b[1] - a[1], uz = b[2] - a[2];
  const vx = c[0] - a[0], vy = c[1] - a[1], vz = c[2] - a[2];
  let nx = uy * vz - uz * vy, ny = uz * vx - ux * vz, nz = ux * vy - uy * vx;
  const length = Math.hypot(nx, ny, nz) || 1;
  // The winding of a face does not matter: its normal is turned outwards.
  const out = Math.sign(nx * (a[0] + b[0] + c[0]) + ny * (a[1] + b[1] + c[1]) + nz * (a[2] + b[2] + c[2])) / length || 1 / length;
  const lit = Math.max(0, (nx * light[0] + ny * light[1] + nz * light[2]) * out);
  const k = dark + 0.6 * lit;
  ctx.fillStyle = `rgb(${(rgb[0] * k) | 0},${(rgb[1] * k) | 0},${(rgb[2] * k) | 0})`;
  ctx.strokeStyle = `rgba(${rgb[0]},${rgb[1]},${rgb[2]},${0.25 + 0.5 * lit})`;
  ctx.beginPath();
  for (const i of face) ctx.lineTo(screen[i].x, screen[i].y);
  ctx.closePath();
  ctx.fill();
  ctx.stroke();
}

// A profile is what a structure is turned from: points [radius, height] in radii
// of the place, with the outside to the right of the way from one to the next.
export const GATE = [[1, -0.12], [1, 0.12], [0.82, 0.12], [0.82, -0.12], [1, -0.12]];
export const STATION = [[0, -1], [0.12, -1], [0.45, -0.5], [0.95, -0.18], [0.95, 0.18], [0.5, 0.55], [0.15, 1], [0, 1]];

const SIDES = 24;
const LENS = 5; // metres in front of the lens at which a face is cut off

// drawTurned paints the solid that a profile makes when it turns around the
// upright axis of a place. Faces that look away are left out, so that a camera
// within the walls looks out through them.
export function drawTurned(ctx, camera, place, profile, light, rgb) {
  const faces = [];
  for (let band = 1; band < profile.length; band++) {
    const [r0, y0] = profile[band - 1], [r1, y1] = profile[band];
    const slope = Math.hypot(r1 - r0, y1 - y0);
    const outward = (y1 - y0) / slope, upward = (r0 - r1) / slope;
    for (let side = 0; side < SIDES; side++) {
      const a0 = (side / SIDES) * Math.PI * 2, a1 = ((side + 1) / SIDES) * Math.PI * 2, a = (a0 + a1) / 2;
      const n = [Math.cos(a) * outward, upward, Math.sin(a) * outward];
      const corners = [at(place, r0, y0, a0), at(place, r0, y0, a1), at(place, r1, y1, a1), at(place, r1, y1, a0)];
      const [x, y, z] = corners[band === 1 ? 2 : 0];
      if ((x - camera.x) * n[0] + (y - camera.y) * n[1] + (z - camera.z) * n[2] >= 0) continue;
      const seen = cut(corners.map((c) => camera.local(...c)), LENS);
      if (seen.length < 3) continue;
      const lit = Math.max(0, n[0] * light[0] + n[1] * light[1] + n[2] * light[2]);
      faces.push({ seen, lit, depth: seen.reduce((sum, c) => sum + c[2], 0) / seen.length });
    }
  }
  faces.sort((a, b) => b.depth - a.depth);
  ctx.lineWidth = 1;
  for (const face of faces) paintPanel(ctx, camera, face, rgb);
}

// at is a corner of a turned solid.
function at(place, r, y, angle) {
  return [place.px + Math.cos(angle) * r * place.radius, place.py + y * place.radius, place.pz + Math.sin(angle) * r * place.radius];
}

// cut keeps of a polygon of [right, up, depth] what is at least so deep.
function cut(corners, depth) {
  const kept = [];
  corners.forEach((to, i) => {
    const from = corners[(i + corners.length - 1) % corners.length];
    if ((from[2] < depth) !== (to[2] < depth)) {
      const t = (depth - from[2]) / (to[2] - from[2]);
      kept.push(from.map((c, k) => c + (to[k] - c) * t));
    }
    if (to[2] >= depth) kept.push(to);
  });
  return kept;
}

function paintPanel(ctx, camera, { seen, lit }, rgb) {
  const k = 0.06 + 0.19 * lit;
  ctx.fillStyle = `rgb(${(rgb[0] * k) | 0},${(rgb[1] * k) | 0},${(rgb[2] * k) | 0})`;
  ctx.strokeStyle = `rgba(${rgb[0]},${rgb[1]},${rgb[2]},${0.1 + 0.14 * lit})`;
  ctx.beginPath();
  for (const [right, up, depth] of seen) ctx.lineTo(camera.cx + (right * camera.focal) / depth, camera.cy - (up * camera.focal) / depth);
  ctx.closePath();
  ctx.fill();
  ctx.stroke();
}
