package script

import (
	"strings"
	"testing"

	lua "github.com/yuin/gopher-lua"

	"hotshard/runtime/script/code"
)

// mistakes are entries that would run, grow or pile up without end, with what stops
// them.
var mistakes = []struct {
	name, code, want string
	generous         bool // with the budget of a running shard
}{
	{"loop", `while true do end`, "more than 200000 steps", false},
	{"loop that calls", `local function f() end while true do f() end`, "more than 200000 steps", false},
	{"loop in pcall", `while true do pcall(function() while true do end end) end`, "more than 200000 steps", false},
	{"list", `local t = {} while true do t[#t + 1] = {} end`, "more than 24 MiB of memory", false},
	{"sparse lists", `local t = {} for i = 1, 1e9 do t[i] = {} t[i][60000] = 1 end`, "more than 24 MiB of memory", false},
	{"fields", `local t = {} for i = 1, 1e9 do t["k" .. i] = true end`, "more than", false},
	{"closures", `local t = {} for i = 1, 1e9 do t[i] = function() return i end end`, "more than", false},
	{"texts", `local t, s = {}, ("x"):rep(100000) for i = 1, 1e9 do t[i] = s .. i end`, "more than 24 MiB of memory", false},
	{"texts by the library", `local t = {} for i = 1, 1e9 do t[i] = ("x"):rep(1000000 + i) end`, "more than", false},
	{"coroutines", `local t = {} for i = 1, 1e9 do t[i] = coroutine.create(function() end) end`, "more than", false},
	{"timers", `for i = 1, 1e9 do after(1, function() end) end`, "20000 timers", true},
	{"handlers", `for i = 1, 1e9 do on("x", function() end) end`, "1000 handlers of the event x", false},
	{"commands", `for i = 1, 1e9 do command("c" .. i, function() end) end`, "10000 commands", true},
	{"tasks", `for i = 1, 1e9 do task.spawn(function() sleep(1) end) end`, "that have not ended", true},
	{"an event that emits itself", `on("again", function() emit("again") end) emit("again")`, "is emitted inside 16 other emits", false},
	{"two of them", `on("both", function() emit("both") end) on("both", function() emit("both") end) emit("both")`, "budget: ", false},
	{"a period below nothing", `every(-1, function() end)`, "seconds must not be negative", false},
	{"no number", `after(0/0, function() end)`, "seconds must not be negative", false},
	{"never", `after(math.huge, function() end)`, "at most 1000000000 seconds", false},
	{"recursion", `local function f() return 1 + f() end f()`, "stack overflow", true},
}

func TestMistakesCostOneCall(t *testing.T) {
	for _, m := range mistakes {
		t.Run(m.name, func(t *testing.T) {
			s, faults := newTestState(t, map[string]string{"main.lua": "function event.go() " + m.code + " end"}, "main")
			s.opts.Run = Budget{Steps: 200_000, Memory: 24 << 20}
			if m.generous {
				s.opts.Run = RunBudget
			}
			timers, tasks := len(s.registry.timers), len(s.alive)
			s.Emit("go")
			var messages []string
			for _, f := range *faults {
				messages = append(messages, f.Message)
			}
			if got := strings.Join(messages, "\n"); !strings.Contains(got, m.want) {
				t.Fatalf("%d faults, none with %q: %.300s", len(messages), m.want, got)
			}
			if m.name == "tasks" || m.name == "timers" {
				return // of one that is refused and goes no further, what it has made stays
			}
			if len(s.registry.timers) != timers || len(s.alive) != tasks {
				t.Errorf("it left %d timers and %d tasks", len(s.registry.timers)-timers, len(s.alive)-tasks)
			}
			if got := do(t, s, "1 + 1")[0]; got != 2.0 {
				t.Error("the state does not go on")
			}
		})
	}
}

func TestStoppedCallLeavesNothingBehind(t *testing.T) {
	s, faults := newTestState(t, map[string]string{"main.lua": `
		command("old", function() return "old" end)
		function event.go()
			for i = 1, 100 do after(1, function() end) on("other", function() end) task.spawn(function() sleep(5) end) end
			command("old", function() return "new" end)
			while true do end
		end`}, "main")
	s.Emit("go")
	if len(*faults) != 1 {
		t.Fatal(*faults)
	}
	if len(s.registry.timers) != 0 || len(s.registry.handlers["other"]) != 0 || len(s.alive) != 0 {
		t.Errorf("left: %d timers, %d handlers, %d tasks", len(s.registry.timers), len(s.registry.handlers["other"]), len(s.alive))
	}
	if s.registry.commands["old"] == nil {
		t.Error("the command that it replaced is gone")
	}
}

func TestWhatOneHoldsIsItsOwn(t *testing.T) {
	src := map[string]string{"main.lua": `
		HELD = {}
		function event.hold() for i = 1, 400 do HELD[#HELD + 1] = {x = string.rep("x", 100000) .. i} end end
		function event.work() local n = 0 for i = 1, 200000 do n = n + #{} end DONE = n end
		function event.free() HELD = {} end`}
	big, bigFaults := newTestState(t, src, "main")
	other, otherFaults := newTestState(t, src, "main")
	for range 8 {
		big.Emit("hold")
	}
	if len(*bigFaults) == 0 || !strings.Contains((*bigFaults)[len(*bigFaults)-1].Message, "holds") {
		t.Fatalf("a State holds %d MiB and nothing stopped it: %v", big.Held()>>20, *bigFaults)
	}
	other.Emit("work")
	if len(*otherFaults) != 0 {
		t.Errorf("another State paid for it: %v", *otherFaults)
	}
	big.Emit("free")
	big.measure()
	*bigFaults = nil
	big.Emit("work")
	if len(*bigFaults) != 0 || big.Held() > 10<<20 {
		t.Errorf("after it was let go: %d MiB, %v", big.Held()>>20, *bigFaults)
	}
}

// What fires as one is spread by its work over some ticks, and stays so in the next round;
// timers of little work all fire when they are due.
func TestAVolleyIsSpread(t *testing.T) {
	words := &Words{}
	words.Add(Table{Name: "space", Funcs: []Func{{Name: "shoot", Effect: true}}}, map[string]lua.LGFunction{"shoot": func(*lua.LState) int { return 0 }})
	release := code.NewRelease(1, map[string][]byte{"main.lua": []byte(`
		SHOTS, LIGHT = 0, 0
		local function shot() SHOTS = SHOTS + 1 space.shoot() space.shoot() after(6, shot) end
		for i = 1, 4000 do after(1, shot) after(1, function() LIGHT = LIGHT + 1 end) end`)})
	s, err := New(Options{Name: "test", Release: release, Entry: []string{"main"}, Bind: func(s *State) { s.Install(words, nil) }})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	fired := map[float64]float64{} // shots of a tick, by the time of day
	for tick, before := 10, 0.0; tick < 130; tick++ {
		s.Advance(float64(tick) / 10)
		now := do(t, s, "SHOTS")[0].(float64)
		fired[float64(tick)], before = now-before, now
	}
	for _, first := range []float64{10, 70} {
		if n := fired[first]; n < 500 || n > 2000 {
			t.Errorf("%v shots in the tick %v of %v", n, first, fired)
		}
	}
	if got := do(t, s, "SHOTS, LIGHT"); got[0] != 8000.0 || got[1] != 4000.0 {
		t.Errorf("%v shots and others", got)
	}
}

func TestPileOfTimersIsWorkedOffInTicks(t *testing.T) {
	s, faults := newTestState(t, map[string]string{"main.lua": `
		N = 0
		for i = 1, 200 do after(1, function() for j = 1, 200000 do end N = N + 1 end) end`}, "main")
	s.Advance(1)
	first := do(t, s, "N")[0].(float64)
	if first < 20 || first >= 200 {
		t.Fatalf("%v of 200 timers in one tick", first)
	}
	for now := 1.1; now < 3; now += 0.1 {
		s.Advance(now)
	}
	if n := do(t, s, "N")[0]; n != 200.0 || len(*faults) != 0 {
		t.Errorf("%v timers, %v", n, *faults)
	}
}
