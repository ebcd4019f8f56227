// Elements that panels return, drawn: one function a kind. Preact compares what is to be
// shown with what is, so that the focus, what is typed and where one has scrolled stay.
import { Component, h, render } from "../vendor/preact/preact.module.js";

// draw shows a tree in a box. act(id, event, value) hears what is done to its elements.
export function draw(box, tree, act) {
  render(tree && h(Element, { node: tree, act }), box);
}

const SIGNS = { up: "\u25b2", down: "\u25bc", buy: "\u2199", sell: "\u2197", star: "\u2605", warning: "\u26a0", check: "\u2713", cross: "\u2715" };

export function Element({ node, act }) {
  return KINDS[node.t](node, node.p ?? {}, act);
}

const kids = (node, act) => (node.c ?? []).map((kid) => h(Element, { key: kid.i, node: kid, act }));
const hears = (node, event) => node.on?.includes(event);

const KINDS = {
  text: (node, { kind, live }) => h("span", { class: kind ? `said ${kind}` : "said", role: live ? "status" : undefined }, node.x ?? ""),
  heading: (node) => h("h3", {}, node.x),
  icon: (node, { says }) => h("span", { class: "sign", role: says ? "img" : undefined, "aria-label": says, "aria-hidden": says ? undefined : "true" }, SIGNS[node.x] ?? "\u25cf"),
  row: (node, { says }, act) => h("div", { class: "across", role: says ? "group" : undefined, "aria-label": says }, kids(node, act)),
  column: (node, { says }, act) => h("div", { class: "down", role: says ? "group" : undefined, "aria-label": says }, kids(node, act)),
  section: (node, { title }, act) => h("section", { "aria-label": title }, title && h("h3", {}, title), kids(node, act)),
  button: (node, { primary, disabled, chosen, says, busy }, act) =>
    h("button", { type: "button", class: primary ? "primary" : undefined, disabled, "aria-busy": busy ? "true" : undefined, "aria-pressed": chosen === undefined ? undefined : String(chosen), "aria-label": says, onClick: () => act(node.i, "press") }, node.x),
  input: (node, _, act) => h(Field, { node, act }),
  choice: (node, { label, value, options, disabled }, act) =>
    h("label", {}, label, h("select", { disabled, "aria-label": label ? undefined : node.i, onChange: (e) => act(node.i, "change", e.target.value) },
      (options ?? []).map(([of, text]) => h("option", { key: of, value: of, selected: of === value }, text)))),
  check: (node, { label, value, disabled }, act) =>
    h("label", { class: "check" }, h("input", { type: "checkbox", checked: value === true, disabled, onChange: (e) => act(node.i, "change", e.target.checked) }), label),
  slider: (node, _, act) => h(Slider, { node, act }),
  tabs: (node, props, act) => h(Tabs, { node, act }),
  menu: (node, props, act) => h(Menu, { node, act }),
  table: (node, props, act) => h(Table, { node, act }),
  gauge: (node, { label, value = 0, max = 1, text, kind }) => {
    const share = max > 0 ? Math.min(1, Math.max(0, value / max)) : 0;
    return h("span", { class: kind ? `gauge ${kind}` : "gauge", role: "meter", "aria-label": label, "aria-valuenow": value, "aria-valuemin": 0, "aria-valuemax": max, "aria-valuetext": text },
      h("i", { "aria-hidden": "true", style: { transform: `scaleX(${share.toFixed(3)})` } }), h("span", {}, text ?? ""));
  },
  chart: (node, props) => h(Chart, { node }),
  canvas: (node, props) => h(Canvas, { node }),
};

const TYPED = 100; // what was typed that the panel may give back still

// Typed is an input that keeps what is typed until the panel gives another value than it last
// gave. What it gives back of what was typed comes late where somebody is fast, and is no such
// value.
class Typed extends Component {
  typed = [];

  get input() {
    return this.base.querySelector("input, textarea");
  }

  componentDidMount() {
    this.input.value = given(this.props);
  }

  componentDidUpdate(before) {
    const now = given(this.props);
    if (now === given(before)) return;
    const echo = this.typed.indexOf(now);
    this.typed.splice(0, echo < 0 ? this.typed.length : echo + 1);
    if (echo < 0 && this.input.value !== now) this.input.value = now;
  }

  // take passes on what is typed, as what the panel wants.
  take(text, as = text) {
    const { node, act } = this.props;
    if (!hears(node, "change")) return;
    this.typed = [...this.typed.slice(-TYPED), text];
    act(node.i, "change", as);
  }
}

const given = ({ node }) => String(node.p?.value ?? "");

class Field extends Typed {
  render({ node, act }) {
    const { label, placeholder, mode, lines, suggest, longest, disabled } = node.p ?? {};
    const list = suggest && `${node.i} suggestions`;
    const common = {
      placeholder, disabled, maxlength: longest, autocomplete: "off", spellcheck: mode === undefined, inputmode: { number: "numeric", money: "decimal" }[mode], list,
      "aria-label": label ? undefined : placeholder,
      onInput: (e) => this.take(e.target.value),
      onKeyDown: (e) => {
        e.stopPropagation();
        if (e.key === "Enter" && !lines && hears(node, "submit")) act(node.i, "submit", e.target.value);
      },
    };
    return h("label", {}, label, lines > 1 ? h("textarea", { rows: lines, ...common }) : h("input", { type: "text", ...common }),
      list && h("datalist", { id: list }, suggest.map((value) => h("option", { key: value, value }))));
  }
}

class Slider extends Typed {
  render({ node }) {
    const { label, min = 0, max = 1, step, disabled } = node.p ?? {};
    return h("label", {}, label, h("input", { type: "range", min, max, step: step ?? "any", disabled, onInput: (e) => this.take(e.target.value, Number(e.target.value)) }));
  }
}

class Tabs extends Component {
  render({ node, act }) {
    const { tabs, shown, label } = node.p;
    const step = (e) => {
      const way = { ArrowRight: 1, ArrowLeft: -1 }[e.key];
      if (!way) return;
      e.preventDefault();
      const at = tabs.findIndex((t) => t.name === shown);
      act(node.i, "show", tabs[(at + way + tabs.length) % tabs.length].name);
      this.follow = true;
    };
    return h("div", { class: "parts" },
      h("div", { class: "tabs", role: "tablist", "aria-label": label, onKeyDown: step }, tabs.map(({ name, title }) =>
        h("button", { key: name, type: "button", role: "tab", id: `${node.i}-${name}`, "aria-selected": String(name === shown), "aria-controls": `${node.i}-part`, tabIndex: name === shown ? 0 : -1, onClick: () => act(node.i, "show", name) }, title))),
      h("div", { id: `${node.i}-part`, role: "tabpanel", "aria-labelledby": `${node.i}-${shown}`, key: shown }, kids(node, act)));
  }

  componentDidUpdate() {
    if (!this.follow) return;
    this.follow = false;
    this.base.querySelector('[aria-selected="true"]')?.focus();
  }
}

class Menu extends Component {
  constructor() {
    super();
    this.state = { open: false };
  }

  render({ node, act }, { open }) {
    const close = (focus) => this.setState({ open: false }, () => focus && this.base.querySelector("button").focus());
    const press = (i) => {
      close(true);
      act(node.i, `press ${i + 1}`);
    };
    const keys = (e) => {
      const items = [...this.base.querySelectorAll("[role=menuitem]")], at = items.indexOf(document.activeElement);
      const way = { ArrowDown: 1, ArrowUp: -1 }[e.key];
      if (e.key === "Escape" && open) close(true);
      else if (way && items.length) items[(at + way + items.length) % items.length].focus();
      else return;
      e.preventDefault();
      e.stopPropagation();
    };
    return h("div", { class: "menu", onKeyDown: keys },
      h("button", { type: "button", "aria-haspopup": "menu", "aria-expanded": String(open), disabled: node.p.disabled, onClick: () => this.setState({ open: !open }) }, node.p.label ?? "More"),
      open && h("div", { role: "menu" }, node.p.items.map((text, i) => h("button", { key: i, type: "button", role: "menuitem", onClick: () => press(i) }, text))));
  }
}

const ROW = 30; // pixels that a row is high: see panels.css

// Table draws the rows in sight, and asks for others when one scrolls there.
class Table extends Component {
  render({ node, act }) {
    const { columns, total, first, sort, down, label, empty, height } = node.p;
    const rows = node.r ?? [];
    if (total === 0) return h("p", { class: "hint" }, empty ?? "There is nothing here.");
    const look = (e) => this.look(e.currentTarget, node, act);
    const pick = hears(node, "pick") ? (key) => act(node.i, `pick ${key}`) : null;
    return h("div", { class: "rows", tabIndex: 0, onScroll: look, style: { maxHeight: `${(height ?? 12) * ROW + ROW}px` } },
      h("table", { "aria-label": label, "aria-rowcount": total + 1 },
        h("thead", {}, h("tr", { "aria-rowindex": 1 }, columns.map((c, i) =>
          h("th", { key: i, scope: "col", class: c.right ? "n" : undefined, "aria-sort": sort === i + 1 ? (down ? "descending" : "ascending") : undefined, style: c.width ? { width: `${c.width * 100}%` } : undefined },
            c.sorts ? h("button", { type: "button", onClick: () => act(node.i, "sort", i + 1) }, c.title, sort === i + 1 && h("i", { "aria-hidden": "true" }, down ? " \u25bc" : " \u25b2")) : c.title)))),
        h("tbody", {},
          h("tr", { key: "before", class: "gap", "aria-hidden": "true", style: { height: `${first * ROW}px` } }),
          rows.map((row, i) => this.row(node, act, columns, row, first + i, pick)),
          h("tr", { key: "after", class: "gap", "aria-hidden": "true", style: { height: `${Math.max(0, total - first - rows.length) * ROW}px` } }))));
  }

  row(node, act, columns, row, at, pick) {
    const content = (cell, i) => {
      const shown = h(Element, { node: cell, act });
      return pick && i === 0 ? h("button", { type: "button", class: "pick" }, shown) : shown; // its click is the row's
    };
    return h("tr", { key: `r ${row.k}`, "aria-rowindex": at + 2, class: row.m || undefined, "data-picks": pick ? "true" : undefined, onClick: pick && (() => pick(row.k)) },
      row.c.map((cell, i) => h("td", { key: i, class: columns[i].right ? "n" : undefined }, content(cell, i))));
  }

  // look asks for the rows in sight and as many before and behind, where they are not there.
  look(box, node, act) {
    const { total, first } = node.p, there = node.r?.length ?? 0;
    const top = Math.floor(box.scrollTop / ROW), seen = Math.ceil(box.clientHeight / ROW);
    if (top >= first && top + seen <= first + there || there === 0) return;
    const from = Math.max(0, top - seen);
    act(node.i, "rows", [from, Math.min(total - from, 3 * seen + 4)]);
  }
}

const WIDE = 560;

function Chart({ node }) {
  const { points = [], kind, label, text, height = 120 } = node.p;
  const xs = points.map((p) => p[0]), ys = points.map((p) => p[1]);
  const low = kind === "bars" ? Math.min(0, ...ys) : Math.min(...ys), high = Math.max(...ys), left = Math.min(...xs), right = Math.max(...xs);
  const x = (v) => (right > left ? (v - left) / (right - left) : 0.5) * (WIDE - 10) + 5;
  const y = (v) => 5 + (high > low ? (high - v) / (high - low) : 0.5) * (height - 10);
  const wide = Math.max(1, (WIDE - 10) / Math.max(1, points.length) - 1);
  return h("figure", {}, h("svg", { viewBox: `0 0 ${WIDE} ${height}`, role: "img", "aria-label": [label, text].filter(Boolean).join(": "), class: "chart" },
    kind === "bars"
      ? points.map((p, i) => h("rect", { key: i, x: Math.min(WIDE - wide, Math.max(0, x(p[0]) - wide / 2)), y: y(Math.max(0, p[1])), width: wide, height: Math.abs(y(p[1]) - y(0)) }))
      : [h("polyline", { key: "line", points: points.map((p) => `${x(p[0]).toFixed(1)},${y(p[1]).toFixed(1)}`).join(" ") }),
        points.length === 1 && h("circle", { key: "dot", cx: x(xs[0]), cy: y(ys[0]), r: 3 })]),
    text && h("figcaption", { class: "hint" }, text));
}

function Canvas({ node }) {
  const { width = 100, height = 100, label, shapes = [] } = node.p;
  return h("svg", { class: "drawing", viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": label }, shapes.map((s, i) => SHAPES[s[0]](s.slice(1), i)));
}

const SHAPES = {
  line: ([x1, y1, x2, y2, ink], key) => h("line", { key, x1, y1, x2, y2, class: ink || "plain" }),
  box: ([x, y, width, height, ink], key) => h("rect", { key, x, y, width: Math.max(0, width), height: Math.max(0, height), class: `full ${ink || "plain"}` }),
  circle: ([cx, cy, r, ink], key) => h("circle", { key, cx, cy, r: Math.max(0, r), class: ink || "plain" }),
  disc: ([cx, cy, r, ink], key) => h("circle", { key, cx, cy, r: Math.max(0, r), class: `full ${ink || "plain"}` }),
  text: ([x, y, text, ink], key) => h("text", { key, x, y, class: `full ${ink || "plain"}` }, text),
};
