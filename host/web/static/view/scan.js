// The scanner's panel, and the ring on the screen that shows how wide it looks.
import { t } from "../words.js";
import { el, say, show } from "./dom.js";
import { distance, kindName, shortName } from "./format.js";
import { colour, icon } from "./icons.js";
import { ANGLES } from "../scan.js";

const PLACES = 6; // of the map, named at once
const WIDEST = 150; // degrees of a cone that still is a ring on the screen

export class ScanView {
  #told = ""; // the places that are shown

  // now() is the page's clock in seconds.
  constructor(root, ring, scan, gaze, act, now) {
    Object.assign(this, { root, ring, scan, gaze, act, now });
    this.angle = select(t("scan.cone"), ANGLES.map((angle) => [angle, angle === 360 ? t("scan.around") : `${angle}\u00b0`]), scan.angle, (angle) => scan.choose({ angle }));
    this.range = el("select", { "aria-label": t("scan.range"), onchange: () => scan.choose({ range: Number(this.range.value) }) });
    this.button = el("button.primary", { type: "button", "data-key": "scan", onclick: () => this.run() }, t("scan.scan"));
    this.places = el("ul.places", { "aria-label": t("scan.places") });
    this.summary = el("p.summary", { role: "status" });
    this.list = el("ol.contacts", { tabindex: "0", "aria-label": t("scan.contacts") });
    root.querySelector(".body").append(el("div.row", {}, this.angle, this.range, this.button), this.places, this.summary, this.list);
    scan.on("changed", () => this.#fill());
    scan.game.on("rules", () => this.#ranges());
    this.#ranges();
    this.#fill();
  }

  // run scans where the camera looks.
  run() {
    return this.scan.scan(this.#ahead(), this.now(), this.act);
  }

  #ahead() {
    const { fx, fy, fz } = this.gaze.camera;
    return [fx, fy, fz];
  }

  #ranges() {
    const { scan, range } = this;
    range.replaceChildren(...scan.ranges.map((metres) => el("option", { value: metres }, distance(metres))));
    range.value = String(scan.reach);
  }

  // update shows what the cone holds of the map; called a few times a second.
  update() {
    const open = this.root.checkVisibility() && this.scan.game.own !== null;
    show(this.ring, open && this.scan.angle <= WIDEST);
    if (!open) return;
    this.#round();
    const wait = this.scan.readyAt - this.now();
    this.button.setAttribute("aria-disabled", String(wait > 0));
    const { found } = this.scan;
    if (found) say(this.summary, this.#words(found));
    const places = this.scan.places(this.#ahead()).slice(0, PLACES);
    const told = places.map(({ thing, metres }) => `${thing.id} ${distance(metres)}`).join();
    if (told === this.#told) return;
    this.#told = told;
    this.places.replaceChildren(...places.map((place) => this.#place(place)));
  }

  #place({ thing, metres }) {
    const { game } = this.scan;
    const sign = icon(thing.kind);
    sign.style.color = colour(thing.kind);
    return el("li", {}, el("button.quiet", { type: "button", onclick: () => game.select(thing.id) }, sign, shortName(thing.name, game.system?.name), " ", el("span", {}, distance(metres))));
  }

  // round puts the ring where the cone meets the screen.
  #round() {
    const { camera } = this.gaze, r = camera.focal * Math.tan((this.scan.angle / 360) * Math.PI);
    this.ring.style.transform = `translate(${camera.cx - r}px, ${camera.cy - r}px)`;
    this.ring.style.width = this.ring.style.height = `${2 * r}px`;
  }

  #fill() {
    const { found } = this.scan;
    say(this.summary, found ? this.#words(found) : t("scan.empty"));
    this.list.replaceChildren(...(found?.contacts ?? []).map((contact) => row(contact)));
    show(this.list, found !== null && found.contacts.length > 0);
  }

  #words({ contacts, count, angle, range, at }) {
    const cone = angle === 360 ? t("scan.around") : t("scan.within", { angle });
    const old = Math.floor((this.now() - at) / 10) * 10;
    const more = count > contacts.length ? t("scan.nearest", { shown: contacts.length, count }) : "";
    return t("scan.where", { kinds: count === 0 ? t("scan.nothing") : this.scan.kinds, cone, range: distance(range), more, old: old > 0 ? t("scan.old", { seconds: old }) : "" });
  }
}

const row = ({ kind, type, name, distance: metres }) => {
  const sign = icon(kind);
  sign.style.color = colour(kind);
  return el("li", {}, sign, el("span.name", {}, name || type || kindName({ kind })), " ", el("span.type", {}, name && name !== type ? type : ""), " ", el("span.far", {}, `~${distance(metres)}`));
};

function select(label, options, value, choose) {
  const node = el("select", { "aria-label": label, onchange: () => choose(Number(node.value)) }, ...options.map(([v, words]) => el("option", { value: v }, words)));
  node.value = String(value);
  return node;
}
