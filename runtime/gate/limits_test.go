package gate_test

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/lxzan/gws"

	"hotshard/runtime/gate"
	"hotshard/runtime/gate/client"
	"hotshard/runtime/gate/peer"
	"hotshard/runtime/gate/wire"
	"hotshard/runtime/world"
)

// raw makes the handshake by hand and leaves everything else to the test.
func (s *server) raw(subprotocol string) *rawConn {
	s.t.Helper()
	c, err := shake(s.http.Listener.Addr().String(), subprotocol)
	if err != nil {
		s.t.Fatal(err)
	}
	return c
}

// shake dials and makes the handshake.
func shake(addr, subprotocol string) (*rawConn, error) {
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		return nil, err
	}
	fmt.Fprintf(conn, "GET /play HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"+
		"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: %s\r\n\r\n", subprotocol)
	r := bufio.NewReader(conn)
	resp, err := http.ReadResponse(r, nil)
	if err == nil && resp.StatusCode != http.StatusSwitchingProtocols {
		err = errors.New(resp.Status)
	}
	if err != nil {
		conn.Close()
		return nil, err
	}
	return &rawConn{conn, r}, nil
}

type rawConn struct {
	net.Conn
	r *bufio.Reader
}

// text sends a short text frame, under a mask of zeros.
func (c *rawConn) text(s string) {
	c.Write(append([]byte{0x81, 0x80 | byte(len(s)), 0, 0, 0, 0}, s...))
}

// frame reads the payload of one frame of the server.
func (c *rawConn) frame() ([]byte, error) {
	var head [8]byte
	if _, err := io.ReadFull(c.r, head[6:]); err != nil {
		return nil, err
	}
	n := uint64(head[7])
	if more := map[uint64]int{126: 2, 127: 8}[n]; more > 0 {
		head = [8]byte{}
		if _, err := io.ReadFull(c.r, head[8-more:]); err != nil {
			return nil, err
		}
		n = binary.BigEndian.Uint64(head[:])
	}
	payload := make([]byte, n)
	_, err := io.ReadFull(c.r, payload)
	return payload, err
}

func TestHandshakeIsRefused(t *testing.T) {
	s := start(t, func(c *gate.Config) { c.Origins = []string{"https://play.example.org"} })
	host := s.http.Listener.Addr().String()
	for origin, ok := range map[string]bool{
		"":                         true,
		"http://" + host:           true,
		"https://play.example.org": true,
		"https://evil.example.org": false,
		"null":                     false,
		"http://" + host + ".evil": false,
	} {
		header := http.Header{}
		if origin != "" {
			header.Set("Origin", origin)
		}
		c, err := client.Dial(s.ctx, s.url, client.Options{Header: header})
		if (err == nil) != ok {
			t.Errorf("origin %q: %v", origin, err)
		}
		if err == nil {
			c.Close()
		}
	}
	for _, header := range []http.Header{
		{},
		{"Sec-Websocket-Protocol": {"chat"}},
		{"Sec-Websocket-Protocol": {wire.SubprotocolJSON}}, // no upgrade asked for
	} {
		req, _ := http.NewRequest("GET", s.http.URL+"/play", nil)
		req.Header = header
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode != http.StatusBadRequest {
			t.Errorf("%v: %s", header, resp.Status)
		}
	}
	s.until("a refused handshake is still counted", func() bool { st := s.gate.Stats(); return st.Pending == 0 && st.Sockets == 0 })
}

func TestBothSubprotocolsOffered(t *testing.T) {
	s := start(t, nil)
	c := s.raw(wire.SubprotocolJSON + ", " + wire.SubprotocolBinary)
	defer c.Close()
	c.text(`{"id":1,"cmd":"ping"}`)
	if payload, err := c.frame(); err != nil || payload[0] != byte(wire.KindText) {
		t.Errorf("got %q, %v; want the binary codec", payload, err)
	}
}

func TestRateLimit(t *testing.T) {
	s := start(t, func(c *gate.Config) { c.Rate, c.Burst, c.Patience = 10, 5, 3 })
	c, _ := s.login("Ada") // takes two
	ask := func() error { _, err := c.Request(s.ctx, "echo", nil); return err }
	for i := range 3 {
		if err := ask(); err != nil {
			t.Fatalf("request %d: %v", i, err)
		}
	}
	refused(t, ask(), wire.CodeRateLimited)
	s.clock.forward(200 * time.Millisecond) // two more, and one of patience
	for range 2 {
		if err := ask(); err != nil {
			t.Fatal(err)
		}
	}
	for range 3 {
		refused(t, ask(), wire.CodeRateLimited)
	}
	if err := ask(); err == nil {
		t.Error("a request too many was answered")
	}
	s.closing(c, wire.ClosingRateLimited)
}

func TestAPingIsNoDeed(t *testing.T) {
	s := start(t, nil)
	c, _ := s.login("Ada")
	acted := func() time.Duration {
		t.Helper()
		who, ok := s.gate.Find(1)
		if !ok {
			t.Fatal("nobody is found")
		}
		return who.Acted.Sub(who.Since)
	}
	for _, step := range []struct {
		command string
		want    time.Duration
	}{{"ping", 0}, {"echo", 2 * time.Minute}, {"ping", 2 * time.Minute}} {
		s.clock.forward(time.Minute)
		if _, err := c.Request(s.ctx, step.command, nil); err != nil {
			t.Fatal(err)
		}
		if got := acted(); got != step.want {
			t.Errorf("after %s: %v, want %v", step.command, got, step.want)
		}
	}
}

func TestOversizedMessageCloses(t *testing.T) {
	s := start(t, nil)
	c := s.dial(wire.JSON)
	if _, err := c.Request(s.ctx, "ping", strings.Repeat("x", 16_000)); err != nil {
		t.Fatalf("a large message: %v", err)
	}
	if _, err := c.Request(s.ctx, "ping", strings.Repeat("x", 16<<10)); err == nil {
		t.Fatal("an oversized message was answered")
	}
	<-c.Done()
	var closed *gws.CloseError
	if !errors.As(c.Err(), &closed) || closed.Code != 1009 {
		t.Errorf("closed with %v", c.Err())
	}
}

func TestBadRequestsAreAnswered(t *testing.T) {
	s := start(t, nil)
	c := s.raw(wire.SubprotocolJSON)
	defer c.Close()
	for _, text := range []string{`x`, `[]`, `{"id":1}`, strings.Repeat("[", 100)} {
		c.text(text)
		payload, err := c.frame()
		if err != nil {
			t.Fatal(err)
		}
		m, err := wire.Decode(wire.JSON, payload)
		if err != nil || m.Err == nil || m.Err.Code != wire.CodeBadRequest {
			t.Errorf("%s: %s", text, payload)
		}
	}
}

// Frames that break the WebSocket protocol end their connection and nothing else.
// The first has a length that is negative as a signed number.
func TestBrokenFrames(t *testing.T) {
	s := start(t, nil)
	other, _ := s.login("Ada")
	for name, frame := range map[string][]byte{
		"length":   {0x82, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 1, 2, 3, 4},
		"unmasked": {0x81, 0x01, 'x'},
		"reserved": {0xF1, 0x81, 0, 0, 0, 0, 'x'},
		"opcode":   {0x83, 0x81, 0, 0, 0, 0, 'x'},
		"utf-8":    {0x81, 0x81, 0, 0, 0, 0, 0xFF},
		"continue": {0x80, 0x81, 0, 0, 0, 0, 'x'},
		"ping":     {0x09, 0x80, 0, 0, 0, 0},
	} {
		c := s.raw(wire.SubprotocolJSON)
		c.Write(frame)
		payload, err := c.frame()
		if err != nil || len(payload) < 2 || binary.BigEndian.Uint16(payload) < 1002 {
			t.Errorf("%s: got %q, %v; want a close frame", name, payload, err)
		}
		if _, err := c.r.ReadByte(); err != io.EOF {
			t.Errorf("%s: then %v", name, err)
		}
		c.Close()
	}
	if _, err := other.Request(s.ctx, "echo", nil); err != nil {
		t.Errorf("somebody else: %v", err)
	}
	s.until("a socket stays", func() bool { return s.gate.Stats().Sockets == 1 })
	if log := s.logs.String(); strings.Contains(log, "level=ERROR") || strings.Contains(log, "goroutine") {
		t.Errorf("strangers write to the operator's log: %s", log)
	}
}

// broken is a world with a fault in it.
type broken struct{ gate.World }

func (broken) Command(world.CharacterID, gate.Request) { panic("a fault") }

// A fault of the server's own costs one connection, and the operator hears of it.
func TestFaultIsLogged(t *testing.T) {
	s := start(t, func(c *gate.Config) { c.World = broken{c.World} })
	ada, _ := s.login("Ada")
	if _, err := ada.Request(s.ctx, "echo", nil); err == nil {
		t.Error("the request was answered")
	}
	s.until("the log has the fault", func() bool {
		log := s.logs.String()
		return strings.Contains(log, "level=ERROR") && strings.Contains(log, "a fault")
	})
}

// Pongs that nobody asked for count as requests do, in the end.
func TestPongFlood(t *testing.T) {
	s := start(t, func(c *gate.Config) { c.Burst, c.Patience = 5, 5 })
	c := s.raw(wire.SubprotocolJSON)
	defer c.Close()
	c.SetDeadline(time.Now().Add(patience)) // or the test would wait for ever
	c.Write(bytes.Repeat([]byte{0x8A, 0x80, 0, 0, 0, 0}, 20))
	payload, err := c.frame()
	if err != nil || !strings.Contains(string(payload), wire.ClosingRateLimited) {
		t.Errorf("got %q, %v", payload, err)
	}
}

func TestPingAndClose(t *testing.T) {
	s := start(t, nil)
	c := s.raw(wire.SubprotocolJSON)
	defer c.Close()
	c.Write([]byte{0x89, 0x82, 0, 0, 0, 0, 'h', 'i'})
	if payload, err := c.frame(); err != nil || string(payload) != "hi" {
		t.Errorf("the pong is %q, %v", payload, err)
	}
	c.Write([]byte{0x88, 0x82, 0, 0, 0, 0, 0x03, 0xE8})
	if payload, err := c.frame(); err != nil || string(payload) != "\x03\xE8" {
		t.Errorf("the close is answered by %q, %v", payload, err)
	}
	if _, err := c.r.ReadByte(); err != io.EOF {
		t.Errorf("then %v", err)
	}
}

// Silence is first pinged, which a living client answers, then closed.
func TestIdle(t *testing.T) {
	s := start(t, nil)
	alive, _ := s.login("Ada")
	dead := s.raw(wire.SubprotocolJSON)
	defer dead.Close()
	dead.text(`{"id":1,"cmd":"login","args":{"name":"Bob","password":"x"}}`)
	s.player("Bob")
	s.sweep(31 * time.Second)
	s.until("no ping arrives", func() bool {
		payload, err := dead.frame()
		return err == nil && len(payload) == 0
	})
	// Ada's client has been pinged too; once its pong is in, its echo is.
	if _, err := alive.Request(s.ctx, "echo", nil); err != nil {
		t.Fatal(err)
	}
	s.sweep(45 * time.Second)
	var last []byte
	s.until("Bob is not closed", func() bool {
		payload, err := dead.frame()
		if err == nil {
			last = payload
		}
		return err != nil
	})
	if !strings.HasSuffix(string(last), wire.ClosingIdle) {
		t.Errorf("closed with %q", last)
	}
	if _, err := alive.Request(s.ctx, "echo", nil); err != nil {
		t.Errorf("who answers stays: %v", err)
	}
}

// slow is a player whose client does not read.
func (s *server) slow(name string) (*rawConn, gate.Client) {
	s.t.Helper()
	c := s.raw(wire.SubprotocolBinary)
	s.t.Cleanup(func() { c.Close() })
	c.text(`{"id":1,"cmd":"login","args":{"name":"` + name + `","password":"x"}}`)
	return c, s.player(name)
}

func bigDelta(tick world.Tick) *wire.Frame {
	d := &wire.Delta{Tick: tick}
	for i := range 500 {
		d.Gone = append(d.Gone, world.EntityID(i*1000))
	}
	for i := range 200 {
		d.Add = append(d.Add, wire.Entity{ID: world.FirstDynamicID + world.EntityID(i), Name: strings.Repeat("x", 100)})
	}
	return wire.NewDelta(d)
}

func TestOverflowAsksForASnapshot(t *testing.T) {
	s := start(t, nil)
	raw, player := s.slow("Ada")
	tick := world.Tick(1)
	for ; s.gate.Stats().Overflows == 0; tick++ {
		player.Send(bigDelta(tick))
	}
	if player.NeedSnapshot() {
		t.Error("a snapshot is asked for while the way is blocked")
	}
	player.Send(wire.NewEvent("chat", map[string]world.Value{"text": "kept"}))
	player.Send(bigDelta(1e6)) // refused: it would not fit what the client knows
	seen := readKinds(t, raw, func(m *wire.Message) bool { return m.Event == "chat" })
	if last := seen[len(seen)-2]; last.Kind != wire.KindDelta || last.Delta.Tick >= tick-1 {
		t.Errorf("before the event came %v", last)
	}
	s.until("no snapshot is asked for", player.NeedSnapshot)
	player.Send(bigDelta(1e6 + 1))
	player.Send(wire.NewSnapshot(&wire.Snapshot{Tick: 1e6 + 2}))
	if player.NeedSnapshot() {
		t.Error("another snapshot is asked for")
	}
	player.Send(bigDelta(1e6 + 3))
	seen = readKinds(t, raw, func(m *wire.Message) bool { return m.Kind == wire.KindDelta })
	if len(seen) != 2 || seen[0].Kind != wire.KindSnapshot || seen[1].Delta.Tick != 1e6+3 {
		t.Errorf("then came %v", seen)
	}
}

// readKinds reads messages up to the one that is last.
func readKinds(t *testing.T, c *rawConn, last func(*wire.Message) bool) []*wire.Message {
	t.Helper()
	var seen []*wire.Message
	for {
		payload, err := c.frame()
		if err != nil {
			t.Fatal(err)
		}
		m, err := wire.Decode(wire.Binary, payload)
		if err != nil {
			t.Fatal(err)
		}
		if seen = append(seen, m); last(m) {
			return seen
		}
	}
}

func TestTooSlowForTooLong(t *testing.T) {
	s := start(t, nil)
	raw, player := s.slow("Ada")
	for s.gate.Stats().Overflows == 0 {
		player.Send(bigDelta(1))
	}
	s.sweep(19 * time.Second)
	if s.refusals.Of(peer.TooSlow) != 0 {
		t.Error("closed early")
	}
	s.sweep(2 * time.Second)
	readKinds(t, raw, func(m *wire.Message) bool { return m.Event == "closing" && m.Fields["code"] == wire.ClosingTooSlow })
	s.until("it is not a dropped socket", func() bool { raw.Close(); return s.gate.Stats().Lingering == 1 })
}

// Events may not be dropped: who takes none is closed, and cut off when it does not
// even take the reason.
func TestTooManyEventsForASlowPlayer(t *testing.T) {
	s := start(t, nil)
	_, player := s.slow("Ada")
	f := wire.NewEvent("chat", map[string]world.Value{"text": strings.Repeat("x", 10_000)})
	for range 100_000 {
		if player.Send(f); s.refusals.Of(peer.TooSlow) > 0 {
			break
		}
	}
	s.sweep(3 * time.Second)
	s.until("it is not cut off", func() bool { st := s.gate.Stats(); return st.Sockets == 0 && st.Lingering == 1 })
}

// One frame to a player who keeps up costs no allocation and no goroutine.
func TestSendAllocatesNothing(t *testing.T) {
	s := start(t, nil)
	_, player := s.slow("Ada") // reads nothing, so that only the gate is measured
	f := wire.NewDelta(&wire.Delta{Tick: 5})
	player.Send(f)
	if n := testing.AllocsPerRun(200, func() { player.Send(f) }); n != 0 {
		t.Errorf("%v allocations a frame", n)
	}
}
