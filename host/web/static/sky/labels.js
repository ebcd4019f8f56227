// Names over space: those that matter most, where there is room. What is written in a frame
// is kept in places that are used again in the next.
import { distance } from "../view/format.js";
import { FONT } from "../view/scenery.js";

const MOST = 42; // names at once
const CELL = 14; // pixels of the grid that keeps names apart
const AGE = 0.25; // seconds a distance stays written
const HALO = "rgba(4, 7, 9, 0.82)";

export class Labels {
  #list = Array.from({ length: MOST + 1 }, () => ({ key: 0, rank: 0, id: 0, x: 0, y: 0, name: "", metres: null, ink: "" }));
  #count = 0;
  #texts = new Map(); // distances, by id
  #widths = new Map();
  #grid = new Uint8Array(1);
  #across = 1;
  #left = 0; // where the last text found room
  #top = 0;
  covered = []; // boxes of panels

  // begin forgets what was written in the frame before.
  begin(width, height) {
    this.width = width;
    this.height = height;
    this.#count = 0;
    const across = Math.ceil(width / CELL) + 1, size = across * (Math.ceil(height / CELL) + 1);
    if (this.#grid.length !== size) this.#grid = new Uint8Array(size);
    else this.#grid.fill(0);
    this.#across = across;
    if (this.#texts.size > 3_000) this.#texts.clear();
    if (this.#widths.size > 3_000) this.#widths.clear();
  }

  // keep leaves the place of a sign free.
  keep(x, y) {
    if (x >= 0 && y >= 0 && x < this.width && y < this.height) this.#grid[Math.floor(y / CELL) * this.#across + Math.floor(x / CELL)] = 1;
  }

  // add asks for a name beside a place. The lowest rank goes first, then who is nearest.
  add(rank, id, x, y, name, metres, ink) {
    const key = rank * 1e14 + Math.min(9e13, metres ?? 0), list = this.#list;
    if (this.#count === MOST && key >= list[MOST - 1].key) return;
    const label = list[this.#count];
    let at = this.#count;
    for (; at > 0 && list[at - 1].key > key; at--) list[at] = list[at - 1];
    list[at] = label;
    label.key = key; label.rank = rank; label.id = id; label.x = x; label.y = y; label.name = name; label.metres = metres; label.ink = ink;
    if (this.#count < MOST) this.#count++;
  }

  // write writes them.
  write(ctx, now) {
    ctx.textBaseline = "middle";
    ctx.lineJoin = "round";
    ctx.lineWidth = 3;
    ctx.strokeStyle = HALO;
    for (let i = 0; i < this.#count; i++) this.#write(ctx, this.#list[i], now);
    ctx.textBaseline = "alphabetic";
  }

  #write(ctx, { rank, id, x, y, name, metres, ink }, now) {
    const far = this.#distance(id, metres, now), first = rank === 0;
    ctx.font = first ? STRONG : PLAIN;
    const wide = this.#width(ctx, name, first);
    if (!this.#room(x, y, wide + (far ? this.#width(ctx, far, false) + 7 : 0), first)) return;
    const left = this.#left, top = this.#top;
    ctx.font = first ? STRONG : PLAIN;
    ctx.globalAlpha = first ? 1 : 0.88;
    ctx.strokeText(name, left, top);
    ctx.fillStyle = ink;
    ctx.fillText(name, left, top);
    if (far) {
      if (first) ctx.font = PLAIN;
      ctx.globalAlpha = first ? 0.9 : 0.66;
      ctx.strokeText(far, left + wide + 7, top);
      ctx.fillStyle = "#d6dad0";
      ctx.fillText(far, left + wide + 7, top);
    }
    ctx.globalAlpha = 1;
  }

  // room looks for some right of a place, left of it, and for what has to be written below
  // and above.
  #room(x, y, wide, always) {
    if (this.#try(x + 13, y, wide) || this.#try(x - 13 - wide, y, wide)) return true;
    if (!always) return false;
    if (this.#try(x - wide / 2, y + 22, wide) || this.#try(x - wide / 2, y - 22, wide)) return true;
    this.#left = x + 13;
    this.#top = y;
    return !this.#hidden(x, y, 0, 0);
  }

  #try(left, y, wide) {
    const top = y - 7;
    if (this.#hidden(left, top, wide, 14)) return false;
    const x0 = Math.floor(left / CELL), x1 = Math.floor((left + wide) / CELL), y0 = Math.floor(top / CELL), y1 = Math.floor((top + 13) / CELL);
    for (let cy = y0; cy <= y1; cy++) for (let cx = x0; cx <= x1; cx++) if (this.#grid[cy * this.#across + cx]) return false;
    for (let cy = y0; cy <= y1; cy++) for (let cx = x0; cx <= x1; cx++) this.#grid[cy * this.#across + cx] = 1;
    this.#left = left;
    this.#top = y;
    return true;
  }

  #hidden(x, y, wide, high) {
    if (x < 0 || y < 0 || x + wide > this.width || y + high > this.height) return true;
    for (const box of this.covered) if (x < box.right && x + wide > box.left && y < box.bottom && y + high > box.top) return true;
    return false;
  }

  // A distance is written anew a few times a second, which is what the eye can read.
  #distance(id, metres, now) {
    if (metres === null || metres === undefined) return "";
    const kept = this.#texts.get(id);
    if (kept && now - kept.at < AGE && now >= kept.at) return kept.text;
    if (kept) {
      kept.at = now;
      return (kept.text = distance(metres));
    }
    const text = distance(metres);
    this.#texts.set(id, { at: now, text });
    return text;
  }

  #width(ctx, text, first) {
    const known = this.#widths.get(text);
    if (known !== undefined) return known;
    const width = ctx.measureText(text).width + (first ? 1 : 0);
    this.#widths.set(text, width);
    return width;
  }
}

const PLAIN = `12px ${FONT}`, STRONG = `600 12px ${FONT}`;
