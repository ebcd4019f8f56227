import assert from "node:assert/strict";
import test from "node:test";
import { at, differences, isDiff, lasting, objects, settled, when, word } from "../static/text.js";

test("words are quoted where the console would take them apart, or for something else", () => {
  assert.deepEqual(["maintenance", "new disks", 'say "hi"', "--confirm", "@Jita", "", "it's", "c:\\d e", "5%"].map(word),
    ["maintenance", '"new disks"', '"say \\"hi\\""', '"--confirm"', '"@Jita"', '""', '"it\'s"', '"c:\\\\d e"', "5%"]);
  assert.deepEqual(["Jita", "Low Ember"].map(at), ["@Jita", '@"Low Ember"']);
});

const DIFF = `--- a/chat.lua
+++ b/chat.lua
@@ -1,4 +1,4 @@
 local chat = {}
--- a comment that goes
-chat.longest = 100
+++ one that comes
+chat.longest = 200
 return chat
@@ -9 +9,0 @@
-gone
--- a/x.lua
+++ b/x.lua
`;

test("a difference is taken apart by what its hunks say", () => {
  assert.equal(differences(DIFF).map((l) => l.kind).join(" "), "file file hunk same del del add add same hunk del file file");
  assert.ok(isDiff(DIFF) && !isDiff("no difference") && !isDiff("--- only\n"));
});

test("times are short", () => {
  const noon = new Date("2026-11-27T12:00:00");
  assert.equal(when(new Date("2026-11-27T09:05:07"), noon), "09:05:07");
  assert.match(when(new Date("2026-11-26T09:05:07"), noon), /26 Nov/);
  assert.equal(when("nonsense"), "");
  assert.deepEqual([0, 40, 125, 3_600, 3_720, 273_600].map(lasting), ["0 s", "40 s", "2 min 5 s", "1 h", "1 h 2 min", "3 d 4 h"]);
});

test("a table is a list of objects", () => {
  assert.deepEqual(objects({ columns: [{ name: "a" }, { name: "b" }], rows: [[1, 2], [3]] }), [{ a: 1, b: 2 }, { a: 3, b: null }]);
  assert.deepEqual(objects(undefined), []);
});

test("what was asked for goes where its outcome stands, too", () => {
  const e = (who, command, outcome, at = "2026-11-27T10:00:00Z") => ({ who, command, from: "socket", outcome, at });
  const list = [e("amy", "freeze", "asked for"), e("bob", "drop 1", "done"), e("amy", "drop 1", "refused: no"), e("bob", "drop 1", "asked for"), e("bob", "drop 1", "asked for"), e("amy", "drop 1", "asked for")];
  assert.deepEqual(settled(list).map((x) => `${x.who} ${x.outcome}`), ["amy asked for", "bob done", "amy refused: no", "bob asked for"]);
  const later = [e("amy", "a", "done", "2026-11-27T10:00:00.5Z"), e("amy", "b", "done", "2026-11-27T10:00:07Z")];
  assert.deepEqual(settled(later).map((x) => x.command), ["b", "a"], "the latest first");
});
