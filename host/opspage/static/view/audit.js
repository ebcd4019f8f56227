// What operators did, and what became of it.
import { el } from "./dom.js";
import { objects, settled, when } from "../text.js";

const SHOWN = 200;

export class Audit {
  constructor(root, link, perform) {
    Object.assign(this, { root, link, perform, fourEyes: false, body: root.querySelector(".body") });
    root.querySelector(".again").addEventListener("click", () => this.load());
  }

  show(visible) {
    if (visible) this.load();
  }

  async load() {
    try {
      const waiting = this.fourEyes ? objects((await this.link.run("approvals", { json: true })).table) : [];
      const list = settled(objects((await this.link.run(`audit --limit ${SHOWN}`, { json: true })).table));
      this.body.replaceChildren(...waiting.map((w) => this.#waits(w)), list.length ? el("ol.entries.card", {}, ...list.map(entry)) : el("p.none", {}, "Nobody has changed anything."));
    } catch (error) {
      this.body.replaceChildren(el("p.none", {}, error.message));
    }
  }

  // waits is what takes a second person.
  #waits(w) {
    const outcome = el("div.outcome", { hidden: true });
    const approve = async () => (await this.perform.into(outcome, `approve ${w.number}`)) && this.load();
    return el("article.card", {},
      el("header", {}, el("h3", {}, "Waits for a second person"), el("span.state.queued", {}, `asked for by ${w.who}, ${when(w.at)}`)),
      el("p.words", {}, el("code", {}, w.command)), el("div.actions", {}, el("button.changes", { type: "button", onclick: approve }, "Approve")), outcome);
  }
}

function entry(e) {
  const detail = e.detail ? [el("details", {}, el("summary", {}, "Details"), el("pre.trace", { tabindex: 0 }, e.detail))] : [];
  const bad = /^(refused|failed)/.test(e.outcome ?? "");
  return el("li", {}, el("time", { datetime: e.at }, when(e.at)), el("b", {}, e.who), el("code", {}, e.command),
    el(bad ? "span.became.error" : "span.became", {}, e.outcome), el("span.from", {}, [e.release ? `r${e.release}` : "", e.from].filter(Boolean).join(", ")), ...detail);
}
