// What the page asks of the market over HTTP, and keeps: types, stations, gaps between
// prices. What concerns the pilot alone goes over the socket.

export class Shop {
  #kept = new Map();
  #stations = new Map();

  // get(path) resolves with the answer's value or null.
  constructor(get = fetchJSON) {
    this.get = get;
  }

  // forget drops what another release may tell otherwise.
  forget() {
    this.#kept.clear();
  }

  #once(path) {
    let asked = this.#kept.get(path);
    if (!asked) {
      asked = this.get(path).then((answer) => {
        if (!answer) this.#kept.delete(path); // a lost line is no answer
        return answer;
      });
      this.#kept.set(path, asked);
    }
    return asked;
  }

  // types lists all: {id, name, category, group, volume}.
  async types() {
    return (await this.#once("/api/v1/types"))?.types ?? [];
  }

  // regions lists the names of all.
  async regions() {
    return ((await this.#once("/api/v1/regions"))?.regions ?? []).map((r) => r.name);
  }

  // learn makes the stations of a region known by name.
  async learn(region) {
    const answer = await this.#once(`/api/v1/regions/${encodeURIComponent(region)}`);
    for (const s of answer?.systems ?? []) for (const { id, name } of s.stations) this.#stations.set(id, name);
  }

  // stations are the names of those of a region, by number.
  async stations(region) {
    await this.learn(region);
    return Object.fromEntries([...this.#stations].map(([id, name]) => [String(id), name]));
  }

  station(id) {
    return this.#stations.get(id);
  }

  // gaps lists what costs less somewhere than somebody pays elsewhere; null where the
  // server cannot be asked.
  async gaps(from, to) {
    const query = new URLSearchParams();
    if (from) query.set("from", from);
    if (to) query.set("to", to);
    return (await this.get(`/api/v1/gaps?${query}`))?.gaps ?? null;
  }
}

async function fetchJSON(path) {
  try {
    const answer = await fetch(path);
    return answer.ok ? await answer.json() : null;
  } catch {
    return null; // the connection says so already
  }
}
