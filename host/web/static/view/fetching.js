// How far the page is with what it fetches while one plays.
import { t } from "../words.js";
import { say, show } from "./dom.js";

export class Fetching {
  constructor(root, shelf) {
    this.root = root;
    this.bar = root.querySelector("progress");
    shelf.on("progress", (now) => this.#show(now));
  }

  #show(now) {
    show(this.root, now !== null);
    if (!now) return;
    say(this.root.querySelector("span"), t("fetch.now", now));
    this.bar.max = now.of;
    this.bar.value = now.have;
  }
}
