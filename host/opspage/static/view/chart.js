// A line chart of one figure: average and maximum.
import uPlot from "../vendor/uPlot.esm.js";
import { METRICS } from "../figures.js";
import { el, say } from "./dom.js";
import { hour, when } from "../text.js";

const colour = (node, name) => getComputedStyle(node).getPropertyValue(`--${name}`).trim();

export class Chart {
  // of says what the figures mean, where it is not what the metric says.
  constructor(metric, title = METRICS[metric].name, height = 112, of = METRICS[metric]) {
    Object.assign(this, { metric, height, of, plot: null, data: null });
    this.value = el("span");
    this.body = el("div");
    this.root = el("div.chart", {}, el("h4", {}, title, this.value), this.body);
    new ResizeObserver(() => this.#fit()).observe(this.root);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.#anew());
  }

  // anew draws in the colours that hold now; where nobody sees it, once somebody does.
  #anew() {
    this.plot?.destroy();
    this.plot = null;
    this.#make();
  }

  // take draws a line of a Past.
  take(times, { mean, most }) {
    const { to } = this.of;
    this.data = [times, Array.from(mean, to), Array.from(most, to)];
    this.#now();
    if (this.plot) this.plot.setData(this.data);
    else this.#make();
  }

  #now() {
    const { say: words } = this.of;
    const last = this.data[0].length - 1;
    say(this.value, `${words(this.data[1][last])}, max ${words(this.data[2][last])}`);
  }

  #fit() {
    const width = this.root.clientWidth;
    if (this.plot && width) this.plot.setSize({ width, height: this.height });
    else if (width) this.#make();
  }

  #make() {
    const width = this.root.clientWidth;
    if (!this.data || !width) return;
    this.plot?.destroy();
    const ink = (name) => colour(this.root, name);
    const { say: words, least, to } = this.of;
    const axis = { stroke: ink("dim"), font: `12px ${getComputedStyle(this.root).fontFamily}`, grid: { stroke: ink("line"), width: 1 }, ticks: { show: false } };
    this.plot = new uPlot({
      width, height: this.height, legend: { show: false }, padding: [6, 8, 0, 0],
      cursor: { y: false, drag: { x: false, y: false }, points: { size: 6 } },
      scales: { y: { range: (_, __, top) => [0, Math.max(top * 1.08, to(least) / 10)] } },
      axes: [{ ...axis, size: 22, space: 80, values: (_, list) => list.map((t) => hour(t * 1000)) }, { ...axis, size: 62, space: 28, values: (_, list) => list.map(words) }],
      series: [{}, { stroke: ink("warm"), width: 1.5, fill: `${ink("warm")}40`, points: { show: false } }, { stroke: ink("text"), width: 1, points: { show: false } }],
      hooks: { setCursor: [(plot) => this.#point(plot.cursor.idx)] },
    }, this.data, this.body);
  }

  #point(i) {
    if (i === null || i === undefined) {
      this.#now();
      return;
    }
    const { say: words } = this.of;
    say(this.value, `${when(this.data[0][i] * 1000)}: ${words(this.data[1][i])}, max ${words(this.data[2][i])}`);
  }
}
