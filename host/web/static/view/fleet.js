// The fleet: who is in it, inviting others, and what its commander may do.
import { listed } from "../state.js";
import { t } from "../words.js";
import { el } from "./dom.js";

export class FleetView {
  constructor(dialog, game, fleet, act, ask) {
    Object.assign(this, { dialog, game, fleet, act, ask });
    this.box = dialog.querySelector(".body");
    this.here = []; // pilots in the system: {id, name}
    fleet.on("changed", () => dialog.open && this.#draw());
  }

  // fill draws what is known, and again once it is known who is here.
  async fill() {
    this.#draw();
    const answer = await this.ask("who");
    this.here = listed(answer?.players).filter((p) => p.id !== this.game.me?.id);
    if (this.dialog.open) this.#draw();
  }

  #draw() {
    const { fleet } = this;
    const focus = document.activeElement?.dataset?.key;
    this.box.replaceChildren(...this.#invitations(), ...this.#members(), ...this.#calls(), ...this.#others());
    if (focus) this.box.querySelector(`[data-key="${focus}"]`)?.focus();
    this.dialog.querySelector("h2").textContent = fleet.id === null ? t("open.fleet") : t("fleet.title", { n: fleet.members.length });
  }

  #invitations() {
    return [...this.fleet.invitations].map(([id, from]) => el("p.line", {}, el("span", {}, t("fleet.invites", { from })), this.#button(`join-${id}`, t("fleet.join"), () => this.#join(id))));
  }

  async #join(fleet) {
    const answer = await this.act("fleet_join", { fleet });
    if (answer) this.fleet.take(answer.result);
  }

  #members() {
    const { fleet, game } = this;
    if (fleet.id === null) return [el("p.hint", {}, t("fleet.none"))];
    const rows = fleet.members.map(({ id, name, system }) => {
      const boss = id === fleet.boss;
      const mine = fleet.commands && id !== game.me?.id;
      return el("li.line", {}, el("span", {}, name, el("i", {}, boss ? t("fleet.commander", { system }) : system)),
        ...(mine ? [this.#button(`boss-${id}`, t("fleet.boss"), () => this.act("fleet_boss", { id })), this.#button(`kick-${id}`, t("fleet.kick"), () => this.act("fleet_kick", { id }))] : []));
    });
    return [el("ul", {}, ...rows)];
  }

  #calls() {
    if (this.fleet.id === null) return [];
    const call = (kind, id) => this.act("fleet_broadcast", id ? { kind, id } : { kind });
    const { selected } = this.game;
    return [el("p.line", {},
      this.#button("help", t("fleet.help"), () => call("need help", this.game.ship)),
      ...(selected === null ? [] : [this.#button("target", t("fleet.target"), () => call("target", selected))]),
      this.#button("leave", t("fleet.leave"), () => this.#leave()))];
  }

  async #leave() {
    if (await this.act("fleet_leave")) this.fleet.take(null);
  }

  #others() {
    const others = this.here.filter((p) => !this.fleet.has(p.id));
    if (!others.length || (this.fleet.id !== null && !this.fleet.commands)) return [];
    const rows = others.slice(0, 50).map(({ id, name }) => el("li.line", {}, el("span", {}, name), this.#button(`invite-${id}`, t("fleet.invite"), () => this.#invite(id))));
    return [el("h3", {}, t("fleet.here")), el("ul", {}, ...rows)];
  }

  async #invite(id) {
    const answer = await this.act("fleet_invite", { id });
    if (answer) this.fleet.take(answer.result);
  }

  #button(key, label, run) {
    return el("button", { type: "button", "data-key": key, onclick: run }, label);
  }
}
