package gate

import (
	"context"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/lxzan/gws"

	"hotshard/runtime/gate/wire"
	"hotshard/runtime/world"
)

// Gate is the door to the game.
//
// Locks are taken in the order session, gate, writer; the world is called with
// only the session's lock held, which is what keeps Enter and Leave in order.
type Gate struct {
	cfg      Config
	began    time.Time
	upgrader *gws.Upgrader
	lanes    *lanes // to where passwords are checked
	guard    guard
	alarms   alarms
	crowd    crowd // sockets without a session

	stopping  atomic.Bool
	overflows atomic.Uint64
	frames    atomic.Uint64 // of sockets that are gone
	sent      atomic.Uint64 // bytes of these
	requests  atomic.Uint64
	received  atomic.Uint64

	ctx    context.Context // ends when the gate is closed
	cancel context.CancelFunc
	tasks  sync.WaitGroup // every goroutine of the gate

	mu       sync.Mutex
	closed   bool
	clients  map[*client]struct{}
	sessions map[world.CharacterID]*session
	tokens   map[string]*session
	revoked  map[string]struct{} // that the accounts are being told of
	readers  pending             // connections that are read from
	chores   pending             // of start
	parked   []*client           // who have stopped reading, while the gate is held
	passed   []*client           // of these, those of Connections

	held     atomic.Bool // see Hold; it changes with mu locked
	sweeping sync.Mutex
	turn     context.Context // in which logins wait for their turn; mu guards it
	endTurn  context.CancelCauseFunc
}

// New makes a gate. Call Sweep about once a second while it serves.
func New(cfg Config) *Gate {
	g := &Gate{
		cfg:      cfg.withDefaults(),
		clients:  map[*client]struct{}{},
		sessions: map[world.CharacterID]*session{},
		tokens:   map[string]*session{},
		revoked:  map[string]struct{}{},
	}
	g.began = g.cfg.Clock.Now()
	g.ctx, g.cancel = context.WithCancel(context.Background())
	g.newTurn()
	g.lanes = newLanes(g.cfg.LoginsAtOnce, g.cfg.LoginQueue)
	g.guard = newGuard(g.cfg)
	g.alarms.guesses.From = suspicious
	g.crowd.most, g.crowd.each = g.cfg.MaxPending, g.cfg.PendingEach
	g.upgrader = newUpgrader(g.cfg)
	return g
}

// Handler serves the upgrade to WebSocket; mount it at /play, in an http.Server
// with a ReadHeaderTimeout, as the gate's own limits begin with the handshake.
func (g *Gate) Handler() http.Handler { return http.HandlerFunc(g.upgrade) }

// now reads the clock, in nanoseconds. It goes on evenly where the machine's clock
// is put forward, which must not look like silence of everybody.
func (g *Gate) now() int64 { return g.began.UnixNano() + int64(g.cfg.Clock.Now().Sub(g.began)) }

// Sweep enforces everything that depends on time passing: sign-in, idle and slow
// limits, and characters whose player did not come back. It is not to be called
// from two goroutines at once.
func (g *Gate) Sweep() {
	g.sweeping.Lock()
	defer g.sweeping.Unlock()
	if g.held.Load() {
		return // no time passes for those who cannot answer
	}
	now := g.now()
	clients, sessions := g.everyone()
	for _, c := range clients {
		c.sweep(now)
	}
	for _, s := range sessions {
		if s.expired(now, g.cfg.Linger) {
			g.end(s, nil, "timeout")
		}
	}
}

// everyone lists the clients and the sessions as they are now.
func (g *Gate) everyone() ([]*client, []*session) {
	g.mu.Lock()
	defer g.mu.Unlock()
	clients := make([]*client, 0, len(g.clients))
	for c := range g.clients {
		clients = append(clients, c)
	}
	sessions := make([]*session, 0, len(g.sessions))
	for _, s := range g.sessions {
		sessions = append(sessions, s)
	}
	return clients, sessions
}

// Broadcast sends the frame to every signed-in player.
func (g *Gate) Broadcast(f *wire.Frame) {
	clients, _ := g.everyone()
	for _, c := range clients {
		if c.phase.Load() == phaseIn {
			c.Send(f)
		}
	}
}

// Stats counts.
func (g *Gate) Stats() Stats {
	clients, sessions := g.everyone()
	st := Stats{Sockets: len(clients), Pending: g.crowd.len(), Sessions: len(sessions),
		Overflows: g.overflows.Load(), Requests: g.requests.Load(), Received: g.received.Load(), Frames: g.frames.Load(), Sent: g.sent.Load()}
	for _, c := range clients {
		frames, bytes := c.out.counted()
		st.Frames, st.Sent = st.Frames+frames, st.Sent+bytes
	}
	for _, s := range sessions {
		if s.lingering() {
			st.Lingering++
		}
	}
	return st
}

// shutdownReason is what players read when the server stops.
const shutdownReason = "The server is shutting down. When it is back, all goes on where it is now."

// Stop says that the world is about to let everybody go because the server stops:
// nobody is put out by that, and their tokens stay good. Close follows.
func (g *Gate) Stop() { g.stopping.Store(true) }

// Close tells every player that the server stops and waits until all connections
// are gone; when ctx ends first, the rest is cut off and its error returned. The
// world hears no Away and no Leave: it saves everybody where they are.
func (g *Gate) Close(ctx context.Context) error {
	g.Stop()
	g.mu.Lock()
	g.closed = true
	g.mu.Unlock()
	g.cancel()
	clients, _ := g.everyone()
	for _, c := range clients {
		c.end(wire.ClosingShutdown, shutdownReason)
	}
	done := make(chan struct{})
	go func() {
		g.tasks.Wait()
		close(done)
	}()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
	}
	for _, c := range clients {
		c.out.die()
	}
	<-done
	return ctx.Err()
}

// start runs f on a goroutine that Close waits for, and Still, unless the gate is closed.
func (g *Gate) start(f func()) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.closed {
		return false
	}
	g.chores.n++
	g.tasks.Go(func() {
		defer func() {
			g.mu.Lock()
			defer g.mu.Unlock()
			g.chores.done()
		}()
		f()
	})
	return true
}

// since says whether the duration has passed from then to now; never, if then is 0.
func since(now, then int64, d time.Duration) bool {
	return then != 0 && now-then > int64(d)
}
