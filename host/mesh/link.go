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
	seen map[world.NodeID]uint64 // of each node, the number that came last
}

func (v *links) init(m *Mesh) {
	v.m, v.to, v.seen = m, map[world.NodeID]*link{}, map[world.NodeID]uint64{}
}

// link is what goes to one node: whoever sends does not wait, a goroutine gives it to the bus.
type link struct {
	m      *Mesh
	to     world.NodeID
	mu     sync.Mutex
	queue  []packed
	number uint64 // of the last message that was sent
	wake   chan struct{}
	closed chan struct{}
}

type packed struct {
	parcel
	data []byte
}

func (v *links) send(to world.NodeID, p packed) {
	v.mu.Lock()
	l := v.to[to]
	if l == nil {
		l = &link{m: v.m, to: to, wake: make(chan struct{}, 1), closed: make(chan struct{})}
		v.to[to] = l
		v.m.work.Go(l.run)
	}
	v.mu.Unlock()
	l.mu.Lock()
	l.queue = append(l.queue, p)
	l.mu.Unlock()
	select {
	case l.wake <- struct{}{}:
	default:
	}
}

func (l *link) run() {
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
		return 0
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
			delete(v.to, to)
		}
	}
	v.mu.Unlock()
	for _, l := range gone {
		l.mu.Lock()
		queue := l.queue
		l.queue = nil
		l.mu.Unlock()
		for _, p := range queue {
			v.m.lose(p.parcel, errSilent)
		}
	}
}

var errSilent = errors.New("the node that ran it is silent")
