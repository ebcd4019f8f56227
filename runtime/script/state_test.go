package script

import (
	"strings"
	"testing"

	lua "github.com/yuin/gopher-lua"

	"hotshard/runtime/script/code"
	"hotshard/runtime/world"
)

func newTestState(t testing.TB, files map[string]string, entry ...string) (*State, *[]Fault) {
	t.Helper()
	src := map[string][]byte{}
	for p, s := range files {
		src[p] = []byte(s)
	}
	faults := &[]Fault{}
	s, err := New(Options{Name: "test", Release: code.NewRelease(1, src), Entry: entry, OnFault: func(f Fault) { *faults = append(*faults, f) }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s, faults
}

// do runs code in the state and fails the test on an error.
func do(t testing.TB, s *State, code string) []world.Value {
	t.Helper()
	var out []world.Value
	var failed error
	s.Eval(code, "test", func(v []world.Value, err error) { out, failed = v, err })
	if failed != nil {
		t.Fatalf("%s: %v", code, failed)
	}
	return out
}

func TestTasksSleepAndTimers(t *testing.T) {
	s, faults := newTestState(t, map[string]string{"main.lua": `
		local M = {log = {}}
		function event.go(n) M.log[#M.log+1] = "a"..n; sleep(2); M.log[#M.log+1] = "b"..n end
		every(1, function() M.log[#M.log+1] = "t" end)
		return M`}, "main")
	s.Emit("go", lua.LNumber(7))
	for i := 1; i <= 3; i++ {
		s.Advance(float64(i))
	}
	got := do(t, s, `table.concat(require"main".log, " ")`)
	if got[0] != "a7 t t b7 t" && got[0] != "a7 t b7 t t" {
		t.Fatal(got, *faults)
	}
}

func TestFaultHasTracebackWithVersion(t *testing.T) {
	s, faults := newTestState(t, map[string]string{"main.lua": `
		local M = {}
		function M.inner() local x = nil; return x.y end
		function event.go() M.inner() return 1 end
		return M`}, "main")
	s.Emit("go")
	if len(*faults) != 1 {
		t.Fatal(*faults)
	}
	f := (*faults)[0]
	if f.Function != "main.inner" || f.Origin != "event go" || !strings.HasPrefix(f.Place, "main.lua@") || !strings.HasSuffix(f.Place, ":3") || !strings.Contains(f.Traceback, "main:event.go") {
		t.Fatalf("%+v", f)
	}
}

func TestBudgetsStopRunawayCode(t *testing.T) {
	s, faults := newTestState(t, map[string]string{"main.lua": `
		function event.loop() while true do end end
		function event.stubborn() while true do pcall(function() while true do end end) end end
		function event.grow() local s = "x" while true do s = s .. s end end
		function event.rep() string.rep("x", 1e12) end
		function event.pattern() string.find(string.rep("a", 1500), ".-.-.-b") end
		function event.recurse() local function f() return 1 + f() end f() end
		function event.hoard() local t = {} while true do t[#t+1] = string.rep("x", 1e5) .. #t end end
		function event.fine() OK = true end`}, "main")
	for i, ev := range []string{"loop", "stubborn", "grow", "rep", "pattern", "recurse", "hoard"} {
		s.Emit(ev)
		if len(*faults) != i+1 {
			t.Fatalf("%s was not stopped: %v", ev, *faults)
		}
		t.Log((*faults)[i].Message)
	}
	s.Emit("fine")
	if do(t, s, "OK")[0] != true {
		t.Fatal("the state does not go on")
	}
}

func TestYieldWhereItWouldBreakIsAnError(t *testing.T) {
	s, faults := newTestState(t, map[string]string{"main.lua": `
		function event.pcall() local ok, err = pcall(function() sleep(1) end) ERR = err end
		function event.meta() local t = setmetatable({}, {__index = function() sleep(1) end}) return t.x end
		function event.iter() for x in function(_, n) sleep(1) return n == nil or nil end do ITER = (ITER or 0) + 1 end end
		function event.sort() table.sort({3,2,1}, function(a,b) sleep(1) return a<b end) end
		function event.try() RES = {task.try(function() sleep(1) error("x") end)} end`}, "main")
	s.Emit("pcall")
	if msg := do(t, s, "ERR")[0].(string); !strings.Contains(msg, "task.try") {
		t.Fatal(msg)
	}
	for _, ev := range []string{"meta", "sort"} {
		*faults = nil
		s.Emit(ev)
		if len(*faults) != 1 || !strings.Contains((*faults)[0].Message, "cannot wait there") {
			t.Fatal(ev, *faults)
		}
	}
	*faults = nil
	s.Emit("iter") // an iterator may wait like any other function
	s.Emit("try")
	s.Advance(2)
	if n := do(t, s, "ITER")[0]; n != 1.0 {
		t.Fatal(n)
	}
	if got := do(t, s, "RES[1], RES[2]"); got[0] != false || !strings.Contains(got[1].(string), ": x") {
		t.Fatal(got)
	}
	if len(*faults) != 0 {
		t.Fatal(*faults)
	}
}
