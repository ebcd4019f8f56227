// Package node runs what decides about the subjects of a cluster's node (runtime/cluster) in a
// process: it asks the table of owners, gives the bus what is to be said, and tells the space,
// which has the systems, what to do. It decides nothing itself.
package node

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"hotshard/data/ownership"
	"hotshard/runtime/cluster"
	"hotshard/runtime/world"
)

// Space has the systems and services of the process. Its methods are called by one goroutine,
// one after the other, and return at once: what takes time is told by Node.Hear.
type Space interface {
	// Run lets a subject play for as long as the lease says so: it is asked before each tick,
	// and gives the fence that is written under.
	Run(r cluster.Run, l *Lease)
	Stop(a world.Address)
	Drop(a world.Address)
	Freeze(a world.Address)    // cluster.Frozen or Unfrozen comes of it
	Prepare(p cluster.Prepare) // cluster.Prepared or Unprepared
	Discard(m cluster.MoveID)
	Owned(row cluster.Row) // by another node, or here already
	Moved(m cluster.Moved)
}

// Bus carries messages to other nodes, or loses them. Send returns at once.
type Bus interface {
	Send(to world.NodeID, m cluster.Message)
}

// Config says what a node is made of.
type Config struct {
	Me     world.NodeID // another for each life of a process
	Timing cluster.Config
	Table  *ownership.Table
	Space  Space
	Bus    Bus
	Clock  func() time.Duration // that nobody sets; nil is Boottime
	// Place says where a subject whose owner is dead is best begun; nil: anywhere.
	Place func(a world.Address) cluster.Place
	Log   *slog.Logger
}

// Node is a node in a process.
type Node struct {
	cfg     Config
	machine *cluster.Node // of the goroutine of Run
	leases  map[world.Address]*Lease
	leaving chan struct{} // closed when nothing is held any more; nil where nobody leaves
	events  chan cluster.Event
	leave   chan chan struct{}
	done    chan struct{} // closed when Run has returned
	asking  sync.WaitGroup
}

// New returns a node that does not run yet. Errors: a config that does not fit together.
func New(cfg Config) (*Node, error) {
	if cfg.Me == "" {
		return nil, errors.New("a node needs a name, another for each life of its process")
	}
	if err := cfg.Timing.Check(); err != nil {
		return nil, err
	}
	if cfg.Clock == nil {
		cfg.Clock = Boottime
	}
	if cfg.Place == nil {
		cfg.Place = func(world.Address) cluster.Place { return cluster.Anywhere }
	}
	if cfg.Log == nil {
		cfg.Log = slog.Default()
	}
	cfg.Timing = cfg.Timing.Filled()
	return &Node{
		cfg: cfg, machine: cluster.New(cfg.Me, cfg.Timing), leases: map[world.Address]*Lease{},
		events: make(chan cluster.Event, 256), leave: make(chan chan struct{}), done: make(chan struct{}),
	}, nil
}

// Lease is how long a subject may play here. Its methods may be called from any goroutine,
// and cost next to nothing.
type Lease struct {
	fence world.Fence
	until atomic.Int64 // by the node's clock
	clock func() time.Duration
}

// May says whether the subject may play now, and under which fence it writes.
func (l *Lease) May() (world.Fence, bool) {
	return l.fence, int64(l.clock()) < l.until.Load()
}

// Hear tells the node something. It may be called from any goroutine but the node's own, that
// is, not by the space's methods before they have returned.
func (n *Node) Hear(e cluster.Event) {
	select {
	case n.events <- e:
	case <-n.done:
	}
}

// Run runs the node until the context ends. What it owns then stays its own until the leases
// are over: see Leave. It returns when nothing it has asked the table is under way.
func (n *Node) Run(ctx context.Context) {
	defer n.asking.Wait()
	defer close(n.done)
	wake := time.NewTimer(0)
	defer wake.Stop()
	for {
		select {
		case <-ctx.Done():
			n.stopAll()
			return
		case e := <-n.events:
			n.handle(ctx, e)
		case <-wake.C:
			n.handle(ctx, cluster.Wake{})
		case n.leaving = <-n.leave:
		}
		n.letGo(ctx)
		wake.Reset(n.machine.Next() - n.cfg.Clock())
	}
}

// letGo lets go of what is owned by a node that leaves, also of what it has only just been given.
func (n *Node) letGo(ctx context.Context) {
	if n.leaving == nil {
		return
	}
	for _, f := range n.machine.Playing() {
		n.handle(ctx, cluster.LetGo{Subject: f.Subject})
	}
	if n.machine.Idle() {
		close(n.leaving)
		n.leaving = nil
	}
}

// Leave lets go of everything, so that other nodes may have it at once. It returns when that
// is done, or with the context's error; nothing is to be wanted here any more.
func (n *Node) Leave(ctx context.Context) error {
	gone := make(chan struct{})
	select {
	case n.leave <- gone:
	case <-n.done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
	select {
	case <-gone:
	case <-n.done:
	case <-ctx.Done():
		return ctx.Err()
	}
	return nil
}

// stopAll ends all leases: nobody renews them any more.
func (n *Node) stopAll() {
	for _, l := range n.leases {
		l.until.Store(0)
	}
}

func (n *Node) handle(ctx context.Context, e cluster.Event) {
	for _, a := range n.machine.Handle(n.cfg.Clock(), e) {
		n.perform(ctx, a)
	}
	for a, l := range n.leases {
		if until, owned := n.machine.Until(l.fence); owned {
			l.until.Store(int64(until))
			continue
		}
		l.until.Store(0)
		delete(n.leases, a)
	}
}

// perform does one action.
func (n *Node) perform(ctx context.Context, a cluster.Action) {
	switch a := a.(type) {
	case cluster.Acquire:
		n.ask(ctx, a.Ask, func(ctx context.Context) (cluster.Event, error) { return n.acquire(ctx, a) })
	case cluster.Renew:
		n.ask(ctx, a.Ask, func(ctx context.Context) (cluster.Event, error) {
			lost, err := n.cfg.Table.Renew(ctx, n.cfg.Me, a.Held, n.cfg.Timing.Lease)
			return cluster.Renewed{Ask: a.Ask, Lost: rows(lost)}, err
		})
	case cluster.Release:
		n.ask(ctx, a.Ask, func(ctx context.Context) (cluster.Event, error) {
			return cluster.Released{Ask: a.Ask}, n.cfg.Table.Release(ctx, n.cfg.Me, a.Fence)
		})
	case cluster.Look:
		n.ask(ctx, a.Ask, func(ctx context.Context) (cluster.Event, error) {
			orphans, err := n.cfg.Table.Orphans(ctx)
			places := map[world.Address]cluster.Place{}
			for _, o := range orphans {
				places[o.Subject] = n.cfg.Place(o.Subject)
			}
			return cluster.Looked{Ask: a.Ask, Orphans: rows(orphans), Places: places}, err
		})
	case cluster.Send:
		n.cfg.Bus.Send(a.To, a.Message)
	default:
		n.tell(a)
	}
}

// tell tells the space what to do.
func (n *Node) tell(a cluster.Action) {
	switch a := a.(type) {
	case cluster.Run:
		l := &Lease{fence: a.Fence, clock: n.cfg.Clock}
		until, _ := n.machine.Until(a.Fence)
		l.until.Store(int64(until))
		n.end(a.Fence.Subject)
		n.leases[a.Fence.Subject] = l
		n.cfg.Space.Run(a, l)
	case cluster.Stop:
		n.end(a.Subject)
		n.cfg.Space.Stop(a.Subject)
	case cluster.Drop:
		n.end(a.Subject)
		n.cfg.Space.Drop(a.Subject)
	case cluster.Freeze:
		n.end(a.Subject)
		n.cfg.Space.Freeze(a.Subject)
	case cluster.Prepare:
		n.cfg.Space.Prepare(a)
	case cluster.Discard:
		n.cfg.Space.Discard(a.Move)
	case cluster.Owned:
		n.cfg.Space.Owned(a.Row)
	case cluster.Moved:
		n.cfg.Space.Moved(a)
	}
}

// end ends a lease at once.
func (n *Node) end(a world.Address) {
	if l := n.leases[a]; l != nil {
		l.until.Store(0)
		delete(n.leases, a)
	}
}

// ask asks the table without waiting for it. Nobody waits longer than for a lease.
func (n *Node) ask(ctx context.Context, number uint64, do func(context.Context) (cluster.Event, error)) {
	n.asking.Go(func() {
		ctx, cancel := context.WithTimeout(ctx, n.cfg.Timing.Lease)
		defer cancel()
		e, err := do(ctx)
		if err != nil {
			if ctx.Err() == nil {
				n.cfg.Log.Warn("the table of owners has not answered", "node", n.cfg.Me, "error", err)
			}
			e = cluster.Failed{Ask: number}
		}
		n.Hear(e)
	})
}

func (n *Node) acquire(ctx context.Context, a cluster.Acquire) (cluster.Event, error) {
	epoch, err := n.cfg.Table.Acquire(ctx, ownership.Claim{Subject: a.Subject, Owner: n.cfg.Me, After: a.After, From: a.From, Lease: n.cfg.Timing.Lease})
	if no := (*ownership.Refusal)(nil); errors.As(err, &no) {
		return cluster.Denied{Ask: a.Ask, Row: row(no.Row)}, nil
	}
	return cluster.Granted{Ask: a.Ask, Epoch: epoch}, err
}

func row(r ownership.Row) cluster.Row {
	return cluster.Row{Subject: r.Subject, Owner: r.Owner, Epoch: r.Epoch, Live: r.Live()}
}

func rows(all []ownership.Row) []cluster.Row {
	out := make([]cluster.Row, len(all))
	for i, r := range all {
		out[i] = row(r)
	}
	return out
}
