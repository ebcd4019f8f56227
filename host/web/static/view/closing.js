// The countdown to the end of the shard.
import { left } from "../countdown.js";
import { t } from "../words.js";
import { say, show } from "./dom.js";

export class Closing {
  #clock = 0;

  // now is the time in seconds that runs as it does for everybody, whatever the game's.
  constructor(root, now) {
    Object.assign(this, { root, now, at: 0 });
  }

  // show counts {seconds, reason} down; null takes it away.
  show(shutdown) {
    clearInterval(this.#clock);
    show(this.root, shutdown !== null);
    if (!shutdown) return;
    this.at = this.now() + shutdown.seconds;
    say(this.root.querySelector("span"), shutdown.reason ? t("closing.why", shutdown) : t("closing.plain"));
    this.#count();
    this.#clock = setInterval(() => this.#count(), 250);
  }

  #count() {
    say(this.root.querySelector("strong"), left(this.at - this.now()));
  }
}
