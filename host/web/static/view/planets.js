// Planets: how rich they are, on a map, and the extractor one has there.
import { count } from "../economy.js";
import { colour, compass, richest, spot } from "../heat.js";
import { listed } from "../state.js";
import { t } from "../words.js";
import { el, say } from "./dom.js";
import { distance } from "./format.js";
import { choice, hint, press, redraw } from "./table.js";

const COLUMNS = 48, ROWS = 24;
const HOURS = [1, 6, 24, 72].map((n) => [String(n), t("planet.hours", { n })]);
const STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

export class PlanetsView {
  #drawn = 0;

  constructor(dialog, game, ask, act) {
    Object.assign(this, { dialog, game, ask, act });
    this.box = dialog.querySelector(".body");
    this.planet = null;
    this.layer = "";
    this.at = null; // the cell that is chosen: [column, row]
    this.hours = "24";
  }

  #planets() {
    return [...this.game.sim.celestials.values()].filter((c) => c.kind === "planet");
  }

  async fill() {
    const drawn = ++this.#drawn;
    const planets = this.#planets();
    if (!planets.length) return redraw(this.box, hint(t("planet.none")));
    if (!planets.some((p) => p.id === this.planet)) this.planet = (planets.find((p) => p.id === this.game.selected) ?? planets[0]).id;
    const [asked, extractor] = await Promise.all([this.ask("survey", { id: this.planet }), this.ask("extractors", { id: this.planet })]);
    const layers = listed(asked?.layers);
    if (!layers.includes(this.layer)) this.layer = layers[0] ?? "";
    const survey = this.layer && await this.ask("survey", { id: this.planet, type: this.layer, columns: COLUMNS, rows: ROWS });
    if (drawn !== this.#drawn) return;
    this.survey = survey && listed(survey.values).length ? survey : null;
    redraw(this.box, this.#choices(planets, layers), this.survey ? this.#map() : hint(t("planet.unknown")), this.#extractor(extractor));
  }

  #choices(planets, layers) {
    const planet = choice(t("planet.planet"), planets.map((p) => [String(p.id), p.name]), String(this.planet), { "data-key": "planet" });
    const layer = choice(t("planet.layer"), layers.map((l) => [l, l]), this.layer, { "data-key": "layer" });
    planet.select.addEventListener("change", () => {
      Object.assign(this, { planet: Number(planet.select.value), at: null });
      this.fill();
    });
    layer.select.addEventListener("change", () => {
      Object.assign(this, { layer: layer.select.value, at: null });
      this.fill();
    });
    return el("div.fields", {}, planet.label, layer.label);
  }

  #map() {
    this.at ??= richest(this.survey);
    const canvas = el("canvas.heat", { width: COLUMNS * 12, height: ROWS * 12, tabindex: "0", role: "application", "data-key": "heat",
      "aria-label": t("planet.map", { layer: this.layer }) });
    this.told = el("p", { role: "status" });
    canvas.addEventListener("keydown", (event) => {
      const step = STEPS[event.key];
      if (!step) return;
      event.preventDefault();
      this.#choose(canvas, this.at[0] + step[0], this.at[1] + step[1]);
    });
    canvas.addEventListener("pointerdown", (event) => {
      const box = canvas.getBoundingClientRect();
      this.#choose(canvas, Math.floor(((event.clientX - box.left) / box.width) * COLUMNS), Math.floor(((event.clientY - box.top) / box.height) * ROWS));
    });
    this.#choose(canvas, ...this.at);
    return el("figure", {}, canvas, el("figcaption", {}, this.told));
  }

  #choose(canvas, column, row) {
    this.at = [(column + COLUMNS) % COLUMNS, Math.max(0, Math.min(ROWS - 1, row))];
    this.#paint(canvas.getContext("2d"));
    const rich = this.survey.values[this.at[1] * COLUMNS + this.at[0]];
    say(this.told, t("planet.rich", { place: compass(spot(this.survey, ...this.at)), percent: Math.round(rich * 100) }));
  }

  #paint(draw) {
    for (let row = 0; row < ROWS; row++) {
      for (let column = 0; column < COLUMNS; column++) {
        draw.fillStyle = `rgb(${colour(this.survey.values[row * COLUMNS + column]).join(" ")})`;
        draw.fillRect(column * 12, row * 12, 12, 12);
      }
    }
    const [x, y] = this.at.map((n) => n * 12);
    draw.lineWidth = 2;
    draw.strokeStyle = "#0b0e10";
    draw.strokeRect(x - 2, y - 2, 16, 16);
    draw.strokeStyle = "#ffffff";
    draw.strokeRect(x, y, 12, 12);
  }

  #extractor(state) {
    const planet = this.game.sim.celestials.get(this.planet);
    const far = this.game.own ? t("planet.away", { far: distance(this.game.distance(planet)) }) : t("planet.not_space");
    if (state?.type) {
      const done = state.worked >= state.hours;
      return el("section", {}, el("h3", {}, t("planet.yours")), el("p", {}, t(done ? "planet.worn" : "planet.digs", { type: state.type, place: compass(state), n: count(state.dug), worked: state.worked.toFixed(1), hours: state.hours })),
        el("p.line", {}, press("collect", t("planet.fetch"), () => this.#do("collect", { id: this.planet }), { primary: done }), hint(far)));
    }
    const hours = choice(t("planet.for"), HOURS, this.hours, { "data-key": "hours" });
    hours.select.addEventListener("change", () => (this.hours = hours.select.value));
    const drop = () => this.#do("extract", { id: this.planet, type: this.layer, ...spot(this.survey, ...this.at), hours: Number(this.hours) });
    return el("section", {}, el("h3", {}, t("planet.drop_title")), hint(t("planet.drop_hint", { far })), el("div.fields", {}, hours.label, press("extract", t("planet.drop"), drop, { disabled: !this.survey })));
  }

  async #do(cmd, args) {
    if (await this.act(cmd, args)) await this.fill();
  }
}
