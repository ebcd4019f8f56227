package script

import (
	"slices"
	"strings"
	"testing"

	lua "github.com/yuin/gopher-lua"

	"hotshard/runtime/script/code"
)

// TestAGaugeTakesNoSteps runs the same with and without one, errors and waits included.
func TestAGaugeTakesNoSteps(t *testing.T) {
	steps := func(names ...string) (int64, Reading) {
		s, _ := gaugedState(t)
		s.Gauge(names)
		for i := range 20 {
			for _, name := range []string{"work", "wait", "fail"} {
				s.Emit(name, lua.LNumber(1))
			}
			evalOne(t, s, `return require("m").safe({})`)
			s.Advance(float64(i))
		}
		return s.Steps(), s.Gauge(names)["m.f"]
	}
	plain, _ := steps()
	gauged, read := steps("m.f", "m.bad", "m.slow", "m.safe")
	if plain != gauged || plain == 0 {
		t.Errorf("%d steps were taken without a gauge, and %d with one", plain, gauged)
	}
	if read.Steps != int64(read.Timed) || read.Timed == 0 {
		t.Errorf("%d calls of a function that calls nothing took %d steps", read.Timed, read.Steps)
	}
}

const keepingSource = `
local m = {n = 3, of = {{name = "a"}, {name = "b", deep = {x = true}}}}
local count, twin = 7, m.of
function m.make(n) local left = n return function() left = left - 1 return left end end
m.held = m.make(5)
reload.state("kept", {k = "v"})
event.work = function() end
every(5, function() end)
every(5, function() end)
task.spawn(function() while true do sleep(10) end end)
function m.get() return count, twin end
return m`

func leavesOf(s *State) []string {
	var out []string
	s.Survey(func(l Leaf) { out = append(out, l.Path()+"="+l.Text()) }, nil)
	slices.Sort(out)
	return out
}

func keeping(t *testing.T, source string) *State {
	t.Helper()
	s, err := New(Options{Name: "t", Entry: []string{"m"}, Seed: 1, Release: code.NewRelease(1, map[string][]byte{"m.lua": []byte(source)}), OnFault: func(f Fault) { t.Error(f.Message) }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

// TestSurvey lists what a State keeps, each thing under one path.
func TestSurvey(t *testing.T) {
	got := strings.Join(leavesOf(keeping(t, keepingSource)), "\n")
	want := strings.Join([]string{
		`handlers of work="1"`, `m's reload.state kept.k="v"`, `m.held's variable=5`, `m.n=3`, `m.of[1].name="a"`, `m.of[2].deep.x=true`, `m.of[2].name="b"`, `m:count=7`,
		`tasks of task, in sleep="1"`, `timers of m, every 5 s="2, the next due at 5 s"`,
	}, "\n")
	if got != want {
		t.Errorf("it keeps\n%s\nand not\n%s", got, want)
	}
}

// TestHowItIsWrittenShowsInNoSurvey renames what is local to functions and moves everything.
func TestHowItIsWrittenShowsInNoSurvey(t *testing.T) {
	other := strings.NewReplacer("left", "remaining", "function m.make(n)", "\n\n-- said otherwise\nfunction m.make ( n )\n").Replace(keepingSource)
	if a, b := leavesOf(keeping(t, keepingSource)), leavesOf(keeping(t, other)); !slices.Equal(a, b) {
		t.Errorf("it keeps\n%s\nand said otherwise\n%s", strings.Join(a, "\n"), strings.Join(b, "\n"))
	}
}

// TestBreakEndsWhatNeverEnds breaks a State off in which commands go on and on.
func TestBreakEndsWhatNeverEnds(t *testing.T) {
	s := keeping(t, "function event.loop() while true do end end return {}")
	var faults []string
	s.opts.OnFault = func(f Fault) { faults = append(faults, f.Message) }
	s.Break()
	before := s.Steps()
	for range 5 {
		s.Emit("loop")
	}
	if took := s.Steps() - before; len(faults) != 5 || took > 100 || !strings.Contains(faults[0], "broken off") {
		t.Errorf("after %d steps: %v", took, faults)
	}
}
