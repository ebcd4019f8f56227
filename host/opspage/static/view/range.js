// The section that comes first: the mountain range, the figures beside each other, and
// what is hot.
import { el, say } from "./dom.js";
import { METRICS, Past, SHARD, WHOLE_MEMORY, show } from "../figures.js";
import { Chart } from "./chart.js";
import { held } from "./held.js";
import { Peak } from "./peak.js";
import { Ridges } from "./ridges.js";
import { shares } from "./shares.js";

const SPANS = [[5, "5 min"], [60, "1 hour"]]; // seconds of a slot
const TILES_OVER = 5; // seconds
const HOTTEST = 10;
const BY = ["function", "module", "system"];
const HOT_EVERY = 3; // seconds
const HELD_EVERY = 5; // times as seldom
const HOT_OVER = "30s"; // so that what has just become hot is not behind what was

export class Range {
  // functions opens what functions take: {system, from, to}.
  constructor(root, link, now, functions) {
    Object.assign(this, { root, link, now, metric: 0, span: SPANS[0][0], by: BY[0], names: [], seconds: [], past: null, whole: null, sinceHot: HOT_EVERY, sinceHeld: HELD_EVERY, round: 0, visible: false });
    this.ridges = new Ridges(root.querySelector("canvas"), root.querySelector(".tip"), (i) => this.name(i));
    this.ridges.pick = (track, s) => this.open(track, this.#minute(s));
    this.peak = new Peak(root.querySelector(".peak"), link, { name: (i) => this.name(i), close: () => this.close(), functions });
    this.#tiles();
    this.#switches();
    this.#find();
    this.lines = [0, 1, 2, 3].map((m) => new Chart(m, ["CPU of the process", "Players", "Ticks, all systems", "Memory of the process"][m], 112, m === 3 ? WHOLE_MEMORY : METRICS[m]));
    root.querySelector(".charts").append(...this.lines.map((c) => c.root));
    link.on("hello", () => this.#hot());
    root.querySelector(".legend").append(
      el("span", {}, el("i.of-mean"), "filled: average"), el("span", {}, el("i.of-most"), "line: maximum"),
      el("span", {}, "Every system is in the picture: those in front alone, those behind in ranges. Choose a peak."));
  }

  name(i) {
    return this.names[i] ?? (i === SHARD ? "the shard" : `#${i}`);
  }

  show(visible) {
    this.visible = visible;
    if (visible) [this.#draw(), this.#hot()];
  }

  // load fetches names and history, anew after a connection was lost.
  async load() {
    const round = ++this.round;
    const get = async (path, as) => {
      const answer = await fetch(path);
      if (!answer.ok) throw new Error(`${path}: ${await answer.text()}`);
      return answer[as]();
    };
    const [names, past, whole] = await Promise.all([
      get("names", "json"), get(`history?span=${this.span}&metric=${METRICS[this.metric].id}`, "arrayBuffer"), get(`history?span=${this.span}&of=${SHARD}`, "arrayBuffer")]);
    if (round !== this.round) return;
    this.names = names;
    this.root.querySelector("#names").replaceChildren(...names.slice(1).map((name) => el("option", { value: name })));
    this.past = new Past(new Uint8Array(past));
    this.whole = new Past(new Uint8Array(whole));
    this.#draw();
    if (this.peak.track !== null) this.peak.open(this.peak.track, this.metric, this.span);
  }

  // second takes in what the last second brought.
  second() {
    const { now, past, whole } = this;
    if (!past) return;
    if (now.count > this.names.length) this.load();
    past.take(now);
    whole.take(now, [SHARD]);
    this.peak.take(now);
    this.#note();
    if (!this.visible) return;
    this.#draw();
    if (++this.sinceHot >= HOT_EVERY) this.#hot();
  }

  // minute is the one that a slot of the picture is, where slots are as long as that; null
  // for the last minutes. What functions take is known by the minute.
  #minute(s) {
    const { past } = this;
    return past.seconds < 60 || s >= past.slots ? null : past.times()[s];
  }

  // open shows a system; minute, in seconds since 1970, says when functions took what is shown.
  open(track, minute = null) {
    this.ridges.chosen = track;
    this.peak.open(track, this.metric, this.span, minute);
    this.#draw();
    if (matchMedia("(max-width: 1040px)").matches) this.peak.root.scrollIntoView({ block: "start" });
    this.peak.root.querySelector("h3").focus({ preventScroll: true });
  }

  close() {
    this.ridges.chosen = null;
    this.peak.shut();
    this.#draw();
  }

  #draw() {
    if (!this.past || !this.visible) return;
    this.ridges.take(this.past, this.metric, this.now.count);
    this.#figures();
    this.#hottest();
    const times = this.whole.times();
    for (const c of this.lines) c.take(times, this.whole.line(SHARD, this.whole.metrics.indexOf(c.metric)));
  }

  #tiles() {
    const box = this.root.querySelector(".tiles");
    this.tiles = METRICS.map((m, i) => {
      const parts = { mean: el("span.mean"), most: el("span.most") };
      const root = el("button.tile", { type: "button", role: "radio", "data-metric": m.id, onclick: () => this.#choose(i) },
        el("b", {}, m.name), el("span", {}, "average"), parts.mean, el("span", {}, "maximum"), parts.most);
      return { root, ...parts };
    });
    box.append(...this.tiles.map((t) => t.root));
    box.addEventListener("keydown", (e) => {
      const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[e.key];
      if (!step) return;
      e.preventDefault();
      this.#choose((this.metric + step + METRICS.length) % METRICS.length);
      this.tiles[this.metric].root.focus();
    });
    this.#mark();
  }

  #choose(metric) {
    this.metric = metric;
    this.#mark();
    this.load();
  }

  #mark() {
    this.tiles.forEach((t, i) => {
      t.root.setAttribute("aria-checked", String(i === this.metric));
      t.root.tabIndex = i === this.metric ? 0 : -1;
    });
  }

  // note takes the averages of a second over all that do anything, and who has most.
  #note() {
    const { now } = this;
    const busy = [];
    for (let i = 1; i < now.count; i++) if (now.awake[i] || now.mean[0][i] > 0) busy.push(i);
    const figures = METRICS.map((_, m) => {
      let sum = 0, most = 0, who = SHARD;
      for (const i of busy) {
        sum += now.mean[m][i];
        const v = now.most(m, i);
        if (v > most) [most, who] = [v, i];
      }
      return { mean: busy.length ? sum / busy.length : 0, most, who };
    });
    this.seconds.push({ awake: busy.length, figures });
    if (this.seconds.length > TILES_OVER) this.seconds.shift();
  }

  // figures are the averages and the greatest of the last seconds: what happens once a
  // second is not there in every one.
  #figures() {
    const { now } = this;
    const awake = this.seconds.at(-1)?.awake ?? 0;
    this.tiles.forEach((t, m) => {
      const all = this.seconds.map((s) => s.figures[m]);
      const { most, who } = all.reduce((a, b) => (b.most >= a.most ? b : a), { most: 0, who: SHARD });
      say(t.mean, show(m, all.reduce((sum, f) => sum + f.mean, 0) / Math.max(1, all.length)));
      t.most.replaceChildren(show(m, most), " ", el("i", {}, who === SHARD ? "" : this.name(who)));
    });
    const systems = now.count - 1, m = METRICS[this.metric];
    this.root.querySelector(".caption").replaceChildren(`${m.name} ${m.of}`, " ", el("span", {}, `${systems.toLocaleString("en-US")} systems and services, ${awake.toLocaleString("en-US")} awake`));
    this.root.querySelector("canvas").setAttribute("aria-label",
      `${m.name} of ${systems} systems over time, the highest in front. The list of the hottest has the same for the keyboard.`);
  }

  #hottest() {
    const { past, ridges, metric } = this;
    say(this.root.querySelector("#hottest-title"), `Hottest by ${METRICS[metric].name.replace(/^[A-Z](?=[a-z])/, (c) => c.toLowerCase())}`);
    const list = this.root.querySelector(".hottest ol");
    const order = ridges.data.order.slice(0, HOTTEST).filter((i) => past.heat(i) > 0);
    while (list.childElementCount > Math.max(order.length, 1)) list.lastElementChild.remove();
    if (order.length === 0) {
      list.replaceChildren(el("li.none", {}, "Nothing stands out."));
      return;
    }
    list.querySelector(".none")?.remove();
    order.forEach((i, k) => {
      const { mean, most } = past.line(i);
      const average = mean.reduce((a, b) => a + b, 0) / mean.length, edge = Math.max(...most);
      if (!list.children[k]) list.append(this.#entry());
      const row = list.children[k].firstElementChild;
      row.dataset.track = i;
      if (i === ridges.chosen) row.setAttribute("aria-current", "true");
      else row.removeAttribute("aria-current");
      say(row.querySelector(".name"), this.name(i));
      say(row.querySelector(".mean"), `avg ${show(metric, average)}`);
      say(row.querySelector(".most"), show(metric, edge));
      Object.assign(row.querySelector("meter"), { max: ridges.data.top, value: edge });
    });
  }

  #entry() {
    const button = el("button", { type: "button", onclick: () => this.open(Number(button.dataset.track)) },
      el("span.name"), el("span.mean"), el("span.most"), el("meter", { min: 0, "aria-hidden": "true" }));
    return el("li", {}, button);
  }

  #switches() {
    const group = (box, all, chosen, choose) => {
      const buttons = all.map(([value, name]) => el("button", { type: "button", "aria-pressed": String(value === chosen), onclick: () => {
        buttons.forEach((b, i) => b.setAttribute("aria-pressed", String(all[i][0] === value)));
        choose(value);
      } }, name));
      box.append(...buttons);
    };
    group(this.root.querySelector(".spans"), SPANS, this.span, (span) => {
      this.span = span;
      this.load();
    });
    group(this.root.querySelector(".by"), BY.map((by) => [by, `${by[0].toUpperCase()}${by.slice(1)}`]), this.by, (by) => {
      this.by = by;
      this.#hot();
    });
  }

  #find() {
    const input = this.root.querySelector(".find input");
    input.addEventListener("change", () => {
      const i = this.names.findIndex((name) => name.toLowerCase() === input.value.trim().toLowerCase());
      if (i < 1) return;
      input.value = "";
      this.open(i);
    });
  }

  async #hot() {
    this.sinceHot = 0;
    const { by } = this, box = this.root.querySelector(".hot .list");
    if (!this.link.up) return;
    try {
      const { table } = await this.link.run(`hot --by ${by} --for ${HOT_OVER} --limit 12`, { json: true });
      if (by === this.by) box.replaceChildren(shares(table));
    } catch (error) {
      box.replaceChildren(el("p.none", {}, error.message));
    }
    if (++this.sinceHeld >= HELD_EVERY) this.#held();
  }

  // held changes slowly.
  async #held() {
    this.sinceHeld = 0;
    const box = this.root.querySelector(".held .list");
    try {
      const { table } = await this.link.run("memory --limit 12", { json: true });
      box.replaceChildren(held(table));
      if (!table.rows?.length) this.sinceHeld = HELD_EVERY; // nothing was weighed yet
    } catch (error) {
      box.replaceChildren(el("p.none", {}, error.message));
    }
  }
}
