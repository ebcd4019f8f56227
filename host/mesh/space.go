package mesh

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"sync"
	"sync/atomic"
	"time"

	"hotshard/host/node"
	"hotshard/runtime/cluster"
	"hotshard/runtime/script/code"
	"hotshard/runtime/script/reload"
	"hotshard/runtime/system"
	"hotshard/runtime/world"
)

// space implements node.Space: the systems and services of this process. A system that stands
// does so because it may not tick: nobody has to stop it.
type space struct {
	m *Mesh

	mu       sync.Mutex
	held     map[world.Address]bool // is here, whether it plays or stands
	rights   map[world.Address]*right
	prepared map[cluster.MoveID]*prepared
	waiting  map[world.Address][]chan cluster.Moved // for the end of a move
}

// right is that of an actor to play here.
type right struct{ lease atomic.Pointer[node.Lease] }

func (r *right) may() bool {
	_, may := r.fence()
	return may
}

func (r *right) fence() (f world.Fence, may bool) {
	if l := r.lease.Load(); l != nil {
		return l.May()
	}
	return f, false
}

// prepared is a system that was made of an image, and does not run.
type prepared struct {
	s       *system.System
	clients map[world.CharacterID]*far
}

var errNotOurs = errors.New("this node does not own it any more")

func (v *space) init(m *Mesh) {
	*v = space{m: m, held: map[world.Address]bool{}, rights: map[world.Address]*right{}, prepared: map[cluster.MoveID]*prepared{}, waiting: map[world.Address][]chan cluster.Moved{}}
}

func (v *space) holds(a world.Address) bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.held[a]
}

func (v *space) right(a world.Address) *right {
	v.mu.Lock()
	defer v.mu.Unlock()
	r := v.rights[a]
	if r == nil {
		r = new(right)
		v.rights[a] = r
	}
	return r
}

func (v *space) fence(a world.Address) (world.Fence, bool) { return v.right(a).fence() }

func (v *space) hold(a world.Address, is bool) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if is {
		v.held[a] = true
		return
	}
	delete(v.held, a)
}

// Run implements node.Space.
func (v *space) Run(r cluster.Run, l *node.Lease) {
	m, a := v.m, r.Fence.Subject
	v.right(a).lease.Store(l)
	switch r.From {
	case cluster.Anew:
		v.hold(a, true)
		if _, err := m.u.Start(a); err != nil {
			m.log.Error("what this node owns could not be started", "actor", a, "error", err)
		}
	case cluster.Arrived:
		v.settleIn(a, r.Move)
	}
	m.routes.learn(a, route{m.me, r.Fence.Epoch})
	if r.From != cluster.Kept {
		m.log.Info("this node runs it", "actor", a, "epoch", r.Fence.Epoch, "anew", r.From == cluster.Anew)
	}
	_ = m.cfg.Bus.Tell(kindRuns, asJSON(runs{a, r.Fence.Epoch, r.From == cluster.Anew})) // who does not hear it looks
}

// settleIn gives a system that has come by a move its place, and tells its players' homes.
func (v *space) settleIn(a world.Address, move cluster.MoveID) {
	m := v.m
	v.mu.Lock()
	p := v.prepared[move]
	delete(v.prepared, move)
	v.held[a] = true
	v.mu.Unlock()
	for _, c := range p.clients {
		m.far.admit(c)
	}
	p.s.TakenOver()
	m.u.Enlist(p.s)
	m.u.Resume(p.s)
	m.work.Go(func() { m.cfg.Settle(m.ctx, a) }) // it runs what it ran where it comes from
	for _, c := range p.clients {
		c.arrived(a)
	}
}

// Stop implements node.Space: the lease is over, and the system does not tick.
func (v *space) Stop(a world.Address) { v.m.log.Warn("what this node owned stands", "actor", a) }

// Drop implements node.Space: another node has it. What has come for it meanwhile goes there.
func (v *space) Drop(a world.Address) {
	m := v.m
	v.right(a).lease.Store(nil)
	s := m.u.Running(a)
	v.hold(a, false)
	m.routes.forget(a, m.me)
	if s == nil {
		return
	}
	_ = s.Post(system.Between(func(s *system.System) { // one that has ended has nobody
		for _, who := range s.Everybody() {
			if m.far.leave(who.ID) != nil {
				m.u.Gone(who.ID, a)
			}
		}
		left := s.Leftover()
		s.HandedOver()
		m.work.Go(func() {
			for _, msg := range left {
				if _, local := msg.(system.Do); !local {
					m.send(parcel{to: a, m: msg})
				}
			}
		})
	}))
}

// legacy is what goes with the image of a system.
type legacy struct {
	Release int
	Hash    string
	Clients []clientOf
}

// clientOf is a player's connection.
type clientOf struct {
	Who    world.CharacterID
	Home   world.NodeID
	Conn   uint64
	Binary bool
}

// How long what the store has been asked may take to be answered, and how often that is looked at.
const (
	answerPatience = 800 * time.Millisecond
	answerLook     = 2 * time.Millisecond
)

// Freeze implements node.Space.
func (v *space) Freeze(a world.Address) {
	s := v.m.u.Running(a)
	if s == nil {
		v.m.work.Go(func() { v.m.n.Hear(cluster.Unfrozen{Subject: a, Why: "it has just ended"}) })
		return
	}
	v.freeze(s, v.m.members.clock()+answerPatience)
}

// freeze writes the system down when all that it has asked has been answered.
func (v *space) freeze(s *system.System, until time.Duration) {
	say := func(e cluster.Event) { v.m.work.Go(func() { v.m.n.Hear(e) }) }
	no := func(why string) { say(cluster.Unfrozen{Subject: s.Address(), Why: why}) }
	err := s.Post(system.Between(func(s *system.System) {
		if s.State() == nil {
			no("its scripts do not run")
			return
		}
		s.Work()
		if n := s.Outstanding(); n > 0 {
			if v.m.members.clock() > until {
				no(fmt.Sprintf("%d of its tasks wait for the store", n))
				return
			}
			time.AfterFunc(answerLook, func() { v.freeze(s, until) })
			return
		}
		l := v.legacy(s)
		image, err := s.Image()
		if err != nil {
			no(err.Error())
			return
		}
		v.m.work.Go(func() { v.hand(s.Address(), l, image) })
	}))
	if err != nil {
		no("it has just ended")
	}
}

// hand gives the image away when what the system has handed over to be saved is durable.
func (v *space) hand(a world.Address, l legacy, image []byte) {
	ctx, cancel := context.WithTimeout(v.m.ctx, answerPatience)
	defer cancel()
	if err := v.m.cfg.Flush(ctx); err != nil {
		v.m.n.Hear(cluster.Unfrozen{Subject: a, Why: "its players could not be saved: " + err.Error()})
		return
	}
	data := append(append(asJSON(l), '\n'), image...)
	v.m.n.Hear(cluster.Frozen{Subject: a, Image: cluster.Image{Hash: sum(image), Data: data}})
}

// legacy is what the image has not, on the system's goroutine.
func (v *space) legacy(s *system.System) legacy {
	r := s.State().Release()
	l := legacy{Release: r.Number, Hash: r.Hash}
	for _, who := range s.Everybody() {
		if p := s.Player(who.ID); p != nil && !p.Online() {
			continue
		}
		c := v.m.home.ref(who.ID, v.m.far.clientOf(who.ID))
		if c.conn != 0 {
			l.Clients = append(l.Clients, clientOf{who.ID, c.home, c.conn, c.binary})
		}
	}
	return l
}

// clientOf is the connection of somebody who is here, nil for none.
func (v *fars) clientOf(who world.CharacterID) system.Client {
	if c := v.find(who); c != nil {
		return c
	}
	return nil
}

func sum(b []byte) uint64 {
	h := fnv.New64a()
	h.Write(b)
	return h.Sum64()
}

// Prepare implements node.Space.
func (v *space) Prepare(p cluster.Prepare) {
	v.m.work.Go(func() {
		made, hash, err := v.thaw(p)
		if err != nil {
			v.m.n.Hear(cluster.Unprepared{Move: p.Move, Why: err.Error()})
			return
		}
		v.mu.Lock()
		v.prepared[p.Move] = made
		v.mu.Unlock()
		v.m.n.Hear(cluster.Prepared{Move: p.Move, Hash: hash})
	})
}

// thaw makes a system of its image, brings it to what is to run here, and writes it down again.
func (v *space) thaw(p cluster.Prepare) (*prepared, uint64, error) {
	head, image, found := bytes.Cut(p.Image.Data, []byte("\n"))
	var l legacy
	if !found || json.Unmarshal(head, &l) != nil {
		return nil, 0, errors.New("the image does not say what it is")
	}
	made, err := v.release(l)
	if err != nil {
		return nil, 0, err
	}
	out := &prepared{clients: map[world.CharacterID]*far{}}
	locals := map[world.CharacterID]system.Client{}
	for _, c := range l.Clients {
		if c.Home == v.m.me {
			if here := v.m.home.byConn(c.Conn); here != nil {
				locals[c.Who] = here.client
			}
			continue
		}
		out.clients[c.Who] = v.m.far.client(c.Who, ref{home: c.Home, conn: c.Conn, binary: c.Binary})
	}
	out.s, err = v.m.u.ThawWith(p.Subject, made, image, reload.Thaw, func(who world.CharacterID) system.Client {
		if c := out.clients[who]; c != nil {
			return c
		}
		if c := locals[who]; c != nil {
			return c
		}
		return nil
	})
	if err != nil {
		return nil, 0, err
	}
	again, err := out.s.Image()
	return out, sum(again), err
}

// release is the one that a system was made on.
func (v *space) release(l legacy) (*code.Release, error) {
	if live := v.m.u.Release(); live.Hash == l.Hash {
		return live, nil
	}
	if v.m.cfg.Release == nil {
		return nil, fmt.Errorf("it runs release %d, and this node another", l.Release)
	}
	ctx, cancel := context.WithTimeout(v.m.ctx, answerPatience)
	defer cancel()
	return v.m.cfg.Release(ctx, l.Release, l.Hash)
}

// Discard implements node.Space.
func (v *space) Discard(move cluster.MoveID) {
	v.mu.Lock()
	p := v.prepared[move]
	delete(v.prepared, move)
	v.mu.Unlock()
	if p != nil {
		p.s.State().Close()
	}
}

// Owned implements node.Space: another node has what was wanted here.
func (v *space) Owned(row cluster.Row) {
	if row.Live && row.Owner != v.m.me {
		v.m.routes.learn(row.Subject, route{row.Owner, row.Epoch})
	}
}

// Moved implements node.Space.
func (v *space) Moved(e cluster.Moved) {
	v.mu.Lock()
	waiting := v.waiting[e.Subject]
	delete(v.waiting, e.Subject)
	v.mu.Unlock()
	for _, w := range waiting {
		w <- e
	}
	if e.Why != "" {
		v.m.log.Warn("a move came to nothing", "actor", e.Subject, "to", e.To, "why", e.Why)
		return
	}
	v.m.log.Info("it has moved", "actor", e.Subject, "to", e.To)
}
