package mesh

import (
	"hotshard/runtime/cluster"
	"hotshard/runtime/world"
)

// nodeBus implements node.Bus: what nodes say to each other about a move.
type nodeBus struct{ m *Mesh }

// The kinds of it. Their numbers are part of the protocol.
const (
	sayOffer = iota + 1
	sayReady
	sayNo
	sayHanded
	sayTaken
	sayWithdrawn
)

// Send implements node.Bus.
func (b nodeBus) Send(to world.NodeID, msg cluster.Message) {
	if err := b.m.cfg.Bus.Send(to, kindNode, packNode(msg)); err != nil {
		b.m.log.Warn("another node was not told of a move", "node", to, "error", err) // its patience ends
	}
}

func packNode(msg cluster.Message) []byte {
	begin := func(kind byte, id cluster.MoveID) []byte { return putUint(putText([]byte{kind}, id.By), id.N) }
	switch msg := msg.(type) {
	case cluster.Offer:
		return putText(begin(sayOffer, msg.Move), msg.Subject)
	case cluster.Ready:
		return begin(sayReady, msg.Move)
	case cluster.No:
		return putText(begin(sayNo, msg.Move), msg.Why)
	case cluster.Handed:
		out := putUint(putText(begin(sayHanded, msg.Move), msg.Fence.Subject), uint64(msg.Fence.Epoch))
		return putText(putUint(out, msg.Image.Hash), msg.Image.Data)
	case cluster.Taken:
		return begin(sayTaken, msg.Move)
	case cluster.Withdrawn:
		return begin(sayWithdrawn, msg.Move)
	}
	panic("mesh: nobody knows how to say that")
}

// unpackNode reads what packNode has written, nil for anything else.
func unpackNode(data []byte) cluster.Message {
	if len(data) == 0 {
		return nil
	}
	r := scan{b: data[1:]}
	id := cluster.MoveID{By: world.NodeID(r.text()), N: r.uint()}
	var msg cluster.Message
	switch data[0] {
	case sayOffer:
		msg = cluster.Offer{Move: id, Subject: world.Address(r.text())}
	case sayReady:
		msg = cluster.Ready{Move: id}
	case sayNo:
		msg = cluster.No{Move: id, Why: r.text()}
	case sayHanded:
		f := world.Fence{Subject: world.Address(r.text()), Epoch: world.Epoch(r.uint())}
		msg = cluster.Handed{Move: id, Fence: f, Image: cluster.Image{Hash: r.uint(), Data: r.bytes()}}
	case sayTaken:
		msg = cluster.Taken{Move: id}
	case sayWithdrawn:
		msg = cluster.Withdrawn{Move: id}
	}
	if r.bad {
		return nil
	}
	return msg
}

func (m *Mesh) hearNode(from world.NodeID, data []byte) {
	msg := unpackNode(data)
	if m.n == nil || msg == nil {
		return
	}
	if _, offered := msg.(cluster.Offer); offered && m.members.isDrained() {
		_ = m.cfg.Bus.Send(from, kindNode, packNode(cluster.No{Move: msg.(cluster.Offer).Move, Why: m.cfg.Name + " is being drained"})) // its patience ends
		return
	}
	m.n.Hear(cluster.Got{From: from, Message: msg})
}
