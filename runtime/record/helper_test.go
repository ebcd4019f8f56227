package record

import (
	"fmt"
	"math/rand/v2"
	"sync/atomic"
	"testing"
	"time"

	lua "github.com/yuin/gopher-lua"

	"hotshard/runtime/clock"
	"hotshard/runtime/gate/wire"
	"hotshard/runtime/script"
	"hotshard/runtime/script/code"
	"hotshard/runtime/script/reload"
	"hotshard/runtime/system"
	"hotshard/runtime/world"
)

var epoch = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)

// handClock is a clock that stands until it is set. The writer asks it, too.
type handClock struct {
	clock.Machine
	now atomic.Pointer[time.Time]
}

func newHandClock(at time.Time) *handClock {
	c := &handClock{}
	c.set(at)
	return c
}

func (c *handClock) Now() time.Time   { return *c.now.Load() }
func (c *handClock) set(at time.Time) { c.now.Store(&at) }

// nobody is a shard around a system in a test, and a player's connection.
type nobody struct{}

func (nobody) Send(world.Address, system.Message) error  { return nil }
func (nobody) Jump(world.SystemID, system.Enter) error   { return nil }
func (nobody) Crowd(world.SystemID) system.Crowd         { return system.Crowd{} }
func (nobody) Left(world.CharacterID)                    {}
func (nobody) Forward(world.CharacterID, system.Message) {}
func (nobody) Unloaded(*system.System)                   {}
func (nobody) Save([]system.Character)                   {}

type connection struct{ lost bool }

func (*connection) Send(*wire.Frame)                 {}
func (*connection) Reply(uint64, world.Value, error) {}
func (*connection) Cork()                            {}
func (*connection) Uncork()                          {}
func (c *connection) NeedSnapshot() bool             { lost := c.lost; c.lost = false; return lost }
func (*connection) Close(string)                     {}

// alpha is a system with a planet and a station.
func alpha() *world.SolarSystem {
	return &world.SolarSystem{ID: 1, Name: "Alpha", Celestials: []world.Celestial{
		{ID: 1, Kind: world.KindStar, Name: "Alpha", Radius: 7e8},
		{ID: 31, Kind: world.KindStation, Name: "Dock", Pos: world.Vec3{X: 1e11, Y: 1e5}, Radius: 1e3},
	}}
}

// bind gives scripts the words that these tests need.
func bind(s *system.System, st *script.State) {
	st.Bind(script.Table{Name: "core", Funcs: []script.Func{{Name: "go", Effect: true}, {Name: "muted"}, {Name: "tell", Effect: true}, {Name: "store", Yields: true, Effect: true}}}, map[string]lua.LGFunction{
		"go": func(L *lua.LState) int {
			if p := s.Player(world.CharacterID(L.CheckNumber(1))); p != nil && p.Ship != 0 {
				_ = s.Space().GoTo(p.Ship, world.Vec3{X: 1e11 + float64(L.CheckNumber(2)), Y: 2e5})
			}
			return 0
		},
		"muted": func(L *lua.LState) int {
			L.Push(lua.LString(s.Hear(system.Question{Word: "muted"}, func() string { return muted })))
			return 1
		},
		"tell": func(L *lua.LState) int {
			s.Broadcast(wire.NewEvent("told", map[string]world.Value{"n": float64(L.CheckNumber(1))}))
			return 0
		},
		"store": func(L *lua.LState) int {
			w, err := st.Park(L, "store")
			if err != nil {
				L.RaiseError("%s", err.Error())
			}
			s.Await(w, "store", L, nil)
			return L.Yield()
		},
	})
}

var muted string // what the shard says of everybody

// shard is one system, stepped by hand, whose life is recorded.
type shard struct {
	*system.System
	t        testing.TB
	recorder *Recorder
	stream   *Stream
	clock    *handClock
	stager   *reload.Stager
	clients  map[world.CharacterID]*connection
	at       *code.Release
	next     world.CharacterID
	asked    uint64
	changes  []Change
}

func staging(string) script.Options {
	return script.Options{Entry: []string{"main"}, Started: epoch, Bind: func(st *script.State) { bind(nil, st) }}
}

func setup() Setup {
	return Setup{Stage: staging, System: system.Config{
		Address: "@Alpha", Static: alpha(), Seed: 1, CohortsFrom: 4,
		Script: script.Options{Entry: []string{"main"}, Started: epoch, Now: func() time.Time { panic("the machine's date is asked for") }},
		Bind:   bind, Events: func(st *script.State) system.Events { return teller{st} }, Router: nobody{}, Saver: nobody{},
	}}
}

// teller tells scripts of players, and of nothing else.
type teller struct{ st *script.State }

func (t teller) PlayerEntered(p world.CharacterID, _ string) {
	t.st.Emit("player_entered", lua.LNumber(p))
}
func (teller) SystemStarted()                                          {}
func (teller) SystemResumed(bool)                                      {}
func (teller) SystemStopping()                                         {}
func (teller) PlayerLeft(world.CharacterID, string)                    {}
func (teller) PlayerArrived(world.CharacterID, string, world.EntityID) {}
func (teller) PlayerConnected(world.CharacterID)                       {}
func (teller) PlayerDisconnected(world.CharacterID, string)            {}
func (teller) ShipDocked(_, _ world.EntityID, _ world.CharacterID)     {}
func (teller) ShipUndocked(_, _ world.EntityID, _ world.CharacterID)   {}
func (teller) WarpStarted(world.EntityID)                              {}
func (teller) WarpLanded(world.EntityID)                               {}
func (teller) ShipArrived(_, _ world.EntityID)                         {}
func (teller) TargetLost(_, _ world.EntityID)                          {}
func (teller) BubbleEntered(world.EntityID)                            {}
func (teller) BubbleLeft(world.EntityID)                               {}
func (teller) MissileHit(_, _, _ world.EntityID)                       {}
func (teller) MissileExpired(world.EntityID)                           {}
func (teller) ShipHidden(world.EntityID)                               {}
func (teller) ShipShown(world.EntityID)                                {}

// scripts is the game of these tests; n tells its releases apart.
func scripts(n int) map[string][]byte {
	return map[string][]byte{"main.lua": fmt.Appendf(nil, `
local lib = require "lib"
local M = {n = 0, seen = {}, log = {}}
local function think(p) sleep(0.3) M.n = M.n + lib.step(%d) M.seen[p] = {n = M.n, r = math.random(100), at = os.time()} return M.n end
function command.think(p, args) core.go(p, args.x) return think(p) end
function command.ask(p) local ok, v = task.try(core.store) M.log[#M.log + 1] = tostring(v) return core.muted() end
function command.seen(p) local out = 0 for k, v in pairs(M.seen) do out = out * 31 %% 1000003 + k * v.n end return out end
function event.player_entered(p) task.spawn(function() while true do sleep(0.5 + p %% 3) M.n = M.n + 1 core.tell(M.n) end end) end
every(0.4, function() M.n = M.n + %d end)
return M`, n, n%3), "lib.lua": fmt.Appendf(nil, `
local lib = {calls = 0}
local base = %d
function lib.step(n) lib.calls = lib.calls + 1 base = base + 1 return base %% 7 + n end
return lib`, n/2)}
}

func newShard(t testing.TB, change ...func(*Config)) *shard {
	return newShardOf(t, scripts(1), change...)
}

func newShardOf(t testing.TB, files map[string][]byte, change ...func(*Config)) *shard {
	s := &shard{t: t, clock: newHandClock(epoch), clients: map[world.CharacterID]*connection{}, next: 1}
	cfg := Config{Dir: t.TempDir(), Clock: s.clock, Map: func() ([]byte, error) { return []byte("map"), nil }, Every: 5 * time.Second}
	for _, f := range change {
		f(&cfg)
	}
	var err error
	if s.recorder, err = New(cfg); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.recorder.Close)
	s.at = code.NewRelease(1, files)
	sc := setup().System
	sc.Clock, sc.Script.Now = s.clock, s.clock.Now
	sc.Release = func() *code.Release { return s.at }
	s.stream = s.recorder.Stream(sc.Address, &sc)
	sc.Record = s.stream
	s.System = system.New(sc)
	if err := s.Start(epoch); err != nil {
		t.Fatal(err)
	}
	s.stager = reload.NewStager(staging(""))
	t.Cleanup(func() { s.State().Close() })
	return s
}

// turn runs a tick that takes so long.
func (s *shard) turn(took time.Duration) {
	due := s.clock.Now().Add(100 * time.Millisecond)
	s.clock.set(due.Add(took))
	s.Turn(due)
	s.clock.set(due)
}

func (s *shard) post(m system.Message) {
	if err := s.Post(m); err != nil {
		s.t.Fatal(err)
	}
}

// release brings the system to other scripts, between two ticks.
func (s *shard) release(n int) { s.change(code.NewRelease(n, scripts(n))) }

// change is release to one that is given.
func (s *shard) change(to *code.Release) {
	s.post(system.Between(func(sys *system.System) {
		staged, err := s.stager.Stage(s.at, to, sys.State().Modules())
		if err != nil {
			s.t.Fatal(err)
		}
		if _, err := reload.Commit(sys.State(), staged); err != nil {
			s.t.Fatal(err)
		}
		s.stager.Adopt(staged, to.Hash)
		if s.at.Hash != to.Hash {
			s.changes = append(s.changes, Change{s.Tick(), Release{to.Number, to.Hash}})
		}
		s.at = to
	}))
}

// act does something.
func (s *shard) act(r *rand.Rand) {
	id := world.CharacterID(1 + r.IntN(int(s.next)))
	n := r.IntN(100)
	switch r.IntN(8) {
	case 0:
		id = s.next
		s.next++
		s.clients[id] = &connection{}
		ship := &system.Ship{Kind: "ship", Name: "Wren", Type: "Wren", Mass: 1e6, Agility: 3, Speed: 300, Radius: 20, Warp: 5, Pos: world.Vec3{X: 1e11 + float64(n)*1e3, Y: 2e5}}
		s.post(system.Enter{Character: system.Character{ID: id, Name: "P", System: 1, Ship: ship, Data: map[string]world.Value{"n": float64(n)}}, Client: s.clients[id], Reason: system.ReasonLogin})
	case 1, 2, 3:
		if c := s.clients[id]; c != nil {
			s.post(system.Command{Player: id, Client: c, ID: uint64(n), Name: []string{"think", "ask", "seen", "nothing"}[n%4], Args: map[string]world.Value{"x": float64(n) * 1e3}})
		}
	case 4:
		s.asked++
		s.post(system.Result{ID: s.asked, Value: float64(n)})
	case 5:
		if c := s.clients[id]; c != nil {
			c.lost = true
		}
	case 6:
		muted = ""
		if n < 30 {
			muted = fmt.Sprint("until ", n)
		}
	case 7:
		s.post(system.Do(func(sys *system.System) { sys.State().Eval(fmt.Sprintf("main.n = main.n + %d", n), "amy", nil) }))
	}
}

// command gives a command as a player.
func (s *shard) command(id world.CharacterID, name string, x float64) {
	s.post(system.Command{Player: id, Client: s.clients[id], ID: 1, Name: name, Args: map[string]world.Value{"x": x}})
}
