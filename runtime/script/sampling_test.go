package script

import (
	"strings"
	"testing"

	lua "github.com/yuin/gopher-lua"

	"hotshard/runtime/script/code"
)

const sampledSource = `
local work = {}
local function count(n) local x = 0 for i = 1, n do x = x + i end return x end
function work.light(n) return (count(n)) end
function work.heavy(n) return (count(9 * n)) end
function event.light(n) work.light(n) end
function event.heavy(n) work.heavy(n) end
function event.waits(n) work.light(n) sleep(0) work.light(n) end
function event.ever() while true do end end
return work
`

func sampledState(t *testing.T, sampled func([]Sample)) *State {
	t.Helper()
	s, err := New(Options{Name: "t", Entry: []string{"work"}, Seed: 1, Release: code.NewRelease(4, map[string][]byte{"work.lua": []byte(sampledSource)}), Sampled: sampled})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

// Many short entries are sampled like one long one: what takes nine times the steps has
// nine times the share.
func TestSamplesAreWhereTheStepsGo(t *testing.T) {
	steps := map[string]int64{}
	var all int64
	var whole *Stack
	s := sampledState(t, func(list []Sample) {
		for _, sm := range list {
			if len(sm.Stack.Frames) == 3 {
				whole = sm.Stack
			}
			for _, f := range sm.Stack.Frames {
				steps[f.Function] += sm.Steps
			}
			all += sm.Steps
		}
	})
	before := s.Steps()
	for range 2000 {
		s.Emit("light", lua.LNumber(997))
		s.Emit("heavy", lua.LNumber(997))
	}
	s.FlushSamples()
	took := s.Steps() - before
	if got := float64(all) / float64(took); got < 0.99 || got > 1.01 {
		t.Errorf("%d steps were taken, and %d sampled", took, all)
	}
	if share := float64(steps["work.heavy"]) / float64(all); share < 0.88 || share > 0.92 {
		t.Errorf("the heavy one has a share of %.3f: %v", share, steps)
	}
	if whole == nil || whole.Release != 4 || whole.Frames[0].Function != "work:count" || whole.Frames[0].Module != "work" ||
		!strings.HasPrefix(whole.Frames[0].Place, "work.lua@") || !strings.HasSuffix(whole.Frames[0].Place, ":3") || !strings.HasPrefix(whole.Key, "4\x00work:count\x00work.") {
		t.Errorf("a stack: %+v", whole)
	}
	told := all
	s.FlushSamples()
	if all != told {
		t.Error("told twice")
	}
}

// Whether somebody looks changes nothing: not how many steps code takes, not where a
// budget ends.
func TestSamplingChangesNothing(t *testing.T) {
	one, two := sampledState(t, nil), sampledState(t, func([]Sample) {})
	for _, s := range []*State{one, two} {
		for n := range 300 {
			s.Emit("light", lua.LNumber(n*37))
			s.Emit("waits", lua.LNumber(n*11))
			s.Advance(float64(n))
		}
		s.Emit("ever")
	}
	if one.Steps() != two.Steps() {
		t.Errorf("%d steps without, %d with", one.Steps(), two.Steps())
	}
	two.StartProfile()
	one.Emit("heavy", lua.LNumber(100_000))
	two.Emit("heavy", lua.LNumber(100_000))
	if one.Steps() != two.Steps() {
		t.Errorf("%d steps without, %d profiled", one.Steps(), two.Steps())
	}
}
