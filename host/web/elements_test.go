package web_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/chromedp"
)

// TestEveryElementIsDrawnAndHeard opens a panel that has all of them, and does to each what
// can be done to it.
func TestEveryElementIsDrawnAndHeard(t *testing.T) {
	needsPanels(t)
	t.Parallel()
	b := newBrowser(t)
	url, scripts := startShard(t)
	code, err := os.ReadFile("testdata/elements.lua")
	if err != nil {
		t.Fatal(err)
	}
	p := b.open(t, "eli", url)
	p.signIn(p.name)
	p.inView("station")
	if err := os.WriteFile(filepath.Join(scripts, "panels", "elements.lua"), code, 0o644); err != nil {
		t.Fatal(err)
	}
	p.click(`#place .menu [data-open="elements"]`)
	p.until("see all", `["h3", "svg.drawing text", "svg.chart polyline", "svg.chart rect", "[role=meter]", "[role=img][aria-label=Beware]", "[aria-label=Fields] textarea"].every((s) => document.querySelector("#elements " + s))`)
	did := func(what, step, said string) {
		t.Helper()
		p.do(what, chromedp.Evaluate[chromedp.Void](`void (() => { const box = document.querySelector("#elements"), put = (s, set) => { const n = box.querySelector(s); set(n); n.dispatchEvent(new Event(s.includes("range") || s.includes("text") ? "input" : "change", {bubbles: true})); }; `+step+` })()`))
		p.until(what, `document.querySelector("#elements [role=status].strong").textContent === `+quote(said))
	}
	did("type", `put("textarea", (n) => n.value = "so")`, "typed so")
	did("check", `put("input[type=checkbox]", (n) => n.checked = true)`, "check true")
	did("slide", `put("input[type=range]", (n) => n.value = "7")`, "slid 7")
	did("choose", `put("select", (n) => n.value = "c")`, "chose c")
	did("wait", `[...box.querySelectorAll("button")].find((n) => n.textContent === "Wait").click()`, "waited")
	p.do("open the menu", chromedp.Evaluate[chromedp.Void](`document.querySelector("#elements [aria-haspopup=menu]").click()`))
	p.until("see the menu", `document.querySelectorAll("#elements [role=menuitem]").length === 2`)
	did("take the second", `box.querySelectorAll("[role=menuitem]")[1].click()`, "second nil")

	p.do("scroll far down", chromedp.Evaluate[chromedp.Void](`void (document.querySelector("#elements .rows").scrollTop = 30 * 5000)`))
	p.until("see the rows there", `[...document.querySelectorAll("#elements .rows tbody td")].some((n) => n.textContent === "row 5002")`)
	p.until("have few of them drawn", `document.querySelectorAll("#elements .rows tbody tr").length < 100`)
	did("pick one", `[...box.querySelectorAll("tbody tr")].find((n) => n.textContent.includes("row 5002")).querySelector("button.pick").click()`, "picked row 5002")
	did("sort", `box.querySelectorAll("th button")[0].click(); box.querySelectorAll("th button")[0].click(); box.querySelector(".rows").scrollTop = 0; setTimeout(() => box.querySelector(".rows tbody tr:not(.gap)"), 0)`, "picked row 5002")
	p.until("see the last first", `document.querySelector("#elements .rows tbody tr:not(.gap)")?.textContent === "10000row 10000"`)
	p.shoot("panels-elements")
}
