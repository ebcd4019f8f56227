// How thousands of systems become one picture: the hot ones in front, each with a ridge of
// its own, those behind in ranges that grow larger the farther away they are. Every system
// is in one of them, and a range is as high as its highest.
import { SHARD } from "./figures.js";

const SINGLE = 24; // systems in front that stand alone
const RANGES = 56; // ridges behind them, at most

// ranked are the tracks of all systems, the hottest first; those that are as hot as each
// other stay in their order, so that nothing flickers.
export function ranked(past, count) {
  const heat = new Float64Array(count);
  for (const i of past.tracks.keys()) if (i < count) heat[i] = past.heat(i);
  const order = [];
  for (let i = 0; i < count; i++) if (i !== SHARD) order.push(i);
  return order.sort((a, b) => heat[b] - heat[a] || a - b);
}

// rows are lists of tracks, from the front to the back.
export function rows(order, single = SINGLE, ranges = RANGES) {
  const out = order.slice(0, single).map((i) => [i]);
  const rest = order.length - out.length;
  if (rest <= 0) return out;
  const count = Math.min(ranges, rest);
  // A sum of equal steps and of growing ones: the last range is about thrice the first.
  let from = out.length;
  for (let k = 1; k <= count; k++) {
    const part = k / count;
    const to = single + Math.round(rest * (0.5 * part + 0.5 * part * part));
    const end = k === count ? order.length : Math.max(from + 1, Math.min(to, order.length - (count - k)));
    out.push(order.slice(from, end));
    from = end;
  }
  return out;
}

// ridge is the line of a row: at each time the highest of its tracks.
export function ridge(past, tracks) {
  if (tracks.length === 1) return past.line(tracks[0]);
  const mean = new Float32Array(past.width), most = new Float32Array(past.width);
  for (const i of tracks) {
    if (!past.tracks.has(i)) continue;
    const line = past.line(i);
    for (let s = 0; s < past.width; s++) {
      if (line.mean[s] > mean[s]) mean[s] = line.mean[s];
      if (line.most[s] > most[s]) most[s] = line.most[s];
    }
  }
  return { mean, most };
}

// highest is the track of a row that stands highest at one time.
export function highest(past, tracks, s) {
  let best = tracks[0], height = -1;
  for (const i of tracks) {
    if (!past.tracks.has(i)) continue;
    const { mean, most } = past.line(i);
    if (mean[s] + most[s] > height) [best, height] = [i, mean[s] + most[s]];
  }
  return best;
}

// ground is where each row stands: its depth from 0, the front, to 1, by steps that become
// smaller towards the back as they do to the eye.
export function ground(count) {
  if (count < 2) return [0];
  const shrink = Math.pow(0.12, 1 / (count - 1));
  const steps = Array.from({ length: count - 1 }, (_, k) => Math.pow(shrink, k));
  const all = steps.reduce((a, b) => a + b, 0);
  let at = 0;
  return [0, ...steps.map((step) => (at += step / all))];
}
