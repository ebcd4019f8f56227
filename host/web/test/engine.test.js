import assert from "node:assert/strict";
import test from "node:test";
import { Engine } from "../static/panels/engine.js";

// A workshop makes workers that do nothing by themselves, and has a clock of its own.
function workshop(release = { release: 1, hash: "a", files: { "panels/x.lua": "1" } }) {
  const shop = { workers: [], time: 0, due: [], fetched: 0, release };
  const make = () => {
    const worker = { sent: [], ended: false, postMessage: (text) => worker.sent.push(JSON.parse(text)), terminate: () => (worker.ended = true) };
    worker.says = (m) => worker.onmessage({ data: m === null ? null : JSON.stringify(m) });
    shop.workers.push(worker);
    return worker;
  };
  shop.pass = (ms) => {
    for (const until = shop.time + ms; shop.time < until; ) {
      shop.time += 100;
      for (const job of shop.due.splice(0)) if (job.at <= shop.time) job.run(); else shop.due.push(job);
    }
  };
  shop.engine = new Engine({ make, get: async () => (shop.fetched++, shop.release), clock: () => shop.time, later: (run, ms) => shop.due.push({ run, at: shop.time + ms }) });
  shop.heard = [];
  for (const what of ["panels", "tree", "ask", "tell", "keep", "trouble", "refused", "absent"]) shop.engine.on(what, (...args) => shop.heard.push([what, ...args]));
  return shop;
}

const does = (worker) => worker.sent.map((m) => m.do);

test("a worker that is stuck is ended and made again, with all it knew", async () => {
  const shop = workshop(), { engine } = shop;
  engine.here({ docked: true });
  engine.settings("x", { a: 1 });
  await engine.start();
  engine.open("x", { type: "Ferrite" });
  const [first] = shop.workers;
  first.says({ say: "begun" });
  engine.happen("x", "x.0", "press");
  shop.pass(3_000);
  assert.equal(first.ended, false, "it has some time");
  shop.pass(3_000);
  assert.equal(first.ended, true);
  assert.equal(shop.heard[0][0], "trouble");
  assert.match(shop.heard[0][1].message, /stuck/);
  assert.ok(shop.heard[0][3] > 0 && shop.heard[0][3] <= 2, "it comes back soon");
  const again = shop.workers[1];
  assert.deepEqual(does(again), ["here", "settings", "release", "open"]);
  assert.deepEqual(again.sent.at(-1).value, { type: "Ferrite" });
});

test("a worker that answers is left alone, however long it lives", async () => {
  const shop = workshop();
  await shop.engine.start();
  const [worker] = shop.workers;
  worker.says({ say: "begun" });
  worker.says(null);
  for (let i = 0; i < 20; i++) {
    shop.engine.told("order", {});
    shop.pass(2_000);
    worker.says(null);
  }
  shop.pass(60_000);
  assert.equal(worker.ended, false);
  assert.equal(shop.workers.length, 1);
});

test("an engine that never starts is given up", async () => {
  const shop = workshop();
  await shop.engine.start();
  for (let i = 0; i < 10; i++) {
    shop.workers.at(-1).onmessage?.({ data: JSON.stringify({ say: "gone", text: "no such file" }) });
    shop.pass(1_000);
  }
  assert.equal(shop.workers.length, 5);
  assert.ok(shop.heard.some(([what]) => what === "absent"));
});

test("a change of the release that is there is passed on, any other is fetched", async () => {
  const shop = workshop(), { engine } = shop;
  await engine.start();
  const [worker] = shop.workers;
  worker.says({ say: "begun" });
  engine.take({ release: 2, from: "a", hash: "b", files: { "panels/x.lua": "2", "panels/y.lua": false } });
  assert.deepEqual(worker.sent.at(-1), { do: "release", number: 2, from: "a", files: { "panels/x.lua": "2", "panels/y.lua": null } });
  assert.equal(engine.hash, "b");
  shop.release = { release: 4, hash: "d", files: { "panels/x.lua": "4" } };
  await engine.take({ release: 4, from: "c", hash: "d", files: { "panels/x.lua": "4" } });
  assert.equal(shop.fetched, 2);
  assert.deepEqual(worker.sent.at(-1), { do: "release", number: 4, files: { "panels/x.lua": "4" } });
  engine.take({ release: 4, hash: "d" });
  assert.equal(shop.fetched, 2, "what is there is not fetched");
});

test("without a release the engine knows of no panels, which is no news", async () => {
  const shop = workshop();
  await shop.engine.start();
  shop.workers[0].says({ say: "panels", hash: "e3b0" });
  assert.deepEqual(shop.heard, []);
  shop.workers[0].says({ say: "panels", number: 1, panels: [{ name: "x", title: "X" }], hears: ["order"] });
  assert.deepEqual(shop.heard, [["panels", [{ name: "x", title: "X" }], ["order"]]]);
});
