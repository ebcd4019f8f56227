package release

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"hotshard/runtime/world"
)

func TestCanaryRunsOnItsUnitsAndPromotes(t *testing.T) {
	s := newShard(t, true, 3, returns(1))
	s.verdict(s.save("m.lua", returns(2)), Queue)
	s.verdict(s.ctl.Grant(bg, Wish{Units: []string{"S01"}}, "amy"), Apply)
	s.want("one of them", s.values(), "S00=1 S01=2 S02=1")
	s.want("releases", s.releases(), "S00=1 S01=2 S02=1")
	s.verdict(s.ctl.Grant(bg, Wish{}, "amy"), Apply)
	s.want("all", s.values(), "S00=2 S01=2 S02=2")
	s.want("under one number", s.releases(), "S00=3 S01=3 S02=3")
	if units, _ := s.ctl.CanaryUnits(); units != nil || len(s.ctl.Queued()) != 0 {
		t.Errorf("left: canary %v, queue %v", units, s.ctl.Queued())
	}
	s.want("calls are kept", s.eval("S01", `return require("m").calls`), "2")
}

func (s *shard) eval(unit, code string) string {
	got := ""
	s.units[unit].Eval(code, "test", func(v []world.Value, err error) {
		switch got = fmt.Sprint(err); {
		case err == nil && len(v) > 0:
			got = fmt.Sprint(v[0])
		case err == nil:
			got = ""
		}
	})
	return got
}

func TestCanaryUnitThatSleepsWakesOnTheCanary(t *testing.T) {
	s := newShard(t, true, 3, returns(1))
	s.save("m.lua", returns(2))
	s.ctl.Grant(bg, Wish{Units: []string{"S01"}}, "amy")
	s.unload("S01")
	s.start("S01")
	s.want("woken", s.values(), "S00=1 S01=2 S02=1")
	s.unload("S01")
	s.verdict(s.ctl.Rollback(bg, 0, "amy", "enough"), Apply)
	s.want("stopped", s.values(), "S00=1 S01=1 S02=1")
	s.unload("S01")
	s.start("S01")
	s.want("woken again", s.values(), "S00=1 S01=1 S02=1")
}

func TestStoppingACanaryAlwaysStops(t *testing.T) {
	s := newShard(t, true, 2, returns(1))
	s.save("m.lua", returns(2))
	s.ctl.Grant(bg, Wish{Units: []string{"S01"}}, "amy")
	at := s.each
	s.before = func(step int) { s.silent["S01"] = step == at+3 } // it agrees, and does not hear of the commit
	s.verdict(s.ctl.Rollback(bg, 0, "amy", ""), Apply)
	s.want("back", s.values(), "S00=1 S01=1")
	s.want("by a fresh start", fmt.Sprint(s.restart), "[S01]")
}

func TestRollbackWhileACanaryRuns(t *testing.T) {
	s := newShard(t, true, 2, returns(1))
	s.save("m.lua", returns(2))
	s.ctl.Grant(bg, Wish{}, "amy")
	s.save("m.lua", returns(3))
	s.ctl.Grant(bg, Wish{Units: []string{"S01"}}, "amy")
	s.verdict(s.ctl.Rollback(bg, 0, "amy", ""), Apply)
	s.want("the canary went first", s.values(), "S00=2 S01=2")
	s.ctl.Grant(bg, Wish{Units: []string{"S01"}}, "amy")
	s.verdict(s.ctl.Rollback(bg, 1, "amy", ""), Apply)
	s.want("and then all", s.values(), "S00=1 S01=1")
}

func TestCanaryThatCannotBePromotedStays(t *testing.T) {
	s := newShard(t, true, 3, returns(1))
	s.save("m.lua", returns(2))
	s.ctl.Grant(bg, Wish{Units: []string{"S01"}}, "amy")
	at := s.each
	s.before = func(step int) { s.silent["S02"] = step == at+3 } // S00 has committed
	s.verdict(s.ctl.Grant(bg, Wish{}, "amy"), Refuse, "S02 did not answer")
	s.silent["S02"] = false
	s.want("as before", s.values(), "S00=1 S01=2 S02=1")
	s.want("and so labelled", s.releases(), "S00=1 S01=2 S02=1")
	s.before = nil
	s.verdict(s.ctl.Grant(bg, Wish{}, "amy"), Apply)
	s.want("then all", s.values(), "S00=2 S01=2 S02=2")
}

func TestPlanWhileACanaryRuns(t *testing.T) {
	s := newShard(t, true, 2, returns(1))
	s.save("m.lua", returns(2))
	s.ctl.Grant(bg, Wish{Units: []string{"S01"}}, "amy")
	s.save("m.lua", returns(3))
	o, changes := s.ctl.Plan(bg, nil)
	if o.Verdict != Apply || len(changes) != 1 || changes[0].Name != "m.f" {
		t.Errorf("the plan: %+v %+v", o, changes)
	}
	s.want("nothing happened", s.values(), "S00=1 S01=2")
}

func TestSavedWhileACanaryRunsIsNotLost(t *testing.T) { // in development a patch may be a canary
	s := newShard(t, false, 2, returns(1))
	o, p := s.ctl.Patch(bg, PatchRequest{Function: "m.f", Code: "function(x) return 9 end", Author: "amy", Canary: []string{"S01"}})
	s.verdict(o, Apply)
	s.want("one of them", s.values(), "S00=1 S01=9") // P13
	s.verdict(s.save("other.lua", "return {}"), Queue)
	s.verdict(s.ctl.Drop(bg, p.ID, "amy"), Apply)
	s.want("dropped", s.values(), "S00=1 S01=1")
	if s.ctl.Live().Files["other.lua"] == nil || len(s.ctl.Queued()) != 0 {
		t.Errorf("the saved file was lost: %v", s.ctl.Queued())
	}
}

func TestErrorsOfACanaryAreItsOwn(t *testing.T) {
	s := newShard(t, true, 3, returns(1))
	s.save("m.lua", failing)
	s.ctl.Grant(bg, Wish{Units: []string{"S01"}}, "amy")
	s.pass(time.Hour) // a canary is watched for as long as it runs
	s.work(4)
	if _, did := s.ctl.Watch(bg); did {
		t.Fatal("4 errors are within the budget")
	}
	s.work(1)
	o, did := s.ctl.Watch(bg)
	if !did || o.Verdict != Apply || !strings.Contains(o.Message, "m.lua@") || !strings.Contains(o.Message, "5 errors") {
		t.Fatalf("the watchdog: %v %+v", did, o)
	}
	s.want("back", s.values(), "S00=1 S01=1 S02=1")
	if _, n := s.ctl.CanaryUnits(); n != 0 {
		t.Error("the canary still runs")
	}
}

// TestCanaryDoesNotEndTheWatchOverTheRelease promotes what fails, and tries something
// else in one unit before that shows.
func TestCanaryDoesNotEndTheWatchOverTheRelease(t *testing.T) {
	s := newShard(t, true, 1, returns(1))
	s.start("S02")
	s.save("m.lua", failing)
	s.verdict(s.ctl.Grant(bg, Wish{}, "amy"), Apply)
	o, _ := s.patch(PatchRequest{Function: "main:main.value", Code: "function() return 7 end", Author: "bob", Canary: []string{"S00"}})
	s.verdict(o, Apply)
	s.work(3) // three errors where the canary runs, which did not change m.f, and three elsewhere
	o, ok := s.ctl.Watch(bg)
	if !ok {
		t.Fatal("nothing was rolled back")
	}
	s.verdict(o, Apply, "rolled back by itself", "m.lua@", "in m.f")
	s.want("what fails is back, and the other canary is innocent", s.values(), "S00=7 S02=1")
	s.want("and works", s.eval("S00", `return require("m").f(1)`), "1")
	if units, _ := s.ctl.CanaryUnits(); len(units) != 1 {
		t.Errorf("the canary runs on %v", units)
	}
}

func TestOldErrorsDoNotCountAgainstARelease(t *testing.T) {
	old := "local m = {}\nlocal function helper(x) return x.y.z end\nfunction m.f(x) local r = helper(x) return r end\nreturn m\n"
	s := newShard(t, false, 1, old)
	s.work(5) // it failed before, in a helper
	s.verdict(s.save("m.lua", strings.Replace(old, "return r", "return r or 0", 1)), Apply)
	s.work(6)
	if o, did := s.ctl.Watch(bg); did {
		t.Fatalf("what failed before is held against the release: %+v", o)
	}
	s.work(25)
	if _, did := s.ctl.Watch(bg); !did {
		t.Fatal("five times as many errors are too many")
	}
}

func TestRollbackThatIsRefusedSaysSo(t *testing.T) {
	s := newShard(t, false, 1, returns(1))
	s.save("m.lua", failing)
	s.work(5)
	s.silent["S00"] = true
	o, did := s.ctl.Watch(bg)
	if !did || o.Verdict != Refuse || !strings.Contains(o.Message, "S00 did not answer") || strings.Contains(o.String(), "live:") {
		t.Errorf("%v %+v", did, o)
	}
}

func TestRollOutGoesOnByItself(t *testing.T) { // O07
	s := newShard(t, true, 20, returns(1))
	s.save("m.lua", returns(2))
	s.verdict(s.ctl.Grant(bg, Wish{Units: []string{"S07"}, Rollout: &Rollout{}}, "amy"), Apply, "step 1 of 3")
	on := func() int { return strings.Count(s.values(), "=2") }
	steps := func() (n int) {
		for range 100 {
			if _, did := s.ctl.Watch(bg); did {
				n++
			}
		}
		return n
	}
	if n := steps(); n != 0 || on() != 1 {
		t.Fatalf("%d steps at once; it runs on %d", n, on())
	}
	s.pass(10 * time.Second)
	if n := steps(); n != 1 || on() != 2 {
		t.Fatalf("%d steps after a quiet window; it runs on %d of 20", n, on())
	}
	s.pass(10 * time.Second)
	if n := steps(); n != 1 || on() != 20 {
		t.Fatalf("%d steps; it runs on %d of 20", n, on())
	}
	s.want("the last step", s.told[len(s.told)-1].Note, "roll-out, step 3 of 3")
}

func TestRollOutIsHeldAndTakenBack(t *testing.T) { // O07
	s := newShard(t, true, 20, returns(1))
	s.save("m.lua", failing)
	s.ctl.Grant(bg, Wish{Units: []string{"S07"}, Rollout: &Rollout{}}, "amy")
	s.pass(9 * time.Second)
	s.work(1)
	s.pass(time.Second)
	if _, did := s.ctl.Watch(bg); did {
		t.Fatal("it went on although its function fails")
	}
	s.pass(9 * time.Second)
	if o, did := s.ctl.Watch(bg); !did || len(o.Canary) != 2 {
		t.Fatalf("quiet for long enough: %+v", o)
	}
	s.work(3) // on two units
	if o, did := s.ctl.Watch(bg); !did || o.Verdict != Apply || !strings.Contains(o.Message, "rolled back by itself") {
		t.Fatalf("%+v", o)
	}
	if n := strings.Count(s.values(), "=1"); n != 20 {
		t.Errorf("%d of 20 are back: %s", n, s.values())
	}
	s.save("m.lua", returns(3))
	s.ctl.Grant(bg, Wish{Units: []string{"S07"}, Rollout: &Rollout{Shares: []float64{0.25, 0.5}}}, "amy")
	s.pass(10 * time.Second)
	s.ctl.Watch(bg)
	s.verdict(s.ctl.Rollback(bg, 0, "amy", "stop"), Apply)
	s.pass(time.Hour)
	if _, did := s.ctl.Watch(bg); did || strings.Count(s.values(), "=1") != 20 {
		t.Errorf("after a stop: %s", s.values())
	}
}

func TestWideningThatFailsLeavesTheCanaryAsItWas(t *testing.T) {
	s := newShard(t, true, 4, returns(1))
	s.save("m.lua", returns(2))
	s.ctl.Grant(bg, Wish{Units: []string{"S00"}}, "amy")
	at := s.each
	s.before = func(step int) { s.silent["S02"] = step == at+3 } // the commit
	s.verdict(s.ctl.Grant(bg, Wish{Units: []string{"S01", "S02"}}, "amy"), Refuse, "S02 did not answer")
	s.before, s.silent = nil, map[string]bool{}
	s.want("only the first", s.values(), "S00=2 S01=1 S02=1 S03=1")
	s.verdict(s.ctl.Grant(bg, Wish{Units: []string{"S01", "S02"}}, "amy"), Apply)
	s.want("wider", s.values(), "S00=2 S01=2 S02=2 S03=1")
	s.verdict(s.ctl.Grant(bg, Wish{}, "amy"), Apply)
	s.want("all", s.releases(), "S00=3 S01=3 S02=3 S03=3")
}

func TestFreezeAndThaw(t *testing.T) { // O08
	s := newShard(t, false, 2, returns(1))
	s.freeze()
	s.verdict(s.save("m.lua", returns(2)), Queue)
	s.verdict(s.save("n.lua", "return {}"), Queue)
	s.want("frozen", s.values(), "S00=1 S01=1")
	o, changes := s.ctl.Plan(bg, nil)
	if fmt.Sprint(o.Files) != "[m.lua n.lua]" || len(changes) != 1 || changes[0].Name != "m.f" {
		t.Errorf("the combined plan: %+v %+v", o, changes)
	}
	o = s.ctl.Thaw(bg, "amy")
	if o.Verdict != Apply || o.Release != 2 || fmt.Sprint(o.Files) != "[m.lua n.lua]" {
		t.Errorf("the thaw is one release of both: %+v", o)
	}
	s.want("thawed", s.values(), "S00=2 S01=2")
	s.verdict(s.save("m.lua", returns(3)), Apply)
	s.freeze()
	s.save("m.lua", "return {")
	s.verdict(s.ctl.Thaw(bg, "amy"), Refuse, "R-SYNTAX")
	if len(s.ctl.Queued()) != 0 {
		t.Error("what was refused is queued still")
	}
	s.verdict(s.save("m.lua", returns(4)), Apply)
}

func TestDriftNamesEveryDifference(t *testing.T) { // O09
	s := newShard(t, false, 2, returns(1))
	disk := map[string][]byte{"main.lua": []byte(mainSource), "m.lua": []byte(returns(1))}
	if d := s.ctl.Drift(disk); d != nil {
		t.Fatalf("nothing differs: %v", d)
	}
	s.ctl.Patch(bg, PatchRequest{Function: "m.f", Code: "function(x) return 9 end", Author: "amy"})
	disk["n.lua"] = []byte("return {")
	s.verdict(s.save("n.lua", "return {"), Refuse)
	s.freeze()
	disk["main.lua"] = []byte(mainSource + "-- later\n")
	s.verdict(s.save("main.lua", mainSource+"-- later\n"), Queue)
	disk["k.lua"] = []byte("return {}")
	s.want("drift", fmt.Sprint(s.ctl.Drift(disk)),
		"[{k.lua the disk differs; reload reads it} {m.lua patched: #1 m.f by amy, age 0s} {main.lua queued: it waits for thaw} {n.lua refused: what runs is older}]")
	delete(disk, "m.lua")
	s.want("gone", s.ctl.Drift(disk)[1].Why, "held: it is gone from the disk and runs on")
	if st := s.ctl.Status(); st.Patches != 1 || st.Queued != 1 || st.Frozen == nil || st.Hash != s.ctl.Live().Hash {
		t.Errorf("status: %+v", st)
	}
}

func TestPatchCloseAsMergedWithACanaryOfFiles(t *testing.T) {
	s := newShard(t, true, 2, returns(1))
	o, p := s.ctl.Patch(bg, PatchRequest{Function: "m.f", Code: "function(x) return 9 end", Author: "amy"})
	s.verdict(o, Apply)
	s.save("m.lua", "local m = {calls = 0}\nfunction m.f(x) return 9 end\nreturn m\n")
	s.verdict(s.ctl.Grant(bg, Wish{Units: []string{"S00"}}, "amy"), Apply)
	s.verdict(s.ctl.Drop(bg, p.ID, "amy"), Refuse, "R-STALE", "canary")
	s.verdict(s.ctl.Grant(bg, Wish{}, "amy"), Apply)
	if got := s.ctl.Patches()[0].Status; got != PatchMerged {
		t.Errorf("the patch is %s", got)
	}
}

func TestFileRenamedTogetherWithItsUser(t *testing.T) { // E14
	s := newShard(t, false, 2, returns(1))
	s.eval("S00", `(function() require("m").calls = 7 end)()`)
	n := strings.NewReplacer("local m ", "local n ", "m.", "n.", "return m", "return n").Replace(returns(5))
	b := Batch{Changed: map[string][]byte{"n.lua": []byte(n), "main.lua": []byte(strings.Replace(mainSource, `require "m"`, `require "n"`, 1))},
		Holds: []HoldReason{{Code: "W-FILE-GONE", Path: "m.lua", Detail: "is gone from the disk; its code stays"}}}
	out := s.ctl.Saved(bg, b, "disk")
	if len(out) != 2 || out[0].Verdict != Apply || out[1].Verdict != Hold || out[1].Code != "W-FILE-GONE" {
		t.Fatalf("%+v", out)
	}
	s.want("the new file's code", s.values(), "S00=5 S01=5")
	s.want("with its own state", s.eval("S00", `return require("n").calls`), "1")
	s.want("the old file's state stays", s.eval("S00", `return require("m").calls`), "7")
}
