package cluster

import "hotshard/runtime/world"

// The end of a move at which a subject arrives. It is made of its image beside what runs,
// and is the same when it is written down again; then it is taken, from the owner and the
// epoch that the image came with, in one transaction. It plays when that was granted.

func (n *Node) offered(from world.NodeID, m Offer) {
	s := n.subjects[m.Subject]
	if s != nil && s.phase != waiting && s.phase != invited {
		if s.move == nil || s.move.id != m.Move {
			n.send(from, No{m.Move, "the other node has to do with it already"})
		}
		return
	}
	if s == nil {
		s = n.add(m.Subject, invited)
	}
	s.phase, s.at = invited, n.now+3*n.cfg.Patience // until it is frozen and here
	s.move = &move{id: m.Move, peer: from}
	n.send(from, Ready{m.Move})
}

// arriving finds a subject that comes by a move.
func (n *Node) arriving(id MoveID) *subject {
	for _, s := range n.order {
		if s.move != nil && s.move.id == id && (s.phase == invited || s.phase == preparing || s.phase == taking) {
			return s
		}
	}
	return nil
}

func (n *Node) receive(from world.NodeID, m Handed) {
	s := n.subjects[m.Fence.Subject]
	switch {
	case s != nil && s.came == m.Move: // it is here: the message has come twice, or our answer has not
		n.send(from, Taken{m.Move})
		return
	case n.arriving(m.Move) == nil:
		n.send(from, No{m.Move, "the other node does not expect it"})
		return
	case s == nil || s.phase != invited || s.move.id != m.Move || s.move.peer != from:
		return // it is being taken
	}
	s.phase, s.epoch, s.at = preparing, m.Fence.Epoch, n.now+n.cfg.Patience
	s.move.hash = m.Image.Hash
	n.do(Prepare{m.Move, s.address, m.Image})
}

func (n *Node) prepared(e Prepared) {
	s := n.arriving(e.Move)
	if s == nil || s.phase != preparing {
		return
	}
	if e.Hash != s.move.hash {
		n.decline(s, "what was made of its image is not the same")
		return
	}
	s.phase, s.from = taking, s.move.peer
	n.ask(s)
}

func (n *Node) unprepared(e Unprepared) {
	if s := n.arriving(e.Move); s != nil && s.phase == preparing {
		n.decline(s, e.Why)
	}
}

// decline gives up a subject that has not become ours.
func (n *Node) decline(s *subject, why string) {
	n.do(Discard{s.move.id})
	n.send(s.move.peer, No{s.move.id, why})
	n.remove(s)
}

// withdrawn is that the other node goes on with it. Where it was asked for already, it is
// the table's answer that counts.
func (n *Node) withdrawn(from world.NodeID, id MoveID) {
	s := n.arriving(id)
	if s == nil || s.move.peer != from || s.phase == taking {
		return
	}
	if s.phase == preparing {
		n.do(Discard{id})
	}
	n.remove(s)
}
