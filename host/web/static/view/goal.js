// The pilot's goal: one step at a time, with the button that does it, and where more is told.
import { t } from "../words.js";
import { say, show } from "./dom.js";

const ORBIT = 5_000; // metres, of the first flight around something

// What a step's button does: able says whether it can, args what the command takes; opens is the
// window in which it is done.
const ORDERS = {
  undock: { able: (_, game) => game.docked !== null },
  look: { args: (goal) => ({ id: goal.id }), able: there },
  orbit: { args: (goal) => ({ id: goal.id, range: ORBIT }), able: there },
  warp: { args: (goal) => ({ id: goal.id }), able: there },
  loot: { args: (_, game) => ({ id: nearestWreck(game)?.id }), able: (_, game) => Boolean(nearestWreck(game)) },
  dock: { able: (_, game) => Boolean(game.own) },
  cargo: { opens: "cargo" },
  agents: { opens: "agents", able: (_, game) => game.docked !== null },
  map: { opens: "map" },
  fleet: { opens: "fleet" },
};

export class Goal {
  // open(window) opens a window, topic(name) help on something.
  constructor(root, game, act, { open, topic }) {
    this.root = root;
    this.game = game;
    this.button = root.querySelector(".do");
    this.button.addEventListener("click", () => this.#do(act, open));
    this.more = root.querySelector(".more");
    this.more.addEventListener("click", () => topic(this.game.goal?.help));
    root.querySelector(".skip").addEventListener("click", () => act("goal", { skip: true }));
    root.querySelector(".hide").addEventListener("click", () => act("goal", { off: true }));
    game.on("goal", () => this.update());
    game.on("system", () => this.update());
  }

  update() {
    const { goal } = this.game;
    show(this.root, goal !== null);
    if (!goal) return;
    say(this.root.querySelector("h2"), t("goal.step", { step: goal.step, of: goal.of }));
    say(this.root.querySelector("p"), goal.text ?? "");
    const order = ORDERS[goal.order];
    show(this.button, Boolean(order && (order.able?.(goal, this.game) ?? true)));
    show(this.more, Boolean(goal.help));
    if (order) say(this.button, t(`goal.${goal.order}`));
  }

  #do(act, open) {
    const { goal } = this.game;
    const order = ORDERS[goal?.order];
    if (order?.opens) return open(order.opens);
    if (order) act(goal.order, order.args?.(goal, this.game) ?? {});
    if (goal?.order === "look" || goal?.order === "orbit") this.game.select(goal.id);
  }
}

function there(goal, game) {
  return Boolean(game.own && goal.id);
}

function nearestWreck(game) {
  const wrecks = [...game.sim.bodies.values()].filter((b) => b.kind === "wreck");
  return wrecks.sort((a, b) => game.distance(a) - game.distance(b))[0];
}
