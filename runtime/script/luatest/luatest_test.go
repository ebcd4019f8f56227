package luatest

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	lua "github.com/yuin/gopher-lua"

	"hotshard/runtime/script"
	"hotshard/runtime/script/code"
)

// root writes scripts into a folder of their own: name, text, name, text.
func root(t *testing.T, files ...string) string {
	t.Helper()
	dir := t.TempDir()
	for i := 0; i < len(files); i += 2 {
		path := filepath.Join(dir, files[i])
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(files[i+1]), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// run runs the tests of the scripts and returns the result and the report with
// the folder's name taken out.
func run(t *testing.T, o Options) (Result, string) {
	t.Helper()
	var out bytes.Buffer
	o.Out = &out
	result, err := Run(o)
	if err != nil {
		t.Fatal(err)
	}
	return result, strings.ReplaceAll(out.String(), o.Root+string(filepath.Separator), "")
}

func TestPassAndFail(t *testing.T) {
	dir := root(t,
		"lib/add.lua", "local add = {}\nfunction add.two(a, b) return a + b end\nreturn add\n",
		"lib/add_test.lua", `local add = require "lib.add"

function test.adds()
  eq(add.two(1, 2), 3)
end

function test.is_wrong()
  eq(add.two(1, 2), 4, "one and two")
end
`)
	result, report := run(t, Options{Root: dir, Seed: 7})
	if result != (Result{Passed: 1, Failed: 1}) {
		t.Errorf("result %+v", result)
	}
	head := `seed 7
FAIL lib.add_test.is_wrong
  lib/add_test.lua:8: one and two: not equal
  expected: 4
  actual:   3
  traceback:
  	lib/add_test.lua:8 in `
	if !strings.HasPrefix(report, head) || !strings.HasSuffix(report, "\n1 passed, 1 failed\n") {
		t.Errorf("got\n%s\nwant\n%s...", report, head)
	}
}

func TestWords(t *testing.T) {
	cases := []struct {
		name, body string
		want       string // part of the report, "" to pass
	}{
		{"eq tables", "eq({a = {1, 2}, b = 'x'}, {a = {1, 2}, b = 'x'})", ""},
		{"eq names the place", "eq({a = {1, 2}}, {a = {1, 3}})",
			"expected: {a = {1, 3}}\n  actual:   {a = {1, 2}}\n  first difference at .a[2]"},
		{"eq missing key", "eq({}, {a = 1})", "first difference at .a"},
		{"eq more keys", "eq({a = 1}, {})", "first difference at .a"},
		{"eq number and text", "eq(1, '1')", "expected: \"1\"\n  actual:   1"},
		{"eq of rings", "local a, b = {}, {} a.me, b.me = a, b eq(a, b)", ""},
		{"ne", "ne({1}, {2})", ""},
		{"ne fails", "ne({1}, {1})", "equal, which they should not be"},
		{"ok returns its value", "eq(ok(5), 5)", ""},
		{"ok fails", "ok(nil, 'no ship')", "no ship: not ok"},
		{"near", "near(0.1 + 0.2, 0.3) near(5, 6, 1)", ""},
		{"near fails", "near(5, 6.5, 1)", "expected: 6.5, give or take 1"},
		{"near nothing", "near(nil, 1)", "actual:   nil"},
		{"fails", "eq(fails(function() error('broken', 0) end), 'broken')", ""},
		{"fails with text", "fails(function() error('it is broken') end, 'is broken')", ""},
		{"fails with refusal", "eq(fails(function() error {code = 'x', message = 'no'} end, 'no').code, 'x')", ""},
		{"fails leaves locals shared", "local n = 1 local function get() return n end fails(function() error('x') end) pcall(function() local t = nil; t.x = 1 end) n = 2 eq(get(), 2)", ""},
		{"fails without error", "fails(function() end, 'broken')", "expected: an error with \"broken\""},
		{"fails with another error", "fails(function() error('other') end, 'broken')", "actual:   other"},
		{"error in the test", "local x = nil + 1", "attempt to perform arithmetic on"},
		{"refusal nobody caught", "error {code = 'docked', message = 'you are docked'}", "refused: you are docked"},
		{"advance runs timers", "local n = 0 every(1, function() n = n + 1 end) advance(10.05) eq(n, 10)", ""},
		{"sleep", "sleep(3) ok(true)", ""},
		{"fault in a timer", "after(1, function() error('late') end) advance(2)", "late (in timer)"},
		{"fault expected", "after(1, function() error('late') end) advance(2) eq(faults(), {'late (in timer)'})", ""},
		{"waits for ever", "coroutine.yield() local w = true while w do sleep(100) end", "still waits for something after 600 s"},
		{"endless loop", "while true do end", "budget"},
		{"no players in a bare state", "player 'Ann'", "player Ann cannot join"},
		{"log is shown", "print('here I am') ok(false)", "here I am"},
		{"new global", "x = 1", "assignment to the global x"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			dir := root(t, "word_test.lua", "function test.it()\n"+c.body+"\nend\n")
			result, report := run(t, Options{Root: dir})
			switch {
			case c.want == "" && result != (Result{Passed: 1}):
				t.Errorf("should pass:\n%s", report)
			case c.want != "" && (result.Failed != 1 || !strings.Contains(report, c.want)):
				t.Errorf("should fail with %q:\n%s", c.want, report)
			}
		})
	}
}

func TestEveryTestHasAFreshState(t *testing.T) {
	dir := root(t,
		"counter.lua", "local counter = {n = 0}\nreturn counter\n",
		"counter_test.lua", `local counter = require "counter"
for i = 1, 5 do
  test["counts_" .. i] = function()
    counter.n = counter.n + 1
    eq(counter.n, 1)
  end
end
`)
	for seed := range uint64(3) {
		if result, report := run(t, Options{Root: dir, Seed: seed}); result.Passed != 5 {
			t.Errorf("seed %d:\n%s", seed, report)
		}
	}
}

func TestOrderFollowsTheSeed(t *testing.T) {
	var files []string
	for i := range 6 {
		files = append(files, fmt.Sprintf("t%d_test.lua", i), "function test.a() ok(false) end function test.b() ok(false) end function test.c() ok(false) end")
	}
	dir := root(t, files...)
	order := func(seed uint64) string {
		_, report := run(t, Options{Root: dir, Seed: seed})
		var names []string
		for _, line := range strings.Split(report, "\n") {
			if name, ok := strings.CutPrefix(line, "FAIL "); ok {
				names = append(names, name)
			}
		}
		return strings.Join(names, " ")
	}
	if order(1) != order(1) {
		t.Error("the same seed must give the same order")
	}
	if order(1) == order(2) {
		t.Error("another seed must give another order")
	}
}

func TestChanceFollowsTheSeed(t *testing.T) {
	dir := root(t, "dice_test.lua", "function test.dice() eq(math.random(1, 1000000), 0) end")
	_, first := run(t, Options{Root: dir, Seed: 5})
	_, again := run(t, Options{Root: dir, Seed: 5})
	_, other := run(t, Options{Root: dir, Seed: 6})
	if first != again || first == other {
		t.Errorf("seed 5:\n%s\nagain:\n%s\nseed 6:\n%s", first, again, other)
	}
}

func TestBrokenFiles(t *testing.T) {
	dir := root(t,
		"bad_test.lua", "local = 1\n",
		"worse_test.lua", "require 'missing'\n",
		"good_test.lua", "function test.good() end\n")
	result, report := run(t, Options{Root: dir})
	if result != (Result{Passed: 1, Failed: 2}) {
		t.Errorf("result %+v", result)
	}
	for _, want := range []string{"FAIL bad_test\n", "bad_test.lua:1", "FAIL worse_test\n", "module missing not found"} {
		if !strings.Contains(report, want) {
			t.Errorf("no %q in\n%s", want, report)
		}
	}
}

func TestChoosing(t *testing.T) {
	dir := root(t,
		"a.lua", "return {}\n", "a_test.lua", "function test.one() end function test.two() end\n",
		"lib/b.lua", "return {}\n", "lib/b_test.lua", "function test.one() end\n")
	for _, c := range []struct {
		name    string
		paths   []string
		pattern string
		passed  int
	}{
		{"all", nil, "", 3},
		{"a folder", []string{"lib"}, "", 1},
		{"a test file", []string{filepath.Join(dir, "a_test.lua")}, "", 2},
		{"the script beside it", []string{filepath.Join(dir, "a.lua")}, "", 2},
		{"a pattern", nil, "one$", 2},
		{"pattern over file and name", nil, `^lib\.b_test\.one$`, 1},
	} {
		if result, report := run(t, Options{Root: dir, Paths: c.paths, Pattern: c.pattern}); result != (Result{Passed: c.passed}) {
			t.Errorf("%s: %+v\n%s", c.name, result, report)
		}
	}
	if _, err := Run(Options{Root: dir, Paths: []string{"nowhere"}}); err == nil {
		t.Error("a path without tests must be an error")
	}
	if _, err := Run(Options{Root: dir, Pattern: "("}); err == nil {
		t.Error("a bad pattern must be an error")
	}
	if _, err := Run(Options{Root: filepath.Join(dir, "missing")}); err == nil {
		t.Error("a missing root must be an error")
	}
}

func TestSystemOfTheFile(t *testing.T) {
	dir := root(t, "x_test.lua", "test.system = 'Beta'\nfunction test.x() end\n")
	var systems []string
	o := Options{Root: dir, New: func(s Setup) (World, error) {
		systems = append(systems, s.System)
		return Bare(s)
	}}
	if result, report := run(t, o); result.Passed != 1 || fmt.Sprint(systems) != "[Alpha Beta]" {
		t.Errorf("%v\n%s", systems, report)
	}
}

func TestRender(t *testing.T) {
	w, err := Bare(Setup{Release: code.NewRelease(1, map[string][]byte{"x.lua": []byte(`return {
		{1, 2, {a = "x"}},
		{[5] = true, ["a b"] = 1.5},
		print,
		{{{{{{1}}}}}},
	}`)}), Entry: []string{"x"}, Install: func(*script.State) {}})
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	L := w.State().L()
	values := L.GetGlobal("package").(*lua.LTable).RawGetString("loaded").(*lua.LTable).RawGetString("x").(*lua.LTable)
	for i, want := range []string{`{1, 2, {a = "x"}}`, `{[5] = true, ["a b"] = 1.5}`, `<function>`, `{{{{{{...}}}}}}`} {
		if got := render(values.RawGetInt(i + 1)); got != want {
			t.Errorf("render of value %d is %s, want %s", i+1, got, want)
		}
	}
	long := L.NewTable()
	for i := range 5000 {
		long.Append(lua.LNumber(i))
	}
	if got := render(long); len(got) > maxRenderBytes+10 || !strings.HasSuffix(got, " ...") {
		t.Errorf("a long table is not shortened: %d bytes", len(got))
	}
}

func TestMap(t *testing.T) {
	u := Map()
	for i := range u.Systems {
		for _, c := range u.Systems[i].Celestials {
			if c.Dest == 0 {
				continue
			}
			dest := u.System(c.Dest)
			if back := dest.Find(c.DestGate); back == nil || back.Dest != u.Systems[i].ID {
				t.Errorf("%s of %s leads to a gate that does not lead back", c.Name, u.Systems[i].Name)
			}
		}
	}
}

// BenchmarkHundred is a hundred tests from a cold start: reading, compiling,
// running each in a state of its own.
func BenchmarkHundred(b *testing.B) {
	dir := b.TempDir()
	for i := range 10 {
		body := "local m = require 'm'\nfor i = 1, 10 do test['t' .. i] = function() advance(1) eq(m.f(i), i + 1) end end\n"
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("t%d_test.lua", i)), []byte(body), 0o644); err != nil {
			b.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "m.lua"), []byte("local m = {} function m.f(x) return x + 1 end return m"), 0o644); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if result, err := Run(Options{Root: dir}); err != nil || result.Passed != 100 {
			b.Fatal(err, result)
		}
	}
}
