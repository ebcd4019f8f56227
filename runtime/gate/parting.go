package gate

import (
	"bytes"
	"encoding/gob"
	"fmt"
	"net"
	"net/netip"
	"time"

	"hotshard/runtime/gate/peer"
	"hotshard/runtime/gate/wire"
	"hotshard/runtime/world"
)

// A gate goes on in another process in two steps: first that is given the connections
// (Connections), and makes them ready (Arrivals), which takes the longest and need not wait
// for anybody; and when the gate is held and nobody sends any more, what is known of them
// (Export). Adopt takes both.

// parted is what Export writes. Times are of Gate.now.
type parted struct {
	Sessions []partedSession
	Clients  []partedClient
	limits   partedLimits
}

// partedLimits is what is remembered of wrong passwords.
type partedLimits struct {
	Guesses  []peer.Used[netip.Prefix]
	Accounts []peer.Used[netip.Prefix]
	Names    []partedName
}

type partedName struct {
	Network netip.Prefix
	Name    string
	Used    float64
	At      time.Time
}

type partedSession struct {
	ID      world.CharacterID
	Name    string
	Token   string
	Dropped int64
	Client  int // in Clients, -1 for none
}

type partedClient struct {
	Conn     int // in the order of Connections
	Heard    int64
	Acted    int64
	Pinged   int64
	Requests partedBucket
	Patience partedBucket
	Failures int
	Unread   []byte // of what the player has sent
	Rest     []byte // of a frame that is out in part
	Queue    []partedFrame
	Stale    bool
	Need     bool
	Behind   int64
}

type partedBucket struct {
	Tokens float64
	Last   int64
}

type partedFrame struct {
	Bytes []byte
	What  uint8
}

// introduced is what is known of a connection that does not change any more.
type introduced struct {
	Codec  wire.Codec
	Keeps  bool
	From   netip.Addr
	Opened int64
}

// Connections are those that can go on elsewhere, each as a descriptor of the caller's own,
// and what Arrivals has to know of them. An encrypted one cannot. People play on; asked
// again, it is those that have come since. KeepAll forgets that any were given away.
func (g *Gate) Connections() (fds []int, about []byte, err error) {
	clients, _ := g.everyone()
	g.mu.Lock()
	passed := g.passed
	g.mu.Unlock()
	known := make(map[*client]bool, len(passed))
	for _, c := range passed {
		known[c] = true
	}
	var all []introduced
	for _, c := range clients {
		if known[c] || c.phase.Load() == phaseEnding {
			continue
		}
		fd, ok, err := c.out.duplicate()
		if err != nil {
			return fds, nil, err
		}
		if ok {
			fds, passed = append(fds, fd), append(passed, c)
			all = append(all, introduced{c.codec, c.keeps, c.from, c.opened})
		}
	}
	g.mu.Lock()
	g.passed = passed
	g.mu.Unlock()
	var b bytes.Buffer
	err = gob.NewEncoder(&b).Encode(all)
	return fds, b.Bytes(), err
}

// KeepAll says that all connections stay here.
func (g *Gate) KeepAll() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.passed = nil
}

// Export writes the gate down, which is held and still: what is known of Connections, and
// all sessions. The session of one that could not be passed on is one whose player has no
// connection at the moment.
func (g *Gate) Export() ([]byte, error) {
	_, sessions := g.everyone()
	p := parted{Sessions: make([]partedSession, 0, len(sessions)), Clients: make([]partedClient, 0, len(g.passed))}
	at := make(map[*client]int, len(g.passed))
	for i, c := range g.passed {
		if one, ok := c.export(); ok {
			one.Conn, c.handed = i, true
			at[c] = len(p.Clients)
			p.Clients = append(p.Clients, one)
		}
	}
	now := g.now()
	for _, s := range sessions {
		s.mu.Lock()
		one := partedSession{ID: s.id, Name: s.name, Token: s.token, Dropped: s.dropped.Load(), Client: -1}
		s.mu.Unlock()
		if n, goes := at[s.latest.Load()]; goes && one.Dropped == 0 {
			one.Client = n
		} else if one.Dropped == 0 {
			one.Dropped = now
		}
		p.Sessions = append(p.Sessions, one)
	}
	p.limits.Guesses, p.limits.Accounts = g.guard.guesses.All(), g.guard.accounts.All()
	for _, u := range g.guard.names.All() {
		p.limits.Names = append(p.limits.Names, partedName{u.Key.network, u.Key.name, u.Used, u.At})
	}
	return p.encode()
}

// export writes a connection down; false for one that ends, or cannot be handed over.
func (c *client) export() (partedClient, bool) {
	w := &c.out
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.dead || w.ending || !w.still || !c.parked || c.phase.Load() == phaseEnding {
		return partedClient{}, false
	}
	p := partedClient{
		Heard: c.heard.Load(), Acted: c.acted.Load(), Pinged: c.pinged,
		Requests: partedBucket{c.requests.tokens, c.requests.last}, Patience: partedBucket{c.patience.tokens, c.patience.last}, Failures: c.failures,
		Unread: append(c.undone[:len(c.undone):len(c.undone)], c.frames.unread()...), Rest: w.rest, Stale: w.stale, Need: w.need.Load(), Behind: w.behind,
	}
	for _, q := range w.queue {
		p.Queue = append(p.Queue, partedFrame{q.b, uint8(q.what)})
	}
	return p, true
}

// Part lets go of what was exported: the connections are another process's now, and
// their players hear nothing. Those that could not be handed over are told that the
// server starts again, and their pages come back by themselves. Close follows.
func (g *Gate) Part() {
	g.Stop()
	g.mu.Lock()
	parked := g.parked
	g.parked = nil
	g.mu.Unlock()
	for _, c := range parked {
		if c.handed {
			c.phase.Store(phaseEnding)
			c.out.die() // closes the number here, and says nothing to the other end
			g.dismiss(c)
			continue
		}
		c.end(wire.ClosingShutdown, restartReason)
		c.out.resume()
		_ = c.out.conn.SetReadDeadline(time.Time{})
		g.mu.Lock()
		g.readers.n++
		g.mu.Unlock()
		go c.run(c.reopen())
	}
}

// restartReason is what those read whose connections cannot be handed over.
const restartReason = "The server is replaced by a newer one; all goes on where it is."

// Adopt takes in what another process has exported, with the connections that have arrived,
// into a gate that nobody has come to yet. Those of which it tells nothing have ended. through
// is what each goes through from here on, nil for nothing. The gate is held: Speak and Resume
// let it go on.
func (g *Gate) Adopt(data []byte, from *Arrivals, through func(net.Conn) net.Conn) error {
	p, err := decodeParted(data)
	if err != nil {
		return fmt.Errorf("the connections cannot be read: %w", err)
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.held.Store(true)
	clients := make([]*client, len(p.Clients))
	for i := range p.Clients {
		c := from.take(p.Clients[i].Conn)
		if c == nil {
			return fmt.Errorf("connection %d is told of, and %d have come", p.Clients[i].Conn, len(from.clients))
		}
		if through != nil {
			c.out.conn = through(c.out.conn)
		}
		g.adopt(c, &p.Clients[i])
		clients[i] = c
	}
	from.Close()
	for _, one := range p.Sessions {
		var c *client
		if one.Client >= 0 && one.Client < len(clients) {
			c = clients[one.Client]
		}
		g.adoptSession(one, c)
	}
	for _, c := range clients {
		if c.session.Load() == nil {
			g.crowd.adopt(c)
		}
	}
	g.guard.guesses.Restore(p.limits.Guesses)
	g.guard.accounts.Restore(p.limits.Accounts)
	names := make([]peer.Used[guessed], len(p.limits.Names))
	for i, n := range p.limits.Names {
		names[i] = peer.Used[guessed]{Key: guessed{n.Network, n.Name}, Used: n.Used, At: n.At}
	}
	g.guard.names.Restore(names)
	return nil
}

// adopt makes an arrival one of the gate's, which has stopped reading and writing; g.mu is
// locked.
func (g *Gate) adopt(c *client, p *partedClient) {
	c.gate, c.out.gate = g, g
	c.pinged, c.failures = p.Pinged, p.Failures
	c.heard.Store(p.Heard)
	c.acted.Store(p.Acted)
	c.requests, c.patience = bucket{p.Requests.Tokens, p.Requests.Last}, bucket{p.Patience.Tokens, p.Patience.Last}
	c.frames.again = p.Unread
	w := &c.out
	w.still, w.busy, w.stale, w.behind, w.rest = true, true, p.Stale, p.Behind, p.Rest
	w.need.Store(p.Need)
	for _, q := range p.Queue {
		w.queue = append(w.queue, waiting{q.Bytes, urgency(q.What)})
		w.bytes += len(q.Bytes)
	}
	g.clients[c] = struct{}{}
	g.tasks.Add(1)
	g.parked = append(g.parked, c)
}

func (g *Gate) adoptSession(p partedSession, c *client) {
	s := &session{id: p.ID, name: p.Name, token: p.Token}
	s.dropped.Store(p.Dropped)
	g.sessions[p.ID] = s
	if p.Token != "" {
		g.tokens[p.Token] = s
	}
	if c == nil {
		return
	}
	token := p.Token
	c.token.Store(&token)
	c.session.Store(s)
	c.phase.Store(phaseIn)
	c.seat()
	s.latest.Store(c)
}

// Playing returns the connection through which a character is played now, nil where
// there is none.
func (g *Gate) Playing(id world.CharacterID) Client {
	g.mu.Lock()
	defer g.mu.Unlock()
	if s := g.sessions[id]; s != nil && s.dropped.Load() == 0 {
		if c := s.latest.Load(); c != nil {
			return c
		}
	}
	return nil
}
