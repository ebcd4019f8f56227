// The log as it is written, while somebody looks.
import { el } from "./dom.js";
import { objects, when } from "../text.js";

const KEPT = 1_000; // lines
const LEVELS = ["debug", "info", "warn", "error"];

export class LogView {
  #ends = null;

  constructor(root, link) {
    Object.assign(this, { root, link, lines: root.querySelector(".lines"), still: false, visible: false });
    this.level = root.querySelector(".level");
    this.filter = root.querySelector(".filter");
    const pause = root.querySelector(".pause");
    pause.addEventListener("click", () => {
      this.still = !this.still;
      pause.setAttribute("aria-pressed", String(this.still));
      pause.textContent = this.still ? "Go on" : "Hold still";
      if (!this.still) this.#sieve();
    });
    for (const input of [this.level, this.filter]) input.addEventListener("input", () => this.#sieve());
    link.on("hello", () => this.visible && this.#follow());
  }

  show(visible) {
    this.visible = visible;
    if (visible) this.#follow();
    else this.#ends?.abort();
  }

  async #follow() {
    this.#ends?.abort();
    const ends = (this.#ends = new AbortController());
    try {
      await this.link.run("tail", { json: true, signal: ends.signal, part: (r) => objects(r.table).forEach((line) => this.#add(line)) });
    } catch (error) {
      if (!ends.signal.aborted && error.code !== "lost") this.lines.replaceChildren(el("p", {}, error.message));
    }
  }

  #add({ at, level, system, module, text, dropped }) {
    if (dropped) this.#put(el("p", { "data-level": "warn" }, el("time"), el("span.level", {}, "lost"), el("span", {}, `${dropped} lines came faster than they could be shown`)));
    const from = system ? `@${system} ` : "";
    const line = el("p", { "data-level": level, "data-text": `${from}${module ?? ""} ${text}`.toLowerCase() },
      el("time", { datetime: at }, when(at)), el("span.level", {}, level), el("span", {}, el("span.at", {}, from), module ? `${module}: ` : "", text));
    this.#put(line);
  }

  #put(line) {
    const { lines } = this;
    const below = lines.scrollHeight - lines.scrollTop - lines.clientHeight < 40;
    line.hidden = this.still || !this.#passes(line);
    lines.append(line);
    while (lines.childElementCount > KEPT) lines.firstElementChild.remove();
    if (below && !this.still) lines.scrollTop = lines.scrollHeight;
  }

  #passes(line) {
    const words = this.filter.value.trim().toLowerCase();
    return LEVELS.indexOf(line.dataset.level) >= LEVELS.indexOf(this.level.value) && (line.dataset.text ?? "").includes(words);
  }

  #sieve() {
    for (const line of this.lines.children) line.hidden = !this.#passes(line);
    this.lines.scrollTop = this.lines.scrollHeight;
  }
}
