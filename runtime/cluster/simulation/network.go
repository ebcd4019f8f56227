package simulation

import (
	"time"

	"hotshard/runtime/cluster"
	"hotshard/runtime/world"
)

// database0 is the database's number among those who are on the network.
const database0 = servers

// network carries messages between servers, by the bus, and between them and the database.
type network struct {
	w       *universe
	cut     [servers + 1][servers + 1]int // ways that are cut, each for itself
	slow    int                           // that everything is slow for, at once
	lossy   int
	busDown int
	sent    []letter // what the bus has kept
	era     int      // of the bus: what is under way when it goes back is lost
}

// letter is a message on the bus.
type letter struct {
	at       time.Duration
	from, to world.NodeID
	by       int // the server's number
	message  cluster.Message
}

func newNetwork(w *universe) *network { return &network{w: w} }

func (n *network) delay() time.Duration {
	if n.slow > 0 {
		return n.w.between(time.Millisecond, 900*time.Millisecond)
	}
	return n.w.between(200*time.Microsecond, 8*time.Millisecond)
}

// toDatabase brings a request. One that the network holds up may come when nobody waits for
// it any more, and whoever has sent it is dead: until it has come, not all is mended.
func (n *network) toDatabase(s *server, do func()) {
	switch {
	case n.cut[s.number][database0] == 0 && !(n.lossy > 0 && n.w.chance(0.2)):
		n.w.after(n.delay(), do)
	case n.w.chance(0.5):
		from := s.id
		n.w.after(n.w.between(0, 5*time.Second), func() {
			n.w.note(Entry{Kind: Late, Node: from})
			do()
		})
	}
}

// fromDatabase brings an answer to the life of the server that has asked.
func (n *network) fromDatabase(s *server, do func()) {
	if n.cut[database0][s.number] > 0 || n.lossy > 0 && n.w.chance(0.2) {
		return
	}
	life := s.life
	n.w.after(n.delay(), func() {
		if s.life == life {
			s.do(do)
		}
	})
}

// send gives the bus a message.
func (n *network) send(s *server, to world.NodeID, m cluster.Message) {
	if n.busDown > 0 {
		return
	}
	l := letter{n.w.now, s.id, to, s.number, m}
	n.sent = append(n.sent, l)
	n.carry(l)
	if n.w.chance(0.05) {
		n.carry(l)
	}
}

func (n *network) carry(l letter) {
	era := n.era
	n.w.after(n.delay(), func() {
		for _, s := range n.w.servers {
			if s.id == l.to && era == n.era && n.cut[l.by][s.number] == 0 && !(n.lossy > 0 && n.w.chance(0.3)) {
				s.hear(cluster.Got{From: l.from, Message: l.message})
			}
		}
	})
}

// goBack is the bus as it was some time ago: what is under way is lost, and what had come
// since comes again.
func (n *network) goBack(d time.Duration) {
	n.era++
	for _, l := range n.sent {
		if l.at > n.w.now-d {
			n.carry(l)
		}
	}
}
