// A list of listeners per event name. Listeners run in the order they were
// added; one that throws is reported and does not keep the others from running.
export class Emitter {
  #listeners = new Map();

  // on adds a listener and returns the function that removes it again.
  on(name, listener) {
    let list = this.#listeners.get(name);
    if (!list) this.#listeners.set(name, (list = new Set()));
    list.add(listener);
    return () => list.delete(listener);
  }

  emit(name, ...args) {
    for (const listener of this.#listeners.get(name) ?? []) {
      try {
        listener(...args);
      } catch (error) {
        globalThis.reportError ? reportError(error) : console.error(error);
      }
    }
  }
}
