// One system: its figures over time, who is in it, what it does and what goes wrong there.
import { el, say, show } from "./dom.js";
import { METRICS, Past, bytes, show as figure } from "../figures.js";
import { at, hour, objects } from "../text.js";
import { Chart } from "./chart.js";
import { Flame } from "./flame.js";
import { fetchFlame } from "./functions.js";
import { held } from "./held.js";
import { table } from "./result.js";
import { shares } from "./shares.js";

const ASK_EVERY = 3; // seconds
const SINCE = "30s"; // what functions are shown of

export class Peak {
  constructor(root, link, { name, close, functions }) {
    Object.assign(this, { root, link, name, close, functions, track: null, minute: null, past: null, asked: 0, round: 0 });
    this.lists = {};
  }

  // open shows a track over a span of slots of so many seconds, a metric largest, and what
  // functions took in one minute, or lately where that is null.
  async open(track, metric, span, minute = this.minute) {
    const other = track !== this.track || minute !== this.minute;
    Object.assign(this, { track, metric, span, minute, past: null });
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
    this.track = this.minute = null;
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
      this.flame = new Flame({ name: `Flame graph of ${this.name(this.track)}` });
      this.lists = { functions: list("Functions by time", true), flame: list("Flame graph", true), players: list("Players", true), tasks: list("Tasks", false), memory: list("Memory by module", false), errors: list("Errors", true) };
      this.lists.flame.body.append(el("p.none", { hidden: true }), this.flame.root,
        el("button.more", { type: "button", onclick: () => this.functions({ system: this.name(this.track), ...this.#time }) }, "Larger, by module or release"));
      this.facts = el("p.line");
    }
    const closing = el("button", { type: "button", "aria-label": "Close", onclick: () => this.close() }, "\u00d7");
    this.root.replaceChildren(
      el("header", {}, el("h3", { tabindex: -1 }, this.name(this.track)), closing), this.facts, this.chart.root,
      el("dl.figures", {}, ...METRICS.map((m, i) => el("div", {}, el("dt", {}, m.name), this.values[i]))),
      ...Object.values(this.lists).map((l) => l.root));
  }

  // time is what functions are shown of, as an address asks for it.
  get #time() {
    if (this.minute === null) return { since: SINCE };
    const iso = (seconds) => new Date(seconds * 1000).toISOString();
    return { from: iso(this.minute), to: iso(this.minute + 59) };
  }

  #figures(now) {
    METRICS.forEach((_, m) => say(this.values[m], figure(m, now.mean[m][this.track])));
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
    const { since, from, to } = this.#time;
    const when = since ? `in ${since}` : `at ${hour(from)}`;
    say(lists.flame.count, when);
    await Promise.all([
      ask(`hot ${here} ${since ? `--for ${since}` : `--from ${from} --to ${to}`}`, lists.functions, shares, () => when),
      this.#burn(track),
      ask(`who ${here}`, lists.players, some(["name", "ship", "docked", "idle_ms"])),
      ask(`tasks ${here}`, lists.tasks, table),
      ask(`memory ${here} --limit 12`, lists.memory, held),
      ask(`errors ${here}`, lists.errors, some(["function", "count", "message", "last"]), (rows) => rows.reduce((n, e) => n + e.count, 0)),
      this.#facts(here, track),
    ]);
  }

  async #burn(track) {
    const { flame } = this, note = this.lists.flame.body.firstElementChild;
    if (flame.busy) return;
    try {
      const answer = await fetchFlame(this.link, { system: this.name(track), ...this.#time });
      if (flame === this.flame) flame.take(answer);
      say(note, "");
    } catch (error) {
      say(note, error.message);
    }
    show(note, note.textContent !== "");
  }

  async #facts(here, track) {
    try {
      const [y] = objects((await this.link.run(`system ${here}`, { json: true })).table);
      if (this.track !== track || !y) return;
      say(this.facts, [y.awake ? "awake" : "asleep", `release ${y.release}`, y.memory ? `${bytes(y.memory)} of ${bytes(y.memory_limit)}` : "", `${y.ships} ships`, `${y.hz} Hz`, y.region, ...(y.patches?.length ? [`patches ${y.patches.join(", ")}`] : [])].filter(Boolean).join(" \u00b7 "));
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
