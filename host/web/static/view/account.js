// The account: another password.
import { t } from "../words.js";
import { say } from "./dom.js";

export class Account {
  // send(cmd, args) resolves with the answer or throws the refusal.
  constructor(dialog, send) {
    this.form = dialog.querySelector("form");
    this.told = dialog.querySelector(".told");
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#change(send);
    });
  }

  fill() {
    this.form.reset();
    say(this.told, "");
  }

  async #change(send) {
    const { old, password } = this.form.elements;
    if (!old.value || !password.value) return say(this.told, t("account.both"));
    try {
      await send("password", { old: old.value, password: password.value });
      this.form.reset();
      say(this.told, t("account.done"));
    } catch (error) {
      say(this.told, error.message);
    }
  }
}
