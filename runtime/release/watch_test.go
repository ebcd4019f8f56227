package release

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"hotshard/runtime/script"
)

// parts is module m with functions that callers use, and two that do.
const parts = `
local m = {calls = 0}
function m.f(x) return {v = 1} end
function m.g(x) return 1 end
function m.h(x) return 1 end
function m.user() return m.f(1).v end
function m.far() return m.user() + m.g(1) end
function event.near() m.user() end
function event.far() m.far() end
function event.g() m.g(1) end
function event.h() m.h(1) end
return m
`

func (s *shard) emit(event string, times int, units ...string) {
	if units == nil {
		units = sortedKeys(s.units)
	}
	for range times {
		for _, u := range units {
			s.units[u].Emit(event)
		}
	}
}

// look lets a second pass and the controller look.
func (s *shard) look() (Outcome, bool) {
	s.pass(time.Second)
	for _, st := range s.units {
		st.Advance(st.Now() + 1)
	}
	return s.ctl.Watch(bg)
}

// faultOf emits an event in a unit and returns the fault that follows.
func (s *shard) faultOf(event, unit string) script.Fault {
	s.t.Helper()
	s.fault = script.Fault{}
	s.units[unit].Emit(event)
	if s.fault.Message == "" {
		s.t.Fatalf("%s raised nothing in %s", event, unit)
	}
	return s.fault
}

func (s *shard) patched(function, code string, canary ...string) *Patch {
	s.t.Helper()
	o, p := s.patch(PatchRequest{Function: function, Code: code, Author: "amy", Canary: canary})
	s.verdict(o, Apply)
	return p
}

func (s *shard) source(function string) string {
	s.t.Helper()
	_, fn, err := s.ctl.FindFunction(function)
	if err != nil {
		s.t.Fatal(err)
	}
	return fn.Text
}

const raises = "function(x) return x.y.z end"

func TestLaterChangesLeaveTheWatchAlone(t *testing.T) {
	good := strings.Replace(parts, "m.h(x) return 1", "m.h(x) return 2", 1)
	for name, later := range map[string]func(*shard){
		"another patch": func(s *shard) { s.patched("m.h", "function() return 2 end") },
		"two more": func(s *shard) {
			s.patched("m.h", "function() return 2 end")
			s.patched("m.user", "function() return 1 end")
		},
		"a canary":              func(s *shard) { s.patched("m.h", "function() return 2 end", "S01") },
		"files":                 func(s *shard) { s.save("m.lua", good); s.verdict(s.ctl.Grant(bg, Wish{}, "amy"), Apply) },
		"a patch that was drop": func(s *shard) { p := s.patched("m.h", "function() return 2 end"); s.ctl.Drop(bg, p.ID, "amy") },
	} {
		t.Run(name, func(t *testing.T) {
			s := newShard(t, true, 3, parts)
			bad := s.patched("m.g", raises)
			later(s)
			innocent := s.source("m.h")
			s.emit("g", 5)
			o, did := s.ctl.Watch(bg)
			if !did || o.Verdict != Apply || !strings.Contains(o.Message, fmt.Sprintf("release %d changed", bad.Release)) {
				t.Fatalf("%v %+v", did, o)
			}
			if got := s.source("m.g"); strings.Contains(got, "x.y.z") {
				t.Errorf("m.g is %s", got)
			}
			if got := s.source("m.h"); got != innocent {
				t.Errorf("the innocent went too: %s, was %s", got, innocent)
			}
			s.emit("g", 10)
			if o, did := s.look(); did {
				t.Errorf("and then: %+v", o)
			}
		})
	}
}

func TestFilesGoBackFromUnderAPatch(t *testing.T) {
	s := newShard(t, true, 2, parts)
	s.save("m.lua", strings.Replace(parts, "m.g(x) return 1", "m.g(x) return x.y.z", 1))
	s.verdict(s.ctl.Grant(bg, Wish{}, "amy"), Apply)
	p := s.patched("m.h", "function() return 2 end")
	s.save("n.lua", "return {}")
	s.verdict(s.ctl.Grant(bg, Wish{}, "amy"), Apply)
	s.emit("g", 5)
	if o, did := s.ctl.Watch(bg); !did || o.Verdict != Apply {
		t.Fatalf("%v %+v", did, o)
	}
	s.want("the bad file", s.eval("S00", `return require("m").g(1)`), "1")
	s.want("the patch over it", s.eval("S00", `return require("m").h(1)`), "2")
	if got := s.ctl.Patches()[p.ID-1].Status; got != PatchOpen || s.ctl.Live().Files["n.lua"] == nil {
		t.Errorf("the patch is %s, the later file %v", got, s.ctl.Live().Files["n.lua"])
	}
}

func TestErrorsAreBookedToTheVersionThatRaisedThem(t *testing.T) {
	s := newShard(t, true, 2, parts)
	bad := s.patched("m.f", "function(x) return nil end")
	s.patched("m.h", "function() return 2 end")
	f := s.faultOf("near", "S00")
	if b := s.ctl.Fault(f); b.Release != 1 || b.Cause != fmt.Sprintf("release %d (patch #%d)", bad.Release, bad.ID) {
		t.Errorf("raised in m.user, which nobody changed, because of m.f: %+v of %+v", b, f)
	}
	worse := s.patched("m.g", raises)
	if b := s.ctl.Fault(s.faultOf("g", "S01")); b.Release != worse.Release || b.Patch != worse.ID || b.Cause != "" {
		t.Errorf("raised in m.g itself: %+v", b)
	}
}

func TestCanaryIsJudgedByItsCallers(t *testing.T) {
	for _, event := range []string{"near", "far"} {
		s := newShard(t, true, 3, parts)
		s.emit(event, 30)
		s.patched("m.f", "function(x) return nil end", "S01")
		other := s.patched("m.h", "function() return 2 end", "S01")
		s.emit(event, 5)
		o, did := s.ctl.Watch(bg)
		if !did || !strings.Contains(o.Message, "in those that call them (5)") {
			t.Fatalf("%s: %v %+v", event, did, o)
		}
		if list := s.ctl.Patches(); list[0].Status != PatchDropped || list[1].Status != PatchOpen || other.Status != PatchOpen {
			t.Errorf("the patches: %+v", list)
		}
	}
}

func TestTheInnocentIsNotBlamedForCallers(t *testing.T) {
	broken := strings.Replace(parts, "return m.f(1).v", "return m.f(1).v.w.z", 1)
	s := newShard(t, true, 3, broken)
	s.emit("near", 1) // it failed before
	s.pass(time.Minute)
	s.patched("m.f", "function(x) return {v = 2} end", "S01")
	for range 30 {
		s.emit("near", 2)
		if o, did := s.look(); did {
			t.Fatalf("taken back for what was there before: %+v", o)
		}
	}
}

// TestRateIsByCalls spreads the errors over minutes, as a system does whose time is
// slowed down.
func TestRateIsByCalls(t *testing.T) {
	s := newShard(t, true, 2, parts)
	s.patched("m.g", "function(x) m = m or 0 if m then return x.y.z end end", "S01")
	for range 4 {
		s.emit("g", 1)
		s.pass(30 * time.Second)
		if o, did := s.look(); did {
			t.Fatalf("too early: %+v", o)
		}
	}
	s.emit("g", 1)
	if o, did := s.look(); !did || !strings.Contains(o.Message, "5 errors") {
		t.Fatalf("five of five calls: %v %+v", did, o)
	}
}

func TestRareErrorsAreWithinTheBudget(t *testing.T) {
	s := newShard(t, true, 2, parts)
	s.patched("m.g", `function(x) m.calls = m.calls + 1 if m.calls % 1000 == 0 then return x.y.z end return 1 end`, "S01")
	for range 60 {
		s.emit("g", 100, "S01")
		if o, did := s.look(); did {
			t.Fatalf("one in a thousand: %+v", o)
		}
	}
	open, _ := s.ctl.Verdicts()
	if v := open[0]; v.Calls != 6000 || v.Errors != 6 || v.Verdict != VerdictFailing || v.Next != "drop 1" {
		t.Errorf("%+v", v)
	}
}

func TestSlowCanaryIsTakenBack(t *testing.T) {
	const slow = "function(x) local n = 0 for i = 1, 10000 do n = n + i end return 1 end"
	for _, others := range []int{2, 1} { // systems besides, or nothing but before
		s := newShard(t, true, others, parts)
		s.emit("g", 50)
		s.emit("h", 50)
		unit := fmt.Sprintf("S%02d", others-1)
		s.patched("m.g", slow, unit)
		var o Outcome
		did := false
		for i := 0; i < 20 && !did; i++ {
			s.emit("g", 10)
			s.emit("h", 10)
			o, did = s.look()
		}
		if !did || !strings.Contains(o.Message, "too slow") || !strings.Contains(o.Message, "m.g") {
			t.Fatalf("%d systems: %v %+v", others, did, o)
		}
	}
}

func TestSeveralCanariesAtOnce(t *testing.T) {
	s := newShard(t, true, 3, two(1, 1))
	a := s.patched("m.f", "function(x) return 10 end", "S00", "S01")
	b := s.patched("m.g", "function(x) return 20 end", "S01", "S02")
	g := func() (out string) {
		for _, u := range sortedKeys(s.units) {
			out += s.eval(u, `return require("m").g(1)`) + " "
		}
		return out
	}
	s.want("f", s.values(), "S00=10 S01=10 S02=1")
	s.want("g", g(), "1 20 20 ")
	s.save("n.lua", "return {}")
	s.verdict(s.ctl.Grant(bg, Wish{Units: []string{"S02"}}, "amy"), Apply)
	s.verdict(s.ctl.Rollback(bg, 0, "amy", ""), Refuse, "3 canaries", "promote 1", "drop 2", "release rollback 4")
	s.verdict(s.ctl.Rollback(bg, 4, "amy", ""), Apply)
	s.unload("S01")
	s.start("S01")
	s.want("woken", s.values(), "S00=10 S01=10 S02=1")
	s.want("woken", g(), "1 20 20 ")
	s.verdict(s.ctl.PromotePatch(bg, a.ID, "amy"), Apply)
	s.want("f everywhere", s.values(), "S00=10 S01=10 S02=10")
	s.want("g as before", g(), "1 20 20 ")
	s.verdict(s.ctl.Drop(bg, b.ID, "amy"), Apply)
	s.want("g nowhere", g(), "1 1 1 ")
	s.want("f stays", s.values(), "S00=10 S01=10 S02=10")
	if n := len(s.restart); n != 0 {
		t.Errorf("started anew: %v", s.restart)
	}
}

func TestPeopleOfOneAccountDoNotReplaceEachOther(t *testing.T) {
	s := newShard(t, true, 2, two(1, 1))
	r := PatchRequest{Function: "m.f", Code: "function(x) return 10 end", Author: "root", Session: "1"}
	o, _ := s.patch(r)
	s.verdict(o, Apply)
	r.Session, r.Code = "2", "function(x) return 11 end"
	o, _ = s.patch(r)
	s.verdict(o, Refuse, "R-PATCH-CONFLICT", "#1 by root", "--supersede", "drop 1")
	s.want("the first stays", s.values(), "S00=10 S01=10")
	r.Supersede = true
	o, _ = s.patch(r)
	s.verdict(o, Apply)
	r.Supersede, r.Code = false, "function(x) return 12 end"
	o, _ = s.patch(r)
	s.verdict(o, Apply)
	s.want("one's own goes", s.values(), "S00=12 S01=12")
	if list := s.ctl.Patches(); len(list) != 3 || list[0].Status != PatchDropped || list[1].Status != PatchDropped {
		t.Errorf("%+v", list)
	}
}

func TestVerdictsOfAGoodCanary(t *testing.T) {
	s := newShard(t, true, 3, parts)
	s.patched("m.g", "function(x) return 2 end", "S01")
	for range 15 {
		s.emit("g", 5)
		if o, did := s.look(); did {
			t.Fatalf("%+v", o)
		}
	}
	open, _ := s.ctl.Verdicts()
	v := open[0]
	if v.Verdict != VerdictGood || v.Next != "promote 1" || v.Calls != 75 || v.Errors != 0 || v.Mean <= 0 || v.Then != "elsewhere" || v.MeanThen <= 0 {
		t.Errorf("%+v", v)
	}
	s.verdict(s.ctl.PromotePatch(bg, 1, "amy"), Apply)
	open, _ = s.ctl.Verdicts()
	if len(open) != 1 || open[0].Units != nil || open[0].Patch != 1 {
		t.Errorf("promoted: %+v", open)
	}
	for range 12 {
		s.emit("g", 10)
		s.look()
	}
	open, closed := s.ctl.Verdicts()
	if len(open) != 0 || closed[0].Verdict != VerdictGood || closed[0].Errors != 0 {
		t.Errorf("proven: %+v %+v", open, closed)
	}
}

func TestConstantThatBreaksItsFileIsTakenBack(t *testing.T) {
	const source = "local m = {calls = 0}\nlocal base = 10\nfunction m.f(x) return x + base end\nfunction m.g(x) return x.y.z end\nreturn m\n"
	s := newShard(t, true, 3, source)
	s.save("m.lua", strings.Replace(source, "base = 10", "base = {}", 1))
	s.ctl.Grant(bg, Wish{Units: []string{"S01"}}, "amy")
	s.work(5)
	o, did := s.ctl.Watch(bg)
	if !did || o.Verdict != Apply {
		t.Fatalf("%v %+v", did, o)
	}
	s.want("back", s.values(), "S00=11 S01=11 S02=11")
}

// TestBusierSystemIsNotSlow lets a canary run where there is far more to do than
// elsewhere, now as before.
func TestBusierSystemIsNotSlow(t *testing.T) {
	const source = "local m = {work = 1}\nfunction m.f(x) local n = 0 for i = 1, m.work do n = n + i end return n end\nfunction event.f() m.f(1) end\n" +
		"function event.rest() local n = 0 for i = 1, m.work do n = n + i end end\nreturn m\n" // so that a busy machine shows in it, too
	s := newShard(t, true, 3, source)
	s.eval("S01", `(function() require("m").work = 20000 end)()`)
	s.emit("f", 30)
	s.emit("rest", 30)
	s.patched("m.f", "function(x) local n = 1 for i = 1, m.work do n = n + i end return n end", "S01")
	for range 10 {
		s.emit("f", 10)
		s.emit("rest", 10)
		if o, did := s.look(); did {
			t.Fatalf("taken back: %s", o.Message)
		}
	}
}

func TestWayBackThatIsRefusedIsTriedAgain(t *testing.T) {
	s := newShard(t, true, 1, parts)
	s.patched("m.g", raises)
	s.silent["S00"] = true
	s.emit("g", 5)
	if o, did := s.ctl.Watch(bg); !did || o.Verdict != Refuse {
		t.Fatalf("%v %+v", did, o)
	}
	s.silent["S00"] = false
	s.emit("g", 5)
	if o, did := s.ctl.Watch(bg); did {
		t.Fatalf("at once: %+v", o)
	}
	s.pass(retryAfter)
	s.emit("g", 1)
	if o, did := s.ctl.Watch(bg); !did || o.Verdict != Apply {
		t.Fatalf("%v %+v", did, o)
	}
}

func TestRollbackEndsTheWatchOverWhatIsGone(t *testing.T) {
	s := newShard(t, false, 2, parts)
	for i := range 3 {
		s.verdict(s.save("m.lua", strings.Replace(parts, "m.g(x) return 1", fmt.Sprintf("m.g(x) return %d", i+2), 1)+fmt.Sprintf("-- %d", i)), Apply)
	}
	s.verdict(s.ctl.Rollback(bg, 2, "amy", ""), Apply)
	if open, _ := s.ctl.Verdicts(); len(open) != 0 {
		t.Errorf("%+v", open)
	}
	s.emit("g", 5)
	s.want("the first of them", s.eval("S00", `return require("m").g(1)`), "2")
}

// TestAPatchIsNotBlamedForItsFile finds a fault in another function of the file only
// after the patch.
func TestAPatchIsNotBlamedForItsFile(t *testing.T) {
	source := strings.Replace(parts, "function m.h(x) return 1 end", "function m.h(x) if m.broken then return x.y.z end return 1 end", 1)
	s := newShard(t, true, 3, source)
	s.patched("m.g", "function(x) return 1 + 0 end", "S01")
	s.patched("m.g", "function(x) return 2 + 0 end", "S02")
	for _, u := range sortedKeys(s.units) {
		s.eval(u, `(function() require("m").broken = true end)()`)
	}
	s.emit("h", 20)
	s.emit("g", 20)
	if o, did := s.look(); did {
		t.Fatalf("taken back: %+v", o)
	}
}
