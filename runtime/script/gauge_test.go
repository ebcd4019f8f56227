package script

import (
	"strings"
	"testing"

	lua "github.com/yuin/gopher-lua"

	"hotshard/runtime/script/code"
	"hotshard/runtime/world"
)

const gaugedSource = `
local m = {}
function m.f(x) return x + 1 end
function m.slow(x) sleep(1) return m.f(x) end
function m.bad(x) return x.y.z end
function m.safe(x) return (pcall(m.bad, x)) end
function event.work(x) m.f(x) m.f(x) end
function event.fail(x) m.f(x) error("after it") end
function event.wait(x) GOT = m.slow(x) end
rawset(_G, "GOT", 0)
return m
`

func gaugedState(t *testing.T) (*State, *[]Fault) {
	t.Helper()
	var faults []Fault
	s, err := New(Options{Name: "t", Entry: []string{"m"}, Seed: 1, Release: code.NewRelease(1, map[string][]byte{"m.lua": []byte(gaugedSource)}),
		OnFault: func(f Fault) { faults = append(faults, f) }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s, &faults
}

func evalOne(t *testing.T, s *State, code string) world.Value {
	t.Helper()
	var got world.Value
	s.Eval(code, "test", func(v []world.Value, err error) {
		if err != nil {
			t.Fatalf("%s: %v", code, err)
		}
		if len(v) > 0 {
			got = v[0]
		}
	})
	return got
}

func TestGaugeCountsCallsAndLeavesNothing(t *testing.T) {
	s, faults := gaugedState(t)
	names := []string{"m.bad", "m.f", "m.nothing", "m.slow"}
	s.Gauge(names)
	for range 5 {
		s.Emit("work", lua.LNumber(1))
	}
	s.Emit("fail", lua.LNumber(1))
	if got := evalOne(t, s, `return require("m").safe({})`); got != false {
		t.Errorf("pcall around a gauged function: %v", got)
	}
	got := s.Gauge(names)
	if f := got["m.f"]; f.Calls != 11 || f.Timed != 11 || f.Time <= 0 || strings.Join(f.Origins, " ") != "event work event fail" {
		t.Errorf("m.f: %+v", f)
	}
	if f := got["m.bad"]; f.Calls != 1 || f.Timed != 0 {
		t.Errorf("m.bad, which raises: %+v", f)
	}
	if len(*faults) != 1 || strings.Join((*faults)[0].Called, " ") != "m.f" || (*faults)[0].Functions[0] == "m.f" {
		t.Errorf("the fault of a caller: %+v", *faults)
	}
	evalOne(t, s, `return require("m").bad ~= nil`)
	if len(s.gauge.open) != 0 {
		t.Errorf("%d calls are open", len(s.gauge.open))
	}
	s.Ungauge()
	if len(s.slots.frozen) != 0 {
		t.Errorf("%d frozen prototypes stay", len(s.slots.frozen))
	}
	if got := evalOne(t, s, `return require("m").f(1)`); got != 2.0 {
		t.Errorf("its own code: %v", got)
	}
}

// TestGaugeAroundCallsThatWait puts a gauge on and off under calls that wait.
func TestGaugeAroundCallsThatWait(t *testing.T) {
	names := []string{"m.slow", "m.f"}
	for name, steps := range map[string][]func(*State){
		"on before":          {func(s *State) { s.Gauge(names) }, nil},
		"on, then off":       {func(s *State) { s.Gauge(names) }, func(s *State) { s.Ungauge() }},
		"on while it waits":  {nil, func(s *State) { s.Gauge(names) }},
		"on, another, off":   {func(s *State) { s.Gauge(names) }, func(s *State) { s.Gauge(names[:1]); s.Ungauge() }},
		"on and off and on":  {func(s *State) { s.Gauge(names) }, func(s *State) { s.Ungauge(); s.Gauge(names) }},
		"and then it traces": {func(s *State) { s.Gauge(names) }, func(s *State) { _, _ = s.Trace("m.slow", 5, func(TracedCall) {}) }},
	} {
		s, faults := gaugedState(t)
		if steps[0] != nil {
			steps[0](s)
		}
		s.Emit("wait", lua.LNumber(5))
		if steps[1] != nil {
			steps[1](s)
		}
		s.Advance(2)
		if got := evalOne(t, s, "return GOT"); got != 6.0 {
			t.Errorf("%s: %v, %v", name, got, *faults)
		}
		if r := s.Gauge(names)["m.slow"]; r.Timed != 0 {
			t.Errorf("%s: a call that waited was timed: %+v", name, r)
		}
	}
}

func TestGaugeThinsOut(t *testing.T) {
	s, _ := gaugedState(t)
	s.Gauge([]string{"m.f"})
	s.Advance(1)
	for range gaugeLimit {
		s.Emit("work", lua.LNumber(1))
	}
	s.Advance(2)
	s.Emit("work", lua.LNumber(1)) // not measured
	if f := s.Gauge([]string{"m.f"})["m.f"]; f.Calls != 4*gaugeLimit {
		t.Errorf("estimated %v", f.Calls)
	}
	s.Emit("work", lua.LNumber(1))
	if f := s.Gauge([]string{"m.f"})["m.f"]; f.Calls != 2 {
		t.Errorf("the next: %v", f.Calls)
	}
}

func TestEntriesAreCounted(t *testing.T) {
	s, _ := gaugedState(t)
	for i := range 200 {
		s.Advance(float64(i))
		s.Emit("work", lua.LNumber(1))
		if i%10 == 0 { // more in a row would put it into quarantine
			s.Emit("fail", lua.LNumber(1))
		}
	}
	all, lately := s.Entries()
	if all["event work"].Runs != 200 || all["event work"].Faults != 0 || all["event fail"].Faults != 20 {
		t.Errorf("%+v", all)
	}
	if n := lately["event work"].Runs; n < entrySpan || n > 2*entrySpan+1 {
		t.Errorf("lately: %v", n)
	}
}
