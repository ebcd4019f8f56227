// The engine itself, as it is built for pages, in node: what the worker of a page runs.
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import test from "node:test";
import { gunzipSync } from "node:zlib";

const BUILT = new URL("../built/", import.meta.url);
const there = existsSync(new URL("panels.wasm.gz", BUILT)) && existsSync(new URL("wasm_exec.js", BUILT));
const RELOADS = process.env.HOTSHARD_THOROUGH ? 1000 : 20;

const panel = (text, body = "") => `
local n, rows = 0, {}
for i = 1, 200 do rows[i] = {id = i, name = "row " .. i} end
local function more() n = n + 1 end
panel.x = {title = "X", open = function()
  ${body}
  return ui.column{ui.text("${text} " .. n), ui.button{"More", press = more}, ui.input{label = "Price", value = ""},
    ui.table{label = "Rows", rows = rows, key = "id", columns = {{title = "Name", field = "name"}}}}
end}`;

// begin starts an engine; say(m) tells it something and returns what it says.
async function begin() {
  await import(new URL("wasm_exec.js", BUILT));
  const go = new globalThis.Go();
  const { instance } = await WebAssembly.instantiate(gunzipSync(readFileSync(new URL("panels.wasm.gz", BUILT))), go.importObject);
  const said = [];
  const ready = new Promise((begun) => (globalThis.panels = { say: (text) => said.push(JSON.parse(text)), begun }));
  go.run(instance);
  await ready;
  const { hear } = globalThis.panels;
  let time = 0;
  return {
    say: (m, after = 0.01) => {
      said.length = 0;
      hear((time += after), m ? JSON.stringify(m) : "");
      return [...said];
    },
    bytes: () => instance.exports.mem.buffer.byteLength,
  };
}

const shown = (said, panel = "x") => said.filter((m) => m.say === "tree" && m.panel === panel).at(-1)?.tree.c[0].x;

test("the engine of the page draws, hears, reloads in place and outlives what panels do", { skip: !there && "only after make page" }, async (t) => {
  const engine = await begin();
  const release = (number, text, body) => engine.say({ do: "release", number, files: { "panels/x.lua": panel(text, body), "panels/y.lua": panel("y").replace("panel.x", "panel.y") } });
  engine.say({ do: "open", panel: "x" });
  assert.equal(shown(release(1, "pressed")), "pressed 0");
  assert.equal(shown(engine.say({ do: "happen", panel: "x", id: "x.0.2", event: "press" })), "pressed 1");
  assert.equal(shown(release(2, "counted")), "counted 1");

  for (const [what, body] of [["a loop", "while true do end"], ["a gigabyte", 'local t = {} for i = 1, 1e9 do t[i] = ("x"):rep(1000) .. i end'], ["an error", "error 'planted'"]]) {
    const began = performance.now();
    const trouble = release(3, "broken", body).find((m) => m.say === "trouble");
    t.diagnostic(`${what} is stopped after ${(performance.now() - began).toFixed(0)} ms`);
    assert.ok(trouble.back > 0 && trouble.back <= 2 || what !== "a loop", what);
    assert.match(trouble.fault.traceback || trouble.fault.message, /panels\/x\.lua|planted/, what);
    assert.equal(shown(engine.say({ do: "open", panel: "y" }), "y"), "y 0", `${what} costs no other panel`);
    release(4, "mended");
  }

  let n = 10;
  const reload = (times) => {
    const took = [];
    for (let i = 0; i < times; i++) {
      const began = performance.now();
      assert.match(shown(release(++n, `version ${n}:`)), new RegExp(`^version ${n}: `));
      took.push(performance.now() - began);
    }
    return took.sort((a, b) => a - b);
  };
  reload(RELOADS / 2);
  const before = engine.bytes();
  const took = reload(RELOADS);
  t.diagnostic(`${RELOADS} reloads: ${took[Math.floor(took.length / 2)].toFixed(1)} ms in the middle, ${took.at(-1).toFixed(1)} ms at most; ${(before / 2 ** 20).toFixed(1)} MiB before, ${(engine.bytes() / 2 ** 20).toFixed(1)} after`);
  assert.ok(engine.bytes() <= 1.1 * before, `the heap grew from ${before} to ${engine.bytes()} bytes`);
});
