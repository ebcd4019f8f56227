package simulation

import (
	"time"

	"hotshard/runtime/cluster"
	"hotshard/runtime/world"
)

// What systems do: at each tick one plays, and sometimes asks for a write. It asks for no
// other before that is answered, and asks again under the same number where it is not.

const (
	tick     = 100 * time.Millisecond
	askAgain = 500 * time.Millisecond
	// lookAgain is how often a system looks who has come.
	lookAgain = 600 * time.Millisecond
)

// deed is a kind of write.
type deed int

const (
	pay     deed = iota // n of the vault to another system
	collect             // what others have paid
	jump                // a character to another system
)

// write is one that a system asks for.
type write struct {
	id        uint64
	seq       int64 // which of the system's it is to be
	kind      deed
	vault     int64 // as the system has it in memory
	n         int64
	to        world.Address
	character int
}

// tickLater lets the process play at each tick, as long as it lives.
func (s *server) tickLater(life int) {
	s.w.after(s.w.between(tick*9/10, tick*11/10), func() {
		if s.life == life {
			if s.paused == 0 {
				s.tick()
			}
			s.tickLater(life)
		}
	})
}

func (s *server) tick() {
	for _, a := range s.w.names {
		m := s.memory[a]
		if m == nil {
			continue
		}
		if f, may := s.machine.May(s.clock(), a); may && m.playing {
			s.w.note(Entry{Kind: Play, Node: s.id, Subject: a, Epoch: f.Epoch})
			s.act(m)
		} else if m.freezing && m.writing != nil && s.w.now-m.asked > askAgain {
			s.write(m)
		}
	}
}

// act is what a system does in a tick.
func (s *server) act(m *memory) {
	switch {
	case !m.there:
		if s.w.now-m.asked > askAgain {
			s.load(m)
		}
	case m.writing != nil:
		if s.w.now-m.asked > askAgain {
			s.write(m)
		}
	case s.w.now-m.looked > lookAgain:
		s.arrivals(m)
	case s.w.chance(0.3) || s.w.now-m.asked > time.Second:
		m.writing = s.think(m)
		s.write(m)
	}
}

// think is what a system wants written next.
func (s *server) think(m *memory) *write {
	s.w.writes++
	q := &write{id: s.w.writes, seq: m.count + 1, kind: collect, vault: m.vault, to: s.w.names[s.w.rand.IntN(systems)]}
	if s.w.now >= calm || q.to == m.address {
		return q
	}
	switch what := s.w.rand.IntN(3); {
	case what == 0 && m.vault > 0:
		q.kind, q.n = pay, 1+s.w.rand.Int64N(m.vault)
	case what == 1 && len(m.characters) > 0:
		q.kind, q.character = jump, m.characters[s.w.rand.IntN(len(m.characters))]
	}
	return q
}

// write asks for it, in the name of the epoch in which the system is owned now.
func (s *server) write(m *memory) {
	me, f, q := s.id, m.fence, m.writing
	m.asked = s.w.now
	s.w.db.request(s, func() any { return s.w.db.write(me, f, q) }, func(answer any) {
		o, ok := answer.(outcome)
		switch {
		case !ok || m.writing != q:
		case o.stale:
			s.hear(cluster.Refused{Fence: f})
		default:
			s.written(m, q, o)
		}
	})
}

func (s *server) written(m *memory, q *write, o outcome) {
	m.writing = nil
	m.apply(q, o)
	s.w.note(Entry{Kind: Answered, Node: s.id, Subject: m.address, ID: q.id})
	if m.freezing {
		s.freeze(m)
	}
}

// arrivals looks who is in the system by the database. The answer may be old: it is taken
// where nothing was written since it was asked for.
func (s *server) arrivals(m *memory) {
	me, f, count := s.id, m.fence, m.count
	m.looked = s.w.now
	s.w.db.request(s, func() any { return s.w.db.load(me, f) }, func(answer any) {
		if l, _ := answer.(*loaded); l != nil && m.count == count && l.count == count && m.writing == nil && m.fence == f && m.playing {
			m.characters = l.characters
		}
	})
}

// every does something again and again.
func (w *universe) every(d time.Duration, do func()) {
	w.after(d, func() {
		do()
		w.every(d, do)
	})
}
