import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import test from "node:test";
import { choose, fill, known, t } from "../static/words.js";
import { DE } from "../static/words/de.js";
import { EN } from "../static/words/en.js";

const STATIC = new URL("../static/", import.meta.url);
const read = (name) => readFileSync(new URL(name, STATIC), "utf8");
const files = readdirSync(STATIC, { recursive: true }).map(String).filter((name) => name.endsWith(".js") && !/^(vendor|words|panels)\//.test(name));

// The report on the economy and the demonstration are English still, and what speaks where not even the
// words have come (boot.js, keeper.js); panels say what they say in Lua. What is taken off this list stays off it.
const ENGLISH = new Set(["boot.js", "demo.js", "keeper.js", "report.js"]);

const placeholders = (text) => [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).sort();

test("both languages say the same things, with the same values", () => {
  assert.deepEqual(Object.keys(DE), Object.keys(EN));
  for (const [key, text] of Object.entries(EN)) assert.deepEqual(placeholders(DE[key]), placeholders(text), key);
  for (const [key, text] of [...Object.entries(EN), ...Object.entries(DE)]) assert.ok(text.trim(), key);
});

test("every key that is used has words, and every word is used", () => {
  const all = [...files.map(read), read("index.html")].join("\n");
  const used = new Set([...all.matchAll(/(?:\bt\(|data-t(?:-\w+)?=)\s*"([\w.]+)"/g)].map(([, key]) => key));
  for (const key of used) assert.ok(EN[key] !== undefined, `no words for ${key}`);
  // Keys that are put together, like order.dock, are used by their beginnings.
  const beginnings = [...all.matchAll(/`([a-z]+\.[a-z_]*)\$\{/g)].map(([, start]) => start);
  const quoted = new Set([...all.matchAll(/"([a-z]+\.[\w.]+)"/g)].map(([, key]) => key));
  for (const key of Object.keys(EN)) {
    const plain = key.replace(/_one$/, "");
    assert.ok(used.has(plain) || quoted.has(plain) || beginnings.some((start) => key.startsWith(start)), `nobody says ${key}`);
  }
});

test("the document has no words of its own", () => {
  const body = read("index.html").replace(/<head>[\s\S]*<\/head>|<noscript>.*<\/noscript>|<h1 id="login-title">hotshard<\/h1>/g, "");
  assert.deepEqual([...body.matchAll(/>([^<>]*[A-Za-z]{2}[^<>]*)</g)].map(([, text]) => text.trim()), []);
  assert.deepEqual([...body.matchAll(/ (?:aria-label|title|placeholder)="([^"]*)"/g)].map(([, text]) => text), []);
});

test("no module has words of its own, but for those that are English still", () => {
  const sentence = /^[A-Z][a-z]+(?: [\w{},.:'-]+)+$|^[A-Z][a-z]{3,}$|\w [a-z]+ [a-z]+ [a-z]+/;
  const code = /^(?:Arrow|Page)|Error|^(?:Home|Enter|Escape|Space|Shift|Control|Meta|Alt|AltGraph|CapsLock|Dead|Process|Unidentified|Delete|Backspace)$/;
  for (const name of files.filter((f) => !ENGLISH.has(f) && !f.startsWith("sky/"))) {
    const found = read(name).replace(/(^|\s)\/\/.*$/gm, "").replace(/new Error\("[^"]*"\)/g, "");
    const words = [...found.matchAll(/"((?:[^"\\\n]|\\.)*)"|`([^`\n]*)`/g)].map(([, text, template]) => text ?? template.replace(/\$\{[^}]*\}/g, "9")).filter((text) => sentence.test(text) && !code.test(text) && !MEANT.has(text));
    assert.deepEqual(words, [], name);
  }
});

// Texts that look like words and are none for readers: names of fonts, of languages in their own
// words, of values that the server knows.
const MEANT = new Set(["English", "Deutsch", "Barlow Semi Condensed", "Roboto Condensed", "Arial Narrow", "Wren"]);

test("the language is the chosen one, else the first that the browser wants and there is", () => {
  assert.equal(choose("de", ["en-GB"]), "de");
  assert.equal(choose(null, ["fr-FR", "de-AT", "en"]), "de");
  assert.equal(choose("tlh", ["fr"]), "en");
  assert.equal(choose(null), "en");
});

test("values are put in their places, and one is not many", () => {
  assert.equal(t("chat.here", { n: 3 }), ", 3 pilots here");
  assert.equal(t("chat.here", { n: 1 }), ", 1 pilot here");
  assert.equal(fill("{a} of {b}", { a: 0 }), "0 of ");
  assert.equal(known("nothing.of.that"), false);
  assert.throws(() => t("nothing.of.that"), /nothing.of.that/);
});
