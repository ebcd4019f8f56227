// The mountain range: a canvas with a ridge for every system, the hot ones in front.
import { METRICS, show } from "../figures.js";
import { ground, highest, ranked, ridge, rows } from "../ridges.js";

const DEPTH = 0.6; // of the height is what the ranges stand on,
const HEIGHT = 0.74; // and so much is the highest peak in front
const NARROW = 0.1; // of the width that the last range is narrower, to each side
const FOOT = 22; // pixels for the times below
const NAMED = 6; // peaks with a name

// mix is a colour between two of the form #rrggbb.
function mix(a, b, part) {
  const at = (hex, i) => parseInt(hex.slice(i, i + 2), 16);
  const one = (i) => Math.round(at(a, i) + (at(b, i) - at(a, i)) * part).toString(16).padStart(2, "0");
  return `#${one(1)}${one(3)}${one(5)}`;
}

export class Ridges {
  constructor(canvas, tip, name) {
    Object.assign(this, { canvas, tip, name });
    this.chosen = null; // a track
    this.pick = () => {};
    this.data = null;
    new ResizeObserver(() => this.draw()).observe(canvas);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.draw());
    canvas.addEventListener("pointermove", (e) => this.#point(e));
    canvas.addEventListener("pointerleave", () => (this.tip.hidden = true));
    canvas.addEventListener("click", (e) => {
      const hit = this.#hit(e);
      if (hit) this.pick(hit.track, hit.s);
    });
  }

  // take is what is to be drawn: the past of one metric.
  take(past, metric, count) {
    const order = ranked(past, count);
    const list = rows(order).map((tracks) => ({ tracks, ...ridge(past, tracks) }));
    let top = METRICS[metric].least;
    for (const row of list) for (const v of row.most) if (v > top) top = v;
    this.data = { past, metric, order, rows: list, top };
    this.draw();
  }

  draw() {
    const { canvas, data } = this;
    const { clientWidth: w, clientHeight: h } = canvas;
    if (!data || w === 0) return;
    const ratio = Math.min(devicePixelRatio || 1, 2);
    if (canvas.width !== Math.round(w * ratio) || canvas.height !== Math.round(h * ratio)) Object.assign(canvas, { width: Math.round(w * ratio), height: Math.round(h * ratio) });
    const g = canvas.getContext("2d");
    g.setTransform(ratio, 0, 0, ratio, 0, 0);
    g.clearRect(0, 0, w, h);
    const style = getComputedStyle(canvas), colour = (name) => style.getPropertyValue(`--${name}`).trim();
    this.colours = Object.fromEntries(["panel", "text", "dim", "line", "line-strong", "accent", "cold", "warm", "hot"].map((n) => [n, colour(n)]));
    this.font = style.fontFamily;
    this.#place(w, h);
    this.#scale(g, w);
    for (let i = data.rows.length - 1; i >= 0; i--) this.#row(g, data.rows[i], i);
    this.#times(g, h);
    this.#names(g, w);
  }

  // place says where each row stands.
  #place(w, h) {
    const { rows: list } = this.data;
    const floor = h - FOOT - 6, depths = ground(list.length);
    list.forEach((row, i) => {
      const depth = depths[i];
      row.y = floor - depth * h * DEPTH;
      row.x = 4 + depth * w * NARROW;
      row.width = w - 8 - 2 * depth * w * NARROW;
      row.tall = h * HEIGHT * (1 - 0.55 * depth);
    });
  }

  #x(row, s) {
    return row.x + (row.width * s) / (this.data.past.width - 1);
  }

  #y(row, v) {
    return row.y - (row.tall * v) / this.data.top;
  }

  #trace(g, row, values) {
    for (let s = 0; s < values.length; s++) g.lineTo(this.#x(row, s), this.#y(row, values[s]));
  }

  #row(g, row, i) {
    const { colours } = this;
    const edge = Math.max(...row.most);
    const chosen = row.tracks.length === 1 && row.tracks[0] === this.chosen;
    if (edge > 0) {
      this.#body(g, row, row.most);
      g.fillStyle = `${colours.panel}b0`; // what lies behind is there, and farther away
      g.fill();
      g.fillStyle = this.#heat(g, row, "20");
      g.fill();
      this.#body(g, row, row.mean);
      g.fillStyle = this.#heat(g, row, "b8");
      g.fill();
      g.beginPath();
      this.#trace(g, row, row.most);
      g.strokeStyle = chosen ? colours.text : this.#heat(g, row, "");
      g.lineWidth = chosen ? 2 : i < 8 ? 1.5 : 1;
      g.stroke();
      return;
    }
    g.beginPath();
    g.moveTo(row.x, row.y);
    g.lineTo(row.x + row.width, row.y);
    g.strokeStyle = chosen ? colours.text : colours.cold;
    g.lineWidth = chosen ? 2 : 1;
    g.stroke();
  }

  // heat colours a row by height: what is as high is as hot.
  #heat(g, row, alpha) {
    const { cold, warm, hot } = this.colours;
    const fade = g.createLinearGradient(0, row.y, 0, row.y - row.tall);
    [cold, mix(cold, warm, 0.6), warm, hot].forEach((ink, i) => fade.addColorStop([0, 0.12, 0.45, 1][i], ink + alpha));
    return fade;
  }

  #body(g, row, values) {
    g.beginPath();
    g.moveTo(row.x, row.y);
    this.#trace(g, row, values);
    g.lineTo(row.x + row.width, row.y);
    g.closePath();
  }

  // scale draws how high the highest is.
  #scale(g, w) {
    const { colours, data } = this;
    const row = data.rows[0];
    if (!row) return;
    g.font = `13px ${this.font}`;
    g.textBaseline = "bottom";
    g.textAlign = "left";
    g.setLineDash([2, 4]);
    for (const part of [1, 0.5]) {
      const y = this.#y(row, data.top * part);
      g.strokeStyle = colours.line;
      g.beginPath();
      g.moveTo(4, y);
      g.lineTo(w - 4, y);
      g.stroke();
      g.fillStyle = colours.dim;
      g.fillText(show(data.metric, data.top * part), 4, y - 1);
    }
    g.setLineDash([]);
  }

  #times(g, h) {
    const { data, colours } = this;
    const row = data.rows[0];
    if (!row) return;
    const back = (data.past.slots * data.past.seconds) / 60;
    g.font = `13px ${this.font}`;
    g.textBaseline = "alphabetic";
    g.fillStyle = colours.dim;
    for (const [part, align, text] of [[0, "left", `${back} min ago`], [0.5, "center", `${back / 2} min ago`], [1, "right", "now"]]) {
      g.textAlign = align;
      g.fillText(text, row.x + row.width * part, h - 6);
    }
  }

  // names writes at the highest peaks whose they are, where there is room.
  #names(g, w) {
    const { data, colours } = this;
    const taken = [];
    g.textAlign = "center";
    g.textBaseline = "bottom";
    g.lineJoin = "round";
    for (const row of data.rows.slice(0, NAMED)) {
      let s = 0;
      for (let k = 1; k < row.most.length; k++) if (row.most[k] >= row.most[s]) s = k;
      if (row.most[s] < data.top * 0.08) continue;
      const text = `${this.name(row.tracks[0])}  ${show(data.metric, row.most[s])}`;
      g.font = `600 14px ${this.font}`;
      const half = g.measureText(text).width / 2 + 4;
      const x = Math.min(Math.max(this.#x(row, s), half + 2), w - half - 2), y = Math.max(this.#y(row, row.most[s]) - 3, 17);
      if (taken.some((b) => Math.abs(b.x - x) < b.half + half && Math.abs(b.y - y) < 17)) continue;
      taken.push({ x, y, half });
      g.strokeStyle = colours.panel;
      g.lineWidth = 4;
      g.strokeText(text, x, y);
      g.fillStyle = colours.text;
      g.fillText(text, x, y);
    }
  }

  // hit finds what the pointer is on: the foremost ridge that covers it.
  #hit(e) {
    const { data, canvas } = this;
    if (!data) return null;
    const box = canvas.getBoundingClientRect();
    const x = e.clientX - box.left, y = e.clientY - box.top;
    for (const row of data.rows) {
      const part = (x - row.x) / row.width;
      if (part < 0 || part > 1 || y > row.y + 3) continue;
      const s = Math.round(part * (data.past.width - 1));
      if (y >= this.#y(row, row.most[s]) - 4) {
        const track = row.tracks.length === 1 ? row.tracks[0] : highest(data.past, row.tracks, s);
        return { row, s, track, x, y };
      }
    }
    return null;
  }

  #point(e) {
    const hit = this.#hit(e), { tip, data } = this;
    tip.hidden = hit === null;
    if (!hit) return;
    const { mean, most } = hit.row.tracks.length === 1 ? hit.row : data.past.line(hit.track);
    const more = hit.row.tracks.length > 1 ? ` (highest of ${hit.row.tracks.length})` : "";
    tip.textContent = `${this.name(hit.track)}${more}: average ${show(data.metric, mean[hit.s])}, maximum ${show(data.metric, most[hit.s])}`;
    const room = this.canvas.clientWidth - tip.offsetWidth - 4;
    tip.style.transform = `translate(${Math.max(4, Math.min(hit.x + 12, room))}px, ${Math.max(0, hit.y - 34)}px)`;
  }
}
