// The section of functions: where Lua's time goes, as a flame graph, of the whole shard, of a
// system or of a module, then and now, and one release beside another.
import { el, say, show } from "./dom.js";
import { moment, question } from "../flame.js";
import { hour } from "../text.js";
import { Flame, table } from "./flame.js";

const AGAIN = 5_000; // ms
const WINDOWS = [["30s", "the last 30 s"], ["5m", "the last 5 min"], ["15m", "the last 15 min"], ["1h", "the last hour"], ["", "from \u2026 to \u2026"]];
const USUAL = "5m";

// fetchFlame asks for a tree as whom we are.
export async function fetchFlame(link, chosen, kind = "json") {
  const answer = await fetch(`debug/lua.${kind}?${question(chosen)}`, link.token ? { headers: { Authorization: `Bearer ${link.token}` } } : {});
  if (answer.status === 401) throw new Error("Sign in to see what functions take.");
  if (!answer.ok) throw new Error((await answer.text()).trim());
  return kind === "json" ? answer.json() : answer.blob();
}

export class Functions {
  #timer = 0;
  #round = 0;

  constructor(root, link) {
    Object.assign(this, { root, link, visible: false, form: root.querySelector("form") });
    this.flame = new Flame({ name: "Flame graph: arrows go from frame to frame, Enter makes one fill the width, Escape goes back" });
    this.same = el("div");
    this.details = el("details.same", { ontoggle: () => this.#same() }, el("summary", {}, "The same as a table"), this.same);
    this.error = el("p.none", { hidden: true });
    root.querySelector(".graph").append(this.error, this.flame.root, this.details);
    const { elements } = this.form;
    elements.window.append(...WINDOWS.map(([value, name]) => el("option", { value, selected: value === USUAL }, name)));
    this.#offer({ releases: [], modules: [] });
    this.form.addEventListener("submit", (e) => e.preventDefault());
    this.form.addEventListener("change", (e) => {
      if (e.target === elements.window) this.#times();
      this.load();
    });
    root.querySelector(".save").addEventListener("click", () => this.#save());
    link.on("hello", () => this.visible && this.load());
  }

  show(visible) {
    this.visible = visible;
    clearTimeout(this.#timer);
    if (visible) this.load();
  }

  // open chooses a system and a time: {system, from, to}, the last as ISO times where it is
  // not now.
  open({ system = "", from, to }) {
    const { elements } = this.form;
    this.form.reset();
    elements.system.value = system;
    elements.module.value = elements.release.value = elements.against.value = "";
    elements.window.value = from ? "" : USUAL;
    this.#times();
    if (from) {
      elements.from.value = hour(from);
      elements.to.value = hour(to);
    }
    this.flame.path = [];
  }

  get #chosen() {
    const { system, module, window, from, to, release, against } = this.form.elements;
    const time = window.value ? { since: window.value } : { from: from.value && moment(from.value), to: to.value && moment(to.value) };
    return { system: system.value.trim(), module: module.value, ...time, release: release.value, against: against.value };
  }

  // times shows two clocks where they are asked for: the last five minutes to begin with.
  #times() {
    const { window, from, to } = this.form.elements;
    show(this.root.querySelector(".clocks"), window.value === "");
    if (window.value !== "" || from.value) return;
    from.value = hour(Date.now() - 5 * 60_000);
    to.value = hour(Date.now());
  }

  async load() {
    const round = ++this.#round;
    clearTimeout(this.#timer);
    try {
      const answer = await fetchFlame(this.link, this.#chosen);
      if (round !== this.#round) return;
      this.#take(answer);
    } catch (error) {
      if (round !== this.#round) return;
      say(this.error, error.message);
      this.#failed(true);
    }
    if (this.visible) this.#timer = setTimeout(() => this.#again(), AGAIN);
  }

  // again leaves what somebody walks through as it is.
  #again() {
    if (this.flame.busy || this.form.elements.window.value === "") this.#timer = setTimeout(() => this.#again(), AGAIN);
    else this.load();
  }

  #failed(failed) {
    show(this.error, failed);
    show(this.flame.root, !failed);
    show(this.details, !failed);
  }

  #take(answer) {
    this.answer = answer;
    this.#failed(false);
    this.#offer(answer);
    this.flame.take(answer);
    this.#same();
    const { total, was, against, release, lost } = answer;
    const words = [`${steps(total)} steps${release ? ` in r${release}` : ""}`];
    if (against) words.push(`${steps(was)} in r${against}`);
    if (against && (total === 0 || was === 0)) words.push(`r${total === 0 ? release || "any other" : against} did not run then: there is nothing to compare`);
    if (lost) words.push(`${lost} batches of samples are missing`);
    say(this.root.querySelector(".sum"), words.join(" \u00b7 "));
    show(this.root.querySelector(".legend.compared"), against > 0);
    show(this.root.querySelector(".legend.plain"), !against);
  }

  #same() {
    if (this.answer && this.details.open) this.same.replaceChildren(table(this.answer));
  }

  // offer lists the modules and releases that there are, and leaves what is chosen.
  #offer({ releases, modules }) {
    const fill = (select, first, list) => {
      const chosen = select.value;
      if (chosen && !list.some(([value]) => value === chosen)) list.push([chosen, chosen]);
      const text = JSON.stringify(list);
      if (select.dataset.list === text) return;
      select.dataset.list = text;
      select.replaceChildren(el("option", { value: "" }, first), ...list.map(([value, name]) => el("option", { value }, name)));
      select.value = chosen;
    };
    const { module, release, against } = this.form.elements;
    fill(module, "all modules", modules.map((m) => [m.module, m.module]));
    const all = () => releases.map((r) => [String(r.release), `r${r.release}`]);
    fill(release, against.value ? `all but r${against.value}` : "all releases", all());
    release.options[0].textContent = against.value ? `all but r${against.value}` : "all releases";
    fill(against, "nothing", all());
  }

  async #save() {
    try {
      const url = URL.createObjectURL(await fetchFlame(this.link, this.#chosen, "pprof"));
      el("a", { href: url, download: "lua.pb.gz" }).click();
      setTimeout(() => URL.revokeObjectURL(url), 1_000);
    } catch (error) {
      say(this.error, error.message);
      show(this.error, true);
    }
  }
}

// steps is a count in few digits.
const steps = (n) => new Intl.NumberFormat("en-US", { notation: "compact", maximumSignificantDigits: 3 }).format(n);
