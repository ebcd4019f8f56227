// What the page keeps in the browser, for one character of one shard or for all. A
// browser may forbid storage; then it lasts as long as the page.
const PREFIX = "hotshard.";
const TOKEN = `${PREFIX}token`;

export class Keep {
  #whose = "";

  // storage is the browser's, for all tabs; tab is one tab's own, over its reloads.
  constructor(storage = storageOf("localStorage"), tab = storageOf("sessionStorage")) {
    this.storage = new Shelf(storage);
    this.tab = new Shelf(tab);
  }

  // whose says whose things `get` and `set` are about from now on.
  whose(shard, player) {
    this.#whose = `${shard}.${player}.`;
  }

  get(name) {
    return this.storage.get(PREFIX + this.#whose + name);
  }

  set(name, value) {
    this.storage.set(PREFIX + this.#whose + name, value);
  }

  // The session's token is the tab's own, so that two tabs may play two pilots and each
  // reload as itself; a tab without one takes up what was played last.
  get token() {
    return this.tab.get(TOKEN) ?? this.storage.get(TOKEN) ?? null;
  }

  set token(token) {
    for (const shelf of [this.tab, this.storage]) shelf.set(TOKEN, token);
  }

  // forget removes a token that is worth nothing any more, wherever it is that one.
  forget(token) {
    for (const shelf of [this.tab, this.storage]) if (shelf.get(TOKEN) === token) shelf.set(TOKEN, null);
  }
}

// Shelf is a storage whose values are JSON, and which holds what the browser will not.
class Shelf {
  #own = new Map();

  constructor(storage) {
    this.storage = storage;
  }

  get(key) {
    try {
      return JSON.parse(this.storage.getItem(key)) ?? this.#own.get(key);
    } catch {
      return this.#own.get(key);
    }
  }

  set(key, value) {
    try {
      if (value === null) this.storage.removeItem(key);
      else this.storage.setItem(key, JSON.stringify(value));
      this.#own.delete(key);
    } catch {
      this.#own.set(key, value ?? undefined); // full or forbidden
    }
  }
}

function storageOf(name) {
  try {
    return globalThis[name];
  } catch {
    return undefined;
  }
}
