package system

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	lua "github.com/yuin/gopher-lua"

	"hotshard/runtime/gate/wire"
	"hotshard/runtime/script"
	"hotshard/runtime/script/code"
	"hotshard/runtime/script/reload"
	"hotshard/runtime/script/vm"
	"hotshard/runtime/world"
)

func luaNumber(n float64) lua.LValue { return lua.LNumber(n) }

func event(name string) *wire.Frame { return wire.NewEvent(name, nil) }

func TestCommandIsAnsweredOnceItHasEnded(t *testing.T) {
	b := newBench(t, `
		function command.slow(p, args) sleep(1) return args.n end
		function command.no() error {code = "too_far", message = "too far"} end
		function command.bad() return nothing.here end`)
	ann := b.fly(1, somewhere)
	for id, name := range []string{"slow", "no", "bad", "unknown"} {
		b.post(Command{Player: 1, Client: ann, ID: uint64(id), Name: name, Args: map[string]world.Value{"n": 3.0}})
	}
	b.tick(2)
	if _, answered := ann.replies[0]; answered {
		t.Error("answered before it ended")
	}
	b.tick(10)
	if ann.replies[0] != nil || ann.results[0] != 3.0 {
		t.Errorf("slow: %v %v", ann.results[0], ann.replies[0])
	}
	for id, code := range map[uint64]string{1: "too_far", 2: wire.CodeInternal, 3: wire.CodeUnknownCommand} {
		var we *wire.Error
		if !errors.As(ann.replies[id], &we) || we.Code != code {
			t.Errorf("%d: answered %v, not %s", id, ann.replies[id], code)
		}
	}
	if len(b.faults) != 1 || b.faults[0].Player != "P1" {
		t.Errorf("faults: %+v", b.faults)
	}
}

func TestInboxIsBounded(t *testing.T) {
	b := newBench(t, echoes, func(c *Config) { c.InboxLimit = 3 })
	c := newClient()
	for i := range 3 {
		b.post(Command{Player: 1, Client: c, ID: uint64(i)})
	}
	if err := b.Post(Command{Player: 1, Client: c}); !errors.Is(err, ErrBusy) {
		t.Errorf("the fourth command: %v", err)
	}
	b.post(Leave{Player: 1}) // somebody else bounds these
	b.tick(1)
	b.post(Command{Player: 1, Client: c})
}

func TestMessagesKeepTheirOrder(t *testing.T) {
	in := newInbox(1000)
	for i := range 100 {
		if err := in.push(Command{ID: uint64(i)}); err != nil {
			t.Fatal(err)
		}
	}
	for i, m := range in.take(nil) {
		if m.(Command).ID != uint64(i) {
			t.Fatalf("message %d came at place %d", m.(Command).ID, i)
		}
	}
	if !in.close() || in.push(Do(nil)) != ErrGone {
		t.Error("a closed inbox took a message")
	}
}

func TestServiceCallsAndTheirFailures(t *testing.T) {
	b := newBench(t, `
		answers = {}
		function command.ask(p) return core.ask() end`, func(c *Config) { c.Script.Strict = false })
	ann := b.fly(1, somewhere)
	ask := func(id uint64) Call {
		b.post(Command{Player: 1, Client: ann, ID: id, Name: "ask"})
		b.tick(1)
		sent := b.sent["market"]
		if len(sent) == 0 {
			return Call{}
		}
		return sent[len(sent)-1].(Call)
	}
	call := ask(1)
	if call.Func != "price" || call.From != "@Alpha" || fmt.Sprint(call.Args) != "[ore]" {
		t.Fatalf("the call: %+v", call)
	}
	b.post(Answer{ID: call.ID, Values: []world.Value{12.5}})
	b.tick(1)
	if ann.results[1] != 12.5 {
		t.Errorf("answered %v %v", ann.results[1], ann.replies[1])
	}
	call = ask(2)
	b.post(Answer{ID: call.ID, Err: "market is closed"})
	b.tick(1)
	ask(3) // never answered
	b.tick(int(CallTimeout*10) + 2)
	b.refusing = errTest
	ask(4)
	b.tick(2)
	for i, want := range []string{"market is closed", "did not answer in time", "not today"} {
		if ann.replies[uint64(i+2)] == nil {
			t.Errorf("call %d succeeded", i+2)
		}
		if !strings.Contains(b.faults[i].Message, want) {
			t.Errorf("call %d failed with %q, not %q", i+2, b.faults[i].Message, want)
		}
	}
}

func TestServiceServes(t *testing.T) {
	release := code.NewRelease(1, map[string][]byte{"services/market.lua": []byte(`
		local market = {}
		function market.price(what) sleep(1) return what .. "!", 7 end
		return market`)})
	b := newBench(t, "", func(c *Config) {
		c.Address, c.Static, c.Module = "market", nil, "services.market"
		c.Release = func() *code.Release { return release }
	})
	b.post(Call{From: "@Alpha", ID: 9, Func: "price", Args: []world.Value{"ore"}})
	b.post(Call{From: "@Alpha", ID: 10, Func: "nothing"})
	b.tick(15)
	got := b.sent["@Alpha"]
	if len(got) != 2 {
		t.Fatalf("%d answers", len(got))
	}
	if a := got[0].(Answer); a.ID != 10 || !strings.Contains(a.Err, "no function nothing") {
		t.Errorf("unknown function: %+v", a)
	}
	if a := got[1].(Answer); a.ID != 9 || a.Err != "" || fmt.Sprint(a.Values) != "[ore! 7]" {
		t.Errorf("price: %+v", a)
	}
}

func TestEveryPlayerIsSavedEveryFiveSeconds(t *testing.T) {
	b := newBench(t, echoes)
	const players = 400
	for id := range world.CharacterID(players) {
		b.post(Enter{Character: Character{ID: id + 1, Name: "P", Ship: wren(somewhere)}, Client: new(sink), Reason: "login"})
	}
	b.tick(2)
	for _, p := range b.Players() {
		if err := b.Space().Direction(p.Ship, world.Vec3{X: 1}); err != nil {
			t.Fatal(err)
		}
	}
	b.shard.saves = 0
	most := 0
	for range 100 { // ten seconds
		before := b.shard.saves
		b.tick(1)
		most = max(most, b.shard.saves-before)
	}
	if b.shard.saves != 2*players {
		t.Errorf("%d saves of %d players in ten seconds", b.shard.saves, players)
	}
	if most > players/saveBuckets+saveTogether {
		t.Errorf("%d players were saved in one tick: they are not spread", most)
	}
	b.shard.saves = 0
	b.now = b.now.Add(time.Hour)
	b.tick(1)
	if b.shard.saves != players {
		t.Errorf("%d saves after a pause", b.shard.saves)
	}
}

func TestOnlyWhatChangedIsSaved(t *testing.T) {
	b := newBench(t, echoes)
	b.fly(1, somewhere)
	p := b.Player(1)
	turn := func() (Character, int) {
		b.shard.saves = 0
		b.tick(50)
		return b.saved[1], b.shard.saves
	}
	turn()
	if _, n := turn(); n != 0 {
		t.Errorf("saved %d times with nothing new", n)
	}
	if err := b.Space().Direction(p.Ship, world.Vec3{X: 1}); err != nil {
		t.Fatal(err)
	}
	first, n := turn()
	if n != 1 || !first.Moved || first.Ship.Vel.X <= 0 {
		t.Errorf("after a move: %d saves, %+v", n, first)
	}
	if second, _ := turn(); second.Ship == first.Ship || second.Ship.Pos.X <= first.Ship.Pos.X {
		t.Error("the Saver's record was changed behind its back, or not at all")
	}
	vm.Set(p.Data, lua.LString("isk"), luaNumber(5))
	if c, n := turn(); n != 1 || c.Moved {
		t.Errorf("after new data: %d saves, moved %t", n, c.Moved)
	}
	if err := b.SetSpeed(p.Ship, 7); err != nil {
		t.Fatal(err)
	}
	if c, n := turn(); n != 1 || c.Moved || c.Ship.Speed != 7 {
		t.Errorf("after a new speed: %d saves, %+v", n, c)
	}
}

func TestDataThatCannotBeSavedKeepsTheLastGood(t *testing.T) {
	b := newBench(t, echoes)
	b.fly(1, somewhere)
	p := b.Player(1)
	vm.Set(p.Data, lua.LString("isk"), luaNumber(5))
	b.System.saves.now(p)
	vm.Set(p.Data, lua.LString("bad"), b.State().L().NewFunction(func(*lua.LState) int { return 0 }))
	b.System.saves.now(p)
	if d, _ := b.saved[1].Data.(map[string]world.Value); d["isk"] != 5.0 {
		t.Errorf("saved %v", b.saved[1].Data)
	}
}

func TestPanicRestartsFromTheLastSave(t *testing.T) {
	b := newBench(t, echoes)
	ann := b.fly(1, somewhere)
	b.System.saves.now(b.Player(1))
	b.post(Do(func(*System) { panic("a bug in Go") }))
	b.post(Command{Player: 1, Client: ann, ID: 5, Name: "echo", Args: map[string]world.Value{"n": 1.0}})
	b.take()
	b.guard(func() { b.tick(1) })
	equal(t, "events", b.take(), []string{"started", "entered 1 restore"})
	ann.take()
	b.tick(2)
	if p := b.Player(1); p == nil || p.Ship == 0 {
		t.Fatal("the player is not back")
	}
	if ann.replies[5] != nil || ann.results[5] == nil {
		t.Error("a command that waited behind the panic was lost")
	}
	equal(t, "Ann's frames", ann.take(), []string{"system", "snapshot of 1"})
	lost := newClient()
	b.post(Enter{Character: Character{ID: 9, Name: "Bad"}, Client: lost, Reason: "login"})
	b.scripts.events = panics{b.scripts.events}
	b.guard(func() { b.tick(1) })
	if lost.closed == "" || len(b.left) != 1 || b.Player(1) == nil {
		t.Errorf("a player whose arrival panics: closed %q, left %v", lost.closed, b.left)
	}
	for range maxCrashes {
		b.guard(func() { panic("again") })
	}
	if b.Down() == nil || ann.closed == "" {
		t.Errorf("after %d panics: down %v, client closed %q", maxCrashes+1, b.Down(), ann.closed)
	}
	b.now = b.now.Add(time.Hour)
	if err := b.Restart(); err != nil {
		t.Errorf("a restart by hand: %v", err)
	}
}

// panics is a bug in what tells scripts of arrivals.
type panics struct{ Events }

func (panics) PlayerEntered(world.CharacterID, string) { panic("a bug in an arrival") }

func TestBrokenScriptsAreSaidAndMended(t *testing.T) {
	release := code.NewRelease(1, map[string][]byte{"main.lua": []byte("this is not Lua")})
	s := newShard()
	sys := New(Config{Address: "@Alpha", Static: alpha(), Release: func() *code.Release { return release },
		Script: script.Options{Entry: []string{"main"}}, Router: rest{s}, Saver: rest{s}})
	if err := sys.Start(epoch); err == nil || !strings.Contains(err.Error(), "main.lua:1") {
		t.Fatalf("started with %v", err)
	}
	c := newClient()
	_ = sys.Post(Enter{Character: Character{ID: 1, Name: "Ann"}, Client: c, Reason: "login"})
	sys.Step(epoch)
	if !strings.Contains(c.closed, "main.lua:1") || len(s.left) != 1 {
		t.Errorf("closed with %q, left %v", c.closed, s.left)
	}
	release = code.NewRelease(2, map[string][]byte{"main.lua": []byte("")})
	_ = sys.Post(Between(func(s *System) { _ = s.Restart() }))
	sys.Step(epoch)
	if sys.Down() != nil {
		t.Errorf("still down: %v", sys.Down())
	}
}

// run lets a system run by a fake clock inside a synctest bubble.
func run(t *testing.T, source string, change func(*Config)) (*System, *shard) {
	t.Helper()
	s := newShard()
	release := code.NewRelease(1, map[string][]byte{"main.lua": []byte(source)})
	cfg := Config{Address: "@Alpha", Static: alpha(), Release: func() *code.Release { return release },
		Script: script.Options{Entry: []string{"main"}}, Router: rest{s}, Saver: rest{s}, OnFault: s.fault, Events: s.teller,
		Bind: func(sys *System, st *script.State) { bindTest(sys, st) }}
	if change != nil {
		change(&cfg)
	}
	sys := New(cfg)
	go sys.Run()
	t.Cleanup(func() { sys.Stop("the test is over") })
	synctest.Wait()
	return sys, s
}

func TestSleepsWhenNobodyIsThere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sys, _ := run(t, "", nil)
		time.Sleep(time.Hour)
		synctest.Wait()
		if st := sys.Stats(); st.Awake || st.Tick > 2 {
			t.Errorf("after an hour alone: awake %v at tick %d", st.Awake, st.Tick)
		}
		_ = sys.Post(Enter{Character: Character{ID: 1, Name: "Ann", Ship: wren(somewhere)}, Client: newClient(), Reason: "login"})
		time.Sleep(time.Second)
		synctest.Wait()
		st := sys.Stats()
		if !st.Awake || st.Players != 1 {
			t.Errorf("with somebody in it: %+v", st)
		}
		if st.Tick < 36000 || st.Tick > 36020 {
			t.Errorf("an hour and a second are %d ticks", st.Tick)
		}
	})
}

func TestTimerWakesASleepingSystemOnTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sys, _ := run(t, `
			runs = 0
			every(30, function() runs = runs + 1 end)`, nil)
		time.Sleep(10*time.Minute + time.Second)
		synctest.Wait()
		runs := make(chan string, 1)
		_ = sys.Post(Do(func(s *System) { runs <- s.State().L().GetGlobal("runs").String() }))
		if got := <-runs; got != "20" {
			t.Errorf("a timer of 30 s ran %s times in ten minutes", got)
		}
		time.Sleep(time.Second)
		if n := sys.stats.ticks.Load(); n > 100 {
			t.Errorf("%d ticks for 20 calls of a timer", n)
		}
	})
}

// TestACalendarWakesASleepingSystem goes by the wall: an hour of the game is as long,
// while nobody is there to slow it down.
func TestACalendarWakesASleepingSystem(t *testing.T) {
	for _, service := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			var ran []string
			sys, _ := run(t, `at("03:00", function() core.note() end) at("*:30", function() core.note() end)`, func(c *Config) {
				if service {
					c.Address, c.Static = "clock", nil
				}
				c.Script.Started, c.Script.Now = time.Now(), time.Now
				c.Bind = func(_ *System, st *script.State) {
					st.Bind(script.Table{Name: "core", Funcs: []script.Func{{Name: "note"}}}, map[string]lua.LGFunction{
						"note": func(*lua.LState) int { ran = append(ran, time.Now().UTC().Format("15:04")); return 0 }})
				}
			})
			_ = sys.Post(Do(func(*System) {}))
			time.Sleep(3*time.Hour + time.Minute)
			synctest.Wait()
			equal(t, "it ran", ran, []string{"00:30", "01:30", "02:30", "03:00"})
			if n := sys.stats.ticks.Load(); n > 20 {
				t.Errorf("%d ticks for four calls", n)
			}
		})
	}
}

// TestTimerOfAReleaseCountsFromItsCommit gives a system, and a service, a timer
// while they sleep: the sleep before it is not made good.
func TestTimerOfAReleaseCountsFromItsCommit(t *testing.T) {
	for _, service := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			sys, _ := run(t, `runs = 0`, func(c *Config) {
				if service {
					c.Address, c.Static = "clock", nil
				}
			})
			_ = sys.Post(Do(func(*System) {})) // a service's time begins with its first message
			time.Sleep(time.Hour)
			synctest.Wait()
			_ = sys.Post(Between(func(s *System) {
				st := s.State()
				stager := reload.NewStager(script.Options{Entry: []string{"main"}, Started: epoch, Bind: func(s *script.State) { bindTest(nil, s) }})
				to := st.Release().With(2, map[string][]byte{"main.lua": []byte("runs = 0\nevery(1, function() runs = runs + 1 end)")})
				staged, err := stager.Stage(st.Release(), to, st.Modules())
				if err == nil {
					_, err = reload.Commit(st, staged)
				}
				if err != nil {
					t.Error(err)
				}
			}))
			time.Sleep(10*time.Second + 500*time.Millisecond)
			runs := make(chan string, 1)
			_ = sys.Post(Do(func(s *System) { runs <- s.State().L().GetGlobal("runs").String() }))
			if got := <-runs; got != "10" {
				t.Errorf("service %v: a timer of 1 s ran %s times in its first ten seconds", service, got)
			}
		})
	}
}

func TestUnloadsAfterDisuse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sys, s := run(t, `every(7, function() end)`, func(c *Config) { c.UnloadAfter = 5 * time.Minute })
		time.Sleep(4 * time.Minute)
		synctest.Wait()
		if s.gone() != 0 {
			t.Fatal("unloaded too early")
		}
		time.Sleep(2 * time.Minute)
		synctest.Wait()
		if s.gone() != 1 {
			t.Fatal("not unloaded")
		}
		equal(t, "events", s.take(), []string{"started", "stopping"})
		if err := sys.Post(Do(func(*System) {})); !errors.Is(err, ErrGone) {
			t.Errorf("a message to an unloaded system: %v", err)
		}
		if err := sys.Post(Between(func(*System) {})); !errors.Is(err, ErrGone) {
			t.Errorf("a release to an unloaded system: %v", err)
		}
	})
}

func TestBetweenDoesNotWaitForATick(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sys, _ := run(t, "", nil)
		_ = sys.Post(Enter{Character: Character{ID: 1, Name: "Ann", Ship: wren(somewhere)}, Client: newClient(), Reason: "login"})
		time.Sleep(time.Second + 10*time.Millisecond)
		synctest.Wait()
		tick := sys.Stats().Tick
		done := false
		_ = sys.Post(Between(func(*System) { done = true }))
		synctest.Wait()
		if !done || sys.Stats().Tick != tick {
			t.Errorf("done %v, tick %d and then %d", done, tick, sys.Stats().Tick)
		}
	})
}

func TestStopSavesEverybody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sys, s := run(t, "", nil)
		for id := range world.CharacterID(3) {
			_ = sys.Post(Enter{Character: Character{ID: id + 1, Name: "P", Ship: wren(somewhere)}, Client: newClient(), Reason: "login"})
		}
		time.Sleep(time.Second)
		synctest.Wait()
		s.saved = map[world.CharacterID]Character{}
		sys.Stop("the shard is stopping")
		time.Sleep(time.Second)
		synctest.Wait()
		if s.gone() != 1 || len(s.saved) != 3 { // in this order: gone() makes the saves visible
			t.Errorf("%d of 3 saved, unloaded %d", len(s.saved), s.gone())
		}
	})
}

func TestPanicInTheLoopHurtsNobodyElse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sys, _ := run(t, echoes, nil)
		other, _ := run(t, echoes, nil)
		_ = sys.Post(Do(func(*System) { panic("a bug in Go") }))
		time.Sleep(time.Second)
		synctest.Wait()
		if st := sys.Stats(); st.Crashes != 1 || !st.Up {
			t.Errorf("after a panic: %+v", st)
		}
		if st := other.Stats(); st.Crashes != 0 || !st.Up {
			t.Errorf("the neighbour of a panic: %+v", st)
		}
	})
}

// TestWhatAPanicLeftIsNotForgotten posts two at once, the first of which panics, to a
// service, which sleeps until it hears something, and to a system in the moment that it
// stops.
func TestWhatAPanicLeftIsNotForgotten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sys, s := run(t, "", func(c *Config) {
			release := code.NewRelease(1, map[string][]byte{"services/market.lua": []byte(`return {price = function(what) return what .. "!" end}`)})
			c.Address, c.Static, c.Module = "market", nil, "services.market"
			c.Release = func() *code.Release { return release }
		})
		bad := func(*System) { panic("a bug in Go") }
		answers := func() int {
			s.mu.Lock()
			defer s.mu.Unlock()
			return len(s.sent["@Alpha"])
		}
		_ = sys.Post(Do(func(s *System) { // the rest comes while it is at this one: one batch
			_ = s.Post(Do(bad))
			_ = s.Post(Call{From: "@Alpha", ID: 9, Func: "price", Args: []world.Value{"ore"}})
		}))
		time.Sleep(time.Hour)
		synctest.Wait()
		if n := answers(); n != 1 {
			t.Errorf("%d answers to a call behind a panic", n)
		}
		between := false
		_ = sys.Post(Between(func(s *System) {
			_ = s.Post(Between(bad))
			_ = s.Post(Between(func(*System) { between = true }))
		}))
		time.Sleep(time.Hour)
		synctest.Wait()
		if !between {
			t.Error("a release behind a panic waits")
		}
		_ = sys.Post(Between(func(s *System) {
			_ = s.Post(Do(bad))
			_ = s.Post(Call{From: "@Alpha", ID: 10, Func: "price", Args: []world.Value{"ore"}})
			s.stopping = "the test"
		}))
		time.Sleep(time.Hour)
		synctest.Wait()
		if n := answers(); n != 2 {
			t.Errorf("%d answers to two calls, one behind a panic in the last batch", n)
		}
	})
}

// TestSameInputsSameRun plays the same messages twice and compares where
// everything is.
func TestSameInputsSameRun(t *testing.T) {
	play := func() uint64 {
		b := newBench(t, `
			function command.fire(p) return math.random() end
			every(1, function() math.random(100) end)`)
		for id := range world.CharacterID(20) {
			c := newClient()
			b.post(Enter{Character: Character{ID: id + 1, Name: "P", Ship: wren(somewhere)}, Client: c, Reason: "jump", Gate: gateID})
			b.post(Command{Player: id + 1, Client: c, Name: "fire"})
			b.tick(1)
			if err := b.Space().Orbit(b.Player(id+1).Ship, stationID, 5e3); err != nil {
				t.Fatal(err)
			}
		}
		b.tick(100)
		return b.Space().Hash()
	}
	if a, b := play(), play(); a != b {
		t.Errorf("two runs of the same end at %x and %x", a, b)
	}
}
