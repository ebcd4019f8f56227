// Tables and fields of the windows about money and things.
import { el } from "./dom.js";

// redraw replaces what is in a box, and leaves the focus on what has the same data-key.
export function redraw(box, ...nodes) {
  const key = box.contains(document.activeElement) ? document.activeElement.dataset.key : undefined;
  const top = box.scrollTop;
  box.replaceChildren(...nodes.flat().filter(Boolean));
  box.scrollTop = top;
  if (key) box.querySelector(`[data-key="${CSS.escape(key)}"]`)?.focus();
}

// table makes one of columns [label, "n" for numbers] and rows of nodes or texts. Rows are
// lists, or {cells, ...attributes}.
export function table(label, columns, rows) {
  const cell = (tag, content, i, more = {}) => el(columns[i][1] ? `${tag}.${columns[i][1]}` : tag, more, ...(Array.isArray(content) ? content : [content ?? ""]));
  const body = rows.map((row) => {
    const { cells, ...attributes } = Array.isArray(row) ? { cells: row } : row;
    return el("tr", attributes, ...cells.map((c, i) => cell("td", c, i)));
  });
  return el("div.scroll", {}, el("table", { "aria-label": label }, el("thead", {}, el("tr", {}, ...columns.map(([name], i) => cell("th", name, i, { scope: "col" })))), el("tbody", {}, ...body)));
}

// press makes a button: label is what it shows, says what is read out where that is more.
export function press(key, label, run, { primary = false, disabled = false, says } = {}) {
  return el(primary ? "button.primary" : "button", { type: "button", "data-key": key, onclick: run, disabled, "aria-label": says }, label);
}

export function field(label, attributes = {}) {
  const input = el("input", { autocomplete: "off", ...attributes });
  return { label: el("label", {}, `${label} `, input), input };
}

export function choice(label, options, chosen, attributes = {}) {
  const select = el("select", attributes, ...options.map(([value, text]) => el("option", { value }, text)));
  select.value = chosen;
  return { label: el("label", {}, `${label} `, select), select };
}

export const hint = (text) => el("p.hint", {}, text);
