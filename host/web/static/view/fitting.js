// Fitting: a field for each slot of the ship, what the ship can do as it is and with what is
// chosen, and what stands in the way. The server does the sums.
import { listed } from "../state.js";
import { t } from "../words.js";
import { el, show } from "./dom.js";
import { compared, summary } from "./figures.js";
import { table } from "./table.js";

const SLOTS = ["high", "mid", "low"].map((slot) => [slot, t(`fit.${slot}`)]);

export class FittingView {
  #asked = 0;

  constructor(box, { game, types }, act, ask) {
    Object.assign(this, { box, game, types, act, ask });
  }

  // draw shows what the yard has for the ship one is in.
  draw(yard) {
    const { type, ship: number } = this.game.hangar?.ships[0] ?? {};
    const ship = listed(yard.ships).find((s) => s.type === type);
    this.fields = [];
    if (!ship) return this.box.replaceChildren(el("p.hint", {}, t("fit.no_room")));
    const modules = listed(yard.modules).filter((m) => m.lent || number !== undefined); // the yard lends to its own ships
    const rows = SLOTS.flatMap(([slot, label]) => this.#slots(label, ship[slot] ?? 0, modules.filter((m) => m.slot === slot).map((m) => m.type)));
    this.sheet = el("div.sheet", { role: "status" });
    this.button = el("button.primary", { type: "button", onclick: () => this.act("fit", { modules: this.#chosen() }) }, t("fit.these"));
    this.box.replaceChildren(...rows, this.sheet, this.button);
    this.#compare();
  }

  #chosen() {
    return this.fields.map((f) => f.value).filter(Boolean);
  }

  #slots(label, count, choice) {
    if (!count) return [];
    const fitted = listed(this.game.hangar?.items).flatMap((i) => Array(i.quantity ?? 1).fill(i.type)).filter((name) => choice.includes(name));
    const list = Array.from({ length: count }, (_, i) => {
      const field = el("select", { "aria-label": t("fit.slot", { label, n: i + 1 }) }, el("option", { value: "" }, t("fit.empty")), ...choice.map((name) => el("option", { value: name }, name)));
      const figures = el("p.hint");
      const tell = async () => {
        const name = field.value;
        const type = name ? await this.types.get(name) : null;
        if (field.value === name) figures.textContent = type ? summary(type) : "";
      };
      field.value = fitted[i] ?? "";
      field.addEventListener("change", () => {
        tell();
        this.#compare();
      });
      tell();
      this.fields.push(field);
      return el("li", {}, field, figures);
    });
    return [el("h3", {}, label), el("ul", {}, ...list)];
  }

  // compare asks what the ship could do with what is chosen.
  async #compare() {
    const asked = ++this.#asked;
    const told = await this.ask("fitting", { modules: this.#chosen() });
    if (asked !== this.#asked || !told?.after) return;
    const rows = compared(told.before, told.after).map(({ label, before, after, sign, way }) => ({ cells: [label, before, after], "data-sign": sign, "data-way": way || null }));
    const lacks = listed(told.lacks);
    this.sheet.replaceChildren(el("h3", {}, t("fit.can")), table(t("fit.can_label"), [["", ""], [t("fit.now"), "n"], [t("fit.with"), "n"]], rows),
      ...(lacks.length ? [el("p.lacks", {}, t("fit.cannot")), el("ul.lacks", {}, ...lacks.map((text) => el("li", {}, text)))] : []));
    this.button.disabled = lacks.length > 0;
    show(this.sheet, true);
  }
}
