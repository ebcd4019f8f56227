package server

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"hotshard/console/command"
	"hotshard/runtime/gate/wire"
	"hotshard/runtime/world"
)

// calls asks how often rule.fee has been called in a system: what no start gives back.
func (p person) calls(system string) string {
	p.t.Helper()
	return strings.TrimSpace(p.do("lua @" + system + " return require(\"rule\").calls"))
}

// TestScriptsThatChangedMeanwhileComeIn edits a file while a development shard is down: its
// systems go on, with the new code.
func TestScriptsThatChangedMeanwhileComeIn(t *testing.T) {
	t.Parallel()
	cfg := operated(t, false)
	s := start(t, cfg)
	amy := s.operator("amy", command.Admin)
	names := s.systemNames(2)
	for _, at := range names {
		amy.fee(at)
	}
	amy.do("patch rule.fee = function(x) rule.calls = rule.calls + 1 return 7 end")
	amy.fee(names[0])
	s.stop()
	edit(t, cfg, "rule.lua", "local base = 10", "local base = 20")
	save(t, cfg, "extra.lua", "local extra = {} function extra.n() return 3 end return extra")
	edit(t, cfg, "rule.lua", "return rule", "local extra = require \"extra\"\nfunction rule.more() return extra.n() end\nreturn rule")

	s = start(t, cfg)
	amy = s.operator("amy", command.Admin)
	if a, b := amy.calls(names[0]), amy.calls(names[1]); a != "2" || b != "1" {
		t.Errorf("the systems have counted %s and %s calls, not 2 and 1: %v", a, b, s.notices)
	}
	for _, at := range names {
		if got := amy.fee(at); got != "25" {
			t.Errorf("the fee in %s is %s, not that of the new file", at, got)
		}
	}
	if got := strings.TrimSpace(amy.do("lua @" + names[0] + " return require(\"rule\").more()")); got != "3" {
		t.Errorf("a new function gives %s", got)
	}
	edit(t, cfg, "rule.lua", "local base = 20", "local base = 30") // and goes on like any other
	wait(t, s)
	if got := amy.fee(names[0]); got != "35" {
		t.Errorf("after a save the fee is %s", got)
	}
	s.stop()

	if err := os.Remove(filepath.Join(cfg.Scripts, "extra.lua")); err != nil {
		t.Fatal(err)
	}
	edit(t, cfg, "rule.lua", "local extra = require \"extra\"\nfunction rule.more() return extra.n() end\n", "")
	s = start(t, cfg)
	amy = s.operator("amy", command.Admin)
	if a, got := amy.calls(names[0]), amy.fee(names[0]); a != "4" || got != "35" {
		t.Errorf("without a module that nobody needs any more: %s calls, a fee of %s: %v", a, got, s.notices)
	}
}

// TestProductionGoesOnAsItWas stops a production shard with patches, canaries and saved
// files that wait.
func TestProductionGoesOnAsItWas(t *testing.T) {
	t.Parallel()
	cfg := operated(t, true)
	s := start(t, cfg)
	amy := s.operator("amy", command.Admin)
	names := s.systemNames(3)
	one, two, three := names[0], names[1], names[2]
	amy.do("patch --sticky rule:half = function(x) return x end")
	for _, at := range names {
		amy.fee(at)
	}
	amy.do("patch --canary @" + one + " rule.fee = function(x) rule.calls = rule.calls + 1 return 100 end")
	edit(t, cfg, "rule.lua", "local base = 10", "local base = 20")
	wait(t, s)
	amy.do("release promote --canary @" + one + ",@" + two)
	for at, want := range map[string]string{one: "100", two: "30", three: "20"} {
		if got := amy.fee(at); got != want {
			t.Errorf("before the stop the fee in %s is %s, not %s", at, got, want)
		}
	}
	s.stop()

	s = start(t, cfg)
	amy = s.operator("amy", command.Admin)
	for _, at := range names {
		if calls, fee := amy.calls(at), amy.fee(at); calls != "2" || fee != "20" {
			t.Errorf("%s has counted %s calls, not 2, and its fee is %s, not 20: %v", at, calls, fee, s.notices)
		}
	}
	has(t, "the notices", strings.Join(s.identify().Notices, "\n"), "was a canary when the shard stopped", "is in force again")
	amy.do("release promote")
	if calls, fee := amy.calls(one), amy.fee(one); calls != "3" || fee != "30" {
		t.Errorf("after the promote: %s calls, a fee of %s", calls, fee)
	}
}

// TestAPatchOfOneObjectEndsWithTheShard: it is a canary, and canaries do not come back.
func TestAPatchOfOneObjectEndsWithTheShard(t *testing.T) {
	t.Parallel()
	cfg := operated(t, false)
	s := start(t, cfg)
	amy := s.operator("amy", command.Admin)
	at := s.systemNames(1)[0]
	amy.fee(at)
	amy.do(`patch --canary @` + at + ` --on 'require("rule")' rule.fee = function(x) return 0 end`)
	if got := amy.fee(at); got != "0" {
		t.Fatalf("patched, the fee is %s", got)
	}
	s.stop()
	s = start(t, cfg)
	amy = s.operator("amy", command.Admin)
	if calls, fee := amy.calls(at), amy.fee(at); calls != "1" || fee != "15" {
		t.Errorf("the system has counted %s calls, and the fee is %s", calls, fee)
	}
}

// TestASystemThatCannotBeKeptCostsItselfAlone keeps one from being written.
func TestASystemThatCannotBeKeptCostsItselfAlone(t *testing.T) {
	t.Parallel()
	cfg := living(t)
	s := start(t, cfg)
	ann := login(t, s.Addr(), "Ann", wire.JSON)
	home := ann.event("system")["name"].(string)
	ann.do("sign", nil)
	ann.do("say", map[string]world.Value{"text": "x"})
	// A folder where the file would have to be.
	if err := os.MkdirAll(s.images().path(world.SystemAddress(home)), 0o700); err != nil {
		t.Fatal(err)
	}
	s.stop()
	if err := os.Remove(s.images().path(world.SystemAddress(home))); err != nil {
		t.Fatal(err)
	}

	s = start(t, cfg)
	has(t, "the notices", strings.Join(s.identify().Notices, "\n"), home+" could not be kept when the shard stopped")
	ann = login(t, s.Addr(), "Ann", wire.JSON)
	if lines, names := said(ann.do("lines", nil)), ann.do("pacts", nil); lines != "" || names != "Ann" {
		t.Errorf("its chat is %q, and the ledger, which was kept, has %q", lines, names)
	}
	if v, err := s.store.Get(context.Background(), scriptSpace, "stopping"); err != nil || v != 1.0 {
		t.Errorf("the scripts of a system that is not kept were not told that it stops: %v %v", v, err)
	}
	s.stop()

	s = start(t, cfg)
	if got := strings.Join(s.identify().Notices, "\n"); strings.Contains(got, "could not be kept") {
		t.Errorf("the next start says it again: %s", got)
	}
}

// TestAFolderThatCannotBeWrittenCostsTheImages, and nobody's game.
func TestAFolderThatCannotBeWrittenCostsTheImages(t *testing.T) {
	t.Parallel()
	cfg := living(t)
	s := start(t, cfg)
	ann := login(t, s.Addr(), "Ann", wire.JSON)
	home := ann.event("system")["name"]
	ann.do("undock", nil)
	if err := os.WriteFile(s.images().dir, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	s.stop()
	if err := os.Remove(s.images().dir); err != nil {
		t.Fatal(err)
	}
	s = start(t, cfg)
	has(t, "the notices", strings.Join(s.identify().Notices, "\n"), "could not be kept")
	ann = login(t, s.Addr(), "Ann", wire.JSON)
	if place := ann.event("system"); place["name"] != home || place["ship"] == nil {
		t.Errorf("Ann is in %v with ship %v", place["name"], place["ship"])
	}
}
