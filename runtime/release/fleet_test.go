package release

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"testing"
	"time"
	"weak"

	"hotshard/runtime/script/code"
)

func TestUnitThatDoesNotAnswerRefusesTheBatchAndIsNamed(t *testing.T) {
	s := newShard(t, false, 3, returns(1))
	s.silent["S01"] = true
	s.verdict(s.save("m.lua", returns(2)), Refuse, "R-HOST", "S01 did not answer")
	s.want("nothing changed", s.values(), "S00=1 S01=1 S02=1")
	s.silent["S01"] = false
	s.verdict(s.save("m.lua", returns(2)), Apply) // the file was not to blame: the same content is tried again
	s.want("then all", s.values(), "S00=2 S01=2 S02=2")
}

func TestUnitThatFallsSilentInTheCommitTakesAllBack(t *testing.T) {
	s := newShard(t, false, 3, returns(1))
	s.silent["S01"], s.from = true, 3 // it has agreed
	s.before = func(step int) { s.silent["S01"] = step == 3 }
	s.verdict(s.save("m.lua", returns(2)), Refuse, "S01 did not answer")
	s.before = nil
	s.silent["S01"] = false
	s.want("none of them", s.values(), "S00=1 S01=1 S02=1")
	s.want("their releases", s.releases(), "S00=1 S01=1 S02=1")
	s.want("the journal", fmt.Sprint(s.journal.notes), "[2 refused]")
	if len(s.restart) != 0 {
		t.Errorf("started anew: %v", s.restart)
	}
	s.verdict(s.save("m.lua", returns(3)), Apply)
	s.want("the next", s.values(), "S00=3 S01=3 S02=3")
}

// TestGoingBackWaitsLonger takes back a release and a canary from units whose ticks
// have become long, perhaps by what is taken back.
func TestGoingBackWaitsLonger(t *testing.T) {
	s := newShard(t, true, 2, returns(1))
	s.save("m.lua", returns(2))
	s.ctl.Grant(bg, Wish{Units: []string{"S01"}}, "amy")
	forward := func() {
		t.Helper()
		if s.patient > DefaultPatience {
			t.Errorf("a change waits %v for the units", s.patient)
		}
	}
	back := func(o Outcome) {
		t.Helper()
		if s.verdict(o, Apply); s.patient < 5*DefaultPatience {
			t.Errorf("the way back waits %v for the units", s.patient)
		}
		s.patient = 0
	}
	forward()
	back(s.ctl.Rollback(bg, 0, "amy", ""))
	s.verdict(s.ctl.Grant(bg, Wish{}, "amy"), Apply)
	forward()
	back(s.ctl.Rollback(bg, 0, "amy", ""))
	o, p := s.patch(PatchRequest{Function: "m.f", Code: "function() return 3 end", Author: "amy"})
	s.verdict(o, Apply)
	forward()
	back(s.ctl.Drop(bg, p.ID, "amy"))
}

func TestUnitThatCannotGoBackStartsAnew(t *testing.T) {
	s := newShard(t, false, 3, returns(1))
	s.before = func(step int) {
		s.from = 0
		s.silent = map[string]bool{"S01": step == 3, "S00": step == 4} // S00 commits, and does not hear of the way back
	}
	s.verdict(s.save("m.lua", returns(2)), Refuse, "S01 did not answer")
	s.before, s.silent = nil, map[string]bool{}
	s.want("no mix", s.values(), "S00=1 S01=1 S02=1")
	s.want("started anew", fmt.Sprint(s.restart), "[S00]")
}

func TestOperatorWhoBreaksOffLeavesNoMix(t *testing.T) {
	s := newShard(t, true, 3, returns(1))
	s.save("m.lua", returns(2))
	ctx, breakOff := context.WithCancel(bg)
	s.before = func(step int) {
		if step == 3 { // the commit begins
			breakOff()
		}
	}
	s.verdict(s.ctl.Grant(ctx, Wish{}, "amy"), Apply)
	s.want("all of it", s.values(), "S00=2 S01=2 S02=2")
	s.verdict(s.ctl.Rollback(ctx, 0, "amy", "broken off before it began"), Refuse, "canceled")
	s.want("and none", s.values(), "S00=2 S01=2 S02=2")
}

func TestUnitStartedBetweenVoteAndCommit(t *testing.T) { // A04
	for _, at := range []int{2, 3} {
		s := newShard(t, false, 2, returns(1))
		s.before = func(step int) {
			if step == at {
				s.start("S99")
			}
		}
		s.verdict(s.save("m.lua", returns(2)), Apply)
		s.want("all", s.values(), "S00=2 S01=2 S99=2")
		s.want("releases", s.releases(), "S00=2 S01=2 S99=2")
	}
	s := newShard(t, false, 2, returns(1))
	s.verdict(s.save("m.lua", returns(2)), Apply)
	s.start("S99")
	s.want("later", s.values(), "S00=2 S01=2 S99=2")
}

func TestModuleLoadedBetweenStageAndVoteIsStagedAgain(t *testing.T) {
	s := newShard(t, false, 2, returns(1))
	s.verdict(s.save("late.lua", "return {n = 1}"), Ignore)
	s.before = func(step int) {
		if step == 5 { // the vote of the next batch
			s.want("loads it", s.eval("S01", `return require("late").n`), "1")
		}
	}
	s.verdict(s.save("late.lua", "return {n = 2}", "m.lua", returns(2)), Apply)
	s.before = nil
	s.want("the late module", s.eval("S01", `return require("late").n`), "2")
}

// TestLookingWaitsForNoCommit asks for the figures in the middle of a commit, as
// consoles and scrapes do.
func TestLookingWaitsForNoCommit(t *testing.T) {
	s := newShard(t, false, 2, returns(1))
	looked := make(chan Status, 10)
	s.before = func(int) {
		seen := make(chan struct{})
		go func() {
			if s.ctl.Frozen() != nil {
				t.Error("frozen")
			}
			looked <- s.ctl.Status()
			close(seen)
		}()
		select {
		case <-seen:
		case <-time.After(3 * time.Minute):
			t.Error("whoever looks has to wait")
		}
	}
	s.verdict(s.save("m.lua", returns(2)), Apply)
	if st := <-looked; st.Release != 1 {
		t.Errorf("in the middle of it: %+v", st)
	}
	if st := s.ctl.Status(); st.Release != 2 {
		t.Errorf("afterwards: %+v", st)
	}
	s.freeze()
	if s.ctl.Status().Frozen == nil {
		t.Error("the freeze does not show")
	}
}

func TestRollbackTwiceDoesNotBringTheBadOneBack(t *testing.T) {
	s := newShard(t, false, 2, returns(1))
	s.save("m.lua", returns(2))
	s.save("m.lua", returns(3))
	s.verdict(s.ctl.Rollback(bg, 0, "amy", ""), Apply)
	s.want("the one before", s.values(), "S00=2 S01=2")
	s.verdict(s.ctl.Rollback(bg, 0, "amy", ""), Apply)
	s.want("and before that", s.values(), "S00=1 S01=1")
	s.verdict(s.ctl.Rollback(bg, 3, "amy", ""), Apply) // by its number it can be had
	s.want("asked for", s.values(), "S00=3 S01=3")
	if !slices.Contains(s.journal.notes, "3 rolled back") {
		t.Errorf("the journal: %v", s.journal.notes)
	}
}

func TestHistoryIsBounded(t *testing.T) {
	s := newShard(t, false, 1, returns(0))
	for i := 1; i <= maxHistory+5; i++ {
		s.verdict(s.save("m.lua", returns(i)), Apply)
	}
	if n := len(s.ctl.history.records); n != maxHistory {
		t.Errorf("%d releases at hand", n)
	}
	if s.ctl.Find(1) != nil {
		t.Error("the first release is still at hand")
	}
	s.verdict(s.ctl.Rollback(bg, 1, "amy", ""), Refuse)
	first := code.NewRelease(1, map[string][]byte{"main.lua": []byte(mainSource), "m.lua": []byte(returns(0))})
	for range 2 * maxRecalled {
		s.ctl.Remember(first)
	}
	s.verdict(s.ctl.Rollback(bg, 1, "amy", ""), Apply)
	s.want("read back", s.values(), "S00=0")
}

func TestHistoryKeepsSourcesAndNoCode(t *testing.T) { // G04
	s := newShard(t, false, 2, returns(0))
	var ran []weak.Pointer[code.File]
	for i := 1; i <= maxHistory-1; i++ {
		ran = append(ran, weak.Make(s.ctl.Live().Files["m.lua"]))
		s.verdict(s.save("m.lua", returns(i)), Apply)
		s.verdict(s.save("n.lua", fmt.Sprint("return ", i)), Ignore)
	}
	runtime.GC()
	for i, f := range ran {
		if f.Value() != nil {
			t.Errorf("what version %d was compiled to is still held", i)
		}
	}
	for i, h := range s.ctl.history.records {
		if len(h.Release.Files) < 2 || len(h.Release.Files["m.lua"].Source) == 0 {
			t.Errorf("the source of release %d is gone", i)
		}
	}
	s.verdict(s.ctl.Rollback(bg, 4, "amy", ""), Apply)
	s.want("an old source runs again", s.values(), "S00=3 S01=3")
	s.want("with what nobody had required then", s.eval("S01", `return require("n")`), "3")
}

func TestSavingWhatNobodyHasRequiredMakesNoRelease(t *testing.T) {
	s := newShard(t, false, 3, returns(1))
	o := s.save("late.lua", "return {n = 1}")
	s.verdict(o, Ignore, "no system has required it")
	s.want("no release", s.releases(), "S00=1 S01=1 S02=1")
	s.want("no release in the journal, but the file", fmt.Sprint(s.journal.notes), "[1 amended [late.lua]]")
	s.want("but it is there", s.eval("S01", `return require("late").n`), "1")
	s.start("S99")
	s.want("for who starts later, too", s.eval("S99", `return require("late").n`), "1")
	s.verdict(s.save("late.lua", "return {n = 2}"), Apply)
	s.want("now it is in use", s.eval("S01", `return require("late").n`), "2")
	s.want("everywhere", s.releases(), "S00=2 S01=2 S02=2 S99=2")
	s.verdict(s.save("late.lua", "return {n = "), Refuse, "R-SYNTAX", "late.lua")
}

func TestSavingWhatIsRequiredInThatMomentMakesARelease(t *testing.T) {
	s := newShard(t, false, 2, returns(1))
	s.verdict(s.save("late.lua", "return {n = 1}"), Ignore)
	s.before = func(step int) {
		if step == 6 { // all have been asked
			s.want("loads it", s.eval("S01", `return require("late").n`), "1")
		}
	}
	s.verdict(s.save("late.lua", "return {n = 2}"), Apply)
	s.before = nil
	s.want("the new one", s.eval("S01", `return require("late").n`), "2")
	s.want("all of them", s.releases(), "S00=2 S01=2")
}
