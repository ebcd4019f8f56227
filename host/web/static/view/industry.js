// Industry: the jobs in this station, and giving another.
import { Once, count, money, parseCount, until } from "../economy.js";
import { listed } from "../state.js";
import { el } from "./dom.js";
import { field, hint, press, redraw, table } from "./table.js";

const STATES = { done: "done", running: "at work", waiting: "waits for a line" };

export class IndustryView {
  #drawn = 0;

  constructor(dialog, game, shop, ask, act) {
    Object.assign(this, { dialog, game, shop, ask, act, once: new Once() });
    this.box = dialog.querySelector(".body");
    this.name = "";
    this.runs = "1";
  }

  // plan opens with a blueprint chosen.
  plan(name) {
    this.name = name;
  }

  async fill() {
    const drawn = ++this.#drawn;
    if (this.game.docked === null) return redraw(this.box, hint("Jobs are given, and things fetched, in a station."));
    const [jobs, hangar, types, plan] = await Promise.all([this.ask("jobs"), this.ask("hangar"), this.shop.types(), this.name ? this.ask("blueprint", { blueprint: this.name }) : null]);
    if (drawn !== this.#drawn) return;
    this.has = new Map(listed(hangar?.items).map((i) => [i.type, i.quantity]));
    redraw(this.box, this.#jobs(listed(jobs)), this.#choice(types.filter((t) => t.category === "blueprint")), plan ? this.#plan(plan) : this.name ? hint(`There is no blueprint for ${this.name}.`) : null);
  }

  #jobs(jobs) {
    if (!jobs.length) return el("section", {}, el("h3", {}, "Jobs here"), hint("You have no job in this station."));
    const rows = jobs.map((j) => [j.product ? `${count(j.quantity)} ${j.product}` : j.blueprint, `${STATES[j.state] ?? j.state}${j.state === "waiting" ? `, ${until(j.starts_in)}` : ""}`, j.state === "done" ? "" : until(j.ends_in),
      j.state === "done" ? press(`get-${j.job}`, "Fetch", () => this.#do("deliver", { job: j.job }), { primary: true, says: `Fetch ${j.product}` }) : press(`cancel-${j.job}`, "Cancel", () => this.#do("job_cancel", { job: j.job }), { says: `Cancel ${j.product}` })]);
    return el("section", {}, el("h3", {}, "Jobs here"), table("Jobs", [["What"], ["State"], ["Done in", "n"], [""]], rows), press("look", "Look again", () => this.fill()));
  }

  #choice(blueprints) {
    const { label, input } = field("Build", { list: "industry-blueprints", value: this.name, placeholder: "Wren", "data-key": "blueprint", spellcheck: "false" });
    const choose = (event) => {
      event?.preventDefault();
      this.name = input.value.trim();
      this.fill();
    };
    input.addEventListener("change", () => choose());
    return el("section", {}, el("h3", {}, "Another job"), el("form.line", { onsubmit: choose }, label, press("show", "Show", () => choose())),
      el("datalist", { id: "industry-blueprints" }, ...blueprints.map((t) => el("option", { value: t.name.replace(/ Blueprint$/, "") }))));
  }

  #plan(plan) {
    const runs = field("Runs", { inputmode: "numeric", value: this.runs, "data-key": "runs" });
    const box = el("div");
    const draw = () => {
      this.runs = runs.input.value;
      const n = parseCount(this.runs);
      box.replaceChildren(...(n === null ? [hint("Runs is a whole number from 1 on.")] : [this.#needs(plan, n), this.#give(plan, n)]));
    };
    runs.input.addEventListener("input", draw);
    draw();
    return el("section", { "aria-label": plan.product }, el("p", {}, `A run makes ${count(plan.batch)} ${plan.product} in ${until(plan.seconds)}.`), el("div.fields", {}, runs.label), box);
  }

  #needs(plan, runs) {
    const rows = listed(plan.needs).map(({ type, quantity }) => {
      const need = quantity * runs, has = this.has.get(type) ?? 0;
      return { "data-short": has < need ? "true" : undefined, cells: [type, count(need), count(has), has < need ? `${count(need - has)} missing` : "enough"] };
    });
    return table("What it takes", [["What it takes"], ["Needed", "n"], ["In the hangar", "n"], [""]], rows);
  }

  #give(plan, runs) {
    const args = { blueprint: plan.blueprint, runs };
    const ask = async (cmd) => {
      if (await this.#do(cmd, { ...args, key: this.once.key(cmd, args) })) this.once.done(cmd, args);
    };
    return el("p.line", {}, press("licence", `Buy the right, ${money(plan.price * runs)}`, () => ask("licence")), press("build", `Build, ${until(plan.seconds * runs)}`, () => ask("build"), { primary: true }));
  }

  async #do(cmd, args) {
    const answer = await this.act(cmd, args);
    if (answer) await this.fill();
    return answer;
  }
}
