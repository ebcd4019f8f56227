package web_test

import (
	"slices"
	"testing"

	"github.com/chromedp/chromedp"

	"hotshard/runtime/world"
)

// commands lists the commands that came in so far.
func (s *stage) commands() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	names := make([]string, len(s.asked))
	for i, req := range s.asked {
		names[i] = req.Name
	}
	return names
}

// pilotInSpace is Ada, undocked, with the keys on space.
func pilotInSpace(t *testing.T) (*stage, *page) {
	s, b := newStage(t), newBrowser(t)
	p := b.open(t, "ada", s.URL)
	p.signIn("Ada")
	p.click("#station .undock")
	p.inView("space")
	p.do("focus space", chromedp.Focus(chromedp.CSS("#space")))
	return s, p
}

// Behind an open window no key flies the ship; its own key shuts it.
func TestKeysBelongToTheOpenWindow(t *testing.T) {
	t.Parallel()
	s, p := pilotInSpace(t)
	p.choose("Gate to Harrow")
	for _, window := range []struct{ key, id string }{{"m", "map"}, {"i", "ship"}, {"g", "fleet"}, {"j", "log"}, {"?", "help"}, {"c", "cargo"}, {"b", "market"}, {"y", "industry"}, {"p", "planets"}} {
		open := `document.querySelector("#` + window.id + `").open`
		p.do("press "+window.key, chromedp.Focus(chromedp.CSS("#space")), chromedp.KeyEvent(window.key))
		p.until("see "+window.id, open)
		p.do("press keys that fly", chromedp.KeyEvent("q"), chromedp.KeyEvent("s"), chromedp.KeyEvent("f"))
		p.do("lose the focus", chromedp.Evaluate[chromedp.Void](`document.activeElement.blur()`))
		p.do("press keys that fly", chromedp.KeyEvent("q"), chromedp.KeyEvent("s"), chromedp.KeyEvent("d"))
		p.do("press "+window.key+" again", chromedp.KeyEvent(window.key))
		p.until("have it shut", "!"+open)
	}
	if flown := slices.DeleteFunc(s.commands(), func(name string) bool {
		return !slices.Contains([]string{"approach", "warp", "jump"}, name)
	}); len(flown) > 0 {
		t.Errorf("behind a window the ship was flown: %v", flown)
	}
}

// What is said while a window is open is said over it.
func TestNoticesAreSeenOverAWindow(t *testing.T) {
	t.Parallel()
	s, p := pilotInSpace(t)
	p.do("open the fleet", chromedp.KeyEvent("g"))
	p.until("see it", `document.querySelector("#fleet").open`)
	s.say("announce", map[string]world.Value{"text": "Maintenance at noon"})
	p.until("read it on top of all", `(() => {
		const note = document.querySelector(".toast.announce")?.getBoundingClientRect();
		const seen = note && document.elementsFromPoint(note.left + 20, note.top + 20)[0];
		return note && getComputedStyle(document.querySelector("#toasts")).display === "grid" && document.querySelector("#toasts").matches(":popover-open") && Math.abs(note.top - 16) < 20 && seen !== undefined;
	})()`)
	p.shoot("over-a-window")
}

// Enter in the overview does what one most likely wants of the thing.
func TestEnterActsInTheOverview(t *testing.T) {
	t.Parallel()
	s, p := pilotInSpace(t)
	for _, row := range []struct{ name, command string }{{"I, Ropewalk Yards", "dock"}, {"Planet I", "warp"}, {"Gate to Harrow", "jump"}} {
		p.choose(row.name)
		p.do("press Enter", chromedp.Focus(chromedp.CSS("#overview .rows")), chromedp.KeyEvent("\r"))
		s.heard(p, row.command)
	}
	if slices.Contains(s.commands(), "approach") {
		t.Error("it flies to what is far instead of warping")
	}
}

// With any font nothing is cut: distances, percents, names of modules.
func TestTextsAreNotCut(t *testing.T) {
	t.Parallel()
	s, p := pilotInSpace(t)
	for slot, name := range []string{"Medium Shield Booster", "Armour Repairer", "Heavy Launcher", "Afterburner"} {
		s.say("module", map[string]world.Value{"slot": float64(slot + 1), "type": name, "cycle": 4.0, "on": false})
	}
	s.say("condition", map[string]world.Value{"id": world.FirstDynamicID + 1, "shield": 1.0, "armour": 1.0, "hull": 1.0, "capacitor": 1.0})
	whole := `[...document.querySelectorAll("#overview .far, #hud .bar b, #hud .bar .name, #hud .modules .name, #hud .modules button")]
		.filter((n) => n.checkVisibility() && n.textContent).every((n) => n.scrollWidth <= n.clientWidth + 1 || getComputedStyle(n).display === "inline")
		&& [...document.querySelectorAll("#hud .modules button")].every((n) => n.scrollHeight <= n.clientHeight + 1)
		&& [...document.querySelectorAll("#hud .bar b, #hud .modules .name")].every((n) => { const r = n.getBoundingClientRect(), h = document.querySelector("#hud").getBoundingClientRect(); return r.right <= h.right && r.left >= h.left; })`
	for _, font := range []string{"", "monospace", "serif"} {
		p.do("write with "+font, chromedp.Evaluate[chromedp.Void](`void document.documentElement.style.setProperty("--font", "`+font+`")`))
		for _, size := range [][2]int64{{1280, 800}, {1024, 700}, {390, 844}} {
			p.do("take another size", chromedp.EmulateViewport(size[0], size[1]))
			p.until("read all of it in "+font, whole)
		}
	}
	p.shoot("serif")
}

// The page is told of a loss so that nobody overlooks it, and says when it was read.
func TestALossIsUnmistakable(t *testing.T) {
	t.Parallel()
	s, p := pilotInSpace(t)
	s.say("death", map[string]world.Value{"ship": "Wren", "by": "Jackal Raider", "by_type": "Jackal Raider", "system": "Anvil", "at": 5.0,
		"causes": []world.Value{map[string]world.Value{"name": "Jackal Raider", "points": 640.0}}, "lost": []world.Value{"Light Railgun", "Light Railgun"}})
	p.until("see it", `document.querySelector("#death").open`)
	for _, text := range []string{"Your Wren is destroyed", "By Jackal Raider, in Anvil", "640 points", "Light Railgun", "Fly to a station"} {
		p.until("read "+text, `document.querySelector("#death").textContent.includes(`+quote(text)+`)`)
	}
	p.shoot("death")
	p.click("#death .home")
	if args := s.heard(p, "death"); args["read"] != true {
		t.Errorf("death was asked with %v", args)
	}
	s.heard(p, "dock")
}

// A session goes from tab to tab, and one that is over leads to a clean sign-in.
func TestTheSessionMovesToAnotherTab(t *testing.T) {
	t.Parallel()
	s, b := newStage(t), newBrowser(t)
	first := b.open(t, "ada", s.URL)
	first.signIn("Ada")
	first.inView("station")
	second := first.another(s.URL)
	second.inView("station")
	first.inView("login")
	first.until("be offered the way back", `document.querySelector("#login .again").checkVisibility()`)
	first.click("#login .again button")
	first.inView("station")
	second.inView("login")

	second.do("spoil the token", chromedp.Evaluate[chromedp.Void](`for (const kept of [localStorage, sessionStorage]) kept.setItem("hotshard.token", JSON.stringify("spoilt"))`), chromedp.Reload())
	second.until("be told that the session is over", `document.querySelector("#login .error").checkVisibility() && document.querySelector("#login .error").textContent.length > 10`)
	second.until("have the token forgotten, and no way back to it", `localStorage.getItem("hotshard.token") === null && sessionStorage.getItem("hotshard.token") === null && !document.querySelector("#login .again").checkVisibility()`)
	second.do("clear the form", chromedp.Evaluate[chromedp.Void](`document.querySelector("#login form").reset()`))
	second.signIn("Ada")
	second.inView("station")
}
