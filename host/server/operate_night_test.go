package server

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"hotshard/console/command"
	"hotshard/runtime/gate/wire"
)

func TestFreezeOutlivesARestart(t *testing.T) {
	for name, production := range map[string]bool{"dev": false, "production": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cfg := operated(t, production)
			s := start(t, cfg)
			amy, bob := s.operator("amy", command.Admin), s.operator("bob", command.Admin)
			at := s.systemNames(1)[0]
			amy.do("patch --sticky rule:half = function(x) return x / 2 end")
			amy.do("freeze fleet fight")
			bob.refused("freeze mine", "amy", "fleet fight")
			edit(t, cfg, "rule.lua", "local base = 10", "local base = 20")
			wait(t, s)
			s.stop()

			s = start(t, cfg)
			bob = s.operator("bob", command.Admin)
			if got := bob.fee(at); got != "15" {
				t.Errorf("what was saved came in: %s", got)
			}
			for _, line := range []string{"patch rule.fee = function(x) return 1 end", "drop 1", "release promote", "release rollback", "unload rule"} {
				bob.refused(line, "frozen by amy since", "fleet fight")
			}
			has(t, "the notices", strings.Join(s.identify().Notices, "\n"), "frozen by amy", "fleet fight")
			has(t, "the status", bob.do("status"), "amy", "fleet fight")
			bob.do("thaw")
			if production {
				if got := bob.fee(at); got != "15" {
					t.Errorf("thawed, what was saved came in by itself: %s", got)
				}
			} else {
				s.until("thawed, what was saved does not come in", func() bool { return bob.fee(at) == "25" })
			}
			bob.refused("thaw", "not frozen")
			s.stop()
			s = start(t, cfg)
			if s.identify().Frozen != nil {
				t.Error("frozen again")
			}
		})
	}
}

// TestStatusAndReloadAgree asks both whether the disk differs, after a rollback.
func TestStatusAndReloadAgree(t *testing.T) {
	t.Parallel()
	cfg := operated(t, true)
	s := start(t, cfg)
	amy := s.operator("amy", command.Admin)
	at := s.systemNames(1)[0]
	amy.fee(at)
	agree := func(when, status, reload string) {
		t.Helper()
		has(t, when+": status", amy.do("reload status"), status)
		has(t, when+": reload", amy.do("reload"), reload)
	}
	has(t, "nothing differs", amy.do("reload"), "nothing to do")
	edit(t, cfg, "rule.lua", "local base = 10", "local base = 20")
	wait(t, s)
	agree("saved", "rule.lua queued", "rule.lua")
	amy.do("release promote")
	agree("promoted", "", "nothing to do")
	plan, done := amy.do("release rollback --plan"), amy.do("release rollback")
	if strings.Contains(plan, "refused") || !strings.Contains(done, "rule.lua") {
		t.Errorf("planned %s, did %s", plan, done)
	}
	if got := amy.fee(at); got != "15" {
		t.Errorf("rolled back: %s", got)
	}
	has(t, "rolled back: status", amy.do("reload status"), "rule.lua the disk differs; reload reads it")
	agree("rolled back", "the disk differs", "queued")
	has(t, "then status", amy.do("reload status"), "rule.lua queued")
	one := amy.do("release promote --plan --canary @" + at)
	has(t, "the plan for one system", one, "1 system,")
	amy.do("release promote --canary @" + at)
}

func TestPatchSaveWritesOnlyWhatIsForAll(t *testing.T) {
	t.Parallel()
	cfg := operated(t, false)
	s := start(t, cfg)
	amy := s.operator("amy", command.Admin)
	at := s.systemNames(1)[0]
	source := func() string {
		b, err := os.ReadFile(filepath.Join(cfg.Scripts, "rule.lua"))
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	amy.do("patch --canary @" + at + " --on rule rule.fee = function(x) return 70 end")
	amy.refused("patch save 1", "for rule in "+at+" only")
	amy.do("drop 1")
	amy.refused("patch save 1", "only")
	amy.do("patch --canary @" + at + " rule.fee = function(x) return 80 end")
	amy.refused("patch save 2", "promote 2 first")
	amy.do("drop 2")
	amy.refused("patch save 2", "dropped")
	if source() != ruleSource {
		t.Errorf("the file has changed:\n%s", source())
	}
	amy.do("patch rule.fee = function(x) return 90 end")
	amy.do("patch save 3")
	if !strings.Contains(source(), "return 90") {
		t.Errorf("it was not saved:\n%s", source())
	}
}

func TestRestartOfASystemKeepsItsPlayers(t *testing.T) {
	t.Parallel()
	cfg := operated(t, false)
	s := start(t, cfg)
	p := login(t, s.Addr(), "Ann", wire.JSON)
	home := p.event("system")["name"].(string)
	amy := s.operator("amy", command.Admin)
	amy.do(`lua --write @` + home + ` require("rule").calls = 7`)
	has(t, "the restart", amy.do("restart @"+home), "with 1 player in it")
	if got := strings.TrimSpace(amy.do(`lua @` + home + ` return require("rule").calls`)); got != "0" {
		t.Errorf("the scripts are not fresh: %s", got)
	}
	has(t, "who is there", amy.do("who @"+home), "Ann")
	p.do("say", nil)
	amy.refused("restart @"+s.systemNames(60)[59], "not loaded")
}

func TestTasksAndTimersAreEnded(t *testing.T) {
	t.Parallel()
	cfg := operated(t, true)
	save(t, cfg, "nap.lua", "local nap = {}\nfunction nap.long() sleep(1000) end\nevery(50, function() end)\nreturn nap\n")
	edit(t, cfg, "main.lua", `require "rule"`, "require \"rule\"\nrequire \"nap\"")
	s := start(t, cfg)
	amy := s.operator("amy", command.Admin)
	at := s.systemNames(1)[0]
	amy.do(`lua --write @` + at + ` local nap = require("nap") task.spawn(nap.long) task.spawn(nap.long)`)
	amy.refused("task stop nap.long --release 7", "no task fits")
	amy.do("patch nap.long = function() end")
	has(t, "the stragglers", amy.do("stragglers"), "nap.long")
	has(t, "by function and release", amy.do("task stop nap.long --release 1"), "ended 2 tasks")
	if list := amy.do("stragglers"); strings.Contains(list, "nap.long") {
		t.Errorf("stragglers: %s", list)
	}
	timers, err := s.Shard().Probe.Timers(context.Background(), at)
	if err != nil || len(timers) == 0 || timers[0].Every != 50 || timers[0].Module != "nap" {
		t.Fatalf("%+v %v", timers, err)
	}
	ended, err := s.Shard().Probe.StopTimers(context.Background(), at, []uint64{timers[0].ID})
	if err != nil || len(ended) != 1 {
		t.Errorf("%+v %v", ended, err)
	}
}

func TestSaveThatIsCutOffIsHeld(t *testing.T) {
	t.Parallel()
	cfg := operated(t, false)
	s := start(t, cfg)
	amy := s.operator("amy", command.Admin)
	at := s.systemNames(1)[0]
	save(t, cfg, "rule.lua", ruleSource[:strings.Index(ruleSource, "function rule.fee")])
	wait(t, s)
	has(t, "the outcome", amy.do("reload wait"), "held", "W-CUT-OFF", "rule.fee")
	has(t, "status", amy.do("reload status"), "cut off")
	has(t, "reload", amy.do("reload"), "held")
	if got := amy.fee(at); got != "15" {
		t.Errorf("what runs: %s", got)
	}
	amy.refused("reload accept main", "not held")
	amy.refused("reload accept nothing", "no file")
	save(t, cfg, "rule.lua", ruleSource)
	wait(t, s)
	amy.refused("reload accept rule.lua", "not held")
	if list := s.drift(); len(list) > 0 {
		t.Errorf("whole again: %s", list)
	}
	save(t, cfg, "rule.lua", ruleSource[:strings.Index(ruleSource, "return rule")])
	wait(t, s)
	has(t, "accepted", amy.do("reload accept rule"), "rule.lua")
}

func TestCountdownIsNotReplacedUnasked(t *testing.T) {
	t.Parallel()
	s := start(t, config(t))
	amy, bob := s.operator("amy", command.Admin), s.operator("bob", command.Admin)
	amy.do("shutdown 1h maintenance")
	bob.refused("shutdown 5m", "already, ordered by amy (maintenance)")
	bob.do("shutdown cancel")
	bob.refused("shutdown cancel", "no shutdown")
	// One that is cancelled in its last moment does not happen.
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	s.power.expire(ctx)
	select {
	case <-s.power.down:
		t.Error("it happened")
	default:
	}
	amy.do("shutdown now")
	bob.refused("shutdown cancel", "too late")
	if err := <-s.done; err != nil {
		t.Errorf("the shard ended with %v", err)
	}
	s.done = nil
}
