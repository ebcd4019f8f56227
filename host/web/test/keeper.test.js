import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import vm from "node:vm";

const code = new vm.Script(readFileSync(new URL("../static/keeper.js", import.meta.url), "utf8"));
const ORIGIN = "https://shard.example";
const utf8 = new TextEncoder();
const hex = async (bytes) => Buffer.from(await crypto.subtle.digest("SHA-256", bytes)).toString("hex");
const newKey = () => crypto.subtle.generateKey("Ed25519", true, ["sign", "verify"]);
const base64 = (buffer) => Buffer.from(buffer).toString("base64");

// Shard serves a manifest and files, and counts; odd(request) may answer in its place.
class Shard {
  files = {};
  asked = [];
  odd = () => null;

  async put(name, text) {
    const bytes = utf8.encode(text);
    this.files[name] = { bytes, sum: await hex(bytes) };
    return this.files[name].sum;
  }

  async manifest() {
    const line = JSON.stringify({ shard: "dev", files: Object.entries(this.files).map(([name, { bytes, sum }]) => ({ name, sha256: sum, size: bytes.length })) });
    const signature = await crypto.subtle.sign("Ed25519", this.key.privateKey, utf8.encode(line));
    return `${line}\n${JSON.stringify({ key: base64(await crypto.subtle.exportKey("raw", this.key.publicKey)), signature: base64(signature) })}\n`;
  }

  fetch = async (what, { headers, cache } = {}) => {
    const url = new URL(what.url ?? what, ORIGIN), range = headers?.Range;
    const request = { name: url.pathname.slice(1), range, cache };
    this.asked.push(request);
    const odd = this.odd(request);
    if (odd) return odd;
    if (request.name === "manifest") return this.key ? new Response(await this.manifest()) : new Response("", { status: 404 });
    const file = this.files[request.name], sum = url.searchParams.get("sha256");
    if (!file || (sum && sum !== file.sum)) return new Response("", { status: 404 });
    const from = range ? Number(/^bytes=(\d+)-$/.exec(range)[1]) : 0;
    return new Response(file.bytes.slice(from), { status: range ? 206 : 200, headers: { "content-type": "text/javascript" } });
  };

  // names are what was asked for since the last time.
  names() {
    return this.asked.splice(0).map(({ name }) => name);
  }
}

// browser is the keeper in one that keeps in a Map, and waits for nothing.
function browser(shard, kept = new Map()) {
  const listeners = {}, path = (what) => new URL(what.url ?? what, ORIGIN).pathname;
  const cache = {
    match: async (what) => kept.get(path(what))?.clone(),
    put: async (what, response) => void kept.set(path(what), response),
    keys: async () => [...kept.keys()].map((key) => ({ url: ORIGIN + key })),
    delete: async (what) => kept.delete(path(what)),
  };
  const self = { location: { origin: ORIGIN }, addEventListener: (name, run) => (listeners[name] = run) };
  const said = [];
  const context = vm.createContext({
    self, fetch: shard.fetch, crypto, Response, Headers, Blob, URL, AbortSignal, TextEncoder, Uint8Array, atob,
    setTimeout: (run, ms) => (ms < 15_000 || shard.stalls ? setImmediate(run) : null), clearTimeout: (timer) => clearImmediate(timer), console: { error: (text) => said.push(text) },
    caches: { open: async () => cache, delete: async () => kept.clear() },
  });
  code.runInContext(context);
  const get = (address, mode = "cors") => {
    let answer = null;
    const request = { url: ORIGIN + address, method: "GET", mode, headers: new Headers() };
    listeners.fetch({ request, respondWith: (promise) => (answer = promise) });
    return answer ?? shard.fetch(address);
  };
  return {
    kept, said, get, visit: () => get("/", "navigate"),
    async tell(data) {
      let answer;
      await new Promise((done) => listeners.message({ data, ports: [{ postMessage: (a) => (answer = a) }], waitUntil: (p) => p.then(done) }));
      return answer;
    },
  };
}

async function shardWith(files) {
  const shard = new Shard();
  shard.key = await newKey();
  for (const [name, text] of Object.entries(files)) await shard.put(name, text);
  return shard;
}

const address = (shard, name) => `/${name}?sha256=${shard.files[name].sum}`;
const text = async (answer) => (await answer).text();

test("the second visit fetches the manifest and nothing else, a release what has changed", async () => {
  const shard = await shardWith({ "index.html": "<page>", "app.js": "one", "deep.js": "two", "api/map": "[]" });
  let b = browser(shard);
  const all = async () => [await text(b.visit()), await text(b.get(address(shard, "app.js"))), await text(b.get(address(shard, "deep.js"))), await text(b.get("/api/map"))];
  assert.deepEqual(await all(), ["<page>", "one", "two", "[]"]);
  assert.deepEqual(shard.names(), ["manifest", "index.html", "app.js", "deep.js", "api/map"]);
  for (const when of ["at once", "after the browser has ended the keeper"]) {
    assert.deepEqual(await all(), ["<page>", "one", "two", "[]"], when);
    assert.deepEqual(shard.names(), ["manifest"], when);
    b = browser(shard, b.kept);
  }
  await shard.put("deep.js", "three");
  assert.deepEqual(await all(), ["<page>", "one", "three", "[]"]);
  assert.deepEqual(shard.names(), ["manifest", "deep.js"]);
});

test("one file is fetched once, however many ask for it at once", async () => {
  const shard = await shardWith({ "app.js": "one" });
  const b = browser(shard);
  const both = await Promise.all([b.get(address(shard, "app.js")), b.get(address(shard, "app.js"))].map(text));
  assert.deepEqual(both, ["one", "one"]);
  assert.deepEqual(shard.names(), ["app.js"]);
});

test("what no release has any more is let go, but not what the one before had", async () => {
  const shard = await shardWith({ "index.html": "0" });
  const b = browser(shard);
  const had = [];
  for (const words of ["1", "2", "3"]) {
    had.push(await shard.put("index.html", words));
    assert.equal(await text(b.visit()), words);
  }
  assert.deepEqual(had.map((sum) => b.kept.has("/kept/" + sum)), [false, true, true]);
});

test("a transfer that breaks goes on by Range", async () => {
  const shard = await shardWith({ "app.js": "0123456789" });
  let breaks = 2;
  shard.odd = ({ name, range }) => {
    if (name !== "app.js" || breaks-- <= 0) return null;
    const from = range ? Number(range.slice(6, -1)) : 0;
    let sent = false;
    const body = new ReadableStream({ pull: (to) => (sent ? to.error(new Error("broken")) : to.enqueue(shard.files[name].bytes.slice(from, from + 4), (sent = true))) });
    return new Response(body, { status: range ? 206 : 200 });
  };
  const b = browser(shard);
  assert.equal(await text(b.get(address(shard, "app.js"))), "0123456789");
  assert.deepEqual(shard.asked.map(({ range }) => range), [undefined, "bytes=4-", "bytes=8-"]);
});

test("a transfer of which nothing comes any more goes on by Range", async () => {
  const shard = await shardWith({ "app.js": "0123456789" });
  shard.odd = ({ range }) => {
    shard.stalls = !range;
    return range ? null : new Response(new ReadableStream({ start: (to) => to.enqueue(utf8.encode("0123")) }));
  };
  assert.equal(await text(browser(shard).get(address(shard, "app.js"))), "0123456789");
  assert.deepEqual(shard.asked.map(({ range }) => range), [undefined, "bytes=4-"]);
});

test("a server that knows no parts sends all again", async () => {
  const shard = await shardWith({ "app.js": "0123456789" });
  let first = true;
  shard.odd = ({ range }) => {
    if (range) return new Response(shard.files["app.js"].bytes);
    if (!first) return null;
    first = false;
    return new Response(new ReadableStream({ start: (to) => to.enqueue(utf8.encode("01")), pull: (to) => to.error(new Error("broken")) }));
  };
  assert.equal(await text(browser(shard).get(address(shard, "app.js"))), "0123456789");
});

test("other bytes are refused, and kept by nobody", async () => {
  const shard = await shardWith({ "app.js": "0123456789" });
  shard.odd = ({ name }) => (name === "app.js" ? new Response("0123456788") : null);
  const b = browser(shard);
  assert.equal((await b.get(address(shard, "app.js"))).type, "error");
  assert.deepEqual(shard.asked.map(({ cache }) => cache), ["default", "reload"]);
  assert.match(b.said.join(), /refused/);
  assert.equal(b.kept.size, 0);
  shard.odd = () => null;
  assert.equal(await text(b.get(address(shard, "app.js"))), "0123456789");
});

test("bytes of the browser's own cache that are wrong are fetched anew", async () => {
  const shard = await shardWith({ "app.js": "right" });
  shard.odd = ({ cache }) => (cache === "default" ? new Response("wrong") : null);
  assert.equal(await text(browser(shard).get(address(shard, "app.js"))), "right");
});

test("a manifest that was changed on the way is refused, and the page is that of the last time", async () => {
  const shard = await shardWith({ "index.html": "good" });
  const b = browser(shard);
  assert.equal(await text(b.visit()), "good");
  await shard.put("index.html", "evil");
  const signed = await shard.manifest();
  shard.odd = ({ name }) => (name === "manifest" ? new Response(signed.replace("index", "Index")) : null);
  assert.equal(await text(b.visit()), "good");
  assert.match(b.said.join(), /signature/);
});

test("without a network the page is that of the last time", async () => {
  const shard = await shardWith({ "index.html": "good" });
  const b = browser(shard);
  await text(b.visit());
  shard.odd = () => { throw new Error("no network"); };
  assert.equal(await text(b.visit()), "good");
});

test("with another key nothing is kept until somebody says that it is right", async () => {
  const shard = await shardWith({ "index.html": "mine", "api/map": "mine" });
  let b = browser(shard);
  await text(b.visit());
  shard.key = await newKey();
  await shard.put("index.html", "theirs");
  await shard.put("api/map", "theirs");
  for (const when of ["at once", "after the browser has ended the keeper"]) {
    assert.equal(await text(b.visit()), "", when); // that is the server's own answer, to "/"
    assert.equal(await text(b.get("/api/map")), "theirs", when);
    b = browser(shard, b.kept);
  }
  const { doubt } = await b.tell({});
  assert.equal(doubt, base64(await crypto.subtle.exportKey("raw", shard.key.publicKey)));
  assert.equal((await b.tell({ trust: doubt })).doubt, null);
  assert.equal(await text(b.visit()), "theirs");
});

test("where there is no manifest, and what is not in it, comes as ever", async () => {
  const shard = await shardWith({ "index.html": "page" });
  const b = browser(shard);
  await text(b.visit());
  shard.files["new.js"] = { bytes: utf8.encode("new"), sum: await hex(utf8.encode("new")) };
  assert.equal(await text(b.get("/new.js")), "new");
  shard.key = null;
  assert.equal((await b.visit()).status, 404); // the server's own answer
});

test("a hash that the server no longer has is no page that stays away", async () => {
  const shard = await shardWith({ "index.html": "page" });
  const b = browser(shard);
  shard.odd = ({ name }) => (name === "index.html" ? new Response("", { status: 404 }) : null);
  assert.equal((await b.visit()).status, 404);
  assert.deepEqual(shard.names(), ["manifest", "index.html", ""]);
});
