// The fleet the pilot is in, and invitations to others.
import { Emitter } from "./emitter.js";
import { listed } from "./state.js";
import { t } from "./words.js";

// Fleet emits:
//   changed        members, commander or invitations
//   notice(n)      something for a toast
export class Fleet extends Emitter {
  constructor(game) {
    super();
    this.game = game;
    this.forget();
    game.on("message", (message) => this.#events[message.ev]?.(message));
  }

  forget() {
    this.id = null;
    this.boss = null;
    this.members = []; // {id, name, system}
    this.invitations = new Map(); // by fleet: who invites
    this.emit("changed");
  }

  get commands() {
    return this.id !== null && this.boss === this.game.me?.id;
  }

  // has says whether a character flies with us.
  has(character) {
    return this.members.some((m) => m.id === character);
  }

  // take reads what the server says of the fleet; null is none.
  take(told) {
    this.id = told?.id ?? null;
    this.boss = told?.boss ?? null;
    this.members = listed(told?.members);
    if (this.id !== null) this.invitations.clear();
    this.emit("changed");
  }

  #events = {
    fleet: (m) => this.take(m),
    fleet_left: () => {
      this.take(null);
      this.emit("notice", { kind: "info", title: t("fleet.gone") });
    },
    fleet_invited: (m) => {
      this.invitations.set(m.fleet, m.from);
      this.emit("changed");
      this.emit("notice", { kind: "announce", id: "invited", title: t("fleet.invited", m), fleet: m.fleet });
    },
    fleet_broadcast: (m) => {
      const thing = this.game.sim.find(m.id);
      const about = thing?.name || thing?.type;
      this.emit("notice", { kind: "announce", id: "broadcast", title: `${m.from}: ${m.kind}`, text: about ?? t("fleet.in", m), select: thing ? m.id : undefined });
    },
  };
}
