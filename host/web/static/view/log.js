// The log of all that happened to the pilot, newest at the end.
import { t } from "../words.js";
import { el } from "./dom.js";
import { clock, day } from "./format.js";

export class LogView {
  constructor(dialog, log) {
    this.dialog = dialog;
    this.log = log;
    this.list = dialog.querySelector("ol");
    this.hits = dialog.querySelector(".hits");
    this.hits.addEventListener("click", () => {
      this.hits.setAttribute("aria-pressed", String(!this.#all));
      this.fill();
    });
    log.on("added", (line) => dialog.open && this.#shows(line) && this.#append(line));
    log.on("cleared", () => dialog.open && this.fill());
  }

  fill() {
    const lines = this.log.lines.filter((line) => this.#shows(line));
    this.list.replaceChildren(...(lines.length ? lines.map(row) : [el("li.info", {}, t("log.empty"))]));
    requestAnimationFrame(() => (this.list.scrollTop = this.list.scrollHeight));
  }

  // all says whether the hits are shown, too: they bury what else there was.
  get #all() {
    return this.hits.getAttribute("aria-pressed") === "true";
  }

  #shows({ hit }) {
    return !hit || this.#all;
  }

  #append(line) {
    const { list } = this;
    const atEnd = list.scrollHeight - list.scrollTop - list.clientHeight < 40;
    list.append(row(line));
    if (atEnd) list.scrollTop = list.scrollHeight;
  }
}

const row = ({ at, text, kind, where }) => el(`li.${kind}`, {}, el("time", { datetime: new Date(at).toISOString(), title: day(at) }, clock(at)), el("span", {}, text), el("i", {}, where));
