package reload

import (
	"fmt"
	"strings"
	"testing"

	lua "github.com/yuin/gopher-lua"

	"hotshard/runtime/script"
	"hotshard/runtime/script/code"
	"hotshard/runtime/world"
)

const undoOld = `
local M = {n = 1, list = {1, 2, 3}, t = {a = 1}}
local hits, keep = 0, {x = 1}
function M.f() hits = hits + 1 return "old" .. hits end
function M.gone() return keep.x end
function M.mk(x) return function() hits = hits + x return hits end end
M.mt = setmetatable({}, {__index = function(_, k) return k .. "1" end})
on("tick", function() hits = hits + 1 end)
every(3, function() hits = hits + 10 end)
command("go", function() return "old" end)
function M.wait() sleep(10) return "old" end
return M`

const undoNew = `
local extra = require "extra"
local M = {n = 2, list = {1, 2, 3, 4}, t = {a = 5, b = 6}}
local hits, more = 0, {1}
function M.f() hits = hits + 100 more[1] = more[1] + 1 return "new" .. hits end
function M.added() return more end
function M.mk(x) return function() hits = hits + x + more[1] return hits end end
M.mt = setmetatable({}, {__index = function(_, k) return k .. "2" end})
on("tick", function() hits = hits + 2 end)
on("tock", function() hits = hits + 3 end)
every(1, function() hits = hits + 20 end)
function M.wait() sleep(10) local x = 1 return "new" end
GLOBAL = 1
M.late = reload.state("late", {})
reload.after(function() error "and the host breaks on it" end)
return M`

// brittle is started with a host that breaks, while broken says so, on being told
// of a fault: the last thing that a commit can meet.
func brittle(t *testing.T, broken *bool) *script.State {
	files := map[string][]byte{"m.lua": []byte(undoOld), "extra.lua": []byte("return {v = 1}")}
	s, err := script.New(script.Options{Name: "test", Release: code.NewRelease(1, files), Entry: []string{"m"}, OnFault: func(script.Fault) {
		if *broken {
			panic("the host breaks")
		}
	}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

// TestCommitThatPanicsIsUndone lets the commit run into a fault of the engine after
// it has changed code and state, and compares the State with one that never tried.
func TestCommitThatPanicsIsUndone(t *testing.T) {
	run := func(broken bool) string {
		s := brittle(t, &broken)
		eval(t, s, `(function() M = require"m" C = M.mk(5) M.f() M.t.live = 1 task.spawn(function() R = M.wait() end) end)()`)
		if broken {
			st, err := stagerOf("m").Stage(s.Release(), s.Release().With(2, map[string][]byte{"m.lua": []byte(undoNew)}), s.Modules())
			if err != nil {
				t.Fatal(err)
			}
			_, err = Commit(s, st)
			if r, ok := err.(*code.Refusal); !ok || r.Code != code.RHost || !strings.Contains(r.Message, "was undone") {
				t.Fatalf("the commit: %v", err)
			}
			if s.Release().Number != 1 || s.Module("extra") != nil {
				t.Fatalf("it runs release %d", s.Release().Number)
			}
		}
		s.Emit("tick")
		s.Emit("tock")
		s.Advance(4)
		var out strings.Builder
		s.Command("", "go", func(v world.Value, err error) { fmt.Fprint(&out, v, err, " ") })
		s.Advance(20)
		fmt.Fprint(&out, eval(t, s, `M.f(), C(), M.gone(), M.n, #M.list, M.t.a, M.t.b, M.t.live, M.mt.k, M.added, GLOBAL, R`))
		handlers, timers := registered(s)
		fmt.Fprint(&out, len(timers), len(handlers), s.Modules(), s.Names(), s.HasHandler("tock"))
		return out.String()
	}
	if got, want := run(true), run(false); got != want {
		t.Fatalf("after the undone commit: %s\nwithout one:              %s", got, want)
	}
}

// TestReloadAfterAnUndoneCommit shows that what was undone can be done.
func TestReloadAfterAnUndoneCommit(t *testing.T) {
	broken := true
	s := brittle(t, &broken)
	st, err := stagerOf("m").Stage(s.Release(), s.Release().With(2, map[string][]byte{"m.lua": []byte(undoNew)}), s.Modules())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Commit(s, st); err == nil {
		t.Fatal("the commit went through")
	}
	broken = false
	if _, err := Plan(s, st); err != nil {
		t.Fatal(err)
	}
	if _, err := Commit(s, st); err != nil {
		t.Fatal(err)
	}
	s.Emit("tick")
	s.Emit("tock")
	if got := eval(t, s, `require"m".f(), require"m".n, #require"m".list, require"m".mt.k`); fmt.Sprint(got) != "[new105 2 4 k2]" {
		t.Fatal(got)
	}
	if _, ok := s.Module("extra").Result.(*lua.LTable); !ok {
		t.Fatal("the new module is missing")
	}
}
