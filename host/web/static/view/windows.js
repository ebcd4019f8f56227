// The dialogs that a key or a button opens, and the same key closes.

// Windows holds {name: {dialog, fill}}; fill, where there is one, runs on opening.
export class Windows {
  constructor(all) {
    this.all = {};
    for (const [name, window] of Object.entries(all)) this.add(name, window);
  }

  // add takes one in that has come later.
  add(name, window) {
    this.all[name] = window;
    window.dialog.querySelector(".close")?.addEventListener("click", () => window.dialog.close());
  }

  // top is the name of the open dialog, or null.
  get top() {
    return Object.keys(this.all).find((name) => this.all[name].dialog.open) ?? null;
  }

  toggle(name) {
    const { dialog, fill } = this.all[name];
    if (dialog.open) return dialog.close();
    this.close();
    fill?.();
    if (!dialog.open) dialog.showModal();
  }

  close() {
    for (const { dialog } of Object.values(this.all)) if (dialog.open) dialog.close();
  }
}
