// What a command answered, as elements.
import { el } from "./dom.js";
import { bytes, millis } from "../figures.js";
import { differences, isDiff, lasting, when } from "../text.js";

// cell is a value as people read it, by the unit of its column.
export function cell(value, unit = "") {
  if (value === null || value === undefined || value === "") return "";
  if (Array.isArray(value)) return value.map((v) => cell(v)).join(", ");
  if (typeof value === "object") return JSON.stringify(value);
  if (typeof value === "boolean") return value ? "yes" : "no";
  switch (unit) {
    case "ms": return value >= 60_000 ? lasting(value / 1000) : millis(value);
    case "B": return bytes(value);
    case "%": return `${(value * 100).toFixed(value < 0.0995 ? 1 : 0)} %`;
    case "time": return when(value);
    case "0.00": return Number(value).toFixed(2);
    case "hash": return String(value).slice(0, 8);
  }
  return typeof value === "number" && !Number.isInteger(value) ? String(Math.round(value * 1000) / 1000) : String(value);
}

const heading = (name) => name.replace(/_(ms|bytes)$/, "").replaceAll("_", " ");

// diff shows a unified diff; every line says in its first letter what it is, too.
export const diff = (text) => el("div.diff", { tabindex: 0, role: "region", "aria-label": "Difference" }, ...differences(text).map((l) => el(`code.${l.kind}`, {}, l.text || " ")));

// table shows rows, or one thing line by line.
export function table(t) {
  const box = el("div.table"), rows = t.rows ?? []; // of an empty list Go makes null
  if (rows.length === 0) box.append(el("p.none", {}, t.none || "nothing"));
  else box.append(t.one && rows.length === 1 ? one(t) : many(t));
  if (t.note) box.append(el("p.note", {}, t.note));
  return box;
}

function one(t) {
  const lines = t.columns.map((c, i) => [heading(c.name), cell(t.rows[0][i], c.unit)]).filter(([, text]) => text !== "");
  return el("table", {}, el("tbody", {}, ...lines.map(([name, text]) => el("tr", {}, el("th", { scope: "row" }, name), el("td", {}, text)))));
}

function many(t) {
  const kind = (i) => (typeof t.rows.find((row) => row[i] !== null)?.[i] === "number" ? "number" : "plain");
  return el("table", {},
    el("thead", {}, el("tr", {}, ...t.columns.map((c, i) => el(`th.${kind(i)}`, { scope: "col" }, heading(c.name))))),
    el("tbody", {}, ...t.rows.map((row) => el("tr", {}, ...t.columns.map((c, i) => el(`td.${kind(i)}`, {}, cell(row[i], c.unit)))))));
}

// result shows all of an answer: null where it says nothing.
export function result(r) {
  const parts = [];
  if (r.text) parts.push(isDiff(r.text) ? diff(r.text) : el("div.text", {}, r.text));
  if (r.table) parts.push(table(r.table));
  if (r.has) parts.push(el("div.text", {}, (r.values ?? []).map((v) => JSON.stringify(v, null, 1) ?? "nil").join("\n") || "no value"));
  if (r.failed) parts.push(el("p.error", {}, r.failed));
  if (r.file) parts.push(download(r.file));
  return parts.length ? el("div.result", {}, ...parts) : null;
}

// A file is for the operator's own machine.
function download({ name, data }) {
  const raw = Uint8Array.from(atob(data), (c) => c.charCodeAt(0));
  const link = el("a.button", { href: URL.createObjectURL(new Blob([raw])), download: name.split("/").pop() }, `Save ${name}`);
  return link;
}
