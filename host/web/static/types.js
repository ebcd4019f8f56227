// What the scripts say of kinds of ships and modules, asked once each.
export class Types {
  #known = new Map();

  // ask(cmd, args) resolves with an answer or null.
  constructor(ask) {
    this.ask = ask;
  }

  // get resolves with the figures of a type, or null where there is none.
  get(name) {
    let asked = this.#known.get(name);
    if (!asked) {
      asked = this.ask("look", { type: name }).then((figures) => {
        if (!figures) this.#known.delete(name); // a lost line is no answer
        return figures;
      });
      this.#known.set(name, asked);
    }
    return asked;
  }

  // forget drops what is known: other scripts run.
  forget() {
    this.#known.clear();
  }
}
