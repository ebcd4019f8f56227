// The star map as a graph: names, places, gates between systems, shortest routes.

// parseMap reads GET /api/map.
export function parseMap({ name, regions, systems }) {
  const list = systems.map(([id, label, x, z, security, region, next]) => ({
    id, name: label, x, z, security, region: regions[region] ?? "", next,
  }));
  return new StarMap(name, list);
}

export class StarMap {
  #byId;
  #byName;

  constructor(name, systems) {
    this.name = name;
    this.systems = systems;
    this.#byId = new Map(systems.map((s) => [s.id, s]));
    this.#byName = new Map(systems.map((s) => [s.name.toLowerCase(), s]));
  }

  get(id) {
    return this.#byId.get(id);
  }

  named(name) {
    return this.#byName.get(String(name).trim().toLowerCase());
  }

  // search lists systems whose name starts with the text, then those that only
  // contain it; the shorter and then the alphabetically earlier first.
  search(text, limit = 8) {
    const wanted = text.trim().toLowerCase();
    if (!wanted) return [];
    const starts = [];
    const contains = [];
    for (const system of this.systems) {
      const at = system.name.toLowerCase().indexOf(wanted);
      if (at === 0) starts.push(system);
      else if (at > 0) contains.push(system);
    }
    const order = (a, b) => a.name.length - b.name.length || a.name.localeCompare(b.name);
    return [...starts.sort(order), ...contains.sort(order)].slice(0, limit);
  }

  // route returns the ids from one system to another, both included, with the
  // fewest jumps, or null where no gates lead there.
  route(from, to) {
    if (!this.#byId.has(from) || !this.#byId.has(to)) return null;
    const cameFrom = new Map([[from, 0]]);
    let frontier = [from];
    while (frontier.length && !cameFrom.has(to)) {
      const further = [];
      for (const id of frontier) {
        for (const next of this.#byId.get(id)?.next ?? []) {
          if (cameFrom.has(next)) continue;
          cameFrom.set(next, id);
          further.push(next);
        }
      }
      frontier = further;
    }
    if (!cameFrom.has(to)) return null;
    const path = [];
    for (let id = to; id !== 0; id = cameFrom.get(id)) path.push(id);
    return path.reverse();
  }
}
