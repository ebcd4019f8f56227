// Errors of scripts: those of a function together, each with its traceback.
import { el } from "./dom.js";
import { at, objects, when } from "../text.js";

const AGAIN = 3_000; // ms between two looks while errors come

export class Errors {
  #due = 0;

  constructor(root, link, { count, open }) {
    Object.assign(this, { root, link, count, open, body: root.querySelector(".body"), seen: -1, visible: false });
    root.querySelector(".again").addEventListener("click", () => this.load());
  }

  show(visible) {
    this.visible = visible;
    if (visible) this.load();
  }

  // total says how many there have been since the shard started.
  total(errors) {
    this.count.textContent = errors > 999 ? "999+" : String(errors);
    this.count.hidden = errors === 0;
    if (errors === this.seen) return;
    this.seen = errors;
    if (this.visible && !this.#due) this.#due = setTimeout(() => [(this.#due = 0), this.visible && this.load()], AGAIN);
  }

  async load() {
    const open = new Set([...this.body.querySelectorAll("details[open]")].map((d) => d.dataset.key));
    let list;
    try {
      list = objects((await this.link.run("errors", { json: true })).table);
    } catch (error) {
      this.body.replaceChildren(el("p.none", {}, error.message));
      return;
    }
    const functions = grouped(list);
    this.body.replaceChildren(...(list.length ? [...functions].map(([name, all]) => this.#function(name, all, open)) : [el("p.none", {}, "No script has failed.")]));
  }

  #function(name, all, open) {
    const times = all.reduce((n, e) => n + e.count, 0);
    return el("article.card", {},
      el("header", {}, el("h3", {}, el("code", {}, name)), el("span.state.bad", {}, `${times} ${times === 1 ? "time" : "times"}`)), ...all.map((e) => this.#error(e, open)));
  }

  #error(e, open) {
    const key = `${e.function} ${e.release} ${e.message}`;
    const systems = (e.systems ?? []).slice(0, 5).map((name) => el("button", { type: "button", onclick: () => this.open(name) }, at(name)));
    return el("div.words", {},
      el("p", {}, el("b", {}, e.message)),
      el("p.meta", {}, ...[`${e.count} \u00d7`, `last ${when(e.last)}`, `since ${when(e.first)}`, `r${e.release}${e.patch ? `, patch #${e.patch}` : ""}`, e.in, e.where, e.cause && `caused by ${e.cause}`, e.player && `for ${e.player}`].filter(Boolean).map((t) => el("span", {}, t))),
      el("p.actions", {}, ...systems),
      ...(e.traceback ? [el("details", { "data-key": key, open: open.has(key) }, el("summary", {}, "Traceback"), el("pre.trace", { tabindex: 0 }, e.traceback.replace(/^[ \t]+/gm, "")))] : []));
  }
}

function grouped(list) {
  const groups = new Map();
  for (const e of list) groups.set(e.function, [...(groups.get(e.function) ?? []), e]);
  return groups;
}
