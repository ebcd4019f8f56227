package gate_test

import (
	"fmt"
	"net"
	"strings"
	"syscall"
	"testing"

	"hotshard/runtime/gate"
	"hotshard/runtime/gate/wire"
)

// ada signs in by hand and returns both ends of the connection. On the way
// between them nothing waits: what is written to a socket of the same machine is
// there when the write has returned.
func (s *server) ada(codec string) (*rawConn, gate.Client) {
	s.t.Helper()
	c := s.raw(codec)
	s.t.Cleanup(func() { c.Close() })
	c.text(`{"id":1,"cmd":"login","args":{"name":"Ada","password":"x"}}`)
	for range 2 { // the answer and the welcome
		if _, err := c.frame(); err != nil {
			s.t.Fatal(err)
		}
	}
	return c, s.player("Ada")
}

// arrived returns how many bytes wait to be read.
func (c *rawConn) arrived(t *testing.T) int {
	t.Helper()
	raw, err := c.Conn.(*net.TCPConn).SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	raw.Control(func(fd uintptr) {
		n, _, err = syscall.Recvfrom(int(fd), make([]byte, 1<<20), syscall.MSG_PEEK|syscall.MSG_DONTWAIT)
	})
	if err == syscall.EAGAIN {
		return 0
	}
	return max(0, n) + c.r.Buffered()
}

// read returns the beginnings of so many frames.
func (c *rawConn) read(t *testing.T, n int) string {
	t.Helper()
	var got []string
	for range n {
		b, err := c.frame()
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, string(b[:min(len(b), 10)]))
	}
	return strings.Join(got, " ")
}

func TestCorkedAnswersGoWithTheDelta(t *testing.T) {
	s := start(t, nil)
	s.arena.quiet = true
	c, ada := s.ada(wire.SubprotocolJSON)
	ada.Cork()
	ada.Reply(2, true, nil)
	ada.Send(wire.NewEvent("chat", nil))
	if n := c.arrived(t); n != 0 {
		t.Errorf("%d bytes came before the delta", n)
	}
	ada.Send(courses(3))
	if c.arrived(t) == 0 {
		t.Error("the delta waits, too")
	}
	ada.Send(wire.NewEvent("late", nil))
	if got, want := c.read(t, 3), `{"re":2,"o {"ev":"cha {"ev":"del`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if n := c.arrived(t); n != 0 {
		t.Errorf("%d bytes came after the delta", n)
	}
	ada.Uncork()
	if c.arrived(t) == 0 {
		t.Error("what was held did not come")
	}
	ada.Send(wire.NewEvent("free", nil))
	if got, want := c.read(t, 2), `{"ev":"lat {"ev":"fre`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestCorkHoldsALimitedAmount(t *testing.T) {
	s := start(t, nil)
	s.arena.quiet = true
	c, ada := s.ada(wire.SubprotocolJSON)
	ada.Cork()
	for i := range 20 {
		ada.Reply(uint64(i), strings.Repeat("x", 4000), nil)
	}
	if c.arrived(t) == 0 {
		t.Error("80 kB are held")
	}
	ada.Uncork()
	for i := range 20 {
		b, err := c.frame()
		if err != nil || !strings.HasPrefix(string(b), fmt.Sprintf(`{"re":%d,`, i)) {
			t.Fatalf("got %.20q, %v; want answer %d", b, err, i)
		}
	}
}

func TestCorkedAnswersPrecedeTheEnd(t *testing.T) {
	s := start(t, nil)
	s.arena.quiet = true
	c, ada := s.ada(wire.SubprotocolJSON)
	ada.Cork()
	ada.Reply(2, true, nil)
	ada.Close("enough")
	if got, want := c.read(t, 2), `{"re":2,"o {"ev":"clo`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	ada.Uncork() // has nothing to do any more
}
