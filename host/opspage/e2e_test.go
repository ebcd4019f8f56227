package opspage_test

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

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
