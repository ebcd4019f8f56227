//go:build unix

package gate_test

import (
	"context"
	"fmt"
	"net"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"hotshard/runtime/gate"
	"hotshard/runtime/gate/client"
	"hotshard/runtime/gate/wire"
	"hotshard/runtime/world"
)

// hold stops the gate, as a process does that hands it over.
func (s *server) hold() {
	s.t.Helper()
	if err := s.gate.Hold(s.ctx); err != nil {
		s.t.Fatal(err)
	}
	if err := s.gate.Still(s.ctx); err != nil {
		s.t.Fatal(err)
	}
}

// arrive makes connections of those of another gate ready, as another process would.
func (s *server) arrive(from *server, at *gate.Arrivals) {
	s.t.Helper()
	fds, about, err := from.gate.Connections()
	if err != nil {
		s.t.Fatal(err)
	}
	var conns []net.Conn
	for _, fd := range fds {
		f := os.NewFile(uintptr(fd), "player")
		c, err := net.FileConn(f)
		if err != nil {
			s.t.Fatal(err)
		}
		f.Close()
		conns = append(conns, c)
	}
	if err := at.Add(about, conns); err != nil {
		s.t.Fatal(err)
	}
}

// succeed makes a gate of another, as another process would: with connections of its own,
// of which it may have been given some before.
func (s *server) succeed(from *server, before ...*gate.Arrivals) {
	s.t.Helper()
	at := gate.NewArrivals(gate.Config{})
	if len(before) > 0 {
		at = before[0]
	}
	s.arrive(from, at)
	data, err := from.gate.Export()
	if err != nil {
		s.t.Fatal(err)
	}
	if err := s.gate.Adopt(data, at, nil); err != nil {
		s.t.Fatal(err)
	}
	s.book.made = 100                     // no token is given twice
	for name, id := range from.book.ids { // the world's part
		s.book.ids[name] = id
		if c := s.gate.Playing(id); c != nil {
			s.arena.players[id] = c
		}
	}
	from.gate.Part()
	s.gate.Resume()
}

// echoes wants an answer to each of so many requests, in their order.
func (s *server) echoes(c *client.Conn, from, to int) {
	s.t.Helper()
	for i := from; i < to; i++ {
		if got, err := c.Request(s.ctx, "echo", float64(i)); err != nil || got != float64(i) {
			s.t.Fatalf("echo of %d: %v, %v", i, got, err)
		}
	}
}

func TestAHeldGateGoesOn(t *testing.T) {
	s := start(t, nil)
	ada, _ := s.login("Ada")
	pending := s.dial(wire.JSON)
	s.echoes(ada, 0, 3)
	s.hold()
	asked := make(chan error, 1)
	go func() {
		_, err := ada.Request(s.ctx, "say", "in between")
		asked <- err
	}()
	s.player("Ada").Send(wire.NewEvent("count", map[string]world.Value{"n": 1}))
	s.gate.Sweep() // nobody is pinged, or put out
	s.gate.Resume()
	if err := <-asked; err != nil {
		t.Fatal(err)
	}
	if n := s.event(ada, "count")["n"]; n != 1.0 {
		t.Errorf("the count is %v", n)
	}
	s.event(ada, "chat")
	if err := pending.Login(s.ctx, "Bob", "Bob"); err != nil {
		t.Errorf("who had not signed in cannot: %v", err)
	}
	if st := s.gate.Stats(); st.Sockets != 2 || st.Sessions != 2 || st.Lingering != 0 {
		t.Errorf("stats are %+v", st)
	}
}

func TestConnectionsGoOnInAnotherGate(t *testing.T) {
	old := start(t, nil)
	ada, token := old.login("Ada")
	bob := old.dial(wire.JSON)
	if err := bob.Login(old.ctx, "Bob", "Bob"); err != nil {
		t.Fatal(err)
	}
	pending := old.dial(wire.Binary)
	gone, lost := old.login("Cid")
	gone.Close()
	old.until("Cid is there", func() bool { return old.gate.Stats().Lingering == 1 })
	old.echoes(ada, 0, 5)
	old.hold()
	old.player("Ada").Send(wire.NewEvent("count", map[string]world.Value{"n": 7}))

	s := start(t, nil)
	s.succeed(old)
	if n := s.event(ada, "count")["n"]; n != 7.0 {
		t.Errorf("what waited to be sent is %v", n)
	}
	s.echoes(ada, 5, 10)
	s.echoes(bob, 0, 5)
	if err := pending.Login(s.ctx, "Dan", "Dan"); err != nil {
		t.Errorf("who had not signed in cannot: %v", err)
	}
	if st := s.gate.Stats(); st.Sockets != 3 || st.Pending != 0 || st.Sessions != 4 || st.Lingering != 1 {
		t.Errorf("stats are %+v", st)
	}
	for _, old := range []string{token, lost} { // both sessions can be taken up again
		c := s.dial(wire.Binary)
		if _, err := c.Request(s.ctx, "resume", map[string]world.Value{"token": old}); err != nil {
			t.Errorf("resume: %v", err)
		}
	}
	s.closing(ada, wire.ClosingTakenOver)
	if lines := strings.Join(old.arena.lines(), ", "); strings.Contains(lines, "leave") || strings.Contains(lines, "away Ada") {
		t.Errorf("the old world has heard: %s", lines)
	}
}

// Connections are given away while people play: what happens to them until the gate is held
// goes along, and who comes meanwhile, too.
func TestConnectionsArriveWhilePeoplePlay(t *testing.T) {
	old := start(t, nil)
	ada, _ := old.login("Ada")
	bob, _ := old.login("Bob")
	gone, _ := old.login("Cid")
	pending := old.dial(wire.JSON)
	s := start(t, nil)
	at := gate.NewArrivals(gate.Config{})
	s.arrive(old, at)
	old.echoes(ada, 0, 5)
	if err := pending.Login(old.ctx, "Dan", "Dan"); err != nil { // it was given away before it was anybody's
		t.Fatal(err)
	}
	gone.Close()
	old.until("Cid is there", func() bool { return old.gate.Stats().Lingering == 1 })
	late, _ := old.login("Eve")
	old.hold()
	s.succeed(old, at)
	for _, c := range []*client.Conn{ada, bob, pending, late} {
		s.echoes(c, 5, 10)
	}
	if st := s.gate.Stats(); st.Sockets != 4 || st.Pending != 0 || st.Sessions != 5 || st.Lingering != 1 {
		t.Errorf("stats are %+v", st)
	}
	if n := at.Len(); n != 5 {
		t.Errorf("%d connections have come", n)
	}
}

// A gate whose connections were given away for nothing gives them away again.
func TestConnectionsThatStayCanGoLater(t *testing.T) {
	old := start(t, nil)
	ada, _ := old.login("Ada")
	other := start(t, nil)
	nobody := gate.NewArrivals(gate.Config{})
	other.arrive(old, nobody)
	nobody.Close()
	old.gate.KeepAll()
	old.echoes(ada, 0, 3)
	old.hold()
	s := start(t, nil)
	s.succeed(old)
	s.echoes(ada, 3, 6)
}

// What does not fit together is refused, and nothing of it stays open.
func TestArrivalsThatDoNotFit(t *testing.T) {
	for what, about := range map[string][]byte{"no description": nil, "nonsense": []byte("nonsense")} {
		here, there := net.Pipe()
		if err := gate.NewArrivals(gate.Config{}).Add(about, []net.Conn{here}); err == nil {
			t.Errorf("%s: it is taken", what)
		}
		if _, err := there.Write([]byte("x")); err == nil {
			t.Errorf("%s: the connection is open still", what)
		}
	}
	old := start(t, nil)
	old.login("Ada")
	s := start(t, nil)
	old.hold()
	fds, _, err := old.gate.Connections()
	if err != nil {
		t.Fatal(err)
	}
	for _, fd := range fds {
		_ = syscall.Close(fd) // nobody takes them
	}
	data, err := old.gate.Export()
	if err != nil {
		t.Fatal(err)
	}
	if err := s.gate.Adopt(data, gate.NewArrivals(gate.Config{}), nil); err == nil {
		t.Error("connections are told of that have not come, and nobody minds")
	}
	old.gate.Resume()
}

// A message may be cut anywhere, also in the middle of a frame, with a ping between its
// frames, or behind others in one segment.
func TestAMessageThatIsCutArrivesOnce(t *testing.T) {
	echo := func(n int) string { return fmt.Sprintf(`{"id":%d,"cmd":"echo","args":%d}`, n, n) }
	frame := func(op byte, text string) string {
		return string([]byte{op, 0x80 | byte(len(text)), 0, 0, 0, 0}) + text
	}
	ping := frame(0x89, "hi")
	one := echo(2)
	parts := frame(0x81, echo(1)) + frame(0x01, one[:7]) + ping + frame(0x00, one[7:12]) + frame(0x80, one[12:]) + frame(0x81, echo(3))
	for cut := 1; cut < len(parts); cut += 3 {
		s := start(t, nil)
		raw := s.raw(wire.SubprotocolJSON)
		raw.text(`{"id":9,"cmd":"login","args":{"name":"Ada","password":"Ada"}}`)
		s.player("Ada")
		raw.Write([]byte(parts[:cut]))
		if cut%2 == 0 { // so that it has been read, or not
			s.until("it has come", func() bool {
				return s.gate.Stats().Requests > 0 && (cut < len(frame(0x81, echo(1))) || s.gate.Stats().Requests > 1)
			})
		}
		s.hold()
		s.gate.Resume()
		raw.Write([]byte(parts[cut:]))
		var answers []string
		pongs := 0
		for len(answers) < 3 {
			payload, err := raw.frame()
			if err != nil {
				t.Fatalf("cut at %d: %v after %v", cut, err, answers)
			}
			switch text := string(payload); {
			case text == "hi":
				pongs++
			case strings.Contains(text, `"re":`) && !strings.Contains(text, `"re":9`):
				answers = append(answers, text)
			}
		}
		for i, a := range answers {
			if !strings.Contains(a, fmt.Sprintf(`"re":%d`, i+1)) {
				t.Errorf("cut at %d: answer %d is %s", cut, i+1, a)
			}
		}
		if pongs != 1 {
			t.Errorf("cut at %d: %d pongs", cut, pongs)
		}
		raw.Close()
	}
}

// A frame that is out in part goes on where it stopped.
func TestASlowPlayersBacklogGoesAlong(t *testing.T) {
	old := start(t, nil)
	raw, player := old.slow("Ada")
	for old.gate.Stats().Overflows == 0 {
		player.Send(bigDelta(1))
	}
	player.Send(wire.NewEvent("chat", map[string]world.Value{"text": "kept"}))
	old.hold()
	s := start(t, nil)
	s.succeed(old)
	seen := readKinds(t, raw, func(m *wire.Message) bool { return m.Event == "chat" })
	if len(seen) < 2 {
		t.Errorf("only %v has come", seen)
	}
	s.until("no snapshot is asked for", s.player("Ada").NeedSnapshot)
	raw.Close()
}

// Logins that wait for their turn are made in the next gate; the one that has it is over
// before.
func TestLoginsThatWaitGoAlong(t *testing.T) {
	old := start(t, func(c *gate.Config) { c.LoginsAtOnce = 1 })
	entered, goOn := make(chan string), make(chan struct{})
	old.book.hold(entered, goOn)
	results := make(chan error, 2)
	login := func(name string) {
		c := old.dial(wire.Binary)
		go func() { results <- c.Login(old.ctx, name, name) }()
	}
	login("Ada")
	<-entered
	login("Bob")
	old.until("Bob waits", func() bool { return old.gate.Waiting() == 1 })
	held := make(chan error, 1)
	go func() { held <- old.gate.Hold(old.ctx) }()
	old.until("Bob is put back", func() bool { return old.gate.Waiting() == 0 })
	goOn <- struct{}{}
	if err := <-held; err != nil {
		t.Fatal(err)
	}
	if err := <-results; err != nil {
		t.Errorf("Ada: %v", err)
	}
	if err := old.gate.Still(old.ctx); err != nil {
		t.Fatal(err)
	}
	s := start(t, nil)
	s.succeed(old)
	if err := <-results; err != nil {
		t.Errorf("Bob: %v", err)
	}
	if s.player("Bob") == nil {
		t.Error("Bob was not signed in by the next gate")
	}
}

func TestAHoldThatTakesTooLongIsNone(t *testing.T) {
	s := start(t, nil)
	ada, _ := s.login("Ada")
	entered, goOn := make(chan string), make(chan struct{})
	s.book.hold(entered, goOn)
	bob := s.dial(wire.Binary)
	result := make(chan error, 1)
	go func() { result <- bob.Login(s.ctx, "Bob", "Bob") }()
	<-entered
	ctx, cancel := context.WithTimeout(s.ctx, time.Millisecond)
	defer cancel()
	if err := s.gate.Hold(ctx); err == nil {
		t.Fatal("it is held while somebody signs in")
	}
	s.echoes(ada, 0, 3)
	goOn <- struct{}{}
	if err := <-result; err != nil {
		t.Errorf("Bob: %v", err)
	}
	s.hold()
	s.gate.Resume()
	s.echoes(ada, 3, 6)
}
