package script

import (
	"fmt"
	"testing"

	lua "github.com/yuin/gopher-lua"

	"hotshard/runtime/script/code"
)

const sharedSource = `
local m = {}
local function step(x) return x + 1 end
function m.f(x) return step(x) end
function m.make(n) return function(x) return x + n end end
function m.waits(x) sleep(1) return step(x) end
rawset(_G, "KEPT", m.make(10))
function event.work(x) GOT = m.f(x) end
function event.wait(x) GOT = m.waits(x) end
rawset(_G, "GOT", 0)
return m
`

// sharers are two systems of one release.
func sharers(t *testing.T) (a, b *State) {
	t.Helper()
	release := code.NewRelease(1, map[string][]byte{"m.lua": []byte(sharedSource)})
	boot := func() *State {
		s, err := New(Options{Name: "t", Entry: []string{"m"}, Seed: 1, Release: release})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(s.Close)
		return s
	}
	return boot(), boot()
}

// owned names the functions whose code is the State's alone.
func owned(s *State) string {
	out := ""
	for _, f := range s.Module("m").Functions {
		if f != nil && !f.Slot.isShared() {
			out += f.Decl.Name + " "
		}
	}
	return out
}

func TestStatesShareCodeUntilOneIsObserved(t *testing.T) {
	a, b := sharers(t)
	if got := owned(a) + owned(b); got != "" {
		t.Fatalf("after the start %sare of one State alone", got)
	}
	calls := 0
	stop, err := a.Trace("m.f", 100, func(TracedCall) { calls++ })
	if err != nil {
		t.Fatal(err)
	}
	a.Gauge([]string{"m.make"})
	for _, s := range []*State{a, b} {
		s.Emit("work", lua.LNumber(4))
		if got := evalOne(t, s, `return GOT`); got != 5.0 {
			t.Errorf("m.f(4) is %v", got)
		}
	}
	if calls != 1 {
		t.Errorf("%d calls traced, and there was one where it is", calls)
	}
	if evalOne(t, b, `return require("m").make(1)(2)`) != 3.0 || len(b.readGauge()) != 0 {
		t.Error("the other is gauged")
	}
	evalOne(t, a, `return require("m").make(1)(2)`)
	if r := a.readGauge()["m.make"]; r.Calls != 1 {
		t.Errorf("m.make was called %v times", r.Calls)
	}
	stop()
	a.Unwrap()
	if got := owned(a); got != "m.f m.make " {
		t.Errorf("%sare of the State alone", got)
	}
	if got := owned(b); got != "" {
		t.Errorf("of the other, %sare", got)
	}
	a.Emit("work", lua.LNumber(6))
	if got := evalOne(t, a, `return GOT`); got != 7.0 || calls != 1 {
		t.Errorf("afterwards m.f(6) is %v, and %d calls are traced", got, calls)
	}
}

// Functions that exist, in tables, in locals of others and on stacks, belong to their slots
// whether or not they have been called since the slot got code of its own.
func TestWhoSharedCodeBelongsToItsSlotAfterwards(t *testing.T) {
	s, _ := sharers(t)
	s.Emit("wait", lua.LNumber(1))
	kept := s.Globals().RawGetString("KEPT").(*lua.LFunction)
	for _, f := range s.Module("m").Functions {
		if f != nil {
			s.ownCode(f)
		}
	}
	if sl := s.slots.Of(kept); sl == nil || sl.Function.Decl.Name != "m.make/1" {
		t.Fatalf("a function that has not been called is of %v", sl)
	}
	if kept.Proto == s.slots.Of(kept).Proto {
		t.Fatal("it has the slot's own code already: the test does not test what it should")
	}
	if got := s.Tasks()[0].Function; got != "m.waits" {
		t.Errorf("what waits is %q", got)
	}
	if got := evalOne(t, s, `return KEPT(5)`); got != 15.0 || kept.Proto != s.slots.Of(kept).Proto {
		t.Errorf("it gives %v, and runs the slot's code: %v", got, kept.Proto == s.slots.Of(kept).Proto)
	}
	s.Advance(1)
	if got := evalOne(t, s, `return GOT`); got != 2.0 {
		t.Errorf("what waited gives %v", got)
	}
}

// An image says of code which declaration it is: it is the same whether that is shared or not.
func TestImageOfCodeThatIsSharedAndNot(t *testing.T) {
	a, b := sharers(t)
	for _, s := range []*State{a, b} {
		s.Emit("wait", lua.LNumber(1))
	}
	for _, f := range a.Module("m").Functions {
		if f != nil {
			a.ownCode(f)
		}
	}
	var images []string
	for _, s := range []*State{a, b} {
		data, err := s.Image(nil)
		if err != nil {
			t.Fatal(err)
		}
		thawed, err := Thaw(Options{Name: "t", Entry: []string{"m"}, Release: s.release}, data, nil, nil)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(thawed.Close)
		if got := owned(thawed); got != "" {
			t.Errorf("thawed, %sare of one State alone", got)
		}
		again, err := thawed.Image(nil)
		if err != nil {
			t.Fatal(err)
		}
		thawed.Advance(1)
		images = append(images, string(data), string(again), fmt.Sprint(evalOne(t, thawed, `return GOT, KEPT(1)`)))
	}
	if images[0] != images[3] || images[0] != images[1] || images[3] != images[4] || images[2] != "2" {
		t.Errorf("%d, %d, %d and %d bytes of image are not the same, or what waited gives %s", len(images[0]), len(images[1]), len(images[3]), len(images[4]), images[2])
	}
}

// A module that failed and is loaded again has code of its own: what it left behind at the first
// try is not its.
func TestModuleLoadedTwiceSharesOnce(t *testing.T) {
	release := code.NewRelease(1, map[string][]byte{"m.lua": []byte(`
local m = {}
function m.f() return 1 end
TRIES = (rawget(_G, "TRIES") or 0) + 1
if TRIES == 1 then LEFT = m.f error("not yet") end
return m`)})
	s, err := New(Options{Name: "t", Seed: 1, Release: release})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	if s.Require("m") == nil {
		t.Fatal("the first try did not fail")
	}
	if err := s.Require("m"); err != nil {
		t.Fatal(err)
	}
	left := s.Globals().RawGetString("LEFT").(*lua.LFunction)
	if sl := s.slots.Of(left); sl != nil {
		t.Errorf("what the first try left is %s of the second", sl.Function.Decl.Name)
	}
	if got := owned(s); got != "m.f " {
		t.Errorf("%sare of the State alone", got)
	}
}
