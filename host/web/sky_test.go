package web_test

import (
	"context"
	"fmt"
	"os"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	cdppage "github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"hotshard/console/command"
	"hotshard/host/server"
)

// coarse makes a screen of few and large pixels: a processor draws each of them.
var coarse = chromedp.EmulateViewport(1000, 640, chromedp.EmulateScale(0.25))

// deep asks for the view in three dimensions, which a machine without a graphics card is not
// given by itself, of a quality, and opens the page anew on a screen.
func (p *page) deep(url, quality string, screen chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	choose := `localStorage.setItem("hotshard.view", JSON.stringify({view: "deep", quality: ` + quote(quality) + `}))`
	p.do("ask for three dimensions", screen, func(ctx context.Context, target *chromedp.Target) (chromedp.Void, error) {
		_, err := cdp.Call(ctx, target, cdppage.AddScriptToEvaluateOnNewDocument, cdppage.AddScriptToEvaluateOnNewDocumentParams{Source: choose})
		return chromedp.Void{}, err
	}, chromedp.Navigate(url))
	p.until("have the view", `window.hotshard?.sky?.frames > 0`)
}

// drawn waits until the view says so much of what it draws; expression is about s.
func (p *page) drawn(what, expression string) {
	p.t.Helper()
	p.until("see "+what, `((s) => s !== null && (`+expression+`))(window.hotshard.sky)`)
}

// eval runs Lua in Anvil.
func (p *page) eval(s *server.Server, code string) {
	p.t.Helper()
	if _, err := s.Shard().Lua.Eval(p.t.Context(), command.Eval{System: "@Anvil", Author: "test", Write: true, Code: code}); err != nil {
		p.t.Fatal(err)
	}
}

// TestTheSky flies in three dimensions: what is to be seen is there, and nothing is thrown,
// docked, in space, in a fight and in warp.
func TestTheSky(t *testing.T) {
	if os.Getenv("HOTSHARD_SKY") == "" {
		t.Skip("only with HOTSHARD_SKY: a processor draws in three dimensions, and another browser is wanted")
	}
	t.Parallel()
	b := newBrowser(t)
	url, _, s := startServerOn(t, quarry(t))
	p := b.open(t, "sky", url)
	p.deep(url, "low", coarse)
	p.signIn(p.name)
	p.inView("station")
	p.drawn("the station", `s.places === 1 && s.triangles > 5_000 && s.hulls === 0`)
	p.click("#station .undock")
	p.inView("space")
	p.drawn("the own ship by the station, with signs", `s.hulls >= 1 && s.places === 1 && s.signs > 0 && s.calls > 5 && s.calls < 80`)
	p.drawn("worlds with their surface", `s.globes >= 1 && !s.baking`)
	p.shoot("sky-undocked")

	p.choose("I - Belt 1")
	p.hasten(s, 40_000_003)
	p.drawn("rocks", `s.places === 1 && s.triangles > 20_000`)
	p.eval(s, fmt.Sprintf(`
		
		for _, p in ipairs(system.players()) do
			if player.name(p) == %q then
				local pirates, belt = require "pirates", system.celestial(40000003)
				require("vessel").of(player.ship(p)).hull = 1e9 -- however long the page takes
				pirates.bands[belt.name] = {ships = {}, since = system.now(), belt = belt.id}
				pirates.come(belt, player.ship(p))
				local x, y, z = space.position(player.ship(p))
				for pirate in pairs(pirates.bands[belt.name].ships) do space.teleport(pirate, {x = x + 3000, y = y, z = z}) end
			end
		end`, p.name))
	p.until("meet a pirate", `[...document.querySelectorAll("#overview .type")].some((n) => n.textContent.startsWith("Jackal"))`)
	p.drawn("it and its shots", `s.hulls === 2 && s.weapons > 0`)
	p.drawn("lines of fire", `s.lines > 0`)
	p.shoot("sky-fight")
	p.eval(s, `
		local vessel = require "vessel"
		for _, p in ipairs(system.players()) do for _, id in ipairs(space.near(player.ship(p), 90000)) do
			local v = vessel.of(id)
			if v and v.type.npc then vessel.hurt(v, 1e6) end
		end end`)
	p.drawn("it blow up", `s.happened.blast === 1`)
	p.drawn("what is left", `s.hulls === 2 && s.weapons === 0`)

	p.eval(s, fmt.Sprintf(`
		local gate = system.celestial(%d).pos
		for _, p in ipairs(system.players()) do space.teleport(player.ship(p), {x = gate.x - 5e9, y = gate.y, z = gate.z}) end`, anvilGate))
	p.choose("Gate to Harrow")
	p.order("Warp")
	p.drawn("the warp", `s.warp > 0.6`)
	p.shoot("sky-warp")
	p.until("be near enough to jump", `document.querySelector("#selected .commands .primary") !== null`)
	p.drawn("the gate", `s.places === 1 && s.warp < 0.2`)
	p.order("Jump")
	p.until("be in Harrow", `document.querySelector("#place h1").textContent === "Harrow"`)
	p.drawn("its gate", `s.places === 1 && s.hulls >= 1 && !s.baking`)

	figures, err := chromedp.Run(p.ctx, chromedp.Evaluate[string](`JSON.stringify(window.hotshard.sky)`))
	if err != nil {
		t.Fatal(err)
	}
	t.Log("what was drawn last, and milliseconds of the page's own work for a frame: ", figures)
}

// TestTheViewIsChosen goes from one view to the other and back, and is flat by itself where a
// processor would have to draw.
func TestTheViewIsChosen(t *testing.T) {
	if os.Getenv("HOTSHARD_SKY") == "" {
		t.Skip("only with HOTSHARD_SKY: a processor draws in three dimensions, and another browser is wanted")
	}
	t.Parallel()
	s, b := newStage(t), newBrowser(t)
	p := b.open(t, "ada", s.URL)
	p.do("have few pixels", coarse)
	p.signIn("Ada")
	p.click("#station .undock")
	p.inView("space")
	p.do("open the choice", chromedp.Focus(chromedp.CSS("#space")), chromedp.KeyEvent("o"))
	p.until("read which it is", `document.querySelector("#view .told").textContent.startsWith("Space is shown flat.")`)
	choose := func(name, value string) {
		t.Helper()
		p.do("choose "+value, chromedp.Evaluate[chromedp.Void](fmt.Sprintf(`(() => { const n = document.querySelector("#view [name=%s]"); n.value = %q; n.dispatchEvent(new Event("change")); })()`, name, value)))
	}
	choose("view", "deep")
	p.until("see depth", `window.hotshard.sky?.hulls === 1 && document.querySelectorAll("#sky").length === 1 && document.querySelector("#view .told").textContent.includes("three dimensions")`)
	choose("quality", "low")
	p.until("see less of it", `window.hotshard.sky?.quality === "low" && document.querySelectorAll("#sky").length === 1`)
	p.do("lose the graphics card", chromedp.Evaluate[chromedp.Void](`document.querySelector("#sky").getContext("webgl2").getExtension("WEBGL_lose_context").loseContext()`))
	p.toast("info", "shown flat")
	p.until("go on flat", `window.hotshard.sky === null && document.querySelector("#sky") === null`)
	choose("view", "deep")
	p.until("see depth again", `window.hotshard.sky?.hulls === 1`)
	choose("view", "flat")
	p.until("see it flat again", `window.hotshard.sky === null && document.querySelector("#sky") === null`)
	p.do("reload the page", chromedp.Reload())
	p.inView("space")
	p.until("have it as chosen", `window.hotshard.sky === null && JSON.parse(localStorage.getItem("hotshard.view")).view === "flat"`)
}
