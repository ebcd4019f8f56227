// The gallery: all panels beside each other, with the sample data that their files give.
import { el, say, show } from "../view/dom.js";
import { draw } from "./draw.js";
import { Engine } from "./engine.js";
import { release, worker } from "./start.js";

const LOOK_EVERY = 3_000; // milliseconds between two looks for another release

const box = document.querySelector("#panels"), told = document.querySelector("#told");
const panels = new Map();

const engine = new Engine({ make: worker, get: release });

engine.on("panels", (list) => {
  for (const { name, title } of list) {
    if (panels.has(name)) {
      say(panels.get(name).title, title);
      continue;
    }
    const one = { title: el("h2", {}, title), failed: el("p.failed", { role: "status", hidden: true }), body: el("div.body") };
    panels.set(name, one);
    box.append(el("section.panel.window.trade", { "aria-label": title }, one.title, one.failed, one.body));
    engine.open(name);
  }
});
engine.on("tree", (name, tree) => {
  const one = panels.get(name);
  show(one.failed, false);
  draw(one.body, tree, (id, event, value) => engine.happen(name, id, event, value));
});
engine.on("trouble", (fault, name) => {
  const one = panels.get(name);
  if (!one) return say(told, `${name}: ${fault.message}`);
  say(one.failed, `${fault.place ? `${fault.place}: ` : ""}${fault.message}`);
  show(one.failed, true);
});
engine.on("refused", (fault) => say(told, `Refused: ${fault.place ? `${fault.place}: ` : ""}${fault.message}`));
engine.on("tell", (_, text) => say(told, text));
engine.on("absent", () => say(told, "The engine of the panels does not start: make build builds it."));
engine.here({ docked: true, system: "Anvil", region: "The Bench", player: "Ada" });
engine.start({ samples: true });
setInterval(() => engine.renew(), LOOK_EVERY);
