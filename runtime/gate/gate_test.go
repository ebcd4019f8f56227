package gate_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"net/http/httptest"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"hotshard/runtime/gate"
	"hotshard/runtime/gate/client"
	"hotshard/runtime/gate/wire"
	"hotshard/runtime/world"
)

func TestLoginSpeaksBothCodecs(t *testing.T) {
	s := start(t, nil)
	for _, codec := range []wire.Codec{wire.JSON, wire.Binary} {
		c := s.dial(codec)
		if err := c.Login(s.ctx, "Ada", "pw"); err != nil {
			t.Fatal(err)
		}
		w := s.event(c, "welcome")
		player, _ := w["player"].(map[string]world.Value)
		if player["id"] != 1.0 || player["name"] != "Ada" || w["shard"] != "test" || w["kind"] != "dev" {
			t.Errorf("welcome is %v", w)
		}
		if name := s.event(c, "system")["name"]; name != "Jita" {
			t.Errorf("system is %v", name)
		}
		m, err := c.Next(s.ctx)
		if err != nil || m.Kind != wire.KindSnapshot || m.Snapshot.You != world.FirstDynamicID+1 {
			t.Errorf("then comes %+v, %v", m, err)
		}
		args := map[string]world.Value{"id": 3.0, "point": []world.Value{1.0, -2.5}, "text": "é"}
		if got, err := c.Request(s.ctx, "echo", args); err != nil || !reflect.DeepEqual(got, args) {
			t.Errorf("echo: %v, %v", got, err)
		}
		if _, err := c.Request(s.ctx, "fly", nil); err == nil {
			t.Error("fly was carried out")
		} else {
			refused(t, err, wire.CodeUnknownCommand)
		}
	}
}

// Behind TLS nothing can be written past the encryption: everything goes by way of
// the writing goroutine, in order.
func TestClientsSayThatTheyKeepTheirView(t *testing.T) {
	s := start(t, nil)
	for query, want := range map[string]bool{"": false, "?keeps=0": false, "?keeps=1": true, "?other=1&keeps=1": true} {
		c, err := client.Dial(s.ctx, s.url+query, client.Options{})
		if err != nil {
			t.Fatal(err)
		}
		name := "Ada" + query
		if err := c.Login(s.ctx, name, name); err != nil {
			t.Fatal(err)
		}
		if _, err := c.Request(s.ctx, "ping", nil); err != nil {
			t.Fatal(err)
		}
		if got := s.player(name).(interface{ KeepsView() bool }).KeepsView(); got != want {
			t.Errorf("%q: keeps its view is %v", query, got)
		}
		c.Close()
	}
}

func TestOverTLS(t *testing.T) {
	s := start(t, nil)
	secure := httptest.NewTLSServer(s.gate.Handler())
	defer secure.Close()
	pool := x509.NewCertPool()
	pool.AddCert(secure.Certificate())
	c, err := client.Dial(s.ctx, "wss"+strings.TrimPrefix(secure.URL, "https"),
		client.Options{Codec: wire.Binary, TLS: &tls.Config{RootCAs: pool}})
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Login(s.ctx, "Ada", "x"); err != nil {
		t.Fatal(err)
	}
	s.welcome(c)
	player := s.player("Ada")
	for i := range 50 {
		player.Send(wire.NewEvent("count", map[string]world.Value{"n": i}))
	}
	for i := range 50 {
		if n := s.event(c, "count")["n"]; n != float64(i) {
			t.Fatalf("got %v, want %d", n, i)
		}
	}
	player.Close("Enough.")
	s.closing(c, wire.ClosingKicked)
}

func TestEverybodyHearsAnEvent(t *testing.T) {
	s := start(t, nil)
	a, _ := s.login("Ada")
	b, _ := s.login("Bob")
	if _, err := a.Request(s.ctx, "say", "hello"); err != nil {
		t.Fatal(err)
	}
	for _, c := range []*client.Conn{a, b} {
		if e := s.event(c, "chat"); e["from"] != "Ada" || e["text"] != "hello" {
			t.Errorf("heard %v", e)
		}
	}
	s.dial(wire.JSON) // not signed in: hears nothing
	s.gate.Broadcast(wire.NewEvent("announce", map[string]world.Value{"text": "soon"}))
	for _, c := range []*client.Conn{a, b} {
		if e := s.event(c, "announce"); e["text"] != "soon" {
			t.Errorf("heard %v", e)
		}
	}
	if st := s.gate.Stats(); st.Sockets != 3 || st.Pending != 1 || st.Sessions != 2 || st.Lingering != 0 {
		t.Errorf("stats are %+v", st)
	}
}

func TestCoreCommandsRefuse(t *testing.T) {
	s := start(t, nil)
	c := s.dial(wire.JSON)
	ask := func(command string, args world.Value) error {
		_, err := c.Request(s.ctx, command, args)
		return err
	}
	refused(t, ask("echo", nil), wire.CodeNotSignedIn)
	refused(t, ask("logout", nil), wire.CodeNotSignedIn)
	refused(t, ask("login", nil), wire.CodeBadRequest)
	refused(t, ask("login", map[string]world.Value{"name": "Ada", "password": 3.0}), wire.CodeBadRequest)
	refused(t, ask("login", map[string]world.Value{"name": strings.Repeat("a", 65), "password": "x"}), wire.CodeBadRequest)
	refused(t, ask("login", map[string]world.Value{"name": "Ada", "password": "?"}), wire.CodeBadCredentials)
	refused(t, ask("resume", nil), wire.CodeBadRequest)
	refused(t, ask("resume", map[string]world.Value{"token": "abc"}), wire.CodeBadToken)
	if got, err := c.Request(s.ctx, "ping", nil); err != nil || got.(map[string]world.Value)["now"] != 1e12 {
		t.Errorf("ping: %v, %v", got, err)
	}
	if err := ask("register", map[string]world.Value{"name": "Ada", "password": "x"}); err != nil {
		t.Fatal(err)
	}
	refused(t, ask("login", map[string]world.Value{"name": "Bob", "password": "x"}), wire.CodeSignedIn)
	refused(t, ask("resume", map[string]world.Value{"token": "abc"}), wire.CodeSignedIn)
	refused(t, ask("break", nil), wire.CodeInternal)
	if err := ask("break", nil); strings.Contains(err.Error(), "secret") || !strings.Contains(s.logs.String(), "secret detail") {
		t.Errorf("an error of the server belongs in the log alone: %v", err)
	}
	d := s.dial(wire.JSON)
	_, err := d.Request(s.ctx, "register", map[string]world.Value{"name": "ada", "password": "x"})
	refused(t, err, "name_taken")
}

func TestGuessingPasswordsIsClosed(t *testing.T) {
	s := start(t, nil)
	c := s.dial(wire.JSON)
	for range 5 {
		refused(t, c.Login(s.ctx, "Ada", "?"), wire.CodeBadCredentials)
	}
	s.closing(c, wire.CodeBadCredentials)
}

func TestSecondLoginTakesOver(t *testing.T) {
	s := start(t, nil)
	a, oldToken := s.login("Ada")
	b, newToken := s.login("ada")
	s.closing(a, wire.ClosingTakenOver)
	if oldToken == newToken {
		t.Error("the token stays the same")
	}
	if _, err := b.Request(s.ctx, "echo", 1.0); err != nil {
		t.Error(err)
	}
	s.sweep(61 * time.Second) // past the linger, short of the silence that closes a socket
	if got := s.arena.lines(); !reflect.DeepEqual(got, []string{"enter Ada", "enter Ada"}) {
		t.Errorf("the world heard %v", got)
	}
	c := s.dial(wire.JSON)
	_, err := c.Request(s.ctx, "resume", map[string]world.Value{"token": oldToken})
	refused(t, err, wire.CodeBadToken)
}

func TestResumeWithinAMinute(t *testing.T) {
	s := start(t, nil)
	a, token := s.login("Ada")
	a.Drop()
	s.until("the drop goes unnoticed", func() bool { return s.gate.Stats().Lingering == 1 })
	s.sweep(59 * time.Second)
	b := s.dial(wire.Binary)
	if _, err := b.Request(s.ctx, "resume", map[string]world.Value{"token": token}); err != nil {
		t.Fatal(err)
	}
	if again := s.welcome(b); again != token {
		t.Error("the token changed")
	}
	s.event(b, "system")
	if m, err := b.Next(s.ctx); err != nil || m.Kind != wire.KindSnapshot {
		t.Errorf("no fresh snapshot but %+v, %v", m, err)
	}
	b.Close()
	s.until("the close goes unnoticed", func() bool { return s.gate.Stats().Lingering == 1 })
	s.sweep(61 * time.Second)
	if got := s.arena.lines(); !reflect.DeepEqual(got, []string{"enter Ada", "away Ada", "enter Ada", "away Ada", "leave Ada timeout"}) {
		t.Errorf("the world heard %v", got)
	}
	if st := s.gate.Stats(); st.Sessions != 0 {
		t.Errorf("stats are %+v", st)
	}
	c := s.dial(wire.JSON)
	if _, err := c.Request(s.ctx, "resume", map[string]world.Value{"token": token}); err != nil {
		t.Errorf("the token does not outlive the game: %v", err)
	}
	if again := s.welcome(c); again != token {
		t.Error("the token changed")
	}
	if strings.Contains(s.logs.String(), token) {
		t.Error("the token is in the log")
	}
}

func TestResumeTakesOverAHalfOpenSocket(t *testing.T) {
	s := start(t, nil)
	a, token := s.login("Ada")
	b := s.dial(wire.Binary)
	if _, err := b.Request(s.ctx, "resume", map[string]world.Value{"token": token}); err != nil {
		t.Fatal(err)
	}
	s.closing(a, wire.ClosingTakenOver)
	s.until("the old socket stays", func() bool { return s.gate.Stats().Sockets == 1 })
	if st := s.gate.Stats(); st.Lingering != 0 || st.Sessions != 1 {
		t.Errorf("stats are %+v", st)
	}
}

func TestLogoutLeavesAtOnce(t *testing.T) {
	s := start(t, nil)
	a, _ := s.login("Ada")
	if _, err := a.Request(s.ctx, "logout", nil); err != nil {
		t.Fatal(err)
	}
	s.closing(a, wire.ClosingLoggedOut)
	s.until("nobody left", func() bool { return len(s.arena.lines()) == 2 })
	if got := s.arena.lines()[1]; got != "leave Ada logout" {
		t.Error(got)
	}
}

func TestKick(t *testing.T) {
	s := start(t, nil)
	a, token := s.login("Ada")
	s.player("Ada").Close("Be nice.")
	fields := s.event(a, "closing")
	if fields["code"] != wire.ClosingKicked || fields["reason"] != "Be nice." {
		t.Errorf("closing is %v", fields)
	}
	<-a.Done()
	b := s.dial(wire.JSON)
	_, err := b.Request(s.ctx, "resume", map[string]world.Value{"token": token})
	refused(t, err, wire.CodeBadToken)
	s.until("nobody left", func() bool { return len(s.arena.lines()) == 2 })
	if got := s.arena.lines()[1]; got != "leave Ada Be nice." {
		t.Error(got)
	}
	if err := b.Login(s.ctx, "Ada", "x"); err != nil {
		t.Errorf("who was kicked may sign in again: %v", err)
	}
}

func TestKickOfSomebodyWhoseSocketIsGone(t *testing.T) {
	s := start(t, nil)
	a, _ := s.login("Ada")
	a.Drop()
	s.until("the drop goes unnoticed", func() bool { return s.gate.Stats().Lingering == 1 })
	s.player("Ada").Close("Bye.")
	s.until("nobody left", func() bool { return slices.Contains(s.arena.lines(), "leave Ada Bye.") })
}

func TestLoginsAtOnceAreBounded(t *testing.T) {
	s := start(t, func(c *gate.Config) { c.LoginsAtOnce, c.LoginQueue = 2, 3 })
	s.book.hold(make(chan string, 10), make(chan struct{}, 10))
	results := make(chan error, 6)
	for range 6 {
		c := s.dial(wire.JSON)
		go func() { results <- c.Login(s.ctx, "Ada", "x") }()
	}
	refused(t, <-results, wire.CodeBusy) // two run, three wait: the sixth is turned away
	for range 5 {
		<-s.book.entered
		s.book.goOn <- struct{}{}
	}
	ok := 0
	for range 5 {
		if err := <-results; err == nil || err == client.ErrClosed {
			ok++ // closed: taken over by the next, before its answer was read
		}
	}
	if ok != 5 || s.book.most.Load() != 2 {
		t.Errorf("%d signed in, %d at once", ok, s.book.most.Load())
	}
}

// Whatever the order of many logins of one character, one client has it in the end
// and the world heard of that one last.
func TestManyLoginsOfOneCharacter(t *testing.T) {
	s := start(t, nil)
	const n = 20
	conns := make([]*client.Conn, n)
	var all sync.WaitGroup
	for i := range conns {
		conns[i] = s.dial(wire.Binary)
		all.Go(func() { conns[i].Login(s.ctx, "Ada", "x") })
	}
	all.Wait()
	s.until("more than one stays", func() bool { return s.gate.Stats().Sockets == 1 })
	if st := s.gate.Stats(); st.Sessions != 1 || st.Pending != 0 || st.Lingering != 0 {
		t.Errorf("stats are %+v", st)
	}
	s.player("Ada").Send(wire.NewEvent("hello", nil))
	heard := 0
	for _, c := range conns {
		if _, err := c.Event(s.ctx, "hello"); err == nil {
			heard++
		}
		c.Close()
	}
	if heard != 1 {
		t.Errorf("%d heard the world", heard)
	}
}

func TestShutdownTellsEverybody(t *testing.T) {
	s := start(t, nil)
	a, _ := s.login("Ada")
	b := s.dial(wire.JSON)
	if err := s.gate.Close(s.ctx); err != nil {
		t.Fatal(err)
	}
	s.closing(a, wire.ClosingShutdown)
	s.closing(b, wire.ClosingShutdown)
	if got := s.arena.lines(); len(got) != 1 {
		t.Errorf("the world heard %v", got)
	}
	if _, err := client.Dial(s.ctx, s.url, client.Options{}); err == nil {
		t.Error("somebody got in afterwards")
	}
}

// A client that does not answer the close is cut off when the time is over.
func TestShutdownDoesNotWaitForEver(t *testing.T) {
	s := start(t, nil)
	raw := s.raw(wire.SubprotocolJSON)
	defer raw.Close()
	ctx, cancel := context.WithCancel(s.ctx)
	cancel()
	if err := s.gate.Close(ctx); err != context.Canceled {
		t.Errorf("Close: %v", err)
	}
	if st := s.gate.Stats(); st.Sockets != 0 {
		t.Errorf("stats are %+v", st)
	}
}
