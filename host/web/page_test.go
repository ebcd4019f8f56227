package web_test

import (
	"testing"

	"github.com/chromedp/chromedp"

	"hotshard/runtime/world"
)

// signIn signs a player in on an open page.
func (p *page) signIn(name string) {
	p.t.Helper()
	p.typeInto(`#login [name="name"]`, name)
	p.typeInto(`#login [name="password"]`, "secret of "+name)
	p.click(`#login button[value="login"]`)
}

func (p *page) inView(view string) {
	p.t.Helper()
	p.until("see "+view, `document.body.dataset.view === "`+view+`"`)
}

func TestPageSignsInAndUndocks(t *testing.T) {
	s, b := newStage(t), newBrowser(t)
	p := b.open(t, "ada", s.URL)
	p.inView("login")
	p.shoot("login")
	p.typeInto(`#login [name="name"]`, "Ada")
	p.typeInto(`#login [name="password"]`, "wrong")
	p.click(`#login button[value="login"]`)
	p.until("be told that the password is wrong", `document.querySelector("#login .error").textContent.includes("wrong")`)
	p.do("clear the form", chromedp.Evaluate[chromedp.Void](`document.querySelector("#login form").reset()`))
	p.signIn("Ada")
	p.inView("station")
	if got := p.text("#station h2"); got != "Anvil I, Ropewalk Yards" {
		t.Errorf("docked at %q", got)
	}
	p.shoot("station")
	p.click("#station .undock")
	p.inView("space")
	p.until("see the gate in the overview", `document.querySelector("#overview .rows").textContent.includes("Gate to Harrow")`)
	p.shoot("space")
}

func TestPageResumesAfterADropAndAReload(t *testing.T) {
	s, b := newStage(t), newBrowser(t)
	p := b.open(t, "ada", s.URL)
	p.signIn("Ada")
	p.click("#station .undock")
	p.inView("space")
	p.offline.Store(true)
	p.do("watch for the sign that the line is lost", chromedp.Evaluate[chromedp.Void](
		`new MutationObserver(() => { if (!document.querySelector("#link").hidden) window.sawReconnecting = true; }).observe(document.querySelector("#link"), {attributes: true, childList: true}); void 0`))
	s.drop()
	p.until("say that it reconnects", `window.sawReconnecting === true`)
	p.until("be back", `document.body.dataset.link === "live"`)
	p.offline.Store(false)
	p.inView("space")
	p.do("reload the page", chromedp.Reload())
	p.inView("space")
	if got := p.text("#place h1"); got != "Anvil" {
		t.Errorf("back in %q", got)
	}
}

func TestPageTellsWhatHappensToTheShard(t *testing.T) {
	s, b := newStage(t), newBrowser(t)
	p := b.open(t, "ada", s.URL)
	p.signIn("Ada")
	p.click("#station .undock")
	p.inView("space")
	toast := func(kind, text string) {
		t.Helper()
		p.until("read "+text, `[...document.querySelectorAll(".toast.`+kind+`")].some((n) => n.textContent.includes("`+text+`"))`)
	}
	s.say("reload", map[string]world.Value{"ok": true, "release": 4.0, "files": []world.Value{"flight.lua"}, "message": ""})
	toast("good", "release 4")
	toast("good", "flight.lua")
	s.say("reload", map[string]world.Value{"ok": false, "release": 4.0, "files": []world.Value{"ship.lua"}, "message": "ship.lua:12: '=' expected near 'end'"})
	toast("bad", "ship.lua:12")
	s.say("announce", map[string]world.Value{"text": "Maintenance at noon"})
	toast("announce", "Maintenance at noon")
	s.say("dilation", map[string]world.Value{"factor": 0.4, "at": 101.0})
	p.until("read of the dilation", `document.querySelector("#place .dilation").textContent.includes("40 %")`)
	p.shoot("toasts")
	s.mu.Lock()
	s.refused["stop"] = "The helm does not answer."
	s.mu.Unlock()
	p.click("#hud .stop")
	toast("info", "The helm does not answer.")
}

func TestPageFollowsARoute(t *testing.T) {
	s, b := newStage(t), newBrowser(t)
	p := b.open(t, "ada", s.URL)
	p.signIn("Ada")
	p.click("#station .undock")
	p.inView("space")
	p.click(`#place [data-open="map"]`)
	p.typeInto("#map .find input", "ember")
	p.until("find the system", `document.querySelector("#map-found").textContent.includes("Low Ember")`)
	p.typeInto("#map .find input", "\r")
	p.until("see the way there", `document.querySelector("#map .jumps").textContent === "2 jumps from Anvil"`)
	p.shoot("map")
	p.click("#map .fly")
	p.click("#map .close")
	p.until("read the route", `document.querySelector("#place .leg").textContent === "2 jumps to Low Ember, next Harrow"`)
	p.until("be near the gate", `document.querySelector("#place .next").textContent.startsWith("Jump")`)
	p.shoot("route")
	p.click("#place .next")
	p.until("be in Harrow", `document.querySelector("#place h1").textContent === "Harrow"`)
	p.until("have one jump left", `document.querySelector("#place .leg").textContent === "1 jump to Low Ember"`)
}
