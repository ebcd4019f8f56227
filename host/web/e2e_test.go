package web_test

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"hotshard/console/command"
	"hotshard/data/store"
	"hotshard/host/server"
	"hotshard/runtime/world"
)

// startShard runs a real server with the game's own scripts (a copy, so that the
// test may edit them) on a small map, and returns its address and their folder.
func startShard(t *testing.T) (url, scripts string) {
	t.Helper()
	url, scripts, _ = startServer(t)
	return url, scripts
}

// startServer does the same and returns the server, too.
func startServer(t *testing.T) (url, scripts string, s *server.Server) {
	t.Helper()
	return startServerOn(t, smallUniverse(t))
}

// startServerOn is startServer on another map, on which everybody begins in Anvil.
func startServerOn(t *testing.T, m *world.Universe) (url, scripts string, s *server.Server) {
	t.Helper()
	return startServerIn(t, m, "Anvil")
}

// startServerIn is startServerOn where everybody begins in another system.
func startServerIn(t *testing.T, m *world.Universe, home string) (url, scripts string, s *server.Server) {
	t.Helper()
	dir := t.TempDir()
	scripts = filepath.Join(dir, "scripts")
	if err := os.CopyFS(scripts, os.DirFS("../../scripts")); err != nil {
		t.Fatal(err)
	}
	s, err := server.New(server.Config{
		Listen: "127.0.0.1:0", Scripts: scripts, Data: filepath.Join(dir, "data"), Map: m, Home: home,
		Log:      slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelWarn})),
		HashCost: store.HashCost{MemoryKiB: 8, Passes: 1},
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Errorf("the shard ended with: %v", err)
		}
	})
	return "http://" + s.Addr() + "/", scripts, s
}

// rows waits until a name is, or is not, in the overview.
func (p *page) rows(what, name string, there bool) {
	p.t.Helper()
	expression := `[...document.querySelectorAll("#overview .entry:not([hidden]) .name")].some((n) => n.textContent === ` + quote(name) + `)`
	if !there {
		expression = "!" + expression
	}
	p.until(what, expression)
}

// choose clicks on a row of the overview.
func (p *page) choose(name string) {
	p.t.Helper()
	p.rows("have "+name+" in the overview", name, true)
	p.do("choose "+name, chromedp.Evaluate[chromedp.Void](
		`[...document.querySelectorAll("#overview .entry:not([hidden])")].find((n) => n.querySelector(".name").textContent === `+quote(name)+`).click()`))
	p.until("have "+name+" selected", `document.querySelector("#selected h2").textContent.includes(`+quote(name)+`)`)
}

// order presses one of the selected thing's buttons.
func (p *page) order(label string) {
	p.t.Helper()
	p.do("order "+label, chromedp.Evaluate[chromedp.Void](
		`[...document.querySelectorAll("#selected .commands button")].find((n) => n.textContent === `+quote(label)+`).click()`))
}

func quote(s string) string { return `"` + strings.ReplaceAll(s, `"`, `\"`) + `"` }

func (p *page) toast(kind, text string) {
	p.t.Helper()
	p.until("read "+text, `[...document.querySelectorAll(".toast.`+kind+`")].some((n) => n.textContent.includes(`+quote(text)+`))`)
}

// TestTwoPlayersInOneShard is the thin line through the product: two people sign
// in, undock, see each other, talk; one warps to a gate and jumps; then somebody
// edits the game under them.
func TestTwoPlayersInOneShard(t *testing.T) {
	t.Parallel()
	b := newBrowser(t)
	url, scripts := startShard(t)
	ada, bo := b.open(t, "ada", url), b.open(t, "bob", url)
	both := []*page{ada, bo}
	for _, p := range both {
		p.signIn(p.name)
		p.inView("station")
		p.click("#station .undock")
		p.inView("space")
	}
	ada.rows("see Bo's ship", "bob's Wren", true)
	bo.rows("see Ada's ship", "ada's Wren", true)

	ada.typeInto("#chat input", "o7, who is there?\r")
	for _, p := range both {
		p.until("read what Ada says", `[...document.querySelectorAll("#chat .lines p")].some((n) => n.textContent === "ada o7, who is there?")`)
	}
	ada.choose("bob's Wren")
	ada.order("Invite")
	bo.until("be invited", `[...document.querySelectorAll(".toast .do")].some((n) => n.textContent === "Join")`)
	bo.click(".toast .do")
	ada.until("see a friend, by colour and shape", `document.querySelector("#overview [data-standing='fleet'] .icon")?.dataset.kind === "fleet"`)
	bo.do("reload the page", chromedp.Reload())
	bo.inView("space")
	bo.until("be in the fleet still", `document.querySelector("#overview [data-standing='fleet'] .name")?.textContent === "ada's Wren"`)
	bo.until("have the switch still", `document.querySelector("#hud .safety").textContent === "Safety on"`)
	bo.until("read what was said", `[...document.querySelectorAll("#chat .lines p")].some((n) => n.textContent === "ada o7, who is there?")`)
	ada.shoot("e2e-together")

	bo.choose("Gate to Harrow")
	bo.order("Warp")
	bo.until("be in warp", `document.querySelector("#hud .mode").textContent.startsWith("In warp")`)
	bo.shoot("e2e-warp")
	ada.rows("see Bo leave", "bob's Wren", false)
	bo.until("be near enough to jump", `document.querySelector("#selected .commands .primary") !== null`)
	bo.order("Jump")
	bo.until("be in Harrow", `document.querySelector("#place h1").textContent === "Harrow"`)
	bo.rows("see the gate back", "Gate to Anvil", true)

	near := `document.querySelector("#selected .commands .primary") !== null`
	ada.choose("I, Ropewalk Yards")
	ada.until("be near enough to dock", near)
	edit(t, filepath.Join(scripts, "station.lua"), func(code string) string {
		return strings.Replace(code, "station.dock_range = 2500", "station.dock_range = 100", 1)
	})
	ada.toast("good", "station.lua")
	ada.until("be too far, as the new code says", "!("+near+")")

	edit(t, filepath.Join(scripts, "chat.lua"), func(code string) string {
		return strings.Replace(code, "from = player.name(p)", `from = "Pilot " .. player.name(p)`, 1)
	})
	for _, p := range both {
		p.toast("good", "chat.lua")
	}
	ada.typeInto("#chat input", "now?\r")
	ada.until("be called as the new code says", `[...document.querySelectorAll("#chat .lines p")].some((n) => n.textContent === "Pilot ada now?")`)
	edit(t, filepath.Join(scripts, "chat.lua"), func(code string) string { return code + "\nthis is no Lua\n" })
	for _, p := range both {
		p.toast("bad", "chat.lua:")
	}
	ada.shoot("e2e-refused")
}

// TestANewPilot chooses a ship and its modules, follows the first goal, and loses the
// ship: that is on the screen until it was read, whatever becomes of the page.
func TestANewPilot(t *testing.T) {
	t.Parallel()
	b := newBrowser(t)
	url, _, s := startServer(t)
	p := b.open(t, "cyd", url)
	p.signIn(p.name)
	p.inView("station")
	p.until("have a goal", `document.querySelector("#place .goal").textContent.includes("Goal 1 of 11")`)
	p.click("#station .ships summary")
	press := func(label, box, row string) {
		t.Helper()
		button := `[...document.querySelectorAll(` + quote(box+" li") + `)].find((n) => n.textContent.includes(` + quote(row) + `))?.querySelector("button")`
		p.until("be offered "+row, button+` !== undefined`)
		p.do(label+" "+row, chromedp.Evaluate[chromedp.Void](`void `+button+`.click()`))
	}
	press("board", "#station .ships", "Kestrane")
	p.until("have it", `document.querySelector("#station .hangar").textContent.includes("cyd's Kestrane")`)
	p.click("#station .fit summary")
	p.until("see what is fitted", `document.querySelector("#station .fit select")?.value === "Light Launcher"`)
	p.until("read what it does", `document.querySelector("#station .fit .hint").textContent.includes("Missile")`)
	p.shoot("e2e-yard")
	p.do("fit another", chromedp.Evaluate[chromedp.Void](
		`(() => { const s = document.querySelector("#station .fit select"); s.value = "Light Railgun"; document.querySelector("#station .fit .primary").click(); })()`))
	p.until("have it fitted", `document.querySelector("#station .hangar").textContent.includes("Light Railgun")`)
	p.click("#station .undock")
	p.inView("space")
	for _, step := range []string{"Goal 2 of 11", "Goal 3 of 11"} { // look, and fly
		p.until("have "+step, `document.querySelector("#place .goal").textContent.includes("`+step+`") && document.querySelector("#place .goal .do").checkVisibility()`)
		p.click("#place .goal .do")
	}
	p.until("have the hunt as the goal", `document.querySelector("#place .goal").textContent.includes("Goal 4 of 11")`)
	p.rows("see the place", "Planet I", true)
	p.until("be told who lurks there", `document.querySelector("#overview").textContent.includes("Pirates")`)
	p.click("#place .goal .do")
	p.until("be on the way", `/warp/i.test(document.querySelector("#hud .mode").textContent)`)

	if _, err := s.Shard().Lua.Eval(t.Context(), command.Eval{System: "@Anvil", Author: "test", Write: true, Code: `
		local vessel = require "vessel"
		for _, p in ipairs(system.players()) do vessel.hurt(vessel.of(player.ship(p)), 1e6) end`}); err != nil {
		t.Fatal(err)
	}
	for _, when := range []string{"at once", "after a reload"} {
		p.until("be told of the loss "+when, `document.querySelector("#death").open && document.querySelector("#death").textContent.includes("Your Kestrane is destroyed")`)
		if when == "at once" {
			p.do("reload the page", chromedp.Reload())
			p.inView("space")
		}
	}
	p.shoot("e2e-death")
	p.click("#death .close")
	p.until("have it put away", `!document.querySelector("#death").open`)
	p.do("reload the page", chromedp.Reload())
	p.inView("space")
	p.until("have all that is told again", `document.querySelector("#place .goal").textContent.includes("Goal")`)
	if p.text("#death h2") != "" {
		t.Error("a loss that was read is told again")
	}
}

// edit saves a changed file as an editor would.
func edit(t *testing.T, path string, change func(string) string) {
	t.Helper()
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	after := change(string(before))
	if after == string(before) {
		t.Fatalf("%s: the edit changes nothing", path)
	}
	if err := os.WriteFile(path, []byte(after), 0o644); err != nil {
		t.Fatal(err)
	}
}
