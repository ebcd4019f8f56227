package gate

import (
	"net/netip"
	"time"

	"hotshard/runtime/gate/wire"
	"hotshard/runtime/world"
)

// Who is one player's connection, or the session that outlives it for a while, as
// operators see it. Character is 0 where nobody has signed in.
type Who struct {
	Character world.CharacterID
	Name      string
	From      netip.Addr
	Since     time.Time // of the connection
	Acted     time.Time // when the player last commanded anything; a ping is nothing
}

func (c *client) who() Who {
	w := Who{From: c.from, Since: time.Unix(0, c.opened), Acted: time.Unix(0, c.acted.Load())}
	if s := c.session.Load(); s != nil {
		w.Character, w.Name = s.id, s.name
	}
	return w
}

// Find returns the connection through which a character is played, or was until a
// moment ago.
func (g *Gate) Find(id world.CharacterID) (Who, bool) {
	g.mu.Lock()
	s := g.sessions[id]
	g.mu.Unlock()
	if s == nil {
		return Who{}, false
	}
	return s.who(), true
}

func (s *session) who() Who {
	if c := s.latest.Load(); c != nil {
		return c.who()
	}
	return Who{Character: s.id, Name: s.name}
}

// put ends a session and, if it has one, its connection.
func (g *Gate) put(s *session, code, reason string) {
	c := s.latest.Load()
	if c != nil {
		g.forget(*c.token.Load(), false)
		c.leaving.Store(true)
		c.end(code, reason)
	}
	g.endIf(s, reason, func() bool { return s.latest.Load() == c })
}

// Everybody lists who plays, with a connection or without.
func (g *Gate) Everybody() []Who {
	_, all := g.everyone()
	out := make([]Who, len(all))
	for i, s := range all {
		out[i] = s.who()
	}
	return out
}

// Tell sends the frame to every signed-in player who suits.
func (g *Gate) Tell(suits func(Who) bool, f *wire.Frame) {
	clients, _ := g.everyone()
	for _, c := range clients {
		if c.phase.Load() == phaseIn && suits(c.who()) {
			c.Send(f)
		}
	}
}

// End closes every connection that suits, and ends the sessions behind them: the
// players are told the code and the reason, and their tokens are worthless here.
// It returns how many there were. The world hears Leave.
func (g *Gate) End(suits func(Who) bool, code, reason string) int {
	clients, sessions := g.everyone()
	n := 0
	for _, s := range sessions {
		if suits(s.who()) {
			n++
			g.put(s, code, reason)
		}
	}
	for _, c := range clients {
		if c.session.Load() == nil && suits(c.who()) && c.end(code, reason) {
			n++
		}
	}
	return n
}
