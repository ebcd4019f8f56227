// Numbers that only look like chance: the same seed gives the same ones, here and in
// every other browser.

// random returns a small seeded generator of numbers from 0 to 1 (mulberry32).
export function random(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

// hash makes a seed of a text (FNV-1a, then mixed).
export function hash(text) {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  return (h ^ (h >>> 13)) >>> 0;
}

// seedOf is the seed of a celestial: of what the map's own seed has made of it. Another
// map has other worlds, and a world that is given another name stays what it is.
export function seedOf({ id, radius, pos }) {
  return hash(`${id} ${Math.round(radius)} ${pos.map(Math.round).join(" ")}`);
}
