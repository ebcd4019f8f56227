// The keeper of the page's files: a service worker. What the shard's signed manifest names is
// fetched once by its hash, over transfers that break, and kept over releases; bytes that are
// not what the manifest says go to nobody. A page that is opened is that of the manifest of
// now, so that a second visit fetches the manifest and what has changed.
//
// It knows no more of the page than addresses: one that names a hash is answered by what was
// kept under it, whichever release asks.
"use strict";

const CACHE = "hotshard.files";
const KEPT = "/kept/"; // and a hash: what is kept
const STATE = "/kept/state"; // what is known of the shard: {text, key, doubt}
const MANIFEST = "manifest";
const PAGES = { "/": "index.html", "/economy": "economy.html", "/panels": "panels/gallery.html" };
const PATIENCE = 5_000; // milliseconds that a manifest may take before what is kept is shown
const TRIES = 5; // of one transfer
const STALLED = 15_000; // milliseconds without a byte after which a transfer counts as broken
const PAUSE = 300; // milliseconds after a transfer that broke; twice as many after each next one

class Gone extends Error {} // the server does not have it, or no more

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("message", (event) => event.waitUntil(told(event)));
self.addEventListener("fetch", (event) => {
  const { request } = event, url = new URL(request.url), name = decodeURIComponent(url.pathname.slice(1));
  if (request.method !== "GET" || url.origin !== self.location.origin || request.headers.has("range")) return;
  const sum = url.searchParams.get("sha256");
  if (request.mode === "navigate") {
    if (PAGES[url.pathname]) event.respondWith(page(request, PAGES[url.pathname]));
  } else if (sum) event.respondWith(file(name, sum).catch(refuse));
  else if (!url.search && !name.startsWith("api/v")) event.respondWith(named(request, name));
});

// page is the page of the shard as it is now.
async function page(request, name) {
  const entry = find(await greet(), name);
  if (!entry) return fetch(request);
  return file(name, entry.sha256).catch((error) => (error instanceof Gone ? fetch(request) : refuse(error)));
}

// named answers who names no hash, a worker's module say, with what the last manifest has
// under the name.
async function named(request, name) {
  const { manifest, doubt } = await standing();
  if (!manifest || doubt) return fetch(request);
  if (name === MANIFEST) return new Response(manifest.text);
  const entry = find(manifest, name);
  return entry ? file(name, entry.sha256).catch((error) => (error instanceof Gone ? fetch(request) : refuse(error))) : fetch(request);
}

const find = (manifest, name) => manifest?.files.find((entry) => entry.name === name);

function refuse(error) {
  console.error(error.message);
  return Response.error();
}

// What was kept of the shard.

let known = null; // as in the cache: {manifest, doubt}

async function standing() {
  if (known) return known;
  const kept = await (await caches.open(CACHE)).match(STATE);
  const { text, doubt = null } = kept ? await kept.json() : {};
  return (known ??= { manifest: text ? parse(text) : null, doubt });
}

async function stand(manifest, doubt) {
  known = { manifest, doubt };
  const cache = await caches.open(CACHE);
  await cache.put(STATE, new Response(JSON.stringify({ text: manifest?.text, doubt })));
}

// greet asks for the manifest of now: null where the page is to come as if nothing were kept.
// Without a network, or where the manifest is not what the shard's key has signed, it is that
// of the last time; where another key has signed it, nothing is kept until somebody says that
// this is right.
async function greet() {
  const { manifest: last } = await standing();
  let fresh;
  try {
    const answer = await fetch("/" + MANIFEST, { cache: "no-cache", signal: AbortSignal.timeout(PATIENCE) });
    if (!answer.ok) return null;
    fresh = await checked(await answer.text());
  } catch (error) {
    console.error(`the manifest: ${error.message}`);
    return last;
  }
  if (last && last.key !== fresh.key) {
    await stand(last, fresh.key);
    return null;
  }
  if (last?.text !== fresh.text || known.doubt) {
    await stand(fresh, null);
    await tidy(fresh, last);
  }
  return fresh;
}

const parse = (text) => ({ text, key: JSON.parse(text.split("\n")[1]).key, ...JSON.parse(text.split("\n")[0]) });

// checked reads a manifest whose signature is good.
async function checked(text) {
  const [line, seal] = text.split("\n"), { key, signature } = JSON.parse(seal);
  const bytes = (base64) => Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
  const whose = await crypto.subtle.importKey("raw", bytes(key), "Ed25519", false, ["verify"]);
  if (!(await crypto.subtle.verify("Ed25519", whose, bytes(signature), new TextEncoder().encode(line)))) throw new Error("its signature is not good");
  return parse(text);
}

// tidy lets go of what neither this release nor the one before has: pages of that may still
// be open.
async function tidy(...manifests) {
  const cache = await caches.open(CACHE);
  const wanted = new Set(manifests.flatMap((m) => m?.files ?? []).map((entry) => KEPT + entry.sha256)).add(STATE);
  for (const { url } of await cache.keys()) if (!wanted.has(new URL(url).pathname)) await cache.delete(url);
}

// told hears what a page says: that the other key is right, or asks how things stand.
async function told({ data, ports }) {
  if (data.trust) {
    await caches.delete(CACHE);
    known = null;
  }
  ports[0]?.postMessage({ doubt: (await standing()).doubt });
}

// Files.

const coming = new Map(); // what is being fetched, by hash

// file is what is kept under a hash, or comes to be.
async function file(name, sum) {
  const cache = await caches.open(CACHE), kept = await cache.match(KEPT + sum);
  if (kept) return kept;
  if (!coming.has(sum)) coming.set(sum, keep(cache, name, sum).finally(() => coming.delete(sum)));
  return (await coming.get(sum)).clone();
}

async function keep(cache, name, sum) {
  const whole = await bring(`/${name}?sha256=${sum}`, sum);
  await cache.put(KEPT + sum, whole.clone()).catch(() => {}); // full, or forbidden
  return whole;
}

// bring fetches bytes of a hash: those of the browser's own cache first, and if they are
// others, once more those of the server.
async function bring(url, sum) {
  for (const mode of ["default", "reload"]) {
    const { bytes, headers } = await transfer(url, mode);
    if (hex(await crypto.subtle.digest("SHA-256", bytes)) === sum) return new Response(bytes, { headers });
  }
  throw new Error(`${url}: refused, for these are other bytes`);
}

const hex = (buffer) => Array.from(new Uint8Array(buffer), (byte) => byte.toString(16).padStart(2, "0")).join("");

// transfer fetches all bytes, and goes on where a transfer broke.
async function transfer(url, mode) {
  const got = { parts: [], have: 0, headers: null };
  for (let tries = 1; ; tries++) {
    try {
      await some(url, mode, got);
      return { bytes: await new Blob(got.parts).arrayBuffer(), headers: got.headers };
    } catch (error) {
      if (error instanceof Gone || tries === TRIES) throw error;
      await new Promise((later) => setTimeout(later, PAUSE * 2 ** (tries - 1)));
    }
  }
}

// some adds to what has come what comes now.
async function some(url, mode, got) {
  const answer = await fetch(url, got.have ? { cache: "no-store", headers: { Range: `bytes=${got.have}-` } } : { cache: mode });
  if (!answer.ok) throw answer.status < 500 ? new Gone(`${url}: ${answer.status}`) : new Error(`${url}: ${answer.status}`);
  if (answer.status !== 206) Object.assign(got, { parts: [], have: 0 });
  if (!got.headers) {
    got.headers = new Headers(answer.headers);
    for (const name of ["content-encoding", "content-length", "content-range"]) got.headers.delete(name);
  }
  for (const reader = answer.body.getReader(); ; ) {
    const { done, value } = await inTime(reader);
    if (done) return;
    got.parts.push(value);
    got.have += value.length;
  }
}

// inTime reads what comes next, and gives up a transfer of which nothing does.
function inTime(reader) {
  return new Promise((done, fail) => {
    const timer = setTimeout(() => {
      fail(new Error("nothing comes any more"));
      reader.cancel().catch(() => {});
    }, STALLED);
    reader.read().then(done, fail).finally(() => clearTimeout(timer));
  });
}
