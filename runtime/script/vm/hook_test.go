package vm

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"slices"
	"testing"

	lua "github.com/yuin/gopher-lua"
)

var update = flag.Bool("update", false, "write loop_hooked.go anew")

// hookedLoop is the interpreter's loop with a look at each instruction.
func hookedLoop(t *testing.T) []byte {
	t.Helper()
	src, err := os.ReadFile("loop.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, change := range [][2]string{
		{"package vm\n", "// Code generated from loop.go by go test -run Hooked -update; DO NOT EDIT.\n\npackage vm\n"},
		{"// execute runs the current frame", "// executeHooked is execute for a machine with a Hook: it runs the current frame"},
		{"func (m *Machine) execute(", "func (m *Machine) executeHooked("},
		{"\tfor {\n\t\ti := code[pc]\n", "\tfor {\n\t\tm.trace(L, cf, pc)\n\t\ti := code[pc]\n"},
		{"\nconst opBias = (1<<18 - 1) >> 1\n", ""},
	} {
		if bytes.Count(src, []byte(change[0])) != 1 {
			t.Fatalf("loop.go has not one %q", change[0])
		}
		src = bytes.Replace(src, []byte(change[0]), []byte(change[1]), 1)
	}
	return src
}

// TestHookedLoopIsTheLoop holds the loop for debuggers to be the loop, but for the look.
func TestHookedLoopIsTheLoop(t *testing.T) {
	want := hookedLoop(t)
	if *update {
		if err := os.WriteFile("loop_hooked.go", want, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile("loop_hooked.go")
	if err != nil || !bytes.Equal(got, want) {
		t.Errorf("loop_hooked.go is not what is made of loop.go (%v): run go test ./runtime/script/vm -run Hooked -update", err)
	}
}

// watcher is a Hook that writes down where code comes by, and the locals that are there.
type watcher struct{ seen []string }

func (w *watcher) Line(L *lua.LState, _ *lua.LFunction, line int) {
	text := fmt.Sprint(line)
	for _, l := range Current(L).Locals() {
		text += fmt.Sprintf(" %s=%s", l.Name, testText(L, l.Get(L)))
	}
	w.seen = append(w.seen, text)
}

// TestAHookSeesLines runs programs with a Hook: it is told of each line that runs, with the
// locals that are in scope there, and the programs do what they do without.
func TestAHookSeesLines(t *testing.T) {
	for src, want := range map[string][]string{
		"local a = 1\nlocal b = a + 1\nprint(a, b)":                             {"1", "2 a=1", "3 a=1 b=2"},
		"for i = 1, 2 do\n  local x = i\nend\nprint(1)":                         {"1", "2 i=1", "1", "2 i=2", "1", "4"},
		"local function f(n)\n  return n\nend\nlocal r = f(1) + f(2)\nprint(r)": {"3 f=nil", "4 f=function", "2 n=1", "2 n=2", "5 f=function r=3"},
	} {
		w := &watcher{}
		L, _ := testState(t)
		Of(L).Hook = w
		L.Push(&lua.LFunction{Proto: compile(t, src), Env: L.Env})
		if err := PCall(L, 0, 0, nil); err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(w.seen, want) {
			t.Errorf("%q\n  comes by %q\n  want     %q", src, w.seen, want)
		}
	}
}

// TestHookedLanguage runs the programs of the language with a Hook.
func TestHookedLanguage(t *testing.T) {
	for _, c := range languageCases {
		L, out := testState(t)
		w := &watcher{}
		Of(L).Hook = w
		L.Push(&lua.LFunction{Proto: compile(t, c.src), Env: L.Env})
		if err := PCall(L, 0, 0, nil); err != nil {
			fmt.Fprintln(out, "error:", testText(L, err.(*lua.ApiError).Object))
		}
		if out.String() != c.want || len(w.seen) == 0 {
			t.Errorf("%s\n  gives %q\n  want  %q", c.src, out.String(), c.want)
		}
	}
}
