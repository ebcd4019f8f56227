import assert from "node:assert/strict";
import test from "node:test";
import { Keep } from "../static/keep.js";
import { Log } from "../static/log.js";

// store is what a browser keeps; full throws as a full or forbidden one does.
function store(full = false) {
  const all = new Map();
  return {
    all,
    getItem: (k) => all.get(k) ?? null,
    setItem: (k, v) => {
      if (full) throw new Error("QuotaExceededError");
      all.set(k, v);
    },
    removeItem: (k) => all.delete(k),
  };
}

test("what is kept outlives the page, for each character by itself", () => {
  const storage = store();
  const before = new Keep(storage);
  before.whose("dev", 1);
  const log = new Log(before, { later: (fn) => fn(), now: () => 1_000 });
  log.add("Raider hits you for 9.", "bad", "Anvil");
  const after = new Keep(storage);
  after.whose("dev", 1);
  const again = new Log(after);
  again.open();
  assert.deepEqual(again.lines, [{ at: 1_000, text: "Raider hits you for 9.", kind: "bad", where: "Anvil" }]);
  after.whose("dev", 2);
  again.open();
  assert.deepEqual(again.lines, [], "another character has another log");
});

test("the log is bounded, and written now and then", () => {
  const keep = new Keep(store());
  let due = null;
  const log = new Log(keep, { later: (fn) => ((due = fn), 1), now: () => 0 });
  for (let i = 0; i < 500; i++) log.add(`line ${i}`, "info");
  assert.equal(keep.get("log"), undefined, "not at each line");
  due();
  assert.equal(keep.get("log").length, 300);
  assert.equal(keep.get("log").at(-1).text, "line 499");
});

test("a browser that keeps nothing is no obstacle", () => {
  for (const storage of [store(true), undefined]) {
    const keep = new Keep(storage ?? { getItem() { throw new Error("SecurityError"); } }, storage);
    keep.token = "abc";
    keep.set("log", [1]);
    assert.deepEqual([keep.token, keep.get("log")], ["abc", [1]]);
  }
});

test("each tab has its token, and a new one takes up what was played last", () => {
  const browser = store(), one = store(), two = store();
  const ada = new Keep(browser, one), bo = new Keep(browser, two);
  ada.token = "a";
  assert.equal(bo.token, "a", "it has none of its own");
  bo.token = "b";
  assert.deepEqual([new Keep(browser, one).token, new Keep(browser, two).token, new Keep(browser, store()).token], ["a", "b", "b"]);
});

test("a token is forgotten only where it is the one", () => {
  const browser = store();
  const keep = new Keep(browser, store()), other = new Keep(browser, store());
  keep.token = "old";
  other.token = "new";
  keep.forget("old");
  assert.equal(keep.token, "new", "another tab has signed in since");
  keep.forget("new");
  assert.equal(keep.token, null);
});
