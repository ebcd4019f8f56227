package simulation

import (
	"encoding/binary"
	"hash/fnv"
	"slices"
	"time"

	"hotshard/runtime/cluster"
	"hotshard/runtime/world"
)

// memory is a system in a process: what it believes of itself.
type memory struct {
	address    world.Address
	fence      world.Fence
	there      bool // it is loaded
	playing    bool
	freezing   bool
	count      int64 // writes that it knows to be done
	vault      int64
	characters []int
	writing    *write // not answered
	asked      time.Duration
	looked     time.Duration // who has come
}

// play does an action with a system.
func (s *server) play(a cluster.Action) {
	switch a := a.(type) {
	case cluster.Run:
		s.run(a)
	case cluster.Stop:
		if m := s.memory[a.Subject]; m != nil {
			m.playing, m.freezing = false, false
		}
	case cluster.Drop:
		delete(s.memory, a.Subject)
	case cluster.Freeze:
		if m := s.memory[a.Subject]; m != nil {
			m.playing, m.freezing = false, true
			s.freeze(m)
		}
	case cluster.Prepare:
		s.later(s.w.between(time.Millisecond, 40*time.Millisecond), func() { s.prepare(a) })
	case cluster.Discard:
		delete(s.prepared, a.Move)
	}
}

func (s *server) run(a cluster.Run) {
	m := s.memory[a.Fence.Subject]
	e := Entry{Kind: Begin, Node: s.id, Subject: a.Fence.Subject, Epoch: a.Fence.Epoch}
	switch a.From {
	case cluster.Anew:
		m = &memory{address: a.Fence.Subject}
		e.Text = "anew"
	case cluster.Arrived:
		m = s.prepared[a.Move]
		delete(s.prepared, a.Move)
		e.N, e.M, e.Text = m.count, int64(m.hash()), "by a move"
	case cluster.Kept:
		e.N, e.Text = m.count, "with what it has in memory"
	}
	s.w.note(e)
	m.fence, m.playing, m.freezing = a.Fence, true, false
	s.memory[m.address] = m
	if !m.there {
		s.load(m)
	}
}

// load asks the database for all of a system, in the epoch in which it is owned.
func (s *server) load(m *memory) {
	me, f := s.id, m.fence
	m.asked = s.w.now
	s.w.db.request(s, func() any { return s.w.db.load(me, f) }, func(answer any) {
		l, _ := answer.(*loaded)
		if l == nil || m.there || s.memory[m.address] != m || m.fence != f {
			return
		}
		m.there, m.count, m.vault, m.characters = true, l.count, l.vault, l.characters
	})
}

// freeze makes the image, when nothing is unanswered any more.
func (s *server) freeze(m *memory) {
	if !m.there {
		s.later(0, func() { s.hear(cluster.Unfrozen{Subject: m.address, Why: "it is not loaded yet"}) })
		return
	}
	if m.writing != nil {
		return // the answer comes back here
	}
	s.later(s.w.between(time.Millisecond, 40*time.Millisecond), func() {
		switch {
		case !m.freezing:
		case s.w.chance(0.02):
			s.hear(cluster.Unfrozen{Subject: m.address, Why: "it cannot be written down"})
		default:
			s.w.note(Entry{Kind: Freeze, Node: s.id, Subject: m.address, Epoch: m.fence.Epoch, M: int64(m.hash())})
			s.hear(cluster.Frozen{Subject: m.address, Image: cluster.Image{Hash: m.hash(), Data: m.image()}})
		}
	})
}

func (s *server) prepare(a cluster.Prepare) {
	if s.w.chance(0.03) {
		s.hear(cluster.Unprepared{Move: a.Move, Why: "its image cannot be read"})
		return
	}
	m := thaw(a.Subject, a.Image.Data)
	s.prepared[a.Move] = m
	hash := m.hash()
	if s.w.chance(0.02) {
		hash++ // something was not written down
	}
	s.hear(cluster.Prepared{Move: a.Move, Hash: hash})
}

// image is the memory as bytes.
func (m *memory) image() []byte {
	b := binary.AppendVarint(nil, m.count)
	b = binary.AppendVarint(b, m.vault)
	for _, c := range m.characters {
		b = binary.AppendVarint(b, int64(c))
	}
	return b
}

func thaw(a world.Address, b []byte) *memory {
	next := func() int64 {
		v, n := binary.Varint(b)
		b = b[n:]
		return v
	}
	m := &memory{address: a, there: true, count: next(), vault: next()}
	for len(b) > 0 {
		m.characters = append(m.characters, int(next()))
	}
	return m
}

func (m *memory) hash() uint64 {
	h := fnv.New64a()
	h.Write(m.image())
	return h.Sum64()
}

// finish notes what is in memory at the end.
func (s *server) finish() {
	if s.machine == nil {
		return
	}
	for _, a := range s.w.names {
		m := s.memory[a]
		if _, may := s.machine.May(s.clock(), a); !may || m == nil || !m.there {
			continue
		}
		s.w.note(Entry{Kind: InMemory, Node: s.id, Subject: a, N: m.vault})
		for _, c := range m.characters {
			s.w.note(Entry{Kind: InMemory, Node: s.id, Subject: a, Character: c + 1})
		}
	}
}

// apply changes the memory as a write that was done has changed the table.
func (m *memory) apply(q *write, o outcome) {
	m.count++
	switch q.kind {
	case pay:
		m.vault -= q.n
	case collect:
		m.vault += o.n
	case jump:
		m.characters = slices.DeleteFunc(m.characters, func(c int) bool { return c == q.character })
	}
}
