package release

import (
	"context"
	"slices"
	"strings"
	"testing"

	"hotshard/runtime/script/code"
)

const someTest = `local m = require "m" function test.f() eq(m.f(1), 2) end`

func TestTestsMakeNoRelease(t *testing.T) {
	ctx := context.Background()
	for _, production := range []bool{false, true} {
		s := newShard(t, production, 2, `local m = {} function m.f(x) return x + 1 end return m`)
		saved := func(changed map[string][]byte) Outcome { return s.ctl.Saved(ctx, Batch{Changed: changed}, "disk")[0] }
		o := saved(map[string][]byte{"m_test.lua": []byte(someTest), "testing/help.lua": []byte("return {}")})
		if o.Verdict != Ignore || o.Release != 1 || !strings.Contains(o.String(), "tests make no release") {
			t.Errorf("production %v: %v", production, o)
		}
		if live := s.ctl.Live(); live.Number != 1 || live.Files["m_test.lua"] == nil || len(s.ctl.Queued()) != 0 {
			t.Errorf("production %v: release %d, queued %v", production, live.Number, s.ctl.Queued())
		}
		if !slices.Equal(s.journal.notes, []string{"1 amended [m_test.lua testing/help.lua]"}) {
			t.Errorf("production %v: the journal has %v", production, s.journal.notes)
		}
		if o := saved(map[string][]byte{"m_test.lua": []byte("function test.f(")}); o.Verdict != Refuse || o.Code != "R-SYNTAX" {
			t.Errorf("production %v: a test that does not compile: %v", production, o)
		}
	}
}

// TestCodeThatCallsItselfATest is code all the same.
func TestCodeThatCallsItselfATest(t *testing.T) {
	ctx := context.Background()
	s := newShard(t, true, 1, `local m = {} function m.f(x) return x end return m`)
	both := map[string][]byte{"m.lua": []byte(`local m = {} local n = require "n_test" function m.f(x) return x + n.one end return m`), "n_test.lua": []byte("return {one = 1}")}
	if o := s.ctl.Saved(ctx, Batch{Changed: both}, "disk")[0]; o.Verdict != Queue {
		t.Fatal(o)
	}
	if o := s.ctl.Grant(ctx, Wish{}, "amy"); o.Verdict != Apply {
		t.Fatal(o)
	}
	if o := s.ctl.Saved(ctx, Batch{Changed: map[string][]byte{"n_test.lua": []byte("return {one = 2}")}}, "disk")[0]; o.Verdict != Queue {
		t.Errorf("a file that the game requires went past promote: %v", o)
	}
}

func TestASaveWhileNobodyIsAwakeSaysWhatItChanges(t *testing.T) {
	s := newShard(t, false, 0, `local m = {} function m.f(x) return x + 1 end function m.g() end return m`)
	changed := map[string][]byte{"m.lua": []byte(`local m = {} function m.f(x) return x + 2 end function m.h() end return m`)}
	plan, functions := s.ctl.Plan(context.Background(), s.ctl.Live().With(0, changed))
	if len(functions) != 3 || !plan.Asleep {
		t.Errorf("the plan: %+v %+v", plan, functions)
	}
	o := s.ctl.Saved(context.Background(), Batch{Changed: changed}, "disk")[0]
	if o.Verdict != Apply || o.Report.Functions != 1 || o.Report.Added != 1 || o.Report.Removed != 1 || len(o.Changes) != 3 {
		t.Errorf("%+v", o)
	}
	if want := "release 2 live: m.lua (1 changed, 1 added, 1 removed; no system that runs it is awake)"; o.String() != want {
		t.Errorf("%q, not %q", o.String(), want)
	}
}

func TestAChangedConstantCounts(t *testing.T) {
	s := newShard(t, false, 1, `local m = {} m.n = 1 function m.f(x) return x + m.n end return m`)
	o := s.ctl.Saved(context.Background(), Batch{Changed: map[string][]byte{"m.lua": []byte(`local m = {} m.n = 2 function m.f(x) return x + m.n end return m`)}}, "disk")[0]
	if !strings.Contains(o.String(), "1 value taken") {
		t.Error(o)
	}
}

func TestAdviceIsToldAndPlanned(t *testing.T) {
	s := newShard(t, true, 1, `local m = {} function m.f(x) return x + 1 end return m`)
	s.ctl.cfg.Advise = func(from, to *code.Release) []code.Warning {
		return []code.Warning{{Code: "W-CHECK", Subject: strings.Join(from.Changed(to), " ")}}
	}
	ctx := context.Background()
	queued := s.ctl.Saved(ctx, Batch{Changed: map[string][]byte{"m.lua": []byte(`local m = {} function m.f(x) return x + 3 end return m`)}}, "disk")[0]
	plan, _ := s.ctl.PlanWish(ctx, Wish{})
	done := s.ctl.Grant(ctx, Wish{}, "amy")
	for _, o := range []Outcome{queued, plan, done} {
		if len(o.Warnings) != 1 || o.Warnings[0].Subject != "m.lua" {
			t.Errorf("%v %v", o.Verdict, o.Warnings)
		}
	}
}
