package gate

import (
	"context"
	"net/netip"
	"slices"
	"sync"
)

// lanes hand out the few slots in which passwords are checked. Networks take turns,
// so that whoever sends many logins waits behind themselves and not before others.
// Within a network those go first who have signed in from there before, last the
// logins that may be guesses. Of these it is the latest that goes: an honest one is
// not to wait behind a pile of guesses, which is never gone.
type lanes struct {
	mu      sync.Mutex
	free    int
	waiting int
	most    int     // that may wait
	turns   []*lane // with somebody in it, the next first
	by      map[netip.Prefix]*lane
}

// lane is who waits of one network, in the order of arrival.
type lane struct {
	network netip.Prefix
	known   []*ticket
	others  []*ticket
	suspect []*ticket // the latest first
}

// ticket is one login that waits; turn is closed when it has a slot.
type ticket struct{ turn chan struct{} }

// place says where in its lane a login belongs.
type place uint8

const (
	inOrder place = iota
	knownHere
	latestFirst // it may be a guess
)

func newLanes(slots, most int) *lanes {
	return &lanes{free: slots, most: most, by: map[netip.Prefix]*lane{}}
}

// enter waits for a slot. It returns false when too many wait or ctx has ended.
func (l *lanes) enter(ctx context.Context, n netip.Prefix, where place) bool {
	l.mu.Lock()
	if l.free > 0 {
		l.free--
		l.mu.Unlock()
		return true
	}
	if l.waiting >= l.most {
		l.mu.Unlock()
		return false
	}
	t := &ticket{make(chan struct{})}
	l.add(n, t, where)
	l.mu.Unlock()
	select {
	case <-t.turn:
		return true
	case <-ctx.Done():
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.remove(n, t) {
		l.pass() // it had come: somebody else takes it
	}
	return false
}

func (l *lanes) add(n netip.Prefix, t *ticket, where place) {
	own := l.by[n]
	if own == nil {
		own = &lane{network: n}
		l.by[n] = own
		l.turns = append(l.turns, own)
	}
	l.waiting++
	switch where {
	case knownHere:
		own.known = append(own.known, t)
	case latestFirst:
		own.suspect = slices.Insert(own.suspect, 0, t)
	default:
		own.others = append(own.others, t)
	}
}

// leave gives the slot back.
func (l *lanes) leave() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.pass()
}

// pass gives a slot to the next in turn.
func (l *lanes) pass() {
	if len(l.turns) == 0 {
		l.free++
		return
	}
	own := l.turns[0]
	from := &own.suspect
	switch {
	case len(own.known) > 0:
		from = &own.known
	case len(own.others) > 0:
		from = &own.others
	}
	t := (*from)[0]
	*from = slices.Delete(*from, 0, 1)
	l.turns = append(l.turns[1:], own)
	l.settle(own)
	close(t.turn)
}

// settle counts one fewer and forgets a lane that is empty.
func (l *lanes) settle(own *lane) {
	l.waiting--
	if len(own.known)+len(own.others)+len(own.suspect) == 0 {
		delete(l.by, own.network)
		l.turns = slices.DeleteFunc(l.turns, func(o *lane) bool { return o == own })
	}
}

func (l *lanes) remove(n netip.Prefix, t *ticket) bool {
	own := l.by[n]
	if own == nil {
		return false
	}
	for _, from := range []*[]*ticket{&own.known, &own.others, &own.suspect} {
		if i := slices.Index(*from, t); i >= 0 {
			*from = slices.Delete(*from, i, i+1)
			l.settle(own)
			return true
		}
	}
	return false
}

// Waiting is how many logins wait for a slot.
func (g *Gate) Waiting() int {
	g.lanes.mu.Lock()
	defer g.lanes.mu.Unlock()
	return g.lanes.waiting
}
