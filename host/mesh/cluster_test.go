package mesh

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"sync"
	"testing"
	"time"

	"hotshard/bindings"
	"hotshard/data/store"
	"hotshard/data/store/storetest"
	"hotshard/host/bus"
	"hotshard/runtime/cluster"
	"hotshard/runtime/gate"
	"hotshard/runtime/gate/wire"
	"hotshard/runtime/script"
	"hotshard/runtime/script/code"
	"hotshard/runtime/script/luatest"
	"hotshard/runtime/system"
	"hotshard/runtime/universe"
	"hotshard/runtime/world"
)

// game is played in these tests.
const game = `
	local seen = {n = 0, heard = {}}
	function event.player_entered(p, reason)
		if not player.ship(p) then
			player.set_ship(p, assert(space.spawn{kind = "ship", name = "Wren", mass = 1e6, agility = 1, speed = 300, radius = 20, pos = {x = 1e11, y = 0, z = 0}}))
		end
		player.send(p, "hello", {reason = reason})
	end
	function command.where() return system.name() end
	function command.count() seen.n = seen.n + 1 return seen.n end
	function command.jump(p, args) return player.jump(p, args.gate) end
	function command.ask(p, args) return service.call("tally", "add", args.n) end
	function command.wrong(p, args) return service.call("tally", "nothing") end
	function command.send(p, args) return assert(system.send(args.to, "ping", args.n)) end
	function event.ping(from, n) assert(system.send(from:sub(2), "pong", n + 1)) end
	function event.pong(from, n) seen.heard[#seen.heard + 1] = from .. n end
	function command.heard() return seen.heard end
	function command.doze() while not seen.up do sleep(0.1) end seen.up = nil return seen.n end
	function command.fast() return system.hz(60) end
	function command.wake() seen.up = true return true end
	function command.fly(p) seen.way = -(seen.way or 1) return space.direction(player.ship(p), {x = seen.way, y = 0, z = 0}) end
`

const tally = `
	local tally = {sum = 0}
	function tally.add(n) tally.sum = tally.sum + n return tally.sum end
	return tally
`

// rig is a cluster in one process, over a real bus and a real table of owners.
type rig struct {
	t      testing.TB
	bus    *bus.Embedded
	store  *store.Store
	people *people
	lives  int
	nodes  map[string]*machine
}

// machine is a node of it.
type machine struct {
	*Mesh
	u    *universe.Universe
	dead bool
}

// people keep characters, for all nodes.
type people struct {
	mu    sync.Mutex
	saved map[world.CharacterID]system.Character
}

func (p *people) Load(_ context.Context, id world.CharacterID) (system.Character, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	c, ok := p.saved[id]
	if !ok {
		c = system.Character{ID: id, Name: fmt.Sprint("P", id)}
	}
	return c, nil
}

func (p *people) Save(all []system.Character) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, c := range all {
		p.saved[c.ID] = c
	}
}

var timing = cluster.Config{
	Lease: 900 * time.Millisecond, Margin: 90 * time.Millisecond, Renew: 150 * time.Millisecond, Look: 100 * time.Millisecond,
	Grace: 50 * time.Millisecond, Spread: 50 * time.Millisecond, Retry: 200 * time.Millisecond, Patience: 10 * time.Second,
}

// wanted has these tests run: nodes wait for leases and silences.
const wanted = "HOTSHARD_MESH"

func newRig(t testing.TB) *rig {
	t.Helper()
	if os.Getenv(wanted) == "" {
		t.Skip("only with " + wanted + "=1: it waits for leases and silences")
	}
	e, err := bus.Embed(bus.EmbeddedConfig{Listen: "127.0.0.1:0"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(e.Close)
	r := &rig{t: t, bus: e, store: storetest.Open(t), people: &people{saved: map[world.CharacterID]system.Character{}}, nodes: map[string]*machine{}}
	t.Cleanup(func() {
		for _, m := range r.nodes {
			m.kill()
		}
	})
	return r
}

// listen starts the bus again where it was.
func (r *rig) listen(addr string) {
	r.t.Helper()
	e, err := bus.Embed(bus.EmbeddedConfig{Listen: addr})
	if err != nil {
		r.t.Fatal(err)
	}
	r.t.Cleanup(e.Close)
	r.bus = e
}

// start starts a node. One that was started before starts another life.
func (r *rig) start(name string, role Role) *machine {
	r.t.Helper()
	r.lives++
	b, err := bus.Join(bus.Config{URL: "nats://" + r.bus.Addr(), Me: world.NodeID(fmt.Sprintf("%s/%d", name, r.lives)), Shard: "test"})
	if err != nil {
		r.t.Fatal(err)
	}
	m, err := New(Config{Name: name, Role: role, Bus: b, Owners: r.store.Owners(), Timing: timing, Linger: time.Second, Log: logOf(name),
		Save: func(_ context.Context, _ world.Fence, c system.Character) error {
			r.people.Save([]system.Character{c})
			return nil
		}})
	if err != nil {
		r.t.Fatal(err)
	}
	place := luatest.Map()
	u := universe.New(universe.Config{
		Map: place, Characters: r.people, Home: place.ByName("Alpha").ID, Elsewhere: m, Log: logOf(name),
		Release: code.NewRelease(1, map[string][]byte{"main.lua": []byte(game), "services/tally.lua": []byte(tally)}),
		System: system.Config{
			Script: script.Options{Entry: []string{"main"}}, Events: bindings.Teller,
			Bind: bindings.Binder(&bindings.Deps{Map: place, Routes: world.NewRouter(place)}),
		},
	})
	if err := m.Start(u); err != nil {
		r.t.Fatal(err)
	}
	one := &machine{Mesh: m, u: u}
	r.nodes[name] = one
	return one
}

// logOf is a node's log: to be seen with HOTSHARD_MESH_LOG set.
func logOf(name string) *slog.Logger {
	var to io.Writer = io.Discard
	if os.Getenv("HOTSHARD_MESH_LOG") != "" {
		to = os.Stderr
	}
	return slog.New(slog.NewTextHandler(to, nil)).With("node", name)
}

// kill ends a node as a crash would: nothing is let go of, and nothing more is said.
func (m *machine) kill() {
	if m.dead {
		return
	}
	m.dead = true
	m.Close()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	for _, a := range m.u.Actors() { // what they would save is not saved
		_ = a.Post(system.Between(func(s *system.System) { s.HandedOver() }))
	}
	_ = m.u.Close(ctx)
}

// owner is the name of the node that runs something.
func (r *rig) owner(a world.Address) string {
	for name, m := range r.nodes {
		if _, may := m.Fence(a); may && m.Here(a) {
			return name
		}
	}
	return ""
}

// until waits for something that comes in its time, however slow the machine is.
func until(t testing.TB, what string, is func() bool) {
	t.Helper()
	for end := time.Now().Add(30 * time.Second); !is(); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("it does not come to it that %s", what)
		}
	}
}

// bring has a system run on a node.
func (r *rig) bring(a world.Address, to string) {
	r.t.Helper()
	if r.owner(a) == to {
		return
	}
	until(r.t, string(a)+" moves to "+to, func() bool {
		ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
		defer cancel()
		err := r.nodes[to].Move(ctx, a, to)
		if err != nil && testing.Verbose() {
			r.t.Log(err)
		}
		return r.owner(a) == to
	})
}

// player is somebody at a proxy, with what they see.
type player struct {
	t    testing.TB
	id   world.CharacterID
	at   *machine
	bin  bool
	mu   sync.Mutex
	last uint64

	systems   []string // events that say where they are
	events    []string
	replies   map[uint64]reply
	snapshots int
	deltas    int
	ticks     []world.Tick
	bad       string // what could not be read
	closed    string
	needs     bool
}

type reply struct {
	value world.Value
	err   *wire.Error
}

// join has somebody come in at a node.
func (r *rig) join(id world.CharacterID, at *machine) *player {
	p := &player{t: r.t, id: id, at: at, bin: id%2 == 0, replies: map[uint64]reply{}}
	at.World().Enter(id, p)
	return p
}

func (p *player) codec() wire.Codec {
	if p.bin {
		return wire.Binary
	}
	return wire.JSON
}

func (p *player) Binary() bool { return p.bin }
func (p *player) Cork()        {}
func (p *player) Uncork()      {}
func (p *player) Name() string { return fmt.Sprint("P", p.id) }

func (p *player) NeedSnapshot() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.needs
}

func (p *player) Close(reason string) {
	p.mu.Lock()
	p.closed = reason
	p.mu.Unlock()
	go p.at.World().Leave(p.id, reason)
}

// Send takes in a frame: also an answer, where the player's system is on another node.
func (p *player) Send(f *wire.Frame) {
	p.mu.Lock()
	defer p.mu.Unlock()
	m, err := wire.Decode(p.codec(), f.Payload(p.codec()))
	if err != nil {
		p.bad = err.Error()
		return
	}
	switch m.Kind {
	case wire.KindReply:
		p.replies[m.Re] = reply{m.Result, m.Err}
	case wire.KindSnapshot:
		p.snapshots++
		p.needs = false
	case wire.KindDelta:
		p.deltas++
		p.ticks = append(p.ticks, m.Delta.Tick)
	default:
		if p.events = append(p.events, m.Event); m.Event == "system" {
			p.systems = append(p.systems, fmt.Sprint(m.Fields["name"]))
		}
	}
}

func (p *player) Reply(id uint64, v world.Value, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	one := reply{value: v}
	if err != nil {
		one.err = wire.Errorf(wire.CodeInternal, "%v", err)
	}
	p.replies[id] = one
}

var _ gate.Client = (*player)(nil)

// begin asks for something, and returns the number of the request.
func (p *player) begin(name string, args map[string]world.Value) uint64 {
	p.mu.Lock()
	p.last++
	id := p.last
	p.mu.Unlock()
	p.at.World().Command(p.id, gate.Request{ID: id, Name: name, Args: args, From: p})
	return id
}

// wait returns the answer.
func (p *player) wait(id uint64) reply {
	p.t.Helper()
	var got reply
	until(p.t, fmt.Sprintf("request %d is answered", id), func() bool {
		p.mu.Lock()
		defer p.mu.Unlock()
		one, is := p.replies[id]
		got = one
		return is
	})
	return got
}

// do asks for something until it is done: who is between two systems is told to try again.
func (p *player) do(name string, args map[string]world.Value) world.Value {
	p.t.Helper()
	for range 50 {
		got := p.wait(p.begin(name, args))
		if got.err == nil {
			return got.value
		}
		if got.err.Code != wire.CodeBusy {
			p.t.Fatalf("%s: %v", name, got.err)
		}
		time.Sleep(50 * time.Millisecond)
	}
	p.t.Fatalf("%s is refused for ever", name)
	return nil
}

// was copies what the player has seen.
func (p *player) was() (systems []string, snapshots, deltas int, closed, bad string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]string(nil), p.systems...), p.snapshots, p.deltas, p.closed, p.bad
}

// sees has the player turn around until they have seen more.
func (p *player) sees(more int) {
	p.t.Helper()
	_, _, before, _, _ := p.was()
	until(p.t, "they see more", func() bool {
		_, _, now, _, bad := p.was()
		if bad != "" {
			p.t.Fatal(bad)
		}
		p.do("fly", nil)
		return now >= before+more
	})
}
