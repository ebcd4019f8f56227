// Figures of all systems, as the shard sends them: what they are now, and their history.
// Numbers of tracks are positions in /names; track 0 is the whole shard.

const KIND_CHANGES = 1, KIND_ALL = 2, KIND_FACTS = 3;
const LONGEST = 1 << 5, AWAKE = 1 << 6;

export const SHARD = 0;

const percent = (v) => (v >= 99.95 ? `${Math.round(v)} %` : `${v.toFixed(v < 9.95 ? 1 : 0)} %`);

const heads = (v) => (v > 0 && v < 9.95 && v % 1 ? v.toFixed(1) : Math.round(v).toLocaleString("en-US"));

// millis is a time in ms in few digits.
export function millis(v) {
  if (v >= 1_000) return `${(v / 1_000).toFixed(2)} s`;
  return `${v >= 100 ? Math.round(v) : v.toFixed(v < 9.95 ? 2 : 1)} ms`;
}

// bytes is a size in few digits.
export function bytes(v) {
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  let i = 0;
  for (; v >= 1024 && i < units.length - 1; i++) v /= 1024;
  return `${v >= 100 || i === 0 ? Math.round(v) : v.toFixed(1)} ${units[i]}`;
}

// METRICS in the order of the wire. to makes of what is sent what is shown, say puts that
// into words; least is the height that the mountains have at least, so that hardly
// anything is no mountain.
export const METRICS = [
  { id: "cpu", name: "CPU", of: "of a core", to: (v) => v / 10, say: percent, least: 100 },
  { id: "players", name: "Players", of: "in a system", to: (v) => v, say: heads, least: 10 },
  { id: "tick", name: "Tick time", of: "a tick", to: (v) => (v * 20) / 1000, say: millis, least: 100 },
  { id: "memory", name: "Memory", of: "held by Lua", to: (v) => v * 16384, say: bytes, least: 256 },
  { id: "slow", name: "Dilation", of: "of time lost", to: (v) => v / 10, say: percent, least: 100 },
];
export const TICK = 2;
const MOST = 65_535; // of what is sent

// WHOLE_MEMORY is what the process holds, in the track of the shard.
export const WHOLE_MEMORY = { ...METRICS[3], to: (v) => v * 1024 ** 2 };

// show is a figure as people read it.
export const show = (metric, v) => (v >= MOST ? "over " : "") + METRICS[metric].say(METRICS[metric].to(v));

// Reader reads the varints of Go's encoding/binary.
export class Reader {
  constructor(bytes) {
    this.bytes = bytes;
    this.at = 0;
  }

  get more() {
    return this.at < this.bytes.length;
  }

  byte() {
    if (!this.more) throw new RangeError("the message is cut off");
    return this.bytes[this.at++];
  }

  // Times of day need more bits than the operators for bits have.
  uint() {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const b = this.byte();
      value += (b & 127) * scale;
      if (b < 128) return value;
    }
  }

  int() {
    const v = this.uint();
    return v % 2 ? -(v + 1) / 2 : v / 2;
  }
}

// Now is how every track does as of the last second.
export class Now {
  constructor() {
    this.at = 0; // seconds since 1970
    this.count = 0; // tracks
    this.errors = 0;
    this.mean = METRICS.map(() => new Uint16Array(0));
    this.longest = new Uint16Array(0);
    this.awake = new Uint8Array(0);
  }

  // apply takes a binary message in. It returns "figures", or the facts as an object.
  apply(bytes) {
    const r = new Reader(bytes);
    const kind = r.byte();
    if (kind === KIND_FACTS) return JSON.parse(new TextDecoder().decode(bytes.subarray(1)));
    if (kind !== KIND_CHANGES && kind !== KIND_ALL) throw new RangeError(`there is no message of kind ${kind}`);
    this.at = r.uint();
    this.#grow(r.uint());
    this.errors = r.uint();
    if (kind === KIND_ALL) for (const all of [...this.mean, this.longest, this.awake]) all.fill(0);
    for (let i = -1; r.more; ) {
      i += r.uint();
      const bits = r.byte();
      this.awake[i] = bits & AWAKE ? 1 : 0;
      for (let m = 0; m < METRICS.length; m++) if (bits & (1 << m)) this.mean[m][i] = r.uint();
      if (bits & LONGEST) this.longest[i] = r.uint();
    }
    return "figures";
  }

  // most is the greatest value of the second.
  most(metric, i) {
    return metric === TICK ? this.longest[i] : this.mean[metric][i];
  }

  #grow(count) {
    if (count <= this.longest.length) {
      this.count = Math.max(this.count, count);
      return;
    }
    const wider = (old, kind) => {
      const next = new kind(count);
      next.set(old);
      return next;
    };
    this.mean = this.mean.map((old) => wider(old, Uint16Array));
    this.longest = wider(this.longest, Uint16Array);
    this.awake = wider(this.awake, Uint8Array);
    this.count = count;
  }
}

// Past is the averages and the greatest values of some metrics, slot by slot, with the
// slot that runs at the end.
export class Past {
  constructor(bytes) {
    const r = new Reader(bytes);
    this.seconds = r.uint(); // of a slot
    this.slot = r.uint(); // that runs
    this.slots = r.uint();
    this.metrics = Array.from({ length: r.uint() }, () => r.byte());
    this.tracks = new Map();
    for (let i = -1; r.more; ) {
      i += r.uint();
      this.tracks.set(i, this.metrics.map(() => ({ mean: this.#ring(r), most: this.#ring(r), sum: 0, peak: 0, had: 0 })));
    }
  }

  // A ring has the value of slot s at s % slots; they come from the oldest on.
  #ring(r) {
    const ring = new Uint16Array(this.slots);
    for (let s = 0, v = 0; s < this.slots; s++) ring[(this.slot + s) % this.slots] = v += r.int();
    return ring;
  }

  // take adds a second. only says which tracks matter, all where it is left out.
  take(now, only = null) {
    this.#turn(Math.floor(now.at / this.seconds));
    const one = (i) => {
      const track = this.tracks.get(i) ?? this.#blank(now, i);
      if (!track) return;
      this.metrics.forEach((m, k) => {
        const ring = track[k], most = now.most(m, i);
        ring.sum += now.mean[m][i];
        ring.had++;
        if (most > ring.peak) ring.peak = most;
      });
    };
    if (only) only.forEach(one);
    else for (let i = 0; i < now.count; i++) one(i);
  }

  #blank(now, i) {
    if (!this.metrics.some((m) => now.mean[m][i] > 0)) return null;
    const track = this.metrics.map(() => ({ mean: new Uint16Array(this.slots), most: new Uint16Array(this.slots), sum: 0, peak: 0, had: 0 }));
    this.tracks.set(i, track);
    return track;
  }

  #turn(slot) {
    for (; this.slot < slot; this.slot++) {
      const at = this.slot % this.slots;
      for (const track of this.tracks.values()) {
        for (const ring of track) {
          ring.mean[at] = ring.had ? Math.round(ring.sum / ring.had) : 0;
          ring.most[at] = ring.peak;
          ring.sum = ring.peak = ring.had = 0;
        }
      }
    }
  }

  // width is how many values a line has.
  get width() {
    return this.slots + 1;
  }

  // line is what a track did, the oldest first: k is the place of the metric here.
  line(i, k = 0) {
    const ring = this.tracks.get(i)?.[k];
    const mean = new Float32Array(this.width), most = new Float32Array(this.width);
    if (ring) {
      for (let s = 0; s < this.slots; s++) {
        const at = (this.slot + s) % this.slots;
        mean[s] = ring.mean[at];
        most[s] = ring.most[at];
      }
      // A slot that has only begun is as the one before.
      mean[this.slots] = ring.had ? ring.sum / ring.had : mean[this.slots - 1];
      most[this.slots] = ring.had ? ring.peak : most[this.slots - 1];
    }
    return { mean, most };
  }

  // heat is the greatest average of a track, by which the hot ones come to the front.
  heat(i, k = 0) {
    const ring = this.tracks.get(i)?.[k];
    if (!ring) return 0;
    let most = ring.had ? ring.sum / ring.had : 0;
    for (const v of ring.mean) if (v > most) most = v;
    return most;
  }

  // times are the moments of a line's values, in seconds since 1970.
  times() {
    return Array.from({ length: this.width }, (_, s) => (this.slot - this.slots + s) * this.seconds);
  }
}
