// Releases of the scripts, what waits, and patches: each with what can be done with it. What
// is done is a line of the console, and shown as one.
import { el, show } from "./dom.js";
import { at, objects, when } from "../text.js";

const SHADOW = "5m"; // what a shadow run runs again

export class Releases {
  constructor(root, link, perform) {
    Object.assign(this, { root, link, perform, body: root.querySelector(".body") });
    root.querySelector(".again").addEventListener("click", () => this.load());
  }

  show(visible) {
    if (visible) this.load();
  }

  async load() {
    const ask = async (line) => objects((await this.link.run(line, { json: true })).table);
    let all;
    try {
      all = await Promise.all([ask("release list --limit 30"), ask("patches"), ask("canaries")]);
    } catch (error) {
      this.body.replaceChildren(el("p.none", {}, error.message));
      return;
    }
    const [releases, patches, watched] = all;
    this.body.replaceChildren(
      this.#group("Patches", patches.map((p) => this.#patch(p)), "No function is patched. patch in the console makes one."),
      this.#group("Releases", releases.map((r) => this.#release(r, watched.find((w) => w.release === r.release))), "There is none."));
  }

  #group(title, cards, none) {
    return el("section.group", {}, el("h3", {}, title), el("div.cards", {}, ...(cards.length ? cards : [el("p.none", {}, none)])));
  }

  #release(r, watch) {
    const queued = r.state === "queued", n = queued ? "" : ` ${r.release}`;
    const actions = [];
    if (queued) {
      actions.push(["Difference", "release diff"], ["Plan", "release plan"], ["Shadow run", `release plan --against ${SHADOW}`], CANARY("release promote"), ["Promote", "release promote", true]);
    } else if (r.state === "canary") {
      actions.push(["Difference", `release show${n}`], ["Plan", `release promote${n} --plan`], ["Promote to all", `release promote${n}`, true], ["Roll back", `release rollback${n}`, true]);
    } else if (r.state === "current") {
      actions.push(["Difference", `release show${n}`], ["Plan the way back", "release rollback --plan"], ["Roll back", "release rollback", true]);
    } else {
      actions.push(["Difference", `release show${n}`], ["Plan", `release plan${n}`], ["Shadow run", `release plan${n} --against ${SHADOW}`], CANARY(`release promote${n}`), ["Go back to this", `release rollback${n}`, true]);
    }
    const verdict = watch ? [el("p.words", {}, `${watch.verdict}: ${Math.round(watch.calls)} calls, ${watch.errors} errors.${watch.next ? ` Next: ${watch.next}` : ""}`)] : [];
    return this.#card(queued ? "Waiting" : `r${r.release}`, r.state, r.message, [
      r.author, r.at && when(r.at), `${r.files} ${r.files === 1 ? "file" : "files"}`, r.systems ? `in ${r.systems} ${r.systems === 1 ? "system" : "systems"}` : "", r.hash && r.hash.slice(0, 8)], verdict, actions);
  }

  #patch(p) {
    const figures = `${Math.round(p.calls)} calls, ${p.errors} errors${p.verdict ? `: ${p.verdict}` : ""}.${p.next ? ` Next: ${p.next}` : ""}`;
    const actions = [["Difference", `export ${p.patch}`], ...(p.state === "canary" ? [["Promote to all", `promote ${p.patch}`, true]] : []),
      ["Save to its file", `patch save ${p.patch}`, true], ["Drop", `drop ${p.patch}`, true]];
    return this.#card(`#${p.patch} ${p.function}`, p.state, p.reason, [p.author, p.at && when(p.at), `on r${p.release}`, p.systems?.length ? `in ${p.systems.join(", ")}` : "", p.sticky ? "sticky" : ""],
      [el("p.words", {}, figures), ...(p.conflict ? [el("p.error", {}, p.conflict)] : [])], actions);
  }

  #card(title, state, words, meta, more, actions) {
    const outcome = el("div.outcome", { hidden: true });
    const buttons = actions.map((a) => (a.canary ? this.#canary(a, outcome) : this.#button(a, outcome)));
    return el("article.card", {},
      el("header", {}, el("h3", {}, title), el(`span.state.${state.split(" ")[0]}`, {}, state), el("span", {}, words ?? "")),
      el("p.meta", {}, ...meta.filter(Boolean).map((m) => el("span", {}, m))), ...more, el("div.actions", {}, ...buttons), outcome);
  }

  #button([label, line, changes = false], outcome) {
    return el(changes ? "button.changes" : "button", { type: "button", title: line, onclick: () => this.#run(line, outcome, changes) }, label);
  }

  // A canary wants to know where.
  #canary({ line }, outcome) {
    const input = el("input", { list: "names", placeholder: "system", "aria-label": "Canary on the system", size: 12 });
    const run = () => input.value.trim() && this.#run(`${line} --canary ${at(input.value.trim())}`, outcome, true);
    input.addEventListener("keydown", (e) => e.key === "Enter" && run());
    return el("span.row", {}, input, el("button.changes", { type: "button", onclick: run }, "Canary there"));
  }

  // What has changed shows in the list, and what became of it stays below.
  async #run(line, outcome, changes) {
    if (!await this.perform.into(outcome, line, { interactive: true }) || !changes) return;
    const said = [...outcome.childNodes];
    await this.load();
    const note = el("section.card.outcome", {}, ...said);
    this.body.prepend(note);
    show(note, true);
  }
}

const CANARY = (line) => ({ canary: true, line });
