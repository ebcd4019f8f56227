// The helm: what the ship is doing, how fast, and the stop button.
import { t } from "../words.js";
import { say } from "./dom.js";
import { distance, speed } from "./format.js";
import { Mode, modeName } from "../motion.js";
import { length, sub } from "../vec.js";

export class Hud {
  constructor(root, game, act) {
    this.root = root;
    this.game = game;
    this.mode = root.querySelector(".mode");
    this.speed = root.querySelector(".speed");
    this.bar = root.querySelector(".gauge span");
    root.querySelector(".stop").addEventListener("click", () => act("stop"));
  }

  update() {
    const { own } = this.game;
    if (!own) return;
    const v = own.velocity;
    const { errand } = this.game;
    say(this.mode, errand ? t("hud.errand", { doing: this.#doing(own), words: errand.words }) : this.#doing(own));
    say(this.speed, speed(v));
    this.root.dataset.warp = String(own.mode === Mode.TUNNEL);
    const full = own.mode === Mode.TUNNEL ? Math.log10(1 + v) / 12 : v / Math.max(1, own.speed);
    this.bar.style.transform = `scaleX(${Math.min(1, full).toFixed(3)})`;
  }

  #doing(own) {
    const name = modeName(own.mode);
    const target = own.target ? this.game.sim.find(own.target) : null;
    switch (own.mode) {
      case Mode.APPROACH:
        return target ? `${name} ${target.name || target.type}` : name;
      case Mode.ORBIT: case Mode.KEEP:
        return target ? t(own.mode === Mode.ORBIT ? "hud.around" : "hud.from", { mode: name, name: target.name || target.type, distance: distance(own.range) }) : name;
      case Mode.TUNNEL: {
        const left = length(sub(own.point, own.pos));
        return left > 10_000 ? t("hud.to_go", { mode: name, distance: distance(left) }) : name;
      }
      case Mode.STOP:
        return own.velocity > 1 ? t("hud.resting") : name;
      default:
        return name;
    }
  }
}
