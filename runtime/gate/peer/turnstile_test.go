package peer

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"
)

// gatehouse is a turnstile without a listener.
func gatehouse(c TurnstileConfig) *Turnstile {
	c.Refusals = new(Refusals)
	return NewTurnstile(c)
}

// fill takes places until there is none, and returns how many there were.
func fill(t *Turnstile, a string, most int) (n int) {
	for n < most && t.admit(netip.MustParseAddr(a)) == none {
		n++
	}
	return n
}

func TestConnectionsOfANetworkAreBounded(t *testing.T) {
	for _, c := range []struct {
		config TurnstileConfig
		from   []string
		want   []int
	}{
		{TurnstileConfig{Each: 40}, []string{"192.0.2.1", "192.0.2.2", "192.0.2.1"}, []int{10, 10, 0}},
		{TurnstileConfig{Each: 40}, []string{"2001:db8::1", "2001:db8::2"}, []int{10, 0}},                                              // a customer has a /64
		{TurnstileConfig{Each: 8}, []string{"2001:db8:0:1::1", "2001:db8:0:2::1", "2001:db8:0:3::1"}, []int{2, 2, 2}},                  // a site has many
		{TurnstileConfig{Each: 40, Most: 30}, []string{"192.0.2.1", "192.0.2.2", "192.0.2.3"}, []int{10, 5, 0}},                        // half for nobody's
		{TurnstileConfig{Each: 400, Shunned: func(a netip.Addr) bool { return a.Is4() }}, []string{"192.0.2.1", "::2"}, []int{4, 100}}, // banned
	} {
		ts := gatehouse(c.config)
		for i, from := range c.from {
			if n := fill(ts, from, 500); n != c.want[i] {
				t.Errorf("%+v: %d of %s, want %d", c.config, n, from, c.want[i])
			}
		}
	}
	ts := gatehouse(TurnstileConfig{Each: 8})
	n := 0
	for i := range 100 { // many /64 of one /48
		n += fill(ts, fmt.Sprintf("2001:db8:0:%x::1", i), 500)
	}
	if n != 2*wideFactor {
		t.Errorf("a site has %d connections", n)
	}
}

// port is a listener with a turnstile, and where to connect to.
func port(t *testing.T, c TurnstileConfig) (*Turnstile, net.Listener) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	ts := gatehouse(c)
	return ts, ts.Listener(c.Proxies.Listener(l))
}

// until waits for what others are about to do.
func until(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for began := time.Now(); !ok(); runtime.Gosched() {
		if time.Since(began) > 3*time.Minute {
			t.Fatal(what)
		}
	}
}

func TestWhoIsTurnedAwayIsCutOffAndCounted(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("127.0.0.2 is an address on Linux alone")
	}
	ts, l := port(t, TurnstileConfig{Each: 8, Made: Limit{Burst: 100, Every: time.Hour}})
	var guests []net.Conn
	var mu sync.Mutex
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			mu.Lock()
			guests = append(guests, c)
			mu.Unlock()
		}
	}()
	dial := func(from string) net.Conn { // nil where it is cut off at once
		c, err := (&net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(from)}}).Dial("tcp", l.Addr().String())
		if err != nil {
			return nil
		}
		t.Cleanup(func() { c.Close() })
		return c
	}
	for range 5 {
		dial("127.0.0.2")
	}
	until(t, "nobody is refused", func() bool { return ts.cfg.Refusals.Of(TooManyEach) == 3 })
	if last := dial("127.0.0.2"); last != nil {
		if n, err := last.Read(make([]byte, 1)); n != 0 || err == nil {
			t.Errorf("a refused one reads %d, %v", n, err)
		}
	}
	dial("127.0.0.3") // another pays for nothing
	until(t, "another is refused", func() bool { all, _ := ts.Open(); return all == 3 })
	mu.Lock()
	first := GuestOf(guests[0])
	first.Seat()
	first.Seat()
	if all, nobodys := ts.Open(); all != 3 || nobodys != 2 {
		t.Errorf("with one signed in there are %d, %d of them nobody's", all, nobodys)
	}
	for _, g := range guests {
		g.Close()
		g.Close()
	}
	mu.Unlock()
	ts.mu.Lock()
	if ts.all != 0 || ts.nobodys != 0 || len(ts.by) != 0 {
		t.Errorf("%d, %d, %v are left", ts.all, ts.nobodys, ts.by)
	}
	ts.mu.Unlock()
	for range 200 {
		if c := dial("127.0.0.4"); c != nil {
			c.Close()
		}
	}
	until(t, "fast ones are let in", func() bool { return ts.cfg.Refusals.Of(ConnectsFast) == 100 })
}

// Why a connection of an HTTP server ends is told apart.
func TestWhyConnectionsEnd(t *testing.T) {
	const short = 50 * time.Millisecond // what is waited for is the end, however long it takes
	ts, l := port(t, TurnstileConfig{})
	srv := &http.Server{ReadHeaderTimeout: short, ReadTimeout: short, WriteTimeout: short, IdleTimeout: short,
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/long" {
				for {
					if _, err := w.Write(make([]byte, 1<<20)); err != nil {
						return
					}
				}
			}
		})}
	ts.Guard(srv)
	go srv.Serve(l)
	defer srv.Close()
	for _, c := range []struct {
		send string
		read bool
		want Refusal
	}{
		{"", true, Silent},
		{"GET / HTTP/1.1\r\nHos", true, SlowHTTP},
		{"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n", true, SlowHTTP},
		{"rubbish\r\n\r\n", true, BadHTTP},
		{"GET /long HTTP/1.1\r\nHost: x\r\n\r\n", false, UnreadHTTP},
		{"GET / HTTP/1.1\r\nHost: x\r\n\r\n", true, none}, // idle, and closed
		{"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", true, none},
		{"GE", false, none}, // and goes
	} {
		conn, err := net.Dial("tcp", l.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		before := counts(ts.cfg.Refusals)
		io.WriteString(conn, c.send)
		switch {
		case c.read:
			io.Copy(io.Discard, conn)
		case c.want == none:
			conn.Close()
		}
		until(t, fmt.Sprintf("%.30q is not over", c.send), func() bool { all, _ := ts.Open(); return all == 0 })
		if c.want != none { // it is counted just behind the end
			until(t, fmt.Sprintf("%.30q is not counted as %s", c.send, c.want), func() bool { return ts.cfg.Refusals.Of(c.want) > before[c.want] })
		}
		var got []string
		EachRefusal(func(r Refusal) {
			if n := ts.cfg.Refusals.Of(r) - before[r]; n > 0 {
				got = append(got, fmt.Sprintf("%d %s", n, r))
			}
		})
		want := ""
		if c.want != none {
			want = "1 " + c.want.String()
		}
		if strings.Join(got, ", ") != want {
			t.Errorf("%.30q: %v, want %s", c.send, got, want)
		}
		conn.Close()
	}
}

func counts(c *Refusals) map[Refusal]uint64 {
	out := map[Refusal]uint64{}
	EachRefusal(func(r Refusal) { out[r] = c.Of(r) })
	return out
}

func TestRefusalsHaveNamesOfTheirOwn(t *testing.T) {
	seen := map[string]bool{}
	EachRefusal(func(r Refusal) {
		if r.String() == "" || seen[r.String()] {
			t.Errorf("kind %d is called %q", r, r)
		}
		seen[r.String()] = true
	})
}
