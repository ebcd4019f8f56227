// The scanner's panel, and the ring on the screen that shows how wide it looks.
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
    this.angle = select("Cone", ANGLES.map((angle) => [angle, angle === 360 ? "all around" : `${angle}\u00b0`]), scan.angle, (angle) => scan.choose({ angle }));
    this.range = el("select", { "aria-label": "Range", onchange: () => scan.choose({ range: Number(this.range.value) }) });
    this.button = el("button.primary", { type: "button", "aria-keyshortcuts": "R", onclick: () => this.run() }, "Scan");
    this.places = el("ul.places", { "aria-label": "Places in the cone" });
    this.summary = el("p.summary", { role: "status" });
    this.list = el("ol.contacts", { tabindex: "0", "aria-label": "Contacts" });
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
    say(this.summary, found ? this.#words(found) : "Turn the camera: what flies in the ring is found, far beyond sight. It is told how far away it is, not where.");
    this.list.replaceChildren(...(found?.contacts ?? []).map((contact) => row(contact)));
    show(this.list, found !== null && found.contacts.length > 0);
  }

  #words({ contacts, count, angle, range, at }) {
    const where = `${angle === 360 ? "all around" : `within ${angle}\u00b0`}, up to ${distance(range)}`;
    const old = Math.floor((this.now() - at) / 10) * 10;
    const more = count > contacts.length ? `, the nearest ${contacts.length} of ${count}` : "";
    return `${count === 0 ? "Nothing" : this.scan.kinds} ${where}${more}${old > 0 ? `, ${old} s ago` : ""}.`;
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
