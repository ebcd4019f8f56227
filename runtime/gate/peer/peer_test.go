package peer

import (
	"io"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"testing"
	"time"
)

func TestNetworks(t *testing.T) {
	for text, want := range map[string]string{
		"10.0.0.7:443":         "10.0.0.7",
		"[2001:db8::1]:443":    "2001:db8::/64",
		"2001:db8:0:0:ffff::9": "2001:db8::/64",
		"[::ffff:10.0.0.7]:1":  "10.0.0.7", // IPv4 in the clothes of IPv6
		"[fe80::1%eth0]:80":    "fe80::/64",
		"2001:db8:0:1::1":      "2001:db8:0:1::/64",
	} {
		if got := Show(Network(Parse(text))); got != want {
			t.Errorf("%s is of %s, want %s", text, got, want)
		}
	}
	if a := Parse("@"); a.IsValid() {
		t.Errorf("a local socket has the address %v", a)
	}
	for text, local := range map[string]bool{"127.0.0.1:1": true, "[::1]:1": true, "127.0.0.2:1": false, "10.0.0.1": false, "": false} {
		if Local(Parse(text)) != local {
			t.Errorf("%q local: %v", text, !local)
		}
	}
}

func TestLimit(t *testing.T) {
	l := NewLimiter[string](Limit{Burst: 3, Every: time.Second})
	at := time.Unix(1000, 0)
	for i := range 5 {
		if got := l.Take("a", at); got != (i < 3) {
			t.Errorf("the %dth: %v", i+1, got)
		}
	}
	if !l.Take("b", at) {
		t.Error("another pays for it")
	}
	if w := l.Wait("a", at); w != time.Second {
		t.Errorf("to wait: %v", w)
	}
	if !l.Take("a", at.Add(time.Second)) || l.Take("a", at.Add(time.Second)) {
		t.Error("it is not one a second")
	}
	if l.Take("c", at); l.Take("c", at.Add(-time.Hour)) == false {
		t.Error("who looked at the clock earlier, and came later, is refused")
	}
	for i := range 2 * mostKnown {
		l.Add(string(rune(i))+"x", at)
	}
	if len(l.by) > mostKnown {
		t.Errorf("%d are remembered", len(l.by))
	}
}

func TestAlarmOnceABurst(t *testing.T) {
	a := Alarm{From: 3}
	n, at := Network(Parse("10.0.0.7")), time.Unix(1000, 0)
	logged := 0
	for i := range 250 {
		if a.Note(n, at.Add(time.Duration(i)*80*time.Millisecond)) {
			logged++
		}
	}
	if logged != 1 {
		t.Errorf("logged %d times", logged)
	}
	at = at.Add(5 * time.Minute)
	for range 3 {
		if a.Note(n, at) {
			logged++
		}
	}
	if logged != 2 {
		t.Error("the next burst is not logged")
	}
}

func TestForwardedFor(t *testing.T) {
	p, err := ParseProxies([]string{"127.0.0.1", "10.0.0.0/8", "2001:db8::/32"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := ParseProxies([]string{"nginx"}); err == nil {
		t.Error("a name is taken for an address")
	}
	for _, c := range []struct{ from, header, want string }{
		{"127.0.0.1:9", "", "127.0.0.1"},
		{"127.0.0.1:9", "192.0.2.1", "192.0.2.1"},
		{"127.0.0.1:9", "198.51.100.9, 192.0.2.1", "192.0.2.1"}, // the left one is the client's own word
		{"127.0.0.1:9", "198.51.100.9, 192.0.2.1, 10.1.1.1", "192.0.2.1"},
		{"127.0.0.1:9", "192.0.2.1, rubbish", "127.0.0.1"},
		{"127.0.0.1:9", "192.0.2.1:5555", "192.0.2.1"},
		{"127.0.0.1:9", "[2001:dead::1]:5555", "2001:dead::1"},
		{"203.0.113.5:9", "192.0.2.1", "203.0.113.5"}, // no proxy: not believed
		{"[::ffff:127.0.0.1]:9", "192.0.2.1", "192.0.2.1"},
	} {
		r := &http.Request{RemoteAddr: c.from, Header: http.Header{}}
		if c.header != "" {
			r.Header.Set("X-Forwarded-For", c.header)
		}
		if got := p.Client(r).String(); got != c.want {
			t.Errorf("%s with %q is %s, want %s", c.from, c.header, got, c.want)
		}
	}
}

func TestProxyProtocol(t *testing.T) {
	v2 := func(family byte, tail string) string {
		return string(version2) + "\x21" + string(family) + string([]byte{byte(len(tail) >> 8), byte(len(tail))}) + tail
	}
	p, _ := ParseProxies([]string{"127.0.0.1"})
	inner, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer inner.Close()
	l := p.Listener(inner)
	for _, c := range []struct{ send, want, rest string }{
		{"GET / HTTP/1.1\r\n", "127.0.0.1", "GET / HTTP/1.1\r\n"},
		{"PROXY TCP4 192.0.2.1 10.0.0.1 4000 443\r\nGET", "192.0.2.1", "GET"},
		{"PROXY TCP6 2001:db8::5 ::1 4000 443\r\nGET", "2001:db8::5", "GET"},
		{"PROXY UNKNOWN\r\nGET", "127.0.0.1", "GET"},
		{"PROX", "127.0.0.1", "PROX"},
		{"PROXY TCP4 192.0.2.300 10.0.0.1 4000 443\r\nGET", "127.0.0.1", "?"},
		{"PROXY " + strings.Repeat("x", 200), "127.0.0.1", "?"},
		{v2(0x11, "\xc0\x00\x02\x01\x0a\x00\x00\x01\x0f\xa0\x01\xbb") + "GET", "192.0.2.1", "GET"},
		{v2(0x21, strings.Repeat("\x20", 16)+strings.Repeat("\x00", 16)+"\x0f\xa0\x01\xbb") + "GET", "2020:2020:2020:2020:2020:2020:2020:2020", "GET"},
	} {
		client, err := net.Dial("tcp", inner.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		conn, err := l.Accept()
		if err != nil {
			t.Fatal(err)
		}
		io.WriteString(client, c.send)
		client.(*net.TCPConn).CloseWrite()
		if got := Parse(conn.RemoteAddr().String()); got != netip.MustParseAddr(c.want) {
			t.Errorf("%q comes from %v, want %s", c.send, got, c.want)
		}
		rest, err := io.ReadAll(conn)
		if bad := strings.HasSuffix(c.rest, "?"); bad != (err != nil) || !bad && string(rest) != c.rest {
			t.Errorf("%q: then %q, %v", c.send, rest, err)
		}
		client.Close()
		conn.Close()
	}
}
