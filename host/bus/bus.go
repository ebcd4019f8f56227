package bus

import (
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"

	"github.com/nats-io/nats.go"

	"hotshard/runtime/world"
)

// Bus is a node's place on the bus. Its methods may be called from any goroutine, once Open
// has returned.
type Bus struct {
	cfg  Config
	log  *slog.Logger
	conn *nats.Conn

	hearers map[Kind]func(from world.NodeID, data []byte)
	servers map[Kind]Server
	back    atomic.Pointer[func()]
	subs    []*nats.Subscription
	parts   gathering // of the goroutine that hears
	shown   sync.Map  // whose messages are not understood, and it is in the log
	number  atomic.Uint64
	working sync.WaitGroup
	sending sync.Mutex // parts of one message follow each other

	lost atomic.Uint64
}

// Hear says who hears messages of a kind: one after the other, in the order of their sender.
// It must return soon, and may keep the data. It is said before Open.
func (b *Bus) Hear(k Kind, hear func(from world.NodeID, data []byte)) { b.hearers[k] = hear }

// Back says what is to be done whenever the bus has been away and is back: what was on its way
// then is lost. It must return soon.
func (b *Bus) Back(do func()) { b.back.Store(&do) }

// Me is the node's name on the bus.
func (b *Bus) Me() world.NodeID { return b.cfg.Me }

// Open lets messages come.
func (b *Bus) Open() error {
	hear := func(m *nats.Msg) { b.hear(m) }
	for _, subject := range []string{b.to(b.cfg.Me), b.all()} {
		s, err := b.conn.Subscribe(subject, hear)
		if err != nil {
			return fmt.Errorf("bus: %w", err)
		}
		// Who is stopped for a while hears all of it afterwards, within reason.
		if err := s.SetPendingLimits(-1, mostBehind); err != nil {
			return fmt.Errorf("bus: %w", err)
		}
		b.subs = append(b.subs, s)
	}
	return b.conn.Flush() // from here on others reach us
}

// mostBehind is how many bytes wait for a node that does not hear.
const mostBehind = 256 << 20

// ErrGone is that the bus is not there at the moment. What was to be sent is not sent later.
var ErrGone = errors.New("the bus is not there at the moment")

// Send sends a node a message, or loses it. An error says that it was certainly not sent.
func (b *Bus) Send(to world.NodeID, k Kind, data []byte) error {
	return b.publish(b.to(to), envelope{protocol: Protocol, kind: k, from: b.cfg.Me}, data)
}

// Tell sends all nodes a message, this one as well.
func (b *Bus) Tell(k Kind, data []byte) error {
	return b.publish(b.all(), envelope{protocol: Protocol, kind: k, from: b.cfg.Me}, data)
}

// publish sends a message in as many parts as it takes.
func (b *Bus) publish(subject string, e envelope, data []byte) error {
	room := int(b.conn.MaxPayload()) - envelopeRoom
	parts := max(1, (len(data)+room-1)/room)
	if parts > mostParts {
		return fmt.Errorf("bus: a message of %d bytes: %d go at most, where the bus takes %d at once (max_payload)", len(data), mostParts*room, b.conn.MaxPayload())
	}
	e.number, e.parts = b.number.Add(1), uint32(parts)
	if parts > 1 {
		b.sending.Lock()
		defer b.sending.Unlock()
	}
	for e.part = range uint32(parts) {
		n := min(room, len(data))
		err := b.conn.Publish(subject, append(e.append(make([]byte, 0, envelopeRoom+n)), data[:n]...))
		if err != nil {
			return gone(err)
		}
		data = data[n:]
	}
	return nil
}

// envelopeRoom is more than an envelope takes.
const envelopeRoom = 3 + 255 + 4*10

// gone says in our words that there is no bus.
func gone(err error) error {
	if errors.Is(err, nats.ErrReconnectBufExceeded) || errors.Is(err, nats.ErrConnectionClosed) || errors.Is(err, nats.ErrConnectionReconnecting) {
		return fmt.Errorf("%w: %w", ErrGone, err)
	}
	return err
}

// hear takes in a message. The two subscriptions have a goroutine each, and one order is only
// promised for what comes by the same way.
func (b *Bus) hear(m *nats.Msg) {
	e, data, err := open(m.Data)
	if err != nil {
		b.misunderstood(m, e, err)
		return
	}
	if e.patience > 0 {
		b.serve(m, e, data)
		return
	}
	if m.Subject == b.all() { // these are small: they come in one part
		if e.parts != 1 {
			return
		}
	} else {
		var whole bool
		if data, whole = b.parts.add(e, data); !whole {
			return
		}
	}
	if hear := b.hearers[e.kind]; hear != nil {
		hear(e.from, data)
	}
}

// misunderstood says in the log, once for each node, that it speaks otherwise.
func (b *Bus) misunderstood(m *nats.Msg, e envelope, err error) {
	b.lost.Add(1)
	if _, before := b.shown.LoadOrStore(e.from, true); !before {
		b.log.Warn("a message of the bus is not understood", "from", e.from, "error", err)
	}
	if m.Reply != "" {
		b.respond(m, refusal(err))
	}
}

// Lost counts messages that came and were not understood.
func (b *Bus) Lost() uint64 { return b.lost.Load() }

// Up says whether the bus is there.
func (b *Bus) Up() bool { return b.conn.IsConnected() }

// Close leaves the bus, once what was served has been.
func (b *Bus) Close() {
	for _, s := range b.subs {
		_ = s.Unsubscribe() // of a connection that is gone
	}
	b.working.Wait()
	_ = b.conn.FlushTimeout(flushPatience) // who is not there does not hear it
	b.conn.Close()
}

func (b *Bus) to(n world.NodeID) string { return "hotshard." + b.cfg.Shard + ".to." + string(n) }
func (b *Bus) all() string              { return "hotshard." + b.cfg.Shard + ".all" }
