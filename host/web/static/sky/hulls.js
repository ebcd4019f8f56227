// Ships' hulls, made from their kind: a class of ship is known by its outline, a type by
// what it has of its own within that. Lengths are in radii of the ship.
import { hash, random } from "../seed.js";
import { GLOW, Solid } from "./solid.js";

// What groups of types are built like. Whoever is in none of them is judged by size.
const CLASSES = {
  pod: "pod", rookie: "frigate", frigate: "frigate", destroyer: "destroyer", cruiser: "cruiser", battlecruiser: "battlecruiser",
  battleship: "battleship", industrial: "industrial", mining: "mining", "pirate frigate": "raider", "pirate cruiser": "reaver",
  "pirate battleship": "warlord", patrol: "cutter",
};
const SIZES = [[8, "pod"], [45, "frigate"], [90, "destroyer"], [200, "cruiser"], [320, "battlecruiser"], [Infinity, "battleship"]];

// classOf is how a ship of a group (null for one that is not known) is built.
export function classOf(group, radius) {
  return CLASSES[group] ?? SIZES.find(([most]) => radius < most)[1];
}

// Coats of paint: hull, trim, a stripe.
const COATS = [
  [[0.62, 0.63, 0.62], [0.2, 0.22, 0.24], [0.72, 0.48, 0.16]],
  [[0.5, 0.55, 0.6], [0.16, 0.19, 0.24], [0.2, 0.58, 0.66]],
  [[0.6, 0.56, 0.48], [0.22, 0.2, 0.18], [0.62, 0.2, 0.14]],
  [[0.42, 0.48, 0.46], [0.15, 0.18, 0.18], [0.78, 0.7, 0.4]],
  [[0.55, 0.55, 0.62], [0.17, 0.17, 0.22], [0.4, 0.42, 0.78]],
];
const PIRATE = [[0.26, 0.23, 0.24], [0.1, 0.09, 0.1], [0.72, 0.12, 0.08]];
const PATROL = [[0.78, 0.8, 0.82], [0.2, 0.24, 0.32], [0.12, 0.34, 0.8]];
const CARGO = [[0.56, 0.36, 0.16], [0.24, 0.4, 0.44], [0.46, 0.46, 0.42], [0.5, 0.2, 0.16]];
const WINDOW = [1, 0.86, 0.6], RED = [1, 0.15, 0.1], GREEN = [0.2, 1, 0.4], WHITE = [1, 1, 1];

// buildHull makes the hull of a type of a class. Far off, little of it is seen: then detail
// is false.
export function buildHull(kind, type, detail = true) {
  const next = random(hash(`hull ${type}`));
  const coat = ["raider", "reaver", "warlord"].includes(kind) ? PIRATE : kind === "cutter" ? PATROL : COATS[Math.floor(next() * COATS.length)];
  const yard = new Yard(coat, next, detail);
  (BUILD[kind] ?? BUILD.cruiser)(yard);
  return yard.solid.fit();
}

// Yard is where one hull is built: the solid, its paint, and the chance in its shape.
class Yard {
  constructor([hull, trim, stripe], next, detail) {
    Object.assign(this, { solid: new Solid(), hull, trim, stripe, next, detail });
  }

  between(low, high) {
    return low + (high - low) * this.next();
  }

  // clutter strews boxes over a deck: from -w to w, z0 to z1, standing on y.
  clutter(count, w, z0, z1, y, size) {
    const { solid } = this;
    for (let i = 0; i < count; i++) {
      const x = this.between(0, w), z = this.between(z0, z1), a = this.between(0.4, 1) * size, h = this.between(0.3, 1) * size;
      if (!this.detail) continue;
      solid.ink(this.next() < 0.5 ? this.trim : this.hull).both(() => solid.box(x, y + h / 2, z, a, h, a * 1.6, 0.8));
    }
  }

  // lights is a row of windows along a side.
  lights(x, y, z0, z1, count, size) {
    if (!this.detail) return;
    const { solid } = this;
    solid.ink(WINDOW, GLOW.LIGHT);
    for (let i = 0; i < count; i++) {
      if (this.next() < 0.3) continue;
      const z = z0 + ((z1 - z0) * i) / Math.max(1, count - 1);
      solid.both(() => solid.box(x, y, z, size * 0.4, size, size * 1.8));
    }
  }

  // running puts the lamps where they belong: red to port (x+, where one looks ahead), green to
  // starboard, white above.
  running(x, y, z, top, size = 0.03) {
    this.solid.lamp(x, y, z, size, RED).lamp(-x, y, z, size, GREEN).lamp(0, top, z, size, WHITE);
  }

  // guns are barrels along the hull.
  guns(count, x, y, z, length, r) {
    const { solid } = this;
    if (!this.detail) return;
    solid.ink(this.trim);
    for (let i = 0; i < count; i++) {
      solid.both(() => {
        solid.box(x, y, z - i * length * 0.8, r * 4, r * 3, r * 5, 0.7);
        solid.tube(x, y + r, z - i * length * 0.8, z - i * length * 0.8 + length, r, r * 0.8, 6);
      });
    }
  }
}

const BUILD = {
  pod({ solid, hull, trim }) {
    solid.ink(hull).loft([{ z: -0.7, w: 0.3, h: 0.3 }, { z: -0.3, w: 0.52, h: 0.52 }, { z: 0.4, w: 0.48, h: 0.46 }, { z: 0.95, w: 0.1, h: 0.1 }], 10, 1);
    solid.ink(trim).loft([{ z: -0.12, w: 0.56, h: 0.56 }, { z: 0.02, w: 0.56, h: 0.56 }], 10, 1);
    solid.ink(WINDOW, GLOW.LIGHT).box(0, 0.28, 0.58, 0.24, 0.16, 0.2);
    solid.engine(0, 0, -0.72, 0.22);
  },

  // A dart: a thin nose, swept wings, one or two engines.
  frigate(y) {
    const { solid } = y;
    const sweep = y.between(0.35, 0.75), span = y.between(0.42, 0.7), lift = y.between(-0.16, 0.14), fat = y.between(0.1, 0.15);
    solid.ink(y.hull).loft([
      { z: -0.85, w: fat * 0.9, h: fat * 0.8 }, { z: -0.4, w: fat * 1.35, h: fat * 1.15 }, { z: 0.25, w: fat, h: fat * 0.9 },
      { z: 0.7, w: fat * 0.5, h: fat * 0.45 }, { z: 1.1, w: 0.015, h: 0.015 },
    ], 8, 0.7);
    solid.ink(y.trim).loft([{ z: 0.12, w: fat * 0.5, h: fat * 0.35, y: fat * 0.85 }, { z: 0.5, w: fat * 0.2, h: fat * 0.12, y: fat * 0.6 }], 6, 0.8);
    solid.ink(WINDOW, GLOW.LIGHT).box(0, fat * 1.0, 0.36, fat * 0.5, fat * 0.14, 0.16, 0.5);
    solid.ink(y.hull).both(() => solid.plate([[fat, 0.25], [span, -sweep], [span * 0.96, -sweep - 0.22], [fat, -0.62]], 0, 0.09, lift));
    solid.ink(y.stripe).both(() => solid.box(span * 0.97, lift, -sweep - 0.1, 0.035, 0.05, 0.5, 0.4));
    if (y.next() < 0.5) solid.ink(y.trim).both(() => solid.plate([[0.02, -0.35], [0.16, -0.75], [0.14, -0.95], [0.02, -0.8]], fat, 0.04, 0.3));
    if (y.next() < 0.5) solid.engine(0, 0, -0.9, fat * 0.95);
    else solid.both(() => solid.ink(y.trim).loft([{ z: -0.9, w: 0.09, h: 0.09, x: fat * 1.5 }, { z: -0.1, w: 0.06, h: 0.06, x: fat * 1.5 }], 6, 0.8).engine(fat * 1.5, 0, -0.94, 0.09));
    y.guns(1, fat * 1.4, -fat * 0.5, -0.05, 0.5, 0.018);
    y.clutter(5, fat * 0.7, -0.7, -0.1, fat * 0.95, 0.05);
    y.running(span, lift, -sweep - 0.34, fat + 0.05);
  },

  // A spine with two outriggers: long, thin, all guns.
  destroyer(y) {
    const { solid } = y;
    const wide = y.between(0.26, 0.36), long = y.between(0.7, 1);
    solid.ink(y.hull).loft([{ z: -0.95, w: 0.1, h: 0.13 }, { z: -0.5, w: 0.13, h: 0.17 }, { z: 0.3, w: 0.09, h: 0.11 }, { z: 1.15, w: 0.03, h: 0.035 }], 8, 0.4);
    solid.ink(y.stripe).box(0, 0.13, -0.1, 0.06, 0.03, 0.8, 0.5);
    solid.ink(y.trim).loft([{ z: -0.72, w: 0.06, h: 0.1, y: 0.2 }, { z: -0.36, w: 0.04, h: 0.05, y: 0.18 }], 6, 0.5);
    solid.both(() => {
      solid.ink(y.hull).loft([{ z: -0.9, w: 0.06, h: 0.08, x: wide }, { z: -0.3, w: 0.075, h: 0.1, x: wide }, { z: long - 0.4, w: 0.02, h: 0.03, x: wide * 0.9 }], 6, 0.4);
      solid.ink(y.trim).plate([[0.06, -0.1], [wide, -0.2], [wide, -0.48], [0.06, -0.55]], 0, 0.05).engine(wide, 0, -0.94, 0.065);
    });
    solid.engine(0, 0.02, -1, 0.1);
    y.guns(4, wide, 0.09, 0.35, 0.3, 0.014);
    y.lights(0.13, 0.06, -0.8, 0.1, 8, 0.016);
    y.clutter(7, 0.08, -0.6, 0.2, 0.14, 0.05);
    y.running(wide + 0.09, 0, -0.6, 0.32, 0.026);
  },

  // A body between two nacelles, with a fork ahead.
  cruiser(y) {
    const { solid } = y;
    const fork = y.between(0.14, 0.24), pods = y.between(0.42, 0.55), drop = y.between(-0.14, 0.1);
    solid.ink(y.hull).loft([{ z: -0.85, w: 0.2, h: 0.17 }, { z: -0.3, w: 0.28, h: 0.22 }, { z: 0.35, w: 0.22, h: 0.15 }, { z: 0.62, w: 0.14, h: 0.09 }], 8, 0.45);
    solid.ink(y.trim).loft([{ z: -0.55, w: 0.11, h: 0.13, y: 0.26 }, { z: -0.1, w: 0.07, h: 0.06, y: 0.24 }], 6, 0.5);
    solid.ink(WINDOW, GLOW.LIGHT).box(0, 0.33, -0.16, 0.14, 0.03, 0.05);
    solid.both(() => {
      solid.ink(y.hull).loft([{ z: 0.3, w: 0.07, h: 0.09, x: fork }, { z: 0.8, w: 0.05, h: 0.07, x: fork }, { z: 1.1, w: 0.015, h: 0.02, x: fork * 0.8 }], 6, 0.4);
      solid.ink(y.stripe).box(fork + 0.06, 0, 0.55, 0.02, 0.05, 0.4);
      solid.ink(y.trim).plate([[0.2, 0.1], [pods, -0.2], [pods, -0.6], [0.2, -0.6]], 0, 0.09, drop);
      solid.ink(y.hull).loft([{ z: -0.98, w: 0.1, h: 0.11, x: pods, y: drop }, { z: -0.45, w: 0.12, h: 0.13, x: pods, y: drop }, { z: 0.12, w: 0.05, h: 0.06, x: pods, y: drop }], 8, 0.6);
      solid.engine(pods, drop, -1.02, 0.105);
    });
    solid.engine(0, 0, -0.92, 0.12);
    y.guns(2, 0.22, 0.2, 0.1, 0.3, 0.016);
    y.lights(0.27, 0.04, -0.7, 0.3, 12, 0.014);
    y.lights(0.22, -0.1, -0.6, 0.2, 9, 0.014);
    y.clutter(12, 0.2, -0.7, 0.3, 0.18, 0.06);
    y.running(pods + 0.12, drop, -0.5, 0.44, 0.02);
  },

  // A broad wedge with a tower: seen from ahead, all shoulders.
  battlecruiser(y) {
    const { solid } = y;
    const wide = y.between(0.52, 0.68), keel = y.between(0.1, 0.18);
    solid.ink(y.hull).both(() => solid.plate([[0, 1.05], [0.16, 0.72], [wide, -0.5], [wide * 0.92, -0.86], [0, -0.86]], 0.02, 0.2, -0.05));
    solid.ink(y.hull).loft([{ z: -0.9, w: 0.24, h: 0.2 }, { z: -0.2, w: 0.2, h: 0.17 }, { z: 0.75, w: 0.05, h: 0.05 }], 8, 0.4);
    solid.ink(y.trim).loft([{ z: -0.8, w: 0.15, h: 0.15, y: 0.27 }, { z: -0.35, w: 0.1, h: 0.12, y: 0.26 }, { z: -0.15, w: 0.06, h: 0.03, y: 0.2 }], 6, 0.4);
    solid.ink(y.hull).box(0, 0.43, -0.6, 0.24, 0.06, 0.12).box(0, 0.5, -0.62, 0.05, 0.12, 0.05);
    solid.ink(WINDOW, GLOW.LIGHT).box(0, 0.43, -0.535, 0.2, 0.025, 0.02);
    solid.ink(y.trim).box(0, -keel, -0.2, 0.1, keel * 1.4, 1.1, 0.5);
    solid.both(() => {
      solid.ink(y.stripe).box(wide * 0.8, 0.06, -0.66, 0.05, 0.05, 0.38);
      solid.engine(wide * 0.62, 0, -0.92, 0.1).engine(wide * 0.28, 0, -0.95, 0.12);
    });
    y.guns(3, 0.26, 0.16, 0.2, 0.28, 0.015);
    y.lights(wide * 0.7, -0.05, -0.7, -0.3, 9, 0.012);
    y.lights(0.2, 0.18, -0.7, 0.1, 13, 0.011);
    y.clutter(18, wide * 0.7, -0.8, -0.2, 0.1, 0.055);
    y.running(wide, 0, -0.68, 0.58, 0.018);
  },

  // Decks upon decks: a wall that flies.
  battleship(y) {
    const { solid } = y;
    const prow = y.between(0.12, 0.22), high = y.between(0.24, 0.32), towers = y.next() < 0.5;
    solid.ink(y.hull).loft([{ z: -0.95, w: 0.34, h: high }, { z: -0.4, w: 0.4, h: high * 1.1 }, { z: 0.4, w: 0.34, h: high * 0.85 }, { z: 0.82, w: 0.24, h: high * 0.6 }, { z: 1.05, w: prow, h: 0.06 }], 8, 0.15);
    solid.ink(y.trim).both(() => solid.box(0.42, 0.02, -0.25, 0.14, 0.16, 1.1, 0.8));
    solid.ink(y.hull).box(0, high + 0.07, -0.35, 0.36, 0.14, 0.8, 0.85).box(0, high + 0.19, -0.5, 0.24, 0.12, 0.42, 0.8);
    solid.ink(y.trim).box(0, -high - 0.06, -0.1, 0.22, 0.14, 0.9, 0.7);
    if (towers) solid.ink(y.hull).both(() => solid.box(0.14, high + 0.34, -0.6, 0.07, 0.22, 0.14).box(0.14, high + 0.48, -0.6, 0.02, 0.12, 0.02));
    else solid.ink(y.hull).box(0, high + 0.36, -0.6, 0.16, 0.24, 0.2, 0.7).box(0, high + 0.5, -0.6, 0.32, 0.05, 0.08);
    solid.ink(WINDOW, GLOW.LIGHT).box(0, high + 0.22, -0.3, 0.2, 0.02, 0.02);
    solid.both(() => {
      solid.ink(y.stripe).box(0.35, high * 0.5, 0.3, 0.02, 0.1, 0.5);
      solid.engine(0.25, 0.12, -1, 0.11).engine(0.25, -0.13, -1, 0.11).engine(0.44, 0.02, -0.85, 0.07);
    });
    solid.engine(0, 0, -1.02, 0.14);
    y.guns(4, 0.3, high, 0.35, 0.26, 0.016);
    for (const deck of [-0.14, -0.04, 0.08]) y.lights(0.4, deck, -0.8, 0.5, 22, 0.008);
    y.clutter(26, 0.32, -0.8, 0.6, high * 0.95, 0.06);
    y.running(0.5, 0, -0.2, high + 0.6, 0.014);
  },

  // A cab, a backbone with containers, engines.
  industrial(y) {
    const { solid } = y;
    const bays = 3 + Math.floor(y.next() * 3), stacked = y.next() < 0.6;
    solid.ink(y.trim).box(0, 0, 0.05, 0.07, 0.07, 1.8);
    solid.ink(y.hull).loft([{ z: 0.72, w: 0.16, h: 0.16 }, { z: 0.85, w: 0.2, h: 0.18 }, { z: 1.02, w: 0.12, h: 0.09, y: -0.04 }], 8, 0.5);
    solid.ink(WINDOW, GLOW.LIGHT).box(0, 0.1, 0.985, 0.2, 0.05, 0.04);
    solid.ink(y.stripe).box(0, 0.2, 0.8, 0.3, 0.02, 0.1);
    for (let i = 0; i < bays; i++) {
      const z = -0.6 + (0.95 * (i + 0.5)) / bays, d = (0.95 / bays) * 0.84;
      for (const h of stacked ? [-0.15, 0.15] : [0]) {
        const ink = CARGO[Math.floor(y.next() * CARGO.length)];
        solid.ink(ink).both(() => solid.box(0.19, h, z, 0.26, stacked ? 0.26 : 0.34, d));
      }
    }
    solid.ink(y.hull).loft([{ z: -0.95, w: 0.3, h: 0.24 }, { z: -0.66, w: 0.26, h: 0.22 }], 8, 0.3);
    solid.both(() => solid.engine(0.17, 0, -1, 0.13));
    y.clutter(8, 0.2, -0.92, -0.7, 0.22, 0.06);
    y.running(0.34, 0.2, -0.2, 0.34, 0.022);
  },

  // A barge with two arms ahead and bins at the sides.
  mining(y) {
    const { solid } = y;
    const reach = y.between(0.75, 1), bins = 2 + Math.floor(y.next() * 2);
    solid.ink(y.hull).loft([{ z: -0.8, w: 0.26, h: 0.2 }, { z: 0, w: 0.3, h: 0.24 }, { z: 0.4, w: 0.18, h: 0.14 }], 8, 0.3);
    solid.ink(WINDOW, GLOW.LIGHT).box(0, 0.1, 0.38, 0.24, 0.06, 0.06);
    solid.both(() => {
      solid.ink([0.72, 0.5, 0.12]).loft([{ z: 0.1, w: 0.05, h: 0.07, x: 0.34 }, { z: reach - 0.2, w: 0.04, h: 0.05, x: 0.3 }], 6, 0.3);
      solid.ink(y.trim).loft([{ z: reach - 0.2, w: 0.08, h: 0.08, x: 0.29 }, { z: reach, w: 0.02, h: 0.02, x: 0.27 }], 6, 0.8);
      for (let i = 0; i < bins; i++) solid.ink(i % 2 ? y.trim : [0.72, 0.5, 0.12]).loft([{ z: -0.6 + i * 0.34, w: 0.15, h: 0.17, x: 0.4 }, { z: -0.32 + i * 0.34, w: 0.15, h: 0.17, x: 0.4 }], 8, 0.7);
      solid.engine(0.16, 0, -0.84, 0.1);
    });
    y.clutter(10, 0.24, -0.7, 0.2, 0.2, 0.07);
    y.running(0.5, 0.12, -0.3, 0.38, 0.024);
  },

  raider: (y) => blades(y, 1, 0.5),
  reaver: (y) => blades(y, 2, 0.8),
  warlord: (y) => blades(y, 3, 0.5),

  // Customs: a white wedge with a blue stripe and a light on its back.
  cutter(y) {
    const { solid } = y;
    solid.ink(y.hull).both(() => solid.plate([[0, 1.05], [0.1, 0.6], [0.38, -0.5], [0.3, -0.8], [0, -0.8]], 0, 0.2, 0.05));
    solid.ink(y.stripe).both(() => solid.box(0.2, 0.09, -0.35, 0.04, 0.06, 0.7));
    solid.ink(y.trim).loft([{ z: -0.6, w: 0.09, h: 0.1, y: 0.14 }, { z: -0.1, w: 0.05, h: 0.04, y: 0.13 }], 6, 0.5);
    solid.lamp(-0.07, 0.26, -0.4, 0.05, RED).lamp(0.07, 0.26, -0.4, 0.05, [0.2, 0.4, 1]);
    solid.both(() => solid.engine(0.17, 0, -0.84, 0.11));
    y.guns(1, 0.14, 0.06, 0.3, 0.3, 0.016);
    y.running(0.38, 0.05, -0.6, 0.2);
  },
};

// blades is how pirates build: curved blades that point ahead, pair upon pair.
function blades(y, pairs, reach) {
  const { solid } = y;
  solid.ink(y.hull).loft([{ z: -0.8, w: 0.12, h: 0.14 }, { z: -0.2, w: 0.17, h: 0.18 }, { z: 0.5, w: 0.07, h: 0.08 }, { z: 0.8, w: 0.01, h: 0.01 }], 6, 0.3);
  for (let i = 0; i < pairs; i++) {
    const back = -0.7 + i * 0.35, out = reach - i * 0.08, tilt = (i % 2 ? -1 : 1) * y.between(0.1, 0.3);
    solid.ink(i % 2 ? y.trim : y.hull).both(() => solid.plate([[0.1, back + 0.3], [out * 0.8, back + 0.2], [out, back + 0.55], [out * 0.9, back + 1.15], [out * 1.12, back + 0.4], [out * 0.9, back - 0.05], [0.1, back - 0.1]], 0, 0.1, tilt));
    solid.ink(y.stripe).both(() => solid.box(out * 1.02, tilt, back + 0.4, 0.03, 0.05, 0.4, 0.3));
    solid.both(() => solid.engine(0.16 + i * 0.12, tilt * 0.2, -0.84, 0.09));
  }
  solid.ink([1, 0.2, 0.1], GLOW.LIGHT).box(0, 0.14, 0.2, 0.06, 0.03, 0.22, 0.3);
  y.guns(pairs, 0.2, -0.1, 0.2, 0.35, 0.018);
  y.clutter(8 * pairs, 0.14, -0.7, 0.1, 0.14, 0.06);
  solid.lamp(0, 0.22, -0.5, 0.03, RED);
}

// buildWreck is what is left of a hull: two halves that have come apart, burnt, and pieces.
export function buildWreck(kind, type) {
  const whole = buildHull(kind, type, true);
  const next = random(hash(`wreck ${type}`));
  const wreck = new Solid();
  const twist = 0.35 + next() * 0.5, gap = 0.12 + next() * 0.14;
  for (let i = 0; i < whole.at.length; i += 9) {
    const middle = (whole.at[i + 2] + whole.at[i + 5] + whole.at[i + 8]) / 3;
    if (next() < 0.16) continue; // plates are missing
    const [r, g, b, glow] = whole.paint.slice((i / 3) * 4, (i / 3) * 4 + 4);
    const soot = 0.25 + next() * 0.3;
    wreck.ink(glow ? [0.05, 0.05, 0.05] : [r * soot, g * soot, b * soot]);
    wreck.tri(...[0, 3, 6].map((k) => broken(whole.at.slice(i + k, i + k + 3), middle > -0.1, twist, gap)));
  }
  wreck.ink([1, 0.36, 0.1], GLOW.BLINK);
  for (let i = 0; i < 6; i++) wreck.box((next() - 0.5) * 0.2, (next() - 0.5) * 0.16, (next() - 0.5) * 0.24, 0.03, 0.03, 0.03);
  return wreck.fit();
}

function broken([x, y, z], front, twist, gap) {
  const a = front ? twist : -twist * 0.6, c = Math.cos(a), s = Math.sin(a);
  return [x * c - y * s + (front ? gap * 0.5 : 0), x * s + y * c + (front ? gap : -gap) * 0.6, z + (front ? gap : -gap)];
}

// buildCrate is a container that floats; buildMissile what flies at somebody.
export function buildCrate() {
  const solid = new Solid().ink([0.5, 0.4, 0.22]).box(0, 0, 0, 1.1, 1, 1.1).ink([0.16, 0.17, 0.18]);
  for (const z of [-0.42, 0, 0.42]) solid.box(0, 0, z, 1.16, 1.06, 0.07);
  return solid.lamp(0, 0.55, 0, 0.1, [0.3, 1, 0.6]).fit();
}

export function buildMissile() {
  const solid = new Solid().ink([0.75, 0.75, 0.72]).loft([{ z: -0.9, w: 0.1, h: 0.1 }, { z: 0.6, w: 0.1, h: 0.1 }, { z: 1, w: 0.01, h: 0.01 }], 8, 1);
  solid.ink([0.7, 0.2, 0.1]).both(() => solid.plate([[0.08, -0.4], [0.32, -0.85], [0.08, -0.85]], 0, 0.03)).engine(0, 0, -0.92, 0.09);
  return solid.fit();
}
