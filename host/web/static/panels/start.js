// How the engine of the panels is had from the shard: its worker, and what it is to run.

const policy = globalThis.trustedTypes?.createPolicy("panels", { createScriptURL: (url) => url }) ?? { createScriptURL: (url) => url };

// worker begins one, which is told where its program is.
export function worker() {
  const url = `${import.meta.resolve("./worker.js")}#${import.meta.resolve("./panels.wasm")}`;
  return new Worker(policy.createScriptURL(url), { type: "module", name: "panels" });
}

// release fetches all files of the panels; null where that cannot be.
export async function release() {
  try {
    const answer = await fetch("/panels/release");
    return answer.ok ? await answer.json() : null;
  } catch {
    return null; // the connection says so already
  }
}
