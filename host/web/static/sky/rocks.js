// Rocks of a belt: a few shapes, and where so many of them float, by the belt's seed.
import { random } from "../seed.js";
import { Solid } from "./solid.js";

// buildRock makes a lump: a ball of so many cuts whose corners were pushed in and out.
export function buildRock(seed, cuts = 2) {
  const next = random(seed);
  const bumps = Array.from({ length: 9 }, () => [next() - 0.5, next() - 0.5, next() - 0.5, 0.25 + next() * 0.5]);
  const stretch = [0.7 + next() * 0.5, 0.6 + next() * 0.4, 0.8 + next() * 0.6];
  const push = (p) => {
    let k = 1;
    for (const [x, y, z, depth] of bumps) {
      const size = Math.hypot(x, y, z) || 1, d = (p[0] * x + p[1] * y + p[2] * z) / size;
      k -= depth * Math.max(0, d - 0.62);
    }
    return p.map((c, i) => c * k * stretch[i]);
  };
  const solid = new Solid().ink([0.4, 0.37, 0.33]);
  for (const face of sphere(cuts)) solid.tri(...face.map(push));
  return solid.fit();
}

// sphere is a ball of triangles: an octahedron, each face cut in four so many times.
function sphere(cuts) {
  let faces = [];
  for (const x of [-1, 1]) for (const y of [-1, 1]) for (const z of [-1, 1]) faces.push([[x, 0, 0], [0, y, 0], [0, 0, z]]);
  const half = (a, b) => {
    const m = a.map((c, i) => c + b[i]), size = Math.hypot(...m);
    return m.map((c) => c / size);
  };
  for (let i = 0; i < cuts; i++) {
    faces = faces.flatMap(([a, b, c]) => {
      const ab = half(a, b), bc = half(b, c), ca = half(c, a);
      return [[a, ab, ca], [ab, b, bc], [ca, bc, c], [ab, bc, ca]];
    });
  }
  return faces;
}

const STRIDE = 8; // x, y, z, size, and a turn as a quaternion

// scatter strews rocks along an arc through a belt's place: STRIDE numbers each, metres from
// the place. The middle, where ships arrive, is left free.
export function scatter(seed, count, radius) {
  const next = random(seed);
  const rocks = new Float32Array(count * STRIDE);
  const bow = radius * 6; // of the arc, whose middle is to the side
  const lean = next() * Math.PI * 2, c = Math.cos(lean), s = Math.sin(lean);
  for (let i = 0; i < count; i++) {
    const along = (next() + next() + next() - 1.5) * radius * 3.2;
    const out = (next() - 0.5) * radius * 0.9 + bow - Math.sqrt(Math.max(0, bow * bow - along * along));
    const up = (next() + next() - 1) * radius * 0.28;
    const size = 60 + 1_100 * next() ** 6 + 160 * next();
    const clear = Math.hypot(along, out, up) < radius * 0.16 ? radius * 0.2 : 0;
    const q = [next() - 0.5, next() - 0.5, next() - 0.5, next() - 0.5], norm = Math.hypot(...q) || 1;
    rocks.set([along * c - out * s, up + clear, along * s + out * c, size, ...q.map((v) => v / norm)], i * STRIDE);
  }
  return rocks;
}
