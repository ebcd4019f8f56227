package gate

import (
	"net/netip"
	"slices"
	"sync"

	"hotshard/runtime/gate/peer"
	"hotshard/runtime/gate/wire"
)

// crowd are the sockets on which nobody has signed in, by network. Where there are
// too many of one network, or of all, the one that has idled longest goes: of the
// network that has most. So a flood of sockets closes its own, and whoever signs in
// at once is let in beside it.
type crowd struct {
	most int // of all
	each int // of one network

	mu     sync.Mutex
	count  int // with those that were let in and are not sockets yet,
	coming map[netip.Prefix]int
	by     map[netip.Prefix][]*client
}

// of is how many a network has, with those that are not sockets yet.
func (w *crowd) of(n netip.Prefix) int { return len(w.by[n]) + w.coming[n] }

// came counts one fewer that is on the way.
func (w *crowd) came(n netip.Prefix) {
	if w.coming[n]--; w.coming[n] == 0 {
		delete(w.coming, n)
	}
}

// room makes room for a socket of the network, and counts it. It returns who has to
// go for that, and false where there is no room.
func (w *crowd) room(n netip.Prefix, each int) (gone *client, ok bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch {
	case w.of(n) >= each:
		gone = w.idle(n)
	case w.count >= w.most:
		gone = w.idle(w.largest())
	}
	if gone == nil && (w.of(n) >= each || w.count >= w.most) {
		return nil, false
	}
	if w.coming == nil {
		w.coming = map[netip.Prefix]int{}
	}
	w.count++
	w.coming[n]++
	return gone, true
}

// idle takes out the socket of a network that has been there longest without
// anybody signing in on it.
func (w *crowd) idle(n netip.Prefix) *client {
	i := slices.IndexFunc(w.by[n], func(c *client) bool { return c.phase.Load() == phasePending })
	if i < 0 {
		return nil
	}
	c := w.by[n][i]
	w.take(c)
	return c
}

func (w *crowd) largest() (n netip.Prefix) {
	most := 0
	for k, all := range w.by {
		if len(all) > most {
			n, most = k, len(all)
		}
	}
	return n
}

// add lists a socket that there was room for.
func (w *crowd) add(c *client) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.came(peer.Network(c.from))
	w.list(c)
}

// adopt counts and lists a socket that there was room for in another process.
func (w *crowd) adopt(c *client) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.count++
	w.list(c)
}

func (w *crowd) list(c *client) {
	if w.by == nil {
		w.by = map[netip.Prefix][]*client{}
	}
	n := peer.Network(c.from)
	w.by[n] = append(w.by[n], c)
	c.listed = true
}

// drop counts one fewer that never became a socket.
func (w *crowd) drop(n netip.Prefix) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.count--
	w.came(n)
}

// remove takes a socket out: somebody has signed in on it, or it is gone.
func (w *crowd) remove(c *client) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.take(c)
}

func (w *crowd) take(c *client) {
	if !c.listed {
		return
	}
	c.listed = false
	w.count--
	n := peer.Network(c.from)
	all := slices.DeleteFunc(w.by[n], func(o *client) bool { return o == c })
	if len(all) == 0 {
		delete(w.by, n)
		return
	}
	w.by[n] = all
}

func (w *crowd) len() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.count
}

// makeRoom lets another socket in that nobody has signed in on, at the cost of one
// that idles.
func (g *Gate) makeRoom(n netip.Prefix, exempt bool) bool {
	each := g.crowd.each
	if exempt {
		each = g.crowd.most
	}
	gone, ok := g.crowd.room(n, each)
	if (gone != nil || !ok) && g.alarms.sockets.Note(n, g.cfg.Clock.Now()) {
		g.cfg.Log.Warn("many sockets on which nobody signs in", "from", peer.Show(n), "limit", each)
	}
	if gone != nil {
		gone.turnOut(wire.ClosingCrowded, "Too many connections on which nobody had signed in.")
	}
	return ok
}
