// Which view of space is shown: in three dimensions where a graphics card does that, else the
// flat one. The page begins with the flat one, which needs nothing more, and the other takes
// its place once it has come.
import { known, t } from "../words.js";
import { hasCard } from "./card.js";
import { el, say } from "./dom.js";
import { Space } from "./space.js";

const KEEP = "hotshard.view";
const VIEWS = ["auto", "deep", "flat"].map((name) => [name, t(`view.${name}`)]);
const QUALITIES = [["auto", t("view.q_auto")], ...["low", "medium", "high"].map((name) => [name, t(`view.${name}`)])];

export class Views {
  static DEEP = ["sky/", "vendor/three/"]; // what the view in three dimensions is made of
  #began = 0; // how often another view was begun
  #card = null; // whether there is a graphics card, once that was asked
  #told = ""; // why the view is flat although it need not be

  // over is the canvas that takes pointers and keys; shelf brings what another view is made
  // of; keep is a shelf of keep.js; notice(notice) tells of something.
  constructor(over, gaze, known, shelf, keep, notice) {
    Object.assign(this, { over, gaze, known, shelf, keep, notice });
    this.now = new Space(over, gaze, known);
    const { view, quality } = keep.get(KEEP) ?? {};
    this.view = VIEWS.some(([name]) => name === view) ? view : "auto";
    this.quality = QUALITIES.some(([name]) => name === quality) ? quality : "auto";
  }

  // begin shows the view that is wanted. A view that cannot be had leaves the flat one.
  async begin() {
    const began = ++this.#began;
    this.#told = "";
    if (this.view === "flat" || !this.deep) return this.#flat(this.view === "flat" ? "" : t("view.no_card"));
    const SkyView = await this.#fetch();
    if (began !== this.#began) return;
    this.#flat();
    if (!SkyView) return this.#flat(t("view.not_fetched"));
    const canvas = el("canvas", { id: "sky", "aria-hidden": "true" });
    this.over.before(canvas);
    try {
      const quick = this.view === "auto";
      this.#show(new SkyView(canvas, this.over, this.gaze, this.known, { quality: this.quality, quick }, () => this.#lost()));
      document.body.dataset.sky = "deep";
    } catch (error) {
      canvas.remove();
      this.#told = this.view === "deep" ? t("view.cannot", { why: error.message }) : t("view.no_card");
      if (this.view === "deep") this.notice({ kind: "info", title: t("view.is_flat"), text: this.#told });
      this.#flat();
    }
  }

  #show(view) {
    view.ranges = this.now.ranges;
    this.now.stop();
    this.now = view;
  }

  // deep says whether the view in three dimensions is wanted, or may be had where nobody
  // has chosen. A card is looked for once, before anything is fetched for it.
  get deep() {
    return this.view === "deep" || (this.view === "auto" && (this.#card ??= hasCard()));
  }

  // fetch brings what draws in three dimensions, or null.
  async #fetch() {
    await this.shelf.bring(t("fetch.view"), ...Views.DEEP);
    try {
      return (await import("../sky/view.js")).SkyView;
    } catch (error) {
      console.warn(error.message);
      return null;
    }
  }

  // flat goes back to the flat view, and says why, if that was not wished.
  #flat(why = "") {
    if (why) this.#told = why;
    delete document.body.dataset.sky;
    if (this.now instanceof Space) return;
    const { canvas } = this.now;
    this.now.stop();
    canvas.remove();
    const { ranges } = this.now;
    this.now = new Space(this.over, this.gaze, this.known);
    this.now.ranges = ranges;
  }

  // lost goes on without the graphics card.
  #lost() {
    this.#told = t("view.lost");
    this.#flat();
    this.notice({ kind: "info", title: t("view.is_flat"), text: t("view.lost_text") });
  }

  // fill puts the choices into a dialog.
  fill(dialog) {
    const choice = (name, label, list) => {
      const select = el("select", { name }, ...list.map(([value, words]) => el("option", { value }, words)));
      select.value = this[name];
      select.addEventListener("change", () => this.#choose(name, select.value, told));
      return el("label", {}, label, " ", select);
    };
    const told = el("p.told", { role: "status" });
    dialog.querySelector(".body").replaceChildren(choice("view", t("view.space"), VIEWS), choice("quality", t("view.quality"), QUALITIES), told);
    say(told, this.#words());
  }

  async #choose(name, value, told) {
    this[name] = value;
    this.keep.set(KEEP, { view: this.view, quality: this.quality });
    await this.begin();
    say(told, this.#words());
  }

  #words() {
    const { figures } = this.now;
    if (!figures) return [t("view.told_flat"), this.#told].join(" ").trim();
    return t("view.told_deep", { quality: known(`view.${figures.quality}`) ? t(`view.${figures.quality}`).toLowerCase() : figures.quality });
  }
}
