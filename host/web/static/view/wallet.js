// The wallet: how much money there is, and what came and went.
import { count, money } from "../economy.js";
import { listed } from "../state.js";
import { el } from "./dom.js";
import { day } from "./format.js";
import { hint, press, redraw, table } from "./table.js";

export class WalletView {
  constructor(ask) {
    this.ask = ask;
  }

  async fill(box) {
    this.box = box;
    this.lines = [];
    await this.#more();
  }

  async #more() {
    const { box } = this;
    const [wallet, lines] = await Promise.all([this.ask("wallet"), this.ask("wallet_history", this.lines.length ? { before: this.lines.at(-1).entry } : {})]);
    if (!box.isConnected) return;
    const some = listed(lines);
    this.lines.push(...some);
    redraw(box, el("p.balance", {}, el("span", {}, "You have "), el("b", {}, money(wallet?.balance))),
      this.lines.length ? table("What came and went", [["When"], ["What"], ["Amount", "n"]], this.lines.map((l) => ({ "data-sign": l.n < 0 ? "less" : "more", cells: [day(l.at * 1000), words(l), `${l.n > 0 ? "+" : ""}${money(l.n)}`] }))) : hint("Nothing came or went yet."),
      some.length >= 100 ? press("more", "Earlier", () => this.#more()) : null);
  }
}

// words is what a line of the wallet is about.
export function words({ cause, trades }) {
  const list = listed(trades).map((t) => `${t.side === "buy" ? "bought" : "sold"} ${count(t.quantity)} ${t.type} at ${money(t.price)}`);
  return list.length ? `${cause}: ${list.join("; ")}` : String(cause ?? "");
}
