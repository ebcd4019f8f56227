// The star map: thousands of systems and the gates between them, drawn when
// something changed and not otherwise.
import { t } from "../words.js";
import { calm, el, say, show } from "./dom.js";
import { security, securityBand } from "./format.js";
import { gestures } from "./gestures.js";
import { Finder } from "./finder.js";
import { FONT } from "./scenery.js";

export const BANDS = ["#ea7350", "#e67c48", "#e07f44", "#df8f4b", "#dca156", "#d8b46a", "#c4bb7c", "#aec08d", "#98c49f", "#8fc7b5", "#8ecbcb"];
const ROUTE = "#f4ecd8";
const BACK = "#090c0e";
const LINES = 200; // of a path
const LEGEND = [[10, "1.0"], [5, "0.5"], [0, t("map.below")]];

const SMOOTH = 12; // milliseconds a painting may take to be done for every frame of a movement
const SETTLE = 140; // milliseconds after a movement in which the picture is only shifted

export class MapView {
  #ctx;
  #due = false;
  #flight = null;
  #cost = 0; // milliseconds of the last whole painting
  #kept = document.createElement("canvas"); // that painting, and
  #keptView = null; // what it showed
  #settling = null;

  constructor(dialog, game) {
    this.dialog = dialog;
    this.game = game;
    this.canvas = dialog.querySelector("canvas");
    this.card = dialog.querySelector(".card");
    this.#ctx = this.canvas.getContext("2d", { alpha: false });
    this.view = { x: 0, z: 0, k: 1 }; // centre in light-years, pixels per light-year
    this.chosen = null; // id of the system whose card is open
    this.preview = null; // route to it
    this.fitted = false;
    dialog.querySelector(".close").addEventListener("click", () => dialog.close());
    dialog.querySelector(".fly").addEventListener("click", () => this.#fly());
    dialog.querySelector(".card .end").addEventListener("click", () => {
      this.game.fly(null);
      this.canvas.focus();
    });
    dialog.querySelector(".legend").append(
      ...LEGEND.map(([band, text]) => el("li.dot", { "data-band": band }, el("span", {}, text))),
    );
    this.finder = new Finder(dialog.querySelector(".find"), game, (system) => this.#goTo(system));
    gestures(this.canvas, {
      drag: (dx, dy) => this.#pan(dx, dy),
      drop: () => this.canvas.classList.remove("dragging"),
      zoom: (factor, x, y) => this.#zoom(1 / factor, x, y),
      tap: (x, y, touch) => this.choose(this.#pick(x, y, touch ? 24 : 12)),
      doubleTap: (x, y) => this.#zoom(2, x, y),
    });
    this.canvas.addEventListener("keydown", (event) => this.#key(event));
    new ResizeObserver(() => this.#resize()).observe(this.canvas);
    game.on("route", () => this.#changed());
    game.on("system", () => this.#changed());
  }

  open() {
    if (this.dialog.open) return;
    this.dialog.showModal();
    this.#resize();
    if (!this.fitted) this.#home();
    this.#changed();
    this.canvas.focus();
  }

  // choose opens the card of a system, or closes it for null.
  choose(id) {
    this.chosen = id;
    this.#changed();
  }

  #changed() {
    const { game } = this;
    const { map, system } = game;
    this.preview = map && system && this.chosen !== null && this.chosen !== system.id ? map.route(system.id, this.chosen) : null;
    this.#fillCard();
    this.#draw();
  }

  #fillCard() {
    const { game, card } = this;
    const system = game.map?.get(this.chosen);
    show(card, system !== undefined);
    if (!system) return;
    say(card.querySelector("h2"), system.name);
    const sec = el("b.sec", { "data-band": securityBand(system.security) }, security(system.security));
    card.querySelector(".facts").replaceChildren(t("map.security"), sec, ` \u00b7 ${system.region}`);
    const here = game.system?.id === system.id;
    const jumps = this.preview ? this.preview.length - 1 : 0;
    say(card.querySelector(".jumps"), here ? t("map.here") : this.preview ? t("map.jumps", { n: jumps, name: game.system.name }) : game.system ? t("map.no_way") : "");
    const going = game.destination === system.id;
    const fly = card.querySelector(".fly");
    show(fly, !here);
    fly.disabled = !going && !this.preview;
    fly.setAttribute("aria-disabled", String(going));
    say(fly, t(going ? "map.set" : "map.fly"));
    show(card.querySelector(".end"), game.destination !== null);
  }

  // The button says then that it is done; the keys go to the map again.
  #fly() {
    if (this.game.destination !== this.chosen) this.game.fly(this.chosen);
    this.canvas.focus();
  }

  // home shows the whole map, or the part of it around the player.
  #home() {
    const { map, system } = this.game;
    if (!map?.systems.length) return;
    this.fitted = true;
    let [x0, x1, z0, z1] = [Infinity, -Infinity, Infinity, -Infinity];
    for (const s of map.systems) [x0, x1, z0, z1] = [Math.min(x0, s.x), Math.max(x1, s.x), Math.min(z0, s.z), Math.max(z1, s.z)];
    const { clientWidth: w, clientHeight: h } = this.canvas;
    this.whole = Math.min(w / Math.max(1e-6, x1 - x0), h / Math.max(1e-6, z1 - z0)) * 0.92;
    const here = system && map.get(system.id);
    this.view = here ? { x: here.x, z: here.z, k: this.whole * 5 } : { x: (x0 + x1) / 2, z: (z0 + z1) / 2, k: this.whole };
  }

  #goTo(system) {
    this.chosen = system.id;
    this.#changed();
    const from = { ...this.view };
    const to = { x: system.x, z: system.z, k: Math.max(from.k, this.whole * 6) };
    if (calm()) {
      this.view = to;
      this.#draw();
      return;
    }
    const began = performance.now();
    cancelAnimationFrame(this.#flight);
    const step = (now) => {
      const part = Math.min(1, Math.max(0, (now - began) / 450));
      const e = part * part * (3 - 2 * part);
      this.view = { x: from.x + (to.x - from.x) * e, z: from.z + (to.z - from.z) * e, k: from.k * (to.k / from.k) ** e };
      this.#moved();
      if (part < 1) this.#flight = requestAnimationFrame(step);
    };
    this.#flight = requestAnimationFrame(step);
  }

  #pan(dx, dy) {
    cancelAnimationFrame(this.#flight);
    this.canvas.classList.add("dragging");
    this.view.x -= dx / this.view.k;
    this.view.z += dy / this.view.k;
    this.#moved();
  }

  #zoom(factor, x, y) {
    cancelAnimationFrame(this.#flight);
    const { view, canvas, whole = 1 } = this;
    const k = Math.max(whole * 0.5, Math.min(whole * 200, view.k * factor));
    const dx = x - canvas.clientWidth / 2, dy = y - canvas.clientHeight / 2;
    view.x += dx / view.k - dx / k;
    view.z -= dy / view.k - dy / k;
    view.k = k;
    this.#moved();
  }

  #key(event) {
    const { clientWidth: w, clientHeight: h } = this.canvas;
    const move = { ArrowLeft: [60, 0], ArrowRight: [-60, 0], ArrowUp: [0, 60], ArrowDown: [0, -60] }[event.key];
    if (move) this.#pan(...move);
    else if (event.key === "+" || event.key === "=") this.#zoom(1.3, w / 2, h / 2);
    else if (event.key === "-") this.#zoom(1 / 1.3, w / 2, h / 2);
    else return;
    this.canvas.classList.remove("dragging");
    event.preventDefault();
  }

  #pick(x, y, reach) {
    const { map } = this.game;
    if (!map) return null;
    let best = null, least = reach * reach;
    for (const s of map.systems) {
      const d = (this.#sx(s.x) - x) ** 2 + (this.#sy(s.z) - y) ** 2;
      if (d < least) [best, least] = [s.id, d];
    }
    return best;
  }

  #sx(x) {
    return this.canvas.clientWidth / 2 + (x - this.view.x) * this.view.k;
  }

  #sy(z) {
    return this.canvas.clientHeight / 2 - (z - this.view.z) * this.view.k;
  }

  #resize() {
    const ratio = Math.min(2, devicePixelRatio || 1);
    this.canvas.width = Math.max(1, Math.round(this.canvas.clientWidth * ratio));
    this.canvas.height = Math.max(1, Math.round(this.canvas.clientHeight * ratio));
    this.#changed();
  }

  // moved draws after a movement. Where a whole painting takes too long for every
  // frame, the last one is shifted and scaled until the map has come to rest.
  #moved() {
    clearTimeout(this.#settling);
    this.#settling = this.#cost > SMOOTH ? setTimeout(() => {
      this.#settling = null;
      this.#draw();
    }, SETTLE) : null;
    this.#draw();
  }

  // draw paints once per frame however often it is asked for.
  #draw() {
    if (this.#due || !this.dialog.open) return;
    this.#due = true;
    requestAnimationFrame(() => {
      this.#due = false;
      if (!this.dialog.open) return;
      if (this.#settling !== null && this.#keptView) this.#shift();
      else this.#paintAndKeep();
    });
  }

  #paintAndKeep() {
    const began = performance.now();
    this.#paint();
    this.#cost = performance.now() - began;
    if (this.#cost <= SMOOTH) {
      this.#keptView = null;
      return;
    }
    this.#kept.width = this.canvas.width;
    this.#kept.height = this.canvas.height;
    this.#kept.getContext("2d", { alpha: false }).drawImage(this.canvas, 0, 0);
    this.#keptView = { ...this.view };
  }

  // shift shows the kept painting where the view has gone since.
  #shift() {
    const { clientWidth: w, clientHeight: h } = this.canvas;
    const ctx = this.#ctx;
    const { x, z, k } = this.#keptView;
    const grown = this.view.k / k;
    ctx.fillStyle = BACK;
    ctx.fillRect(0, 0, w, h);
    ctx.drawImage(this.#kept, this.#sx(x) - (w / 2) * grown, this.#sy(z) - (h / 2) * grown, w * grown, h * grown);
  }

  #paint() {
    const { canvas, game, view } = this;
    const ctx = this.#ctx;
    const ratio = canvas.width / Math.max(1, canvas.clientWidth);
    ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
    ctx.fillStyle = BACK;
    ctx.fillRect(0, 0, canvas.clientWidth, canvas.clientHeight);
    if (!game.map) return this.#notice(t("map.loading"));
    const seen = this.#seen(game.map);
    this.#gates(ctx, seen);
    this.#routeLine(ctx, game.route, 2.4, ROUTE, []);
    if (this.preview && game.destination !== this.chosen) this.#routeLine(ctx, this.preview, 1.6, ROUTE, [5, 5]);
    this.#dots(ctx, seen);
    this.#here(ctx);
    if (view.k > this.whole * 9) this.#names(ctx, seen);
    else this.#regions(ctx);
  }

  #notice(text) {
    const ctx = this.#ctx;
    ctx.fillStyle = "#9aa097";
    ctx.font = `15px ${FONT}`;
    ctx.textAlign = "center";
    ctx.fillText(text, this.canvas.clientWidth / 2, this.canvas.clientHeight / 2);
    ctx.textAlign = "left";
  }

  // seen lists the systems in sight, with a margin for lines that leave it.
  #seen(map) {
    const { clientWidth: w, clientHeight: h } = this.canvas;
    const { x, z, k } = this.view;
    const rx = w / 2 / k + 60 / k, rz = h / 2 / k + 60 / k;
    return map.systems.filter((s) => Math.abs(s.x - x) < rx && Math.abs(s.z - z) < rz);
  }

  #gates(ctx, seen) {
    ctx.strokeStyle = this.view.k > this.whole * 4 ? "rgba(150,165,155,0.3)" : "rgba(150,165,155,0.22)";
    ctx.lineWidth = 1;
    ctx.beginPath();
    const { map } = this.game;
    const inSight = new Set(seen.map((s) => s.id));
    let lines = 0;
    for (const s of seen) {
      for (const id of s.next) {
        if (id < s.id && inSight.has(id)) continue; // drawn from the other end
        const t = map.get(id);
        if (!t) continue;
        ctx.moveTo(this.#sx(s.x), this.#sy(s.z));
        ctx.lineTo(this.#sx(t.x), this.#sy(t.z));
        // One path with all lines costs far more than many short ones.
        if (++lines % LINES === 0) {
          ctx.stroke();
          ctx.beginPath();
        }
      }
    }
    ctx.stroke();
  }

  #routeLine(ctx, route, width, ink, dash) {
    if (!route) return;
    ctx.strokeStyle = ink;
    ctx.lineWidth = width;
    ctx.setLineDash(dash);
    ctx.lineJoin = "round";
    ctx.beginPath();
    for (const id of route) {
      const s = this.game.map.get(id);
      ctx.lineTo(this.#sx(s.x), this.#sy(s.z));
    }
    ctx.stroke();
    ctx.setLineDash([]);
  }

  #dots(ctx, seen) {
    const size = Math.max(1.6, Math.min(7, 1.2 + Math.sqrt(this.view.k / (this.whole || 1)) * 0.7));
    const bands = BANDS.map(() => []);
    for (const s of seen) bands[securityBand(s.security)].push(s);
    bands.forEach((list, band) => {
      ctx.fillStyle = BANDS[band];
      for (const s of list) ctx.fillRect(this.#sx(s.x) - size / 2, this.#sy(s.z) - size / 2, size, size);
    });
  }

  #here(ctx) {
    const { game } = this;
    const ring = (id, radius, ink) => {
      const s = game.map.get(id);
      if (!s) return;
      ctx.strokeStyle = ink;
      ctx.lineWidth = 1.6;
      ctx.beginPath();
      ctx.arc(this.#sx(s.x), this.#sy(s.z), radius, 0, Math.PI * 2);
      ctx.stroke();
    };
    ring(game.system?.id, 8, ROUTE);
    ring(game.destination, 8, BANDS[5]);
    ring(this.chosen, 11, BANDS[9]);
    const here = game.map.get(game.system?.id);
    if (here) this.#text(ctx, t("map.here_mark"), this.#sx(here.x) + 14, this.#sy(here.z) - 12, ROUTE, "600 13px");
  }

  #names(ctx, seen) {
    const { x, z } = this.view;
    const taken = [];
    const known = new Set([this.chosen, this.game.destination, this.game.system?.id, ...(this.game.route ?? []), ...(this.preview ?? [])]);
    const order = [...seen].sort((a, b) => known.has(b.id) - known.has(a.id) || (a.x - x) ** 2 + (a.z - z) ** 2 - (b.x - x) ** 2 - (b.z - z) ** 2);
    for (const s of order.slice(0, 220)) {
      const left = this.#sx(s.x) + 9, top = this.#sy(s.z) - 8;
      const right = left + s.name.length * 6.6 + 24;
      if (taken.some((t) => left < t[2] && right > t[0] && Math.abs(top - t[1]) < 15)) continue;
      taken.push([left, top, right]);
      this.#text(ctx, s.name, left, top + 12, known.has(s.id) ? ROUTE : "#b4b8ac", "13px");
    }
  }

  #regions(ctx) {
    this.regionNames ??= centres(this.game.map);
    ctx.textAlign = "center";
    const taken = [];
    for (const { name, x, z } of this.regionNames) {
      const sx = this.#sx(x), sy = this.#sy(z), half = name.length * 3.6;
      if (taken.some((t) => Math.abs(sx - t[0]) < half + t[2] && Math.abs(sy - t[1]) < 18)) continue;
      taken.push([sx, sy, half]);
      this.#text(ctx, name, sx, sy, "rgba(232,227,213,0.72)", "13px");
    }
    ctx.textAlign = "left";
  }

  #text(ctx, text, x, y, ink, size) {
    ctx.font = `${size} ${FONT}`;
    ctx.lineWidth = 3;
    ctx.strokeStyle = "rgba(9,12,14,0.85)";
    ctx.strokeText(text, x, y);
    ctx.fillStyle = ink;
    ctx.fillText(text, x, y);
  }
}

// centres places each region's name in the middle of its systems, large ones first.
function centres(map) {
  const sums = new Map();
  for (const s of map.systems) {
    const sum = sums.get(s.region) ?? { name: s.region, x: 0, z: 0, n: 0 };
    sum.x += s.x;
    sum.z += s.z;
    sum.n++;
    sums.set(s.region, sum);
  }
  return [...sums.values()].sort((a, b) => b.n - a.n).map(({ name, x, z, n }) => ({ name, x: x / n, z: z / n }));
}
