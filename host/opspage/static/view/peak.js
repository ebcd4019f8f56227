// One system: its figures over time, who is in it, what it does and what goes wrong there.
import { el, say } from "./dom.js";
import { METRICS, Past, show } from "../figures.js";
import { at, objects } from "../text.js";
import { Chart } from "./chart.js";
import { table } from "./result.js";
import { shares } from "./shares.js";

const ASK_EVERY = 5; // seconds
const SINCE = "5m"; // what functions are shown of

export class Peak {
  constructor(root, link, { name, close }) {
    Object.assign(this, { root, link, name, close, track: null, past: null, asked: 0, round: 0 });
    this.lists = {};
  }

  // open shows a track over a span of slots of so many seconds, a metric largest.
  async open(track, metric, span) {
    const other = track !== this.track;
    Object.assign(this, { track, metric, span, past: null });
    const round = ++this.round;
    this.#frame(other);
    this.root.hidden = false;
    const answer = await fetch(`history?span=${span}&of=${track}`);
    if (!answer.ok || round !== this.round) return;
    this.past = new Past(new Uint8Array(await answer.arrayBuffer()));
    this.#draw();
    if (other) this.#ask();
  }

  shut() {
    this.track = null;
    this.round++;
    this.root.hidden = true;
  }

  // take adds a second.
  take(now) {
    if (this.track === null) return;
    this.#figures(now);
    if (!this.past) return;
    this.past.take(now, [this.track]);
    this.#draw();
    if (++this.asked >= ASK_EVERY) this.#ask();
  }

  #frame(other) {
    this.chart = new Chart(this.metric, METRICS[this.metric].name, 150);
    this.values = METRICS.map(() => el("dd"));
    if (other || !this.lists.functions) {
      const list = (title, open) => {
        const count = el("span"), body = el("div");
        return { count, body, root: el("details", { open }, el("summary", {}, title, " ", count), body) };
      };
      this.lists = { functions: list("Functions by time", true), players: list("Players", true), tasks: list("Tasks", false), errors: list("Errors", true) };
      this.facts = el("p.line");
    }
    const closing = el("button", { type: "button", "aria-label": "Close", onclick: () => this.close() }, "\u00d7");
    this.root.replaceChildren(
      el("header", {}, el("h3", { tabindex: -1 }, this.name(this.track)), closing), this.facts, this.chart.root,
      el("dl.figures", {}, ...METRICS.map((m, i) => el("div", {}, el("dt", {}, m.name), this.values[i]))),
      ...Object.values(this.lists).map((l) => l.root));
  }

  #figures(now) {
    METRICS.forEach((_, m) => say(this.values[m], show(m, now.mean[m][this.track])));
  }

  #draw() {
    this.chart.take(this.past.times(), this.past.line(this.track, this.past.metrics.indexOf(this.metric)));
  }

  // ask fetches what the console knows of it.
  async #ask() {
    this.asked = 0;
    const { track, lists } = this;
    const here = at(this.name(track));
    const ask = async (line, into, to, count = (rows) => rows.length) => {
      try {
        const r = await this.link.run(line, { json: true });
        if (this.track !== track) return;
        say(into.count, String(count(objects(r.table))));
        into.body.replaceChildren(to(r.table));
      } catch (error) {
        if (this.track === track) into.body.replaceChildren(el("p.none", {}, error.message));
      }
    };
    await Promise.all([
      ask(`hot ${here} --for ${SINCE}`, lists.functions, shares, () => `in ${SINCE}`),
      ask(`who ${here}`, lists.players, some(["name", "ship", "docked", "idle_ms"])),
      ask(`tasks ${here}`, lists.tasks, table),
      ask(`errors ${here}`, lists.errors, some(["function", "count", "message", "last"]), (rows) => rows.reduce((n, e) => n + e.count, 0)),
      this.#facts(here, track),
    ]);
  }

  async #facts(here, track) {
    try {
      const [y] = objects((await this.link.run(`system ${here}`, { json: true })).table);
      if (this.track !== track || !y) return;
      say(this.facts, [y.awake ? "awake" : "asleep", `release ${y.release}`, `${y.ships} ships`, `${y.hz} Hz`, y.region, ...(y.patches?.length ? [`patches ${y.patches.join(", ")}`] : [])].filter(Boolean).join(" \u00b7 "));
    } catch {
      say(this.facts, ""); // a service, or the sign-in is missing, which the lists say
    }
  }
}

// some shows but a few columns of a table.
const some = (names) => (t) => {
  const kept = names.map((n) => t.columns.findIndex((c) => c.name === n)).filter((i) => i >= 0);
  return table({ ...t, note: "", columns: kept.map((i) => t.columns[i]), rows: (t.rows ?? []).map((row) => kept.map((i) => row[i])) });
};
