package web_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"hotshard/console/command"
	"hotshard/host/server"
	"hotshard/runtime/gate/client"
	"hotshard/runtime/gate/wire"
	"hotshard/runtime/world"
)

// quarry is Anvil with a belt, and another system.
func quarry(t *testing.T) *world.Universe {
	t.Helper()
	at := func(id world.EntityID, kind world.Kind, name string, x, radius float64) world.Celestial {
		return world.Celestial{ID: id, Kind: kind, Name: name, Pos: world.Vec3{X: x}, Radius: radius}
	}
	gate := func(id world.EntityID, name string, dest world.SystemID, other world.EntityID) world.Celestial {
		c := at(id, world.KindGate, name, 4e11, 2500)
		c.Dest, c.DestGate = dest, other
		return c
	}
	u, err := world.NewUniverse("quarry", 1, []world.SolarSystem{
		{ID: anvil, Name: "Anvil", Region: "The Bench", Constellation: "Works", Security: 0.9, Celestials: []world.Celestial{
			at(40_000_001, world.KindStar, "Star", 0, 7e8), at(40_000_002, world.KindPlanet, "Anvil I", 1.5e11, 6e6),
			at(40_000_003, world.KindBelt, "Anvil I - Belt 1", 1.52e11, 3e4), at(40_000_004, world.KindBelt, "Anvil I - Belt 2", 1.54e11, 3e4),
			at(anvilStation, world.KindStation, "Anvil I, Ropewalk Yards", 1.505e11, 18e3), gate(anvilGate, "Gate to Harrow", harrow, harrowGate)}},
		{ID: harrow, Name: "Harrow", Region: "The Bench", Constellation: "Works", Security: 0.45, Pos: world.Vec3{X: 2e16}, Celestials: []world.Celestial{
			at(40_000_011, world.KindStar, "Star", 0, 7e8), gate(harrowGate, "Gate to Anvil", anvil, anvilGate)}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// press presses a button by what stands on it, in what a selector finds.
func (p *page) press(box, label string) {
	p.t.Helper()
	button := fmt.Sprintf(`[...document.querySelectorAll(%s)].find((n) => n.textContent.trim() === %s && !n.disabled && n.checkVisibility())`, quote(box+" button"), quote(label))
	p.until("be offered "+label, button+` !== undefined`)
	p.do("press "+label, chromedp.Evaluate[chromedp.Void](`void `+button+`.click()`))
}

// stack chooses what lies in a place of the cargo window.
func (p *page) stack(place, thing string) {
	p.t.Helper()
	row := fmt.Sprintf(`[...document.querySelectorAll('#cargo .place[aria-label=%s] .stack')].find((n) => n.textContent.includes(%s))`, quote(place), quote(thing))
	p.until("have "+thing+" in the "+place, row+` !== undefined`)
	p.do("choose "+thing, chromedp.Evaluate[chromedp.Void](`void `+row+`.click()`))
}

// inSight says that nothing that can be pressed sticks out of the screen, sideways.
func (p *page) inSight(what string) {
	p.t.Helper()
	out, err := chromedp.Run(p.ctx, chromedp.Evaluate[string](`[...document.querySelectorAll("button, input, select")].filter((n) => n.checkVisibility() && !n.closest(".scroll, .rows, .tabs, .channels, .lines"))
		.map((n) => [n, n.getBoundingClientRect()]).filter(([, r]) => r.width && (r.left < -1 || r.right > innerWidth + 1)).map(([n, r]) => (n.textContent || n.name || n.ariaLabel) + " at " + Math.round(r.left) + ".." + Math.round(r.right)).join("; ")`))
	if err != nil || out != "" {
		t := p.t
		t.Errorf("%s: out of sight: %s %v", what, out, err)
	}
}

// TestFromTheFirstMinuteToTheFirstSale is a new pilot who digs, refines and sells, by hand, on
// a large screen and on a small one. Ways are cut short, and the lasers are quick.
func TestFromTheFirstMinuteToTheFirstSale(t *testing.T) {
	if os.Getenv("HOTSHARD_SHOTS") == "" {
		t.Skip("only with HOTSHARD_SHOTS, a folder: it takes a picture of each step, to be looked at")
	}
	t.Parallel()
	b := newBrowser(t)
	url, scripts, s := startServerOn(t, quarry(t))
	edit(t, filepath.Join(scripts, "types", "modules_miners.lua"), func(code string) string {
		return strings.Replace(code, "cycle = 20, cap_use = 6,", "cycle = 1, cap_use = 0,", 1)
	})
	awaitSmelters(t, s)
	for _, size := range []struct{ width, height int64 }{{1280, 800}, {390, 844}} {
		t.Run(fmt.Sprintf("%dx%d", size.width, size.height), func(t *testing.T) {
			p := b.open(t, fmt.Sprintf("eve%d", size.width), url)
			p.do("have a screen", chromedp.EmulateViewport(size.width, size.height))
			sell(t, p, s, fmt.Sprintf("sale-%d-", size.width))
		})
	}
}

// awaitSmelters waits until corporations have said what they pay for what is dug: on a shard
// that has just begun nobody else buys anything.
func awaitSmelters(t *testing.T, s *server.Server) {
	t.Helper()
	c, err := client.Dial(t.Context(), "ws://"+s.Addr()+"/play", client.Options{Codec: wire.JSON})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	if err := c.Login(t.Context(), "Onlooker", "secret secret"); err != nil {
		t.Fatal(err)
	}
	for t.Context().Err() == nil {
		v, err := c.Request(t.Context(), "market_book", map[string]world.Value{"type": "Ferrite"})
		if err != nil {
			t.Fatal(err)
		}
		if page, _ := v.(map[string]world.Value); len(page["buys"].([]world.Value)) > 0 {
			return
		}
		time.Sleep(100 * time.Millisecond)
	}
}

// sell is the way of one pilot.
func sell(t *testing.T, p *page, s *server.Server, shot string) {
	small := strings.Contains(shot, "390")
	p.signIn(p.name)
	p.inView("station")
	p.shoot(shot + "1-station")
	p.inSight("docked")
	p.click("#station .fit summary")
	p.until("be offered a laser", `[...document.querySelectorAll("#station .fit select option")].some((o) => o.value === "Small Mining Laser")`)
	p.do("choose lasers", chromedp.Evaluate[chromedp.Void](`for (const s of [...document.querySelectorAll("#station .fit select")].slice(0, 2)) { s.value = "Small Mining Laser"; s.dispatchEvent(new Event("change")); }`))
	p.until("see what that would do", `document.querySelector("#station .sheet")?.textContent.includes("Mining")`)
	p.do("look at it", chromedp.Evaluate[chromedp.Void](`document.querySelector("#station .sheet").scrollIntoView()`))
	p.shoot(shot + "2-fitting")
	p.inSight("fitting")
	p.press("#station .fit", "Fit these")
	p.until("have them", `document.querySelector("#station .hangar").textContent.includes("Small Mining Laser")`)
	p.click("#station .undock")
	p.inView("space")

	if small {
		p.press("#tabs", "Overview")
	}
	p.choose("I - Belt 1")
	p.shoot(shot + "3-space")
	p.inSight("in space")
	p.hasten(s, 40_000_003)
	p.order("Mine")
	p.until("have ore", `[...document.querySelectorAll("#hud .report, #chat .lines")].some((n) => /in the hold/.test(n.textContent))`)
	p.shoot(shot + "4-mining")
	p.until("see that it mines", `[...document.querySelectorAll("#selected .commands button")].some((n) => n.textContent === "Stop mining")`)
	p.order("Stop mining")
	p.choose("I, Ropewalk Yards")
	p.hasten(s, anvilStation)
	p.order("Dock")
	p.inView("station")

	p.click(`#station [data-open="cargo"]`)
	p.until("see the hold", `document.querySelector('#cargo .place[aria-label="Hold"] .stack') !== null`)
	p.shoot(shot + "5-cargo")
	p.inSight("cargo")
	p.do("choose the ore", chromedp.Evaluate[chromedp.Void](`document.querySelector('#cargo .place[aria-label="Hold"] .stack').click()`))
	p.shoot(shot + "6-chosen")
	p.press("#cargo .actions", "To hangar")
	p.do("choose it in the hangar", chromedp.Evaluate[chromedp.Void](`new Promise((done) => { const look = () => { const n = document.querySelector('#cargo .place[aria-label="Hangar"] .stack'); n ? done(n.click()) : setTimeout(look, 50); }; look(); })`))
	p.press("#cargo .actions", "Refine")
	p.stack("Hangar", "Ferrite")
	p.shoot(shot + "7-refined")
	p.press("#cargo .actions", "Sell")
	p.until("see what is wanted", `document.querySelector("#market").open && document.querySelector('#market [aria-label="Wanted"] td') !== null`)
	p.shoot(shot + "8-market")
	p.inSight("the market")
	p.press("#market [aria-label='Your order']", "Sell")
	p.until("have sold it", `/^Sold [\d,]+ for/.test(document.querySelector("#market [aria-label='Your order'] [role=status]")?.textContent ?? "")`)
	p.shoot(shot + "9-sold")
	p.press("#market .tabs", "Wallet")
	p.until("see the money", `document.querySelector("#market .body").textContent.includes("Ferrite")`)
	p.shoot(shot + "10-wallet")
	p.inSight("the wallet")
}

// hasten puts a pilot's ship where it would be after some time.
func (p *page) hasten(s *server.Server, id world.EntityID) {
	p.t.Helper()
	if _, err := s.Shard().Lua.Eval(p.t.Context(), command.Eval{System: "@Anvil", Author: "test", Write: true, Code: fmt.Sprintf(`
		for _, p in ipairs(system.players()) do
			if player.name(p) == %q and player.ship(p) then space.teleport(player.ship(p), system.celestial(%d).pos) end
		end`, p.name, id)}); err != nil {
		p.t.Fatal(err)
	}
}
