package gate

import (
	"encoding/binary"
	"errors"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"

	"github.com/lxzan/gws"

	"hotshard/runtime/gate/peer"
	"hotshard/runtime/gate/wire"
	"hotshard/runtime/world"
)

// The phases of a client. Only the first two are without a session.
const (
	phasePending int32 = iota // nobody signed in yet
	phaseSigning              // a login or register of it waits or runs
	phaseIn
	phaseEnding // told to go; nothing it sends counts any more
)

// client is one connection: the Client of its player, from the upgrade on.
type client struct {
	out   writer
	codec wire.Codec
	keeps bool // see KeepsView
	gate  *Gate

	phase    atomic.Int32
	session  atomic.Pointer[session]
	token    atomic.Pointer[string] // of the session; set before it
	from     netip.Addr             // who is at the other end
	listed   bool                   // in gate.crowd, whose lock guards it
	opened   int64                  // ns
	heard    atomic.Int64           // ns, when something last came from it
	acted    atomic.Int64           // ns, when a command for the world last did
	pinged   int64                  // ns, by sweep alone
	frames   frames                 // what it reads through
	requests bucket                 // by the reading goroutine alone, as the next two
	patience bucket
	failures int       // refused logins
	parked   bool      // it has stopped reading because the gate is held
	handed   bool      // another process may have it by now
	ready    *gws.Conn // of one that has come from another process: what reads it, before anything was read
	later    bool      // the command in hand was not carried out: it is to be read again,
	undone   []byte    // as these were

	leaving atomic.Bool // its session ends with it: the world hears Leave, no Away
}

func (g *Gate) newClient(conn net.Conn, codec wire.Codec, from netip.Addr) *client {
	c := &client{gate: g, codec: codec, from: from, opened: g.now()}
	c.heard.Store(c.opened)
	c.acted.Store(c.opened)
	c.out.init(g, conn)
	return c
}

// joined notes that the client plays the session now. A client that was told to go
// meanwhile stays on its way out.
func (c *client) joined(s *session) {
	token := s.token
	c.token.Store(&token)
	c.session.Store(s)
	c.phase.CompareAndSwap(phaseSigning, phaseIn)
	c.phase.CompareAndSwap(phasePending, phaseIn)
	c.gate.crowd.remove(c)
	c.seat()
}

// seat tells who counts connections that somebody is signed in on this one.
func (c *client) seat() {
	if g := peer.GuestOf(c.out.conn); g != nil {
		g.Seat()
	}
}

// Name returns the character's name.
func (c *client) Name() string {
	if s := c.session.Load(); s != nil {
		return s.name
	}
	return ""
}

// NeedSnapshot says that deltas were dropped and that the way is clear again.
func (c *client) NeedSnapshot() bool { return c.out.need.Load() }

// KeepsView says that the client needs no snapshot when its player changes ships and
// sees what they saw before: it has connected to /play?keeps=1.
func (c *client) KeepsView() bool { return c.keeps }

// Binary says that the client takes the binary frames.
func (c *client) Binary() bool { return c.codec == wire.Binary }

// Send queues the frame.
func (c *client) Send(f *wire.Frame) {
	c.post(f.Bytes(c.codec), urgencyOf(f), !f.Lent())
}

func urgencyOf(f *wire.Frame) urgency {
	switch f.Kind() {
	case wire.KindDelta:
		return isDelta
	case wire.KindSnapshot:
		return isSnapshot
	}
	return mustArrive
}

// Cork holds answers and events back until a snapshot or a delta, or Uncork.
func (c *client) Cork() { c.out.cork() }

// Uncork lets go what is held back.
func (c *client) Uncork() { c.out.uncork() }

// buffers are where replies are encoded, and where frames wait for others to be
// written with.
var buffers = sync.Pool{New: func() any { return new([]byte) }}

// Reply answers a request.
func (c *client) Reply(id uint64, result world.Value, err error) {
	buf := buffers.Get().(*[]byte)
	*buf = wire.AppendReply((*buf)[:0], c.codec, id, result, c.shown(err))
	c.post(*buf, mustArrive, false)
	buffers.Put(buf)
}

// shown returns what the player may see of an error.
func (c *client) shown(err error) *wire.Error {
	if err == nil {
		return nil
	}
	var refusal *wire.Error
	if errors.As(err, &refusal) {
		return refusal
	}
	c.gate.cfg.Log.Warn("request failed", "player", c.Name(), "err", err)
	return wire.Errorf(wire.CodeInternal, "Something went wrong on the server. It has been logged.")
}

// post sends bytes, and ends the connection where the player is too slow for them.
func (c *client) post(b []byte, what urgency, shared bool) {
	if !c.out.send(b, what, shared) {
		c.tooSlow()
	}
}

func (c *client) tooSlow() {
	c.turnOut(wire.ClosingTooSlow, "Your connection could not keep up.")
}

// Close ends the session.
func (c *client) Close(reason string) {
	if c.gate.stopping.Load() {
		c.end(wire.ClosingShutdown, shutdownReason)
		return
	}
	s := c.session.Load()
	c.leaving.Store(true)
	c.end(wire.ClosingKicked, reason)
	if s == nil {
		return
	}
	token := *c.token.Load()
	put := !s.over.Load() // else the world takes leave of a session that has ended by itself
	c.gate.forget(token, put)
	c.gate.start(func() {
		c.gate.end(s, c, reason)
		if put {
			c.gate.revoke(token)
		}
	})
}

// forget makes a token worthless at once, so that nobody resumes a session whose
// end is on the way; with put, also where the accounts still know it, until revoke.
func (g *Gate) forget(token string, put bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	delete(g.tokens, token)
	if put {
		g.revoked[token] = struct{}{}
	}
}

// worthless says whether a token is about to be revoked.
func (g *Gate) worthless(token string) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	_, yes := g.revoked[token]
	return yes
}

// end tells the player why and closes. It returns false when that happened before.
func (c *client) end(code, reason string) bool {
	if c.phase.Swap(phaseEnding) == phaseEnding {
		return false
	}
	closing := wire.NewEvent("closing", map[string]world.Value{"code": code, "reason": reason})
	c.out.end(closing.Bytes(c.codec), closeFrame(closeStatus(code), code))
	return true
}

// turnOut is end for somebody who has brought it on themselves.
func (c *client) turnOut(code, reason string) {
	if c.end(code, reason) {
		c.gate.cfg.Refusals.Add(turnedOut[code])
	}
}

// closeStatus returns the WebSocket status of a closing code: 1001 when the server
// stops, else one of the private range.
func closeStatus(code string) uint16 {
	if code == wire.ClosingShutdown {
		return 1001
	}
	return 4000
}

func closeFrame(status uint16, reason string) []byte {
	b := []byte{opClose, byte(2 + len(reason)), 0, 0}
	binary.BigEndian.PutUint16(b[2:], status)
	return append(b, reason...)
}

var pingFrame = []byte{0x89, 0}

// sweep enforces the limits that depend on time.
func (c *client) sweep(now int64) {
	cfg := &c.gate.cfg
	heard := c.heard.Load()
	switch {
	case c.out.late(now):
		c.tooSlow()
	case c.phase.Load() == phasePending && since(now, c.opened, cfg.LoginTimeout):
		c.turnOut(wire.ClosingLoginTimeout, "Nobody signed in.")
	case c.phase.Load() == phaseIn && since(now, heard, cfg.IdleTimeout):
		c.turnOut(wire.ClosingIdle, "Nothing was heard from you.")
	case since(now, max(heard, c.pinged), cfg.PingEvery):
		c.pinged = now
		c.post(pingFrame, mustArrive, true)
	}
}
