// Mining: what the belt that is selected holds, and all lasers at work on it, or none.
import { Emitter } from "./emitter.js";
import { count } from "./economy.js";
import { listed } from "./state.js";
import { t } from "./words.js";

// Mining emits:
//   told(text)   ore came into the hold
export class Mining extends Emitter {
  // ask(cmd, args) resolves with an answer or null.
  constructor(game, fight, ask) {
    super();
    Object.assign(this, { game, fight, ask });
    game.on("message", (m) => m.ev === "mined" && this.emit("told", t("mining.told", { count: count(m.n), type: m.type, left: count(m.left) })));
  }

  get lasers() {
    return this.fight.modules.filter((m) => m.group === "miner");
  }

  // works says whether any laser digs.
  get works() {
    return this.lasers.some((m) => m.on && !m.stopping);
  }

  // toggle switches all lasers on, at a belt, or off; act(cmd, args) resolves with {result}
  // or null. The first refusal to dig ends it: the others would say the same. All are asked
  // to stop at once: whoever stops is on the way already.
  async toggle(id, act) {
    if (!this.lasers.length) return t("mining.none");
    if (this.works) {
      await Promise.all(this.lasers.filter((m) => m.on && !m.stopping).map(({ slot }) => act("deactivate", { slot })));
      return "";
    }
    for (const { slot, on } of this.lasers) {
      if (!on && !(await act("activate", { slot, id }))) return "";
    }
    return "";
  }

  // belt says what a belt holds, in words; "" where the server does not say.
  async belt(id) {
    const answer = await this.ask("belt", { id });
    return listed(answer?.ores).map((o) => t("mining.of", { type: o.type, left: count(o.left), full: count(o.full) })).join("\n");
  }
}
