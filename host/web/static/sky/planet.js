// What a planet or moon is like: its kind, colours, air, rings. All of it follows from its
// seed, its size and how far from the star it is.
import { random, seedOf } from "../seed.js";

const AU = 149_597_870_700;
const GIANT = 2.0e7, LARGE = 1.0e7; // metres of radius from which it is made of gas, or of ice and gas

export const KIND = { ROCK: 0, DESERT: 1, OCEAN: 2, ICE: 3, LAVA: 4, GAS: 5, GIANT: 6 };

// Colours from the lowest to the highest ground, as [hue, saturation, lightness]; the hue
// is off by as much as the last number says.
const PALETTES = {
  [KIND.ROCK]: [[[25, 8, 16], [28, 9, 30], [32, 8, 42], [40, 6, 58], 20], [[210, 6, 14], [205, 6, 26], [200, 5, 40], [40, 5, 56], 20], [[15, 24, 14], [18, 24, 26], [22, 20, 38], [30, 14, 54], 10]],
  [KIND.DESERT]: [[[18, 46, 20], [24, 52, 36], [32, 50, 52], [40, 38, 68], 12], [[38, 34, 24], [42, 40, 42], [45, 36, 58], [48, 26, 72], 10], [[4, 44, 18], [10, 48, 32], [16, 40, 44], [26, 28, 60], 8]],
  [KIND.OCEAN]: [[[215, 70, 12], [205, 62, 26], [105, 30, 24], [60, 22, 44], 14], [[190, 66, 14], [180, 54, 30], [130, 30, 22], [40, 28, 46], 14], [[230, 56, 14], [220, 50, 30], [75, 32, 26], [30, 20, 46], 20]],
  [KIND.ICE]: [[[205, 34, 38], [200, 26, 62], [195, 18, 80], [0, 0, 95], 14], [[185, 30, 34], [180, 22, 58], [190, 14, 78], [0, 0, 94], 16]],
  [KIND.LAVA]: [[[15, 92, 46], [12, 20, 12], [18, 12, 16], [24, 10, 26], 10]],
  [KIND.GAS]: [[[22, 42, 34], [30, 46, 54], [38, 40, 70], [44, 30, 84], 14], [[12, 46, 30], [20, 44, 48], [34, 36, 66], [40, 24, 82], 10], [[45, 40, 38], [50, 36, 60], [52, 26, 74], [50, 18, 86], 12]],
  [KIND.GIANT]: [[[205, 60, 34], [200, 56, 50], [190, 46, 64], [185, 34, 78], 18], [[170, 44, 34], [175, 40, 52], [180, 34, 66], [190, 24, 80], 16], [[255, 34, 34], [240, 36, 50], [230, 32, 64], [220, 22, 80], 18]],
};

const AIR = { [KIND.ROCK]: 0.06, [KIND.DESERT]: 0.55, [KIND.OCEAN]: 1, [KIND.ICE]: 0.6, [KIND.LAVA]: 0.28, [KIND.GAS]: 0.8, [KIND.GIANT]: 0.95 };
const SKIES = { [KIND.DESERT]: [28, 60, 62], [KIND.LAVA]: [14, 90, 50], [KIND.GAS]: [36, 55, 66] };

// planetOf describes a planet or moon at pos, metres from the star at the origin.
export function planetOf(globe) {
  const seed = seedOf(globe), next = random(seed);
  const au = Math.hypot(...globe.pos) / AU;
  const kind = globe.kind === "moon" ? moonKind(au, next()) : planetKind(globe.radius, au, next());
  const palettes = PALETTES[kind], palette = palettes[Math.floor(next() * palettes.length)];
  const shift = (next() * 2 - 1) * palette[4];
  const colours = palette.slice(0, 4).map(([h, s, l]) => rgb(h + shift, s, l));
  const air = globe.kind === "moon" ? AIR[kind] * 0.25 : AIR[kind];
  const sky = rgb(...(SKIES[kind] ?? [206 + next() * 16 - 8, 80, 62]));
  return {
    seed, kind, colours, air, sky,
    sea: kind === KIND.OCEAN ? 0.44 + next() * 0.14 : 0, // share of the heights that water covers
    clouds: [0, 0.1, 0.5, 0.3, 0.1, 0, 0][kind] * (0.7 + next() * 0.6) * (globe.kind === "moon" ? 0.3 : 1),
    cities: (kind === KIND.OCEAN || kind === KIND.DESERT) && next() < 0.7 ? 1 : 0,
    tilt: (next() * 2 - 1) * 0.5, turn: next() * Math.PI * 2, // radians
    rings: ringsOf(kind, globe.kind, next),
  };
}

function planetKind(radius, au, chance) {
  if (radius >= GIANT) return au < 14 || chance < 0.3 ? KIND.GAS : KIND.GIANT;
  if (radius >= LARGE) return KIND.GIANT;
  if (au < 0.35) return chance < 0.5 ? KIND.LAVA : KIND.ROCK;
  if (au < 0.7) return chance < 0.25 ? KIND.LAVA : chance < 0.75 ? KIND.DESERT : KIND.ROCK;
  if (au < 2.3) return chance < 0.6 && radius > 2.6e6 ? KIND.OCEAN : chance < 0.85 ? KIND.DESERT : KIND.ROCK;
  return chance < 0.7 ? KIND.ICE : KIND.ROCK;
}

function moonKind(au, chance) {
  if (chance < 0.06) return KIND.LAVA;
  return au > 2.3 && chance < 0.5 ? KIND.ICE : KIND.ROCK;
}

// ringsOf is {inner, outer, seed}, in radii of the planet, or null.
function ringsOf(kind, of, next) {
  const chance = next(), inner = 1.3 + next() * 0.3, outer = inner + 0.4 + next() * 0.8, seed = next();
  const share = { [KIND.GAS]: 0.55, [KIND.GIANT]: 0.5, [KIND.ICE]: 0.12, [KIND.DESERT]: 0.06 }[kind] ?? 0;
  return of === "planet" && chance < share ? { inner, outer, seed } : null;
}

// rgb turns hue in degrees, saturation and lightness in percent into linear light.
export function rgb(h, s, l) {
  const a = (s / 100) * Math.min(l / 100, 1 - l / 100);
  return [0, 8, 4].map((n) => {
    const k = (n + (((h % 360) + 360) % 360) / 30) % 12;
    return (l / 100 - a * Math.max(-1, Math.min(k - 3, 9 - k, 1))) ** 2.2;
  });
}

// starOf is the light of a star: its colour in linear light, by its size.
export function starOf(star) {
  const next = random(seedOf(star));
  const heat = next();
  const hue = heat < 0.18 ? [16, 80, 66] : heat < 0.5 ? [36, 75, 76] : heat < 0.8 ? [48, 50, 88] : [216, 70, 84];
  return { seed: seedOf(star), colour: rgb(...hue) };
}

// regionOf is the sky of a region: the colours of its clouds, as linear light, and a seed.
export function regionOf(region, seed) {
  const next = random(seed);
  const hue = next() * 360, apart = 40 + next() * 100;
  return {
    region, seed,
    first: rgb(hue, 62, 46), second: rgb(hue + apart, 56, 42), dust: rgb(hue + 180, 20, 12),
    weight: 0.55 + next() * 0.45, // how much of it there is
    tilt: next() * Math.PI, roll: next() * Math.PI * 2, // of the band of stars, in radians
  };
}
