package release

import (
	"slices"
	"sync"
	"testing"
)

// twoCanaries is a production shard in which a patch is a canary on S00, and
// saved files are one on S01.
func twoCanaries(t *testing.T) *shard {
	t.Helper()
	s := newShard(t, true, 3, returns(1))
	s.patched("main:main.value", "function() return 7 end", "S00")
	s.save("m.lua", returns(2))
	s.verdict(s.ctl.Grant(bg, Wish{Units: []string{"S01"}}, "amy"), Apply)
	return s
}

func TestAWishIsNotOvertakenByTheEndOfACanary(t *testing.T) {
	for range 50 {
		s := twoCanaries(t)
		number := s.ctl.Status().Canary
		var both sync.WaitGroup
		both.Go(func() { s.ctl.Rollback(bg, number, "bob", "enough") })
		both.Go(func() { s.ctl.Grant(bg, Wish{Units: []string{"S02"}}, "amy") })
		both.Wait()
		if p := s.ctl.Patches()[0]; !slices.Equal(p.Canary, []string{"S00"}) {
			t.Fatalf("the patch runs on %v", p.Canary)
		}
	}
}

func TestACanaryThatHasEndedIsNotPromotedAsOne(t *testing.T) {
	s := twoCanaries(t)
	number := s.ctl.Status().Canary
	s.verdict(s.ctl.Rollback(bg, number, "watchdog", "it fails"), Apply)
	s.verdict(s.ctl.Grant(bg, Wish{Release: number, Tried: true}, "amy"), Refuse, "R-STALE", "no canary any more")
	s.want("nothing has changed", s.values(), "S00=7 S01=1 S02=1")
	s.verdict(s.ctl.Grant(bg, Wish{Release: number, Units: []string{"S02"}}, "amy"), Refuse, "R-STALE", "not what waits")
}

func TestWhatIsPlannedIsWhatIsGranted(t *testing.T) {
	s := twoCanaries(t)
	number := s.ctl.Status().Canary
	for _, w := range []Wish{{}, {Release: 1}, {Release: number}, {Units: []string{"S02"}}, {Release: 99}, {Release: 99, Units: []string{"S02"}}} {
		plan, _ := s.ctl.PlanWish(bg, w)
		fresh := twoCanaries(t)
		if done := fresh.ctl.Grant(bg, w, "amy"); done.Verdict != plan.Verdict || done.Code != plan.Code {
			t.Errorf("%+v: planned %v, came to %v", w, plan, done)
		}
	}
}
