package script

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	lua "github.com/yuin/gopher-lua"

	"hotshard/runtime/gate/wire"
	"hotshard/runtime/script/code"
	"hotshard/runtime/world"
)

const clumsy = `
	local M = {fine = 0, bad = true, every = 0}
	function event.tick() if M.bad then error("broken") end M.fine = M.fine + 1 end
	function event.other() M.fine = M.fine + 1 end
	function event.spin() while M.bad do end end
	function event.late() sleep(1) if M.bad then error("later") end end
	function command.say(p, from) if from == "bad" then error("no such text") end return from end
	every(1, function() M.every = M.every + 1 if M.bad then error("timer") end end)
	return M`

// quarantined is what is set aside, in short: "main:event.tick" or "main:command.say for Ada".
func quarantined(s *State) string {
	var out []string
	for _, q := range s.Quarantined() {
		text := q.Function
		if q.Player != "" {
			text += " for " + q.Player
		}
		out = append(out, text)
	}
	return strings.Join(out, ", ")
}

func TestAHandlerThatAlwaysFailsIsNotRunAnyMore(t *testing.T) {
	s, faults := newTestState(t, map[string]string{"main.lua": clumsy}, "main")
	var told []Quarantined
	s.opts.OnQuarantine = func(q Quarantined) { told = append(told, q) }
	for range 100 {
		s.Emit("tick")
		s.Emit("other")
	}
	if len(*faults) != failsInRow || quarantined(s) != "main:event.tick" || len(told) != 1 || told[0].Message == "" || told[0].Failures != failsInRow {
		t.Fatalf("%d faults; %q is set aside; told %+v", len(*faults), quarantined(s), told)
	}
	if n := do(t, s, `require"main".fine`)[0]; n != 100.0 {
		t.Errorf("another handler ran %v times", n)
	}
	if q := s.Quarantined()[0]; q.Skipped != 100-failsInRow {
		t.Errorf("%+v", q)
	}
	do(t, s, `require"main".bad = false`)
	if s.LetGo("main:event.nothing") != 0 || s.LetGo("main:event.tick") != 1 {
		t.Error("what is let go is not what was set aside")
	}
	s.Emit("tick")
	if n := do(t, s, `require"main".fine`)[0]; n != 101.0 || s.QuarantineSize() != 0 {
		t.Errorf("after it was let go: %v, %q", n, quarantined(s))
	}
}

func TestWhatWorksNowAndThenIsNotSetAside(t *testing.T) {
	s, faults := newTestState(t, map[string]string{"main.lua": clumsy}, "main")
	for i := range 10 * failsInRow {
		do(t, s, fmt.Sprintf(`require"main".bad = %v`, i%(failsInRow-1) != 0))
		s.Emit("tick")
		s.Emit("late")
		s.Advance(2 * float64(i+1))
	}
	if len(*faults) < 10*failsInRow || strings.Contains(quarantined(s), "event") {
		t.Errorf("%d faults, and %q", len(*faults), quarantined(s))
	}
	if len(s.failing) > 3 {
		t.Errorf("%d are counted", len(s.failing))
	}
}

func TestRunawaysTimersAndTasksThatHaveWaited(t *testing.T) {
	s, _ := newTestState(t, map[string]string{"main.lua": clumsy}, "main")
	s.opts.Run = Budget{Steps: 1000}
	for i := range 2 * failsInRow {
		s.Emit("spin")
		s.Emit("late")
		s.Advance(float64(i + 1))
	}
	got := quarantined(s)
	for _, name := range []string{"event.spin", "event.late", "main"} {
		if !strings.Contains(got, name) {
			t.Errorf("%s is run still: %s", name, got)
		}
	}
	for _, q := range s.Quarantined() {
		if q.Function == "main:event.spin" && (q.Failures != spentInRow || !q.Spent) {
			t.Errorf("%+v", q)
		}
	}
	if n := do(t, s, `require"main".every`)[0].(float64); int(n) != failsInRow {
		t.Errorf("the timer ran %v times", n)
	}
}

// say asks as a player, and returns the code of the refusal.
func say(s *State, player, text string) (code string) {
	s.Command(player, "say", func(_ world.Value, err error) {
		if refused, ok := err.(*CommandError); ok {
			code = refused.Code
		}
	}, lua.LString(player), lua.LString(text))
	return code
}

func TestACommandIsSetAsideForWhoeverAbusesItAndThenForAll(t *testing.T) {
	s, _ := newTestState(t, map[string]string{"main.lua": clumsy}, "main")
	abuse := func(player string) {
		for range failsInRow {
			say(s, player, "bad")
		}
		if got := say(s, player, "fine"); got != wire.CodeSwitchedOff {
			t.Errorf("%s is answered %q", player, got)
		}
	}
	abuse("Ada")
	abuse("Bob")
	if got := say(s, "Eve", "fine"); got != "" {
		t.Errorf("who abuses nothing is answered %q", got)
	}
	abuse("Carl")
	abuse("Dora") // Eve was well in between: it is not broken
	if got := say(s, "Eve", "fine"); got != "" {
		t.Errorf("who abuses nothing is answered %q: %s", got, quarantined(s))
	}
	abuse("Fred")
	abuse("Gil")
	abuse("Hal") // nobody was
	if got := say(s, "Eve", "fine"); got != wire.CodeSwitchedOff {
		t.Errorf("a command that fails for all is answered %q: %s", got, quarantined(s))
	}
	s.LetGo("main:command.say")
	for _, player := range []string{"Ada", "Eve"} {
		if got := say(s, player, "fine"); got != "" {
			t.Errorf("%s is answered %q after it was let go", player, got)
		}
	}
}

func TestQuarantineIsInAnImage(t *testing.T) {
	s, _ := newTestState(t, map[string]string{"main.lua": clumsy}, "main")
	for range failsInRow + 7 {
		s.Emit("tick")
	}
	for range failsInRow - 1 {
		say(s, "Ada", "bad")
	}
	image, err := s.Image(nil)
	if err != nil {
		t.Fatal(err)
	}
	back, err := Thaw(Options{Name: "test", Release: s.release}, image, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer back.Close()
	for key, f := range s.failing {
		if same := back.failing[key]; same == nil || *same != *f {
			t.Errorf("%v comes back as %+v, and was %+v", key, same, f)
		}
	}
	if quarantined(back) != "main:event.tick" || back.Quarantined()[0].Skipped != 7 {
		t.Errorf("%+v", back.Quarantined())
	}
	say(back, "Ada", "bad")
	if got := quarantined(back); got != "main:command.say for Ada, main:event.tick" {
		t.Errorf("one more: %s", got)
	}
}

func TestWhatIsCountedIsBounded(t *testing.T) {
	s, _ := newTestState(t, map[string]string{"main.lua": clumsy}, "main")
	for i := range 3 * mostFailing {
		say(s, fmt.Sprint("Pilot ", i), "bad")
	}
	if len(s.failing) > mostFailing {
		t.Errorf("%d are counted", len(s.failing))
	}
}

// A change of the scripts gives everything another chance: what it calls may be mended.
func TestAnotherReleaseLetsGo(t *testing.T) {
	s, faults := newTestState(t, map[string]string{"main.lua": clumsy}, "main")
	for range 2 * failsInRow {
		s.Emit("tick")
	}
	s.release = code.NewRelease(2, map[string][]byte{"main.lua": []byte(clumsy), "other.lua": []byte("return 1")})
	for range 2 * failsInRow {
		s.Emit("tick")
	}
	if len(*faults) != 2*failsInRow || quarantined(s) != "main:event.tick" {
		t.Errorf("%d faults, and %q", len(*faults), quarantined(s))
	}
}

// What a task waits for fails each time, as the store does on a full disk: the function is
// not set aside for it, caught on the way and passed on or not. An error of its own counts.
func TestWhoWaitsInVainIsNotSetAside(t *testing.T) {
	s, faults := newTestState(t, map[string]string{"main.lua": `
		local M = {}
		function event.plain() disk.ask() end
		function event.passed() local ok, why = task.try(disk.ask) sleep(0.1) error(why, 0) end
		function event.twice() task.try(function() local ok, why = task.try(disk.ask) error("so: " .. why, 0) end) disk.ask() end
		function event.own() task.try(disk.ask) error("my own mistake") end
		return M`}, "main")
	var waits []*Wait
	s.Bind(Table{Name: "disk", Funcs: []Func{{Name: "ask", Sig: "ask(): any", Yields: true}}}, map[string]lua.LGFunction{"ask": func(L *lua.LState) int {
		w, err := s.Park(L, "ask")
		if err != nil {
			L.RaiseError("%s", err.Error())
		}
		waits = append(waits, w)
		return L.Yield()
	}})
	fail := func() {
		for len(waits) > 0 {
			w := waits[0]
			waits = waits[1:]
			w.Fail(errors.New("the disk is full"))
		}
	}
	now := 0.0
	for range 2 * failsInRow {
		for _, name := range []string{"plain", "passed", "twice", "own"} {
			s.Emit(name)
		}
		fail()
		now += 0.2
		s.Advance(now)
		fail()
	}
	if got := quarantined(s); got != "main:event.own" || len(*faults) != 3*2*failsInRow+failsInRow {
		t.Errorf("%q is set aside after %d faults", got, len(*faults))
	}
}
