package server

import (
	"crypto/rand"
	"crypto/sha256"
	"maps"
	"net/http"
	"strings"
	"sync"
	"time"

	"hotshard/console/command"
	"hotshard/runtime/clock"
)

// tokens let operators' programs in at the operations port. Only their hashes are kept, in
// memory: a restart ends them all.
type tokens struct {
	clock clock.Clock

	mu   sync.Mutex
	list map[[sha256.Size]byte]bearer
}

// bearer is whom a token stands for, and until when.
type bearer struct {
	session command.Session
	until   time.Time
}

// mostTokens stand at once.
const mostTokens = 1000

func newTokens(c clock.Clock) *tokens {
	return &tokens{clock: c, list: map[[sha256.Size]byte]bearer{}}
}

// Token implements command.Tokens.
func (t *tokens) Token(s command.Session, during time.Duration) (token string, until time.Time, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := t.clock.Now()
	maps.DeleteFunc(t.list, func(_ [sha256.Size]byte, b bearer) bool { return !now.Before(b.until) })
	if len(t.list) >= mostTokens {
		return "", until, command.Refuse(command.CodeBusy, "%d tokens stand already; they end by themselves", mostTokens)
	}
	token, until = rand.Text(), now.Add(during)
	t.list[sha256.Sum256([]byte(token))] = bearer{s, until}
	return token, until, nil
}

// signed says whom a request comes from, by its token; false where it has none that is
// good. go tool pprof sends no header that it is told, but the password of an address.
func (t *tokens) signed(r *http.Request) (command.Session, bool) {
	token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !ok {
		_, token, ok = r.BasicAuth()
	}
	if !ok {
		return command.Session{}, false
	}
	t.mu.Lock()
	b, ok := t.list[sha256.Sum256([]byte(token))]
	t.mu.Unlock()
	if !ok || !t.clock.Now().Before(b.until) || b.session.Allowed != nil && b.session.Allowed() != nil {
		return command.Session{}, false
	}
	return b.session, true
}
