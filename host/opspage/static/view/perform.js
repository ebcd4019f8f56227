// Having a command run that changes something, with whatever has to be asked before.
import { el, say, show } from "./dom.js";
import { Refusal } from "../link.js";
import { result } from "./result.js";

export class Perform {
  constructor(link, { dialog, shard, sign }) {
    Object.assign(this, { link, dialog, shard, sign });
  }

  // run runs a line. Where the shard wants its name typed it is asked for, and the line
  // sent again with it. null is that the operator left it.
  async run(line, options = {}) {
    try {
      return await this.link.run(line, options);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      if (error.code === "confirm") {
        const name = await this.#typed(line, error.message);
        return name === null ? null : this.link.run(line, { ...options, confirm: name });
      }
      if ((error.code === "sign-in" || error.code === "not-allowed") && !this.signed) this.sign();
      throw error;
    }
  }

  get signed() {
    const { hello } = this.link;
    return hello !== null && hello.who !== "" && hello.who !== "guest";
  }

  // into runs a line and shows below what became of it.
  async into(box, line, options) {
    const answer = el("div.answer", { role: "status" }, "…");
    box.replaceChildren(el("p.asked", {}, line), answer);
    show(box, true);
    try {
      const r = await this.run(line, options);
      if (r === null) show(box, false);
      else answer.replaceChildren(result(r) ?? "done");
      return r !== null && !r.failed;
    } catch (error) {
      answer.replaceChildren(...(error.output ? [el("div.text", {}, error.output)] : []), el("p.error", {}, error.message));
      return false;
    }
  }

  #typed(line, why) {
    const { dialog } = this;
    const form = dialog.querySelector("form"), input = form.elements.name, go = form.querySelector(".primary");
    say(dialog.querySelector(".what"), why.replace(/: type its name to go on.*/, "."));
    say(dialog.querySelector("code"), line);
    input.value = "";
    go.disabled = true;
    return new Promise((done) => {
      const name = () => input.value.trim();
      input.oninput = () => (go.disabled = name() !== this.shard());
      form.querySelector(".leave").onclick = () => dialog.close("");
      form.onsubmit = (e) => [e.preventDefault(), go.disabled || dialog.close(name())];
      dialog.onclose = () => done(dialog.returnValue || null);
      dialog.returnValue = "";
      dialog.showModal();
    });
  }
}
