// What the page knows of the panels' engine: a worker that is started when it is needed,
// watched, and started again when it is stuck. It knows nothing of the DOM.
import { Emitter } from "../emitter.js";

const PATIENCE = 4_000; // milliseconds that a worker may take for one message
const LOOK = 1_000; // milliseconds between two looks at it
const AGAIN = 500; // milliseconds until a worker is made again
const GIVE_UP = 5; // workers that end before they have shown anything, one after the other

// Engine emits:
//   panels   (list, hears)  which panels there are, and what events they listen to
//   tree     (panel, tree)  what one looks like
//   ask      (message)      what one asks: the server, or, with page set, the page
//   tell     (panel, text)  a note for the player
//   keep     (panel, name, value)
//   trouble  (fault, panel, back)  an error; the panel comes back in so many seconds, 0: it goes on
//   refused  (fault)        a release that the panels cannot take: they go on as they were
//   absent   ()             there is no engine to be had
export class Engine extends Emitter {
  #worker = null;
  #sent = 0; // messages that it has not done with
  #since = 0; // when the oldest of them was sent
  #begun = false;
  #ended = 0; // workers that have ended without having begun
  #release = null; // {number, hash, files}
  #here = null;
  #settings = new Map();
  #open = new Map();
  #samples = false;

  // make makes a worker; get() resolves with all of the release, or null; clock and later are
  // those of the browser.
  constructor({ make, get, clock = () => performance.now(), later = (run, ms) => setTimeout(run, ms) }) {
    super();
    Object.assign(this, { make, get, clock, later });
  }

  get running() {
    return this.#worker !== null;
  }

  get hash() {
    return this.#release?.hash ?? "";
  }

  // start loads the release and begins.
  async start({ samples = false } = {}) {
    if (this.#worker || this.#ended >= GIVE_UP) return;
    this.#samples = samples;
    this.#begin();
    if (!this.#release) await this.#fetch();
  }

  // take hears that there is another release: with its changes, or only that.
  take({ release, from, hash, files }) {
    if (!this.#release || hash === this.#release.hash) return;
    if (!files || from !== this.#release.hash) return this.#fetch();
    const all = { ...this.#release.files };
    for (const [path, text] of Object.entries(files)) {
      if (text === false || text === null) delete all[path];
      else all[path] = text;
    }
    const changed = Object.fromEntries(Object.entries(files).map(([path, text]) => [path, text === false ? null : text]));
    this.#release = { number: release, hash, files: all };
    this.#send({ do: "release", number: release, from, files: changed });
  }

  // renew asks whether there is another release: the line was down.
  renew() {
    return this.#release ? this.#fetch() : undefined;
  }

  here(value) {
    this.#here = value;
    this.#send({ do: "here", value });
  }

  settings(panel, value) {
    this.#settings.set(panel, value);
    this.#send({ do: "settings", panel, value });
  }

  open(panel, value = null) {
    this.#open.set(panel, value);
    this.#send({ do: "open", panel, value });
  }

  close(panel) {
    this.#open.delete(panel);
    this.#send({ do: "close", panel });
  }

  happen(panel, id, event, value = null) {
    this.#send({ do: "happen", panel, id, event, value });
  }

  told(event, value) {
    this.#send({ do: "told", event, value });
  }

  answer(panel, request, { value = null, message = "", code = "" }) {
    this.#send({ do: "answer", panel, request, value, message, code });
  }

  stop() {
    this.#worker?.terminate();
    this.#worker = null;
  }

  async #fetch() {
    const all = await this.get();
    if (!all || all.hash === this.#release?.hash) return;
    this.#release = { number: all.release, hash: all.hash, files: all.files };
    this.#send({ do: "release", number: all.release, files: all.files });
  }

  #begin() {
    const worker = this.make();
    this.#worker = worker;
    this.#begun = false;
    this.#sent = 0;
    worker.onmessage = ({ data }) => worker === this.#worker && this.#hear(data);
    worker.onerror = (event) => worker === this.#worker && this.#lost(event.message || "it does not start");
    this.#look(worker);
    if (this.#samples) this.#send({ do: "samples" });
    if (this.#here) this.#send({ do: "here", value: this.#here });
    for (const [panel, value] of this.#settings) this.#send({ do: "settings", panel, value });
    if (this.#release) this.#send({ do: "release", number: this.#release.number, files: this.#release.files });
    for (const [panel, value] of this.#open) this.#send({ do: "open", panel, value });
  }

  // look ends a worker that has been at one message for too long.
  #look(worker) {
    this.later(() => {
      if (worker !== this.#worker) return;
      if (this.#begun && this.#sent > 0 && this.clock() - this.#since > PATIENCE) return this.#lost("it was stuck, and its worker was ended");
      this.#look(worker);
    }, LOOK);
  }

  #lost(why) {
    this.stop();
    this.#ended = this.#begun ? 0 : this.#ended + 1;
    if (this.#ended >= GIVE_UP) return this.emit("absent");
    for (const panel of this.#open.keys()) this.emit("trouble", { panel: `panels.${panel}`, message: why, in: "the engine of the page", release: this.#release?.number ?? 0 }, panel, AGAIN / 1000);
    this.later(() => this.#worker || this.#begin(), AGAIN);
  }

  #send(message) {
    if (!this.#worker) return;
    if (this.#sent++ === 0) this.#since = this.clock();
    this.#worker.postMessage(JSON.stringify(message));
  }

  #hear(data) {
    if (data === null) {
      this.#sent--;
      this.#since = this.clock();
      return;
    }
    const m = JSON.parse(data);
    switch (m.say) {
      case "begun":
        this.#begun = true;
        this.#since = this.clock();
        return;
      case "gone":
        return this.#lost(m.text);
      case "behind":
        return void this.#fetch();
      case "panels":
        return m.number ? this.emit("panels", m.panels ?? [], m.hears ?? []) : undefined; // without a release it knows of none
      case "tree":
        return this.emit("tree", m.panel, m.tree);
      case "ask":
        return this.emit("ask", m);
      case "tell":
        return this.emit("tell", m.panel, m.text);
      case "keep":
        return this.emit("keep", m.panel, m.text, m.value ?? null);
      case "trouble":
        return this.emit("trouble", m.fault, m.panel, m.back ?? 0);
      case "refused":
        return this.emit("refused", m.fault);
    }
  }
}
