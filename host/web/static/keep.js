// What the page keeps in the browser, for one character of one shard or for all. A
// browser may forbid storage; then it lasts as long as the page.
const PREFIX = "hotshard.";

export class Keep {
  #own = new Map(); // what storage would not take
  #whose = "";

  constructor(storage = storageOf()) {
    this.storage = storage;
  }

  // whose says whose things `get` and `set` are about from now on.
  whose(shard, player) {
    this.#whose = `${shard}.${player}.`;
  }

  get(name) {
    return this.#read(PREFIX + this.#whose + name);
  }

  set(name, value) {
    this.#write(PREFIX + this.#whose + name, value);
  }

  // The session's token is the browser's, whichever tab plays.
  get token() {
    return this.#read(`${PREFIX}token`) ?? null;
  }

  set token(token) {
    this.#write(`${PREFIX}token`, token);
  }

  // forget removes a token that is worth nothing any more, unless another tab has
  // signed in since.
  forget(token) {
    if (token === undefined || this.token === token) this.token = null;
  }

  #read(key) {
    try {
      return JSON.parse(this.storage.getItem(key)) ?? this.#own.get(key);
    } catch {
      return this.#own.get(key);
    }
  }

  #write(key, value) {
    this.#own.set(key, value);
    try {
      if (value === null) this.storage.removeItem(key);
      else this.storage.setItem(key, JSON.stringify(value));
    } catch {
      // Full or forbidden: what is kept in memory has to do.
    }
  }
}

function storageOf() {
  try {
    return globalThis.localStorage;
  } catch {
    return undefined;
  }
}
