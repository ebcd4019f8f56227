package dap

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-dap"
)

// TestAnEditorStopsStepsAndLooks goes through what an editor does: breakpoints that move to the
// next line with code, the stack, variables, expressions, steps.
func TestAnEditorStopsStepsAndLooks(t *testing.T) {
	e := newEditor(t)
	e.begin(map[string]any{"scripts": e.dir})
	set := e.breakAt("main.lua", line(4), line(99))
	if !set[0].Verified || set[0].Line != 5 || set[1].Verified || set[1].Message == "" {
		t.Errorf("the breakpoints are %+v", set)
	}
	e.breakAt("main.lua", line(6))
	if set := e.breakAt("other.lua", line(1)); set[0].Verified || !strings.Contains(set[0].Message, "no such file") {
		t.Errorf("in a file that is none of the scripts there is %+v", set)
	}
	e.do("configurationDone", nil, nil)
	if got := e.stop(); got != "entry between ticks" {
		t.Errorf("at first there is %s", got)
	}
	var threads dap.ThreadsResponseBody
	e.do("threads", nil, &threads)
	if len(threads.Threads) != 2 || !strings.Contains(threads.Threads[0].Name, "game") || !strings.Contains(threads.Threads[1].Name, "sleep") {
		t.Errorf("the threads are %+v", threads.Threads)
	}
	for _, step := range [][2]string{
		{"continue", "breakpoint main.lua:6"}, {"stepIn", "step lib.lua:3"}, {"stepOut", "step main.lua:7"}, {"next", "step main.lua:8"}, {"next", "step main.lua:9"},
		{"stepOut", "step main.lua:14"}, {"continue", "breakpoint main.lua:6"}, {"next", "step main.lua:7"},
	} {
		if got := e.stops(step[0]); got != step[1] {
			t.Fatalf("%s comes to %s, not to %s", step[0], got, step[1])
		}
	}
	e.looks()
	e.do("disconnect", nil, nil)
}

// looks looks at everything where M.work(3) has doubled its argument.
func (e *editor) looks() {
	e.t.Helper()
	stack := e.stack(1)
	if len(stack) != 2 || stack[0].Name != "main.work" || stack[0].Source.Path != filepath.Join(e.dir, "main.lua") || stack[1].Line != 13 {
		e.t.Fatalf("the stack is %+v", stack)
	}
	var scopes dap.ScopesResponseBody
	e.do("scopes", map[string]any{"frameId": stack[0].Id}, &scopes)
	seen := map[string]dap.Variable{}
	var locals int
	for _, scope := range scopes.Scopes {
		if scope.Name == "Locals" {
			locals = scope.VariablesReference
		}
		for _, v := range e.inside(scope.VariablesReference) {
			seen[scope.Name+"."+v.Name] = v
		}
	}
	for name, want := range map[string]string{"Locals.by": "3", "Locals.twice": "6", "Upvalues.M": "table of 3", "Upvalues.lib": "table of 1", "Module.n": "6", "Module.seen": "table of 1"} {
		if seen[name].Value != want {
			e.t.Errorf("%s is %q, not %q", name, seen[name].Value, want)
		}
	}
	if list := e.inside(seen["Module.seen"].VariablesReference); len(list) != 1 || list[0].Name != "[1]" || list[0].Value != "6" {
		e.t.Errorf("what was seen is %+v", list)
	}
	for expr, want := range map[string]string{"M.n + by": "9", `"a" .. twice`: `"a6"`, "nothing": "nil", "1, 2": "1, 2", "lib.twice(4)": "8", "M": "table of 3"} {
		if got := e.eval(expr, "watch"); got != want {
			e.t.Errorf("%s is %s, not %s", expr, got, want)
		}
	}
	for expr, want := range map[string]string{"M.n = 9": "only looks", "nil + 1": "arithmetic", "(": "console"} {
		if got := e.eval(expr, "watch"); !strings.HasPrefix(got, "refused") || !strings.Contains(got, want) {
			e.t.Errorf("%s is %s", expr, got)
		}
	}
	e.do("setVariable", map[string]any{"variablesReference": locals, "name": "twice", "value": "100"}, nil)
	if got := e.eval("by = 5", "repl"); got != "" {
		e.t.Errorf("an assignment is %s", got)
	}
	if got := e.stops("next") + " " + e.eval("M.n .. ' ' .. by", "hover"); got != `step main.lua:8 "106 5"` {
		e.t.Errorf("with other values it comes to %s", got)
	}
}

func (e *editor) inside(ref int) []dap.Variable {
	e.t.Helper()
	var body dap.VariablesResponseBody
	e.do("variables", map[string]any{"variablesReference": ref}, &body)
	return body.Variables
}

// TestAnEditorGoesBack goes back from breakpoint to breakpoint, across images, by ticks, and to
// the beginning: and each time what is there is what was there on the way.
func TestAnEditorGoesBack(t *testing.T) {
	e := newEditor(t)
	e.begin(map[string]any{"scripts": e.dir, "stopOnEntry": false})
	e.breakAt("main.lua", line(7), line(9))
	e.do("configurationDone", nil, nil)
	var way []string
	note := func(stop string) string { return stop + " n=" + e.eval("main.n", "watch") }
	way = append(way, note(e.stop()))
	for range 19 {
		way = append(way, note(e.stops("continue")))
	}
	if !strings.HasSuffix(way[19], "main.lua:9 n=60") {
		t.Fatalf("the way is %q", way)
	}
	for i := 18; i >= 11; i-- {
		if got := note(e.stops("reverseContinue")); got != way[i] {
			t.Fatalf("back there is %s, where on the way there was %s", got, way[i])
		}
	}
	if got := note(e.stops("continue")); got != way[12] {
		t.Errorf("and forward again there is %s, not %s", got, way[12])
	}
	before := fmt.Sprint(e.eval("main.n", "watch"))
	if got := e.stops("stepBack"); got != "step between ticks" {
		t.Errorf("a tick back there is %s", got)
	}
	if got := e.eval("main.n", "watch"); got != before {
		t.Errorf("at the beginning of the tick n is %s, and was %s", got, before)
	}
	if got := note(e.stops("continue")); got != way[12] {
		t.Errorf("from there it comes to %s, not to %s", got, way[12])
	}
	e.breakAt("main.lua")
	if got := note(e.stops("reverseContinue")); got != "entry between ticks n=0" {
		t.Errorf("at the beginning there is %s", got)
	}
}

// TestAnEditorStopsAtErrorsAndConditions stops where a condition holds, where a script fails,
// and at the end, from where it can go back.
func TestAnEditorStopsAtErrorsAndConditions(t *testing.T) {
	e := newEditor(t)
	e.begin(map[string]any{"scripts": e.dir})
	e.breakAt("main.lua", map[string]any{"line": 7, "condition": "M.n == 24"})
	e.do("setExceptionBreakpoints", map[string]any{"filters": []string{"errors"}}, nil)
	e.do("configurationDone", nil, nil)
	e.stop()
	if got := e.stops("continue") + " " + e.eval("M.n", "watch"); got != "breakpoint main.lua:7 24" {
		t.Errorf("with the condition it comes to %s", got)
	}
	if got := e.stops("continue") + " " + e.eval("what", "watch"); got != `exception main.lua:17 "a stick"` {
		t.Errorf("then to %s", got)
	}
	if got := e.stops("continue"); got != "pause between ticks" {
		t.Errorf("and then to %s", got)
	}
	if got := e.stops("reverseContinue"); got != "exception main.lua:17" {
		t.Errorf("back to %s", got)
	}
}

// TestAnEditorSeesWhatRan shows the text that was recorded where the disk has another, and
// begins where it is told to.
func TestAnEditorSeesWhatRan(t *testing.T) {
	e := newEditor(t)
	if err := os.WriteFile(filepath.Join(e.dir, "main.lua"), []byte("-- mended\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	e.begin(map[string]any{"scripts": e.dir, "from": 3})
	if set := e.breakAt("main.lua", line(7)); !set[0].Verified || !strings.Contains(set[0].Message, "another text") {
		t.Errorf("the breakpoint is %+v", set)
	}
	e.do("configurationDone", nil, nil)
	e.stop()
	e.stops("continue")
	at := e.stack(1)[0]
	if at.Source.SourceReference == 0 || !strings.Contains(at.Source.Name, "as it ran") {
		t.Fatalf("the source is %+v", at.Source)
	}
	var body dap.SourceResponseBody
	e.do("source", map[string]any{"sourceReference": at.Source.SourceReference}, &body)
	if body.Content != string(game["main.lua"]) {
		t.Errorf("the text is %q", body.Content)
	}
	for command, args := range map[string]any{"source": map[string]any{"sourceReference": 9}, "variables": map[string]any{"variablesReference": 77}, "scopes": map[string]any{"frameId": 0}, "goto": nil, "dance": nil} {
		if m := e.ask(command, args); m.Success || m.Message == "" {
			t.Errorf("%s is answered %+v", command, m)
		}
	}
}

// TestAnEditorMustBegin refuses what comes before a launch.
func TestAnEditorMustBegin(t *testing.T) {
	e := newEditor(t)
	if m := e.ask("threads", nil); m.Success || !strings.Contains(m.Message, "launch") {
		t.Errorf("the answer is %+v", m)
	}
	if m := e.ask("launch", map[string]any{"tick": "soon"}); m.Success || !strings.Contains(m.Message, "configuration") {
		t.Errorf("the answer is %+v", m)
	}
}
