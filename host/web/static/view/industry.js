// Industry: the jobs in this station, and giving another.
import { Once, count, money, parseCount, until } from "../economy.js";
import { listed } from "../state.js";
import { t } from "../words.js";
import { el } from "./dom.js";
import { field, hint, press, redraw, table } from "./table.js";

const STATES = Object.fromEntries(["done", "running", "waiting"].map((state) => [state, t(`industry.${state}`)]));

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
    if (this.game.docked === null) return redraw(this.box, hint(t("industry.dock")));
    const [jobs, hangar, types, plan] = await Promise.all([this.ask("jobs"), this.ask("hangar"), this.shop.types(), this.name ? this.ask("blueprint", { blueprint: this.name }) : null]);
    if (drawn !== this.#drawn) return;
    this.has = new Map(listed(hangar?.items).map((i) => [i.type, i.quantity]));
    redraw(this.box, this.#jobs(listed(jobs)), this.#choice(types.filter((t) => t.category === "blueprint")), plan ? this.#plan(plan) : this.name ? hint(t("industry.no_blueprint", { name: this.name })) : null);
  }

  #jobs(jobs) {
    if (!jobs.length) return el("section", {}, el("h3", {}, t("industry.here")), hint(t("industry.none")));
    const rows = jobs.map((j) => [j.product ? `${count(j.quantity)} ${j.product}` : j.blueprint, `${STATES[j.state] ?? j.state}${j.state === "waiting" ? `, ${until(j.starts_in)}` : ""}`, j.state === "done" ? "" : until(j.ends_in),
      j.state === "done" ? press(`get-${j.job}`, t("industry.fetch"), () => this.#do("deliver", { job: j.job }), { primary: true, says: t("industry.fetch_what", { name: j.product }) }) : press(`cancel-${j.job}`, t("industry.cancel"), () => this.#do("job_cancel", { job: j.job }), { says: t("industry.cancel_what", { name: j.product }) })]);
    return el("section", {}, el("h3", {}, t("industry.here")), table(t("industry.jobs"), [[t("industry.what")], [t("industry.state")], [t("industry.done_in"), "n"], [""]], rows), press("look", t("industry.again"), () => this.fill()));
  }

  #choice(blueprints) {
    const { label, input } = field(t("industry.build"), { list: "industry-blueprints", value: this.name, placeholder: "Wren", "data-key": "blueprint", spellcheck: "false" });
    const choose = (event) => {
      event?.preventDefault();
      this.name = input.value.trim();
      this.fill();
    };
    input.addEventListener("change", () => choose());
    return el("section", {}, el("h3", {}, t("industry.another")), el("form.line", { onsubmit: choose }, label, press("show", t("industry.show"), () => choose())),
      el("datalist", { id: "industry-blueprints" }, ...blueprints.map((t) => el("option", { value: t.name.replace(/ Blueprint$/, "") }))));
  }

  #plan(plan) {
    const runs = field(t("industry.runs"), { inputmode: "numeric", value: this.runs, "data-key": "runs" });
    const box = el("div");
    const draw = () => {
      this.runs = runs.input.value;
      const n = parseCount(this.runs);
      box.replaceChildren(...(n === null ? [hint(t("industry.whole"))] : [this.#needs(plan, n), this.#give(plan, n)]));
    };
    runs.input.addEventListener("input", draw);
    draw();
    return el("section", { "aria-label": plan.product }, el("p", {}, t("industry.makes", { n: count(plan.batch), product: plan.product, time: until(plan.seconds) })), el("div.fields", {}, runs.label), box);
  }

  #needs(plan, runs) {
    const rows = listed(plan.needs).map(({ type, quantity }) => {
      const need = quantity * runs, has = this.has.get(type) ?? 0;
      return { "data-short": has < need ? "true" : undefined, cells: [type, count(need), count(has), has < need ? t("industry.missing", { n: count(need - has) }) : t("industry.enough")] };
    });
    return table(t("industry.takes"), [[t("industry.takes")], [t("industry.needed"), "n"], [t("industry.hangar"), "n"], [""]], rows);
  }

  #give(plan, runs) {
    const args = { blueprint: plan.blueprint, runs };
    const ask = async (cmd) => {
      if (await this.#do(cmd, { ...args, key: this.once.key(cmd, args) })) this.once.done(cmd, args);
    };
    return el("p.line", {}, press("licence", t("industry.right", { money: money(plan.price * runs) }), () => ask("licence")), press("build", t("industry.build_in", { time: until(plan.seconds * runs) }), () => ask("build"), { primary: true }));
  }

  async #do(cmd, args) {
    const answer = await this.act(cmd, args);
    if (answer) await this.fill();
    return answer;
  }
}
