// The page's one connection: the console's protocol in text messages, a line each, and
// figures in binary ones. It comes back by itself.
import { Emitter } from "./emitter.js";

export const ROLES = ["viewer", "operator", "admin"];

// Refusal is an answer that says no, or that the connection went.
export class Refusal extends Error {
  constructor({ code, message, output = "" }) {
    super(message);
    Object.assign(this, { code, output });
  }
}

const LOST = { code: "lost", message: "The connection to the shard is lost." };
const AGAIN = [500, 1_000, 2_000, 4_000]; // ms until the next attempt
const SILENT = 8_000; // ms without a word, of a shard that says something every second

// Link tells: hello (who we are), bytes (Uint8Array), news (a line), signedout, state
// ("up", "lost").
export class Link extends Emitter {
  #socket = null;
  #waiting = new Map();
  #id = 0;
  #attempt = 0;
  #watch = 0;

  constructor(url, { Socket = WebSocket, later = setTimeout } = {}) {
    super();
    Object.assign(this, { url, Socket, later });
    this.token = "";
    this.hello = null;
    this.up = false;
  }

  // may says whether we are signed in with at least a role.
  may(role) {
    return this.hello !== null && this.hello.who !== "" && ROLES.indexOf(this.hello.role) >= ROLES.indexOf(role);
  }

  // open connects, anew where there is a connection: as whom the token says.
  open() {
    const old = this.#socket;
    this.#socket = null;
    old?.close();
    this.#fail();
    const socket = new this.Socket(this.url);
    this.#socket = socket;
    socket.binaryType = "arraybuffer";
    socket.onopen = () => {
      socket.send(JSON.stringify({ token: this.token }));
      this.#listen(socket);
    };
    socket.onmessage = ({ data }) => socket === this.#socket && this.#take(socket, data);
    socket.onclose = () => socket === this.#socket && this.#lost();
  }

  #listen(socket) {
    clearTimeout(this.#watch);
    this.#watch = setTimeout(() => socket === this.#socket && this.open(), SILENT);
  }

  #take(socket, data) {
    this.#listen(socket);
    if (typeof data !== "string") {
      this.emit("bytes", new Uint8Array(data));
      return;
    }
    const m = JSON.parse(data);
    if (m.hello) {
      this.hello = { who: "", role: "", notices: [], ...m.hello };
      this.#attempt = 0;
      this.up = true;
      this.emit("state", "up");
      this.emit("hello", this.hello);
    } else if (m.news) {
      this.emit("news", m.news);
    } else if (m.id) {
      this.#answer(m);
    } else if (m.error?.code === "signed-out") {
      this.token = "";
      this.emit("signedout", m.error.message);
    }
  }

  #answer(m) {
    const call = this.#waiting.get(m.id);
    if (!call) return;
    if (m.part) {
      call.part?.(m.part);
      return;
    }
    this.#waiting.delete(m.id);
    if (m.error) call.fail(new Refusal(m.error));
    else call.done(m.completion ?? m.done ?? {});
  }

  #fail() {
    clearTimeout(this.#watch);
    this.up = false;
    for (const call of this.#waiting.values()) call.fail(new Refusal(LOST));
    this.#waiting.clear();
  }

  #lost() {
    this.#socket = null;
    this.#fail();
    this.emit("state", "lost");
    this.later(() => this.#socket === null && this.open(), AGAIN[Math.min(this.#attempt++, AGAIN.length - 1)]);
  }

  #ask(request, part, signal) {
    if (!this.up) return Promise.reject(new Refusal(LOST));
    const id = ++this.#id, socket = this.#socket;
    return new Promise((done, fail) => {
      this.#waiting.set(id, { part, done, fail });
      socket.send(JSON.stringify({ id, ...request }));
      signal?.addEventListener("abort", () => this.#waiting.has(id) && socket.send(JSON.stringify({ id, cancel: true })), { once: true });
    });
  }

  // run has the shard run a line. Parts of an answer that goes on come to part; signal
  // breaks it off.
  run(line, { json = false, confirm, interactive, part, signal } = {}) {
    return this.#ask({ run: line, json: json || undefined, confirm, interactive }, part, signal);
  }

  // complete asks how a line up to the cursor can go on: {start, words}; start counts bytes.
  complete(line) {
    return this.#ask({ complete: line });
  }
}
