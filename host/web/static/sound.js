// What is heard: this says which sound comes when, and view/synth.js makes it. Nothing is heard
// before the first key or click, since browsers want that and so do pilots. So much happens in a
// fight that each kind of sound has its rest, and all together have a bound.
//
// A sound is {name, gain from 0 to 1, pan from -1 to 1}.

// How often each may come, in seconds, and how loud it is.
export const KINDS = {
  click: { rest: 0.04, gain: 0.25 },
  refused: { rest: 0.3, gain: 0.4 },
  notice: { rest: 0.5, gain: 0.35 },
  locking: { rest: 0.3, gain: 0.35 },
  locked: { rest: 0.2, gain: 0.45 },
  gun: { rest: 0.09, gain: 0.5 },
  launch: { rest: 0.2, gain: 0.5 },
  mine: { rest: 0.6, gain: 0.35 },
  shield: { rest: 0.15, gain: 0.5 },
  hull: { rest: 0.2, gain: 0.7 },
  blast: { rest: 0.12, gain: 0.9 },
  alarm: { rest: 1.6, gain: 0.6 },
  aimed: { rest: 0.8, gain: 0.55 },
  warp: { rest: 1, gain: 0.7 },
  landed: { rest: 0.5, gain: 0.6 },
  dock: { rest: 0.5, gain: 0.5 },
  jump: { rest: 1, gain: 0.7 },
  loss: { rest: 2, gain: 1 },
};

export const VOICES = 14; // sounds at once, at most
const KEEP = "hotshard.sound";
const HEARD = 60_000; // metres beyond which nothing is heard
const LOW = 0.3; // of shield or hull, below which the ship sounds an alarm
const LONGEST = 2.5; // seconds that a sound lasts, at most

// Sound decides. play(sound) makes one; engine(power, warp) is the hum of the ship's engine, from 0
// to 1; now() is the time in seconds.
export class Sound {
  #last = new Map(); // when each kind came last
  #ends = []; // when the sounds that are heard end
  #warp = false;
  #synth = null;

  // keep is a shelf of keep.js; ear(thing) says {far in metres, pan} of something in space.
  constructor(game, fight, keep, { now, ear = () => ({ far: 0, pan: 0 }) }) {
    Object.assign(this, { game, fight, keep, now, ear });
    const { volume, muted } = keep.get(KEEP) ?? {};
    this.volume = volume >= 0 && volume <= 1 ? volume : 0.6;
    this.muted = muted === true;
    game.on("message", (m) => this.#events[m.ev]?.(m));
  }

  // wake is called at the first gesture, with what makes sounds: {play(sound), engine(power, warp),
  // loud(volume)}.
  wake(synth) {
    this.#synth = synth;
    synth.loud(this.#level);
  }

  get awake() {
    return this.#synth !== null;
  }

  get #level() {
    return this.muted ? 0 : this.volume;
  }

  mute(muted) {
    this.muted = muted;
    this.#changed();
  }

  loud(volume) {
    this.volume = Math.max(0, Math.min(1, volume));
    this.muted = false;
    this.#changed();
  }

  #changed() {
    this.keep.set(KEEP, { volume: this.volume, muted: this.muted });
    this.#synth?.loud(this.#level);
  }

  // say plays a kind of sound, of a thing in space or of the ship itself. It says whether it was
  // played: not while it rests, where it is too far away, or where too much is heard already.
  say(name, thing = null) {
    const kind = KINDS[name], now = this.now();
    if (!this.#synth || this.#level === 0 || now - (this.#last.get(name) ?? -Infinity) < kind.rest) return false;
    const { far, pan } = thing ? this.ear(thing) : NEAR;
    if (far > HEARD) return false;
    let heard = 0;
    for (const end of this.#ends) if (end > now) this.#ends[heard++] = end;
    this.#ends.length = heard;
    if (heard >= VOICES) return false;
    this.#last.set(name, now);
    const lasts = this.#synth.play(name, kind.gain * nearness(far), pan);
    this.#ends.push(now + Math.min(LONGEST, lasts ?? 0.5));
    return true;
  }

  // update follows the ship: its engine and its warp. Called a few times a second.
  update(tunnel) {
    const { own } = this.game;
    const warp = Boolean(own && own.mode === tunnel);
    if (warp !== this.#warp) this.say(warp ? "warp" : "landed");
    this.#warp = warp;
    this.#synth?.engine(own ? power(own) : 0, warp);
  }

  #events = {
    fire: (m) => {
      for (const [from, , type, , on] of listed(m.weapons)) if (on) this.#shot(from, String(type));
    },
    hits: (m) => {
      const taken = listed(m.hits).some((h) => h?.from && h.points > 0);
      if (taken) this.say((this.fight.condition?.shield ?? 1) > 0.02 ? "shield" : "hull");
    },
    lock: (m) => m.state !== "lost" && this.say(m.state),
    aimed: (m) => m.state !== "lost" && this.say("aimed"),
    destroyed: (m) => this.say(m.id === this.game.ship ? "loss" : "blast", this.game.sim.find(m.id)),
    condition: (m) => {
      const low = m.id === this.game.ship && Math.min(m.hull ?? 1, Math.max(m.shield ?? 1, m.armour ?? 1)) < LOW;
      if (low) this.say("alarm");
    },
    mined: () => this.say("mine"),
    system: (m) => this.say(m.docked ? "dock" : "jump"),
    notice: () => this.say("notice"),
  };

  #shot(from, type) {
    const thing = from === this.game.ship ? null : this.game.sim.find(from);
    if (from !== this.game.ship && !thing) return;
    this.say(/launcher/i.test(type) ? "launch" : /mining|miner/i.test(type) ? "mine" : "gun", thing);
  }
}

const NEAR = { far: 0, pan: 0 };
const listed = (value) => (Array.isArray(value) ? value.filter((v) => v !== null) : []);

// nearness is how loud something is so far away.
export const nearness = (far) => Math.max(0.05, 1 / (1 + (far / 4_000) ** 2));

// power is how hard a ship's engine works.
export const power = (own) => Math.min(1, Math.max(0, (own.velocity ?? 0) / Math.max(1, own.speed ?? 1)));
