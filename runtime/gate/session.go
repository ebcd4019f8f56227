package gate

import (
	"crypto/rand"
	"encoding/base64"
	"sync"
	"sync/atomic"
	"time"

	"hotshard/runtime/gate/wire"
	"hotshard/runtime/world"
)

// session is one character in the game, with a socket or for a while without.
type session struct {
	id   world.CharacterID
	name string

	dropped atomic.Int64 // when the latest client went, 0 while it is there

	mu     sync.Mutex // held for as long as the world takes to Enter
	client *client    // the latest
	token  string
	over   bool // the session has ended; whoever holds it looks for another
}

// newToken returns 128 random bits as text. It is a credential: it is sent to the
// player and otherwise never written anywhere.
func newToken() string {
	var b [16]byte
	rand.Read(b[:])
	return base64.RawURLEncoding.EncodeToString(b[:])
}

// signIn gives the character to the client, under a new token. Whoever played it
// until now is told so and closed.
func (g *Gate) signIn(c *client, request uint64, id world.CharacterID, name string) {
	for {
		g.mu.Lock()
		s := g.sessions[id]
		if s == nil {
			s = &session{id: id, name: name}
			g.sessions[id] = s
		}
		g.mu.Unlock()
		if g.enter(s, c, request, "") {
			return
		}
	}
}

// resume gives the character of the token to the client, which keeps the token.
func (g *Gate) resume(c *client, request uint64, token string) {
	g.mu.Lock()
	s := g.tokens[token]
	g.mu.Unlock()
	if s == nil || !g.enter(s, c, request, token) {
		c.Reply(request, nil, wire.Errorf(wire.CodeBadToken, "That session is over. Please sign in again."))
	}
}

// enter makes c the client of the session. With a token, that must still be the
// session's. It returns false when that is not so or the session is over.
func (g *Gate) enter(s *session, c *client, request uint64, token string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.over || (token != "" && token != s.token) {
		return false
	}
	if old := s.client; old != nil && s.dropped.Load() == 0 {
		old.end(wire.ClosingTakenOver, "You signed in from another place.")
	}
	if token == "" {
		g.mu.Lock()
		delete(g.tokens, s.token)
		s.token = newToken()
		g.tokens[s.token] = s
		g.mu.Unlock()
	}
	s.client = c
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

// drop notes that the socket of c is gone.
func (s *session) drop(c *client, now int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.client == c && s.dropped.Load() == 0 {
		s.dropped.Store(now)
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
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.over || (c != nil && s.client != c) || (c == nil && !s.expired(g.now(), g.cfg.Linger)) {
		return
	}
	s.over = true
	g.mu.Lock()
	delete(g.sessions, s.id)
	delete(g.tokens, s.token)
	g.mu.Unlock()
	g.cfg.World.Leave(s.id, reason)
}
