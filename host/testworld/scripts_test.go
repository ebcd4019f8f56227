package testworld_test

import (
	"fmt"
	"os"
	"sync"
	"testing"

	"hotshard/bindings"
	"hotshard/host/server"
	"hotshard/host/testworld"
	"hotshard/runtime/script/luacheck"
	"hotshard/runtime/script/luatest"
	"hotshard/runtime/world"
)

const root = "../../scripts"

// described requires what the game sends to be in bindings.SentEvents, as it is sent.
func described(event string, fields map[string]world.Value) error {
	known, err := bindings.CheckSent(event, fields)
	if !known {
		return fmt.Errorf("the event %s is described nowhere: say in bindings/sent.go what it carries", event)
	}
	return err
}

// TestScripts runs the game's own tests, as bin/host test does; with HOTSHARD_THOROUGH in
// another order as well.
func TestScripts(t *testing.T) {
	seeds := []uint64{1}
	if os.Getenv("HOTSHARD_THOROUGH") != "" {
		seeds = append(seeds, 2)
	}
	var seen sync.Map // files of tests run beside each other
	note := func(event string, _ map[string]world.Value) error { seen.Store(event, true); return nil }
	for _, seed := range seeds {
		result, err := luatest.Run(luatest.Options{Root: root, Seed: seed, Out: os.Stdout, New: testworld.New(described, note), Replay: server.OpenReplay})
		if err != nil {
			t.Fatal(err)
		}
		if result.Failed > 0 || result.Passed < 60 {
			t.Errorf("seed %d: %d passed, %d failed", seed, result.Passed, result.Failed)
		}
	}
	for _, e := range bindings.SentEvents {
		if _, sent := seen.Load(e.Name()); !e.Core && !sent {
			t.Errorf("no test of the game's makes it send %s: is bindings/sent.go still right?", e.Name())
		}
	}
}

// TestScriptsUnderReload runs them again while scripts are reloaded in the middle
// of every scenario: nobody may notice.
func TestScriptsUnderReload(t *testing.T) {
	result, err := luatest.Run(luatest.Options{Root: root, Seed: 3, Reloads: true, Out: os.Stdout, New: testworld.New(), Replay: server.OpenReplay})
	if err != nil {
		t.Fatal(err)
	}
	if result.Failed > 0 {
		t.Errorf("%d passed, %d failed", result.Passed, result.Failed)
	}
}

// TestScriptsAreClean checks the game's scripts, as bin/host check does.
func TestScriptsAreClean(t *testing.T) {
	o := server.CheckOptions()
	o.Root = root
	report, err := luacheck.Run(o)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range report.Findings {
		t.Error(f)
	}
}
