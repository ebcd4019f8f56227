package opspage_test

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"hotshard/host/browsertest"
)

// A system that is hot, and the function and module that make it so, are found with a
// click each, without anybody signing in; what fails stands with its traceback.
func TestWhatIsHotIsFoundInAFewClicks(t *testing.T) {
	t.Parallel()
	b := browsertest.New(t)
	s := start(t, false, 12)
	hot, failing := s.names[0], s.names[1]
	p := b.Open(t, "amy", "http://"+s.OpsAddr()+"/")
	p.Until("see which shard it is", `document.documentElement.dataset.kind === "development" && document.querySelector("#head h1").textContent === "tranquility" && `+has("#head .release", "r1"))
	p.Until("have the hot one first", `document.querySelector(".hottest li .name")?.textContent === `+quote(hot))
	p.Until("have its name beside the average", has(".tile[data-metric=cpu] .most", hot))
	p.Until("have the module among what takes time", has(".hot .share .name", "planted.burn"))
	p.Click(".hottest li button")
	p.Until("see whose peak it is", `document.querySelector(".peak h3").textContent === `+quote(hot)+` && document.querySelector(".peak .uplot canvas") !== null`)
	p.Until("see the function", `document.querySelector(".peak .share .name")?.textContent === "planted.burn"`)
	p.Shoot("peak")
	p.Until("see what its modules hold", has(".peak details", "Memory by module", "planted"))
	p.Until("see what modules hold in all systems", has(".held .share .name", "planted")+" && "+has(".held .note", "of Lua; the process takes"))
	p.Click(".hot .by button:nth-child(2)")
	p.Until("see the module", `document.querySelector(".hot .share .name")?.textContent === "planted"`)
	p.Click(".hot .by button:nth-child(3)")
	p.Until("see the system", `document.querySelector(".hot .share .name")?.textContent === `+quote(hot))

	p.Click(`.tile[data-metric="tick"]`)
	p.Until("see ticks", has(".picture .caption", "Tick time")+` && document.querySelector(".hottest li .name")?.textContent === `+quote(hot))
	p.Do("click on the highest mountain", chromedp.Evaluate[chromedp.Void](`document.querySelector(".peak header button").click()`))
	p.Until("have it closed", `document.querySelector(".peak").hidden`)
	p.Do("click on the picture", chromedp.Evaluate[chromedp.Void](`(() => {
		const c = document.querySelector("#range canvas"), box = c.getBoundingClientRect();
		c.dispatchEvent(new MouseEvent("click", {clientX: box.right - 8, clientY: box.bottom - 32, bubbles: true}));
	})()`))
	p.Until("have the foremost peak open", `!document.querySelector(".peak").hidden && document.querySelector(".peak h3").textContent === `+quote(hot))

	p.Until("be told that scripts fail", `Number(document.querySelector("#nav .count").textContent.replace("+", "")) > 0`)
	p.Click(`#nav [data-to="errors"]`)
	p.Until("see the function that fails", has("#errors .card h3", "planted.slip"))
	p.Click("#errors summary")
	p.Until("read its traceback", has("#errors .trace", "planted.slip", "planted.lua"))
	p.Click("#errors .actions button")
	p.Until("see where", `document.querySelector(".peak h3").textContent === `+quote(failing))
	p.Until("see what is wrong there", has(".peak details", "planted.slip"))

	p.Click(`#nav [data-to="console"]`)
	p.TypeInto("#console textarea", "system"+"\t")
	p.Until("be told how it can go on", has("#console .words", "systems"))
	p.TypeInto("#console textarea", "s\r")
	p.Until("read the answer", has("#console .out td", hot))
	p.TypeInto("#console textarea", "shutdown now\r")
	p.Until("be refused, and asked who one is", has("#console .out .error", "not-allowed")+` && document.querySelector("#sign").open`)
}

// The button is armed by the shard's name alone, every player is told, whoever comes
// later, too, and it is taken back on the page as in the console.
func TestTheBigRedButton(t *testing.T) {
	t.Parallel()
	b := browsertest.New(t)
	s := start(t, true, 3)
	ann := s.pilot("Ann")
	p := b.Open(t, "amy", "http://"+s.OpsAddr()+"/")
	p.Until("see production", `document.documentElement.dataset.kind === "production" && document.title.startsWith("PRODUCTION")`)
	p.Until("be a guest, who sees mountains and has no button", `document.querySelector("#head .in") !== null && document.querySelector("#head .stop").hidden && document.querySelector(".hottest li .name") !== null`)
	p.Click(`#nav [data-to="audit"]`)
	p.Until("be asked to sign in for more", has("#audit .none", "sign in"))

	p.Do("follow the link of the console", chromedp.Navigate(s.link("")))
	p.Until("be an admin", has("#head .who .role", "admin")+` && !document.querySelector("#head .stop").hidden && !location.hash.includes("sign-in")`)
	p.Do("reload the page", chromedp.Reload())
	p.Until("be signed in still", has("#head .who .role", "admin"))
	p.Click("#head .stop")
	p.TypeInto("#stop [name=why]", `new "disks"`)
	p.TypeInto("#stop [name=arm]", "tranquilit")
	p.Until("have it not armed", `document.querySelector("#stop .big").disabled`)
	p.TypeInto("#stop [name=arm]", "y")
	p.Until("have it armed", `!document.querySelector("#stop .big").disabled`)
	p.Shoot("armed")
	p.Click("#stop .big")
	p.Until("see it count", `!document.querySelector("#countdown").hidden && /^1[45]:\d\d$/.test(document.querySelector("#countdown .left").textContent) && `+has("#countdown .why", `new "disks"`))
	p.Shoot("countdown")
	if m := ann.hears("shutdown"); m["reason"] != `new "disks"` || m["seconds"].(float64) > 900 || m["seconds"].(float64) < 600 {
		t.Errorf("a player hears %v", m)
	}
	ben := s.pilot("Ben")
	if m, _ := ben.hears("welcome")["shutdown"].(map[string]any); m["reason"] != `new "disks"` {
		t.Errorf("who comes later hears %v", m)
	}
	if status := s.run("status"); !strings.Contains(status, `"shutdown_why": "new \"disks\""`) {
		t.Errorf("status says %s", status)
	}
	p.Click("#countdown .cancel")
	p.Until("see it taken back", `document.querySelector("#countdown").hidden`)
	if m := ann.hears("shutdown"); m["seconds"] != nil {
		t.Errorf("a player hears %v", m)
	}
	s.run("shutdown 1h --confirm tranquility")
	p.Until("see a colleague's", `!document.querySelector("#countdown").hidden && document.querySelector("#countdown .left").textContent.startsWith("59:")`)
	s.run("shutdown cancel")
	p.Until("see it taken back by the console", `document.querySelector("#countdown").hidden`)
	p.Click(`#nav [data-to="audit"]`)
	p.Until("read all that in the audit", has("#audit li", `shutdown 15m`)+" && "+has("#audit li", "shutdown cancel"))

	p.Click("#head .out")
	p.Until("be a guest again", `document.querySelector("#head .in") !== null && document.querySelector("#head .stop").hidden`)
}

// What waits is looked at, tried on one system, taken to all and taken back, each by the
// command that its button is.
func TestAReleaseGoesItsWayOnThePage(t *testing.T) {
	t.Parallel()
	b := browsertest.New(t)
	s := start(t, true, 3)
	p := b.Open(t, "amy", s.link(""))
	p.Until("be an admin", has("#head .who .role", "admin"))
	s.edit("planted.lua", "i % 7", "i % 5 -- less")
	s.run("reload wait")
	p.Click(`#nav [data-to="releases"]`)
	p.Until("see what waits", `document.querySelector("#releases .state.queued") !== null`)
	press := func(label string) {
		t.Helper()
		button := `[...document.querySelectorAll("#releases .cards .card button")].find((n) => n.textContent === ` + quote(label) + `)`
		p.Until("be offered "+label, button+` !== undefined`)
		p.Do("press "+label, chromedp.Evaluate[chromedp.Void](`void `+button+`.click()`))
	}
	press("Difference")
	p.Until("see it in colour", has("#releases .diff .add", "i % 5 -- less")+" && "+has("#releases .diff .del", "i % 7"))
	p.Shoot("release-difference")
	press("Plan")
	p.Until("see what it would do", has("#releases .outcome", "release plan", "planted.burn", "nothing was changed"))
	p.TypeInto("#releases .actions input", s.names[2])
	press("Canary there")
	p.Until("see it run as a canary", `document.querySelector("#releases .state.canary") !== null && `+has("#releases .outcome", "--canary @"+s.names[2], "applied r2"))
	p.Shoot("release-canary")
	press("Promote to all")
	p.Until("see it run everywhere", has("#releases .card header", "r3", "current")+` && `+has("#head .release", "r3"))
	press("Roll back")
	p.Until("see it taken back", has("#releases .card header", "r3", "rolled back"))

	s.run("patch planted.slip --canary @" + s.names[1] + " = function() return 1 end")
	p.Click("#releases .again")
	p.Until("see the patch", has("#releases .card header", "planted.slip", "canary"))
	press("Drop")
	p.Until("have it dropped", has("#releases .outcome", "drop 1")+" && "+has("#releases .none", "No function is patched"))
}

// Whoever comes as a viewer sees everything and changes nothing, an operator does the work of a
// day and cannot end the shard: by what the page offers, and by what it is answered.
func TestAViewerLooksAndAnOperatorActs(t *testing.T) {
	t.Parallel()
	b := browsertest.New(t)
	s := start(t, true, 3)
	refused := has("#console .out .error", "not-allowed")
	for _, role := range []string{"viewer", "operator"} {
		p := b.Open(t, role, s.link(" --role "+role))
		p.Until("be a "+role+", without the red button", has("#head .who .role", role)+` && document.querySelector("#head .stop").hidden`)
		p.Click(`#nav [data-to="audit"]`)
		p.Until("read the audit", `document.querySelector("#audit li") !== null`)
		p.Click(`#nav [data-to="console"]`)
		p.TypeInto("#console textarea", "shutdown 15m\r")
		p.Until("be refused the end of the shard", refused)
		p.TypeInto("#console textarea", "announce Hello from the "+role+"\r")
		p.Until("see the line", has("#console .out", "announce Hello from the "+role))
		if role == "viewer" {
			p.Until("be refused to speak to all", `[...document.querySelectorAll("#console .out .error")].filter((n) => n.textContent.includes("not-allowed")).length === 2`)
		} else {
			p.Until("have spoken to all", `document.querySelectorAll("#console .out .error").length === 1 && `+has("#console .out", "told"))
		}
		p.Shoot("as-" + role)
	}
	audit := s.run("audit --limit 20")
	if strings.Contains(audit, "shutdown ordered") || !strings.Contains(audit, "announce Hello from the operator") {
		t.Errorf("the audit says %s", audit)
	}
}

// What functions take is seen as a flame graph, of a system, a module and two releases beside
// each other, by pointer, by keyboard and on a phone.
func TestTheFlameGraph(t *testing.T) {
	t.Parallel()
	b := browsertest.New(t)
	s := start(t, false, 3)
	hot := s.names[0]
	frame := func(root, name string) string {
		return `document.querySelector(` + quote(root+` .frames [data-name="`+name+`"]`) + `)`
	}
	p := b.Open(t, "amy", "http://"+s.OpsAddr()+"/")
	p.Until("have the hot one first", `document.querySelector(".hottest li .name")?.textContent === `+quote(hot))
	p.Click(".hottest li button")
	p.Until("see what it takes, and who calls that", frame(".peak", "planted.burn")+` !== null && `+frame(".peak", "main/1")+` !== null`)
	p.Click(".peak .more")
	p.Until("have it larger", `location.hash === "#functions" && document.querySelector("#functions [name=system]").value === `+quote(hot)+` && `+frame("#functions", "planted.burn")+` !== null`)
	p.Until("be told in words", `/itself (9\d|100) %/.test(`+frame("#functions", "planted.burn")+`?.getAttribute("aria-label"))`)
	p.Shoot("flame")

	p.Do("go down by the keyboard", chromedp.Evaluate[chromedp.Void](`void `+frame("#functions", "all")+`.focus()`))
	p.TypeInto("#functions .frames [data-name=all]", kb.ArrowDown)
	p.Until("stand below", `Number(document.activeElement.getAttribute("aria-level")) === 2`)
	p.TypeInto("#functions .frames :focus", "\r")
	p.Until("have that fill the width", `document.activeElement.style.width === "100%" && !document.querySelector("#functions .out").hidden`)
	p.TypeInto("#functions .frames :focus", kb.Escape)
	p.Until("be back", `document.querySelector("#functions .out").hidden && document.activeElement.dataset.name === "all"`)
	p.Do("leave it", chromedp.Evaluate[chromedp.Void](`document.activeElement.blur()`))

	p.Do("choose the module", choose("module", "planted"))
	p.Until("see it without who calls it", `[...document.querySelectorAll("#functions .frames [aria-level='2']")].every((n) => n.dataset.name.startsWith("planted."))`)
	p.Click("#functions .same summary")
	p.Until("read the same", has("#functions .same tr", "planted.burn", "planted.lua"))

	s.edit("planted.lua", "burn(400000)", "burn(4000) + planted.other(200000)")
	s.edit("planted.lua", "function planted.slip", "function planted.other(n)\n  local sum = planted.burn(n)\n  return sum\nend\n\nfunction planted.slip")
	s.run("reload wait")
	p.Until("see the change at work", frame("#functions", "planted.other")+` !== null`)
	p.Do("compare it", choose("against", "1"))
	p.Until("see what takes more, in colour and by a sign", `!document.querySelector("#functions .legend.compared").hidden && `+frame("#functions", "planted.other")+`?.textContent.includes("▲")`)
	p.Until("read it", has("#functions .same tr", "planted.other", "▲"))
	p.Shoot("flame-compared")
	p.Do("hold a phone", chromedp.EmulateViewport(390, 844))
	p.Until("have all of it in sight", `document.documentElement.scrollWidth <= 390 && document.querySelector("#functions .frames").clientWidth > 300`)
	p.Shoot("flame-phone")
}

// choose takes an option of the section of functions.
func choose(name, value string) chromedp.Action[chromedp.Void] {
	return chromedp.Evaluate[chromedp.Void](`(() => {
		const select = document.querySelector("#functions [name=` + name + `]");
		select.value = ` + quote(value) + `;
		select.dispatchEvent(new Event("change", {bubbles: true}));
	})()`)
}
