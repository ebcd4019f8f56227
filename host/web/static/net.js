// The player's connection: one WebSocket, requests with answers, events, and
// coming back by itself after a drop with the token that `welcome` gave.
import { Emitter } from "./emitter.js";
import { PROTOCOLS, decode, encode } from "./codec.js";
import { t } from "./words.js";

const PING_EVERY = 10_000; // ms between pings; they show a dead line that no close frame announces
const PING_LIMIT = 8_000; // ms without an answer before the line counts as dead
// The codes of a closing after which one comes back; after all others it would be wrong.
const PASSING = new Set(["shutdown", "idle", "too_slow"]);

// The codes of a refused resume that say nothing about the session: it is tried again.
const LATER = new Set(["busy", "rate_limited", "internal"]);

const FIRST_RETRY = 300; // ms, doubled at each failure
const LAST_RETRY = 6_000;

// A refused request: the server's code for the program, its sentence for the player.
export class Refusal extends Error {
  constructor({ code = "error", message = t("net.refused") } = {}) {
    // Scripts write their sentences without a capital, as error messages go.
    super(message.charAt(0).toUpperCase() + message.slice(1));
    this.code = code;
  }
}

// Link emits:
//   status(state, detail, end)  offline | connecting | live | reconnecting; offline with
//                          end {code, token}: why, and the token of the session it was
//   token(token)           the session has another token
//   event(message)         everything the server says unasked
//   rtt(milliseconds)      after each ping
// The environment (socket, timers, clock, chance) is passed in by the tests.
export class Link extends Emitter {
  #env;
  #socket = null;
  #nextId = 1;
  #waiting = new Map();
  #attempt = 0;
  #retry = null;
  #pinger = null;
  #credentials = null; // what the open socket has to say first
  #farewell = null; // why the server said it would close: {code, reason}

  constructor(url, env = {}) {
    super();
    this.url = url;
    this.status = "offline";
    this.token = null;
    this.#env = {
      WebSocket: globalThis.WebSocket,
      setTimeout: globalThis.setTimeout.bind(globalThis),
      clearTimeout: globalThis.clearTimeout.bind(globalThis),
      now: () => performance.now(),
      random: Math.random,
      ...env,
    };
  }

  // signIn asks for a character by name and password; cmd is "login" or
  // "register". It resolves when the server agreed and rejects with a Refusal.
  signIn(name, password, cmd = "login") {
    return this.#begin({ cmd, args: { name, password } }, "connecting");
  }

  // resume takes up the session that the token belongs to.
  resume(token) {
    this.token = token;
    return this.#begin({ cmd: "resume", args: { token } }, "reconnecting");
  }

  // request sends a command and resolves with its result.
  request(cmd, args = {}) {
    if (this.#socket?.readyState !== 1) {
      return Promise.reject(new Refusal({ code: "offline", message: t("net.offline") }));
    }
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#socket.send(encode({ id, cmd, args }));
    });
  }

  // leave ends the session on this side and does not come back.
  leave(reason = "") {
    const { token } = this;
    this.token = null;
    this.#drop();
    this.#to("offline", reason, { code: "left", token });
  }

  // hurry tries again at once when the next attempt is still waiting its turn.
  hurry() {
    if (this.#retry === null) return;
    this.#env.clearTimeout(this.#retry);
    this.#retry = null;
    this.#again();
  }

  #begin(credentials, state) {
    this.#drop();
    this.#attempt = 0;
    this.#to(state);
    return new Promise((resolve, reject) => {
      this.#credentials = { ...credentials, resolve, reject };
      this.#open();
    });
  }

  #open() {
    this.#farewell = null;
    let socket;
    try {
      socket = new this.#env.WebSocket(this.url, PROTOCOLS);
    } catch (error) {
      this.#lost(error.message);
      return;
    }
    this.#socket = socket;
    socket.binaryType = "arraybuffer";
    socket.onopen = () => this.#introduce(socket);
    socket.onmessage = ({ data }) => socket === this.#socket && this.#receive(data);
    socket.onclose = ({ reason }) => socket === this.#socket && this.#lost(reason);
  }

  async #introduce(socket) {
    const { cmd, args, resolve, reject } = this.#credentials;
    try {
      const result = await this.request(cmd, args);
      if (socket !== this.#socket) return;
      this.#attempt = 0;
      this.#to("live");
      this.#ping(socket);
      resolve?.(result);
    } catch (error) {
      if (socket !== this.#socket || error.code === "dropped") return;
      if (cmd === "resume" && LATER.has(error.code)) return this.#lost(error.message);
      const { token } = this;
      if (cmd === "resume") this.token = null;
      this.#drop();
      this.#to("offline", error.message, { code: error.code, token });
      reject?.(error);
    }
  }

  #receive(data) {
    let message;
    try {
      message = decode(data);
    } catch (error) {
      this.emit("garbled", error);
      return;
    }
    if (message.re !== undefined) {
      const waiting = this.#waiting.get(message.re);
      this.#waiting.delete(message.re);
      if (message.ok) this.#answered(message.result, waiting);
      else waiting?.reject(new Refusal(message.error));
      return;
    }
    if (message.ev === "welcome") this.token = message.token ?? null;
    if (message.ev === "closing") {
      this.#farewell = { code: message.code, reason: message.reason ?? "", token: this.token };
      if (!PASSING.has(message.code)) this.token = null;
    }
    this.emit("event", message);
  }

  // An answer that brings a token (to a change of password) makes it the session's.
  #answered(result, waiting) {
    if (typeof result?.token === "string" && this.token) {
      this.token = result.token;
      this.emit("token", result.token);
    }
    waiting?.resolve(result);
  }

  // lost is called when the socket closed without our asking.
  #lost(said) {
    const credentials = this.#credentials;
    const farewell = this.#farewell;
    const reason = farewell?.reason || said;
    this.#drop();
    if (!this.token) {
      const error = new Refusal({ code: "unreachable", message: reason || t("net.silent") });
      this.#to("offline", error.message, { code: farewell?.code ?? error.code, token: farewell?.token ?? null });
      credentials?.reject?.(error);
      return;
    }
    this.#credentials = { cmd: "resume", args: { token: this.token }, resolve: credentials?.resolve, reject: credentials?.reject };
    const wait = Math.min(LAST_RETRY, FIRST_RETRY * 2 ** this.#attempt) * (0.5 + this.#env.random() / 2);
    this.#attempt++;
    this.#to("reconnecting", reason);
    this.#retry = this.#env.setTimeout(() => {
      this.#retry = null;
      this.#again();
    }, wait);
  }

  #again() {
    this.#credentials = { ...this.#credentials, cmd: "resume", args: { token: this.token } };
    this.#open();
  }

  // drop forgets the socket; whoever still waits for an answer is told.
  #drop() {
    const socket = this.#socket;
    this.#socket = null;
    this.#env.clearTimeout(this.#retry);
    this.#env.clearTimeout(this.#pinger);
    this.#retry = null;
    this.#credentials = null;
    for (const { reject } of this.#waiting.values()) {
      reject(new Refusal({ code: "dropped", message: t("net.dropped") }));
    }
    this.#waiting.clear();
    if (socket && socket.readyState < 2) socket.close();
  }

  #ping(socket) {
    const sent = this.#env.now();
    const limit = this.#env.setTimeout(() => {
      if (socket === this.#socket) this.#lost("no answer");
    }, PING_LIMIT);
    this.#pinger = limit;
    this.request("ping").then(
      () => {
        this.#env.clearTimeout(limit);
        if (socket !== this.#socket) return;
        this.emit("rtt", this.#env.now() - sent);
        this.#pinger = this.#env.setTimeout(() => this.#ping(socket), PING_EVERY);
      },
      () => this.#env.clearTimeout(limit),
    );
  }

  #to(state, detail = "", end = null) {
    this.status = state;
    this.emit("status", state, detail, end);
  }
}
