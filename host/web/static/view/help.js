// Help: what the scripts know to tell by topic, found by a word, and the keys. The topics are the
// server's, so that they change with the game.
import { listed } from "../state.js";
import { t } from "../words.js";
import { el, show } from "./dom.js";

const FEW = 3; // found topics that are opened at once

export class HelpView {
  #topics = [];

  // ask(cmd, args) resolves with an answer or null.
  constructor(dialog, ask) {
    Object.assign(this, { dialog, ask });
    this.box = dialog.querySelector(".topics");
    this.search = dialog.querySelector("input");
    this.none = dialog.querySelector(".none");
    this.search.addEventListener("input", () => this.#find());
    // A search field takes Escape for itself, even where there is nothing to clear.
    this.search.addEventListener("keydown", (event) => event.key === "Escape" && !this.search.value && dialog.close());
  }

  // fill asks what there is; topic is the one that is open.
  async fill(topic = null) {
    this.search.value = "";
    const answer = await this.ask("help");
    this.#topics = listed(answer?.topics);
    this.box.replaceChildren(...this.#topics.map(({ name, title, text }) =>
      el("details", { "data-topic": name, open: name === topic }, el("summary", {}, title), el("p", {}, text))));
    this.#find();
    this.box.querySelector("details[open]")?.scrollIntoView({ block: "nearest" });
  }

  // find hides what has not all the words, of the topics and of the keys.
  #find() {
    const wanted = this.search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const topics = [...this.box.children];
    const rows = [...topics.map((node) => [node]), ...[...this.dialog.querySelectorAll("dl > dt")].map((node) => [node, node.nextElementSibling])];
    let found = 0;
    for (const row of rows) {
      const text = row.map((node) => node.textContent).join(" ").toLowerCase();
      const fits = wanted.every((word) => text.includes(word));
      for (const node of row) show(node, fits);
      if (fits) found++;
    }
    show(this.none, found === 0);
    if (wanted.length && found <= FEW) for (const node of topics) node.open = !node.hidden;
  }
}
