// The bar of a replay: what is shown and of when, the time line, and what makes it go.
import { SPEEDS } from "../replay.js";
import { t } from "../words.js";
import { el, say, show } from "./dom.js";

const MARKS = { release: "#8fb8ff", error: "#ee7d5a", death: "#d8b46a", gap: "#e8e3d5", image: "#4a544f" };
const LANES = { image: 0.25, gap: 1 }; // how high a mark stands; all others: half
const NEAR = 6; // pixels from a mark at which its words are shown

export class ReplayBar {
  #dragged = false;

  constructor(root, replay) {
    Object.assign(this, { root, replay });
    this.title = root.querySelector(".title");
    this.when = root.querySelector(".when");
    this.note = root.querySelector(".note");
    this.line = root.querySelector(".line input");
    this.canvas = root.querySelector(".line canvas");
    this.words = root.querySelector(".words");
    this.play = root.querySelector(".play");
    this.speed = root.querySelector(".speed");
    this.follow = root.querySelector(".follow");
    this.speed.append(...SPEEDS.map((s) => el("option", { value: s }, `${s}×`)));
    this.#bind();
    replay.on("state", () => this.#state());
    replay.on("marks", () => this.#marks());
    replay.on("pilots", () => this.#pilots());
    const fit = () => document.body.style.setProperty("--bar", `${root.offsetHeight}px`);
    new ResizeObserver(() => {
      fit();
      this.#marks();
    }).observe(root);
    show(root, true);
    fit();
  }

  #bind() {
    const { root, replay, line } = this;
    this.play.addEventListener("click", () => replay.toggle());
    root.querySelector(".back").addEventListener("click", () => replay.step(-1));
    root.querySelector(".on").addEventListener("click", () => replay.step(1));
    root.querySelector(".before").addEventListener("click", () => this.#tell(replay.jump(-1)));
    root.querySelector(".next").addEventListener("click", () => this.#tell(replay.jump(1)));
    this.speed.addEventListener("change", () => replay.setSpeed(Number(this.speed.value)));
    this.follow.addEventListener("change", () => replay.follow(Number(this.follow.value)));
    line.addEventListener("input", () => {
      this.#dragged = true;
      say(this.when, time(Number(line.value)));
    });
    line.addEventListener("change", () => {
      this.#dragged = false;
      replay.seek(Number(line.value));
    });
    line.addEventListener("pointermove", (event) => this.#point(event.offsetX));
    line.addEventListener("pointerleave", () => say(this.words, ""));
  }

  // tell says where one has gone.
  #tell(mark) {
    if (mark) say(this.words, `${time(mark.at)} ${mark.text}`);
  }

  #state() {
    const { state } = this.replay;
    const { line } = this;
    say(this.title, `${state.system} \u00b7 ${state.name}`);
    say(this.play, t(state.playing ? "replay.pause" : state.ended ? "replay.again" : "replay.play"));
    this.play.setAttribute("aria-pressed", String(state.playing));
    const moved = Number(line.min) !== state.from || Number(line.max) !== state.until;
    line.min = state.from;
    line.max = state.until;
    if (!this.#dragged) {
      line.value = state.at;
      say(this.when, t("replay.when", { date: date(state.at), time: time(state.at), tick: state.tick }));
    }
    line.setAttribute("aria-valuetext", t("replay.at", { time: time(state.at), tick: state.tick }));
    if (this.speed.value !== String(state.speed)) this.#speed(state.speed);
    const followed = String(state.follow ?? 0);
    if (document.activeElement !== this.follow && this.follow.value !== followed) this.follow.value = followed;
    const notes = this.#notes(state);
    say(this.note, notes);
    show(this.note, notes !== "");
    if (moved) this.#marks();
  }

  // speed shows one that the console has set, too.
  #speed(speed) {
    if (!SPEEDS.includes(speed)) this.speed.append(el("option", { value: speed }, `${speed}×`));
    this.speed.value = String(speed);
  }

  #notes({ touched, parted, broken }) {
    if (broken) return t("replay.broken", { broken });
    if (touched) return t("replay.touched");
    return parted ? t("replay.parted", { parted }) : "";
  }

  #pilots() {
    const { pilots, state } = this.replay;
    const rows = pilots.map((p) => el("option", { value: p.id }, [p.name, p.docked ? t("replay.docked") : p.ship, p.online ? "" : t("replay.offline")].filter(Boolean).join(", ")));
    this.follow.replaceChildren(el("option", { value: 0 }, t("replay.everything")), ...rows);
    this.follow.value = String(state?.follow ?? 0);
    if (this.follow.selectedIndex < 0) { // who is followed is elsewhere now
      this.follow.append(el("option", { value: state.follow }, t("replay.gone")));
      this.follow.value = String(state.follow);
    }
  }

  // x of a time on the line, in pixels: the knob's middle goes from one end less half of it.
  #x(at) {
    const { state } = this.replay;
    return KNOB / 2 + ((at - state.from) / Math.max(1, state.until - state.from)) * (this.canvas.clientWidth - KNOB);
  }

  #marks() {
    const { canvas, replay } = this;
    if (!replay.state || canvas.clientWidth === 0) return;
    const ratio = devicePixelRatio || 1;
    canvas.width = Math.round(canvas.clientWidth * ratio);
    canvas.height = Math.round(canvas.clientHeight * ratio);
    const ctx = canvas.getContext("2d");
    ctx.scale(ratio, ratio);
    const { clientHeight: height } = canvas;
    for (const mark of replay.marks) {
      const tall = height * (LANES[mark.kind] ?? 0.6);
      ctx.fillStyle = MARKS[mark.kind] ?? MARKS.gap;
      ctx.fillRect(Math.round(this.#x(mark.at)) - 1, height - tall, 2, tall);
    }
  }

  // point says what is on the line below the pointer.
  #point(x) {
    const { replay } = this;
    if (!replay.state) return;
    const near = replay.marks.filter((m) => m.kind !== "image" && Math.abs(this.#x(m.at) - x) <= NEAR);
    const more = near.length > 1 ? t("replay.more", { count: near.length - 1 }) : "";
    say(this.words, near.length ? `${time(near[0].at)} ${near[0].text}${more}` : "");
  }
}

const KNOB = 14; // pixels, as replay.css has it

const TIME = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit" });
const time = (ms) => TIME.format(ms);

// date as it is written in recordings' names: 2026-11-27.
function date(ms) {
  const d = new Date(ms), two = (n) => String(n).padStart(2, "0");
  return `${d.getFullYear()}-${two(d.getMonth() + 1)}-${two(d.getDate())}`;
}
