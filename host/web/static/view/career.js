// The sheet of a character: rank, what they have, and how often they did what.
import { count, money } from "../economy.js";
import { t } from "../words.js";
import { el } from "./dom.js";
import { day } from "./format.js";
import { hint, press, redraw } from "./table.js";

const COUNTS = ["destroyed", "pilots", "lost", "missions", "jumps", "docked", "mined", "looted"];

export class CareerView {
  // open(window) opens another window.
  constructor(dialog, game, ask, act, { open }) {
    Object.assign(this, { dialog, game, ask, act, open });
    this.box = dialog.querySelector(".body");
  }

  async fill() {
    const [sheet, wallet] = await Promise.all([this.ask("career"), this.ask("wallet")]);
    if (!this.dialog.open) return;
    if (!sheet) return redraw(this.box, hint(t("career.none")));
    this.dialog.querySelector("h2").textContent = sheet.name ?? this.game.me?.name ?? "";
    const row = (label, text) => [el("dt", {}, label), el("dd", {}, text)];
    redraw(this.box,
      el("dl", {},
        ...row(t("career.rank"), sheet.next ? t("career.rank_next", { rank: sheet.rank, points: count(sheet.points), next: count(sheet.next) }) : String(sheet.rank ?? "")),
        ...row(t("career.since"), day(sheet.since * 1000)),
        ...row(t("career.wallet"), money(wallet?.balance)),
        ...row(t("career.earned"), money(sheet.earned)),
        ...COUNTS.flatMap((what) => row(t(`career.${what}`), count(sheet[what])))),
      el("p.line", {}, press("log", t("career.log"), () => this.open("log")), press("again", t("career.again"), () => this.#again())));
  }

  // again begins the first hour anew.
  async #again() {
    if (await this.act("goal", { again: true })) this.dialog.close();
  }
}
