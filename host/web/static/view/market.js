// The market of a type: who sells and buys how much at which price, what was paid by day,
// and the pilot's own order.
import { Once, chart, count, depth, money, nearPrice, parseCount, parseMoney, reach, where } from "../economy.js";
import { listed } from "../state.js";
import { el, say, svg } from "./dom.js";
import { choice, field, hint, press, redraw, table } from "./table.js";

const REACHES = [["station", "this station"], ["system", "this system"], ["5", "5 jumps"], ["10", "10 jumps"], ["region", "the region"]];
const DAYS = [["1", "1 day"], ["7", "7 days"], ["30", "30 days"], ["90", "90 days"], ["365", "365 days"]];
const SHOWN = 60; // days in the chart

export class MarketView {
  #drawn = 0;

  constructor(game, shop, ask, act) {
    Object.assign(this, { game, shop, ask, act, once: new Once() });
    this.type = "";
    this.typed = { side: "buy", quantity: "1", price: "", range: "region", days: "90" };
  }

  async fill(box) {
    this.box = box;
    this.found = el("div.found");
    const types = (await this.shop.types()).map((t) => t.name);
    const { label, input } = field("What", { list: "market-types", value: this.type, placeholder: "Ferrite", "data-key": "type", spellcheck: "false" });
    input.addEventListener("change", () => this.choose(input.value));
    redraw(box, el("form.line", { onsubmit: (e) => this.#find(e, input) }, label, press("look", "Show", () => this.choose(input.value), { primary: true })),
      el("datalist", { id: "market-types" }, ...types.map((value) => el("option", { value }))), this.found);
    if (this.type) await this.show();
    else this.found.replaceChildren(hint("Name a thing: what is offered and wanted for it in this region, and what was paid, is shown here."));
  }

  #find(event, input) {
    event.preventDefault();
    this.choose(input.value);
  }

  async choose(name, side) {
    if (!name.trim()) return;
    this.type = name.trim();
    if (side) this.typed.side = side;
    this.typed.price = "";
    await this.show();
  }

  async show() {
    const drawn = ++this.#drawn;
    const answer = await this.act("market_book", { type: this.type });
    const days = answer && await this.ask("market_history", { type: this.type });
    const worth = answer && (await this.ask("look", { type: this.type }))?.price;
    await this.shop.learn(this.game.system?.region ?? "");
    if (drawn !== this.#drawn || !this.found?.isConnected) return;
    if (!answer) return this.found.replaceChildren(hint(`Nothing is known of ${this.type}.`));
    this.worth = worth || 0;
    this.book = { sells: listed(answer.result.sells), buys: listed(answer.result.buys) };
    redraw(this.found, this.#form(), this.#side("For sale", "sells"), this.#side("Wanted", "buys"), this.#history(listed(days)));
  }

  #side(title, name) {
    const orders = depth(this.book[name]).slice(0, 30);
    const buying = name === "buys";
    const columns = [["Price", "n"], ["Units", "n"], ["In all", "n"], ["Where"], ...(buying ? [["Within"]] : [])];
    const rows = orders.map((o) => ({
      "data-mine": this.mine?.has(o.order) ? "true" : undefined,
      cells: [press(`price-${o.order}`, money(o.price), () => this.#take(o, buying), { says: `${buying ? "Sell" : "Buy"} at ${money(o.price)}` }), count(o.quantity),
        [el("span.depth", {}, bar(o.share, buying), el("span", {}, count(o.sum)))], where(o.system, this.#station(o.station)), ...(buying ? [reach(o.range)] : [])],
    }));
    return el("section", { "aria-label": title }, el("h3", {}, title), orders.length ? table(title, columns, rows) : hint(buying ? "Nobody wants it here." : "Nobody sells it here."));
  }

  #station(id) {
    return this.shop.station(id) ?? this.game.sim.celestials.get(id)?.name;
  }

  // take puts an order's price into the form: who presses it wants to trade with it.
  #take(order, buying) {
    Object.assign(this.typed, { side: buying ? "sell" : "buy", price: money(order.price) });
    redraw(this.found.firstChild, ...this.#form().childNodes);
    this.found.querySelector('[data-key="quantity"]')?.focus();
  }

  #form() {
    const { typed } = this;
    if (this.game.docked === null) return el("div", {}, hint("Who is docked may buy and sell."));
    const side = choice("Order", [["buy", "Buy"], ["sell", "Sell"]], typed.side, { "data-key": "side" });
    const quantity = field("Units", { inputmode: "numeric", value: typed.quantity, "data-key": "quantity" });
    const price = field("Price of one", { inputmode: "decimal", value: typed.price || this.#bestPrice(), "data-key": "price" });
    const range = choice("From", REACHES, typed.range, { "data-key": "range" });
    const days = choice("Stands for", DAYS, typed.days, { "data-key": "days" });
    const told = el("p.hint", { role: "status" });
    const tell = () => {
      Object.assign(typed, { quantity: quantity.input.value, price: price.input.value, range: range.select.value, days: days.select.value });
      say(told, this.#total(typed));
    };
    for (const input of [quantity.input, price.input]) input.addEventListener("input", tell);
    for (const select of [range.select, days.select]) select.addEventListener("change", tell);
    side.select.addEventListener("change", () => {
      Object.assign(typed, { side: side.select.value, price: "" });
      redraw(this.found.firstChild, ...this.#form().childNodes);
    });
    tell();
    const give = press("give", typed.side === "buy" ? "Buy" : "Sell", () => this.#order(give, told), { primary: true });
    return el("div.order", {}, el("div.fields", {}, side.label, quantity.label, price.label, ...(typed.side === "buy" ? [range.label] : []), days.label, give), told);
  }

  #bestPrice() {
    const [best] = this.typed.side === "buy" ? this.book.sells : this.book.buys;
    return best ? money(best.price) : "";
  }

  // total says what an order comes to, or what is wrong with it.
  #total({ side, quantity, price }) {
    const n = parseCount(quantity), each = parseMoney(price);
    if (!quantity || !price) return `Units, and a price of one.${this.worth ? ` It is worth about ${money(this.worth)}.` : ""}`;
    if (n === null) return "Units is a whole number from 1 on.";
    if (each === null) return "The price is an amount like 12.50.";
    if (nearPrice(each) !== each) return `A price has four significant figures: ${money(nearPrice(each))} is the nearest.`;
    return side === "buy" ? `${money(n * each)} at most. What is not bought at once is promised, and the broker has a share of it.` : `${money(n * each)} or more. The tax, and the broker's share of what stands, come off it.`;
  }

  async #order(button, told) {
    const { typed } = this;
    const quantity = parseCount(typed.quantity), price = parseMoney(typed.price);
    if (quantity === null || price === null || nearPrice(price) !== price) return say(told, this.#total(typed));
    const args = { type: this.type, quantity, price, days: Number(typed.days) };
    if (typed.side === "buy") args.range = Number(typed.range) || typed.range;
    const cmd = `market_${typed.side}`;
    button.disabled = true;
    const answer = await this.act(cmd, { ...args, key: this.once.key(cmd, args) });
    button.disabled = false;
    if (!answer) return;
    this.once.done(cmd, args);
    const done = outcome(typed.side, answer.result);
    await this.show();
    say(this.found.querySelector('.order [role="status"]') ?? told, done);
  }

  #history(days) {
    if (!days.length) return el("section", {}, el("h3", {}, "What was paid"), hint("Nothing was traded here yet."));
    return el("section", { "aria-label": "What was paid" }, el("h3", {}, "What was paid"), priceChart(days.slice(0, SHOWN).toReversed()),
      table("What was paid by day", [["Day"], ["Average", "n"], ["Lowest", "n"], ["Highest", "n"], ["Units", "n"], ["Trades", "n"]],
        days.slice(0, SHOWN).map((d) => [d.date, money(d.average), money(d.lowest), money(d.highest), count(d.volume), count(d.order_count ?? d.orders)])));
  }
}

// outcome says what came of an order.
export function outcome(side, { filled, left, paid, fee }) {
  const done = filled ? `${side === "buy" ? "Bought" : "Sold"} ${count(filled)} for ${money(paid)}.` : "";
  const stands = left ? `${count(left)} stand${left === 1 ? "s" : ""} in the market, for a fee of ${money(fee)}.` : "";
  return [done, stands].filter(Boolean).join(" ");
}

function bar(share, buying) {
  const made = el(buying ? "i.bar.buying" : "i.bar", { "aria-hidden": "true" });
  made.style.transform = `scaleX(${share.toFixed(3)})`;
  return made;
}

const WIDE = 560, HIGH = 150;

function priceChart(days) {
  const { days: laid, low, high } = chart(days, WIDE, HIGH);
  const line = laid.map((d) => `${d.x.toFixed(1)},${(d.y + 5).toFixed(1)}`).join(" ");
  const words = `From ${days[0].date} to ${days.at(-1).date}: between ${money(low)} and ${money(high)}, ${money(days.at(-1).average)} at last.`;
  return el("figure", {}, svg("svg", { viewBox: `0 0 ${WIDE} ${HIGH + 10}`, role: "img", "aria-label": words, class: "prices" },
    ...laid.map((d) => svg("rect", { class: "units", x: d.x - d.wide / 2, y: HIGH + 5 - d.bar, width: d.wide, height: d.bar })),
    ...laid.map((d) => svg("line", { class: "span", x1: d.x, x2: d.x, y1: d.top + 5, y2: d.bottom + 5 })),
    svg("polyline", { class: "average", points: line }),
    ...(laid.length === 1 ? [svg("circle", { class: "dot", cx: laid[0].x, cy: laid[0].y + 5, r: 3 })] : [])), el("figcaption.hint", {}, words));
}
