// The pilot's own orders: what stands, to change or to cancel, and what has ended and why.
import { count, money, nearPrice, parseMoney, reach } from "../economy.js";
import { listed } from "../state.js";
import { el, say } from "./dom.js";
import { day } from "./format.js";
import { hint, press, redraw, table } from "./table.js";

export class OrdersView {
  constructor(ask, act) {
    Object.assign(this, { ask, act });
    this.changing = null; // the number of the order whose price is being typed
  }

  async fill(box) {
    this.box = box;
    const all = listed(await this.ask("market_orders"));
    if (!box.isConnected || this.box !== box) return;
    const stand = all.filter((o) => !o.ended), ended = all.filter((o) => o.ended);
    redraw(box, el("h3", {}, "Standing"), stand.length ? this.#standing(stand) : hint("You have no order that stands."),
      ...(ended.length ? [el("h3", {}, "Ended"), this.#ended(ended.slice(0, 50))] : []));
  }

  #standing(orders) {
    return table("Orders that stand", [["What"], ["Price", "n"], ["Left", "n"], ["Where"], ["Until"], [""]], orders.map((o) => [
      `${o.side === "buy" ? "Buy" : "Sell"} ${o.type}`, money(o.price), `${count(o.left)} of ${count(o.quantity)}`,
      [o.system, o.range === undefined ? "" : `, within ${reach(o.range)}`], day(o.expires * 1000).split(",")[0], this.changing === o.order ? this.#form(o) : this.#buttons(o)]));
  }

  #buttons(order) {
    const change = () => {
      this.changing = order.order;
      this.fill(this.box).then(() => this.box.querySelector(`[data-key="new-${order.order}"]`)?.focus());
    };
    const what = `the order for ${order.type}`;
    return [press(`change-${order.order}`, "Change", change, { says: `Change ${what}` }),
      press(`cancel-${order.order}`, "Cancel", async () => (await this.act("market_cancel", { order: order.order })) && this.fill(this.box), { says: `Cancel ${what}` })];
  }

  #form(order) {
    const input = el("input", { value: money(order.price), inputmode: "decimal", "aria-label": "Another price", "data-key": `new-${order.order}` });
    const told = el("span.hint", { role: "status" });
    const stop = () => {
      this.changing = null;
      this.fill(this.box);
    };
    const change = async (event) => {
      event?.preventDefault();
      const price = parseMoney(input.value);
      if (price === null) return say(told, "An amount like 12.50.");
      if (nearPrice(price) !== price) return say(told, `Four significant figures: ${money(nearPrice(price))}.`);
      if (await this.act("market_change", { order: order.order, price })) stop();
    };
    return [el("form.line", { onsubmit: change }, input, press(`do-${order.order}`, "Change", change, { primary: true }), press(`stop-${order.order}`, "Leave", stop), told)];
  }

  #ended(orders) {
    return table("Orders that have ended", [["What"], ["Price", "n"], ["Done", "n"], ["Why"]],
      orders.map((o) => [`${o.side === "buy" ? "Buy" : "Sell"} ${o.type}`, money(o.price), `${count(o.quantity - o.left)} of ${count(o.quantity)}`, o.reason ?? ""]));
  }
}
