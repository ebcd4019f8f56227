package system

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	lua "github.com/yuin/gopher-lua"

	"hotshard/runtime/gate/wire"
	"hotshard/runtime/script"
	"hotshard/runtime/script/code"
	"hotshard/runtime/world"
)

var epoch = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)

const (
	gateID    world.EntityID = 21
	stationID world.EntityID = 31
)

// alpha is a system with a planet, a gate and a station, some kilometres apart.
func alpha() *world.SolarSystem {
	return &world.SolarSystem{ID: 1, Name: "Alpha", Security: 0.5, Celestials: []world.Celestial{
		{ID: 1, Kind: world.KindStar, Name: "Alpha", Radius: 7e8},
		{ID: gateID, Kind: world.KindGate, Name: "Beta gate", Pos: world.Vec3{X: 1e11}, Radius: 1e3, Dest: 2, DestGate: 22},
		{ID: stationID, Kind: world.KindStation, Name: "Dock", Pos: world.Vec3{X: 1e11, Y: 1e5}, Radius: 1e3},
	}}
}

// client is a connection that remembers.
type client struct {
	frames  []*wire.Message
	replies map[uint64]error
	results map[uint64]world.Value
	closed  string
	lost    bool
	corked  bool
	codec   wire.Codec
	keeps   bool
}

func (c *client) KeepsView() bool { return c.keeps }

func newClient() *client {
	return &client{replies: map[uint64]error{}, results: map[uint64]world.Value{}}
}

func (c *client) Send(f *wire.Frame) {
	m, err := wire.Decode(c.codec, f.Payload(c.codec))
	if err != nil {
		panic(err)
	}
	c.frames = append(c.frames, m)
}

func (c *client) Reply(id uint64, v world.Value, err error) { c.replies[id], c.results[id] = err, v }
func (c *client) Close(reason string)                       { c.closed = reason }

func (c *client) Cork() { c.corked = true }

func (c *client) Uncork() { c.corked = false }

func (c *client) NeedSnapshot() bool {
	lost := c.lost
	c.lost = false
	return lost
}

// take returns what came since the last call, in short words.
func (c *client) take() []string {
	var out []string
	for _, m := range c.frames {
		switch {
		case m.Snapshot != nil:
			out = append(out, fmt.Sprintf("snapshot of %d", len(m.Snapshot.Entities)))
		case m.Delta != nil:
			out = append(out, fmt.Sprintf("delta +%d ~%d -%d", len(m.Delta.Add), len(m.Delta.Move), len(m.Delta.Gone)))
		default:
			out = append(out, m.Event)
		}
	}
	c.frames = nil
	return out
}

// shard is everything around a system in a test.
type shard struct {
	mu        sync.Mutex // systems that run by themselves write here
	saved     map[world.CharacterID]Character
	saves     int
	jumps     []Enter
	left      []world.CharacterID
	forwarded []Message
	sent      map[world.Address][]Message
	refusing  error // of Send and Jump
	crowd     Crowd // of the system behind the gate
	unloaded  []*System
	faults    []script.Fault
	log       []string            // events
	connected []world.CharacterID // whose client came
}

// rest is the shard as the system sees it.
type rest struct{ *shard }

func newShard() *shard {
	return &shard{saved: map[world.CharacterID]Character{}, sent: map[world.Address][]Message{}}
}

func (s rest) Save(records []Character) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.saves += len(records)
	for _, r := range records {
		s.saved[r.ID] = r
	}
}

func (s rest) Send(to world.Address, m Message) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.refusing == nil {
		s.sent[to] = append(s.sent[to], m)
	}
	return s.refusing
}

func (s rest) Jump(_ world.SystemID, m Enter) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.refusing == nil {
		s.jumps = append(s.jumps, m)
	}
	return s.refusing
}

func (s rest) Crowd(world.SystemID) Crowd { return s.crowd }

func (s rest) Left(p world.CharacterID) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.left = append(s.left, p)
}

func (s rest) Forward(_ world.CharacterID, m Message) { s.forwarded = append(s.forwarded, m) }
func (s rest) Unloaded(sys *System) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.unloaded = append(s.unloaded, sys)
}

func (s *shard) gone() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.unloaded)
}

func (s *shard) fault(_ world.Address, f script.Fault) { s.faults = append(s.faults, f) }
func (s *shard) take() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	l := s.log
	s.log = nil
	return l
}

func (s *shard) teller(st *script.State) Events { return recorder{noEvents{}, s, st} }

// recorder writes down what the scripts are told.
type recorder struct {
	noEvents
	s  *shard
	st *script.State
}

func (r recorder) note(format string, args ...any) {
	r.s.mu.Lock()
	defer r.s.mu.Unlock()
	r.s.log = append(r.s.log, fmt.Sprintf(format, args...))
}

func (r recorder) SystemStarted()            { r.note("started") }
func (r recorder) SystemResumed(killed bool) { r.note("resumed, killed %v", killed) }
func (r recorder) SystemStopping()           { r.note("stopping") }
func (r recorder) PlayerEntered(p world.CharacterID, reason string) {
	r.note("entered %d %s", p, reason)
	r.st.Emit("player_entered", lua.LNumber(p))
}
func (r recorder) PlayerConnected(p world.CharacterID) {
	r.s.mu.Lock()
	defer r.s.mu.Unlock()
	r.s.connected = append(r.s.connected, p)
}
func (r recorder) PlayerDisconnected(p world.CharacterID, reason string) {
	r.note("disconnected %d %s", p, reason)
}
func (r recorder) ShipDocked(ship, station world.EntityID, p world.CharacterID) {
	r.note("docked %d with %v at %d", p, ship != 0, station)
}
func (r recorder) ShipUndocked(ship, station world.EntityID, p world.CharacterID) {
	r.note("undocked %d with %v from %d", p, ship != 0, station)
}
func (r recorder) PlayerLeft(p world.CharacterID, reason string) { r.note("left %d %s", p, reason) }
func (r recorder) PlayerArrived(p world.CharacterID, from string, gate world.EntityID) {
	r.note("arrived %d from %s by %d", p, from, gate)
}

// bench is a system under test, stepped by hand.
type bench struct {
	*System
	*shard
	t   testing.TB
	now time.Time
}

// echoes are the scripts of a system that a test gives none.
const echoes = `function command.echo(p, args) return args end`

func newBench(t testing.TB, source string, change ...func(*Config)) *bench {
	t.Helper()
	b := &bench{shard: newShard(), t: t, now: epoch}
	release := code.NewRelease(1, map[string][]byte{"main.lua": []byte(source)})
	cfg := Config{
		Address: "@Alpha", Static: alpha(), Seed: 1,
		Release: func() *code.Release { return release },
		Script:  script.Options{Entry: []string{"main"}, Started: epoch},
		Bind:    func(s *System, st *script.State) { bindTest(s, st) },
		Events:  b.teller, OnFault: b.fault, Router: rest{b.shard}, Saver: rest{b.shard},
	}
	for _, f := range change {
		f(&cfg)
	}
	b.System = New(cfg)
	if err := b.Start(b.now); err != nil {
		t.Fatal(err)
	}
	b.take()
	t.Cleanup(b.scripts.close)
	return b
}

// bindTest gives scripts the few words that these tests need.
func bindTest(s *System, st *script.State) {
	st.Bind(script.Table{Name: "core", Funcs: []script.Func{{Name: "jump"}, {Name: "kick"}, {Name: "pod"}, {Name: "ask", Yields: true}, {Name: "store", Yields: true}, {Name: "order", Yields: true}}}, map[string]lua.LGFunction{
		"jump": func(L *lua.LState) int {
			if err := s.Jump(s.Player(world.CharacterID(L.CheckNumber(1))), gateID); err != nil {
				L.Push(lua.LNil)
				L.Push(lua.LString(err.Error()))
				return 2
			}
			L.Push(lua.LTrue)
			return 1
		},
		"kick": func(L *lua.LState) int { s.Kick(s.Player(world.CharacterID(L.CheckNumber(1))), "test"); return 0 },
		"pod": func(L *lua.LState) int { // the ship is lost, and its pilot in a pod at once
			p := s.Player(world.CharacterID(L.CheckNumber(1)))
			if at, ok := s.Space().Place(p.Ship); ok {
				s.Remove(p.Ship)
				pod, _ := s.Spawn(Spawn{Ship: *wren(at)}) // there is a space
				_ = s.SetShip(p, pod)                     // and the pod
			}
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
		"order": func(L *lua.LState) int {
			w, err := st.Park(L, "order")
			if err != nil {
				L.RaiseError("%s", err.Error())
			}
			if err := s.GiveOrder(w, world.CharacterID(L.CheckNumber(1)), L.CheckString(2), map[string]world.Value{"s": float64(L.OptNumber(3, 0))}); err != nil {
				L.RaiseError("%s", err.Error())
			}
			return L.Yield()
		},
		"ask": func(L *lua.LState) int {
			w, err := st.Park(L, "ask")
			if err != nil {
				L.RaiseError("%s", err.Error())
			}
			s.CallService(w, "market", CallTimeout, "price", []world.Value{"ore"})
			return L.Yield()
		},
	})
}

// tick runs n ticks of a tenth of a second.
func (b *bench) tick(n int) {
	for range n {
		b.now = b.now.Add(100 * time.Millisecond)
		b.Step(b.now)
	}
}

// post gives the system a message that it must take.
func (b *bench) post(m Message) {
	b.t.Helper()
	if err := b.Post(m); err != nil {
		b.t.Fatal(err)
	}
}

// wren is a small ship at a place in space.
func wren(pos world.Vec3) *Ship {
	return &Ship{Kind: "ship", Name: "Wren", Type: "Wren", Mass: 1e6, Agility: 3, Speed: 300, Radius: 20, Warp: 5, Pos: pos}
}

var somewhere = world.Vec3{X: 1e11, Y: 2e5, Z: 1e4}

// fly brings a player with a ship in, two ticks until they see something.
func (b *bench) fly(id world.CharacterID, at world.Vec3) *client {
	b.t.Helper()
	c := newClient()
	b.post(Enter{Character: Character{ID: id, Name: fmt.Sprint("P", id), System: 1, Ship: wren(at)}, Client: c, Reason: "login"})
	b.tick(2)
	return c
}

var errTest = errors.New("not today")

func equal(t testing.TB, what string, got, want []string) {
	t.Helper()
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("%s: %q, not %q", what, got, want)
	}
}
