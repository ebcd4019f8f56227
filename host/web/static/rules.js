// The figures of the game that the page counts with. The scripts say them, on coming
// and whenever they have changed; until then these stand.
const UNTOLD = {
  dock_range: 2_500, // metres from a station's surface
  jump_range: 2_500, // from a gate's
  loot_range: 2_500, // from a wreck's or a container's
  warp_from: 150_000, // from where on a ship warps
  warp_range: 100_000, // the farthest off a target to land
  chat_longest: 500, // bytes of one line
  scan_range: 15 * 149_597_870_700, // that the scanner reaches
};

export class Rules {
  constructor() {
    this.hostile = new Set(); // names of types
    Object.assign(this, UNTOLD);
  }

  // take reads what the scripts say; what they leave out stays.
  take(told) {
    for (const key of Object.keys(UNTOLD)) if (Number.isFinite(told[key])) this[key] = told[key];
    if (Array.isArray(told.hostile)) this.hostile = new Set(told.hostile);
  }

  // reach is how near one has to be to use a thing, or 0 where it is for no use.
  reach(thing) {
    return { station: this.dock_range, gate: this.jump_range, wreck: this.loot_range, container: this.loot_range }[thing?.kind] ?? 0;
  }
}
