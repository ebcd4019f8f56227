package mesh

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"hotshard/data/ownership"
	"hotshard/host/bus"
	"hotshard/host/node"
	"hotshard/runtime/cluster"
	"hotshard/runtime/script/code"
	"hotshard/runtime/system"
	"hotshard/runtime/universe"
	"hotshard/runtime/world"
)

// Role is what a process does in a cluster.
type Role string

// The roles.
const (
	Proxy  Role = "proxy"  // has players' sockets, and runs nothing
	Worker Role = "worker" // runs systems and services
	All    Role = "all"    // both
)

// runs says whether a node of the role runs systems.
func (r Role) runs() bool { return r == Worker || r == All }

// Config is what a Mesh is made of.
type Config struct {
	Name   string // of the node, in all its lives
	Role   Role
	Bus    *bus.Bus // joined, not open; its Me is this life of the node
	Owners *ownership.Table
	Timing cluster.Config
	Linger time.Duration // of a player whose home is silent; 0 for a minute, as a gate's
	Log    *slog.Logger

	// Flush returns when everything that systems have handed over to be saved is durable.
	Flush func(ctx context.Context) error
	// Save makes a player's record durable in the name of a system: it jumps from it.
	Save func(ctx context.Context, in world.Fence, c system.Character) error
	// Release finds the release that an image was made on, and Settle brings a system that runs
	// here since then, on that one, to what it is to run here. nil: whatever runs here.
	Release func(ctx context.Context, number int, hash string) (*code.Release, error)
	Settle  func(ctx context.Context, a world.Address)
	// Code is the version of what of the scripts this node runs, canaries and patches too; nil: 0.
	Code func() int
	// Differs is told of a node that says that it runs something else than this one. It must
	// return soon.
	Differs func(Member)
	// Pinned is told that others are pinned than before: see SetPins. It must return soon.
	Pinned func()
}

// Mesh is a process's place in a cluster. Its methods may be called from any goroutine.
type Mesh struct {
	cfg Config
	log *slog.Logger
	me  world.NodeID
	u   *universe.Universe
	n   *node.Node // nil for a proxy

	members members
	routes  routes
	links   links
	far     fars
	home    homes
	in      arrivals
	space   space
	out     jumps

	ctx    context.Context
	cancel context.CancelFunc
	work   sync.WaitGroup
}

// The kinds of messages on the bus.
const (
	kindHello bus.Kind = iota + 1 // to all: who is there
	kindRuns                      // to all: who runs what from now on
	kindCarry                     // a message for an actor
	kindOut                       // what players see, to where they are at home
	kindNote                      // a player has lost what they saw
	kindNode                      // of cluster.Node
	kindWant                      // asks a worker to run something
	kindRoll                      // asks who is there
	kindMove                      // asks whoever runs something to move it
	kindGap                       // something was lost on the way to a node
	kindDrain                     // asks a node to move everything away, or to take some again
	kindBusy                      // asks a node what its systems take
	kindPins                      // to all: other systems are pinned than before
)

// New makes a mesh that carries nothing yet: it goes into the Config of a universe. Start
// follows.
func New(cfg Config) (*Mesh, error) {
	switch cfg.Role {
	case Proxy, Worker, All:
	default:
		return nil, errors.New("--role is proxy, worker or all, and not " + string(cfg.Role))
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	if cfg.Flush == nil {
		cfg.Flush = func(context.Context) error { return nil }
	}
	if cfg.Settle == nil {
		cfg.Settle = func(context.Context, world.Address) {}
	}
	if cfg.Code == nil {
		cfg.Code = func() int { return 0 }
	}
	if cfg.Differs == nil {
		cfg.Differs = func(Member) {}
	}
	if cfg.Pinned == nil {
		cfg.Pinned = func() {}
	}
	cfg.Timing, cfg.Linger = cfg.Timing.Filled(), cmp.Or(cfg.Linger, time.Minute)
	m := &Mesh{cfg: cfg, log: cfg.Log, me: cfg.Bus.Me()}
	m.ctx, m.cancel = context.WithCancel(context.Background())
	m.members.init(m)
	m.routes.init(m)
	m.links.init(m)
	m.far.init(m)
	m.home.init(m)
	m.in.init(m)
	m.space.init(m)
	m.out.init(m)
	if !cfg.Role.runs() {
		return m, nil
	}
	var err error
	m.n, err = node.New(node.Config{Me: m.me, Timing: cfg.Timing, Table: cfg.Owners, Space: &m.space, Bus: nodeBus{m}, Place: m.members.placeOf, Log: cfg.Log})
	return m, err
}

// Start takes part in the cluster, with the universe that was made with the mesh.
func (m *Mesh) Start(u *universe.Universe) error {
	m.u = u
	b := m.cfg.Bus
	b.Hear(kindHello, m.members.hear)
	b.Hear(kindRuns, m.routes.hear)
	b.Hear(kindCarry, m.hear)
	b.Hear(kindGap, func(from world.NodeID, _ []byte) { m.work.Go(func() { m.home.attachAgain(from, "") }) })
	b.Hear(kindOut, m.home.hear)
	b.Hear(kindNote, m.far.note)
	b.Hear(kindNode, m.hearNode)
	b.Back(func() {
		m.members.listen()
		m.work.Go(func() { m.home.attachAgain("", "") })
	})
	b.Serve(kindWant, m.want)
	b.Serve(kindRoll, m.far.roll)
	b.Serve(kindMove, m.serveMove)
	b.Serve(kindDrain, m.serveDrain)
	b.Serve(kindBusy, m.serveBusy)
	b.Hear(kindPins, func(world.NodeID, []byte) { m.cfg.Pinned() })
	if err := b.Open(); err != nil {
		return err
	}
	m.members.listen()
	if m.n != nil {
		m.work.Go(func() { m.n.Run(m.ctx) })
		m.wantServices()
	}
	m.members.greet()
	m.work.Go(m.run)
	return nil
}

// How often the nodes tell each other of themselves, and look for what was lost.
const (
	greetEvery = 500 * time.Millisecond
	rollEvery  = 2 * time.Second
)

func (m *Mesh) run() {
	greet, roll := time.NewTicker(greetEvery), time.NewTicker(rollEvery)
	defer greet.Stop()
	defer roll.Stop()
	for {
		select {
		case <-m.ctx.Done():
			return
		case <-greet.C:
			m.members.greet()
		case <-roll.C:
			if m.n != nil {
				m.wantServices()
			}
			m.callRolls()
		}
	}
}

// wantServices has this node run the services that nobody runs.
func (m *Mesh) wantServices() {
	if m.members.isDrained() {
		return
	}
	for _, name := range universe.ServiceNames(m.u.Release()) {
		if a := world.Address(name); !m.Here(a) {
			m.n.Hear(cluster.Want{Subject: a})
		}
	}
}

// Leave lets go of all that this node owns, so that others may have it at once, and says goodbye:
// its systems have ended and are saved. Close follows.
func (m *Mesh) Leave(ctx context.Context) (err error) {
	if m.n != nil {
		err = m.n.Leave(ctx)
	}
	m.members.mu.Lock()
	m.members.left = true
	m.members.mu.Unlock()
	m.members.greet()
	return err
}

// Close ends the mesh. What is owned still is others' when the leases are over.
func (m *Mesh) Close() {
	m.cancel()
	m.far.close()
	m.cfg.Bus.Close()
	m.work.Wait()
}

// Fence is in whose name an actor that runs here writes, false where it may not.
func (m *Mesh) Fence(a world.Address) (world.Fence, bool) { return m.space.fence(a) }

// Here implements universe.Elsewhere.
func (m *Mesh) Here(a world.Address) bool { return m.space.holds(a) }

// Prepare implements universe.Elsewhere.
func (m *Mesh) Prepare(cfg *system.Config) {
	right := m.space.right(cfg.Address)
	cfg.May = func() bool { return right.may() }
	cfg.UnloadAfter, cfg.Rest = 0, nil // an image on this disk would be of no use to others
	base := cfg.NewRound
	cfg.NewRound = func() system.Round {
		r := &round{m: m}
		if base != nil {
			r.base = base()
		}
		return r
	}
}

var _ universe.Elsewhere = (*Mesh)(nil)
