// The agent of the station one is in, what they offer, and the missions one has.
import { Once, count, money, until } from "../economy.js";
import { listed } from "../state.js";
import { fill, known, t } from "../words.js";
import { el } from "./dom.js";
import { hint, press, redraw } from "./table.js";

export class AgentsView {
  #once = new Once();

  // fly(system) sets a route, tell(text) says something; now() is the time of day in ms.
  constructor(dialog, game, ask, act, { fly, tell, now = () => Date.now() }) {
    Object.assign(this, { dialog, game, ask, act, fly, tell, now });
    this.box = dialog.querySelector(".body");
    game.on("message", (m) => m.ev === "journal" && dialog.open && this.fill());
  }

  async fill() {
    if (!this.box.firstChild) redraw(this.box, hint(t("agents.asking")));
    const answer = await this.ask("missions");
    if (!this.dialog.open) return;
    if (!answer) return redraw(this.box, hint(t("agents.none")));
    const mine = listed(answer.missions).filter((m) => !m.done), offers = listed(answer.offers);
    redraw(this.box,
      el("h3", {}, t("agents.yours")), mine.length ? el("ul", {}, ...mine.map((m) => this.#mission(m, this.#ends(m)))) : hint(t("agents.no_missions")),
      el("h3", {}, answer.agent ? t("agents.offers", { agent: answer.agent }) : t("agents.away")),
      offers.length ? el("ul", {}, ...offers.map((m) => this.#mission(m, [this.#button(m, "take", "mission_accept", true)]))) : hint(t(answer.agent ? "agents.no_offers" : "agents.dock")));
  }

  #mission(m, buttons) {
    return el("li.mission", { "data-mission": m.mission },
      el("p.line", {}, el("b", {}, kind(m)), el("span.what", {}, what(m)), el("span.reward", {}, money(m.reward))),
      ...(m.text ? [hint(m.text)] : []),
      el("p.line", {}, el("span", {}, left(m, this.now())), ...buttons));
  }

  // ends are the buttons of a mission one has: to be paid where that can be, else the way there.
  #ends(m) {
    const place = m.kind === "courier" ? m.to : m.from;
    const here = this.game.docked === place?.station;
    const elsewhere = place && place.system !== this.game.system?.name;
    return [
      ...(here && !(m.count < m.need) ? [this.#button(m, "done", "mission_done", true)] : []),
      ...(elsewhere ? [press(`route-${m.mission}`, t("agents.route"), () => this.fly(place.system))] : []),
      ...(this.game.own && this.game.sim.find(m.place?.id) ? [press(`select-${m.mission}`, t("agents.select"), () => this.#show(m.place.id))] : []),
      this.#button(m, "drop", "mission_drop"),
    ];
  }

  // show selects the place of a mission, with space in sight.
  #show(id) {
    this.dialog.close();
    this.game.select(id);
  }

  #button(m, word, cmd, primary = false) {
    return press(`${word}-${m.mission}`, t(`agents.${word}`), () => this.#order(cmd, m), { primary, says: `${t(`agents.${word}`)}: ${kind(m)}, ${what(m)}` });
  }

  async #order(cmd, m) {
    const args = { mission: m.mission };
    const answer = await this.act(cmd, { ...args, key: this.#once.key(cmd, args) });
    if (answer) this.#once.done(cmd, args);
    if (answer && cmd === "mission_done") this.tell(t("agents.paid", { money: money(answer.result?.paid) }));
    this.fill();
  }
}

// kind is what a mission is called; one that this page has no word for is called as the server does.
export function kind(m) {
  return known(`agents.kind_${m.kind}`) ? t(`agents.kind_${m.kind}`) : String(m.kind ?? "");
}

// what says what is to be done.
export function what(m) {
  const places = { to: m.to?.name, system: (m.to ?? m.from)?.system, place: m.place?.name, type: m.type, n: count(m.need), count: count(m.count) };
  return known(`agents.what_${m.kind}`) ? fill(t(`agents.what_${m.kind}`), places) : "";
}

// left says how long there is, for one that was taken, and how far it is.
function left(m, now) {
  if (!m.due) return "";
  const time = t("agents.left", { time: until(m.due - now / 1000) });
  return typeof m.count === "number" ? `${t("agents.count", { count: count(m.count), n: count(m.need) })}, ${time}` : time;
}
