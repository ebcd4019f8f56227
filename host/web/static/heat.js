// The heat map of a planet: values from 0 to 1 by rows from the north, each from the west.

// COLOURS from nothing to the richest: they differ in light, so that the map is read without
// colour too.
export const COLOURS = [[11, 14, 16], [32, 44, 62], [66, 62, 92], [128, 72, 84], [196, 104, 62], [226, 160, 74], [246, 224, 150]];

// colour is that of a value, as [r, g, b].
export function colour(value) {
  const at = Math.max(0, Math.min(1, value)) * (COLOURS.length - 1);
  const i = Math.min(COLOURS.length - 2, Math.floor(at)), part = at - i;
  return COLOURS[i].map((c, k) => Math.round(c + (COLOURS[i + 1][k] - c) * part));
}

// spot is where the middle of a cell lies, in degrees.
export function spot({ columns, rows }, column, row) {
  return { lat: 90 - ((row + 0.5) * 180) / rows, lon: -180 + ((column + 0.5) * 360) / columns };
}

// richest is the cell with the highest value: [column, row].
export function richest({ columns, values }) {
  const at = values.indexOf(Math.max(...values));
  return [at % columns, Math.floor(at / columns)];
}

// compass says where on a planet something lies: "12° N, 105° W".
export function compass({ lat, lon }) {
  return `${Math.abs(Math.round(lat))}\u00b0 ${lat < 0 ? "S" : "N"}, ${Math.abs(Math.round(lon))}\u00b0 ${lon < 0 ? "W" : "E"}`;
}
