package gate_test

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"strings"
	"testing"
	"time"

	"hotshard/runtime/gate"
	"hotshard/runtime/gate/client"
	"hotshard/runtime/gate/peer"
	"hotshard/runtime/gate/wire"
	"hotshard/runtime/world"
)

// behindProxy is a gate whose clients say where they come from.
func behindProxy(t *testing.T, change func(*gate.Config)) *server {
	return start(t, func(c *gate.Config) {
		c.Proxies, _ = peer.ParseProxies([]string{"127.0.0.1"})
		if change != nil {
			change(c)
		}
	})
}

func (s *server) dialFrom(address string) *client.Conn {
	s.t.Helper()
	c, err := client.Dial(s.ctx, s.url, client.Options{Header: http.Header{"X-Forwarded-For": {address}}})
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(c.Close)
	return c
}

// try is one login on a socket of its own.
func (s *server) try(address, name, password string) error {
	c := s.dialFrom(address)
	defer c.Close()
	return c.Login(s.ctx, name, password)
}

func code(err error) string {
	var refusal *wire.Error
	if errors.As(err, &refusal) {
		return refusal.Code
	}
	return fmt.Sprint(err)
}

func TestGuessesAreBoundedByNetworkAndLoggedOnce(t *testing.T) {
	s := behindProxy(t, nil)
	checked := 0
	for i := range 100 {
		// Another name and another address of the same /64 each time.
		if err := s.try(fmt.Sprintf("2001:db8::%x", i+1), fmt.Sprintf("Name%d", i), "?"); code(err) == wire.CodeBadCredentials {
			checked++
		} else {
			refused(t, err, wire.CodeRateLimited)
		}
	}
	if checked != 30 {
		t.Errorf("%d guesses were checked", checked)
	}
	if n := strings.Count(s.logs.String(), "passwords are being guessed"); n != 1 {
		t.Errorf("it is logged %d times: %s", n, s.logs)
	}
	if err := s.try("2001:db8:0:1::1", "Eve", "x"); err != nil {
		t.Errorf("a neighbour pays for it: %v", err)
	}
	if wrong, limited := s.refusals.Of(peer.BadCredentials), s.refusals.Of(peer.Guesses); wrong != 30 || limited != 70 {
		t.Errorf("%d are counted as wrong, and %d as too many", wrong, limited)
	}
	s.clock.forward(11 * time.Second)
	if err := s.try("2001:db8::1", "Name1", "x"); err != nil {
		t.Errorf("it is never forgotten: %v", err)
	}
}

func TestGuessesAtOneNameAreBoundedOnThisMachineToo(t *testing.T) {
	s := start(t, nil)
	checked := 0
	for range 20 {
		c := s.dial(wire.JSON)
		if code(c.Login(s.ctx, "Ada", "?")) == wire.CodeBadCredentials {
			checked++
		}
		c.Close()
	}
	if checked != 10 {
		t.Errorf("%d guesses were checked", checked)
	}
	for i := range 50 { // the load players of a production shard: each fails first
		c := s.dial(wire.JSON)
		if got := code(c.Login(s.ctx, fmt.Sprintf("Load%d", i), "?")); got != wire.CodeBadCredentials {
			t.Fatalf("load player %d: %s", i, got)
		}
		c.Close()
	}
}

func TestWhoIsKnownKeepsTheirLane(t *testing.T) {
	s := behindProxy(t, nil)
	if err := s.try("192.0.2.1", "Ada", "x"); err != nil {
		t.Fatal(err)
	}
	for i := range 40 {
		s.try("192.0.2.1", fmt.Sprintf("Name%d", i%3), "?")
		s.try("192.0.2.1", "Ada", "?")
	}
	if err := s.try("192.0.2.1", "Ada", "x"); err != nil {
		t.Errorf("Ada is locked out at home: %v", err)
	}
	refused(t, s.try("192.0.2.1", "Bob", "x"), wire.CodeRateLimited)
	if err := s.try("192.0.2.2", "Bob", "x"); err != nil {
		t.Error(err)
	}
}

// With a hundred logins of one network before the door, that of another is the next
// to be checked.
func TestNetworksTakeTurns(t *testing.T) {
	s := behindProxy(t, func(c *gate.Config) { c.LoginsAtOnce, c.PendingEach = 1, 200 })
	s.book.hold(make(chan string, 200), make(chan struct{}, 200))
	const n = 100
	done := make(chan error, n+1)
	sign := func(address, name string) {
		c := s.dialFrom(address)
		go func() { done <- c.Login(s.ctx, name, "x") }()
	}
	for i := range n {
		sign("192.0.2.1", fmt.Sprintf("Crowd%d", i))
	}
	<-s.book.entered // one is being checked
	s.until("they do not wait", func() bool { return s.gate.Waiting() == n-1 })
	sign("198.51.100.7", "Honest")
	s.until("she does not wait", func() bool { return s.gate.Waiting() == n })
	at := 0
	for i := range n {
		s.book.goOn <- struct{}{}
		if name := <-s.book.entered; name == "Honest" {
			at = i + 1
		}
	}
	s.book.goOn <- struct{}{}
	if at == 0 || at > 2 {
		t.Errorf("the honest login came as number %d", at)
	}
	for range n + 1 {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
}

// Where passwords are being guessed, the latest goes first: honest logins of the same
// network do not wait behind the pile.
func TestThePileOfGuessesDoesNotGoFirst(t *testing.T) {
	s := start(t, func(c *gate.Config) { c.LoginsAtOnce = 1 })
	for i := range 10 {
		c := s.dial(wire.JSON)
		c.Login(s.ctx, fmt.Sprintf("Guess%d", i), "?")
		c.Close()
	}
	s.book.hold(make(chan string, 200), make(chan struct{}, 200))
	const n = 50
	done := make(chan error, n+1)
	sign := func(name string) {
		c := s.dial(wire.JSON)
		go func() { done <- c.Login(s.ctx, name, "x") }()
	}
	for i := range n {
		sign(fmt.Sprintf("Pile%d", i))
	}
	<-s.book.entered
	s.until("they do not wait", func() bool { return s.gate.Waiting() == n-1 })
	sign("Honest")
	s.until("she does not wait", func() bool { return s.gate.Waiting() == n })
	s.book.goOn <- struct{}{}
	if name := <-s.book.entered; name != "Honest" {
		t.Errorf("%s goes first", name)
	}
	for range n {
		s.book.goOn <- struct{}{}
	}
	for range n + 1 {
		<-done
	}
}

func TestRegistrationsAreBoundedByNetwork(t *testing.T) {
	s := behindProxy(t, nil)
	made := 0
	for i := range 168 {
		c := s.dialFrom("192.0.2.1")
		_, err := c.Request(s.ctx, "register", map[string]world.Value{"name": fmt.Sprintf("Many%d", i), "password": "x"})
		if err == nil {
			made++
		} else {
			refused(t, err, wire.CodeRateLimited)
		}
		c.Close()
	}
	if made != 20 {
		t.Errorf("%d accounts were made", made)
	}
	if n := strings.Count(s.logs.String(), "many accounts are made"); n != 1 {
		t.Errorf("it is logged %d times", n)
	}
	c := s.dialFrom("192.0.2.2")
	if _, err := c.Request(s.ctx, "register", map[string]world.Value{"name": "Elsewhere", "password": "x"}); err != nil {
		t.Error(err)
	}
}

// A flood of sockets closes its own: those of others, and whoever signs in at once,
// are let in.
func TestAFloodOfSocketsClosesItsOwn(t *testing.T) {
	s := behindProxy(t, func(c *gate.Config) { c.PendingEach = 5 })
	other := s.dialFrom("198.51.100.7")
	var flood []*client.Conn
	for range 12 {
		flood = append(flood, s.dialFrom("192.0.2.1"))
	}
	for _, c := range flood[:7] {
		s.closing(c, wire.ClosingCrowded)
	}
	if err := s.try("192.0.2.1", "Ada", "x"); err != nil {
		t.Errorf("an honest login of the same network: %v", err)
	}
	if _, err := other.Request(s.ctx, "ping", nil); err != nil {
		t.Errorf("another's socket: %v", err)
	}
	if n := strings.Count(s.logs.String(), "many sockets"); n != 1 {
		t.Errorf("it is logged %d times", n)
	}
}

func TestSocketsNobodySignsInOnAreBounded(t *testing.T) {
	s := start(t, func(c *gate.Config) { c.MaxPending = 2 })
	a, b := s.dial(wire.JSON), s.dial(wire.JSON)
	c := s.dial(wire.JSON)
	s.closing(a, wire.ClosingCrowded)
	if err := b.Login(s.ctx, "Ada", "x"); err != nil {
		t.Fatal(err)
	}
	d := s.dial(wire.JSON)
	s.sweep(21 * time.Second)
	s.closing(c, wire.ClosingLoginTimeout)
	s.closing(d, wire.ClosingLoginTimeout)
	if _, err := b.Request(s.ctx, "ping", nil); err != nil {
		t.Errorf("who signed in stays: %v", err)
	}
}

func TestABannedAddressIsToldSo(t *testing.T) {
	s := behindProxy(t, nil)
	c := s.dialFrom("192.0.2.9")
	if err := c.Login(s.ctx, "Ada", "x"); err != nil {
		t.Fatal(err)
	}
	token := s.welcome(c)
	s.book.mu.Lock()
	s.book.banned = netip.MustParsePrefix("192.0.2.0/24")
	s.book.mu.Unlock()
	n := s.gate.End(func(w gate.Who) bool { return s.book.banned.Contains(w.From) }, wire.ClosingBanned, "spam")
	if n != 1 {
		t.Errorf("%d connections ended", n)
	}
	s.closing(c, wire.ClosingBanned)
	s.until("she stays in the world", func() bool { return len(s.arena.lines()) == 2 })
	refused(t, s.try("192.0.2.77", "Ada", "x"), wire.CodeBanned)
	d := s.dialFrom("192.0.2.9")
	_, err := d.Request(s.ctx, "resume", map[string]world.Value{"token": token})
	refused(t, err, wire.CodeBanned)
	if err := s.try("198.51.100.7", "Ada", "x"); err != nil {
		t.Error(err)
	}
}

// Whoever plays from elsewhere may not go on from an address that is banned, also where
// their session is still there.
func TestNobodyResumesFromABannedAddress(t *testing.T) {
	s := behindProxy(t, nil)
	c := s.dialFrom("198.51.100.7")
	if err := c.Login(s.ctx, "Ada", "x"); err != nil {
		t.Fatal(err)
	}
	token := s.welcome(c)
	s.book.mu.Lock()
	s.book.banned = netip.MustParsePrefix("192.0.2.0/24")
	s.book.mu.Unlock()
	c.Drop()
	d := s.dialFrom("192.0.2.9")
	_, err := d.Request(s.ctx, "resume", map[string]world.Value{"token": token})
	refused(t, err, wire.CodeBanned)
	if n := s.refusals.Of(peer.Banned); n != 1 {
		t.Errorf("%d are counted as banned", n)
	}
	e := s.dialFrom("198.51.100.7")
	if _, err := e.Request(s.ctx, "resume", map[string]world.Value{"token": token}); err != nil {
		t.Errorf("from home: %v", err)
	}
}

// A ban that comes while somebody's password is being checked holds for them, too.
func TestABanInTheMiddleOfALogin(t *testing.T) {
	s := start(t, nil)
	entered, goOn := make(chan string), make(chan struct{})
	s.book.hold(entered, goOn)
	c := s.dial(wire.JSON)
	done := make(chan error, 1)
	go func() { done <- c.Login(s.ctx, "Ada", "x") }()
	<-entered
	s.book.mu.Lock()
	s.book.barred = 1
	s.book.mu.Unlock()
	if n := s.gate.End(func(w gate.Who) bool { return w.Character == 1 }, wire.ClosingBanned, "spam"); n != 0 {
		t.Fatalf("%d are in already", n)
	}
	goOn <- struct{}{}
	<-done
	s.closing(c, wire.ClosingBanned)
	s.until("she stays in the game", func() bool { return s.gate.Stats().Sessions == 0 })
}

func TestAChangeOfPasswordMakesTheTokenWorthless(t *testing.T) {
	s := start(t, nil)
	a, token := s.login("Ada")
	_, err := a.Request(s.ctx, "password", map[string]world.Value{"old": "?", "password": "new"})
	refused(t, err, wire.CodeBadCredentials)
	got, err := a.Request(s.ctx, "password", map[string]world.Value{"old": "Ada", "password": "new"})
	if err != nil {
		t.Fatal(err)
	}
	fresh := got.(map[string]world.Value)["token"].(string)
	b := s.dial(wire.JSON)
	_, err = b.Request(s.ctx, "resume", map[string]world.Value{"token": token})
	refused(t, err, wire.CodeBadToken)
	if _, err = b.Request(s.ctx, "resume", map[string]world.Value{"token": fresh}); err != nil {
		t.Error(err)
	}
}

// Whoever is on the way out is read to take leave, and not for ever.
func TestWhoIsOnTheWayOutIsNotReadForEver(t *testing.T) {
	s := start(t, func(c *gate.Config) { c.Burst, c.Patience = 5, 5 })
	c := s.raw(wire.SubprotocolJSON)
	defer c.Close()
	c.SetDeadline(time.Now().Add(patience))
	flood := bytes.Repeat([]byte{0x8A, 0x80, 0, 0, 0, 0}, 10_000)
	sent := 0
	for sent < 64<<20 {
		n, err := c.Write(flood) // the gate's clock stands still: nothing but the amount ends it
		if sent += n; err != nil {
			break
		}
	}
	if sent >= 64<<20 {
		t.Errorf("%d MiB of somebody who was put out are read", sent>>20)
	}
}

// Pieces of a message that never ends cost the server time and count as nothing.
func TestEmptyFragmentsAreClosed(t *testing.T) {
	first, empty := []byte{0x01, 0x80, 0, 0, 0, 0}, []byte{0x00, 0x80, 0, 0, 0, 0}
	one := []byte{0x00, 0x81, 0, 0, 0, 0, 'x'}
	for name, more := range map[string][]byte{"empty": empty, "of a byte": one} {
		s := start(t, nil)
		c := s.raw(wire.SubprotocolJSON)
		c.Write(first)
		for range 40 {
			c.Write(more)
		}
		payload, err := c.frame()
		if err != nil || len(payload) < 2 || int(payload[0])<<8|int(payload[1]) != 1008 {
			t.Errorf("%s: got %q, %v", name, payload, err)
		}
		c.Close()
	}
	s := start(t, nil)
	c := s.raw(wire.SubprotocolJSON)
	defer c.Close()
	text := `{"id":1,"cmd":"ping"}`
	for i := range text { // in pieces, with a ping between: allowed
		opcode := byte(0)
		if i == 0 {
			opcode = 1
		}
		if i == len(text)-1 {
			opcode |= 0x80
		}
		c.Write([]byte{opcode, 0x81, 0, 0, 0, 0, text[i]})
		if i == 3 {
			c.Write([]byte{0x89, 0x80, 0, 0, 0, 0})
		}
	}
	c.frame() // the pong
	if payload, err := c.frame(); err != nil || !strings.Contains(string(payload), `"ok":true`) {
		t.Errorf("got %q, %v", payload, err)
	}
}

// Where many logins fail, as those of load players whom a production shard does not
// know yet, accounts are made all the same: they do not wait behind the logins.
func TestAccountsAreMadeBesideAPileOfGuesses(t *testing.T) {
	s := start(t, func(c *gate.Config) { c.LoginsAtOnce = 1 })
	for i := range 10 {
		c := s.dial(wire.JSON)
		c.Login(s.ctx, fmt.Sprintf("Guess%d", i), "?")
		c.Close()
	}
	s.book.hold(make(chan string, 200), make(chan struct{}, 200))
	done := make(chan error, 32)
	sign := func(command, name string) *client.Conn {
		c := s.dial(wire.JSON)
		go func() {
			_, err := c.Request(s.ctx, command, map[string]world.Value{"name": name, "password": "x"})
			done <- err
		}()
		return c
	}
	sign("login", "First")
	<-s.book.entered // it is being checked
	sign("register", "New")
	s.until("it does not wait", func() bool { return s.gate.Waiting() == 1 })
	for i := range 10 {
		sign("login", fmt.Sprintf("Pile%d", i))
	}
	leaver := sign("login", "Leaver")
	s.until("they do not wait", func() bool { return s.gate.Waiting() == 12 })
	leaver.Drop() // whoever has gone costs nobody a turn
	s.book.goOn <- struct{}{}
	if name := <-s.book.entered; name != "New" {
		t.Errorf("%s goes before the new account", name)
	}
	for range 10 {
		s.book.goOn <- struct{}{}
		if name := <-s.book.entered; name == "Leaver" {
			t.Error("the login of one who has gone is checked")
		}
	}
	s.book.goOn <- struct{}{}
	for range 13 {
		<-done
	}
}
