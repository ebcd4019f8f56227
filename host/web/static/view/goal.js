// The pilot's goal: one step at a time, with the button that does it.
import { say, show } from "./dom.js";

const ORDERS = {
  undock: { label: "Undock" },
  warp: { label: "Warp there", args: (goal) => ({ id: goal.id }), able: (goal, game) => Boolean(game.own && goal.id) },
  loot: { label: "Take it", args: (_, game) => ({ id: nearestWreck(game)?.id }), able: (_, game) => Boolean(nearestWreck(game)) },
  dock: { label: "Dock", able: (_, game) => Boolean(game.own) },
};

export class Goal {
  constructor(root, game, act) {
    this.root = root;
    this.game = game;
    this.button = root.querySelector(".do");
    this.button.addEventListener("click", () => this.#do(act));
    root.querySelector(".hide").addEventListener("click", () => act("goal", { off: true }));
    game.on("goal", () => this.update());
    game.on("system", () => this.update());
  }

  update() {
    const { goal } = this.game;
    show(this.root, goal !== null);
    if (!goal) return;
    say(this.root.querySelector("h2"), `Goal ${goal.step} of ${goal.of}`);
    say(this.root.querySelector("p"), goal.text ?? "");
    const order = ORDERS[goal.order];
    show(this.button, Boolean(order && (order.able?.(goal, this.game) ?? true)));
    if (order) say(this.button, order.label);
  }

  #do(act) {
    const { goal } = this.game;
    const order = ORDERS[goal?.order];
    if (order) act(goal.order, order.args?.(goal, this.game) ?? {});
  }
}

function nearestWreck(game) {
  const wrecks = [...game.sim.bodies.values()].filter((b) => b.kind === "wreck");
  return wrecks.sort((a, b) => game.distance(a) - game.distance(b))[0];
}
