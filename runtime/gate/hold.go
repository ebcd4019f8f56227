package gate

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"time"

	"github.com/lxzan/gws"

	"hotshard/runtime/gate/wire"
)

// A gate can be held: it stops reading at the end of a message, whoever sends, and then
// writing in the middle of one. From there on the connections are values (see Parting)
// with which another process goes on, or this one does. Nobody at the other end notices
// more than a pause.

// errHeld is why a login that waits for its turn is read again later.
var errHeld = errors.New("the gate is held")

// pending counts what is under way; Gate.mu guards it.
type pending struct {
	n    int
	zero chan struct{} // closed when there is none; nil while nobody waits
}

func (p *pending) done() {
	if p.n--; p.n == 0 && p.zero != nil {
		close(p.zero)
		p.zero = nil
	}
}

// none returns a channel that is closed when nothing is under way.
func (p *pending) none() <-chan struct{} {
	if p.zero == nil {
		p.zero = make(chan struct{})
		if p.n == 0 {
			defer func() { p.zero = nil }()
			close(p.zero)
		}
	}
	return p.zero
}

// longAgo is a deadline that has passed.
var longAgo = time.Unix(1, 0)

// Hold stops reading: requests that have come are carried out or, where they wait for
// their turn to sign in, read again later. New connections are refused. It returns when
// nothing of the players' is on its way into the world, or with ctx's error: then nothing
// has changed. Resume follows.
func (g *Gate) Hold(ctx context.Context) error {
	g.mu.Lock()
	if g.closed || g.held.Load() {
		defer g.mu.Unlock()
		return errors.New("the gate is closed, or held already")
	}
	g.held.Store(true)
	g.endTurn(errHeld)
	quiet := g.readers.none()
	g.mu.Unlock()
	g.sweeping.Lock() // one that is under way may end sessions
	g.sweeping.Unlock()
	clients, _ := g.everyone()
	for _, c := range clients {
		if c.phase.Load() != phaseEnding {
			_ = c.out.conn.SetReadDeadline(longAgo) // of one that is gone: it ends by itself
		}
	}
	select {
	case <-quiet:
		return nil
	case <-ctx.Done():
		g.Resume()
		return fmt.Errorf("not everybody who was signing in has come to an end of it: %w", ctx.Err())
	}
}

// Still stops writing, once nobody sends any more but what may wait. It returns when
// that is so, and what the gate itself was doing is done, or with ctx's error.
func (g *Gate) Still(ctx context.Context) error {
	g.mu.Lock()
	idle := g.chores.none()
	g.mu.Unlock()
	select {
	case <-idle:
	case <-ctx.Done():
		return fmt.Errorf("sessions that end have not ended: %w", ctx.Err())
	}
	clients, _ := g.everyone()
	for _, c := range clients {
		c.out.halt()
	}
	for _, c := range clients {
		select {
		case <-c.out.stopping():
		case <-ctx.Done():
			return fmt.Errorf("a connection could not be stopped: %w", ctx.Err())
		}
	}
	return nil
}

// Speak goes on writing after Still, or Adopt.
func (g *Gate) Speak() {
	clients, _ := g.everyone()
	for _, c := range clients {
		c.out.resume()
	}
}

// Resume goes on after Hold, or Adopt, with everybody.
func (g *Gate) Resume() {
	g.Speak()
	clients, _ := g.everyone()
	g.mu.Lock()
	g.held.Store(false)
	g.newTurn()
	parked := g.parked
	g.parked, g.passed = nil, nil
	g.readers.n += len(parked)
	g.mu.Unlock()
	for _, c := range clients {
		if c.phase.Load() != phaseEnding {
			_ = c.out.conn.SetReadDeadline(time.Time{})
		}
	}
	for _, c := range parked {
		c.handed = false
		go c.run(c.reopen()) // made one after the other: a crowd that wakes at once keeps ticks from a processor
	}
}

// park notes that a client has stopped reading; false where the gate goes on already.
func (g *Gate) park(c *client) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if !g.held.Load() {
		return false
	}
	g.parked = append(g.parked, c)
	g.readers.done()
	return true
}

// doneReading notes that nothing of a connection comes any more.
func (g *Gate) doneReading() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.readers.done()
}

// newTurn lets logins wait for their turn; g.mu guards it.
func (g *Gate) newTurn() { g.turn, g.endTurn = context.WithCancelCause(g.ctx) }

func (g *Gate) turns() context.Context {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.turn
}

// reopen makes the connection's reading anew, where the last one stopped; of one that has
// just arrived it is made already.
func (c *client) reopen() *gws.Conn {
	c.frames.rewind(append(c.undone, c.frames.unread()...))
	c.undone = nil
	ws := c.ready
	if c.ready = nil; ws == nil {
		var err error
		if ws, err = c.open(c.gate.upgrader); err != nil { // it cannot be: the request is our own
			c.gate.cfg.Log.Error("a connection cannot go on", "player", c.Name(), "err", err)
			c.out.die()
		}
	}
	c.parked = false
	return ws
}

// open makes what reads a connection whose handshake was long ago. The client is parked, so
// that what gws answers goes nowhere.
func (c *client) open(by *gws.Upgrader) (*gws.Conn, error) {
	return by.UpgradeFromConn(&socket{Conn: c.out.conn, client: c}, c.reader(), handshakes[c.codec])
}

// handshakes are requests as players' were, for gws, which makes connections of nothing
// else. It only reads them.
var handshakes = map[wire.Codec]*http.Request{wire.JSON: handshake(wire.SubprotocolJSON), wire.Binary: handshake(wire.SubprotocolBinary)}

func handshake(subprotocol string) *http.Request {
	return &http.Request{Method: http.MethodGet, Header: http.Header{
		"Connection": {"Upgrade"}, "Upgrade": {"websocket"}, "Sec-Websocket-Version": {"13"}, "Sec-Websocket-Key": {"AAAAAAAAAAAAAAAAAAAAAA=="},
		"Sec-Websocket-Protocol": {subprotocol},
	}}
}

// halt lets nothing out any more: all that is sent waits. A connection whose bytes are
// encrypted is let be, as it cannot be stopped in the middle.
func (w *writer) halt() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.dead || w.ending || w.fd < 0 || w.still {
		return
	}
	w.corked = false
	w.flush()
	w.still = !w.dead
	if w.busy {
		w.stopped = make(chan struct{})
		_ = w.conn.SetWriteDeadline(longAgo) // an error is of one that is gone, whose write fails
	}
	w.busy = true
}

// stop is the end of the goroutine while the writer is held; w.mu is locked.
func (w *writer) stop() { close(w.stopped) }

// stopping is closed when nothing is written any more.
func (w *writer) stopping() <-chan struct{} {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.still || w.stopped == nil {
		return alreadyClosed
	}
	return w.stopped
}

var alreadyClosed = func() chan struct{} {
	c := make(chan struct{})
	close(c)
	return c
}()

// halted says whether a write has ended because the writer is held, and keeps what is
// left of it.
func (w *writer) halted(rest []byte, err error) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.dead || !errors.Is(err, os.ErrDeadlineExceeded) {
		return false
	}
	w.rest = rest
	return true
}

// resume goes on with what has waited.
func (w *writer) resume() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.still {
		return
	}
	w.still = false
	if w.stopped != nil {
		_ = w.conn.SetWriteDeadline(time.Time{})
		select {
		case <-w.stopped:
			w.stopped = nil
		default: // the goroutine goes on, and never knew
			w.stopped = nil
			return
		}
	}
	switch {
	case w.dead:
	case w.rest == nil && len(w.queue) == 0 && !w.ending:
		w.busy, w.queue, w.behind = false, nil, 0
		w.need.Store(w.stale)
	default:
		if w.behind == 0 {
			w.behind = w.gate.now()
		}
		w.gate.tasks.Go(w.drain)
	}
}
