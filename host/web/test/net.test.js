import assert from "node:assert/strict";
import test from "node:test";
import { Link } from "../static/net.js";

// Lines plays the network: sockets and timers that move when the test says so.
class Lines {
  sockets = [];
  timers = [];
  time = 0;

  get env() {
    const lines = this;
    return {
      WebSocket: class {
        readyState = 0;
        sent = [];
        constructor(url, protocols) {
          this.url = url;
          this.protocols = protocols;
          lines.sockets.push(this);
        }
        send(text) { this.sent.push(JSON.parse(text)); }
        close() { this.readyState = 3; }
        open() { this.readyState = 1; this.onopen(); }
        say(message) { this.onmessage({ data: JSON.stringify(message) }); }
        drop(reason = "") { this.readyState = 3; this.onclose({ reason }); }
        answer(result) { this.say({ re: this.sent.at(-1).id, ok: true, result }); }
        refuse(code, message) { this.say({ re: this.sent.at(-1).id, ok: false, error: { code, message } }); }
      },
      setTimeout: (run, wait) => {
        this.timers.push({ run, at: this.time + wait });
        return this.timers.at(-1);
      },
      clearTimeout: (timer) => (this.timers = this.timers.filter((t) => t !== timer)),
      now: () => this.time,
      random: () => 1,
    };
  }

  get last() {
    return this.sockets.at(-1);
  }

  // pass lets time go by and runs what is due.
  pass(ms) {
    this.time += ms;
    const due = this.timers.filter((t) => t.at <= this.time);
    this.timers = this.timers.filter((t) => t.at > this.time);
    for (const timer of due) timer.run();
  }
}

const settled = () => new Promise((done) => setImmediate(done));

async function signedIn() {
  const lines = new Lines();
  const link = new Link("ws://x/play", lines.env);
  const states = [];
  link.on("status", (state) => states.push(state));
  const done = link.signIn("Ada", "secret");
  lines.last.open();
  lines.last.say({ ev: "welcome", player: { id: 1, name: "Ada" }, token: "t1" });
  lines.last.answer(true);
  await done;
  return { lines, link, states };
}

test("signs in, offering the packed form first", async () => {
  const { lines, link, states } = await signedIn();
  assert.deepEqual(lines.last.protocols, ["hotshard.bin.v1", "hotshard.json.v1"]);
  assert.deepEqual(lines.last.sent[0], { id: 1, cmd: "login", args: { name: "Ada", password: "secret" } });
  assert.equal(link.token, "t1");
  assert.deepEqual(states, ["connecting", "live"]);
});

test("a refused sign-in says why", async () => {
  const lines = new Lines();
  const link = new Link("ws://x/play", lines.env);
  const done = link.signIn("Ada", "no");
  lines.last.open();
  lines.last.refuse("bad_credentials", "Wrong password.");
  await assert.rejects(done, { message: "Wrong password.", code: "bad_credentials" });
  assert.equal(link.status, "offline");
});

test("a server that is not there is told of at once", async () => {
  const lines = new Lines();
  const link = new Link("ws://x/play", lines.env);
  const done = link.signIn("Ada", "secret");
  lines.last.drop();
  await assert.rejects(done, { code: "unreachable" });
  assert.equal(link.status, "offline");
  assert.equal(lines.timers.length, 0);
});

test("requests get their own answers", async () => {
  const { lines, link } = await signedIn();
  const [a, b] = [link.request("look", { id: 1 }), link.request("stop")];
  const [first, second] = lines.last.sent.slice(-2);
  lines.last.say({ re: second.id, ok: false, error: { code: "docked", message: "You are docked." } });
  lines.last.say({ re: first.id, ok: true, result: { name: "Gate" } });
  assert.deepEqual(await a, { name: "Gate" });
  await assert.rejects(b, { code: "docked" });
});

test("after a drop it comes back with the token, waiting longer each time", async () => {
  const { lines, link, states } = await signedIn();
  const lost = link.request("stop");
  lines.last.drop();
  await assert.rejects(lost, { code: "dropped" });
  assert.equal(link.status, "reconnecting");
  lines.pass(300);
  assert.equal(lines.sockets.length, 2);
  lines.last.drop();
  lines.pass(300);
  assert.equal(lines.sockets.length, 2, "the second attempt waits longer");
  lines.pass(300);
  assert.equal(lines.sockets.length, 3);
  lines.last.open();
  assert.deepEqual(lines.last.sent[0].args, { token: "t1" });
  assert.equal(lines.last.sent[0].cmd, "resume");
  lines.last.say({ ev: "welcome", player: { id: 1 }, token: "t2" });
  lines.last.answer(true);
  await settled();
  assert.equal(link.status, "live");
  assert.equal(link.token, "t2");
  assert.equal(states.at(-1), "live");
});

test("an answer with another token changes the session's", async () => {
  const { lines, link } = await signedIn();
  const tokens = [];
  link.on("token", (token) => tokens.push(token));
  const done = link.request("password", { old: "secret", password: "safer" });
  lines.last.answer({ token: "t9" });
  assert.deepEqual(await done, { token: "t9" });
  assert.deepEqual([link.token, tokens], ["t9", ["t9"]]);
});

test("hurry does not wait", async () => {
  const { lines, link } = await signedIn();
  lines.last.drop();
  link.hurry();
  assert.equal(lines.sockets.length, 2);
  link.hurry();
  assert.equal(lines.sockets.length, 2);
});

test("a token that is no longer known ends it", async () => {
  const { lines, link } = await signedIn();
  lines.last.drop();
  lines.pass(1_000);
  lines.last.open();
  lines.last.refuse("bad_token", "Your session has ended.");
  await settled();
  assert.equal(link.status, "offline");
  assert.equal(link.token, null);
  assert.equal(lines.timers.length, 0);
});

test("who was sent away does not come back by itself", async () => {
  const { lines, link } = await signedIn();
  lines.last.say({ ev: "closing", code: "taken_over", reason: "You signed in elsewhere." });
  let why = "";
  link.on("status", (state, detail) => (why = `${state}: ${detail}`));
  lines.last.drop();
  assert.equal(why, "offline: You signed in elsewhere.");
  assert.equal(lines.timers.length, 0);
});

test("the end says why, and of which session", async () => {
  const ends = [];
  const { lines, link } = await signedIn();
  link.on("status", (_, __, end) => ends.push(end));
  lines.last.say({ ev: "closing", code: "taken_over", reason: "You signed in elsewhere." });
  lines.last.drop();
  assert.deepEqual(ends.at(-1), { code: "taken_over", token: "t1" });
  link.resume("t1").catch(() => {});
  lines.last.open();
  lines.last.refuse("bad_token", "Your session has ended.");
  await settled();
  assert.deepEqual(ends.at(-1), { code: "bad_token", token: "t1" });
});

test("a server that is busy is asked again, with the same token", async () => {
  const lines = new Lines();
  const link = new Link("ws://x/play", lines.env);
  link.resume("t1");
  lines.last.open();
  lines.last.refuse("busy", "Too much is going on.");
  await settled();
  assert.equal(link.status, "reconnecting");
  lines.pass(300);
  lines.last.open();
  assert.deepEqual(lines.last.sent[0].args, { token: "t1" });
});

test("who was too slow, or whose server restarts, does", async () => {
  for (const code of ["shutdown", "too_slow", "idle"]) {
    const { lines, link } = await signedIn();
    lines.last.say({ ev: "closing", code, reason: "Bye." });
    lines.last.drop(code);
    assert.equal(link.status, "reconnecting", code);
  }
});

test("a line that is dead without a word is noticed by the ping", async () => {
  const { lines, link } = await signedIn();
  assert.equal(lines.last.sent.at(-1).cmd, "ping");
  let rtt = 0;
  link.on("rtt", (ms) => (rtt = ms));
  lines.time += 40;
  lines.last.answer(null);
  await settled();
  assert.equal(rtt, 40);
  lines.pass(10_000);
  assert.equal(lines.last.sent.at(-1).cmd, "ping");
  lines.pass(8_000);
  assert.equal(link.status, "reconnecting");
});

test("a message that cannot be read is skipped", async () => {
  const { lines, link } = await signedIn();
  const seen = [];
  link.on("garbled", () => seen.push("garbled"));
  link.on("event", (m) => seen.push(m.ev));
  lines.last.onmessage({ data: "nonsense" });
  lines.last.say({ ev: "chat", text: "hi" });
  assert.deepEqual(seen, ["garbled", "chat"]);
});
