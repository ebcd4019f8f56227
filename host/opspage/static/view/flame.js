// A flame graph: a button for every frame, so that it is read by touch, pointer and keyboard.
import { el, say, show } from "./dom.js";
import { figures, follow, grown, layout, lines, percent, step, warmth } from "../flame.js";

const SEEN = 2; // pixels: what is narrower is not drawn
const NAMED = 34; // and from here on a frame has its name
const ARROWS = ["ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight"];

export class Flame {
  constructor({ name }) {
    this.answer = null;
    this.path = [];
    this.frames = [];
    this.at = 0; // the frame that Tab comes to
    this.box = el("div.frames", { role: "tree", "aria-label": name });
    this.said = el("p.said", { role: "status" });
    this.out = el("button.out", { type: "button", hidden: true, onclick: () => this.zoom(this.path.slice(0, -1)) }, "Wider");
    this.none = el("p.none", { hidden: true }, "No Lua ran there and then.");
    this.root = el("div.flame", {}, this.none, this.box, el("div.foot", {}, this.said, this.out));
    this.box.addEventListener("click", (e) => this.#over(e, (i) => this.zoom(this.frames[i].path, true)));
    this.box.addEventListener("pointerover", (e) => this.#over(e, (i) => this.#tell(i)));
    this.box.addEventListener("focusin", (e) => this.#over(e, (i) => this.#reach(i)));
    this.box.addEventListener("pointerleave", () => this.#tell(this.#focused ?? this.path.length - 1));
    this.box.addEventListener("keydown", (e) => this.#key(e));
    new ResizeObserver(() => this.#fit()).observe(this.box);
  }

  // take shows an answer; what fills the width stays as far as it is there still.
  take(answer) {
    this.answer = answer;
    this.zoom(this.path.length ? follow(answer.root, this.path) : [answer.root]);
  }

  // busy says that somebody is walking through it by the keyboard.
  get busy() {
    return this.#focused !== null;
  }

  // zoom has the last frame of a path fill the width, and hands it the keyboard if that was here.
  zoom(path, focus = this.busy) {
    this.path = path.length ? path : [this.answer.root];
    this.#draw();
    if (focus) this.#go(this.path.length - 1);
  }

  #over(e, does) {
    const node = e.target.closest(".frames > *");
    if (node) does(Number(node.dataset.at));
  }

  get #focused() {
    const node = document.activeElement;
    return node?.parentElement === this.box ? Number(node.dataset.at) : null;
  }

  #fit() {
    if (this.answer && this.box.clientWidth !== this.width) this.#draw();
  }

  #draw() {
    const { answer, path, box } = this;
    this.width = box.clientWidth || 300;
    const empty = answer.root.value === 0;
    show(this.none, empty);
    show(box, !empty);
    show(this.out, path.length > 1);
    this.frames = empty ? [] : layout(path, SEEN / this.width);
    this.at = Math.min(path.length - 1, this.frames.length - 1);
    box.style.setProperty("--rows", Math.max(0, ...this.frames.map((f) => f.depth)) + 1);
    box.replaceChildren(...this.frames.map((f, i) => this.#frame(f, i)));
    this.#tell(this.at);
  }

  #frame({ node, depth, left, width }, i) {
    const { answer } = this, { all, change } = figures(node, answer);
    const warm = warmth(node, answer);
    const text = width * this.width >= NAMED ? `${node.name} ${answer.against ? grown(change) : percent(all)}` : "";
    const frame = el(warm < 0 ? "button.colder" : "button", {
      type: "button", role: "treeitem", tabindex: i === this.at ? 0 : -1, "data-at": i, "aria-level": depth + 1, "aria-label": this.#words(node).join(", "), "data-name": node.name,
    }, text);
    frame.classList.toggle("above", depth < this.path.length - 1);
    frame.classList.toggle("bare", text === "");
    frame.style.left = `${left * 100}%`;
    frame.style.width = `${width * 100}%`;
    frame.style.setProperty("--depth", depth);
    frame.style.setProperty("--warm", Math.abs(warm).toFixed(3));
    return frame;
  }

  #words(node) {
    const { answer } = this, { all, self, before, change } = figures(node, answer);
    const words = [node.name, `with all it calls ${percent(all)}`, `itself ${percent(self)}`];
    if (answer.against) words.push(`in r${answer.against} ${percent(before)}`, grown(change));
    if (node.where) words.push(node.where);
    return words;
  }

  #tell(i) {
    const frame = this.frames[i];
    say(this.said, frame ? this.#words(frame.node).join(" \u00b7 ") : "");
  }

  #reach(i) {
    this.box.children[this.at]?.setAttribute("tabindex", "-1");
    this.at = i;
    this.box.children[i].setAttribute("tabindex", "0");
    this.#tell(i);
  }

  #go(i) {
    this.box.children[i]?.focus({ preventScroll: true });
  }

  #key(e) {
    if (ARROWS.includes(e.key)) {
      e.preventDefault();
      const next = step(this.frames, this.at, e.key);
      if (next >= 0) this.#go(next);
    } else if (e.key === "Escape" && this.path.length > 1) {
      e.preventDefault();
      this.zoom(this.path.slice(0, -1), true);
    }
  }
}

// table is the same as a flame graph, for who reads rather than looks.
export function table(answer) {
  const heads = ["function", "with all it calls", "itself", ...(answer.against ? [`in r${answer.against}`, "change"] : []), "where"];
  const row = ({ node, depth }) => {
    const { all, self, before, change } = figures(node, answer);
    const name = el("th", { scope: "row" }, node.name);
    name.style.setProperty("--depth", depth);
    const numbers = [percent(all), percent(self), ...(answer.against ? [percent(before), grown(change)] : [])];
    return el("tr", {}, name, ...numbers.map((n) => el("td.number", {}, n)), el("td.where", {}, node.where ?? ""));
  };
  return el("div.table", {}, el("table", {},
    el("thead", {}, el("tr", {}, ...heads.map((h, i) => el(i > 0 && i < heads.length - 1 ? "th.number" : "th", { scope: "col" }, h)))),
    el("tbody", {}, ...lines(answer).map(row))));
}
