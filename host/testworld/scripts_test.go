package testworld_test

import (
	"os"
	"testing"

	"hotshard/bindings"
	"hotshard/host/testworld"
	"hotshard/runtime/script/luacheck"
	"hotshard/runtime/script/luatest"
)

const root = "../../scripts"

// TestScripts runs the game's own tests, as bin/host test does.
func TestScripts(t *testing.T) {
	for _, seed := range []uint64{1, 2} {
		result, err := luatest.Run(luatest.Options{Root: root, Seed: seed, Out: os.Stdout, New: testworld.New()})
		if err != nil {
			t.Fatal(err)
		}
		if result.Failed > 0 || result.Passed < 60 {
			t.Errorf("seed %d: %d passed, %d failed", seed, result.Passed, result.Failed)
		}
	}
}

// TestScriptsUnderReload runs them again while scripts are reloaded in the middle
// of every scenario: nobody may notice.
func TestScriptsUnderReload(t *testing.T) {
	result, err := luatest.Run(luatest.Options{Root: root, Seed: 3, Reloads: true, Out: os.Stdout, New: testworld.New()})
	if err != nil {
		t.Fatal(err)
	}
	if result.Failed > 0 {
		t.Errorf("%d passed, %d failed", result.Passed, result.Failed)
	}
}

// TestScriptsAreClean checks the game's scripts, as bin/host check does.
func TestScriptsAreClean(t *testing.T) {
	var events []string
	for _, e := range bindings.Events {
		events = append(events, e.Sig)
	}
	report, err := luacheck.Run(luacheck.Options{
		Root: root, Events: events, Types: bindings.CheckTypes, API: luacheck.FromTables(bindings.Tables()...), Tests: luacheck.FromTables(luatest.Tables()...),
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range report.Findings {
		t.Error(f)
	}
}
