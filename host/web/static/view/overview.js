// The list of everything here. Only the rows in sight exist as elements, so a
// thousand things cost what thirty do.
import { t } from "../words.js";
import { el, say, show } from "./dom.js";
import { distance, group, kindName, shortName } from "./format.js";
import { colour, icon, reshape } from "./icons.js";
import { standing, standingSign } from "../standing.js";

const FILTERS = ["all", "ships", "celestials", "gates", "missiles"].map((id) => [id, t(`overview.${id}`)]);
const COLUMNS = ["name", "type", "far"].map((by) => [by, t(`overview.by_${by}`)]);
const KEEP = "overview";

export class Overview {
  #rows = [];
  #list = [];
  #height = 28;

  // use() does what one most likely wants of what is selected.
  constructor(root, { game, fleet, fight }, use) {
    Object.assign(this, { root, game, fleet, fight, use });
    this.box = root.querySelector(".rows");
    this.filter = "all";
    this.sort = { by: "far", down: false };
    this.#restore();
    this.#tabs(root.querySelector(".tabs"));
    this.#columns(root.querySelector(".columns"));
    this.spacer = el("div", { role: "presentation" });
    this.none = el("p.none", {}, t("overview.none"));
    this.box.append(this.spacer);
    this.box.after(this.none);
    this.box.addEventListener("scroll", () => this.#paint(), { passive: true });
    this.box.addEventListener("keydown", (event) => this.#key(event));
    this.box.addEventListener("click", (event) => this.#click(event));
    this.box.addEventListener("dblclick", (event) => event.target.closest(".entry") && this.use());
    new ResizeObserver(() => this.#paint()).observe(this.box);
    game.on("selection", () => this.#paint());
    game.on("system", () => this.refresh());
  }

  // refresh sorts and paints; called a few times a second.
  refresh() {
    if (this.box.clientHeight === 0) return;
    const { game } = this;
    const list = [];
    const take = (thing) => {
      if (thing.id === game.ship || (thing.kind === "missile" && this.filter !== "missiles")) return;
      if (this.filter !== "all" && group(thing.kind) !== this.filter) return;
      const name = shortName(thing.name || thing.type, game.system?.name);
      const stands = standing(thing, game, this.fleet, this.fight);
      const type = game.lairs.has(thing.id) ? t("overview.pirates") : thing.type || kindName(thing);
      list.push({ id: thing.id, kind: standingSign(thing.kind, stands), stands, name, type, far: game.distance(thing) });
    };
    for (const body of game.sim.bodies.values()) take(body);
    for (const celestial of game.sim.celestials.values()) take(celestial);
    const { by, down } = this.sort;
    const sign = down ? -1 : 1;
    if (by === "far") list.sort((a, b) => sign * ((a.far ?? 0) - (b.far ?? 0)) || a.id - b.id);
    else list.sort((a, b) => sign * COLLATOR.compare(a[by], b[by]) || a.far - b.far || a.id - b.id);
    this.#list = list;
    show(this.none, list.length === 0);
    this.#paint();
  }

  // step selects the next or the previous row.
  step(by) {
    const list = this.#list;
    if (!list.length) return;
    const at = list.findIndex((row) => row.id === this.game.selected);
    this.#choose(at < 0 ? 0 : Math.max(0, Math.min(list.length - 1, at + by)));
  }

  #choose(index) {
    const top = index * this.#height;
    const { box } = this;
    if (top < box.scrollTop) box.scrollTop = top;
    else if (top + this.#height > box.scrollTop + box.clientHeight) box.scrollTop = top + this.#height - box.clientHeight;
    this.game.select(this.#list[index].id);
    this.#paint();
  }

  #paint() {
    const { box } = this;
    const visible = box.clientHeight;
    if (visible === 0) return;
    this.#height = this.#rows[0]?.node.offsetHeight || this.#height;
    this.spacer.style.height = `${this.#list.length * this.#height}px`;
    const first = Math.max(0, Math.floor(box.scrollTop / this.#height));
    const count = Math.min(Math.ceil(visible / this.#height) + 1, this.#list.length - first);
    while (this.#rows.length < count) this.#rows.push(this.#row());
    let active = "";
    this.#rows.forEach((row, i) => {
      const item = i < count ? this.#list[first + i] : null;
      show(row.node, item !== null);
      if (!item) return;
      this.#fill(row, item, first + i);
      if (item.id === this.game.selected) active = row.node.id;
    });
    if (active) box.setAttribute("aria-activedescendant", active);
    else box.removeAttribute("aria-activedescendant");
  }

  #row() {
    const sign = icon("ship");
    const name = el("span.name"), type = el("span.type"), far = el("span.far"), stands = el("span.unseen");
    const node = el("div.entry", { role: "option", id: `row-${this.#rows.length}` }, sign, stands, name, type, far);
    this.box.append(node);
    return { node, sign, stands, name, type, far };
  }

  #fill(row, item, index) {
    const { node } = row;
    node.style.transform = `translateY(${index * this.#height}px)`;
    node.dataset.index = index;
    node.setAttribute("aria-setsize", this.#list.length);
    node.setAttribute("aria-posinset", index + 1);
    node.setAttribute("aria-selected", item.id === this.game.selected);
    reshape(row.sign, item.kind);
    row.sign.style.color = colour(item.kind);
    node.dataset.standing = item.stands ?? "";
    node.dataset.aimed = String(this.fight.aimed.has(item.id));
    row.sign.setAttribute("data-standing", item.stands ?? "");
    say(row.stands, item.stands && item.stands !== "neutral" ? `${t(`standing.${item.stands}`)}: ` : "");
    say(row.name, item.name);
    if (row.name.title !== item.name) row.name.title = item.name;
    say(row.type, item.type);
    say(row.far, distance(item.far));
  }

  #click(event) {
    const row = event.target.closest(".entry");
    const item = row && this.#list[Number(row.dataset.index)];
    if (item) this.game.select(item.id);
  }

  #key(event) {
    if (event.key === "Enter") {
      event.preventDefault();
      return this.use();
    }
    const page = Math.max(1, Math.floor(this.box.clientHeight / this.#height) - 1);
    const by = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -Infinity, End: Infinity }[event.key];
    if (by === undefined || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    if (Number.isFinite(by)) this.step(by);
    else if (this.#list.length) this.#choose(by < 0 ? 0 : this.#list.length - 1);
  }

  #tabs(box) {
    const buttons = FILTERS.map(([id, label]) => {
      const button = el("button", { type: "button", "aria-pressed": String(id === this.filter) }, label);
      button.addEventListener("click", () => {
        this.filter = id;
        for (const other of buttons) other.setAttribute("aria-pressed", String(other === button));
        this.box.scrollTop = 0;
        this.#changed();
      });
      return button;
    });
    box.append(...buttons);
  }

  #columns(box) {
    const buttons = COLUMNS.map(([by, label]) => {
      const button = el("button", { type: "button" }, label);
      button.addEventListener("click", () => {
        this.sort = { by, down: this.sort.by === by && !this.sort.down };
        this.#changed();
        mark();
      });
      return { by, button };
    });
    const mark = () => {
      for (const { by, button } of buttons) {
        const { sort } = this;
        if (by === sort.by) button.dataset.order = sort.down ? "down" : "up";
        else delete button.dataset.order;
        button.setAttribute("aria-pressed", String(by === sort.by));
      }
    };
    box.append(el("span"), ...buttons.map((b) => b.button));
    mark();
  }

  #changed() {
    try {
      localStorage.setItem(KEEP, JSON.stringify({ filter: this.filter, sort: this.sort }));
    } catch {
      // A browser may forbid storage; the choice then lasts as long as the page.
    }
    this.refresh();
  }

  #restore() {
    try {
      const { filter, sort } = JSON.parse(localStorage.getItem(KEEP)) ?? {};
      if (FILTERS.some(([id]) => id === filter)) this.filter = filter;
      if (COLUMNS.some(([id]) => id === sort?.by)) this.sort = { by: sort.by, down: sort.down === true };
    } catch {
      // Nothing kept, or nothing readable: the defaults stand.
    }
  }
}

const COLLATOR = new Intl.Collator("en", { numeric: true });
