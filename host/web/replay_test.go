package web_test

import (
	"context"
	"log/slog"
	"path/filepath"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"hotshard/console/command"
	"hotshard/host/spectate"
)

// TestAReplayInTheBrowser has a pilot lose the ship, takes the recording home, and watches it:
// by the buttons, by the keys, by the time line, as that pilot and as nobody.
func TestAReplayInTheBrowser(t *testing.T) {
	t.Parallel()
	b := newBrowser(t)
	url, _, s := startServer(t)
	ada := b.open(t, "ada", url)
	ada.signIn(ada.name)
	ada.inView("station")
	ada.click("#station .undock")
	ada.inView("space")
	ada.typeInto("#chat input", "o7, is this kept?\r")
	ada.until("read it", `document.querySelector("#chat .lines").textContent.includes("is this kept?")`)
	if _, err := s.Shard().Lua.Eval(t.Context(), command.Eval{System: "@Anvil", Author: "test", Write: true, Code: `
		local vessel = require "vessel"
		for _, p in ipairs(system.players()) do vessel.hurt(vessel.of(player.ship(p)), 1e6) end`}); err != nil {
		t.Fatal(err)
	}
	ada.until("be told of the loss", `document.querySelector("#death").open`)
	kept, err := s.Shard().Recordings.Keep(t.Context(), "@Anvil", time.Hour, "loss", "")
	if err != nil {
		t.Fatal(err)
	}

	p := b.open(t, "the spectator", "http://"+show(t, kept.Path)+"/")
	p.inView("station") // where she was at first
	p.until("see that it is a replay", `document.querySelector("#replay .badge").checkVisibility() && document.querySelector("#replay .title").textContent.includes("Anvil") && document.querySelector("#replay .title").textContent.includes("loss")`)
	p.until("be told of when it is", `document.querySelector("#replay .when").textContent.includes("tick")`)
	tick := `Number(document.querySelector("#replay .when").textContent.match(/tick (\d+)/)[1])`
	p.do("remember the tick", chromedp.Evaluate[chromedp.Void](`void (globalThis.first = `+tick+`)`))
	press := func(key string) {
		t.Helper()
		p.do("press "+key, chromedp.Evaluate[chromedp.Void](`void document.body.dispatchEvent(new KeyboardEvent("keydown", {key: `+quote(key)+`, bubbles: true, cancelable: true}))`))
	}
	press(".")
	p.until("be a tick on", tick+` > globalThis.first`)
	press(",")
	p.until("be back", tick+` === globalThis.first`)

	p.do("go to the end of the time line", chromedp.Evaluate[chromedp.Void](
		`(() => { const l = document.querySelector("#replay .line input"); l.value = l.max; l.dispatchEvent(new Event("change")); })()`))
	p.inView("space")
	p.until("be at the end", `document.querySelector("#replay .play").textContent === "Again"`)
	p.do("follow ada", chromedp.Evaluate[chromedp.Void](
		`(() => { const f = document.querySelector("#replay .follow"); f.value = [...f.options].find((o) => o.textContent.startsWith("ada")).value; f.dispatchEvent(new Event("change")); })()`))
	p.do("go fast", chromedp.Evaluate[chromedp.Void](
		`(() => { const f = document.querySelector("#replay .speed"); f.value = "16"; f.dispatchEvent(new Event("change")); })()`))
	press(" ")
	p.until("read what she read", `document.querySelector("#chat .lines").textContent.includes("is this kept?")`)
	p.until("be at the end again", `document.querySelector("#replay .play").textContent === "Again"`)
	p.do("open the log", chromedp.Evaluate[chromedp.Void](`void document.querySelector("#place [data-open='log']").click()`))
	p.until("read of it", `document.querySelector("#log .body").textContent.includes("Your Wren was destroyed")`)
	press("J")
	p.until("have no window open", `!document.querySelector("dialog[open]")`)
	p.shoot("e2e-replay")
	p.do("follow nobody", chromedp.Evaluate[chromedp.Void](
		`(() => { const f = document.querySelector("#replay .follow"); f.value = "0"; f.dispatchEvent(new Event("change")); })()`))
	p.rows("see her pod among everything", "ada's pod", true)
}

// show shows a recording, and returns where.
func show(t *testing.T, file string) string {
	t.Helper()
	th, err := spectate.New(spectate.Config{Data: filepath.Join(t.TempDir(), "d"), What: file, Listen: "127.0.0.1:0",
		Log: slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelWarn}))})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- th.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Errorf("the replay ended with: %v", err)
		}
	})
	return th.Addr()
}
