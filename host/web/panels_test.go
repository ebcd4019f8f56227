package web_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"hotshard/host/server"
	"hotshard/host/web"
)

// needsPanels skips a test where the page has been built without what runs panels.
func needsPanels(t *testing.T) {
	t.Helper()
	if !web.HasPanels() {
		t.Skip("only after make page: the engine of panels has not been built")
	}
}

// field finds the input with a label in the market's window.
func (p *page) field(label string) string {
	return `[...document.querySelectorAll("#market label")].find((n) => n.firstChild.textContent === ` + quote(label) + `).querySelector("input")`
}

// tells waits until the operator has been told of an error of the market, with its traceback,
// and for whom.
func (p *page) tells(s *server.Server, place string) {
	p.t.Helper()
	for {
		groups, err := s.Shard().Errors.Groups(p.t.Context(), "panels.market")
		if err != nil {
			p.t.Fatal(err)
		}
		for _, g := range groups {
			if strings.Contains(g.Traceback, place) && g.Player == p.name {
				return
			}
		}
		if err := p.ctx.Err(); err != nil {
			p.t.Fatalf("the operator is told %+v", groups)
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// TestThePanelOfTheReadmeIsMadeFromNothing saves what the README says, and uses it.
func TestThePanelOfTheReadmeIsMadeFromNothing(t *testing.T) {
	needsPanels(t)
	t.Parallel()
	b := newBrowser(t)
	url, scripts := startShard(t)
	p := b.open(t, "bea", url)
	p.signIn(p.name)
	p.inView("station")
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, code, _ := strings.Cut(string(readme), "```lua\n-- scripts/panels/watch.lua\n")
	code, _, found := strings.Cut(code, "```")
	if !found {
		t.Fatal("the README has no such panel")
	}
	if err := os.WriteFile(filepath.Join(scripts, "panels", "watch.lua"), []byte(code), 0o644); err != nil {
		t.Fatal(err)
	}
	p.click(`#place .menu [data-open="watch"]`)
	p.until("see it", `document.querySelector("#watch").textContent.includes("Nothing is watched.")`)
	p.typeInto(`#watch input`, "Ferrite\r")
	p.until("watch it", `document.querySelector("#watch tbody")?.textContent.includes("Ferrite")`)
	p.do("come back", chromedp.Reload())
	p.inView("station")
	p.click(`#place .menu [data-open="watch"]`)
	p.until("watch it still", `document.querySelector("#watch tbody")?.textContent.includes("Ferrite")`)
}

// TestAPanelChangesUnderAPlayer is what panels are for: a designer changes a word of the market
// while a player types a price into it, then breaks it and mends it.
func TestAPanelChangesUnderAPlayer(t *testing.T) {
	needsPanels(t)
	t.Parallel()
	b := newBrowser(t)
	url, scripts, s := startServer(t)
	p := b.open(t, "ada", url)
	p.signIn(p.name)
	p.inView("station")
	p.click(`#station [data-open="market"]`)
	p.until("see the market", `document.querySelector("#market").textContent.includes("Name a thing")`)
	p.typeInto(`#market input[placeholder="Ferrite"]`, "Ferrite\r")
	p.until("see the book", `document.querySelector('#market [aria-label="Wanted"]') !== null`)
	p.do("look at the price", chromedp.Evaluate[chromedp.Void](`void (() => { const n = `+p.field("Price of one")+`; n.id = "price"; n.focus(); n.select(); })()`))
	p.typeInto("#price", "12.34")
	p.until("have typed a price", `document.querySelector("#price").value === "12.34" && document.querySelector("#market").textContent.includes("12.34 at most")`)

	edit(t, filepath.Join(scripts, "panels", "market", "book.lua"), func(code string) string {
		return strings.Replace(code, `label = "Units"`, `label = "How many"`, 1)
	})
	p.until("see the change", `[...document.querySelectorAll("#market label")].some((n) => n.textContent.startsWith("How many"))`)
	p.until("have the price still", `document.querySelector("#price").value === "12.34"`)
	p.until("have the focus still", `document.activeElement?.id === "price"`)
	p.shoot("panels-market")

	edit(t, filepath.Join(scripts, "panels", "market", "wallet.lua"), func(code string) string {
		return strings.Replace(code, "function wallet.view()\n", "function wallet.view()\n  while true do end\n", 1)
	})
	p.until("have the change", `hotshard.game.shard.release === 3`)
	p.do("look into the wallet", chromedp.Evaluate[chromedp.Void](`[...document.querySelectorAll("#market [role=tab]")].find((n) => n.textContent === "Wallet").click()`))
	p.until("be told that it has failed", `document.querySelector("#market .failed").textContent === "This window has failed, it comes back." && document.querySelector("#market .failed").checkVisibility()`)
	p.tells(s, "panels/market/wallet.lua")
	edit(t, filepath.Join(scripts, "panels", "market", "wallet.lua"), func(code string) string {
		return strings.Replace(code, "  while true do end\n", "", 1)
	})
	p.until("have it back", `document.querySelector("#market .failed").hidden && document.querySelector("#market [aria-label='What came and went'], #market").textContent.includes("Prices")`)
}
