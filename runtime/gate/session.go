package gate

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"hotshard/runtime/gate/peer"
	"hotshard/runtime/gate/wire"
	"hotshard/runtime/world"
)

// session is one character in the game, with a socket or for a while without.
type session struct {
	id   world.CharacterID
	name string

	dropped atomic.Int64 // when the latest client went, 0 while it is there

	latest atomic.Pointer[client]
	over   atomic.Bool // the session has ended; whoever holds it looks for another

	mu    sync.Mutex // held for as long as the world takes to Enter
	token string
}

// Expect says that a character is in the game whose player has no socket: as after a
// break, they have the time of a linger to come back.
func (g *Gate) Expect(id world.CharacterID, name string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.sessions[id] == nil {
		s := &session{id: id, name: name}
		s.dropped.Store(g.now())
		g.sessions[id] = s
	}
}

// signIn gives the character to the client, under the token of the pass. Whoever
// played it until now is told so and closed.
func (g *Gate) signIn(c *client, request uint64, pass Pass) {
	for {
		g.mu.Lock()
		s := g.sessions[pass.Character]
		if s == nil {
			s = &session{id: pass.Character, name: pass.Name}
			g.sessions[pass.Character] = s
		}
		g.mu.Unlock()
		if g.enter(s, c, request, pass.Token, false) {
			g.seat(s, c)
			return
		}
	}
}

// resume gives the character of the token to the client, if it is in the game.
func (g *Gate) resume(c *client, request uint64, token string) bool {
	g.mu.Lock()
	s := g.tokens[token]
	g.mu.Unlock()
	if s == nil || !g.enter(s, c, request, token, true) {
		return false
	}
	g.seat(s, c)
	return true
}

// seat puts out whoever was banned while they came in: too late to be refused, and too
// early for End to have found them.
func (g *Gate) seat(s *session, c *client) {
	err := g.cfg.Accounts.Seat(s.id, c.from)
	if err == nil || s.latest.Load() != c {
		return
	}
	g.cfg.Refusals.Add(peer.Banned)
	g.put(s, wire.ClosingBanned, c.shown(err).Message)
}

// enter makes c the client of the session, under the token; with same, that must be
// the session's already. It returns false when that is not so or the session is over.
func (g *Gate) enter(s *session, c *client, request uint64, token string, same bool) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.over.Load() || (same && token != s.token) {
		return false
	}
	if old := s.latest.Load(); old != nil && s.dropped.Load() == 0 {
		old.end(wire.ClosingTakenOver, "You signed in from another place.")
	}
	g.setToken(s, token)
	s.latest.Store(c)
	s.dropped.Store(0)
	c.joined(s)
	player := map[string]world.Value{"id": s.id, "name": s.name}
	fields := map[string]world.Value{}
	if g.cfg.Welcome != nil {
		for k, v := range g.cfg.Welcome() {
			fields[k] = v
		}
	}
	fields["player"], fields["token"] = player, s.token
	c.Reply(request, map[string]world.Value{"player": player}, nil)
	c.Send(wire.NewEvent("welcome", fields))
	g.cfg.World.Enter(s.id, c)
	return true
}

// setToken makes the token the session's. The one before is worthless.
func (g *Gate) setToken(s *session, token string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	delete(g.tokens, s.token)
	s.token = token
	g.tokens[token] = s
}

// replace gives the client, if it still plays the session, another token.
func (g *Gate) replace(s *session, c *client, token string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.over.Load() && s.latest.Load() == c {
		g.setToken(s, token)
		c.token.Store(&token)
	}
}

// revokeTime bounds how long making a token worthless waits for the store.
const revokeTime = 30 * time.Second

// revoke makes a token worthless for good. It takes as long as the store does.
func (g *Gate) revoke(token string) {
	ctx, cancel := context.WithTimeout(context.Background(), revokeTime)
	defer cancel()
	g.cfg.Accounts.Revoke(ctx, token)
	g.mu.Lock()
	delete(g.revoked, token)
	g.mu.Unlock()
}

// drop notes that the socket of c is gone, and tells the world, unless the session
// ends anyway.
func (g *Gate) drop(s *session, c *client) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.latest.Load() != c || s.dropped.Load() != 0 {
		return
	}
	s.dropped.Store(g.now())
	if !s.over.Load() && !c.leaving.Load() && !g.stopping.Load() {
		g.cfg.World.Away(s.id, c)
	}
}

func (s *session) lingering() bool { return s.dropped.Load() != 0 }

// expired says whether the player stayed away too long.
func (s *session) expired(now int64, linger time.Duration) bool {
	return since(now, s.dropped.Load(), linger)
}

// end takes the character out of the game: if its latest client is still c, or, for
// c nil, if its time without a socket is over.
func (g *Gate) end(s *session, c *client, reason string) {
	g.endIf(s, reason, func() bool {
		if c == nil {
			return s.expired(g.now(), g.cfg.Linger)
		}
		return s.latest.Load() == c
	})
}

// endIf takes the character out of the game, if with nobody else at it that still suits.
func (g *Gate) endIf(s *session, reason string, suits func() bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.over.Load() || !suits() {
		return
	}
	s.over.Store(true)
	g.mu.Lock()
	delete(g.sessions, s.id)
	delete(g.tokens, s.token)
	g.mu.Unlock()
	g.cfg.World.Leave(s.id, reason)
}
