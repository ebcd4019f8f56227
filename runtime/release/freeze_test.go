package release

import (
	"errors"
	"strings"
	"testing"
	"time"
)

func TestFrozenRefusesEveryChangeOfCode(t *testing.T) {
	for _, production := range []bool{false, true} {
		s := newShard(t, production, 2, two(1, 1))
		o, live := s.patch(PatchRequest{Function: "m.g", Code: "function() return 5 end", Author: "bob"})
		s.verdict(o, Apply)
		o, canary := s.patch(PatchRequest{Function: "m.f", Code: "function() return 7 end", Author: "bob", Canary: []string{"S01"}})
		s.verdict(o, Apply)
		s.freeze()
		s.verdict(s.save("m.lua", two(2, 1)), Queue)
		for name, do := range map[string]func() Outcome{
			"patch": func() Outcome {
				o, _ := s.patch(PatchRequest{Function: "m.f", Code: "function() end", Author: "bob"})
				return o
			},
			"canary patch": func() Outcome {
				o, _ := s.patch(PatchRequest{Function: "m.g", Code: "function() end", Author: "bob", Canary: []string{"S00"}})
				return o
			},
			"patch of an object": func() Outcome {
				o, _ := s.patch(PatchRequest{Function: "m.f", Instance: `require("m")`, Code: "function() end", Author: "bob", Canary: []string{"S00"}})
				return o
			},
			"drop":          func() Outcome { return s.ctl.Drop(bg, live.ID, "bob") },
			"drop a canary": func() Outcome { return s.ctl.Drop(bg, canary.ID, "bob") },
			"promote":       func() Outcome { return s.ctl.Grant(bg, Wish{}, "bob") },
			"promote N":     func() Outcome { return s.ctl.PromotePatch(bg, canary.ID, "bob") },
			"canary":        func() Outcome { return s.ctl.Grant(bg, Wish{Units: []string{"S00"}}, "bob") },
			"widen":         func() Outcome { return s.ctl.Grant(bg, Wish{Units: []string{"S00"}}, "bob") },
			"roll-out":      func() Outcome { return s.ctl.Grant(bg, Wish{Units: []string{"S00"}, Rollout: &Rollout{}}, "bob") },
			"stop":          func() Outcome { return s.ctl.Rollback(bg, 0, "bob", "") },
			"rollback":      func() Outcome { return s.ctl.Rollback(bg, 0, "bob", "") },
			"rollback N":    func() Outcome { return s.ctl.Rollback(bg, 1, "bob", "") },
			"unload":        func() Outcome { return s.ctl.Unload(bg, "m", "bob") },
		} {
			o := do()
			if o.Verdict != Refuse || o.Code != CodeFrozen || !strings.Contains(o.Message, "frozen by amy since 2026-01-01") || !strings.Contains(o.Message, "fleet fight") {
				t.Errorf("production %v, %s: %+v", production, name, o)
			}
		}
		s.want("nothing changed", s.values(), "S00=1 S01=7")
		if err := s.ctl.Freeze(bg, "bob", "mine"); err == nil || !strings.Contains(err.Error(), "amy") {
			t.Errorf("frozen twice: %v", err)
		}
		s.verdict(s.ctl.Thaw(bg, "bob"), Queue) // a canary runs
		s.verdict(s.ctl.Thaw(bg, "bob"), Refuse, "not frozen")
		s.verdict(s.ctl.Drop(bg, canary.ID, "bob"), Apply)
	}
}

func TestWhatFailsGoesBackWhileFrozen(t *testing.T) {
	s := newShard(t, true, 2, returns(1))
	s.save("m.lua", failing)
	s.verdict(s.ctl.Grant(bg, Wish{}, "amy"), Apply)
	s.freeze()
	s.work(5)
	o, did := s.ctl.Watch(bg)
	if !did || o.Verdict != Apply {
		t.Fatalf("%v %+v", did, o)
	}
	s.want("back", s.values(), "S00=1 S01=1")
}

func TestRollOutWaitsWhileFrozen(t *testing.T) {
	s := newShard(t, true, 10, returns(1))
	s.save("m.lua", returns(2))
	s.verdict(s.ctl.Grant(bg, Wish{Units: []string{"S07"}, Rollout: &Rollout{Shares: []float64{0.5}}}, "amy"), Apply)
	s.freeze()
	s.pass(time.Hour)
	if o, did := s.ctl.Watch(bg); did {
		t.Fatalf("it goes on: %+v", o)
	}
	s.verdict(s.ctl.Thaw(bg, "amy"), Queue)
	if _, did := s.ctl.Watch(bg); !did {
		t.Error("it does not go on after the thaw")
	}
}

func TestFreezeThatCannotBeKeptIsNone(t *testing.T) {
	s := newShard(t, true, 1, returns(1))
	s.ctl.freeze.keep = func(*Freeze) error { return errors.New("no space left") }
	if err := s.ctl.Freeze(bg, "amy", ""); err == nil || s.ctl.Frozen() != nil {
		t.Errorf("%v, %v", err, s.ctl.Frozen())
	}
}
