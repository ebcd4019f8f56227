package remote

import (
	"context"
	"sync"
	"time"
)

// lookEvery is how often the file of keys is compared with who is on. Whoever is
// missing twice in a row is out: an editor may leave the file empty for a moment.
const lookEvery = 200 * time.Millisecond

// guests are the connections that are up.
type guests struct {
	mu  sync.Mutex
	all map[*connection]struct{}
}

// connection is one operator's.
type connection struct {
	who     Operator
	from    string
	missing int // looks in a row
	end     context.CancelCauseFunc
}

func (g *guests) add(c *connection) (remove func()) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.all == nil {
		g.all = map[*connection]struct{}{}
	}
	g.all[c] = struct{}{}
	return func() {
		g.mu.Lock()
		defer g.mu.Unlock()
		delete(g.all, c)
	}
}

// watch ends the connections of those who are taken out of the file, until ctx ends.
func (s *Server) watch(ctx context.Context) {
	t := s.cfg.Clock.NewTicker(lookEvery)
	defer t.Stop()
	for {
		select {
		case <-t.Chan():
			s.look()
		case <-ctx.Done():
			return
		}
	}
}

func (s *Server) look() {
	s.guests.mu.Lock()
	defer s.guests.mu.Unlock()
	for c := range s.guests.all {
		why := s.roll.still(c.who)
		if why == nil {
			c.missing = 0
			continue
		}
		if c.missing++; c.missing == 2 {
			s.cfg.Log.Warn("an operator is put out", "who", c.who.Name, "from", c.from, "why", why)
			c.end(why)
		}
	}
}
