package peer

import (
	"net/netip"
	"sync"
	"time"
)

// quiet is how long nothing may happen until a burst is over.
const quiet = time.Minute

// Alarm tells when to log what many may do, as often as they like: once a burst.
type Alarm struct {
	From int // tries of a network from which on it is worth a line; 0 is 1

	mu sync.Mutex
	by map[netip.Prefix]burst
}

type burst struct {
	count int
	last  time.Time
}

// Note counts one, and says whether this is the moment to log the burst it is of.
func (a *Alarm) Note(n netip.Prefix, at time.Time) (log bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.by == nil {
		a.by = map[netip.Prefix]burst{}
	}
	b, known := a.by[n]
	if at.Sub(b.last) >= quiet {
		b.count = 0
	}
	if !known && len(a.by) >= mostKnown {
		clear(a.by)
	}
	b.count, b.last = b.count+1, at
	a.by[n] = b
	return b.count == max(a.From, 1)
}
