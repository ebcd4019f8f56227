package gate_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"hotshard/runtime/clock"
	"hotshard/runtime/gate"
	"hotshard/runtime/gate/client"
	"hotshard/runtime/gate/peer"
	"hotshard/runtime/gate/wire"
	"hotshard/runtime/world"
)

// arena is a world of one room: who enters is told where it is, what is said is
// heard by all.
type arena struct {
	mu      sync.Mutex
	players map[world.CharacterID]gate.Client
	log     []string      // "enter 1", "away 1", "leave 1 timeout"
	changed chan struct{} // holds a token after something was logged
	quiet   bool          // sends nothing on Enter
}

func newArena() *arena {
	return &arena{players: map[world.CharacterID]gate.Client{}, changed: make(chan struct{}, 1)}
}

func (a *arena) note(line string) {
	a.log = append(a.log, line)
	select {
	case a.changed <- struct{}{}:
	default:
	}
}

func (a *arena) Enter(c world.CharacterID, cl gate.Client) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.players[c] = cl
	a.note("enter " + cl.Name())
	if a.quiet {
		return
	}
	cl.Send(wire.NewEvent("system", map[string]world.Value{"name": "Jita"}))
	cl.Send(wire.NewSnapshot(&wire.Snapshot{Tick: 1, Hz: 10, Dilation: 1, You: world.FirstDynamicID + world.EntityID(c)}))
}

func (a *arena) Leave(c world.CharacterID, reason string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	name := a.players[c].Name()
	delete(a.players, c)
	a.note("leave " + name + " " + reason)
}

func (a *arena) Away(_ world.CharacterID, cl gate.Client) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.note("away " + cl.Name())
}

func (a *arena) Command(_ world.CharacterID, req gate.Request) {
	switch req.Name {
	case "echo":
		req.From.Reply(req.ID, req.Args, nil)
	case "break":
		req.From.Reply(req.ID, nil, errors.New("secret detail"))
	case "say":
		a.mu.Lock()
		defer a.mu.Unlock()
		f := wire.NewEvent("chat", map[string]world.Value{"from": req.From.Name(), "text": req.Args})
		for _, p := range a.players {
			p.Send(f)
		}
		req.From.Reply(req.ID, true, nil)
	default:
		req.From.Reply(req.ID, nil, wire.Errorf(wire.CodeUnknownCommand, "There is no command %s.", req.Name))
	}
}

func (a *arena) player(name string) gate.Client {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, p := range a.players {
		if p.Name() == name {
			return p
		}
	}
	return nil
}

func (a *arena) lines() []string {
	a.mu.Lock()
	defer a.mu.Unlock()
	return append([]string(nil), a.log...)
}

// book is a small set of accounts. Unknown names are made on the fly; the password
// is the name, except that "?" is always wrong.
type book struct {
	mu      sync.Mutex
	ids     map[string]world.CharacterID
	tokens  map[string]gate.Pass
	known   map[string]bool // "name address"
	made    int
	banned  netip.Prefix
	barred  world.CharacterID
	running atomic.Int32
	most    atomic.Int32  // that ran at once
	entered chan string   // if not nil, gets the name when a call begins
	goOn    chan struct{} // if not nil, a call waits for a token
}

// hold has every call from now on tell its name and wait for a token.
func (b *book) hold(entered chan string, goOn chan struct{}) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.entered, b.goOn = entered, goOn
}

func (b *book) held() (chan string, chan struct{}) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.entered, b.goOn
}

func (b *book) Login(ctx context.Context, from netip.Addr, name, password string) (gate.Pass, error) {
	n := b.running.Add(1)
	defer b.running.Add(-1)
	for m := b.most.Load(); n > m && !b.most.CompareAndSwap(m, n); m = b.most.Load() {
	}
	if entered, goOn := b.held(); entered != nil {
		entered <- name
		select {
		case <-goOn:
		case <-ctx.Done():
			return gate.Pass{}, ctx.Err()
		}
	}
	if password == "?" {
		return gate.Pass{}, wire.Errorf(wire.CodeBadCredentials, "Name or password is wrong.")
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	key := strings.ToLower(name)
	if b.ids[key] == 0 {
		b.ids[key] = world.CharacterID(len(b.ids) + 1)
	}
	b.known[key+" "+from.String()] = true
	return b.pass(b.ids[key], name), nil
}

// pass makes a token; the one the character had before is worthless.
func (b *book) pass(id world.CharacterID, name string) gate.Pass {
	for token, p := range b.tokens {
		if p.Character == id {
			delete(b.tokens, token)
		}
	}
	b.made++
	p := gate.Pass{Character: id, Name: name, Token: fmt.Sprintf("secret%016d", b.made)}
	b.tokens[p.Token] = p
	return p
}

func (b *book) Register(ctx context.Context, from netip.Addr, name, password string) (gate.Pass, error) {
	b.mu.Lock()
	taken := b.ids[strings.ToLower(name)] != 0
	b.mu.Unlock()
	if taken {
		return gate.Pass{}, wire.Errorf("name_taken", "Somebody is called %s already.", name)
	}
	return b.Login(ctx, from, name, password)
}

func (b *book) Admit(from netip.Addr) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.banned.IsValid() && b.banned.Contains(from) {
		return wire.Errorf(wire.CodeBanned, "Your address is banned.")
	}
	return nil
}

// Seat says of everybody what Admit says, and of who is named by barred.
func (b *book) Seat(c world.CharacterID, from netip.Addr) error {
	b.mu.Lock()
	barred := b.barred != 0 && b.barred == c
	b.mu.Unlock()
	if barred {
		return wire.Errorf(wire.CodeBanned, "You are banned.")
	}
	return b.Admit(from)
}

func (b *book) Resume(_ context.Context, _ netip.Addr, token string) (gate.Pass, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	p, ok := b.tokens[token]
	if !ok {
		return p, wire.Errorf(wire.CodeBadToken, "That session is over. Please sign in again.")
	}
	return p, nil
}

func (b *book) Known(_ context.Context, from netip.Addr, name string) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.known[strings.ToLower(name)+" "+from.String()]
}

func (b *book) Password(_ context.Context, id world.CharacterID, old, _ string) (gate.Pass, error) {
	if old == "?" {
		return gate.Pass{}, wire.Errorf(wire.CodeBadCredentials, "The password is wrong.")
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.pass(id, "Ada"), nil
}

func (b *book) Revoke(_ context.Context, token string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.tokens, token)
}

func newBook() *book {
	return &book{ids: map[string]world.CharacterID{}, tokens: map[string]gate.Pass{}, known: map[string]bool{}}
}

// manual is a clock that stands still until it is moved.
type manual struct{ ns atomic.Int64 }

func (m *manual) now() time.Time          { return time.Unix(1e9, m.ns.Load()) }
func (m *manual) forward(d time.Duration) { m.ns.Add(int64(d)) }

// logs keeps what is logged, for what must not be in it.
type logs struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *logs) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *logs) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// server is a gate on a real socket.
type server struct {
	t        testing.TB
	gate     *gate.Gate
	arena    *arena
	book     *book
	clock    *manual
	refusals *peer.Refusals
	logs     *logs
	http     *httptest.Server
	url      string
	ctx      context.Context

	mu    sync.Mutex
	conns []net.Conn // of the upgraded connections, in their order
}

func (s *server) upgraded(c net.Conn, state http.ConnState) {
	if state == http.StateHijacked {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.conns = append(s.conns, c)
	}
}

// patience bounds what a test waits for; nothing is measured against it.
const patience = 3 * time.Minute

// start serves until the test ends, and then checks that nothing is left behind.
func start(t testing.TB, change func(*gate.Config)) *server {
	t.Helper()
	before := runtime.NumGoroutine()
	s := &server{t: t, arena: newArena(), book: newBook(), clock: new(manual), logs: new(logs), refusals: new(peer.Refusals)}
	cfg := gate.Config{Accounts: s.book, World: s.arena, Clock: clock.Told(s.clock.now), Refusals: s.refusals,
		Log:     slog.New(slog.NewTextHandler(s.logs, nil)),
		Welcome: func() map[string]world.Value { return map[string]world.Value{"shard": "test", "kind": "dev"} }}
	if change != nil {
		change(&cfg)
	}
	s.gate = gate.New(cfg)
	mux := http.NewServeMux()
	mux.Handle("/play", s.gate.Handler())
	s.http = httptest.NewUnstartedServer(mux)
	s.http.Config.ConnState = s.upgraded
	s.http.Start()
	s.url = "ws" + strings.TrimPrefix(s.http.URL, "http") + "/play"
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	s.ctx = ctx
	t.Cleanup(func() {
		defer cancel()
		if err := s.gate.Close(ctx); err != nil {
			t.Errorf("Close: %v", err)
		}
		s.http.Close()
		http.DefaultClient.CloseIdleConnections()
		s.until("goroutines are left", func() bool { return runtime.NumGoroutine() <= before })
	})
	return s
}

// until waits for what another goroutine is about to do.
func (s *server) until(what string, ok func() bool) {
	s.t.Helper()
	for !ok() {
		if s.ctx.Err() != nil {
			buf := make([]byte, 1<<16)
			s.t.Fatalf("%s\n%s", what, buf[:runtime.Stack(buf, true)])
		}
		runtime.Gosched()
	}
}

// sweep moves the clock and lets the gate look at it.
func (s *server) sweep(d time.Duration) {
	s.clock.forward(d)
	s.gate.Sweep()
}

func (s *server) dial(codec wire.Codec) *client.Conn {
	s.t.Helper()
	c, err := client.Dial(s.ctx, s.url, client.Options{Codec: codec})
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(c.Close)
	return c
}

// login returns a signed-in client and its token; welcome has been taken.
func (s *server) login(name string) (*client.Conn, string) {
	s.t.Helper()
	c := s.dial(wire.Binary)
	if err := c.Login(s.ctx, name, name); err != nil {
		s.t.Fatal(err)
	}
	token := s.welcome(c)
	// The server reads in order: with this answer, the world has heard Enter.
	if _, err := c.Request(s.ctx, "ping", nil); err != nil {
		s.t.Fatal(err)
	}
	return c, token
}

func (s *server) welcome(c *client.Conn) string {
	s.t.Helper()
	token, _ := s.event(c, "welcome")["token"].(string)
	if len(token) != 22 {
		s.t.Fatalf("the token is %q", token)
	}
	return token
}

// player returns the player's connection as the world has it, when it is there.
func (s *server) player(name string) (p gate.Client) {
	s.t.Helper()
	s.until(name+" is not there", func() bool { p = s.arena.player(name); return p != nil })
	return p
}

func (s *server) event(c *client.Conn, name string) map[string]world.Value {
	s.t.Helper()
	fields, err := c.Event(s.ctx, name)
	if err != nil {
		s.t.Fatal(err)
	}
	return fields
}

// closing waits until the server has closed the connection, for the reason given.
func (s *server) closing(c *client.Conn, code string) {
	s.t.Helper()
	if got := s.event(c, "closing")["code"]; got != code {
		s.t.Errorf("closed with %v, want %s", got, code)
	}
	select {
	case <-c.Done():
	case <-s.ctx.Done():
		s.t.Fatal("the socket stays open")
	}
}

// refused wants an error with the code.
func refused(t testing.TB, err error, code string) {
	t.Helper()
	var refusal *wire.Error
	if !errors.As(err, &refusal) || refusal.Code != code || refusal.Message == "" {
		t.Errorf("got %v, want %s", err, code)
	}
}
