// Signing in, and making a new pilot on a shard that wants that said.
import { t } from "../words.js";
import { say, show } from "./dom.js";

export class Login {
  // again() takes up the session that another tab plays.
  constructor(root, signIn, again) {
    this.root = root;
    this.form = root.querySelector("form");
    this.error = root.querySelector(".error");
    this.again = root.querySelector(".again");
    this.again.firstElementChild.addEventListener("click", again);
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#submit(event.submitter?.value === "register" ? "register" : "login", signIn);
    });
  }

  // open shows the form, with a reason if there is one to give, and with the way back
  // into a session that goes on elsewhere.
  open(reason = "", elsewhere = false) {
    show(this.root, true);
    show(this.again, elsewhere);
    this.#complain(reason);
    const { name, password } = this.form.elements;
    (name.value ? password : name).focus();
  }

  close() {
    show(this.root, false);
    this.form.elements.password.value = "";
  }

  async #submit(cmd, signIn) {
    const { name, password } = this.form.elements;
    if (!name.value.trim() || !password.value) {
      this.#complain(t("login.needed"));
      (name.value.trim() ? password : name).focus();
      return;
    }
    this.#busy(true);
    this.#complain("");
    try {
      await signIn(name.value.trim(), password.value, cmd);
    } catch (error) {
      this.#complain(error.message);
      password.focus();
    } finally {
      this.#busy(false);
    }
  }

  #busy(busy) {
    for (const button of this.form.querySelectorAll("button")) button.disabled = busy;
  }

  #complain(text) {
    say(this.error, text);
    show(this.error, text !== "");
  }
}
