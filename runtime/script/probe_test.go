package script

import (
	"strings"
	"testing"

	lua "github.com/yuin/gopher-lua"
)

func TestTraceReportsCallsAndPutsTheCodeBack(t *testing.T) {
	s, faults := newTestState(t, map[string]string{"m.lua": `
		local M = {}
		local function half(x) if x < 0 then error("negative") end return x / 2 end
		function M.f(x) sleep(1) return half(x) end
		function event.go(x) RESULT = M.f(x) end
		return M`}, "m")
	s.Emit("go", lua.LNumber(8)) // suspended inside m.f while the trace begins
	var calls []TracedCall
	stop, err := s.Trace("m.f", 100, func(c TracedCall) { calls = append(calls, c) })
	if err != nil {
		t.Fatal(err)
	}
	stopHalf, err := s.Trace("m:half", 1, func(c TracedCall) { calls = append(calls, c) })
	if err != nil {
		t.Fatal(err)
	}
	s.Emit("go", lua.LNumber(4))
	s.Advance(1)
	s.Advance(2)
	if got := do(t, s, "RESULT")[0]; got != 2.0 {
		t.Fatal(got, *faults)
	}
	if len(calls) != 2 { // one half (the second is over its limit of one), one f
		t.Fatalf("%+v", calls)
	}
	if c := calls[1]; c.Args[0] != "4" || c.Results[0] != "2" || !strings.HasPrefix(c.Where, "m.lua@") {
		t.Fatalf("%+v", c)
	}
	s.Emit("go", lua.LNumber(-1))
	s.Advance(3)
	last := calls[len(calls)-1]
	if !strings.Contains(last.Err, "negative") || len(*faults) != 1 {
		t.Fatalf("%+v %v", last, *faults)
	}
	stop()
	stopHalf()
	n := len(calls)
	s.Emit("go", lua.LNumber(6))
	s.Advance(4)
	if got := do(t, s, "RESULT")[0]; got != 3.0 || len(calls) != n {
		t.Fatal(got, calls[n:])
	}
}

func TestTasksSayWhereTheyWait(t *testing.T) {
	s, _ := newTestState(t, map[string]string{"m.lua": `
		local M = {}
		function M.nap() sleep(5) end
		function event.go() M.nap() end
		return M`}, "m")
	s.Emit("go")
	tasks := s.Tasks()
	if len(tasks) != 1 || tasks[0].Waits != "sleep" || tasks[0].Origin != "event go" || tasks[0].Function != "m.nap" || tasks[0].Due != 5 {
		t.Fatalf("%+v", tasks)
	}
	if !s.Stop(tasks[0].ID) || len(s.Tasks()) != 0 {
		t.Fatalf("a stopped task is still there: %+v", s.Tasks())
	}
}

func TestProfileFindsTheHotFunction(t *testing.T) {
	s, _ := newTestState(t, map[string]string{"m.lua": `
		local M = {}
		function M.cold() return 1 end
		function M.hot() local n = 0 for i = 1, 20000 do n = n + i end return n end
		function event.go() M.cold() M.hot() end
		return M`}, "m")
	if !s.StartProfile() || s.StartProfile() {
		t.Fatal("one profile at a time")
	}
	for range 20 {
		s.Emit("go")
	}
	counts := map[string]int{}
	for _, p := range s.StopProfile() {
		counts[p.Stack[0].Function] += p.Count
	}
	if counts["m.hot"] < 10*counts["m.cold"] || counts["m.hot"] == 0 {
		t.Fatal(counts)
	}
}

func TestDescribeShowsWhatHasNoPlainForm(t *testing.T) {
	s, _ := newTestState(t, map[string]string{"m.lua": `local M = {deep = {a = {b = {c = 1}}}} M.me = M function M.f() end return M`}, "m")
	var got map[string]any
	s.EvalWith(EvalOptions{Code: `require "m"`, Depth: 2}, func(v []any, err error) {
		if err != nil {
			t.Fatal(err)
		}
		got = v[0].(map[string]any)
	})
	if got["me"] != "<itself>" || !strings.HasPrefix(got["f"].(string), "<function m.f m.lua@") {
		t.Fatal(got)
	}
	if a := got["deep"].(map[string]any)["a"]; a != "<table of 1>" {
		t.Fatal(a)
	}
}

func TestTracedFunctionIsStillMadeRight(t *testing.T) {
	s, _ := newTestState(t, map[string]string{"main.lua": `
		local M = {}
		function M.mk(a, b) local f = function(x) return a + x end return f, a, b end
		return M`}, "main")
	var calls int
	stop, err := s.Trace("main.mk:f", 100, func(TracedCall) { calls++ })
	if err != nil {
		t.Fatal(err)
	}
	got := do(t, s, `local f, a, b = require"main".mk(1, 2) F = f return f(10), a, b`)
	if got[0] != 11.0 || got[1] != 1.0 || got[2] != 2.0 || calls != 1 {
		t.Fatal(got, calls)
	}
	stop()
	if got := do(t, s, `F(20)`); got[0] != 21.0 {
		t.Fatal(got)
	}
}
