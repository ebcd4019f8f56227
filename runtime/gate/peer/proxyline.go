package peer

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"net/netip"
	"strings"
	"sync"
	"time"
)

// The PROXY protocol, both versions: what a proxy that does not speak HTTP says
// first on a connection.
var (
	lineStart = []byte("PROXY ")
	version2  = []byte("\r\n\r\n\x00\r\nQUIT\n")
)

const (
	longestLine = 107
	longestTail = 2048             // of version 2, extensions included
	proxyWait   = 10 * time.Second // for the header
)

// badProxy is a header that says nothing.
type badProxy struct{ text string }

func (e *badProxy) Error() string { return e.text }

func badProxyf(format string, args ...any) error { return &badProxy{fmt.Sprintf(format, args...)} }

// Listener understands the PROXY protocol on the connections of proxies; those of
// others are left alone.
func (p Proxies) Listener(l net.Listener) net.Listener {
	if len(p) == 0 {
		return l
	}
	return listener{l, p}
}

type listener struct {
	net.Listener
	proxies Proxies
}

func (l listener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	tcp, ok := c.(*net.TCPConn)
	if err != nil || !ok || !l.proxies.Trusts(Parse(c.RemoteAddr().String())) {
		return c, err
	}
	return &proxied{TCPConn: tcp, header: header{from: tcp, remote: c.RemoteAddr()}}, nil
}

// proxied is a connection from a proxy. The header is read when somebody first asks
// who is there, or what they say: not while others wait to be accepted.
type proxied struct {
	*net.TCPConn
	once   sync.Once
	header header
}

// RemoteAddr is whom the proxy speaks for.
func (c *proxied) RemoteAddr() net.Addr {
	c.once.Do(c.begin)
	return c.header.remote
}

// Read reads behind the header.
func (c *proxied) Read(b []byte) (int, error) {
	c.once.Do(c.begin)
	if c.header.err != nil {
		return 0, c.header.err
	}
	if len(c.header.ahead) > 0 {
		n := copy(b, c.header.ahead)
		c.header.ahead = c.header.ahead[n:]
		return n, nil
	}
	return c.TCPConn.Read(b)
}

func (c *proxied) begin() {
	_ = c.SetReadDeadline(time.Now().Add(proxyWait)) // a connection that takes none fails at the next read
	defer c.SetReadDeadline(time.Time{})
	c.header.read()
}

// header is what a proxy says first.
type header struct {
	from   io.Reader
	remote net.Addr // the proxy, until it is known for whom it speaks
	ahead  []byte   // read, and not the header's
	err    error
}

// read reads the header, if there is one.
func (h *header) read() {
	for {
		switch {
		case bytes.HasPrefix(h.ahead, lineStart):
			h.line()
			return
		case bytes.HasPrefix(h.ahead, version2):
			h.binary()
			return
		case !bytes.HasPrefix(lineStart, h.ahead) && !bytes.HasPrefix(version2, h.ahead):
			return // it begins with something else
		}
		if !h.more(len(h.ahead) + 1) {
			h.err = nil // it ended before it was a header: the next read says how
			return
		}
	}
}

// more reads until there are so many bytes.
func (h *header) more(n int) bool {
	have := len(h.ahead)
	if have >= n {
		return true
	}
	b := append(h.ahead, make([]byte, n-have)...)
	got, err := io.ReadFull(h.from, b[have:])
	h.ahead = b[:have+got]
	if err != nil {
		h.err = err
	}
	return err == nil
}

// line is version 1: PROXY TCP4 10.1.2.3 10.0.0.1 40000 443
func (h *header) line() {
	for !bytes.HasSuffix(h.ahead, []byte("\r\n")) {
		if len(h.ahead) >= longestLine {
			h.err = badProxyf("the PROXY line does not end")
			return
		}
		if !h.more(len(h.ahead) + 1) {
			return
		}
	}
	words := strings.Fields(string(h.ahead))
	h.ahead = nil
	if len(words) == 2 && words[1] == "UNKNOWN" {
		return
	}
	if len(words) != 6 || words[1] != "TCP4" && words[1] != "TCP6" {
		h.err = badProxyf("a PROXY line that says nothing: %q", words)
		return
	}
	at, err := netip.ParseAddrPort(net.JoinHostPort(words[2], words[4]))
	if err != nil {
		h.err = badProxyf("a PROXY line of nobody: %v", err)
		return
	}
	h.remote = net.TCPAddrFromAddrPort(at)
}

// binary is version 2: 12 bytes that nobody else sends, version and command, family,
// length, addresses.
func (h *header) binary() {
	const head = 16
	if !h.more(head) {
		return
	}
	command, family := h.ahead[12], h.ahead[13]
	size := int(binary.BigEndian.Uint16(h.ahead[14:]))
	if command>>4 != 2 || size > longestTail {
		h.err = badProxyf("a PROXY header of a version or length that is not known")
		return
	}
	if !h.more(head + size) {
		return
	}
	tail := h.ahead[head:]
	h.ahead = nil
	switch {
	case command&15 == 0: // the proxy itself, to see whether anybody is there
	case family == 0x11 && size >= 12:
		h.remote = net.TCPAddrFromAddrPort(netip.AddrPortFrom(netip.AddrFrom4([4]byte(tail)), binary.BigEndian.Uint16(tail[8:])))
	case family == 0x21 && size >= 36:
		h.remote = net.TCPAddrFromAddrPort(netip.AddrPortFrom(netip.AddrFrom16([16]byte(tail)), binary.BigEndian.Uint16(tail[32:])))
	}
}
