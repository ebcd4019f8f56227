package peer

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"net/netip"
	"os"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// stream is what a TCP connection can, with a proxy's header before it or not.
type stream interface {
	net.Conn
	syscall.Conn
	io.ReaderFrom
	CloseWrite() error
	SetWriteBuffer(bytes int) error
	SetLinger(seconds int) error
	File() (*os.File, error)
}

// Guest is a connection that was let through a Turnstile.
type Guest struct {
	stream
	turnstile *Turnstile
	from      netip.Addr // by which it counts
	out       sync.Once

	mu     sync.Mutex
	seated bool // somebody is signed in on it
	gone   bool

	http guestHTTP
}

// guestHTTP is how far a guest has come with a request; it says why its connection is
// closed. See Turnstile.Guard.
type guestHTTP struct {
	state    atomic.Int32 // of http.ConnState
	asked    atomic.Bool  // a handler has the request
	patient  atomic.Bool  // the deadline is one, and does not only wake a reader
	late     atomic.Bool  // ... and has passed
	unread   atomic.Bool  // ... for an answer
	departed atomic.Bool  // the other side has closed
}

// Close closes the connection, and gives its place to others.
func (g *Guest) Close() error {
	g.out.Do(func() { g.leave() })
	return g.stream.Close()
}

func (g *Guest) leave() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.gone = true
	g.turnstile.mu.Lock()
	defer g.turnstile.mu.Unlock()
	if g.seated {
		g.turnstile.count(g.from, -1, 0)
	} else {
		g.turnstile.count(g.from, -1, -1)
	}
}

// Seat notes that somebody has signed in.
func (g *Guest) Seat() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.seated || g.gone {
		return
	}
	g.seated = true
	g.turnstile.mu.Lock()
	defer g.turnstile.mu.Unlock()
	g.turnstile.count(g.from, 0, -1)
}

// GuestOf is the guest that a connection is, under TLS or not; nil for none.
func GuestOf(c net.Conn) *Guest {
	if encrypted, ok := c.(*tls.Conn); ok {
		c = encrypted.NetConn()
	}
	g, _ := c.(*Guest)
	return g
}

// SetReadDeadline notes whether it is one: an HTTP server wakes its reader by one that
// is long past.
func (g *Guest) SetReadDeadline(t time.Time) error {
	g.http.patient.Store(t.Unix() > 1)
	return g.stream.SetReadDeadline(t)
}

// Read reads, and notes why there is nothing more.
func (g *Guest) Read(b []byte) (int, error) {
	n, err := g.stream.Read(b)
	switch {
	case err == nil:
	case errors.Is(err, os.ErrDeadlineExceeded):
		if g.http.patient.Load() {
			g.http.late.Store(true)
		}
	case errors.As(err, new(*badProxy)):
		g.turnstile.cfg.Refusals.Add(BadProxy)
		g.http.departed.Store(true)
	default:
		g.http.departed.Store(true)
	}
	return n, err
}

// Write writes, and notes when it was not taken.
func (g *Guest) Write(b []byte) (int, error) {
	n, err := g.stream.Write(b)
	g.wrote(err)
	return n, err
}

// ReadFrom is Write of all that a reader has.
func (g *Guest) ReadFrom(r io.Reader) (int64, error) {
	n, err := g.stream.ReadFrom(r)
	g.wrote(err)
	return n, err
}

func (g *Guest) wrote(err error) {
	if errors.Is(err, os.ErrDeadlineExceeded) {
		g.http.unread.Store(true)
	} else if err != nil {
		g.http.departed.Store(true)
	}
}

type guestKey struct{}

// Guard has an HTTP server, one that serves a Listener of the Turnstile, tell by which
// kind of refusal its connections end.
func (t *Turnstile) Guard(srv *http.Server) {
	next := srv.Handler
	srv.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if g, ok := r.Context().Value(guestKey{}).(*Guest); ok && g != nil {
			g.http.asked.Store(true)
		}
		next.ServeHTTP(w, r)
	})
	srv.ConnContext = func(ctx context.Context, c net.Conn) context.Context {
		return context.WithValue(ctx, guestKey{}, GuestOf(c))
	}
	seen := srv.ConnState
	srv.ConnState = func(c net.Conn, to http.ConnState) {
		if seen != nil {
			seen(c, to)
		}
		if g := GuestOf(c); g != nil {
			g.turns(to)
		}
	}
}

// turns notes how far the connection has come, and counts why it was closed.
func (g *Guest) turns(to http.ConnState) {
	h := &g.http
	was := http.ConnState(h.state.Swap(int32(to)))
	switch to {
	case http.StateActive:
		h.asked.Store(false)
	case http.StateClosed:
		if why, ok := h.refused(was); ok {
			g.turnstile.cfg.Refusals.Add(why)
		}
	}
}

// refused is why a connection was closed that had come so far; false where nobody was
// refused anything.
func (h *guestHTTP) refused(was http.ConnState) (Refusal, bool) {
	switch {
	case h.late.Load() && was == http.StateNew:
		return Silent, true
	case h.late.Load() && was == http.StateActive: // also where there was no time left to say so
		return SlowHTTP, true
	case h.unread.Load():
		return UnreadHTTP, true
	case was == http.StateActive && !h.asked.Load() && !h.departed.Load():
		return BadHTTP, true
	}
	return 0, false
}
