// Solids made of flat faces, by code: what hulls, stations, gates and rocks are built of.
// y is up, z ahead, and x to the left of who looks ahead. A face has one colour, and may shine: see GLOW. Which way a
// face is wound does not matter, it is lit from the side it is seen from.

// GLOW says what light a face gives of itself.
export const GLOW = { NONE: 0, ENGINE: 1, LIGHT: 2, BLINK: 3 };

export class Solid {
  at = []; // corners of triangles, three numbers each
  normal = [];
  paint = []; // red, green, blue, GLOW of each corner
  engines = []; // {x, y, z, r}: where it burns, and how wide
  #ink = [0.6, 0.62, 0.65, 0];

  // ink sets the colour of the faces to come, and what light they give.
  ink([r, g, b], glow = GLOW.NONE) {
    this.#ink = [r, g, b, glow];
    return this;
  }

  tri(a, b, c) {
    const u = [b[0] - a[0], b[1] - a[1], b[2] - a[2]], v = [c[0] - a[0], c[1] - a[1], c[2] - a[2]];
    const n = [u[1] * v[2] - u[2] * v[1], u[2] * v[0] - u[0] * v[2], u[0] * v[1] - u[1] * v[0]];
    const size = Math.hypot(...n);
    if (size < 1e-12) return this; // a face that is none
    for (const corner of [a, b, c]) {
      this.at.push(...corner);
      this.normal.push(n[0] / size, n[1] / size, n[2] / size);
      this.paint.push(...this.#ink);
    }
    return this;
  }

  quad(a, b, c, d) {
    return this.tri(a, b, c).tri(a, c, d);
  }

  // box has its middle at x, y, z; taper narrows its front (z+).
  box(x, y, z, w, h, d, taper = 1) {
    const back = (sx, sy) => [x + (sx * w) / 2, y + (sy * h) / 2, z - d / 2];
    const front = (sx, sy) => [x + (sx * w * taper) / 2, y + (sy * h * taper) / 2, z + d / 2];
    const round = [[1, 1], [-1, 1], [-1, -1], [1, -1]];
    round.forEach(([sx, sy], i) => {
      const [tx, ty] = round[(i + 1) % 4];
      this.quad(back(sx, sy), back(tx, ty), front(tx, ty), front(sx, sy));
    });
    this.quad(...round.map(([sx, sy]) => back(sx, sy)));
    return this.quad(...round.map(([sx, sy]) => front(sx, sy)));
  }

  // loft runs a skin over cross sections {z, w, h, x, y}, half widths, from one to the
  // next; corners are more or less cut off: 0 is a box, 1 a round.
  loft(sections, sides = 8, cut = 0.5, ends = true) {
    const rings = sections.map((s) => outline(s, sides, cut));
    for (let i = 1; i < rings.length; i++) {
      for (let k = 0; k < sides; k++) {
        const next = (k + 1) % sides;
        this.quad(rings[i - 1][k], rings[i - 1][next], rings[i][next], rings[i][k]);
      }
    }
    if (ends) for (const ring of [rings[0], rings.at(-1)]) this.#fan(ring);
    return this;
  }

  #fan(ring) {
    for (let k = 2; k < ring.length; k++) this.tri(ring[0], ring[k - 1], ring[k]);
  }

  // tube is a round from z0 to z1, with a radius at each end.
  tube(x, y, z0, z1, r0, r1 = r0, sides = 10) {
    return this.loft([{ z: z0, w: r0, h: r0, x, y }, { z: z1, w: r1, h: r1, x, y }], sides, 1);
  }

  // plate is a flat piece: its outline from above in [x, z], thick as told, at y.
  plate(outlineXZ, y, thick, lift = 0) {
    const far = Math.max(...outlineXZ.map(([x]) => Math.abs(x))) || 1;
    const point = (side) => ([x, z]) => [x, y + (lift * Math.abs(x)) / far + (side * thick * (1 - 0.7 * Math.abs(x) / far)) / 2, z];
    const top = outlineXZ.map(point(1)), bottom = outlineXZ.map(point(-1));
    this.#fan(top);
    this.#fan(bottom);
    for (let k = 0; k < top.length; k++) {
      const next = (k + 1) % top.length;
      this.quad(top[k], top[next], bottom[next], bottom[k]);
    }
    return this;
  }

  // turned is what a profile of [radius, y] makes when it turns around the upright axis.
  turned(profile, sides, x = 0, z = 0) {
    for (let i = 1; i < profile.length; i++) {
      for (let k = 0; k < sides; k++) {
        const a = (k / sides) * Math.PI * 2, b = ((k + 1) / sides) * Math.PI * 2;
        const corner = ([r, y], angle) => [x + Math.cos(angle) * r, y, z + Math.sin(angle) * r];
        this.quad(corner(profile[i - 1], a), corner(profile[i - 1], b), corner(profile[i], b), corner(profile[i], a));
      }
    }
    return this;
  }

  // hoop is a ring around the axis z: inner and outer radius, from z0 to z1, with gaps where
  // fill is below 1.
  hoop(inner, outer, z0, z1, sides, fill = 1) {
    for (let k = 0; k < sides; k++) {
      const a = ((k + 0.5 - fill / 2) / sides) * Math.PI * 2, b = ((k + 0.5 + fill / 2) / sides) * Math.PI * 2;
      const corner = (r, angle, z) => [Math.cos(angle) * r, Math.sin(angle) * r, z];
      for (const r of [inner, outer]) this.quad(corner(r, a, z0), corner(r, b, z0), corner(r, b, z1), corner(r, a, z1));
      for (const z of [z0, z1]) this.quad(corner(inner, a, z), corner(inner, b, z), corner(outer, b, z), corner(outer, a, z));
      if (fill < 1) for (const angle of [a, b]) this.quad(corner(inner, angle, z0), corner(outer, angle, z0), corner(outer, angle, z1), corner(inner, angle, z1));
    }
    return this;
  }

  // both makes what build() adds on both sides: again with right and left exchanged.
  both(build) {
    const from = this.at.length, burning = this.engines.length;
    build();
    const until = this.at.length;
    for (let i = from; i < until; i += 3) {
      this.at.push(-this.at[i], this.at[i + 1], this.at[i + 2]);
      this.normal.push(-this.normal[i], this.normal[i + 1], this.normal[i + 2]);
    }
    this.paint.push(...this.paint.slice((from / 3) * 4, (until / 3) * 4));
    for (const e of this.engines.slice(burning)) this.engines.push({ ...e, x: -e.x });
    return this;
  }

  // engine is a nozzle that looks back, with the fire in it.
  engine(x, y, z, r, sides = 10) {
    const ink = this.#ink;
    this.ink([0.13, 0.14, 0.16]).loft([{ z: z + r * 1.2, w: r * 0.7, h: r * 0.7, x, y }, { z: z - r * 0.3, w: r, h: r, x, y }], sides, 1, false);
    this.ink([0.55, 0.8, 1], GLOW.ENGINE).loft([{ z: z - r * 0.1, w: r * 0.82, h: r * 0.82, x, y }, { z: z - r * 0.12, w: 0.001, h: 0.001, x, y }], sides, 1, false);
    this.engines.push({ x, y, z: z - r * 0.2, r });
    this.#ink = ink;
    return this;
  }

  // lamp is a small light: port, starboard, or one that blinks.
  lamp(x, y, z, size, ink, glow = GLOW.BLINK) {
    const before = this.#ink;
    this.ink(ink, glow).box(x, y, z, size, size, size);
    this.#ink = before;
    return this;
  }

  // fit shrinks or grows all of it until the farthest corner is 1 away from the middle.
  fit() {
    let far = 0;
    for (let i = 0; i < this.at.length; i += 3) far = Math.max(far, Math.hypot(this.at[i], this.at[i + 1], this.at[i + 2]));
    const k = 1 / (far || 1);
    for (let i = 0; i < this.at.length; i++) this.at[i] *= k;
    for (const e of this.engines) for (const key of ["x", "y", "z", "r"]) e[key] *= k;
    return this;
  }

  get triangles() {
    return this.at.length / 9;
  }
}

// outline is a ring of corners: an ellipse, pulled towards the box around it where cut is
// below 1.
function outline({ z, w, h, x = 0, y = 0 }, sides, cut) {
  return Array.from({ length: sides }, (_, k) => {
    const a = ((k + 0.5) / sides) * Math.PI * 2, c = Math.cos(a), s = Math.sin(a);
    const square = 1 / Math.max(Math.abs(c), Math.abs(s));
    const r = cut + (1 - cut) * square;
    return [x + c * r * w, y + s * r * h, z];
  });
}
