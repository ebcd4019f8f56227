// Chat: the channels as tabs, each line with its time, its channel and its name.
import { listed } from "../state.js";
import { ALL, LOCAL, PRIVATE } from "../talk.js";
import { known, t } from "../words.js";
import { el, say, show } from "./dom.js";
import { clock, day } from "./format.js";

const KEPT = 200;

export class Chat {
  #system = null;
  #buttons = new Map();

  constructor(root, game, talk, act) {
    Object.assign(this, { root, game, talk, act });
    this.lines = root.querySelector(".lines");
    this.input = root.querySelector(".say input");
    this.tabs = root.querySelector(".channels");
    this.title = root.querySelector("h2 .name");
    this.present = root.querySelector(".present");
    root.querySelector(".say").addEventListener("submit", (event) => this.#speak(event));
    this.input.addEventListener("keydown", (event) => {
      if (event.key === "Escape") this.input.blur();
    });
    this.#joining(root.querySelector(".join"), root.querySelector(".add"));
    root.querySelector(".part").addEventListener("click", () => talk.leave(talk.shown, act));
    this.lines.addEventListener("click", (event) => {
      const { name } = event.target.closest("button")?.dataset ?? {};
      if (name) this.private(name);
    });
    talk.on("line", (line) => this.#line(line));
    talk.on("channels", () => this.#channels());
    game.on("system", () => this.#entered());
    game.on("rules", () => (this.input.maxLength = game.rules.chat_longest));
    this.#channels();
  }

  // private opens the private lines with somebody.
  private(name) {
    this.talk.with(name);
    this.input.focus();
  }

  // count shows how many pilots are here; who() answers the command of that name.
  count({ count, players } = {}) {
    say(this.present, count ? t("chat.here", { n: count }) : "");
    this.present.title = listed(players).map((p) => p.name).join(", ");
  }

  get unread() {
    return [...this.talk.unread.values()].reduce((sum, n) => sum + n, 0) + this.missed;
  }

  missed = 0; // lines that came while the panel was shut

  // read says that the lines have been seen.
  read() {
    this.missed = 0;
    this.lines.scrollTop = this.lines.scrollHeight;
  }

  async #speak(event) {
    event.preventDefault();
    const text = this.input.value.trim();
    if (!text) return;
    this.input.value = "";
    if (!(await this.talk.say(text, this.act)) && !this.input.value) this.input.value = text;
  }

  #joining(form, button) {
    button.addEventListener("click", () => {
      show(form, form.hidden);
      button.setAttribute("aria-expanded", String(!form.hidden));
      if (!form.hidden) form.elements.channel.focus();
    });
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const name = form.elements.channel.value.trim();
      if (name) await this.talk.join(name, this.act);
      form.elements.channel.value = "";
      show(form, false);
      button.setAttribute("aria-expanded", "false");
      this.input.focus();
    });
  }

  // channels draws the tabs, and the lines of the one that is shown.
  #channels() {
    const { talk } = this;
    for (const [name, node] of this.#buttons) {
      if (talk.channels.includes(name)) continue;
      node.remove();
      this.#buttons.delete(name);
    }
    for (const name of talk.channels) {
      const node = this.#buttons.get(name) ?? el("button", { type: "button", onclick: () => this.#show(name) });
      this.#buttons.set(name, node);
      const unread = talk.unread.get(name);
      say(node, title(name) + (unread ? ` (${unread})` : ""));
      node.setAttribute("aria-pressed", String(name === talk.shown));
      this.tabs.append(node);
    }
    const to = talk.target === PRIVATE ? talk.partner ?? t("chat.nobody") : title(talk.target);
    this.input.placeholder = talk.target === PRIVATE ? t("chat.say_private", { name: to }) : t("chat.say_in", { channel: to });
    this.input.setAttribute("aria-label", this.input.placeholder);
    say(this.title, talk.shown === ALL ? t("chat.title") : title(talk.shown));
    show(this.root.querySelector(".part"), talk.joined.includes(talk.shown));
    this.#draw();
  }

  #show(name) {
    const { talk } = this;
    talk.show(name);
    // Channels that everybody hears are asked for what was said before.
    if (talk.always.includes(name) && !talk.joined.includes(name)) this.act("join", { channel: name }).then((a) => a && talk.history(name, a.result.lines));
  }

  #draw() {
    const { talk } = this;
    const lines = talk.lines.filter((l) => this.#shows(l)).slice(-KEPT);
    this.lines.replaceChildren(...lines.map((l) => this.#row(l)));
    this.lines.scrollTop = this.lines.scrollHeight;
  }

  #shows({ channel }) {
    return this.talk.shown === ALL || this.talk.shown === channel;
  }

  #line(line) {
    if (this.#shows(line)) this.#append(this.#row(line));
    if (!line.mine && !line.note && document.body.dataset.panel !== "chat") this.missed++;
    if (!this.#shows(line)) this.#channels();
  }

  // A line's time and channel stand before it, so that its text is what was said.
  #row({ at, channel, from, to, text, mine, note }) {
    const time = at === null ? el("span.when", { title: t("chat.before") }, t("chat.earlier")) : el("time.when", { datetime: new Date(at).toISOString(), title: day(at) }, clock(at));
    const mark = channel === LOCAL ? [] : [el("span.channel", { "data-channel": channel }, channel === PRIVATE && mine ? t("chat.to", { name: to ?? this.talk.partner }) : channel)];
    const name = from ? [mine ? el("b", {}, from) : el("button.who", { type: "button", "data-name": from, title: t("chat.speak", { name: from }) }, from), " "] : [];
    return el(`div.line${mine ? ".mine" : ""}${note ? ".note" : ""}`, {}, time, ...mark, el("p", {}, ...name, text));
  }

  // entered writes a line where local chat becomes another system's.
  #entered() {
    const { system } = this.game;
    if (!system || system.id === this.#system) return;
    this.#system = system.id;
    this.talk.note(t("chat.local", system), "place");
  }

  #append(node) {
    const { lines } = this;
    const atEnd = lines.scrollHeight - lines.scrollTop - lines.clientHeight < 40;
    lines.append(node);
    while (lines.childElementCount > KEPT) lines.firstElementChild.remove();
    if (atEnd) lines.scrollTop = lines.scrollHeight;
  }
}

const title = (channel) => (known(`channel.${channel}`) ? t(`channel.${channel}`) : channel[0].toUpperCase() + channel.slice(1));
