package reload

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	lua "github.com/yuin/gopher-lua"

	"hotshard/runtime/script"
	"hotshard/runtime/script/code"
	"hotshard/runtime/world"
)

const waits = `
local m = {}
function m.f(x) return x + 1 end
function m.slow(x) sleep(1) return m.f(x) end
function event.wait(x) GOT = m.slow(x) end
return m`

// TestStragglersAreFoundBehindAGauge replaces code under a call that waits in it.
func TestStragglersAreFoundBehindAGauge(t *testing.T) {
	for _, early := range []bool{true, false} {
		s, _ := started(t, map[string]string{"m.lua": waits}, "m")
		if early {
			s.Gauge([]string{"m.slow"})
		}
		s.Emit("wait", lua.LNumber(5))
		s.Gauge([]string{"m.slow", "m.f"})
		g := stagerOf("m")
		to := s.Release().With(2, map[string][]byte{"m.lua": []byte(strings.Replace(waits, "sleep(1)", "sleep(2)", 1))})
		st, err := g.Stage(s.Release(), to, s.Modules())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := Commit(s, st); err != nil {
			t.Fatal(err)
		}
		if list := s.Stragglers(); len(list) != 1 || list[0].Release != 1 || list[0].Function != "m.slow" {
			t.Errorf("early %v: %+v", early, list)
		}
		s.Advance(2)
		if got := eval(t, s, "return GOT")[0]; got != 6.0 {
			t.Errorf("early %v: %v", early, got)
		}
	}
}

// TestStatesPlanAtOnce lets many States plan one staging, which they share.
func TestStatesPlanAtOnce(t *testing.T) {
	source := func(v int) map[string][]byte {
		src := map[string][]byte{"main.lua": []byte(`local M = {late = nil} function M.load() return require "late" end return M`),
			"late.lua": fmt.Appendf(nil, `local function f() return %d end local L = {hooks = {f, function() return f() end}} L.hooks[3] = %d return L`, v, v)}
		return src
	}
	first := code.NewRelease(1, source(1))
	states := make([]*script.State, 8)
	for i := range states {
		var err error
		if states[i], err = script.New(script.Options{Name: "x", Release: first, Entry: []string{"main"}}); err != nil {
			t.Fatal(err)
		}
		defer states[i].Close()
	}
	g := stagerOf("main")
	for v := 2; v < 5; v++ {
		if v == 3 { // the base has to load it for this
			for _, s := range states {
				eval(t, s, `require"main".load()`)
			}
		}
		st, err := g.Stage(states[0].Release(), states[0].Release().With(v, source(v)), states[0].Modules())
		if err != nil {
			t.Fatal(err)
		}
		var all sync.WaitGroup
		for _, s := range states {
			all.Go(func() {
				if _, err := Plan(s, st); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		for _, s := range states {
			if _, err := Commit(s, st); err != nil {
				t.Fatal(err)
			}
		}
		g.Adopt(st)
	}
	for _, s := range states {
		if got := eval(t, s, `require"late".hooks[2](), require"late".hooks[3]`); got[0] != 4.0 || got[1] != 4.0 {
			t.Fatal(got)
		}
	}
}

func TestByteOrderMarkAndCRLF(t *testing.T) {
	r := newReloader(t, map[string]string{"m.lua": "local M = {}\nfunction M.f() return 1 end\nreturn M\n"}, "m")
	r.must("m.lua", "\xef\xbb\xbflocal M = {}\r\nfunction M.f()\r\n\treturn 2\r\nend\r\n\r\nfunction M.fail()\r\n\treturn M.x.y\r\nend\r\nreturn M\r\n")
	if got := eval(t, r.s, `require"m".f()`); got[0] != 2.0 {
		t.Fatal(got)
	}
	var failed error
	r.s.Eval(`require"m".fail()`, "test", func(_ []world.Value, err error) { failed = err })
	if failed == nil || !strings.Contains(failed.Error(), ":7:") {
		t.Fatalf("the place of the error: %v", failed)
	}
	if _, err := r.save("m.lua", "\xef\xbb\xbflocal M = {}\r\nreturn M +\r\n"); err == nil || !strings.Contains(err.Error(), code.RSyntax) {
		t.Fatal(err)
	}
}

// A timer by the calendar that stays in the file is due when it was; one whose time is
// another is a new one, and none is made twice.
func TestCalendarTimersThroughReloads(t *testing.T) {
	src := func(time, more string) string {
		return `local m = {n = 0} at("` + time + `", function() m.n = m.n + 1` + more + ` end) every(600, function() end) return m`
	}
	s, faults := started(t, map[string]string{"m.lua": src("03:00", "")}, "m")
	r := &reloader{t: t, s: s, g: stagerOf("m"), n: 1}
	due := func() (at string, due float64) {
		for _, timer := range s.TimerList() {
			if timer.At != "" {
				at, due = timer.At, timer.Due
			}
		}
		return at, due
	}
	s.Advance(3600)
	r.must("m.lua", src("03:00", " + 1"))
	if at, in := due(); at != "03:00" || in != 2*3600 {
		t.Errorf("after a change of its function: %s in %v s", at, in)
	}
	s.Advance(2.5 * 3600)
	r.must("m.lua", src("02:00", " + 1")) // that is over for today
	if at, in := due(); at != "02:00" || in != 23.5*3600 {
		t.Errorf("after a change of its time: %s in %v s", at, in)
	}
	r.must("m.lua", src("02:45", " + 1"))
	s.Advance(2.75 * 3600)
	if got := eval(t, s, `require("m").n`)[0]; got != 2.0 {
		t.Errorf("it ran with %v", got)
	}
	r.must("m.lua", `local m = {n = 0} every(600, function() end) return m`)
	if at, _ := due(); at != "" || s.Timers() != 1 || len(*faults) != 0 {
		t.Errorf("taken out: %q, %d timers, %v", at, s.Timers(), *faults)
	}
}
