// What is done where a file that the page begins with does not come whole: it is loaded again,
// which goes on with what has come, and after the second time everything is fetched anew.
(() => {
  const TRIED = "hotshard.tried", MOST = 5;
  const tried = () => Number(globalThis.sessionStorage?.getItem(TRIED)) || 0;
  let failed = false;

  async function again() {
    if (tried() >= MOST) {
      sessionStorage.removeItem(TRIED);
      document.body.textContent = "The files of this page do not come whole, or are others than they should be. Load it again when the connection is better.";
      return;
    }
    sessionStorage.setItem(TRIED, tried() + 1);
    await new Promise((later) => setTimeout(later, 250 * 2 ** tried()));
    const named = [...document.querySelectorAll("link[integrity], script[integrity]")].map((n) => n.href || n.src);
    if (tried() > 2) await Promise.allSettled(named.map((url) => fetch(url, { cache: "reload" })));
    location.reload();
  }

  addEventListener("error", ({ target }) => {
    if (failed || !(target instanceof HTMLScriptElement || target instanceof HTMLLinkElement)) return;
    failed = true;
    again().catch(() => {}); // a browser that keeps nothing for a tab: whoever looks at the page loads it again
  }, true);
  addEventListener("load", () => failed || !tried() || sessionStorage.removeItem(TRIED));
})();
