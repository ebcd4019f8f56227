// The worker in which the panels run: Lua in WebAssembly, away from the page's own thread.
// It gets texts, and answers with texts; after each it says null, so that the page knows
// that it is not stuck. Where the program is stands behind the # of its own address.
import "./wasm_exec.js";

let timer = 0;
const waiting = [];

globalThis.panels = {
  say: (text) => postMessage(text),
  begun() {
    for (const text of waiting.splice(0)) done(text);
  },
};

function hear(text = "") {
  clearTimeout(timer);
  const now = performance.now() / 1000;
  const due = panels.hear(now, text);
  if (due >= 0) timer = setTimeout(hear, Math.max(0, due - now) * 1000);
}

function done(text) {
  hear(text);
  postMessage(null);
}

onmessage = ({ data }) => (panels.hear ? done(data) : waiting.push(data));

async function begin() {
  const go = new Go();
  const { instance } = await WebAssembly.instantiateStreaming(fetch(location.hash.slice(1)), go.importObject);
  const ended = go.run(instance);
  postMessage(JSON.stringify({ say: "begun" }));
  await ended;
  throw new Error("the engine has ended");
}

begin().catch((error) => postMessage(JSON.stringify({ say: "gone", text: String(error?.message ?? error) })));
