// The big red button, and the countdown that it starts.
import { el, say, show } from "./dom.js";
import { left } from "../countdown.js";
import { word } from "../text.js";

const TIMES = [["now", "Now"], ["1m", "1 min"], ["5m", "5 min"], ["15m", "15 min"], ["1h", "1 hour"]];
const USUAL = "15m";

export class Power {
  // clock is the shard's time in ms since 1970.
  constructor({ dialog, bar, button, link, perform, clock, toast }) {
    Object.assign(this, { dialog, bar, link, perform, clock, toast, facts: null });
    this.form = dialog.querySelector("form");
    dialog.querySelector(".times").append(...TIMES.map(([value, name]) =>
      el("label", {}, el("input", { type: "radio", name: "in", value, ...(value === USUAL ? { checked: true } : {}) }), name)));
    button.addEventListener("click", () => this.#open());
    this.form.elements.arm.addEventListener("input", () => this.#arm());
    this.form.addEventListener("submit", (e) => [e.preventDefault(), this.#go()]);
    dialog.querySelector(".leave").addEventListener("click", () => dialog.close());
    bar.querySelector(".cancel").addEventListener("click", () => this.#cancel());
    setInterval(() => this.#count(), 200);
  }

  take(facts) {
    this.facts = facts;
    show(this.bar, facts.shutdown !== null);
    if (!facts.shutdown) return;
    const { why, by } = facts.shutdown;
    say(this.bar.querySelector(".why"), `${facts.shard} shuts down${why ? `: ${why}` : ""}. Ordered by ${by}.`);
    this.#count();
  }

  #count() {
    const at = this.facts?.shutdown?.at;
    if (at) say(this.bar.querySelector(".left"), left((Date.parse(at) - this.clock()) / 1000));
  }

  #open() {
    const { form, dialog, facts } = this;
    form.reset();
    this.#say("");
    say(dialog.querySelector(".name"), facts.shard);
    say(dialog.querySelector(".what"), `All players are told, everybody is saved, and the ${facts.kind} shard ends. Until the last second it can be cancelled.`);
    this.#arm();
    dialog.showModal();
    form.elements.why.focus();
  }

  #arm() {
    this.dialog.querySelector(".big").disabled = this.form.elements.arm.value.trim() !== this.facts.shard;
  }

  #say(text) {
    const box = this.dialog.querySelector(".error");
    say(box, text);
    show(box, text !== "");
  }

  async #go() {
    const { elements } = this.form;
    if (this.dialog.querySelector(".big").disabled) return;
    const why = elements.why.value.trim();
    try {
      const r = await this.link.run(`shutdown ${elements.in.value}${why ? ` ${word(why)}` : ""}`, { confirm: elements.arm.value.trim() });
      this.dialog.close();
      this.toast(r.text);
    } catch (error) {
      this.#say(error.message);
    }
  }

  async #cancel() {
    const box = this.bar.querySelector(".error");
    show(box, false);
    try {
      this.toast((await this.perform.run("shutdown cancel"))?.text ?? "");
    } catch (error) {
      say(box, error.message);
      show(box, true);
    }
  }
}
