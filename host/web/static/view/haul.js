// A hauler's view: what costs less in one place than somebody pays for it in another.
import { count, cubic, money } from "../economy.js";
import { el } from "./dom.js";
import { choice, hint, press, redraw, table } from "./table.js";

const BY = [["profit", "profit"], ["room", "profit for its room"], ["way", "profit for the way"]];

export class HaulView {
  // show(type) opens the market of a type, fly(system) sets a route.
  constructor(game, shop, { show, fly }) {
    Object.assign(this, { game, shop, show, fly });
    this.from = null; // null: where the pilot is; "" is anywhere
    this.to = "";
    this.by = "profit";
  }

  async fill(box) {
    this.box = box;
    const here = this.game.system?.region ?? "";
    const from = this.from ?? here;
    const [regions, gaps] = await Promise.all([this.shop.regions(), this.shop.gaps(from, this.to)]);
    for (const name of new Set((gaps ?? []).flatMap((g) => [g.buy.region, g.sell.region]).slice(0, 8))) await this.shop.learn(name);
    if (!box.isConnected) return;
    const places = [["", "anywhere"], ...regions.map((r) => [r, r === here ? `${r} (here)` : r])];
    const pick = (label, chosen, options, set) => {
      const { label: node, select } = choice(label, options, chosen, { "data-key": label });
      select.addEventListener("change", () => {
        set(select.value);
        this.fill(box);
      });
      return node;
    };
    redraw(box, el("div.fields", {}, pick("Buy in", from, places, (v) => (this.from = v)), pick("Sell in", this.to, places, (v) => (this.to = v)), pick("Most", this.by, BY, (v) => (this.by = v))),
      gaps === null ? hint("The server does not say just now.") : gaps.length ? this.#table(sorted(gaps, this.by)) : hint("Nobody pays more for anything than it costs. Look again later, or farther away."));
  }

  #table(gaps) {
    const at = (end) => [press(`${end.station}-${end.price}`, end.system, () => this.fly(end.system), { says: `Set the route to ${end.system}` }), el("span.at", {}, ` ${this.shop.station(end.station) ?? ""}`)];
    return table("What is worth hauling", [["What"], ["Profit", "n"], ["Units", "n"], ["Room", "n"], ["Jumps", "n"], ["Buy at", "n"], ["in"], ["Sell at", "n"], ["in"]], gaps.map((g) => [
      press(`type-${g.type}-${g.buy.station}`, g.type, () => this.show(g.type), { says: `Market of ${g.type}` }), money(g.profit), count(g.quantity), cubic(g.quantity * g.volume),
      g.jumps < 0 ? "no way" : count(g.jumps), money(g.buy.price), at(g.buy), money(g.sell.price), at(g.sell)]));
  }
}

// sorted puts first what earns most: in all, for each cubic metre, or for each jump.
export function sorted(gaps, by) {
  const worth = { profit: (g) => g.profit, room: (g) => (g.sell.price - g.buy.price) / (g.volume || 1), way: (g) => (g.jumps < 0 ? -1 : g.profit / (g.jumps + 1)) }[by];
  return gaps.toSorted((a, b) => worth(b) - worth(a));
}
