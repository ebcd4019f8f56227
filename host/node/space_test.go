package node

import (
	"encoding/binary"
	"fmt"
	"hash/fnv"
	"sync"
	"testing"

	"hotshard/runtime/cluster"
	"hotshard/runtime/world"
)

// space is one whose systems count.
type space struct {
	t        testing.TB
	node     *Node
	mu       sync.Mutex
	systems  map[world.Address]*counter
	prepared map[cluster.MoveID]*counter
	moved    []cluster.Moved
	owned    []cluster.Row
	begun    []string
	spoil    bool // what is prepared comes out otherwise
	broken   bool // nothing can be frozen
}

// counter is a system.
type counter struct {
	n     uint64
	lease *Lease
}

func newSpace(t testing.TB) *space {
	return &space{t: t, systems: map[world.Address]*counter{}, prepared: map[cluster.MoveID]*counter{}}
}

func (s *space) Run(r cluster.Run, l *Lease) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.systems[r.Fence.Subject]
	switch r.From {
	case cluster.Anew:
		c = &counter{}
	case cluster.Arrived:
		c = s.prepared[r.Move]
		delete(s.prepared, r.Move)
	}
	if c == nil {
		s.t.Errorf("%v begins with what is not there: %d", r.Fence, r.From)
		c = &counter{}
	}
	c.lease = l
	s.systems[r.Fence.Subject] = c
	s.begun = append(s.begun, fmt.Sprint(r.Fence, " ", r.From))
}

func (s *space) Stop(world.Address) {}

func (s *space) Drop(a world.Address) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.systems, a)
}

func (s *space) Freeze(a world.Address) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.broken {
		go s.node.Hear(cluster.Unfrozen{Subject: a, Why: "it cannot be written"})
		return
	}
	data := binary.AppendUvarint(nil, s.systems[a].n)
	go s.node.Hear(cluster.Frozen{Subject: a, Image: cluster.Image{Hash: sum(data), Data: data}})
}

func (s *space) Prepare(p cluster.Prepare) {
	s.mu.Lock()
	defer s.mu.Unlock()
	n, _ := binary.Uvarint(p.Image.Data)
	if s.spoil {
		n++
	}
	s.prepared[p.Move] = &counter{n: n}
	go s.node.Hear(cluster.Prepared{Move: p.Move, Hash: sum(binary.AppendUvarint(nil, n))})
}

func (s *space) Discard(m cluster.MoveID) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.prepared, m)
}

func (s *space) Owned(r cluster.Row) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.owned = append(s.owned, r)
}

func (s *space) Moved(m cluster.Moved) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.moved = append(s.moved, m)
}

// tick lets a system count where it may, and says what it has come to.
func (s *space) tick(a world.Address) (n uint64, f world.Fence, may bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.systems[a]
	if c == nil {
		return 0, f, false
	}
	if f, may = c.lease.May(); may {
		c.n++
	}
	return c.n, f, may
}

func (s *space) lastMove() (m cluster.Moved, any bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.moved) == 0 {
		return m, false
	}
	return s.moved[len(s.moved)-1], true
}

func sum(b []byte) uint64 {
	h := fnv.New64a()
	h.Write(b)
	return h.Sum64()
}

// bus is one in memory.
type bus struct {
	mu    sync.Mutex
	nodes map[world.NodeID]*Node
	gone  bool
}

func (b *bus) from(me world.NodeID) Bus { return line{b, me} }

type line struct {
	bus *bus
	me  world.NodeID
}

func (l line) Send(to world.NodeID, m cluster.Message) {
	l.bus.mu.Lock()
	defer l.bus.mu.Unlock()
	if n := l.bus.nodes[to]; n != nil && !l.bus.gone {
		go n.Hear(cluster.Got{From: l.me, Message: m})
	}
}
