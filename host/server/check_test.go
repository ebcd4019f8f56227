package server

import (
	"bytes"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"hotshard/console/command"
	"hotshard/runtime/gate/wire"
	"hotshard/runtime/release"
	"hotshard/runtime/world"
)

// slips are mistakes that no reload refuses: what is saved, and what is told of it.
var slips = []struct{ name, path, old, new, told string }{
	{"an event nobody fires", "flight.lua", "function command.crash", "function event.warp_landd(ship) return ship end\nfunction command.crash",
		"W-CHECK flight.lua:31:16 (error: no event is called warp_landd, did you mean warp_landed?)"},
	{"a renamed function that another file calls", "chat.lua", "function chat.say(", "function chat.speak(",
		"W-CHECK main.lua:6:15 (error: module chat has no say)"},
	{"a global nobody has", "flight.lua", "return {ship = id}", "return {ship = shipp}",
		"W-CHECK flight.lua:7:18 (error: undeclared name shipp)"},
	{"a word the API does not have", "flight.lua", "space.go_to(", "space.go_too(",
		"W-CHECK flight.lua:11:16 (error: space has no go_too, did you mean go_to?)"},
	{"a local nobody reads", "flight.lua", "return {ship = id}", "local mass = 1\n  return {ship = id}",
		"W-CHECK flight.lua:7:9 (warning: unused local mass)"},
}

func TestWhatTheCheckFindsIsToldWithTheReload(t *testing.T) {
	t.Parallel()
	cfg := config(t)
	edit(t, cfg, "flight.lua", "function command.crash() -- a mistake, for the tests of faults\n  return nothing.at_all\nend", "function command.crash() end")
	var log syncBuffer
	cfg.Log = slog.New(slog.NewTextHandler(&log, nil))
	s := start(t, cfg)
	ann := login(t, s.Addr(), "Ann", wire.JSON)
	amy := s.operator("amy", command.Operator)
	for _, c := range slips {
		edit(t, cfg, c.path, c.old, c.new)
		out := wait(t, s)
		if out.Verdict != release.Apply || len(out.Warnings) != 1 || out.Warnings[0].String() != c.told {
			t.Errorf("%s: %+v", c.name, out)
		}
		toast := ann.event("reload")
		if toast["ok"] != true || !strings.Contains(fmt.Sprint(toast["warnings"]), c.told) {
			t.Errorf("%s: the page is told %v", c.name, toast)
		}
		has(t, "reload status", amy.do("reload status"), c.told)
		has(t, "reload wait", amy.do("reload wait"), c.told)
		has(t, "the log", log.String(), c.told)

		edit(t, cfg, c.path, c.new, c.old)
		if out := wait(t, s); out.Verdict != release.Apply || len(out.Warnings) != 0 {
			t.Errorf("%s, mended: %+v", c.name, out)
		}
		if toast := ann.event("reload"); len(toast["warnings"].([]world.Value)) != 0 {
			t.Errorf("%s, mended: the page is told %v", c.name, toast)
		}
	}
}

// TestOldMistakesAreNoNews: what another file has been wrong about for long is not
// told with every save.
func TestOldMistakesAreNoNews(t *testing.T) {
	t.Parallel()
	cfg := config(t) // flight.lua has an undeclared name
	s := start(t, cfg)
	edit(t, cfg, "chat.lua", "text = text", `text = text .. "!"`)
	if out := wait(t, s); out.Verdict != release.Apply || len(out.Warnings) != 0 {
		t.Errorf("%+v", out)
	}
	edit(t, cfg, "flight.lua", "return {ship = id}", "return {ship = id, ok = true}")
	if out := wait(t, s); len(out.Warnings) != 1 || !strings.Contains(out.Warnings[0].Detail, "undeclared name nothing") {
		t.Errorf("the file itself: %+v", out)
	}
}

func TestProductionIsToldBeforeThePromotion(t *testing.T) {
	t.Parallel()
	cfg := operated(t, true)
	s := start(t, cfg)
	edit(t, cfg, "rule.lua", "half(x) + base", "haalf(x) + base")
	out := wait(t, s)
	if out.Verdict != release.Queue || !strings.Contains(fmt.Sprint(out.Warnings), "error: undeclared name haalf") {
		t.Errorf("%+v", out)
	}
	has(t, "the plan", s.operator("amy", command.Operator).do("release plan"), "undeclared name haalf")
}

// syncBuffer is a log that is read while it is written.
type syncBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *syncBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *syncBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

// TestADeletedFileIsToldWithItsMend: on the page and in the console, and what it says
// is to be done does it.
func TestADeletedFileIsToldWithItsMend(t *testing.T) {
	t.Parallel()
	cfg := config(t)
	save(t, cfg, "extra.lua", "return {}\n")
	edit(t, cfg, "main.lua", `require "flight"`, "require \"flight\"\nlocal _extra = require \"extra\"")
	s := start(t, cfg)
	ann := login(t, s.Addr(), "Ann", wire.JSON)
	amy := s.operator("amy", command.Operator)
	edit(t, cfg, "main.lua", "\nlocal _extra = require \"extra\"", "")
	wait(t, s)
	ann.event("reload")
	if err := os.Remove(filepath.Join(cfg.Scripts, "extra.lua")); err != nil {
		t.Fatal(err)
	}
	const mend = "Save it again or, if that is meant, unload extra"
	has(t, "reload wait", amy.do("reload wait"), "held W-FILE-GONE", "extra.lua it was deleted on disk", mend)
	if told := ann.event("reload"); told["held"] != true || told["ok"] != false || !strings.Contains(told["message"].(string), mend) {
		t.Errorf("the page is told %v", told)
	}
	amy.do("unload extra")
	if told := ann.event("reload"); told["ok"] != true || told["held"] != nil {
		t.Errorf("of the unload the page is told %v", told)
	}
}
