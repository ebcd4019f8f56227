package opspage

import (
	"crypto/rand"
	"maps"
	"sync"
	"time"

	"hotshard/console/command"
)

// How long a link to sign in is good, and how long somebody then stays signed in.
const (
	ticketTime = time.Minute
	passTime   = 12 * time.Hour
	mostKeys   = 1000 // links and sign-ins that stand at once
)

// keys are who may come in: by a ticket, which is good once, and then by a pass.
type keys struct {
	now func() time.Time

	mu      sync.Mutex
	tickets map[string]key
	passes  map[string]key
}

// key is one of them: whose it is, and until when.
type key struct {
	session command.Session
	until   time.Time
}

func newKeys(now func() time.Time) *keys {
	return &keys{now: now, tickets: map[string]key{}, passes: map[string]key{}}
}

// ticket makes one for an operator.
func (k *keys) ticket(s command.Session) (code string, until time.Time, err error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.expire()
	if len(k.tickets)+len(k.passes) >= mostKeys {
		return "", time.Time{}, command.Refuse(command.CodeBusy, "%d links and sign-ins stand already; they end by themselves", mostKeys)
	}
	code, until = rand.Text(), k.now().Add(ticketTime)
	k.tickets[code] = key{s, until}
	return code, until, nil
}

// redeem takes a ticket and gives a pass for it; false where there is no such ticket any
// more, or whose it was may not be here.
func (k *keys) redeem(code string) (token string, pass key, ok bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.expire()
	t, ok := k.tickets[code]
	if !ok {
		return "", key{}, false
	}
	delete(k.tickets, code)
	token, pass = rand.Text(), key{t.session, k.now().Add(passTime)}
	k.passes[token] = pass
	return token, pass, true
}

// pass is what a token stands for.
func (k *keys) pass(token string) (key, bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.expire()
	p, ok := k.passes[token]
	return p, ok
}

// end makes a token worth nothing.
func (k *keys) end(token string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	delete(k.passes, token)
}

// expire forgets what is over. The lock is held.
func (k *keys) expire() {
	now := k.now()
	over := func(_ string, x key) bool { return !now.Before(x.until) }
	maps.DeleteFunc(k.tickets, over)
	maps.DeleteFunc(k.passes, over)
}
