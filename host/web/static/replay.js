// A replay, as the page knows it: how it stands, whom one can follow, what is on the
// time line; and what the server is asked to make of it.
import { Emitter } from "./emitter.js";
import { listed } from "./state.js";
import { t } from "./words.js";

export const SPEEDS = [0.25, 0.5, 1, 2, 4, 8, 16];
export const GUEST = { name: "guest", password: "of a replay" }; // whoever can open the page may look

// Replay emits:
//   state    how it stands: playing, speed, tick, at and what else `replay` has
//   marks    what is on the time line
//   pilots   whom one can follow
//   refused(text)  what was asked for cannot be
export class Replay extends Emitter {
  // pace is the page's time, real() the reader's, in seconds; send(cmd, args) asks.
  constructor({ game, pace, real, send }) {
    super();
    Object.assign(this, { game, pace, real, send });
    this.state = null;
    this.marks = [];
    this.whole = false; // the whole recording was looked through
    this.pilots = [];
  }

  // handle takes one event of the server; false for one that is not the replay's.
  handle(message) {
    const take = this.#events[message.ev];
    take?.(message);
    return take !== undefined;
  }

  // order asks the server for something.
  async order(cmd, args = {}) {
    try {
      await this.send(cmd, args);
    } catch (error) {
      if (error.code !== "dropped") this.emit("refused", error.message);
    }
  }

  toggle() {
    return this.order("replay_play", { on: !this.state?.playing });
  }

  step(ticks) {
    return this.order("replay_step", { ticks });
  }

  seek(at) {
    return this.order("replay_seek", { at: Math.round(at) });
  }

  follow(id) {
    return this.order("replay_follow", { id });
  }

  setSpeed(speed) {
    return this.order("replay_speed", { speed });
  }

  // faster goes to the next speed, or with -1 to the one before.
  faster(by) {
    const at = SPEEDS.indexOf(this.state?.speed ?? 1);
    const next = SPEEDS[Math.max(0, Math.min(SPEEDS.length - 1, (at < 0 ? 2 : at) + by))];
    return this.setSpeed(next);
  }

  // next is the first thing that happened after where it stands, or with -1 the last one
  // before; null for none. What is as late as the tick that is shown is not after it.
  next(by) {
    const { at } = this.state ?? { at: 0 };
    const events = this.marks.filter((m) => m.kind !== "image").sort((a, b) => a.at - b.at);
    return (by > 0 ? events.find((m) => m.at > at + SAME) : events.findLast((m) => m.at < at - SAME)) ?? null;
  }

  // jump goes to the next thing that happened, or to the one before.
  jump(by) {
    const mark = this.next(by);
    if (mark) this.seek(mark.at);
    else this.emit("refused", t(by > 0 ? "replay.no_more" : "replay.no_before"));
    return mark;
  }

  // keys are what the keyboard does here.
  get keys() {
    return {
      Space: { does: t("replay.toggle"), run: () => void this.toggle() },
      ",": { does: t("replay.back"), run: () => void this.step(-1) },
      ".": { does: t("replay.on"), run: () => void this.step(1) },
      "<": { does: t("replay.slower"), run: () => void this.faster(-1) },
      ">": { does: t("replay.faster"), run: () => void this.faster(1) },
      N: { does: t("replay.to_next"), run: () => void this.jump(1) },
      B: { does: t("replay.to_before"), run: () => void this.jump(-1) },
    };
  }

  #events = {
    replay: (m) => {
      const { pace, game } = this;
      const real = this.real();
      pace.go(m.playing ? m.speed : 0, real);
      pace.dated(m.at, real);
      // A page that plays draws a little behind what it was told; what stands still is
      // drawn as it stands.
      if (!m.playing) game.sim.clock.stand(m.tick, pace.now(real));
      this.state = m;
      if (game.shard.release !== m.release) {
        game.shard.release = m.release;
        game.emit("reloaded");
      }
      this.emit("state");
    },
    replay_marks: (m) => {
      this.marks = listed(m.marks);
      this.whole = m.whole === true;
      this.emit("marks");
    },
    replay_pilots: (m) => {
      this.pilots = listed(m.pilots);
      this.emit("pilots");
    },
  };
}

const SAME = 60; // ms within which two things are one
