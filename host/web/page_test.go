package web_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"

	"hotshard/runtime/script/code"
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
	t.Parallel()
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
	s.say("notice", map[string]world.Value{"text": "Welcome, Ada. You are docked."})
	p.until("be welcomed", `document.querySelector("#toasts").textContent.includes("You are docked")`)
	p.do("let a while pass", chromedp.Evaluate[chromedp.Void](
		`(() => { const now = performance.now.bind(performance); performance.now = () => now() + 3000; })()`))
	p.click("#station .undock")
	p.inView("space")
	p.until("have what was said of the station put away", `!document.querySelector("#toasts").textContent.includes("You are docked")`)
	p.until("see the gate in the overview", `document.querySelector("#overview .rows").textContent.includes("Gate to Harrow")`)
	p.shoot("space")
}

func TestPageResumesAfterADropAndAReload(t *testing.T) {
	t.Parallel()
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
	t.Parallel()
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
	s.say("reload", map[string]world.Value{"ok": true, "restored": true, "release": 4.0, "files": []world.Value{}, "message": "", "warnings": []world.Value{}, "broken": []world.Value{}})
	toast("good", "restored")
	p.until("have the refusal put away", `!document.querySelector("#toasts").textContent.includes("ship.lua:12")`)
	s.say("reload", map[string]world.Value{"ok": true, "release": 5.0, "files": []world.Value{"chat.lua"}, "message": "",
		"warnings": []world.Value{code.Warn(code.WStateKept, "chat.longest", "live=100 base=500 new=300").String(),
			code.Warn(code.WCheck, "main.lua:6:15", "error: module chat has no say").String()}, "broken": []world.Value{}})
	toast("announce", "chat.longest keeps its live value 100")
	toast("announce", "main.lua:6:15: error: module chat has no say")
	s.say("reload", map[string]world.Value{"ok": false, "held": true, "release": 5.0, "files": []world.Value{"chat.lua"}, "message": "chat.lua it was deleted. Save it again or, if that is meant, unload chat"})
	toast("announce", "unload chat")
	s.say("tests", map[string]world.Value{"ok": false, "release": 5.0, "passed": 3.0, "failed": 1.0, "failures": []world.Value{"chat_test.it_shouts: chat_test.lua:4: not equal"}, "left": []world.Value{}})
	toast("bad", "chat_test.lua:4: not equal")
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

// What is done with keys, mouse and buttons arrives as the right command.
func TestPageSendsOrders(t *testing.T) {
	t.Parallel()
	s, b := newStage(t), newBrowser(t)
	p := b.open(t, "ada", s.URL)
	p.signIn("Ada")
	p.click("#station .undock")
	p.inView("space")
	p.choose("Gate to Harrow")
	p.do("choose 10 km", chromedp.Evaluate[chromedp.Void](
		`(() => { const s = document.querySelector("#selected select"); s.value = "10000"; s.dispatchEvent(new Event("change")); })()`))
	p.order("Orbit")
	if args := s.heard(p, "orbit"); args["id"] != float64(anvilGate) || args["range"] != 10_000.0 {
		t.Errorf("orbit was asked with %v", args)
	}
	p.do("focus space", chromedp.Focus(chromedp.CSS("#space")))
	p.do("press keys", chromedp.KeyEvent("q"), chromedp.KeyEvent("e"), chromedp.KeyEvent("s"), chromedp.KeyEvent(" "))
	if args := s.heard(p, "approach"); args["id"] != float64(anvilGate) {
		t.Errorf("approach was asked with %v", args)
	}
	if args := s.heard(p, "keep"); args["range"] != 10_000.0 {
		t.Errorf("keep was asked with %v", args)
	}
	if args := s.heard(p, "warp"); args["range"] != 0.0 {
		t.Errorf("warp was asked with %v", args)
	}
	s.heard(p, "stop")
	p.do("turn and zoom", mouseDrag(600, 500, 700, 520), chromedp.Evaluate[chromedp.Void](
		`void document.querySelector("#space").dispatchEvent(new WheelEvent("wheel", {deltaY: 300, bubbles: true, cancelable: true}))`))
	for !slices.Contains(s.commands(), "direction") { // on a busy machine two clicks may be too far apart to be a double one
		p.do("double-click in space", chromedp.MouseClickXY(640, 620, chromedp.ClickCount(1)), chromedp.MouseClickXY(640, 620, chromedp.ClickCount(2)))
		time.Sleep(100 * time.Millisecond)
	}
	dir, _ := s.heard(p, "direction")["dir"].([]world.Value)
	if len(dir) != 3 {
		t.Fatalf("direction was asked with %v", dir)
	}
	var length float64
	for _, c := range dir {
		length += c.(float64) * c.(float64)
	}
	if length < 0.999 || length > 1.001 {
		t.Errorf("the direction %v is no unit vector", dir)
	}
	p.do("press keys", chromedp.KeyEvent("?"))
	p.until("see the keys", `document.querySelector("#help").open && document.querySelector("#help").textContent.includes("Star map")`)
	p.shoot("help")
}

// A fight is led from the page: what the ship carries, locks, the safety switch.
func TestPageLeadsAFight(t *testing.T) {
	t.Parallel()
	s, b := newStage(t), newBrowser(t)
	p := b.open(t, "ada", s.URL)
	p.signIn("Ada")
	p.click("#station .undock")
	p.inView("space")
	p.until("see no switch the server does not speak of", `!document.querySelector("#hud .safety").checkVisibility()`)
	s.say("safety", map[string]world.Value{"on": true})
	p.until("see the safety on", `document.querySelector("#hud .safety").textContent === "Safety on"`)
	p.click("#hud .safety")
	if args := s.heard(p, "safety"); args["on"] != false {
		t.Errorf("safety was asked with %v", args)
	}
	s.say("safety", map[string]world.Value{"on": false})
	p.until("see the safety off", `document.querySelector("#hud .safety[aria-pressed='false']")?.textContent === "Safety off"`)

	bo := b.open(t, "bob", s.URL)
	bo.signIn("Bo")
	bo.click("#station .undock")
	bo.inView("space")
	p.choose("Bo's Wren")
	p.order("Lock")
	if args := s.heard(p, "lock"); args["id"] != float64(world.FirstDynamicID+2) {
		t.Errorf("lock was asked with %v", args)
	}
	s.say("lock", map[string]world.Value{"id": world.FirstDynamicID + 2, "state": "locked"})
	s.say("module", map[string]world.Value{"slot": 1.0, "type": "Light Railgun", "group": "gun", "cycle": 4.0, "on": false})
	p.until("see the target", `document.querySelector("#hud .target")?.textContent.includes("Bo's Wren")`)
	p.do("fire", chromedp.Focus(chromedp.CSS("#space")), chromedp.KeyEvent("1"))
	if args := s.heard(p, "activate"); args["slot"] != 1.0 || args["id"] != float64(world.FirstDynamicID+2) {
		t.Errorf("activate was asked with %v", args)
	}
	p.shoot("fight")

	// It ends for Bo: the lock goes with the ship, and the log keeps what was.
	s.say("aimed", map[string]world.Value{"id": world.FirstDynamicID + 2, "name": "Bo's Wren", "state": "locked"})
	p.until("be warned", `document.querySelector("#hud .aimed").textContent.includes("Bo's Wren has locked you")`)
	p.until("see a foe, and not by the colour alone", `document.querySelector("#overview [data-standing='hostile'] .icon")?.dataset.kind === "hostile"`)
	s.say("destroyed", map[string]world.Value{"id": world.FirstDynamicID + 2, "name": "Bo's Wren", "by_name": "Ada's Wren"})
	p.until("have no target and no warning left", `!document.querySelector("#hud .target, #hud .aimed li")`)
	p.do("reload the page", chromedp.Reload())
	p.inView("space")
	p.do("open the log", chromedp.Focus(chromedp.CSS("#space")), chromedp.KeyEvent("j"))
	p.until("read what was before", `document.querySelector("#log").textContent.includes("Bo's Wren is destroyed by Ada's Wren.")`)
	p.shoot("log")
	p.do("shut it with its key", chromedp.KeyEvent("j"))
	p.until("have it shut", `!document.querySelector("#log").open`)
}

// mouseDrag presses, moves and releases the left button.
func mouseDrag(x0, y0, x1, y1 float64) chromedp.Action[chromedp.Void] {
	return func(ctx context.Context, t *chromedp.Target) (chromedp.Void, error) {
		for _, step := range []chromedp.Action[chromedp.Void]{
			chromedp.MouseEvent(input.DispatchMouseEventTypeMousePressed, x0, y0, chromedp.ButtonLeft, chromedp.ClickCount(1)),
			chromedp.MouseEvent(input.DispatchMouseEventTypeMouseMoved, (x0+x1)/2, (y0+y1)/2, chromedp.ButtonLeft),
			chromedp.MouseEvent(input.DispatchMouseEventTypeMouseMoved, x1, y1, chromedp.ButtonLeft),
			chromedp.MouseEvent(input.DispatchMouseEventTypeMouseReleased, x1, y1, chromedp.ButtonLeft, chromedp.ClickCount(1)),
		} {
			if _, err := step(ctx, t); err != nil {
				return chromedp.Void{}, err
			}
		}
		return chromedp.Void{}, nil
	}
}

// On a phone everything is there, and nothing sticks out.
func TestPageFitsAPhone(t *testing.T) {
	t.Parallel()
	s, b := newStage(t), newBrowser(t)
	p := b.open(t, "ada", s.URL)
	p.do("become a phone", chromedp.EmulateViewport(390, 844, chromedp.EmulateMobile, chromedp.EmulateTouch))
	fits := func(what string) {
		t.Helper()
		p.until("fit "+what, `[...document.querySelectorAll("button, input, select, h1, h2")].every((n) => {
			if (!n.checkVisibility()) return true;
			const r = n.getBoundingClientRect();
			return r.left >= -1 && r.right <= 391 && r.top >= -1 && r.bottom <= 845;
		})`)
	}
	fits("the login")
	p.signIn("Ada")
	p.inView("station")
	fits("the station")
	p.click("#station .undock")
	p.inView("space")
	fits("space")
	p.click(`#tabs [data-panel="overview"]`)
	p.choose("Gate to Harrow")
	fits("overview and selection")
	p.click(`#tabs [data-panel="overview"]`)
	p.until("close the overview", `!document.querySelector("#overview").checkVisibility()`)
	p.click(`#tabs [data-panel="chat"]`)
	p.typeInto("#chat input", "hello\r")
	p.until("read the chat", `document.querySelector("#chat .lines").textContent.includes("Ada hello")`)
	fits("chat")
	p.click(`#tabs [data-panel="menu"]`)
	fits("the menu")
	p.click(`#tabs [data-open="map"]`)
	p.until("see the map", `document.querySelector("#map").open`)
	fits("the map")
	p.shoot("phone-map-small")
}

func TestPageFollowsARoute(t *testing.T) {
	t.Parallel()
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
	p.do("set the destination from the keyboard", chromedp.Focus(chromedp.CSS("#map .fly")), chromedp.KeyEvent("\r"))
	p.until("have it said", `document.querySelector("#map .fly").textContent === "Destination set"`)
	p.do("press Space and Escape", chromedp.KeyEvent(" "), chromedp.KeyEvent("\u001b"))
	p.until("have the map shut", `!document.querySelector("#map").open`)
	p.until("read the route", `document.querySelector("#place .leg").textContent === "2 jumps to Low Ember, next Harrow"`)
	p.until("be near the gate", `document.querySelector("#place .next").textContent.startsWith("Jump")`)
	p.shoot("route")
	s.say("rules", map[string]world.Value{"jump_range": 100.0})
	p.until("have to come nearer, as the scripts say", `document.querySelector("#place .next").textContent.startsWith("Approach gate")`)
	s.say("rules", map[string]world.Value{"jump_range": 9000.0})
	p.until("be near enough", `document.querySelector("#place .next").textContent.startsWith("Jump")`)
	p.click("#place .next")
	p.until("be in Harrow", `document.querySelector("#place h1").textContent === "Harrow"`)
	p.until("have one jump left", `document.querySelector("#place .leg").textContent === "1 jump to Low Ember"`)
}

// The shard counts down: everybody sees how long it still has and why, until it is called
// off.
func TestTheCountdownIsSeen(t *testing.T) {
	t.Parallel()
	s, p := pilotInSpace(t)
	s.say("shutdown", map[string]world.Value{"seconds": 3600.0, "reason": "new disks"})
	p.until("see it count", `/^(1:00:00|59:\d\d)$/.test(document.querySelector("#closing strong").textContent) && document.querySelector("#closing").textContent.includes("new disks")`)
	p.until("see it run", `document.querySelector("#closing strong").textContent.startsWith("59:")`)
	p.shoot("countdown")
	s.say("shutdown", nil)
	p.until("see it go", `document.querySelector("#closing").hidden`)
}
