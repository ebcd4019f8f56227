package web_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// number evaluates an expression of the page that is one, or a promise of one.
func (p *page) number(expression string) float64 {
	p.t.Helper()
	p.do("begin to measure", chromedp.Evaluate[chromedp.Void](`void (async () => { globalThis.measured = undefined; globalThis.measured = await (`+expression+`); })()`))
	p.until("have measured", `globalThis.measured !== undefined`)
	n, err := chromedp.Run(p.ctx, chromedp.Evaluate[float64](`globalThis.measured`))
	if err != nil {
		p.t.Fatal(err)
	}
	return n
}

// gaps is for how long the page's own thread was held up at most, of five seconds, in ms.
const gaps = `new Promise((done) => {
	let last = performance.now(), most = 0; const end = last + 5000, channel = new MessageChannel();
	channel.port1.onmessage = () => { const now = performance.now(); most = Math.max(most, now - last); last = now; now > end ? done(most) : channel.port2.postMessage(0); };
	channel.port2.postMessage(0);
})`

// TestWhatPanelsCost measures, and asserts nothing about time.
func TestWhatPanelsCost(t *testing.T) {
	if os.Getenv("HOTSHARD_PANELS") == "" {
		t.Skip("only with HOTSHARD_PANELS: it measures for half a minute")
	}
	needsPanels(t)
	b := newBrowser(t)
	url, scripts, _ := startServer(t)
	p := b.open(t, "ada", url)
	p.signIn(p.name)
	p.inView("station")
	entered := p.number(`performance.now()`)
	p.click(`#station [data-open="market"]`)
	p.until("see the market", `document.querySelector("#market").textContent.includes("Name a thing")`)
	t.Logf("the page can be used after %.0f ms; the engine's worker is fetched from %.0f ms on; the market is there at %.0f ms", entered,
		p.number(`performance.getEntriesByType("resource").find((e) => e.name.endsWith("panels/worker.js"))?.startTime ?? -1`), p.number(`performance.now()`))

	var took []float64
	for i := range 20 {
		word := fmt.Sprintf("Name a thing, %d:", i)
		p.do("watch", chromedp.Evaluate[chromedp.Void](`void (() => { globalThis.seen = undefined; const o = new MutationObserver(() => { if (!document.querySelector("#market").textContent.includes(`+quote(word)+`)) return; globalThis.seen = Date.now(); o.disconnect(); }); o.observe(document.querySelector("#market"), {subtree: true, childList: true, characterData: true}); })()`))
		saved := time.Now()
		edit(t, filepath.Join(scripts, "panels", "market", "book.lua"), func(code string) string {
			at := strings.Index(code, "Name a thing")
			end := at + strings.Index(code[at:], ":") + 1
			return code[:at] + word + code[end:]
		})
		p.until("see it", `globalThis.seen !== undefined`)
		at, err := chromedp.Run(p.ctx, chromedp.Evaluate[float64](`globalThis.seen`))
		if err != nil {
			t.Fatal(err)
		}
		took = append(took, at-float64(saved.UnixMilli()))
	}
	slices.Sort(took)
	t.Logf("from a save to the page: %.0f ms in the middle, %.0f at most, of %d", took[len(took)/2], took[len(took)-1], len(took))

	quiet := p.number(gaps)
	edit(t, filepath.Join(scripts, "panels", "market", "book.lua"), func(code string) string {
		return strings.Replace(code, "function book.view()\n", "function book.view()\n  while true do end\n", 1)
	})
	p.until("be told that it has failed", `!document.querySelector("#market .failed").hidden`)
	t.Logf("the page's own thread is held up for %.0f ms at most, and for %.0f while a panel loops", quiet, p.number(gaps))
}
