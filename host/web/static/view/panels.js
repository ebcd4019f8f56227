// The windows that are Lua, in the page: a dialog for each, the engine behind them, and what
// they may ask of the page. What Lua may say is in bindings/API.md, how elements are drawn in
// panels/draw.js; both, and the engine itself, are fetched when there is something to fly in.
import { listed } from "../state.js";
import { t } from "../words.js";
import { el, say, show } from "./dom.js";

const KEPT = "panel."; // of settings, before the panel's name

export class Panels {
  #dialogs = new Map(); // {dialog, notice, body, fill, args}
  #hears = new Set();
  #begun = null;
  #engine = null;
  #draw = null;

  // ask(cmd, args) asks the server, tell(text) the pilot; windows() is the Windows that has
  // those of the panels; sheet is where buttons of panels go; bring fetches files below a folder
  // and says how far it is; lacks says why there are no panels, "" where there are.
  constructor({ game, keep, shop, ask, tell, windows, sheet, bring, lacks }) {
    Object.assign(this, { game, keep, shop, ask, tell, windows, sheet, bring, lacks });
    for (const what of ["welcome", "system"]) game.on(what, () => this.#here());
    game.on("welcome", () => {
      this.#settings();
      this.#engine?.renew();
    });
  }

  // begin fetches the engine, once.
  begin() {
    return (this.#begun ??= this.lacks ? this.#absent(this.lacks) : this.#load());
  }

  async #load() {
    await this.bring(t("fetch.panels"), "panels/");
    const [{ Engine }, { draw }, { release, worker }] = await Promise.all([import("../panels/engine.js"), import("../panels/draw.js"), import("../panels/start.js")]);
    this.#draw = draw;
    this.#engine = new Engine({ make: worker, get: release });
    const engine = this.#engine;
    engine.on("panels", (list, hears) => this.#list(list, hears));
    engine.on("tree", (name, tree) => this.#tree(name, tree));
    engine.on("ask", (m) => this.#asked(m));
    engine.on("tell", (_, text) => this.tell(text));
    engine.on("keep", (name, key, value) => this.#keep(name, key, value));
    engine.on("trouble", (fault, name, back) => this.#trouble(fault, name, back));
    engine.on("refused", (fault) => this.#report(fault));
    engine.on("absent", () => this.#absent(t("panel.no_start")));
    this.#here();
    for (const [name, { dialog, args }] of this.#dialogs) if (dialog.open) engine.open(name, args);
    await engine.start();
  }

  // window is a panel's, as Windows wants it: it is there before its panel is.
  window(name, title) {
    const notice = el("p.failed", { role: "status", hidden: true }), body = el("div.body", { tabindex: "0" });
    const dialog = el("dialog.window.trade.panel", { id: name, "aria-labelledby": `${name}-title` },
      el("h2", { id: `${name}-title` }, title), notice, body, el("button.primary.close", { type: "button" }, t("close")));
    document.body.append(dialog);
    const panel = { dialog, notice, body, args: null, fill: () => this.#open(name) };
    this.#dialogs.set(name, panel);
    dialog.addEventListener("close", () => {
      panel.args = null;
      this.#engine?.close(name);
    });
    return panel;
  }

  // open shows a panel with something to begin with.
  open(name, args) {
    const panel = this.#dialogs.get(name);
    if (!panel) return;
    panel.args = args;
    if (panel.dialog.open) this.#open(name);
    else this.windows().toggle(name);
  }

  // take hears every event of the server.
  take(m) {
    if (m.ev === "panels") this.#engine?.take(m);
    else if (this.#hears.has(m.ev)) this.#engine.told(m.ev, m);
  }

  #open(name) {
    const { body, args } = this.#dialogs.get(name);
    if (!body.firstChild) this.#note(name, this.lacks || t("panel.moment"));
    if (this.lacks) return;
    if (this.#engine) this.#engine.open(name, args);
    else this.begin();
  }

  #here() {
    const { game } = this;
    this.#engine?.here({ docked: game.docked !== null, system: game.system?.name ?? null, region: game.system?.region ?? null, player: game.me?.name ?? null });
  }

  #list(list, hears) {
    this.#hears = new Set(hears);
    for (const { name, title, icon } of list) {
      const known = this.#dialogs.get(name);
      if (known) say(known.dialog.querySelector("h2"), title);
      else this.windows().add(name, this.window(name, title));
      const buttons = document.querySelectorAll(`[data-open="${CSS.escape(name)}"]`);
      for (const button of buttons) button.hidden = false;
      if (!buttons.length && icon) this.sheet.querySelector(".release").before(el("button", { "data-open": name, onclick: () => this.windows().toggle(name) }, title));
    }
    for (const [name, { dialog }] of this.#dialogs) {
      if (list.some((p) => p.name === name)) continue;
      dialog.close(); // its file is gone
      for (const button of document.querySelectorAll(`[data-open="${CSS.escape(name)}"]`)) button.hidden = true;
    }
    this.#settings();
  }

  #tree(name, tree) {
    const panel = this.#dialogs.get(name);
    if (!panel) return;
    this.#note(name, "");
    this.#draw(panel.body, tree, (id, event, value) => this.#engine.happen(name, id, event, value));
  }

  #note(name, text) {
    const { notice } = this.#dialogs.get(name);
    say(notice, text);
    show(notice, text !== "");
  }

  async #asked({ panel, request, command, value, page }) {
    try {
      const answer = page ? await this.#page(command, value) : await this.ask(command, value ?? {});
      this.#engine.answer(panel, request, { value: answer });
    } catch (error) {
      this.#engine.answer(panel, request, { message: error.message || t("panel.refused"), code: error.code ?? "failed" });
    }
  }

  // page answers what panels ask of the page itself.
  async #page(what, args) {
    const { shop, game } = this, [first = "", second = ""] = listed(args);
    switch (what) {
      case "types":
        return (await shop.types()).map((t) => t.name);
      case "regions":
        return shop.regions();
      case "stations":
        return shop.stations(first);
      case "gaps":
        return shop.gaps(first, second);
      case "fly": {
        const system = game.map?.named(first);
        if (system) game.fly(system.id);
        this.tell(t(system ? "panel.route" : "panel.no_system", { system: first }));
        return Boolean(system);
      }
    }
    throw new Error("the page does not know that");
  }

  #settings() {
    if (!this.#engine || !this.game.me) return;
    for (const name of this.#dialogs.keys()) this.#engine.settings(name, this.keep.get(KEPT + name) ?? {});
  }

  #keep(name, key, value) {
    const kept = { ...this.keep.get(KEPT + name) };
    if (value === null) delete kept[key];
    else kept[key] = value;
    this.keep.set(KEPT + name, kept);
  }

  #trouble(fault, name, back) {
    const panel = this.#dialogs.get(name);
    if (panel) this.#note(name, t(back ? "panel.failed" : "panel.wrong"));
    if (!panel?.dialog.open && back) this.tell(t("panel.failed_named", { title: panel?.dialog.querySelector("h2").textContent ?? name }));
    this.#report(fault);
  }

  // report tells the operator; whoever cannot be reached hears it from the next.
  #report(fault) {
    this.ask("panel_fault", fault).catch(() => {});
  }

  #absent(why) {
    this.lacks = why;
    for (const name of this.#dialogs.keys()) this.#note(name, why);
  }
}
