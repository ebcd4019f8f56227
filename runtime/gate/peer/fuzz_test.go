package peer

import (
	"bytes"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/iotest"
)

// FuzzProxyHeader reads what a proxy may say first: however it is cut, the same comes out,
// and nothing behind the header is lost.
func FuzzProxyHeader(f *testing.F) {
	for _, text := range []string{
		"", "P", "PROXY ", "GET / HTTP/1.1\r\n", "PROXY TCP4 192.0.2.1 10.0.0.1 4000 443\r\nGET", "PROXY TCP6 2001:db8::5 ::1 4000 443\r\n", "PROXY UNKNOWN\r\n",
		"PROXY TCP4 192.0.2.1%x 10.0.0.1 4000 443\r\n", "PROXY " + strings.Repeat("x", 200),
		string(version2) + "\x21\x11\x00\x0c\xc0\x00\x02\x01\x0a\x00\x00\x01\x0f\xa0\x01\xbbGET", string(version2) + "\x20\x00\x00\x00x", string(version2) + "\x21\x21\xff\xff",
	} {
		f.Add([]byte(text))
	}
	proxy := &net.TCPAddr{IP: net.IPv4(10, 0, 0, 1), Port: 1}
	f.Fuzz(func(t *testing.T, b []byte) {
		whole := header{from: bytes.NewReader(b), remote: proxy}
		whole.read()
		cut := header{from: iotest.OneByteReader(bytes.NewReader(b)), remote: proxy}
		cut.read()
		if whole.remote.String() != cut.remote.String() || (whole.err == nil) != (cut.err == nil) || !bytes.Equal(whole.ahead, cut.ahead) {
			t.Fatalf("whole: %+v, in pieces: %+v", whole, cut)
		}
		if whole.err != nil {
			return
		}
		rest, err := io.ReadAll(io.MultiReader(bytes.NewReader(whole.ahead), whole.from))
		if err != nil || !bytes.HasSuffix(b, rest) {
			t.Fatalf("behind the header stands %q of %q, %v", rest, b, err)
		}
		if whole.remote == net.Addr(proxy) && !bytes.HasPrefix(b, lineStart) && !bytes.HasPrefix(b, version2) && len(rest) != len(b) {
			t.Fatalf("%q has no header, and loses %d bytes", b, len(b)-len(rest))
		}
	})
}

// FuzzForwardedFor reads the header of a proxy: nobody but a proxy is believed, and a
// proxy never passes for a client that it has named otherwise.
func FuzzForwardedFor(f *testing.F) {
	f.Add("127.0.0.1:9", "192.0.2.1")
	f.Add("127.0.0.1:9", "198.51.100.9, 192.0.2.1, 10.1.1.1")
	f.Add("203.0.113.5:9", "192.0.2.1")
	f.Add("[::ffff:127.0.0.1]:9", "[2001:dead::1]:5555,,")
	f.Add("@", "x")
	p, err := ParseProxies([]string{"127.0.0.1", "10.0.0.0/8", "2001:db8::/32"})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, from, header string) {
		r := &http.Request{RemoteAddr: from, Header: http.Header{"X-Forwarded-For": {header}}}
		at, got := Parse(from), p.Client(r)
		switch {
		case !p.Trusts(at) && got != at:
			t.Errorf("%s says that it is %s, and is believed: %q", from, got, header)
		case got != at && !got.IsValid():
			t.Errorf("%s with %q is nobody", from, header)
		case got.IsValid() && !Network(got).Contains(got):
			t.Errorf("%s is not of its own network %s", got, Network(got))
		}
	})
}

// FuzzNetwork reads what operators ban: what is shown of a network is that network again.
func FuzzNetwork(f *testing.F) {
	for _, text := range []string{"10.0.0.7", "10.0.0.0/8", "2001:db8::1", "2001:db8::/48", "::ffff:10.0.0.7", "::ffff:10.0.0.0/104", "fe80::1%eth0", "10.0.0.0/33", "1.2.3"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		n, err := ParseNetwork(text)
		if err != nil {
			return
		}
		again, err := ParseNetwork(Show(n))
		if err != nil || again != n || n != n.Masked() || n.Addr().Is4In6() || !n.Contains(n.Addr()) {
			t.Errorf("%q is %v, shown as %q, which is %v, %v", text, n, Show(n), again, err)
		}
	})
}
