// Stations and gates, made by code. A station is one of four designs, by its seed, with
// its bay to the front (z+); a gate is a ring around the axis z. Lengths are in radii.
import { random } from "../seed.js";
import { GLOW, Solid } from "./solid.js";

const WARM = [1, 0.82, 0.55], COLD = [0.6, 0.85, 1], RED = [1, 0.15, 0.1], BAY = [0.5, 0.85, 1];
const COATS = [[[0.5, 0.51, 0.52], [0.2, 0.22, 0.25], [0.6, 0.4, 0.14]], [[0.55, 0.51, 0.45], [0.24, 0.21, 0.19], [0.2, 0.46, 0.5]], [[0.42, 0.46, 0.5], [0.16, 0.19, 0.23], [0.6, 0.24, 0.14]]];

// buildStation makes a station of a seed. It stays within a sphere of radius 1.
export function buildStation(seed) {
  const next = random(seed);
  const [hull, trim, stripe] = COATS[Math.floor(next() * COATS.length)];
  const works = { solid: new Solid(), hull, trim, stripe, next };
  DESIGNS[seed % DESIGNS.length](works);
  return works.solid.fit();
}

// windows is a band of lit windows around an upright round.
function windows({ solid, next }, r, y, count, size, ink = WARM) {
  for (let i = 0; i < count; i++) {
    if (next() < 0.4) continue;
    const a = (i / count) * Math.PI * 2;
    solid.ink(next() < 0.85 ? ink : COLD, GLOW.LIGHT).box(Math.cos(a) * r, y, Math.sin(a) * r, size, size * 0.6, size);
  }
}

// bay is where ships go in: a mouth full of light, with rows of lamps that lead to it.
function bay({ solid, trim, hull }, y, z, w, h) {
  const depth = 0.14;
  solid.ink(hull).box(0, y + h / 2 + 0.02, z, w + 0.12, 0.04, depth).box(0, y - h / 2 - 0.02, z, w + 0.12, 0.04, depth);
  solid.ink(trim).both(() => solid.box(w / 2 + 0.03, y, z, 0.06, h, depth));
  solid.ink(BAY, GLOW.LIGHT).box(0, y, z - depth / 2, w, h, 0.01);
  for (let i = 1; i <= 5; i++) {
    const out = z + depth / 2 + i * 0.035;
    solid.ink([0.4, 1, 0.7], GLOW.BLINK).both(() => solid.box(w / 2, y - h / 2, out, 0.004, 0.004, 0.004));
  }
}

// mast is an aerial with a red light.
function mast({ solid, trim }, x, y0, y1, z) {
  solid.ink(trim).box(x, (y0 + y1) / 2, z, 0.006, Math.abs(y1 - y0), 0.006).lamp(x, y1, z, 0.005, RED);
}

// panels are wings of cells that drink light.
function panels({ solid, trim }, y, out, w, h) {
  solid.both(() => {
    solid.ink(trim).box(out / 2, y, 0, out, 0.014, 0.014);
    for (let i = 0; i < 4; i++) {
      const x = out - w * (i + 0.5) * 1.06;
      solid.ink([0.08, 0.13, 0.3]).box(x, y + h * 0.55, 0, w, h, 0.006).box(x, y - h * 0.55, 0, w, h, 0.006);
    }
  });
}

// plating strews boxes over an upright round.
function plating({ solid, hull, trim, next }, r, y0, y1, count, size) {
  for (let i = 0; i < count; i++) {
    const a = next() * Math.PI * 2, y = y0 + (y1 - y0) * next(), s = size * (0.4 + next());
    solid.ink(next() < 0.5 ? hull : trim).box(Math.cos(a) * r, y, Math.sin(a) * r, s, s * (0.4 + next() * 0.8), s);
  }
}

const DESIGNS = [
  // A spindle with two rings around it.
  function spindle(works) {
    const { solid, hull, trim, stripe, next } = works;
    solid.ink(hull).turned([[0.02, 0.95], [0.07, 0.7], [0.16, 0.5], [0.2, 0.15], [0.26, 0], [0.2, -0.2], [0.12, -0.55], [0.03, -0.95]], 20);
    plating(works, 0.2, -0.35, 0.4, 70, 0.05);
    for (const [r, y] of [[0.78, 0.06], [0.52, -0.28 - next() * 0.1]]) {
      solid.ink(hull).turned([[r, y - 0.05], [r + 0.07, y - 0.025], [r + 0.07, y + 0.025], [r, y + 0.05], [r - 0.06, y + 0.02], [r - 0.06, y - 0.02], [r, y - 0.05]], 56);
      solid.ink(stripe).turned([[r + 0.072, y - 0.008], [r + 0.072, y + 0.008]], 56);
      windows(works, r + 0.066, y + 0.018, 130, 0.006);
      windows(works, r + 0.066, y - 0.02, 130, 0.006);
      for (let i = 0; i < 6; i++) spoke(solid, trim, (i / 6) * Math.PI * 2, r - 0.04, y);
    }
    for (let i = 0; i < 12; i++) windows(works, 0.2 + 0.004 * i * (i < 5 ? 1 : 0), -0.3 + i * 0.06, 40, 0.005);
    bay(works, 0, 0.3, 0.16, 0.1);
    mast(works, 0, 0.9, 1, 0);
    mast(works, 0.05, -0.8, -0.98, 0);
  },
  // A tower of decks.
  function tower(works) {
    const { solid, hull, trim, stripe, next } = works;
    let y = -0.8;
    for (let i = 0; i < 7; i++) {
      const h = 0.1 + next() * 0.13, r = 0.16 + next() * 0.26 * (i === 3 ? 1.4 : 1), ink = i % 2 ? trim : hull;
      solid.ink(ink).turned([[0.1, y], [r, y + 0.02], [r, y + h], [r * 0.7, y + h + 0.03], [0.1, y + h + 0.03]], 10 + (i % 3) * 4);
      for (let k = 0; k < 3; k++) windows(works, r * 0.985, y + 0.03 + (k * h) / 3.2, 64, 0.006);
      plating(works, r * 0.9, y + h, y + h + 0.03, 14, 0.05);
      if (i === 3) solid.ink(stripe).turned([[r * 1.006, y + h * 0.8], [r * 1.006, y + h * 0.92]], 24);
      y += h + 0.04;
    }
    solid.ink(hull).turned([[0.09, y - 0.06], [0.05, y + 0.12], [0.01, y + 0.3]], 8);
    bay(works, -0.12, 0.42, 0.24, 0.13);
    panels(works, -0.55, 0.86, 0.13, 0.2);
    mast(works, 0, y + 0.2, y + 0.36, 0);
    mast(works, 0.2, 0, 0.5, -0.2);
  },
  // A wheel that lies flat, with a hub.
  function wheel(works) {
    const { solid, hull, trim, stripe } = works;
    const r = 0.84;
    solid.ink(hull).turned([[r - 0.1, -0.06], [r + 0.1, -0.06], [r + 0.12, 0], [r + 0.1, 0.06], [r - 0.1, 0.06], [r - 0.12, 0], [r - 0.1, -0.06]], 64);
    solid.ink(stripe).turned([[r + 0.05, 0.062], [r + 0.08, 0.062]], 64);
    for (const level of [-0.03, 0.03]) windows(works, r + 0.112, level, 190, 0.006);
    windows(works, r - 0.09, 0.062, 150, 0.006);
    plating(works, r, 0.06, 0.075, 60, 0.05);
    solid.ink(trim).turned([[0.02, 0.42], [0.14, 0.3], [0.24, 0.06], [0.24, -0.06], [0.12, -0.3], [0.02, -0.5]], 16);
    plating(works, 0.18, -0.2, 0.22, 50, 0.06);
    for (let i = 0; i < 3; i++) for (const level of [-0.02, 0.05, 0.12]) windows(works, 0.245 - Math.abs(level) * 0.5, level, 50, 0.006);
    for (let i = 0; i < 5; i++) spoke(solid, trim, (i / 5) * Math.PI * 2 + 0.9, r - 0.08, 0);
    bay(works, 0, 0.32, 0.18, 0.1);
    mast(works, 0, 0.4, 0.7, 0);
    mast(works, 0, -0.45, -0.8, 0);
  },
  // A yard: a long frame with hulls in it, and a block of dwellings.
  function yards(works) {
    const { solid, hull, trim, stripe, next } = works;
    solid.ink(hull).loft([{ z: -0.6, w: 0.2, h: 0.26 }, { z: 0.1, w: 0.24, h: 0.3 }, { z: 0.42, w: 0.18, h: 0.2 }], 8, 0.2);
    for (let k = 0; k < 6; k++) {
      solid.ink(WARM, GLOW.LIGHT);
      for (let i = 0; i < 34; i++) if (next() < 0.6) solid.both(() => solid.box(0.205 + 0.035 * Math.min(1, (i / 34) * 1.4), -0.18 + k * 0.07, -0.55 + i * 0.025, 0.012, 0.008, 0.012));
    }
    for (const side of [-1, 1]) {
      const x = side * 0.6;
      for (const [dx, dy] of [[-0.15, -0.15], [0.15, -0.15], [0.15, 0.15], [-0.15, 0.15]]) solid.ink(trim).box(x + dx, dy, 0, 0.03, 0.03, 1.3);
      for (let i = 0; i < 8; i++) {
        const z = -0.62 + i * 0.177;
        solid.ink(trim).box(x, 0.15, z, 0.3, 0.02, 0.02).box(x, -0.15, z, 0.3, 0.02, 0.02).box(x + 0.15, 0, z, 0.02, 0.3, 0.02).box(x - 0.15, 0, z, 0.02, 0.3, 0.02);
        solid.lamp(x, 0.165, z, 0.007, [1, 0.7, 0.2]);
      }
      solid.ink(hull).box(x / 2 + side * 0.06, 0, -0.1, 0.4, 0.06, 0.1).ink(stripe).box(x, 0, -0.1 + side * 0.2, 0.15, 0.13, 0.5, 0.6);
    }
    plating(works, 0.24, -0.2, 0.24, 60, 0.05);
    bay(works, 0, 0.46, 0.2, 0.12);
    mast(works, 0, 0.3, 0.75, -0.2);
    mast(works, 0.1, -0.28, -0.7, -0.3);
  },
];

function spoke(solid, ink, a, r, y) {
  const c = Math.cos(a), s = Math.sin(a), w = 0.02;
  const corner = (along, side, up) => [c * along - s * side, y * 0.4 + up + (y * 0.6 * along) / r, s * along + c * side];
  solid.ink(ink);
  for (const [side, up, side2, up2] of [[-w, -w, w, -w], [w, -w, w, w], [w, w, -w, w], [-w, w, -w, -w]]) {
    solid.quad(corner(0.12, side, up), corner(0.12, side2, up2), corner(r, side2, up2), corner(r, side, up));
  }
}

// buildGate makes a gate: a ring with horns, and lamps around it. What shines within is
// drawn by itself.
export function buildGate() {
  const solid = new Solid();
  solid.ink([0.5, 0.46, 0.4]).hoop(0.72, 0.86, -0.09, 0.09, 48);
  solid.ink([0.22, 0.21, 0.2]).hoop(0.86, 0.94, -0.15, 0.15, 24, 0.7);
  solid.ink([0.62, 0.46, 0.2]).hoop(0.7, 0.725, -0.12, 0.12, 48, 0.8);
  solid.ink([0.45, 0.8, 1], GLOW.LIGHT).hoop(0.695, 0.705, -0.03, 0.03, 96, 0.6);
  for (let i = 0; i < 6; i++) {
    const a = ((i + 0.5) / 6) * Math.PI * 2, c = Math.cos(a), s = Math.sin(a);
    horn(solid, c, s);
    solid.lamp(c * 0.97, s * 0.97, 0.17, 0.02, i % 2 ? [1, 0.5, 0.15] : [0.4, 0.8, 1]);
  }
  return solid.fit();
}

function horn(solid, c, s) {
  const corner = (r, side, z) => [c * r - s * side, s * r + c * side, z];
  for (const end of [-1, 1]) {
    const base = [[0.8, -0.07], [0.98, -0.05], [0.98, 0.05], [0.8, 0.07]].map(([r, side]) => corner(r, side, end * 0.08));
    const tip = corner(0.78, 0, end * 0.46);
    solid.ink(end > 0 ? [0.5, 0.46, 0.4] : [0.36, 0.34, 0.31]);
    base.forEach((p, k) => solid.tri(p, base[(k + 1) % 4], tip));
  }
}
