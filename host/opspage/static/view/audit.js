// What operators did, and what became of it.
import { el } from "./dom.js";
import { objects, when } from "../text.js";

const SHOWN = 200;

export class Audit {
  constructor(root, link) {
    Object.assign(this, { root, link, body: root.querySelector(".body") });
    root.querySelector(".again").addEventListener("click", () => this.load());
  }

  show(visible) {
    if (visible) this.load();
  }

  async load() {
    try {
      const list = objects((await this.link.run(`audit --limit ${SHOWN}`, { json: true })).table);
      this.body.replaceChildren(list.length ? this.#table(list) : el("p.none", {}, "Nobody has changed anything."));
    } catch (error) {
      this.body.replaceChildren(el("p.none", {}, error.message));
    }
  }

  #table(list) {
    return el("div.table.card", {}, el("table", {},
      el("thead", {}, el("tr", {}, ...["When", "Who", "What", "What became of it", "Release", "From"].map((t) => el("th", { scope: "col" }, t)))),
      el("tbody", {}, ...list.map((e) => this.#row(e)))));
  }

  #row(e) {
    const detail = e.detail ? [el("details", {}, el("summary", {}, "Details"), el("pre.trace", {}, e.detail))] : [];
    const bad = /^(refused|failed)/.test(e.outcome ?? "");
    return el("tr", {}, el("td", {}, when(e.at)), el("td", {}, el("b", {}, e.who)), el("td", {}, el("code", {}, e.command), ...detail),
      el(bad ? "td.error" : "td", {}, e.outcome), el("td", {}, e.release ? `r${e.release}` : ""), el("td", {}, e.from));
  }
}
