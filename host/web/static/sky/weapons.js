// What a weapon's fire looks like, by its type's name.

// STYLE: bolts fly one after the other, a rail is one quick line, a beam joins both ends for a
// while, a drill does as long as the cycle lasts. Nothing is drawn of launchers: their
// missiles fly by themselves. Where a rail's shot went is seen for so many seconds (trace).
export const STYLE = {
  bolts: { ink: [1, 0.62, 0.22], hit: [1, 0.6, 0.3], count: 5, apart: 0.09, speed: 6_000, wide: 2.4, least: 1.7, tail: 0, trace: 0 },
  rail: { ink: [0.5, 0.78, 1], hit: [0.5, 0.75, 1], count: 1, apart: 0.15, speed: 42_000, wide: 3, least: 2, tail: 0.15, trace: 0.9 },
  beam: { ink: [1, 0.3, 0.36], hit: [1, 0.45, 0.4], count: 1, apart: 0.2, lasts: 0.55, wide: 3, least: 1.5 },
  drill: { ink: [0.45, 1, 0.6], hit: [0.8, 1, 0.5], count: 1, apart: 0, lasts: Infinity, wide: 2.5, least: 1.4 },
};

export function styleOf(type) {
  if (/launch|torpedo|missile/i.test(type)) return null;
  if (/mining|furrow|drill/i.test(type)) return STYLE.drill;
  if (/pulse|laser|beam/i.test(type)) return STYLE.beam;
  return /rail/i.test(type) ? STYLE.rail : STYLE.bolts;
}

// flight is for how many seconds a bolt of a style is under way over so many metres.
export function flight(style, metres) {
  return Math.max(0.12, Math.min(0.8, metres / style.speed));
}
