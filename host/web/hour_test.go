package web_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"hotshard/runtime/world"
)

// TestTheFirstHour is what a new pilot is led through after the first hunt: an agent's mission,
// which is surveyed and paid, help that is found, the log and the sheet that tell of it.
func TestTheFirstHour(t *testing.T) {
	t.Parallel()
	b := newBrowser(t)
	url, _, s := startServerOn(t, quarry(t))
	p := b.open(t, "cyd", url)
	p.signIn(p.name)
	p.inView("station")
	goal := func(step string) {
		t.Helper()
		p.until("have the goal "+step, `hotshard.game.goal?.name === "`+step+`"`)
	}
	goal("undock")
	p.click("#place .goal .more")
	p.until("read more of it", `document.querySelector("#help").open && document.querySelector("#help [data-topic=flying]")?.open`)
	p.typeInto("#help input", "insured yard")
	p.until("find what helps", `[...document.querySelectorAll("#help [data-topic]")].filter((n) => !n.hidden).map((n) => n.dataset.topic).join() === "loss"`)
	p.shoot("hour-help")
	p.click("#help form button")
	for range 8 {
		p.do("leave a step out", chromedp.Evaluate[chromedp.Void](`(() => { window.step = hotshard.game.goal.step; document.querySelector("#place .goal .skip").click(); })()`))
		p.until("have the next", `hotshard.game.goal.step === window.step + 1`)
	}
	goal("mission")
	p.click("#place .goal .do")
	p.until("meet the agent", `document.querySelector("#agents").open && document.querySelectorAll("#agents .mission").length === 4`)
	p.shoot("hour-agent")
	p.do("take the survey", chromedp.Evaluate[chromedp.Void](
		`[...document.querySelectorAll("#agents .mission")].find((n) => n.querySelector("b").textContent === "Survey").querySelector("button").click()`))
	p.until("have it", `document.querySelector("#agents ul .mission").textContent.includes("0 of 1")`)
	p.do("shut the agents", chromedp.KeyEvent("\u001b"))
	goal("jump")

	p.do("undock with the key", chromedp.Evaluate[chromedp.Void](`document.activeElement.blur()`), chromedp.KeyEvent("f"))
	p.inView("space")
	p.eval(s, `
		local p = system.players()[1]
		local id = store.get("missions " .. p)[1].place.id
		local c = system.celestial(id)
		space.teleport(player.ship(p), {x = c.pos.x + c.radius + 2e5, y = c.pos.y, z = c.pos.z})`)
	p.do("scan", chromedp.Evaluate[chromedp.Void](`document.querySelector("#space").focus()`), chromedp.KeyEvent("r"))
	p.toast("info", "is surveyed")
	p.eval(s, `
		local p, at = system.players()[1], system.celestials("station")[1]
		space.teleport(player.ship(p), {x = at.pos.x, y = at.pos.y + at.radius + 500, z = at.pos.z})`)
	p.do("dock", chromedp.Evaluate[chromedp.Void](fmt.Sprintf(`hotshard.game.select(%d)`, 0)), chromedp.Evaluate[chromedp.Void](
		`[...document.querySelectorAll("#overview .entry")].find((n) => !n.hidden && n.querySelector(".icon").dataset.kind === "station").click()`), chromedp.KeyEvent("d"))
	p.inView("station")
	p.do("ask the agent", chromedp.KeyEvent("n"))
	p.press("#agents", "Done: be paid")
	p.toast("info", "Paid: 250.00")
	p.do("open the log", chromedp.KeyEvent("\u001b"), chromedp.KeyEvent("j"))
	p.until("read all that was", `["You took a mission of", "You docked at", "A mission is done: 250.00"].every((text) => document.querySelector("#log").textContent.includes(text))`)
	p.shoot("hour-log")
	p.do("open the sheet", chromedp.KeyEvent("j"), chromedp.KeyEvent("x"))
	p.until("read what one is", `document.querySelector("#career").open && document.querySelector("#career").textContent.includes("Rookie, 2 of 5 points")`)
	p.shoot("hour-career")
}

// A key that is changed does what it was given, here and after a reload, and the page shows it.
func TestKeysCanBeChanged(t *testing.T) {
	t.Parallel()
	s, p := pilotInSpace(t)
	p.choose("Gate to Harrow")
	p.do("open the help", chromedp.Focus(chromedp.CSS("#space")), chromedp.KeyEvent("?"))
	p.until("see the keys", `document.querySelector('#help [data-name="approach"]')?.textContent === "Q"`)
	p.do("change one", chromedp.Evaluate[chromedp.Void](`document.querySelector('#help [data-name="approach"]').click()`), chromedp.KeyEvent("w"))
	p.until("have both changed", `document.querySelector('#help [data-name="approach"]').textContent === "W" && document.querySelector('#help [data-name="orbit"]').textContent === "Q"`)
	p.shoot("keys")
	p.do("reload the page", chromedp.Reload())
	p.inView("space")
	p.choose("Gate to Harrow")
	p.until("have it on the button", `document.querySelector('#selected button[aria-keyshortcuts="W"]')?.title === "Approach (W)"`)
	p.do("press it", chromedp.Focus(chromedp.CSS("#space")), chromedp.KeyEvent("w"))
	s.heard(p, "approach")
}

// What can be done with a thing is in its menu, for the mouse, fingers and keys.
func TestTheMenuOfAThing(t *testing.T) {
	t.Parallel()
	s, p := pilotInSpace(t)
	p.choose("Gate to Harrow")
	p.do("rest a finger on space", chromedp.Evaluate[chromedp.Void](`(() => {
		const thing = hotshard.game.sim.find(`+fmt.Sprint(anvilGate)+`)
		hotshard.gaze.camera.face(thing.px - hotshard.game.own.px, thing.py - hotshard.game.own.py, thing.pz - hotshard.game.own.pz);
		requestAnimationFrame(() => requestAnimationFrame(() => { window.drawn = true; }));
	})()`))
	p.until("have a menu by a finger", `(() => {
		const canvas = document.querySelector("#space"), {camera} = hotshard.gaze, thing = hotshard.game.sim.find(`+fmt.Sprint(anvilGate)+`), out = {};
		camera.project(thing.px, thing.py, thing.pz, out);
		if (!window.drawn) return false; // it still looks elsewhere
		const send = (type) => canvas.dispatchEvent(new PointerEvent(type, {pointerId: 7, pointerType: "touch", isPrimary: true, clientX: out.x, clientY: out.y, bubbles: true, button: 0}));
		if (document.querySelector("#menu").checkVisibility()) return true;
		canvas.setPointerCapture = () => {};
		if (!window.rests) { window.rests = true; send("pointerdown"); setTimeout(() => { send("pointerup"); window.rests = false; }, 900); }
		return false;
	})()`)
	p.do("shut it", chromedp.KeyEvent("\u001b"))
	p.until("have it shut by Escape", `!document.querySelector("#menu").checkVisibility()`)
	p.do("ask for the menu", chromedp.Evaluate[chromedp.Void](
		`document.querySelector("#overview .rows").dispatchEvent(new MouseEvent("contextmenu", {bubbles: true, cancelable: true, clientX: 900, clientY: 300, button: 2}))`))
	p.until("see it", `document.querySelector("#menu").checkVisibility() && document.activeElement.textContent.startsWith("Approach")`)
	p.shoot("menu")
	p.do("go to what jumps", chromedp.KeyEvent("j"), chromedp.KeyEvent("\r"))
	if args := s.heard(p, "jump"); args["gate"] != float64(anvilGate) {
		t.Errorf("jump was asked with %v", args)
	}
	p.until("have it shut", `!document.querySelector("#menu").checkVisibility()`)
}

// anew waits until an expression is true of a page that loads itself again meanwhile.
func (p *page) anew(expression string) {
	p.t.Helper()
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		if is, err := chromedp.Run(p.ctx, chromedp.Evaluate[bool](expression)); err == nil && is {
			return
		}
	}
	p.t.Fatalf("%s: is never loaded so that %s", p.name, expression)
}

// Two languages: the browser's, and another by choice.
func TestThePageSpeaksGerman(t *testing.T) {
	t.Parallel()
	s, b := newStage(t), newBrowser(t)
	p := b.open(t, "ada", s.URL)
	p.inView("login")
	p.until("be asked in English", `document.documentElement.lang === "en" && document.querySelector("#login").textContent.includes("Sign in")`)
	p.do("choose German", chromedp.Evaluate[chromedp.Void](
		`(() => { const n = document.querySelector("#login [name=language]"); n.value = "de"; setTimeout(() => n.dispatchEvent(new Event("change")), 50); })()`))
	p.anew(`document.documentElement.lang === "de"`)
	p.until("be asked in German", `document.documentElement.lang === "de" && document.querySelector("#login").textContent.includes("Anmelden")`)
	p.signIn("Ada")
	p.inView("station")
	p.until("read German in the station", `document.querySelector("#station .undock").textContent === "Abdocken"`)
	p.click("#station .undock")
	p.inView("space")
	p.until("read German in space", `document.querySelector("#place .menu").textContent.includes("Karte") && document.querySelector("#overview .tabs").textContent.includes("Himmelskörper")`)
	s.say("goal", map[string]world.Value{"step": 1.0, "of": 11.0, "name": "undock", "text": "Leave.", "order": "undock"})
	p.until("read German of the goal", `document.querySelector("#place .goal h2").textContent === "Ziel 1 von 11"`)
	p.shoot("german")
	p.do("become a phone", chromedp.EmulateViewport(390, 844, chromedp.EmulateMobile, chromedp.EmulateTouch))
	p.click(`#tabs [data-panel="menu"]`)
	p.until("have all of it in sight", `[...document.querySelectorAll("button, h1, h2")].every((n) => { if (!n.checkVisibility()) return true; const r = n.getBoundingClientRect(); return r.left >= -1 && r.right <= 391; })`)
	p.shoot("german-phone")
}
