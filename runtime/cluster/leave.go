package cluster

import "hotshard/runtime/world"

// The end of a move that a subject leaves. It plays on until the other node is ready, then
// it is frozen, and its image handed over. From there on it is the table that says whose it
// is: it goes on here only after its epoch was raised, since then the other node cannot take
// it any more, by whatever copy of the image it may still get.

func (n *Node) moveTo(e MoveTo) {
	s := n.subjects[e.Subject]
	n.moves++
	id := MoveID{n.me, n.moves}
	why := ""
	switch {
	case s == nil || s.phase != playing:
		why = "it does not run here"
	case s.move != nil:
		why = "it is being moved already"
	case e.To == n.me:
		why = "it is here already"
	}
	if why != "" {
		n.do(Moved{id, e.Subject, e.To, why})
		return
	}
	s.move, s.at = &move{id: id, peer: e.To}, n.now+n.cfg.Patience
	n.send(e.To, Offer{id, e.Subject})
}

// departing finds a subject that leaves by a move.
func (n *Node) departing(from world.NodeID, id MoveID) *subject {
	for _, s := range n.order {
		if s.move != nil && s.move.id == id && s.move.peer == from && (s.phase == playing || s.phase == freezing || s.phase == handed) {
			return s
		}
	}
	return nil
}

func (n *Node) ready(from world.NodeID, id MoveID) {
	if s := n.departing(from, id); s != nil && s.phase == playing {
		s.phase, s.at = freezing, n.now+n.cfg.Patience
		n.do(Freeze{s.address})
	}
}

func (n *Node) frozen(e Frozen) {
	s := n.subjects[e.Subject]
	if s == nil || s.phase != freezing {
		return
	}
	s.phase, s.at = handed, n.now+n.cfg.Patience
	n.send(s.move.peer, Handed{s.move.id, world.Fence{Subject: s.address, Epoch: s.epoch}, e.Image})
}

func (n *Node) unfrozen(e Unfrozen) {
	if s := n.subjects[e.Subject]; s != nil && s.phase == freezing {
		n.unfreeze(s, e.Why)
	}
}

// unfreeze goes on with a subject whose image nobody has.
func (n *Node) unfreeze(s *subject, why string) {
	s.phase = playing
	n.do(Run{Fence: world.Fence{Subject: s.address, Epoch: s.epoch}, From: Kept})
	n.stay(s, why)
}

// stay ends a move of a subject that has not stopped for it.
func (n *Node) stay(s *subject, why string) {
	m := s.move
	if s.move, s.at = nil, never; m == nil {
		return
	}
	n.send(m.peer, Withdrawn{m.id})
	n.do(Moved{m.id, s.address, m.peer, why})
}

func (n *Node) no(from world.NodeID, m No) {
	s := n.departing(from, m.Move)
	if s == nil {
		return
	}
	switch s.phase {
	case playing:
		n.stay(s, m.Why)
	case freezing:
		n.unfreeze(s, m.Why)
	case handed:
		n.reclaim(s, m.Why)
	}
}

// taken asks the table whether what the other node says is so.
func (n *Node) taken(from world.NodeID, id MoveID) {
	if s := n.departing(from, id); s != nil && s.phase == handed {
		n.reclaim(s, "the other node has said that it has it, and it has not")
	}
}
