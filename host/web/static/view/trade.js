// The windows about money and things, tied to each other: cargo, market with orders, wallet
// and hauling, industry, planets.
import { count, money } from "../economy.js";
import { CargoView } from "./cargo.js";
import { HaulView } from "./haul.js";
import { IndustryView } from "./industry.js";
import { MarketView } from "./market.js";
import { OrdersView } from "./orders.js";
import { PlanetsView } from "./planets.js";
import { Tabs } from "./table.js";
import { WalletView } from "./wallet.js";

// trade makes the windows, as Windows wants them. known is {game, types, shop}; windows()
// is the Windows that has them; tell(text) says something to the pilot.
export function trade(find, known, ask, act, { windows, tell }) {
  const { game, shop } = known;
  const market = new MarketView(game, shop, ask, act), orders = new OrdersView(ask, act), wallet = new WalletView(ask);
  const show = (type) => {
    market.type = type;
    tabs.show("book");
  };
  const fly = (name) => {
    const system = game.map?.named(name);
    if (system) game.fly(system.id);
    tell(system ? `The route is set to ${name}.` : `There is no system ${name} on the map.`);
  };
  const haul = new HaulView(game, shop, { show, fly });
  const tabs = new Tabs(find("#market"), {
    book: { title: "Prices", fill: (box) => market.fill(box) },
    orders: { title: "My orders", fill: (box) => orders.fill(box) },
    wallet: { title: "Wallet", fill: (box) => wallet.fill(box) },
    haul: { title: "Hauling", fill: (box) => haul.fill(box) },
  });
  const industry = new IndustryView(find("#industry"), game, shop, ask, act);
  const cargo = new CargoView(find("#cargo"), known, ask, act, {
    tell,
    sell: (type, quantity) => {
      Object.assign(market, { type });
      Object.assign(market.typed, { side: "sell", price: "", quantity: String(quantity) });
      tabs.shown = "book";
      windows().toggle("market");
    },
    build: (type) => {
      industry.plan(type);
      windows().toggle("industry");
    },
  });
  const planets = new PlanetsView(find("#planets"), game, ask, act);
  game.on("message", (m) => {
    if (m.ev !== "order") return;
    tell(orderText(m));
    for (const part of ["orders", "wallet"]) tabs.refresh(part);
  });
  return {
    market: { dialog: tabs.dialog, fill: () => tabs.show() },
    cargo: { dialog: cargo.dialog, fill: () => cargo.fill() },
    industry: { dialog: industry.dialog, fill: () => industry.fill() },
    planets: { dialog: planets.dialog, fill: () => planets.fill() },
  };
}

// orderText says what became of an order of the pilot's.
export function orderText({ side, type, n, price, left, reason }) {
  if (!n) return `Your order to ${side} ${type} has ended: ${reason}.`;
  const rest = left ? `, and ${count(left)} stand${left === 1 ? "s" : ""} still` : "";
  return `${side === "buy" ? "Bought" : "Sold"} ${count(n)} ${type} at ${money(price)}${rest}.`;
}
