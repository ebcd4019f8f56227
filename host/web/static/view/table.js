// Tables, tabs and fields of the windows about money and things.
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

// Tabs shows one of several parts in a window: {name: {title, fill(box)}}.
export class Tabs {
  constructor(dialog, parts) {
    Object.assign(this, { dialog, parts });
    this.box = dialog.querySelector(".body");
    this.bar = dialog.querySelector(".tabs");
    this.shown = Object.keys(parts)[0];
    this.bar.replaceChildren(...Object.entries(parts).map(([name, { title }]) =>
      el("button", { type: "button", role: "tab", id: `${dialog.id}-${name}`, "aria-controls": this.box.id, onclick: () => this.show(name) }, title)));
    this.bar.addEventListener("keydown", (event) => this.#step(event));
  }

  show(name = this.shown) {
    this.shown = name;
    for (const tab of this.bar.children) {
      const on = tab.id === `${this.dialog.id}-${name}`;
      tab.setAttribute("aria-selected", String(on));
      tab.tabIndex = on ? 0 : -1;
    }
    this.box.setAttribute("aria-labelledby", `${this.dialog.id}-${name}`);
    this.box.replaceChildren();
    this.parts[name].fill(this.box);
  }

  // refresh fills the shown part again, where its window is open.
  refresh(name) {
    if (this.dialog.open && this.shown === name) this.parts[name].fill(this.box);
  }

  #step(event) {
    const way = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!way) return;
    event.preventDefault();
    const names = Object.keys(this.parts);
    const next = (names.indexOf(this.shown) + way + names.length) % names.length;
    this.show(names[next]);
    this.bar.children[next].focus();
  }
}
