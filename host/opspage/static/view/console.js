// The console in the page.
import { el, say, show } from "./dom.js";
import { result } from "./result.js";

const KEPT = 200; // answers

export class Console {
  #past = [];
  #at = 0;
  #running = null;
  #shift = false;

  constructor(root, link, perform) {
    Object.assign(this, { root, link, perform, out: root.querySelector(".out"), input: root.querySelector("textarea"), words: root.querySelector(".words") });
    root.querySelector("form").addEventListener("submit", (e) => [e.preventDefault(), this.#run()]);
    this.input.addEventListener("keydown", (e) => this.#key(e));
    this.input.addEventListener("beforeinput", (e) => e.inputType === "insertLineBreak" && !this.#shift && e.preventDefault());
    this.input.addEventListener("input", () => [this.#fit(), show(this.words, false)]);
    link.on("hello", (hello) => this.#hello(hello));
    link.on("news", (line) => this.#put(el("p.news", {}, `* ${line}`)));
  }

  show(visible) {
    if (visible) this.input.focus();
  }

  #hello({ shard, production, release, who, notices }) {
    say(this.root.querySelector(".prompt .name"), `${shard}${production ? " PROD" : ""} r${release}>`);
    if (who && who !== "guest") for (const line of notices ?? []) this.#put(el("p.news", {}, line));
  }

  #key(e) {
    this.#shift = e.shiftKey;
    const lone = !this.input.value.includes("\n");
    if (e.key === "Enter" && !e.shiftKey) [e.preventDefault(), this.#run()];
    else if (e.key === "Tab" && !e.shiftKey && this.input.value.trim() !== "") [e.preventDefault(), this.#complete()];
    else if (e.key === "Escape") this.#running?.abort();
    else if (e.key === "ArrowUp" && lone) [e.preventDefault(), this.#back(-1)];
    else if (e.key === "ArrowDown" && lone) [e.preventDefault(), this.#back(1)];
  }

  #back(step) {
    this.#at = Math.max(0, Math.min(this.#past.length, this.#at + step));
    this.input.value = this.#past[this.#at] ?? "";
    this.#fit();
  }

  #fit() {
    this.input.rows = Math.min(8, this.input.value.split("\n").length);
  }

  async #run() {
    const line = this.input.value.trim();
    if (line === "") return;
    if (this.#past.at(-1) !== line) this.#past.push(line);
    this.#at = this.#past.length;
    this.input.value = "";
    this.#fit();
    show(this.words, false);
    const answer = el("div");
    this.#put(el("p.asked", {}, `> ${line}`), answer);
    const ends = (this.#running = new AbortController());
    try {
      const r = await this.perform.run(line, { interactive: true, signal: ends.signal, part: (part) => this.#part(answer, part) });
      const shown = r === null ? el("p.news", {}, "left") : result(r);
      if (shown) answer.append(shown);
    } catch (error) {
      if (error.output) answer.append(el("div.text", {}, error.output));
      answer.append(el("p.error", {}, error.code === "edit" ? "The page has no editor: write the code behind the =, or use bin/console." : `${error.code}: ${error.message}`));
    }
    if (this.#running === ends) this.#running = null;
    this.#down();
  }

  #part(answer, part) {
    if (part.fresh) answer.replaceChildren();
    answer.append(result(part) ?? "");
    while (answer.childElementCount > KEPT) answer.firstElementChild.remove();
    this.#down();
  }

  #put(...nodes) {
    this.out.append(...nodes);
    while (this.out.childElementCount > KEPT) this.out.firstElementChild.remove();
    this.#down();
  }

  #down() {
    this.out.scrollTop = this.out.scrollHeight;
  }

  async #complete() {
    const { input } = this, end = input.selectionStart;
    const line = input.value.slice(0, end);
    const { start, words } = await this.link.complete(line).catch(() => ({ words: [] }));
    if (!words?.length || input.value.slice(0, end) !== line) return;
    const before = new TextDecoder().decode(new TextEncoder().encode(line).subarray(0, start));
    const put = (text) => {
      input.value = before + text + input.value.slice(end);
      input.selectionStart = input.selectionEnd = before.length + text.length;
      input.focus();
      show(this.words, false);
    };
    const shared = words.reduce((a, b) => {
      let n = 0;
      while (n < a.length && a[n] === b[n]) n++;
      return a.slice(0, n);
    });
    if (words.length === 1) return put(`${words[0]} `);
    const typed = line.slice(before.length);
    if (shared.length > typed.length) put(shared);
    this.words.replaceChildren(...words.slice(0, 40).map((w) => el("li", { role: "option" }, el("button", { type: "button", onclick: () => put(`${w} `) }, w))));
    show(this.words, true);
  }
}
