// The own ship in figures: what it can take and do, its modules with range, damage,
// tracking and energy, and what is in the hold.
import { listed } from "../state.js";
import { t } from "../words.js";
import { el, say } from "./dom.js";
import { figures } from "./figures.js";

export class ShipView {
  #drawn = 0;

  constructor(dialog, game, fight, types, ask) {
    Object.assign(this, { dialog, game, fight, types, ask });
    this.box = dialog.querySelector(".body");
    game.on("hangar", () => dialog.open && this.fill());
  }

  async fill() {
    const drawn = ++this.#drawn;
    const type = this.#type();
    say(this.dialog.querySelector("h2"), type ? t("ship.title", { type }) : t("selected.own"));
    this.box.replaceChildren(el("p.hint", {}, t("ship.asking")));
    const modules = this.#modules();
    const names = [type, ...new Set(modules)].filter(Boolean);
    const known = new Map(await Promise.all(names.map(async (name) => [name, await this.types.get(name)])));
    const hold = listed((await this.ask("hold"))?.items);
    if (drawn !== this.#drawn) return;
    this.box.replaceChildren(...sheet(known.get(type)),
      ...names.slice(1).flatMap((name) => {
        const count = modules.filter((m) => m === name).length;
        return [el("h3", {}, count > 1 ? t("ship.many", { name, count }) : name), ...sheet(known.get(name))];
      }),
      el("h3", {}, t("ship.hold")), ...(hold.length ? [el("ul", {}, ...hold.map((i) => el("li.line", {}, i.type, el("span", {}, String(i.quantity)))))] : [el("p.hint", {}, t("ship.nothing"))]));
  }

  #type() {
    return this.game.own?.type ?? this.game.hangar?.ships[0]?.type ?? "";
  }

  #modules() {
    if (this.game.own) return this.fight.modules.map((m) => m.type);
    return (this.game.hangar?.items ?? []).filter((i) => i.location === "fitted").map((i) => i.type);
  }
}

function sheet(type) {
  if (!type) return [];
  return [...(type.text ? [el("p.hint", {}, type.text)] : []), el("dl", {}, ...figures(type).flatMap(([label, text]) => [el("dt", {}, label), el("dd", {}, text)]))];
}
