// Where one looks: the camera, what it turns around, and what panels cover of it. All views
// of space share one.
import { t } from "../words.js";
import { Camera } from "./camera.js";

const CHASE = 2_400; // metres behind one's own ship at first
const RADII = 8; // ... or so many of the ship's, where hulls are seen
const KEEP = "hotshard.gaze";
const TURN = 0.05; // radians a second of a camera that goes around by itself
const SLOW = 0.02; // ... around a station one is docked in
const MODES = ["free", "follow", "around"];

export class Gaze {
  #docked = true;
  #toFace = true;
  #centre = { px: 0, py: 0, pz: 0 };

  // keep is a shelf of keep.js.
  constructor(canvas, game, keep) {
    Object.assign(this, { canvas, game, keep });
    this.camera = new Camera();
    this.looked = null; // what the camera turns around, if not our own ship
    this.escort = null; // something else it goes with for a moment
    this.close = false; // a view that shows hulls: one wants to be near
    this.covered = []; // boxes of the panels that lie over space
    const { mode, range } = keep.get(KEEP) ?? {};
    this.mode = MODES.includes(mode) ? mode : "free";
    this.kept = range > 0 ? range : null; // radii of the ship that one was away from it
    game.on("system", () => this.#arrive());
  }

  // frame moves the camera. calm is for those who ask for little motion.
  frame(seconds, calm) {
    const { game, camera } = this, { own } = game;
    const centre = this.escort ?? game.sim.find(this.looked) ?? own ?? game.sim.find(game.docked);
    if (this.#toFace && own) this.#face(own);
    if (this.mode === "follow" && own) this.#follow(own, seconds, calm);
    if ((this.mode === "around" || game.docked !== null) && !calm) camera.yaw += seconds * (game.docked !== null ? SLOW : TURN);
    camera.ease(seconds, calm);
    const c = this.#centre;
    c.px = centre?.px ?? 0; c.py = centre?.py ?? 0; c.pz = centre?.pz ?? 0;
    camera.aim(c.px, c.py, c.pz);
  }

  // middle is the place that is looked at.
  get middle() {
    return this.#centre;
  }

  // follow turns the camera so that the chosen thing is seen over one's own ship, or else
  // where it flies.
  #follow(own, seconds, calm) {
    const { game, camera } = this, thing = game.sim.find(game.selected);
    const to = thing && thing !== own ? [thing.px - own.px, thing.py - own.py, thing.pz - own.pz] : own.vel;
    const far = Math.hypot(...to);
    if (far < 1 || this.looked !== null) return;
    const k = calm ? 1 : 1 - Math.exp(-seconds * 2.5);
    const yaw = Math.atan2(-to[0], -to[2]), pitch = 0.24 - Math.asin(Math.max(-1, Math.min(1, to[1] / far)));
    camera.yaw += Math.atan2(Math.sin(yaw - camera.yaw), Math.cos(yaw - camera.yaw)) * k;
    camera.pitch += (Math.max(-1.4, Math.min(1.4, pitch)) - camera.pitch) * k;
  }

  // next goes to the next way of looking, and says in words which.
  next() {
    this.mode = MODES[(MODES.indexOf(this.mode) + 1) % MODES.length];
    this.remember();
    return t(`camera.${this.mode}`);
  }

  // remember keeps how one looks for the next time.
  remember() {
    const { own } = this.game;
    if (own && this.looked === null) this.kept = this.camera.wanted / own.radius;
    this.keep.set(KEEP, { mode: this.mode, range: this.kept });
  }

  zoom(factor) {
    this.camera.zoom(factor);
    this.remember();
  }

  // chase is how far behind a ship one begins.
  chase(own) {
    if (!this.close || !own) return CHASE;
    return Math.max(90, own.radius * Math.max(4, Math.min(60, this.kept ?? RADII)));
  }

  // arrive sets the camera for a new place: at the distance that suits a ship or, docked,
  // the whole station.
  #arrive() {
    const { game, camera } = this;
    this.looked = null;
    const station = game.sim.celestials.get(game.docked);
    if (station) this.#show(station);
    if (station && !this.escort) camera.range = camera.wanted;
    if (!station && this.#docked) camera.range = camera.wanted = CHASE;
    this.#docked = station !== undefined;
    this.#toFace = !station;
  }

  // show looks at a station from the side that the star shines on.
  #show(station) {
    this.camera.wanted = Math.max(station.radius, 100) * 2.7;
    this.camera.face(station.px, station.py, station.pz);
    this.camera.yaw += 0.85;
  }

  // look turns the camera around something else, from where it is seen whole, or
  // back around our own ship.
  look(id) {
    this.looked = this.looked === id ? null : id;
    const thing = this.game.sim.find(this.looked);
    this.camera.wanted = thing ? Math.max(thing.radius * 4, this.close ? 120 : 400) : this.chase(this.game.own);
  }

  // face turns the camera, once after an arrival, towards what one came from: the
  // station or gate behind the ship, else the star.
  #face(own) {
    this.#toFace = false;
    this.camera.wanted = this.chase(own);
    let nearest = null, least = 1e6;
    for (const c of this.game.sim.celestials.values()) {
      const metres = this.game.distance(c);
      if (metres < least) [nearest, least] = [c, metres];
    }
    const [x, y, z] = nearest ? [nearest.px - own.px, nearest.py - own.py, nearest.pz - own.pz] : [-own.px, -own.py, -own.pz];
    this.camera.face(x, y, z);
    this.camera.turn(70, 0); // a little to the side, or the ship would cover it
  }

  // cover tells the camera which part of the canvas panels hide: a column at the
  // right, or on a phone what lies along the bottom.
  // Others only keep names off what they cover.
  cover(panels, others) {
    let right = 0, bottom = 0;
    const { width, height } = this.camera;
    const boxes = (list) => list.map((panel) => panel.getBoundingClientRect()).filter((box) => box.height > 0 && box.width > 0);
    const aside = boxes(panels);
    this.covered = [...aside, ...boxes(others)];
    for (const box of aside) {
      if (box.width < width * 0.6) right = Math.max(right, box.right > width * 0.9 ? width - box.left : 0);
      else bottom = Math.max(bottom, height - box.top);
    }
    this.camera.cover(right, Math.min(bottom, height * 0.75));
  }
}
