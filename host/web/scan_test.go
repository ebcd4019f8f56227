package web_test

import (
	"fmt"
	"testing"

	"github.com/chromedp/chromedp"
)

// lookAt turns the camera to a celestial, or away from it by so many radians.
func (p *page) lookAt(id int, off float64) {
	p.t.Helper()
	p.do("turn the camera", chromedp.Evaluate[chromedp.Void](fmt.Sprintf(
		`(() => { const { game, gaze: { camera } } = hotshard, c = game.sim.celestials.get(%d), o = game.own; camera.face(c.px - o.px, c.py - o.py, c.pz - o.pz); camera.yaw += %g; camera.pitch = 0; camera.aim(o.px, o.py, o.pz); })()`, id, off)))
}

// scanned scans and waits until a ship is, or is not, among what is found.
func (p *page) scanned(what, name string, there bool) {
	p.t.Helper()
	found := `[...document.querySelectorAll("#scan .contacts li")].some((n) => n.textContent.includes(` + quote(name) + `))`
	if !there {
		found = "!" + found
	}
	p.until("be ready to scan", `document.querySelector("#scan .primary")?.getAttribute("aria-disabled") !== "true"`)
	p.do("scan", chromedp.Focus(chromedp.CSS("#space")), chromedp.KeyEvent("r"))
	p.until(what, found)
}

// TestTheScanner finds a ship that is far beyond sight, where the camera looks and not elsewhere.
func TestTheScanner(t *testing.T) {
	t.Parallel()
	b := newBrowser(t)
	url, _, s := startServerOn(t, quarry(t))
	p := b.open(t, "cyd", url)
	p.signIn(p.name)
	p.inView("station")
	p.click("#station .undock")
	p.inView("space")
	p.eval(s, `
		local at = system.celestial(40000004).pos
		require("ship").spawn {type = "Dray", name = "Bo's Dray", pos = {x = at.x + 1e6, y = at.y, z = at.z + 1e6}}`)
	p.until("have looked around", `/[0-9]/.test(document.querySelector("#overview .far")?.textContent)`)
	p.lookAt(40_000_004, 0)
	p.scanned("find the ship", "Bo's Dray", true)
	p.until("read what it is, and how far", `/Dray.*~0\.02 AU/.test(document.querySelector("#scan .contacts").textContent) && document.querySelector("#scan .summary").textContent.includes("1 Dray")`)
	p.until("see how wide it looks", `!document.querySelector("#cone").hidden`)
	p.shoot("scanner")
	p.lookAt(40_000_004, 2)
	p.scanned("find nothing elsewhere", "Bo's Dray", false)
	p.lookAt(40_000_004, 0)
	p.press("#scan .places", "I - Belt 2 0.02 AU")
	p.until("have the place selected", `document.querySelector("#selected h2").textContent.includes("Belt 2")`)
	p.do("look on a phone", chromedp.EmulateViewport(390, 844))
	p.until("have the panel there", `document.querySelector("#scan").checkVisibility() && !document.querySelector("#overview").checkVisibility()`)
	p.inSight("the scanner")
	p.shoot("scanner-phone")
	p.click("#scan .close")
	p.until("have it put away", `!document.querySelector("#scan").checkVisibility() && document.querySelector("#cone").hidden`)
}
