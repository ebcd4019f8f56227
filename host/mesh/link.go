package mesh

import (
	"errors"
	"sync"

	"hotshard/runtime/world"
)

// links number what goes to each node, so that it is noticed where something was lost: by the
// next message, or by the next roll.
type links struct {
	m *Mesh

	mu   sync.Mutex
	to   map[world.NodeID]*link
	gone map[world.NodeID]uint64 // the numbers of those that were let go of: who was silent may come back
	seen map[world.NodeID]uint64 // of each node, the number that came last
}

func (v *links) init(m *Mesh) {
	v.m, v.to, v.gone, v.seen = m, map[world.NodeID]*link{}, map[world.NodeID]uint64{}, map[world.NodeID]uint64{}
}

// link is what goes to one node: whoever sends does not wait, a goroutine gives it to the bus.
type link struct {
	m      *Mesh
	to     world.NodeID
	mu     sync.Mutex
	queue  []packed
	over   bool   // nothing goes this way any more
	number uint64 // of the last message that was sent
	wake   chan struct{}
	closed chan struct{}
	ended  chan struct{}
}

type packed struct {
	parcel
	data []byte
}

func (v *links) send(to world.NodeID, p packed) {
	v.mu.Lock()
	l := v.to[to]
	if l == nil {
		l = &link{m: v.m, to: to, number: v.gone[to], wake: make(chan struct{}, 1), closed: make(chan struct{}), ended: make(chan struct{})}
		v.to[to] = l
		v.m.work.Go(l.run)
	}
	v.mu.Unlock()
	l.mu.Lock()
	over := l.over
	if !over {
		l.queue = append(l.queue, p)
	}
	l.mu.Unlock()
	if over {
		v.m.work.Go(func() { v.m.lose(p.parcel, errSilent) })
		return
	}
	select {
	case l.wake <- struct{}{}:
	default:
	}
}

func (l *link) run() {
	defer close(l.ended)
	for {
		select {
		case <-l.wake:
			l.send()
		case <-l.closed:
			return
		case <-l.m.ctx.Done():
			return
		}
	}
}

func (l *link) send() {
	l.mu.Lock()
	queue := l.queue
	l.queue = nil
	l.mu.Unlock()
	for _, p := range queue {
		number := l.number + 1 // only this goroutine changes it
		if err := l.m.cfg.Bus.Send(l.to, kindCarry, append(putUint(make([]byte, 0, len(p.data)+10), number), p.data...)); err != nil {
			l.m.lose(p.parcel, err)
			continue
		}
		l.mu.Lock()
		l.number = number
		l.mu.Unlock()
	}
}

// sent is the number of the last message that has gone to a node.
func (v *links) sent(to world.NodeID) uint64 {
	v.mu.Lock()
	l := v.to[to]
	v.mu.Unlock()
	if l == nil {
		return 0 // what was sent before it was silent has been seen to
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.number
}

// saw notes that everything up to a number must have come from a node, of which have is there
// for the first time; false where something was lost.
func (v *links) saw(from world.NodeID, number, have uint64) bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	was := v.seen[from]
	v.seen[from] = max(was, number)
	return was+have >= number
}

// tidy lets go of the links with nodes that are gone. What waits in them is lost, and whoever
// waits for it is told.
func (v *links) tidy() {
	v.mu.Lock()
	var gone []*link
	for to, l := range v.to {
		if !v.m.members.alive(to) {
			gone = append(gone, l)
			close(l.closed)
		}
	}
	v.mu.Unlock()
	for _, l := range gone {
		<-l.ended
		v.mu.Lock()
		delete(v.to, l.to)
		v.gone[l.to] = l.number
		v.mu.Unlock()
		l.mu.Lock()
		queue := l.queue
		l.queue, l.over = nil, true
		l.mu.Unlock()
		for _, p := range queue {
			v.m.lose(p.parcel, errSilent)
		}
	}
}

var errSilent = errors.New("the node that ran it is silent")
