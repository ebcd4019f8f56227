// Hangar, hold and containers: stacks are dragged from one to the other, or chosen and moved
// with the keyboard; and what else can be done with what is chosen. In space there are the
// hold and the containers in it, and what is thrown out of it.
import { Once, count, cubic, parseCount, place } from "../economy.js";
import { listed } from "../state.js";
import { t } from "../words.js";
import { el, say } from "./dom.js";
import { hint, press, redraw } from "./table.js";

export class CargoView {
  #drawn = 0;

  // does: {sell(type, quantity), build(type)}, what other windows do with a type.
  constructor(dialog, { game, types, shop }, ask, act, does) {
    Object.assign(this, { dialog, game, types, shop, ask, act, does, once: new Once() });
    this.box = dialog.querySelector(".body");
    this.chosen = null; // {from, type}
    this.units = "";
    game.on("message", (m) => ["hold", "hangar", "order"].includes(m.ev) && dialog.open && this.fill());
  }

  async fill() {
    const drawn = ++this.#drawn;
    const docked = this.game.docked !== null;
    const [hold, hangar, ships, assets, types] = await Promise.all([this.ask("hold"), docked ? this.ask("hangar") : null, this.ask("ships"), this.ask("assets"), this.shop.types()]);
    const flown = await this.types.get(ships?.flies?.type ?? "");
    await this.shop.learn(this.game.system?.region ?? "");
    if (drawn !== this.#drawn) return;
    this.known = new Map(types.map((type) => [type.name, type]));
    this.flies = ships?.flies;
    this.places = new Map();
    const aboard = listed(hold?.containers);
    const box = (c, at) => this.places.set(c.container, { title: `${c.type} ${c.container}`, items: listed(c.items), room: c.capacity, at });
    if (docked) this.places.set("hangar", { title: t("cargo.hangar"), items: listed(hangar?.items) });
    this.places.set("hold", { title: t("cargo.hold"), items: listed(hold?.items), room: flown?.cargo, beside: this.#volume(aboard.map((c) => ({ type: c.type, quantity: 1 }))) });
    for (const c of aboard) box(c, "hold");
    for (const c of listed(hangar?.containers)) box(c, "hangar");
    this.hangar = this.game.docked;
    this.rest = { ships: listed(ships?.ships), assets: listed(assets) };
    this.#draw();
  }

  // draw shows what was learned last.
  #draw() {
    if (!this.#stack()) this.chosen = null;
    redraw(this.box, this.hangar !== null ? hint(t("cargo.drag")) : hint(t("cargo.space")),
      el("div.places", {}, ...[...this.places].map(([id, p]) => this.#place(id, p))), this.#actions(), this.#ships(this.rest.ships), this.#elsewhere(this.rest.assets));
  }

  #volume(items) {
    return items.reduce((sum, i) => sum + (this.known.get(i.type)?.volume ?? 0) * i.quantity, 0);
  }

  #place(id, { title, items, room, beside = 0, at }) {
    const used = this.#volume(items) + beside;
    const rows = items.map((item) => this.#row(id, item));
    const note = { hold: t("cargo.in_hold"), hangar: t("cargo.in_hangar") }[at];
    const node = el("section.place", { "aria-label": note ? t("cargo.noted", { title, note }) : title }, el("h3", {}, title, el("span.room", {}, room ? t("cargo.room", { used: cubic(used), room: cubic(room) }) : cubic(used))),
      note ? hint(t("cargo.container", { note })) : "", rows.length ? el("ul", {}, ...rows) : hint(t("cargo.empty")), at ? this.#whole(id, at, items.length === 0) : "");
    node.addEventListener("dragover", (event) => {
      if (!this.dragged || this.dragged.from === id) return;
      event.preventDefault();
      node.dataset.over = "true";
    });
    node.addEventListener("dragleave", () => delete node.dataset.over);
    node.addEventListener("drop", (event) => {
      event.preventDefault();
      const { dragged } = this;
      if (dragged) this.#move(dragged, id);
    });
    return node;
  }

  // whole is what can be done with a container as it is.
  #whole(container, at, empty) {
    const says = (what) => ({ says: t("cargo.about", { what, n: container }) });
    if (this.hangar === null) return el("div.row", {}, press(`out-${container}`, t("cargo.throw"), () => this.#do("jettison", { container }), says(t("cargo.throw"))));
    const [to, label] = at === "hold" ? ["hangar", t("cargo.to_hangar")] : ["hold", t("cargo.to_hold")];
    return el("div.row", {}, press(`carry-${container}`, label, () => this.#do("move", { container, to }), says(label)),
      empty ? press(`close-${container}`, t("cargo.away"), () => this.#do("container_close", { container }), says(t("cargo.away"))) : "");
  }

  #row(from, { type, quantity }) {
    const on = this.chosen?.from === from && this.chosen.type === type;
    const choose = () => {
      this.chosen = on ? null : { from, type };
      this.units = "";
      this.#draw();
    };
    const row = el("button.stack", { type: "button", draggable: this.places.size > 1 ? "true" : null, "aria-pressed": String(on), "data-key": `${from} ${type}`, onclick: choose },
      el("span", {}, type), el("span", {}, count(quantity)));
    row.addEventListener("dragstart", (event) => {
      this.dragged = { from, type };
      event.dataTransfer.setData("text/plain", type);
    });
    row.addEventListener("dragend", () => (this.dragged = null));
    return el("li", {}, row);
  }

  #stack() {
    return this.chosen && this.places.get(this.chosen.from)?.items.find((i) => i.type === this.chosen.type);
  }

  // actions are what can be done with the stack that is chosen.
  #actions() {
    const stack = this.#stack();
    if (!stack) return null;
    const { from, type } = this.chosen;
    const units = el("input", { value: this.units, inputmode: "numeric", placeholder: t("cargo.all", { n: count(stack.quantity) }), "aria-label": t("cargo.units"), "data-key": "units" });
    units.addEventListener("input", () => (this.units = units.value));
    const moves = [...this.places].filter(([id]) => id !== from).map(([id, p]) => press(`to-${id}`, t("cargo.to", { place: p.title.toLowerCase() }), () => this.#move(this.chosen, id)));
    const out = from === "hold" && this.hangar === null ? [press("out", t("cargo.throw"), () => this.#throw(this.chosen))] : [];
    const sold = from === "hold" && this.hangar !== null ? [press("sell", t("cargo.sell"), () => this.#sell(this.chosen, stack.quantity))] : [];
    const more = from !== "hangar" ? [...out, ...sold] : [
      press("sell", t("cargo.sell"), () => this.does.sell(type, this.#amount() || stack.quantity)),
      ...({
        ore: [press("refine", t("cargo.refine"), () => this.#refine(type), { primary: true })],
        ship: [press("assemble", t("cargo.assemble"), () => this.#do("assemble", { type }))],
        container: [press("setup", t("cargo.setup"), () => this.#do("container_open", { type }))],
        blueprint: [press("build", t("cargo.build"), () => this.does.build(type))],
      }[this.known.get(type)?.category] ?? []),
    ];
    return el("div.actions", { role: "group", "aria-label": type }, el("b", {}, type), units, ...moves, ...more, el("p.hint", { role: "status" }));
  }

  // amount is how many are meant: undefined for all, null for what is no number.
  #amount() {
    return this.units.trim() === "" ? undefined : parseCount(this.units);
  }

  async #move({ from, type }, to) {
    const quantity = this.chosen?.type === type ? this.#amount() : undefined;
    if (quantity === null) return this.#tell(t("cargo.whole"));
    await this.#do("move", { from, to, type, quantity });
  }

  // sell takes what is in the hold into the hangar first: the market sells from there.
  async #sell({ from, type }, all) {
    const quantity = this.#amount();
    if (quantity === null) return this.#tell(t("cargo.whole"));
    if (await this.#do("move", { from, to: "hangar", type, quantity })) this.does.sell(type, quantity ?? all);
  }

  async #throw({ type }) {
    const quantity = this.#amount();
    if (quantity === null) return this.#tell(t("cargo.whole"));
    await this.#do("jettison", { type, quantity });
  }

  async #refine(type) {
    const quantity = this.#amount();
    if (quantity === null) return this.#tell(t("cargo.whole"));
    const args = { type, quantity };
    const answer = await this.#do("refine", { ...args, key: this.once.key("refine", args) });
    if (!answer) return;
    this.once.done("refine", args);
    this.said = t("cargo.became", { n: count(answer.used), type, items: listed(answer.items).map((i) => `${count(i.quantity)} ${i.type}`).join(", ") });
    this.does.tell(this.said);
  }

  #tell(text) {
    const line = this.box.querySelector('.actions [role="status"]');
    if (line) say(line, text);
  }

  async #do(cmd, args) {
    const answer = await this.act(cmd, args);
    if (answer) await this.fill();
    return answer?.result ?? null;
  }

  #ships(ships) {
    if (this.hangar === null) return null;
    const here = ships.filter((s) => !s.flown && this.#here(s.location));
    const rows = here.map((s) => el("li.line", {}, el("span", {}, s.name, el("i", {}, s.type)), press(`board-${s.ship}`, t("cargo.board"), () => this.#do("board", { ship: s.ship }), { says: t("cargo.board_what", s) }),
      press(`apart-${s.ship}`, t("cargo.apart"), () => this.#do("disassemble", { ship: s.ship }), { says: t("cargo.apart_what", s) })));
    if (this.flies?.ship !== undefined) rows.unshift(el("li.line", {}, el("span", {}, this.flies.name, el("i", {}, t("cargo.flown", this.flies))), press("insure", t("cargo.insure"), () => this.#do("insure", {}))));
    return rows.length ? el("section", {}, el("h3", {}, t("cargo.ships")), el("ul", {}, ...rows)) : null;
  }

  #here(location) {
    return location === `hangar ${this.game.system?.id} ${this.hangar}`;
  }

  #elsewhere(assets) {
    const rest = assets.filter((a) => !/^(hold$|hold\/|box )/.test(a.location) && !this.#here(a.location));
    if (!rest.length) return null;
    const system = (id) => this.game.map?.get(id)?.name, station = (id) => this.shop.station(id);
    return el("details", { open: this.#openBefore() }, el("summary", {}, t("cargo.elsewhere", { n: rest.length })),
      el("ul", {}, ...rest.map((a) => el("li.line", {}, el("span", {}, a.type, el("i", {}, place(a.location, system, station))), el("span", {}, count(a.quantity))))));
  }

  #openBefore() {
    return this.box.querySelector("details")?.open ?? false;
  }
}
