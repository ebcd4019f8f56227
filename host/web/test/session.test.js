import assert from "node:assert/strict";
import test from "node:test";
import { Emitter } from "../static/emitter.js";
import { Keep } from "../static/keep.js";
import { Session } from "../static/session.js";

// start is a session over a link that does what the test says, in a browser that may
// keep a token already.
function start(token = null) {
  const shelf = () => {
    const kept = new Map();
    return { getItem: (k) => kept.get(k) ?? null, setItem: (k, v) => kept.set(k, v), removeItem: (k) => kept.delete(k) };
  };
  const keep = new Keep(shelf(), shelf());
  keep.token = token;
  const resumed = [];
  const link = Object.assign(new Emitter(), { token: null, resume: async (t) => resumed.push(t) });
  const session = new Session(link, keep);
  const end = (code, of = "t1") => link.emit("status", "offline", "", { code, token: of });
  return { keep, link, session, resumed, end };
}

test("the token is kept for a reload and for other tabs", () => {
  const { keep, link, session, resumed } = start();
  assert.equal(session.resume(), false, "there is none yet");
  link.token = "t1";
  session.welcome();
  assert.equal(keep.token, "t1");
  assert.equal(session.resume(), true);
  assert.deepEqual(resumed, ["t1"]);
});

test("another token takes the place of the one that is kept", () => {
  const { keep, link } = start("t1");
  link.emit("token", "t2");
  assert.equal(keep.token, "t2");
});

test("a session that has expired or was revoked is forgotten", () => {
  for (const code of ["bad_token", "kicked", "left", "logged_out"]) {
    const { keep, session, end } = start("t1");
    end(code);
    assert.deepEqual([keep.token, session.elsewhere], [null, false], code);
  }
});

test("a session that another tab has taken over goes on there", () => {
  const { keep, link, session, end } = start("t1");
  end("taken_over");
  assert.deepEqual([keep.token, session.elsewhere], ["t1", true]);
  link.emit("status", "connecting", "", null);
  assert.equal(session.elsewhere, false);
});

test("a server that does not answer ends no session", () => {
  const { keep, end } = start("t1");
  end("unreachable");
  assert.equal(keep.token, "t1");
});

test("the end of an old session leaves a newer one alone", () => {
  const { keep, end } = start("t2");
  end("bad_token", "t1");
  assert.equal(keep.token, "t2");
});
