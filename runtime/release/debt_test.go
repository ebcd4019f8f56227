package release

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

func TestFullDiskRefusesAndChangesNothing(t *testing.T) {
	s := newShard(t, false, 2, returns(1))
	s.journal.full = true
	s.verdict(s.save("m.lua", returns(2)), Refuse, "R-HOST", "no space left")
	s.want("nothing", s.values(), "S00=1 S01=1")
	s.journal.full = false
	s.verdict(s.save("m.lua", returns(2)), Apply) // reload reads the same bytes again
	s.journal.cannotClose = true
	s.verdict(s.save("m.lua", returns(3)), Apply, "live, but the store could not note it")
	s.want("live", s.values(), "S00=3 S01=3")
}

// TestAFullDiskHoldsNoRollbackUp: what is bad goes, and the store hears of it when it
// can.
func TestAFullDiskHoldsNoRollbackUp(t *testing.T) {
	s := newShard(t, false, 2, returns(1))
	s.verdict(s.save("m.lua", returns(2)), Apply)
	s.journal.full, s.journal.cannotClose = true, true
	o := s.ctl.Rollback(bg, 0, "amy", "")
	s.verdict(o, Apply)
	if told := fmt.Sprint(o.Warnings); !strings.Contains(told, "W-UNWRITTEN") || !strings.Contains(told, "no space left") || !strings.Contains(told, "release 2 again") {
		t.Errorf("it tells %s", told)
	}
	s.want("back", s.values(), "S00=1 S01=1")
	if o.Release != 3 {
		t.Errorf("it runs as release %d", o.Release)
	}
	s.pass(time.Minute)
	if o, did := s.ctl.Watch(bg); did {
		t.Errorf("the disk is full: %v", o)
	}
	s.verdict(s.save("m.lua", returns(4)), Refuse, "R-HOST", "no space left") // other changes wait
	s.journal.full = false
	for range 2 { // it is begun once, however often it cannot be finished
		s.pass(time.Minute)
		if o, did := s.ctl.Watch(bg); did || s.journal.n != 3 {
			t.Errorf("not written whole: %v, %d releases", o, s.journal.n)
		}
	}
	s.journal.cannotClose = false
	s.pass(time.Minute)
	if o, did := s.ctl.Watch(bg); !did || o.Verdict != Ignore || o.Release != s.journal.n || !strings.Contains(o.Message, "now knows it") {
		t.Fatalf("there is room again: %v %+v", did, o)
	}
	s.want("still back", s.values(), "S00=1 S01=1")
	if got := strings.Join(s.journal.notes, ", "); !strings.Contains(got, "2 rolled back") || !strings.Contains(got, "3 live") {
		t.Errorf("the store has %s", got)
	}
	if o, did := s.ctl.Watch(bg); did {
		t.Errorf("written twice: %v", o)
	}
	s.verdict(s.save("m.lua", returns(5)), Apply)
	s.want("on", s.values(), "S00=5 S01=5")
}

// TestTwoWaysBackOnAFullDisk are two releases, in the store too once it can be told.
func TestTwoWaysBackOnAFullDisk(t *testing.T) {
	s := newShard(t, false, 2, returns(1))
	s.verdict(s.save("m.lua", returns(2)), Apply)
	s.journal.full = true
	s.verdict(s.ctl.Rollback(bg, 0, "amy", ""), Apply)
	s.verdict(s.ctl.Rollback(bg, 2, "amy", ""), Apply)
	s.want("back and forth", s.values(), "S00=2 S01=2")
	s.journal.full = false
	s.pass(time.Minute)
	if o, did := s.ctl.Watch(bg); !did || o.Release != 4 || s.journal.n != 4 {
		t.Errorf("%v %+v, and the store has %d releases", did, o, s.journal.n)
	}
	if got := strings.Join(s.journal.notes, ", "); !strings.Contains(got, "3 live") || !strings.Contains(got, "4 live") {
		t.Errorf("the store has %s", got)
	}
	s.verdict(s.save("m.lua", returns(5)), Apply)
	if live := s.ctl.Live().Number; live != 5 {
		t.Errorf("the next is release %d", live)
	}
}

// TestAWayBackGetsTheNumberThatTheStoreGives, where that has given more of them than the
// controller knows of; and a save is not given it before.
func TestAWayBackGetsTheNumberThatTheStoreGives(t *testing.T) {
	for _, saved := range []bool{false, true} {
		s := newShard(t, false, 2, returns(1))
		s.verdict(s.save("m.lua", returns(2)), Apply)
		s.journal.full, s.journal.cannotClose = true, true
		s.verdict(s.ctl.Rollback(bg, 0, "amy", ""), Apply)
		s.journal.full, s.journal.cannotClose = false, false
		s.journal.n += 5
		want := s.journal.n + 2
		if saved {
			s.verdict(s.save("m.lua", returns(3)), Apply)
			s.want("on", s.values(), "S00=3 S01=3")
		} else {
			s.pass(time.Minute)
			if o, did := s.ctl.Watch(bg); !did || o.Verdict != Apply {
				t.Fatalf("%v %+v", did, o)
			}
			s.want("back", s.values(), "S00=1 S01=1")
		}
		if live := s.ctl.Live().Number; live != want || s.units["S00"].Release().Number != want {
			t.Errorf("release %d and %d, and the store has %d", live, s.units["S00"].Release().Number, want)
		}
		if o, did := s.ctl.Watch(bg); did {
			t.Errorf("again: %v", o)
		}
	}
}
