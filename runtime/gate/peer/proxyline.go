package peer

import (
	"bytes"
	"encoding/binary"
	"errors"
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
	return &proxied{TCPConn: tcp, remote: c.RemoteAddr()}, nil
}

// proxied is a connection from a proxy. The header is read when somebody first asks
// who is there, or what they say: not while others wait to be accepted.
type proxied struct {
	*net.TCPConn
	once   sync.Once
	remote net.Addr
	ahead  []byte // read, and not the header's
	err    error
}

// RemoteAddr is whom the proxy speaks for.
func (c *proxied) RemoteAddr() net.Addr {
	c.once.Do(c.header)
	return c.remote
}

// Read reads behind the header.
func (c *proxied) Read(b []byte) (int, error) {
	c.once.Do(c.header)
	if c.err != nil {
		return 0, c.err
	}
	if len(c.ahead) > 0 {
		n := copy(b, c.ahead)
		c.ahead = c.ahead[n:]
		return n, nil
	}
	return c.TCPConn.Read(b)
}

// header reads the header, if there is one.
func (c *proxied) header() {
	_ = c.SetReadDeadline(time.Now().Add(proxyWait)) // a connection that takes none fails at the next read
	defer c.SetReadDeadline(time.Time{})
	for {
		switch {
		case bytes.HasPrefix(c.ahead, lineStart):
			c.line()
			return
		case bytes.HasPrefix(c.ahead, version2):
			c.binary()
			return
		case !bytes.HasPrefix(lineStart, c.ahead) && !bytes.HasPrefix(version2, c.ahead):
			return // it begins with something else
		}
		if !c.more(len(c.ahead) + 1) {
			c.err = nil // it ended before it was a header: the next read says how
			return
		}
	}
}

// more reads until there are so many bytes.
func (c *proxied) more(n int) bool {
	have := len(c.ahead)
	if have >= n {
		return true
	}
	b := append(c.ahead, make([]byte, n-have)...)
	got, err := io.ReadFull(c.TCPConn, b[have:])
	c.ahead = b[:have+got]
	if err != nil {
		c.err = err
	}
	return err == nil
}

// line is version 1: PROXY TCP4 10.1.2.3 10.0.0.1 40000 443
func (c *proxied) line() {
	for !bytes.HasSuffix(c.ahead, []byte("\r\n")) {
		if len(c.ahead) >= longestLine {
			c.err = errors.New("the PROXY line does not end")
			return
		}
		if !c.more(len(c.ahead) + 1) {
			return
		}
	}
	words := strings.Fields(string(c.ahead))
	c.ahead = nil
	if len(words) == 2 && words[1] == "UNKNOWN" {
		return
	}
	if len(words) != 6 || words[1] != "TCP4" && words[1] != "TCP6" {
		c.err = fmt.Errorf("a PROXY line that says nothing: %q", words)
		return
	}
	at, err := netip.ParseAddrPort(net.JoinHostPort(words[2], words[4]))
	if err != nil {
		c.err = err
		return
	}
	c.remote = net.TCPAddrFromAddrPort(at)
}

// binary is version 2: 12 bytes that nobody else sends, version and command, family,
// length, addresses.
func (c *proxied) binary() {
	const head = 16
	if !c.more(head) {
		return
	}
	command, family := c.ahead[12], c.ahead[13]
	size := int(binary.BigEndian.Uint16(c.ahead[14:]))
	if command>>4 != 2 || size > longestTail {
		c.err = errors.New("a PROXY header of a version or length that is not known")
		return
	}
	if !c.more(head + size) {
		return
	}
	tail := c.ahead[head:]
	c.ahead = nil
	switch {
	case command&15 == 0: // the proxy itself, to see whether anybody is there
	case family == 0x11 && size >= 12:
		c.remote = net.TCPAddrFromAddrPort(netip.AddrPortFrom(netip.AddrFrom4([4]byte(tail)), binary.BigEndian.Uint16(tail[8:])))
	case family == 0x21 && size >= 36:
		c.remote = net.TCPAddrFromAddrPort(netip.AddrPortFrom(netip.AddrFrom16([16]byte(tail)), binary.BigEndian.Uint16(tail[32:])))
	}
}
