package system

import (
	"fmt"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	lua "github.com/yuin/gopher-lua"

	"hotshard/runtime/script"
	"hotshard/runtime/world"
)

// busy is a game in which every tick costs what the test says, in microseconds
// of the fake clock.
func busy(cost *atomic.Int64) func(*Config) {
	return func(c *Config) {
		bind := c.Bind
		c.Bind = func(s *System, st *script.State) {
			bind(s, st)
			st.Bind(script.Table{Name: "machine", Funcs: []script.Func{{Name: "work"}}}, map[string]lua.LGFunction{
				"work": func(*lua.LState) int { time.Sleep(time.Duration(cost.Load()) * time.Microsecond); return 0 },
			})
		}
	}
}

const working = `
	beats = 0
	every(0.1, function() machine.work() end)
	every(1, function() beats = beats + 1 end)`

// ask reads something from a system that runs.
func ask[T any](s *System, what func(*System) T) T {
	answer := make(chan T, 1)
	_ = s.Post(Between(func(s *System) { answer <- what(s) }))
	return <-answer
}

func pass(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

// halt ends a system that is in the middle of a tick.
func halt(systems ...*System) {
	for _, s := range systems {
		s.Stop("the test is over")
	}
	pass(time.Minute)
}

func TestOverloadSlowsGameTimeAndNothingElse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var cost atomic.Int64
		sys, shard := run(t, working, busy(&cost))
		defer halt(sys)
		ann := newClient()
		_ = sys.Post(Enter{Character: Character{ID: 1, Name: "Ann", Ship: wren(somewhere)}, Client: ann, Reason: "login"})
		pass(10 * time.Second)
		if st := sys.Stats(); st.Dilation != 1 || st.Tick < 95 {
			t.Fatalf("before the load: %+v", st)
		}
		// Who flies on has something to be saved all the time.
		ask(sys, func(s *System) error { return s.Space().Direction(s.Player(1).Ship, world.Vec3{X: 1}) })
		cost.Store(250_000) // two and a half periods
		pass(time.Minute)
		st := sys.Stats()
		if st.Dilation < 0.33 || st.Dilation > 0.39 {
			t.Errorf("under two and a half times the load game time runs at %g", st.Dilation)
		}
		from := ask(sys, func(s *System) [2]float64 { return [2]float64{s.Now(), float64(s.time.tick)} })
		beats := func(s *System) string { return s.State().L().GetGlobal("beats").String() }
		before := ask(sys, beats)
		shard.mu.Lock()
		shard.saves = 0
		shard.mu.Unlock()
		pass(100 * time.Second)
		to := ask(sys, func(s *System) [2]float64 { return [2]float64{s.Now(), float64(s.time.tick)} })
		if gone := to[0] - from[0]; gone < 95*st.Dilation || gone > 105*st.Dilation {
			t.Errorf("in 100 s at %g, %g s of game time went by", st.Dilation, gone)
		}
		if d := (to[0]-from[0])*10 - (to[1] - from[1]); d > 0.01 || d < -0.01 {
			t.Errorf("%g ticks are %g s of game time", to[1]-from[1], to[0]-from[0])
		}
		var b0, b1 float64
		fmt.Sscan(before, &b0)
		fmt.Sscan(ask(sys, beats), &b1)
		if gone := to[0] - from[0]; b1-b0 < gone-2 || b1-b0 > gone+2 {
			t.Errorf("a timer of a second rang %g times in %g s of game time", b1-b0, gone)
		}
		shard.mu.Lock()
		if shard.saves < 18 || shard.saves > 22 {
			t.Errorf("saved %d times in 100 s of real time", shard.saves)
		}
		shard.mu.Unlock()

		cost.Store(0)
		pass(2 * time.Minute)
		if st := sys.Stats(); st.Dilation != 1 {
			t.Errorf("two minutes after the load game time runs at %g", st.Dilation)
		}
		from[1] = float64(sys.Stats().Tick)
		pass(10 * time.Second)
		if n := float64(sys.Stats().Tick) - from[1]; n < 99 || n > 101 {
			t.Errorf("%g ticks in ten seconds", n)
		}
	})
}

// A tick that holds the next ones up costs no game time, if it is short enough.
func TestWhatIsHeldUpIsMadeGood(t *testing.T) {
	for _, c := range []struct {
		name        string
		usual, held time.Duration // what ticks take, and what they take once in ten seconds
		last        time.Duration // ... for so long
		least, most world.Tick    // in 100 s
	}{
		{"nothing", 20 * time.Millisecond, 0, 100 * time.Millisecond, 999, 1001},
		{"a tick and a half", 20 * time.Millisecond, 150 * time.Millisecond, 100 * time.Millisecond, 999, 1001},
		{"four ticks", 20 * time.Millisecond, 400 * time.Millisecond, 100 * time.Millisecond, 999, 1001},
		{"a burst in a fight", 60 * time.Millisecond, 122 * time.Millisecond, 1500 * time.Millisecond, 999, 1001},
		{"overload", 20 * time.Millisecond, 3 * time.Second, 100 * time.Millisecond, 700, 740},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var cost atomic.Int64
				sys, _ := run(t, working, busy(&cost))
				defer halt(sys)
				_ = sys.Post(Enter{Character: Character{ID: 1, Name: "Ann", Ship: wren(somewhere)}, Client: newClient(), Reason: "login"})
				pass(time.Second)
				from := sys.Stats().Tick
				for range 10 {
					cost.Store(c.held.Microseconds())
					pass(c.last)
					cost.Store(c.usual.Microseconds())
					pass(10*time.Second - c.last)
				}
				if st := sys.Stats(); st.Tick-from < c.least || st.Tick-from > c.most || st.Dilation != 1 {
					t.Errorf("%d ticks in 100 s, and game time at %g", st.Tick-from, st.Dilation)
				}
			})
		})
	}
}

func TestDilationIsAnnouncedAhead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var cost atomic.Int64
		sys, _ := run(t, working, busy(&cost))
		defer halt(sys)
		ann, bob := newClient(), newClient()
		_ = sys.Post(Enter{Character: Character{ID: 1, Name: "Ann", Ship: wren(somewhere)}, Client: ann, Reason: "login"})
		_ = sys.Post(Enter{Character: Character{ID: 2, Name: "Bob", Station: stationID}, Client: bob, Reason: "login"})
		pass(5 * time.Second)
		cost.Store(150_000)
		var at world.Tick
		var factor float64
		for at == 0 {
			pass(time.Millisecond)
			ask(sys, func(s *System) int {
				if at = s.pace.at; at != 0 {
					factor = s.pace.factor
					if at < s.time.tick+2 || s.Dilation() != 1 {
						t.Errorf("announced at tick %d for tick %d, running at %g already", s.time.tick, at, s.Dilation())
					}
				}
				return 0
			})
		}
		_ = sys.Post(Attach{Player: 1, Client: ann}) // who gets a snapshot meanwhile hears of it again
		pass(200 * time.Millisecond)
		for name, c := range map[string]*client{"in space": ann, "docked": bob} {
			seen := ask(sys, func(*System) []string {
				var out []string
				for _, m := range c.frames {
					if m.Event == "dilation" {
						out = append(out, fmt.Sprint(m.Fields["factor"], m.Fields["at"]))
					}
					if m.Snapshot != nil && m.Snapshot.Dilation != 1 {
						t.Errorf("a snapshot at %g before its time", m.Snapshot.Dilation)
					}
				}
				return out
			})
			want := []string{fmt.Sprint(factor, float64(at))}
			if name == "in space" {
				want = append(want, want[0])
			}
			equal(t, name, seen, want)
		}
		for ask(sys, func(s *System) world.Tick { return s.time.tick }) < at {
			pass(time.Millisecond)
		}
		if f := ask(sys, func(s *System) float64 { return s.Dilation() }); f != factor {
			t.Errorf("at tick %d game time runs at %g, not %g", at, f, factor)
		}
		cyd := newClient()
		_ = sys.Post(Enter{Character: Character{ID: 3, Name: "Cyd", Station: stationID}, Client: cyd, Reason: "login"})
		dot := newClient()
		_ = sys.Post(Enter{Character: Character{ID: 4, Name: "Dot", Ship: wren(somewhere)}, Client: dot, Reason: "login"})
		pass(time.Second)
		ask(sys, func(s *System) int {
			if len(cyd.frames) < 2 || cyd.frames[1].Event != "dilation" || cyd.frames[1].Fields["at"] != 0.0 {
				t.Errorf("somebody who logs in docked is told %q", cyd.take())
			}
			for _, m := range dot.frames {
				if m.Snapshot != nil && (m.Snapshot.Dilation >= 1 || m.Snapshot.Dilation < DilationFloor) {
					t.Errorf("a snapshot at %g", m.Snapshot.Dilation)
				}
			}
			return 0
		})
	})
}

func TestDilationIsOneSystemsOwn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var heavy, light atomic.Int64
		heavy.Store(5_000_000)
		slow, _ := run(t, working, busy(&heavy))
		quick, _ := run(t, working, busy(&light))
		defer halt(slow, quick)
		for _, s := range []*System{slow, quick} {
			_ = s.Post(Enter{Character: Character{ID: 1, Name: "Ann", Ship: wren(somewhere)}, Client: newClient(), Reason: "login"})
		}
		pass(3 * time.Minute)
		if f := slow.Stats().Dilation; f != DilationFloor {
			t.Errorf("under fifty times its load a system runs at %g", f)
		}
		if st := quick.Stats(); st.Dilation != 1 || st.Tick < 1790 {
			t.Errorf("its neighbour: %+v", st)
		}
		heavy.Store(0)
	})
}

func TestSleepForgetsThePace(t *testing.T) {
	b := newBench(t, "")
	b.pace.factor, b.pace.current, b.pace.at = 0.5, 0.4, 7
	b.pace.rest()
	if b.Dilation() != 1 || b.pace.at != 0 || b.pace.period(b.time.hz) != 100*time.Millisecond {
		t.Errorf("after a sleep: %+v", b.pace)
	}
}
