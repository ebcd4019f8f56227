// The economists' page: what /api/v1/economy says, in tables and lines.
import { count, money } from "./economy.js";
import { el, svg } from "./view/dom.js";

const THINGS = ["mined", "made", "looted", "used", "destroyed", "given", "other"];

const $ = (id) => document.getElementById(id);

// table makes one of columns, each {name, of(row), word}; total is a row for its foot.
export function table(label, columns, rows, total) {
  const line = (row, cls) => el(`tr${cls}`, {}, ...columns.map((c) => el(c.word ? "td.word" : "td", {}, c.of(row))));
  return el("div.table", { tabindex: "0", role: "region", "aria-label": label },
    el("table", {},
      el("thead", {}, el("tr", {}, ...columns.map((c) => el(c.word ? "th.word" : "th", { scope: "col" }, c.name)))),
      el("tbody", {}, ...rows.map((row) => line(row, "")), ...(total ? [line(total, ".total")] : []))));
}

const amount = (name, key) => ({ name, of: (row) => money(row[key]) });
const number = (name, key) => ({ name, of: (row) => count(row[key]) });
const word = (name, key) => ({ name, of: (row) => row[key], word: true });
const things = THINGS.map((key) => amount(key[0].toUpperCase() + key.slice(1), key));

// points places figures in a box of 100 by 100, the lowest at its foot.
export function points(values) {
  const low = Math.min(...values);
  const high = Math.max(...values);
  return values.map((v, i) => [
    values.length > 1 ? (100 * i) / (values.length - 1) : 50,
    high > low ? 100 - (100 * (v - low)) / (high - low) : 50,
  ]);
}

// curve is a line of figures by day, with its first and last in words.
function curve(label, days, values, say) {
  if (values.length < 2) return el("p", {}, `${label}: ${values.length ? say(values[0]) : "nothing"}`);
  const way = points(values).map(([x, y], i) => `${i ? "L" : "M"}${x.toFixed(2)} ${y.toFixed(2)}`).join(" ");
  return el("figure", {},
    svg("svg", { viewBox: "0 0 100 100", preserveAspectRatio: "none", role: "img", "aria-label": `${label}, from ${say(values[0])} to ${say(values.at(-1))}` }, svg("path", { d: way })),
    el("figcaption", {}, el("span", {}, `${days[0]}: ${say(values[0])}`), el("span", {}, `${days.at(-1)}: ${say(values.at(-1))}`)));
}

// sheets are the parts of a report, each {title, body}.
function sheets(r) {
  const dates = r.by_day.map((d) => d.date);
  return [
    ["Money", curve("Money", dates, r.by_day.map((d) => d.supply), money)],
    ["", table("Money", [amount("At the beginning", "opening"), amount("Came", "faucets"), amount("Went", "sinks"), amount("At the end", "closing"), amount("Traded", "turnover"),
      { name: "Velocity", of: (m) => m.velocity.toFixed(4) }, { name: "Wallets", of: (m) => money(m.held.wallets) }, { name: "Escrow", of: (m) => money(m.held.escrow) },
      { name: "Corporations", of: (m) => money(m.held.keepers) }], [r.money])],
    ["Faucets and sinks", table("Faucets and sinks", [word("Account", "account"), word("Kind", "kind"), word("Cause", "cause"), word("Activity", "activity"), amount("Money", "money"), amount("Things", "things"), number("Postings", "postings")], r.causes)],
    ["Regions", table("Regions", [{ name: "Region", of: (x) => x.region || "In none", word: true }, amount("Money in", "money_in"), amount("Money out", "money_out"), ...things, amount("Traded", "turnover"), number("Trades", "trades")],
      r.regions, { ...r.totals, region: "Total" })],
    ["Prices", el("div", {}, ...r.indices.map((x) => el("section", {}, el("h3", {}, x.basket), curve(x.basket, x.days.map((d) => d.date), x.days.map((d) => d.index), (n) => n.toFixed(2)))))],
    ["Days", table("Days", [word("Day", "date"), amount("Money", "supply"), amount("In", "money_in"), amount("Out", "money_out"), amount("Traded", "turnover"), { name: "Velocity", of: (d) => d.velocity.toFixed(4) }, ...things], r.by_day.toReversed())],
    ["Types", table("Types", [word("Type", "type"), word("Category", "category"), number("Came", "came"), number("Went", "went"), number("There", "there"), number("Traded", "units"), amount("Price", "price"), word("Priced by", "priced")], r.types)],
  ];
}

async function read(path) {
  const answer = await fetch(path);
  const body = await answer.json();
  if (!answer.ok) throw new Error(body.error?.message ?? `status ${answer.status}`);
  return body;
}

function state(text, wrong = false) {
  $("state").textContent = text;
  $("state").classList.toggle("wrong", wrong);
}

// show reads the report of the days that are chosen. Of two that are under way the later counts.
let asked = 0;
async function show() {
  const mine = ++asked;
  state("Reading the books ...");
  try {
    const r = await read(`/api/v1/economy?days=${$("days").value}`);
    if (mine !== asked) return;
    $("sheets").replaceChildren(...sheets(r).map(([title, body]) => el("section", {}, ...(title ? [el("h2", {}, title)] : []), body)));
    $("types").replaceChildren(...r.types.map((t) => el("option", { value: t.type })));
    $("sheets").hidden = $("candles").hidden = false;
    state(r.ok ? `${count(r.entries)} entries; everything adds up.` : "Something does not add up: the operators have to look.", !r.ok);
    await candles();
  } catch (error) {
    if (mine === asked) state(error.message, true);
  }
}

async function candles() {
  const box = document.querySelector("#candles .table");
  const type = $("type").value.trim();
  if (!type) return box.replaceChildren();
  try {
    const r = await read(`/api/v1/economy/candles?days=${$("days").value}&type=${encodeURIComponent(type)}`);
    box.replaceChildren(table("Candles", [word("Region", "region"), word("Day", "date"), amount("Open", "open"), amount("High", "high"), amount("Low", "low"), amount("Close", "close"), number("Units", "units"), number("Trades", "trades")], r.candles));
  } catch (error) {
    box.replaceChildren(error.message);
  }
}

if (typeof document !== "undefined") {
  $("days").addEventListener("change", show);
  $("type").addEventListener("change", candles);
  show();
}
