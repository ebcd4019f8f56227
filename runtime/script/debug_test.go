package script

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	lua "github.com/yuin/gopher-lua"

	"hotshard/runtime/world"
)

// onlooker is a Debugger that does something at a line.
type onlooker struct {
	at     string
	do     func()
	seen   []string
	failed []string
}

func (o *onlooker) Line(path string, line int) {
	o.seen = append(o.seen, fmt.Sprintf("%s:%d", path, line))
	if o.do != nil && o.seen[len(o.seen)-1] == o.at {
		o.do()
	}
}

func (o *onlooker) Failed(message string) { o.failed = append(o.failed, message) }

const debugged = `local M = {n = 0}
local step = 2
function M.add(by)
  local before = M.n
  M.n = M.n + by * step
  return before
end
function M.wrong() return nil + 1 end
function M.roll() return math.random(1000), tostring({}) end
function M.nested()
  local co = coroutine.create(function()
    M.add(1)
  end)
  coroutine.resume(co)
end
return M`

// TestADebuggerLooksOn stops in the middle of a call, where the stack, locals and captured
// variables are told, expressions are evaluated in the place of the code, and a variable is set.
func TestADebuggerLooksOn(t *testing.T) {
	s, _ := newTestState(t, map[string]string{"main.lua": debugged}, "main")
	o := &onlooker{at: "main.lua:5"}
	s.Debug(o)
	o.do = func() {
		o.do = nil
		id, origin := s.RunningTask()
		stack := s.Stack(id)
		if len(stack) != 1 || stack[0].Function != "main.add" || stack[0].Path != "main.lua" || stack[0].Line != 5 || origin != "call add" {
			t.Fatalf("the stack of %q is %+v", origin, stack)
		}
		at := &stack[0]
		if got := fmt.Sprint(at.Locals()); got != "[{by 3} {before 0}]" {
			t.Errorf("the locals are %s", got)
		}
		if up := at.Upvalues(); len(up) != 2 || up[1].Name != "step" && up[0].Name != "step" {
			t.Errorf("the captured variables are %v", up)
		}
		for expr, want := range map[string]string{"by * step + 1": "[7]", "M.n, main.n": "[0 0]", "before == nil": "[false]", "nothing": "[nil]"} {
			if v, err := s.Aside(expr, at); err != nil || fmt.Sprint(v) != want {
				t.Errorf("%s is %v (%v), not %s", expr, v, err, want)
			}
		}
		for expr, want := range map[string]string{"M.n = 9": "only looks", "by = 4": "only looks", "sleep(1)": "wait", "x +": "console", "nil + 1": "arithmetic", "while true do end": "budget"} {
			if _, err := s.Aside(expr, at); err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%s: the error is %v", expr, err)
			}
		}
		if _, err := s.Within("by = 10", at); err != nil {
			t.Error(err)
		}
	}
	s.Call("main", "add", func([]world.Value, error) {}, lua.LNumber(3))
	s.Debug(nil)
	if v, _ := s.AsidePlain("main.n", 1); fmt.Sprint(v) != "[20]" {
		t.Errorf("with the variable set there it comes to %v", v)
	}
	if got := strings.Join(o.seen, " "); got != "main.lua:4 main.lua:5 main.lua:6" {
		t.Errorf("it came by %s", got)
	}
}

// TestADebuggerSeesFailuresAndCoroutines is told of an error before its stack is gone, and of
// the whole stack through a coroutine.
func TestADebuggerSeesFailuresAndCoroutines(t *testing.T) {
	s, _ := newTestState(t, map[string]string{"main.lua": debugged}, "main")
	o := &onlooker{at: "main.lua:4"}
	var names []string
	o.do = func() {
		id, _ := s.RunningTask()
		for _, c := range s.Stack(id) {
			names = append(names, c.Function)
		}
	}
	s.Debug(o)
	s.Call("main", "wrong", func([]world.Value, error) {})
	if len(o.failed) != 1 || !strings.Contains(o.failed[0], "arithmetic") {
		t.Errorf("it was told of %q", o.failed)
	}
	s.Call("main", "nested", func([]world.Value, error) {})
	if len(names) != 3 || names[0] != "main.add" || names[2] != "main.nested" {
		t.Errorf("the stack is %v", names)
	}
}

// TestAsideLeavesNothing holds two States against each other, of which one was asked many
// things on the way: chance, numbers, steps and what is kept have to be the same.
func TestAsideLeavesNothing(t *testing.T) {
	var out [2]string
	for i := range out {
		s, _ := newTestState(t, map[string]string{"main.lua": debugged}, "main")
		for range 5 {
			if i == 1 {
				for _, expr := range []string{"main.roll()", "math.random(5), tostring({})", "main.add(1)", "nil + 1", "("} {
					_, _ = s.Aside(expr, nil) // some of them fail
				}
			}
			s.Eval("main.roll()", "", func(v []world.Value, err error) { out[i] += fmt.Sprint(v, err) })
			s.Call("main", "add", func([]world.Value, error) {}, lua.LNumber(1))
		}
		out[i] += fmt.Sprintf("%+v", s.Vital(nil))
	}
	if out[0] != out[1] {
		t.Errorf("asked nothing it comes to\n%s\nand asked things to\n%s", out[0], out[1])
	}
}

// TestCodeLines knows where a breakpoint can stand.
func TestCodeLines(t *testing.T) {
	s, _ := newTestState(t, map[string]string{"main.lua": "-- nothing\nlocal M = {}\n\nfunction M.f()\n\n  return 1\nend\nreturn M"}, "main")
	var lines []int
	for line := range CodeLines(s.Release(), "main.lua") {
		lines = append(lines, line)
	}
	if slices.Sort(lines); !slices.Equal(lines, []int{2, 4, 6, 7, 8}) {
		t.Errorf("there is code on the lines %v", lines)
	}
	if CodeLines(s.Release(), "other.lua") != nil {
		t.Error("there is code in a file that is not there")
	}
}
