// The directional scanner: what one asks it, and what it has found. It looks where the camera
// looks, from one's own ship.
import { Emitter } from "./emitter.js";
import { listed } from "./state.js";

const AU = 149_597_870_700;

export const ANGLES = [5, 15, 30, 60, 90, 180, 360]; // degrees of the whole cone
const RANGES = [1e9, 0.1 * AU, 0.5 * AU, AU, 3 * AU, 5 * AU, 10 * AU]; // metres
const KEEP = "hotshard.scan";

// Scan emits:
//   changed   there is another answer, or none any more
export class Scan extends Emitter {
  found = null; // {contacts, count, angle, range, at} of the last scan
  readyAt = 0; // seconds of the page's clock

  // keep is a shelf of keep.js.
  constructor(game, keep) {
    super();
    Object.assign(this, { game, keep });
    const { angle, range } = keep.get(KEEP) ?? {};
    this.angle = ANGLES.includes(angle) ? angle : 60;
    this.range = range > 0 ? range : Infinity;
    this.system = null;
    game.on("system", () => game.system?.id !== this.system && this.forget());
  }

  // ranges are those one may choose: the last is all that the scanner reaches.
  get ranges() {
    const most = this.game.rules.scan_range;
    return [...RANGES.filter((range) => range < most), most];
  }

  // reach is the chosen one of them.
  get reach() {
    return Math.min(this.range, this.game.rules.scan_range);
  }

  choose({ angle = this.angle, range = this.range }) {
    this.angle = angle;
    this.range = range >= this.game.rules.scan_range ? Infinity : range;
    this.keep.set(KEEP, { angle: this.angle, range: Number.isFinite(this.range) ? this.range : 0 });
  }

  forget() {
    this.system = this.game.system?.id ?? null;
    this.found = null;
    this.emit("changed");
  }

  // scan asks, looking along dir at a time of the page's; act(cmd, args) resolves with
  // {result} or null. It does nothing where the scanner is not ready.
  async scan(dir, now, act) {
    if (now < this.readyAt) return;
    this.readyAt = now + 1;
    const { angle, reach } = this;
    const answer = await act("scan", { dir: [...dir], angle, range: reach });
    if (!answer) return;
    const { contacts, count, again } = answer.result ?? {};
    this.readyAt = now + (again > 0 ? again / (this.game.sim.clock.dilation || 1) : 0);
    this.found = { contacts: listed(contacts), count: count ?? 0, angle, range: reach, at: now };
    this.emit("changed");
  }

  // places are the celestials in the cone around dir as it is set now, the nearest first:
  // {thing, metres}.
  places(dir) {
    const { own, sim } = this.game, list = [];
    if (!own) return list;
    const least = Math.cos((this.angle / 360) * Math.PI);
    for (const thing of sim.celestials.values()) {
      const x = thing.px - own.px, y = thing.py - own.py, z = thing.pz - own.pz, metres = Math.hypot(x, y, z);
      if (metres <= this.reach && x * dir[0] + y * dir[1] + z * dir[2] >= least * metres) list.push({ thing, metres });
    }
    return list.sort((a, b) => a.metres - b.metres || a.thing.id - b.thing.id);
  }

  // kinds says in words how many of which type were found, the most first.
  get kinds() {
    const counts = new Map();
    for (const { type, kind } of this.found?.contacts ?? []) counts.set(type || kind, (counts.get(type || kind) ?? 0) + 1);
    return [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).map(([type, n]) => `${n} ${type}`).join(", ");
  }
}
