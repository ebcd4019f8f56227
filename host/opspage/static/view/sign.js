// Signing in: a link that the console makes, once, for a token that this tab keeps.
const KEPT = "hotshard.operator";

export class Sign {
  constructor(dialog, link, toast) {
    Object.assign(this, { dialog, link, toast });
    link.token = sessionStorage.getItem(KEPT) ?? "";
    link.on("signedout", (message) => this.#forget(message));
  }

  ask() {
    if (!this.dialog.open) this.dialog.showModal();
  }

  // follow signs in by the code in the address, if there is one, and takes it out of
  // there.
  async follow() {
    const [, code] = location.hash.match(/^#sign-in=(\w+)$/) ?? [];
    if (!code) return;
    history.replaceState(null, "", "#range");
    const answer = await fetch("sign-in", { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ code }) });
    if (!answer.ok) {
      this.toast(await answer.text(), "bad");
      return;
    }
    const { token, who, role } = await answer.json();
    sessionStorage.setItem(KEPT, token);
    this.link.token = token;
    this.dialog.close();
    this.toast(`You are ${who}, ${role}.`);
  }

  async out() {
    const { token } = this.link;
    this.#forget("You are signed out.");
    this.link.open();
    if (token) await fetch("sign-out", { method: "POST", headers: { Authorization: `Bearer ${token}` } });
  }

  #forget(message) {
    sessionStorage.removeItem(KEPT);
    this.link.token = "";
    this.toast(message);
  }
}
