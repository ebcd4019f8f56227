// Where one is: the system, the route ahead, time dilation.
import { t } from "../words.js";
import { el, say, show } from "./dom.js";
import { distance, security, securityBand } from "./format.js";

export class Place {
  constructor(root, game, act) {
    this.root = root;
    this.game = game;
    this.act = act;
    this.next = root.querySelector(".next");
    this.next.addEventListener("click", () => this.go());
    this.autopilot = root.querySelector(".autopilot");
    this.autopilot.addEventListener("click", async () => {
      const answer = await act("autopilot", { on: !game.autopilot });
      if (answer) game.handle({ ev: "autopilot", on: answer.result?.on === true }, 0);
    });
    root.querySelector(".route .end").addEventListener("click", () => game.fly(null));
    game.on("system", () => this.#plate());
    game.on("route", () => this.#route());
    game.on("welcome", () => this.#release());
  }

  // step of the route that comes next: {name, cmd, args, label}, or null.
  get step() {
    const gate = this.game.nextGate;
    if (!gate || !this.game.own) return null;
    const metres = this.game.distance(gate);
    if (metres <= this.game.rules.jump_range) return { gate, metres, label: t("place.jump"), cmd: "jump", args: { gate: gate.id } };
    if (metres < this.game.rules.warp_from) return { gate, metres, label: t("place.approach"), cmd: "approach", args: { id: gate.id } };
    return { gate, metres, label: t("place.warp"), cmd: "warp", args: { id: gate.id, range: 0 } };
  }

  // go does the next step of the route.
  go() {
    const step = this.step;
    if (step) this.act(step.cmd, step.args);
  }

  // update refreshes what changes with the distance; called a few times a second.
  update() {
    this.#dilation();
    const step = this.step;
    const gate = this.game.nextGate;
    if (!gate) return;
    show(this.next, step !== null);
    if (step) say(this.next, `${step.label}, ${distance(step.metres)}`);
  }

  #plate() {
    const { system } = this.game;
    show(this.root, system !== null);
    if (!system) return;
    say(this.root.querySelector("h1"), system.name);
    const sec = this.root.querySelector(".sec");
    say(sec, security(system.security));
    sec.dataset.band = securityBand(system.security);
    say(this.root.querySelector(".region"), [system.constellation, system.region].filter(Boolean).join(" \u00b7 "));
    document.title = `${system.name} \u00b7 hotshard`;
    this.#dilation();
  }

  #route() {
    const { game } = this;
    const { route } = game;
    const box = this.root.querySelector(".route");
    const leg = this.root.querySelector(".leg");
    show(box, game.destination !== null);
    if (game.destination === null) return;
    if (!route) {
      say(leg, t("place.none"));
      show(this.next, false);
      return;
    }
    const jumps = route.length - 1;
    this.autopilot.setAttribute("aria-pressed", String(game.autopilot));
    leg.replaceChildren(
      t("place.jumps", { n: jumps }), el("b", {}, game.map.get(game.destination).name),
      ...(jumps > 1 ? [t("place.next", game.map.get(route[1]))] : []),
    );
    show(this.next, this.step !== null);
    this.update();
  }

  // release says which code runs here, where the shard told.
  #release() {
    const { name, release } = this.game.shard;
    const known = release !== null && release !== undefined && release !== "";
    say(this.root.querySelector(".release"), known ? `${name} r${release}`.trim() : name);
  }

  #dilation() {
    const { dilation } = this.game.sim.clock;
    const line = this.root.querySelector(".dilation");
    show(line, dilation < 0.995);
    say(line, t("place.dilation", { percent: Math.round(dilation * 100) }));
  }
}
