// What the page fetches besides what it began with: by need, and in the background, once one
// can fly, with how far it is. Where the shard signs a manifest, and the browser has service
// workers (with TLS, or on the shard's own machine), the keeper keeps it all: see keeper.js.
import { Emitter } from "./emitter.js";
import { t } from "./words.js";

const CACHE = "hotshard.files"; // the keeper's
const AT_ONCE = 4; // transfers
const AFTER = 1_000; // milliseconds between the first flight and the rest

const addressOf = ({ name, sha256 }) => `/${name}?sha256=${sha256}`;

export class Shelf extends Emitter {
  #list = null; // the manifest's files, once they were asked for

  // keeps says whether there is a manifest. env is the browser.
  constructor(keeps, env = globalThis) {
    super();
    Object.assign(this, { keeps, env });
  }

  // address is where a file is that no module imports, and that changes by itself, as it is
  // now: the map.
  async address(name) {
    const file = this.keeps && (await this.#files().catch(() => [])).find((file) => file.name === name);
    return file ? addressOf(file) : `/${name}`;
  }

  // bring fetches the files below folders that are not kept yet, before a module of them is
  // imported: it says nothing of how far it is. What does not come, the import tells.
  async bring(title, ...folders) {
    if (this.keeps) await this.#fetch(title, ({ name }) => folders.some((folder) => name.startsWith(folder))).catch(() => {});
  }

  // begin has the keeper keep all that is wanted(name). It returns what the keeper
  // says of the shard: a key that is not that of the last time, or null.
  async begin(wanted) {
    const workers = this.env.navigator.serviceWorker;
    if (!this.keeps || !workers || !this.env.caches) return null;
    await new Promise((later) => setTimeout(later, AFTER));
    const whose = this.env.trustedTypes?.createPolicy("keeper", { createScriptURL: (url) => url });
    const url = import.meta.resolve("./keeper.js");
    await workers.register(whose?.createScriptURL(url) ?? url, { updateViaCache: "all" });
    await workers.ready;
    if (!workers.controller) await new Promise((then) => workers.addEventListener("controllerchange", then, { once: true }));
    const { doubt } = await this.tell({});
    if (!doubt && !this.env.navigator.connection?.saveData) await this.#fetch(t("fetch.rest"), ({ name }) => wanted(name));
    this.emit("kept");
    return doubt;
  }

  // tell says something to the keeper, and returns its answer.
  tell(what) {
    const { port1, port2 } = new MessageChannel();
    return new Promise((answer) => {
      port1.onmessage = ({ data }) => [port1.close(), answer(data)];
      this.env.navigator.serviceWorker.controller.postMessage(what, [port2]);
    });
  }

  async #fetch(title, wanted) {
    const kept = await this.#kept(), left = (await this.#files()).filter((file) => !kept.has(file.sha256) && wanted(file));
    const of = left.reduce((sum, file) => sum + file.size, 0);
    let have = 0;
    const come = (bytes) => this.emit("progress", { title, have: (have += bytes), of });
    const one = async () => {
      for (let file; (file = left.shift()); ) await this.#one(file, come);
    };
    await Promise.all(Array.from({ length: AT_ONCE }, one)).finally(() => this.emit("progress", null));
  }

  async #one(file, come) {
    const { body } = await this.env.fetch(addressOf(file), { priority: "low" });
    for (const reader = body.getReader(); ; ) {
      const { done, value } = await reader.read();
      if (done) return;
      come(value.length);
    }
  }

  async #files() {
    return (this.#list ??= JSON.parse((await (await this.env.fetch("/manifest")).text()).split("\n")[0]).files);
  }

  // kept are the hashes of what the keeper has.
  async #kept() {
    if (!this.env.caches || !this.env.navigator.serviceWorker?.controller) return new Set();
    const cache = await this.env.caches.open(CACHE);
    return new Set((await cache.keys()).map(({ url }) => url.slice(url.lastIndexOf("/") + 1)));
  }
}
