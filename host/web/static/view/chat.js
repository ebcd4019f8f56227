// Local chat.
import { listed } from "../state.js";
import { el, say } from "./dom.js";

const KEPT = 200;

export class Chat {
  constructor(root, game, speak) {
    this.game = game;
    this.unread = 0;
    this.lines = root.querySelector(".lines");
    this.input = root.querySelector("input");
    this.root = root;
    root.querySelector("form").addEventListener("submit", async (event) => {
      event.preventDefault();
      const text = this.input.value.trim();
      if (!text) return;
      this.input.value = "";
      if (!(await speak(text)) && !this.input.value) this.input.value = text;
    });
    this.input.addEventListener("keydown", (event) => {
      if (event.key === "Escape") this.input.blur();
    });
    game.on("chat", (line) => this.#add(line));
    this.present = root.querySelector(".present");
    game.on("system", () => this.#entered());
  }

  // count shows how many pilots are here; who() answers the command of that name.
  count({ count, players } = {}) {
    say(this.present, count ? `, ${count} ${count === 1 ? "pilot" : "pilots"}` : "");
    this.present.title = listed(players).map((p) => p.name).join(", ");
  }

  // read says that the lines have been seen.
  read() {
    this.unread = 0;
    this.lines.scrollTop = this.lines.scrollHeight;
  }

  #system = null;

  // entered writes a line where local chat becomes another system's.
  #entered() {
    const { system } = this.game;
    if (!system || system.id === this.#system) return;
    this.#system = system.id;
    this.#append(el("p.note", {}, `Local is now ${system.name}.`));
  }

  #add({ from, text }) {
    const name = typeof from === "object" && from !== null ? from.name ?? "" : String(from);
    const mine = name === this.game.me?.name;
    this.#append(el(mine ? "p.mine" : "p", {}, ...(name ? [el("b", {}, name), " "] : []), text));
    if (!mine) this.unread++;
  }

  #append(node) {
    const { lines } = this;
    const atEnd = lines.scrollHeight - lines.scrollTop - lines.clientHeight < 40;
    lines.append(node);
    while (lines.childElementCount > KEPT) lines.firstElementChild.remove();
    if (atEnd) lines.scrollTop = lines.scrollHeight;
  }
}
