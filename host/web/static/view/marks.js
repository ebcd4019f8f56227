// Signs and names laid over space: what is where, and nothing on top of anything
// that matters more.
import { FONT } from "./scenery.js";
import { COLOURS, colour, outline } from "./icons.js";
import { distance } from "./format.js";

const CELL = 14; // pixels of the grid that keeps names apart
const TEXT_AGE = 0.25; // seconds a distance stays written

// Marks collects what to draw in a frame and then draws it, important names first.
export class Marks {
  #taken = new Set();
  #texts = new Map();
  #widths = new Map();
  #labels = [];
  spots = []; // {id, x, y} of this frame, for the pointer

  // begin takes the boxes that panels cover, and the size of the picture: no name is
  // written below the ones or beyond the other.
  begin(covered, width, height) {
    Object.assign(this, { covered, width, height });
    this.#taken.clear();
    this.#labels.length = 0;
    this.spots.length = 0;
    if (this.#widths.size > 4_000) this.#widths.clear();
    if (this.#texts.size > 4_000) this.#texts.clear();
  }

  // spot remembers where something can be clicked, and keeps names off it.
  spot(id, x, y) {
    this.spots.push({ id, x, y });
    this.#taken.add(Math.floor(x / CELL) * 4096 + Math.floor(y / CELL));
  }

  // label asks for a name beside a spot. Lower ranks win where there is no room.
  label(rank, id, x, y, name, metres, ink) {
    this.#labels.push({ rank, id, x, y, name, metres, ink });
  }

  // sign draws the outline of a kind, centred, in its own colour.
  sign(ctx, kind, x, y, size, alpha, ink = colour(kind)) {
    const k = size / 16;
    ctx.globalAlpha = alpha;
    ctx.strokeStyle = ink;
    ctx.lineWidth = 1.2 / k;
    ctx.translate(x - 8 * k, y - 8 * k);
    ctx.scale(k, k);
    ctx.stroke(outline(kind));
    ctx.scale(1 / k, 1 / k);
    ctx.translate(-(x - 8 * k), -(y - 8 * k));
    ctx.globalAlpha = 1;
  }

  // write draws the names that fit, at most so many.
  write(ctx, limit, now) {
    ctx.textBaseline = "middle";
    this.#labels.sort((a, b) => a.rank - b.rank || (a.metres ?? 0) - (b.metres ?? 0));
    let written = 0;
    for (const label of this.#labels) {
      if (written >= limit) break;
      if (this.#place(ctx, label, now)) written++;
    }
    ctx.textBaseline = "alphabetic";
  }

  #place(ctx, { rank, id, x, y, name, metres, ink }, now) {
    const far = this.#distanceText(id, metres, now);
    ctx.font = rank === 0 ? `600 12px ${FONT}` : `12px ${FONT}`;
    const wide = this.#width(ctx, name, rank === 0);
    const total = wide + (far ? this.#width(ctx, far, false) + 7 : 0);
    const place = this.#beside(x, y, total, rank === 0);
    if (place === null) return false;
    const [left, line] = place;
    ctx.globalAlpha = rank === 0 ? 1 : 0.82;
    ctx.fillStyle = ink;
    ctx.fillText(name, left, line);
    if (far) {
      ctx.globalAlpha = rank === 0 ? 0.8 : 0.5;
      ctx.fillStyle = "#cfd3c8";
      ctx.font = `12px ${FONT}`;
      ctx.fillText(far, left + wide + 7, line);
    }
    ctx.globalAlpha = 1;
    return true;
  }

  // beside is where a text of a width goes: to the right of a spot or, where a panel,
  // the border or another name is in the way, to the left of it. What has to be written
  // goes below or above then, and to the right at last, unless the spot is covered.
  #beside(x, y, width, always) {
    const sides = [[x + 12, y], [x - 12 - width, y]];
    if (always) sides.push([x - width / 2, y + 20], [x - width / 2, y - 20]);
    for (const [left, top] of sides) {
      if (this.#clear(left, top - 7, width, 14) && this.#claim(left, top - 7, width, 14, false)) return [left, top];
    }
    if (!always || !this.#clear(x, y, 0, 0)) return null;
    this.#claim(x + 12, y - 7, width, 14, true);
    return [x + 12, y];
  }

  #clear(x, y, width, height) {
    if (x < 0 || y < 0 || x + width > this.width || y + height > this.height) return false;
    return !this.covered.some((box) => x < box.right && x + width > box.left && y < box.bottom && y + height > box.top);
  }

  // A distance is written anew a few times a second, which is what the eye can
  // read, and keeps the width of the text still.
  #distanceText(id, metres, now) {
    if (metres === null || metres === undefined) return "";
    const kept = this.#texts.get(id);
    if (kept && now - kept.at < TEXT_AGE && now >= kept.at) return kept.text;
    const text = distance(metres);
    this.#texts.set(id, { at: now, text });
    return text;
  }

  #width(ctx, text, bold) {
    const key = bold ? `*${text}` : text;
    let width = this.#widths.get(key);
    if (width === undefined) this.#widths.set(key, (width = ctx.measureText(text).width));
    return width;
  }

  #claim(x, y, width, height, always) {
    const keys = [];
    for (let cx = Math.floor(x / CELL); cx <= (x + width) / CELL; cx++) {
      for (let cy = Math.floor(y / CELL); cy <= (y + height) / CELL; cy++) {
        const key = cx * 4096 + cy;
        if (!always && this.#taken.has(key)) return false;
        keys.push(key);
      }
    }
    for (const key of keys) this.#taken.add(key);
    return true;
  }
}

// drawSelection paints the ring around the selected thing.
export function drawSelection(ctx, x, y, radius) {
  ctx.strokeStyle = COLOURS.own;
  ctx.lineWidth = 1.4;
  for (let quarter = 0; quarter < 4; quarter++) {
    const middle = Math.PI / 4 + (quarter * Math.PI) / 2;
    ctx.beginPath();
    ctx.arc(x, y, radius, middle - 0.5, middle + 0.5);
    ctx.stroke();
  }
}

// drawPointer paints an arrow at the border of the screen towards something that
// is out of sight, given the direction of it on the screen.
export function drawPointer(ctx, camera, dx, dy, inset) {
  const { cx, cy } = camera;
  const length = Math.hypot(dx, dy) || 1;
  const [ux, uy] = [dx / length, dy / length];
  const reach = Math.min((cx - inset) / Math.max(1e-6, Math.abs(ux)), (cy - inset) / Math.max(1e-6, Math.abs(uy)));
  const x = cx + ux * reach, y = cy + uy * reach;
  ctx.fillStyle = COLOURS.own;
  ctx.beginPath();
  ctx.moveTo(x + ux * 9, y + uy * 9);
  ctx.lineTo(x - ux * 5 - uy * 6, y - uy * 5 + ux * 6);
  ctx.lineTo(x - ux * 5 + uy * 6, y - uy * 5 - ux * 6);
  ctx.fill();
  return { x, y };
}
