// The session: the browser keeps its token, so that a reload or another tab takes it
// up, and forgets it when it is worth nothing any more.

// The ends after which the session goes on somewhere else.
const ELSEWHERE = new Set(["taken_over"]);
// The ends after which the token still stands.
const STANDS = new Set(["taken_over", "unreachable"]);

export class Session {
  constructor(link, keep) {
    Object.assign(this, { link, keep });
    this.elsewhere = false; // another tab plays the session that this one had
    // Made before whoever asks to sign in listens: they want to know whether there is a
    // session left.
    link.on("token", (token) => (this.keep.token = token));
    link.on("status", (state, _, end) => this.#status(state, end));
  }

  // welcome keeps the token that the server has given.
  welcome() {
    if (this.link.token) this.keep.token = this.link.token;
  }

  // resume takes up the session that the browser keeps; false where there is none.
  resume() {
    const { token } = this.keep;
    if (!token) return false;
    this.link.resume(token).catch(() => {}); // the status tells of it
    return true;
  }

  #status(state, end) {
    if (state !== "offline") {
      this.elsewhere = false;
      return;
    }
    if (end?.token && !STANDS.has(end.code)) this.keep.forget(end.token);
    this.elsewhere = ELSEWHERE.has(end?.code) && this.keep.token !== null;
  }
}
