// Which shard this is, of which kind, and who one is to it.
import { el, say, show } from "./dom.js";
import { lasting } from "../text.js";

export class Head {
  constructor(root, link, { sign, signOut }) {
    Object.assign(this, { root, link, facts: null });
    link.on("state", (state) => this.#state(state));
    link.on("hello", (hello) => this.#who(hello, sign, signOut));
    setInterval(() => this.#since(), 1_000);
  }

  // take shows the facts of the shard.
  take(facts) {
    this.facts = facts;
    document.documentElement.dataset.kind = facts.kind;
    document.title = `${facts.kind === "production" ? "PRODUCTION · " : ""}${facts.shard} · hotshard`;
    say(this.root.querySelector(".shard"), facts.shard);
    say(this.root.querySelector(".release"), `r${facts.release}${facts.frozen ? ", frozen" : ""}`);
    say(this.root.querySelector(".version"), facts.version);
    this.#since();
  }

  #since() {
    if (this.facts) say(this.root.querySelector(".since"), `up ${lasting((Date.now() - Date.parse(this.facts.started)) / 1000)}`);
  }

  #state(state) {
    document.body.dataset.link = state;
    say(this.root.querySelector(".link"), state === "lost" ? "No connection: what is shown is old" : "");
  }

  #who({ who, role }, sign, signOut) {
    const signed = who !== "" && who !== "guest";
    const box = this.root.querySelector(".who");
    if (signed) box.replaceChildren(el("span", {}, el("b", {}, who), " ", el("span.role", {}, role)), el("button.out", { type: "button", onclick: signOut }, "Sign out"));
    else box.replaceChildren(el("button.in", { type: "button", onclick: sign }, "Sign in"));
    show(this.root.querySelector(".stop"), signed && role === "admin");
  }
}
