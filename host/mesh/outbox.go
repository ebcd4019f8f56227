package mesh

import (
	"errors"
	"sync"
	"sync/atomic"

	"hotshard/runtime/gate/wire"
	"hotshard/runtime/world"
)

// outbox is what goes to the players of one home: frames, each once, with who is to have it.
// Systems write into it and never wait; a goroutine gives it to the bus. Its messages are
// numbered, so that a home sees where one is lost.
//
// Its records begin with a letter: F a frame, which is the one from there on, T who gets it, R whose
// request it answers, C a connection that is over, A where a player is, L one who has left the game.
type outbox struct {
	m  *Mesh
	to world.NodeID

	mu     sync.Mutex
	buf    []byte
	number uint64
	last   *wire.Frame // of the buffer
	codec  wire.Codec
	other  bool // the last one is none of a system's

	wake   chan struct{}
	closed chan struct{}
	once   sync.Once
}

// mostBuffered is how much waits for a bus that is slow, or away.
const mostBuffered = 32 << 20

func newOutbox(m *Mesh, to world.NodeID) *outbox {
	b := &outbox{m: m, to: to, wake: make(chan struct{}, 1), closed: make(chan struct{})}
	m.work.Go(b.run)
	return b
}

// same writes a frame down unless it is the last one already.
func (b *outbox) same(f *wire.Frame, codec wire.Codec) {
	if b.last == f && b.codec == codec && !b.other && !f.Lent() {
		return
	}
	b.put(f.Kind(), codec, f.Bytes(codec))
	b.last, b.codec, b.other = f, codec, false
}

func (b *outbox) put(kind wire.Kind, codec wire.Codec, bytes []byte) {
	b.buf = append(b.buf, 'F', byte(kind), byte(codec))
	b.buf = putText(b.buf, bytes)
}

// room drops everything where too much waits: the home sees that by the numbers.
func (b *outbox) room() {
	if len(b.buf) > mostBuffered {
		b.clear()
		b.number++
	}
}

func (b *outbox) clear() { b.buf, b.last, b.other = b.buf[:0], nil, false }

// frame has a connection get a frame.
func (b *outbox) frame(conn uint64, f *wire.Frame, codec wire.Codec) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.room()
	b.same(f, codec)
	b.buf = putUint(append(b.buf, 'T'), conn)
}

// reply has a connection get the answer to a request, as its codec has it.
func (b *outbox) reply(conn, id uint64, codec wire.Codec, data []byte) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.room()
	b.put(wire.KindText, codec, data)
	b.other = true
	b.buf = putUint(putUint(append(b.buf, 'R'), conn), id)
}

// record adds a record of another kind.
func (b *outbox) record(letter byte, data []byte) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.room()
	b.buf = append(append(b.buf, letter), data...)
}

// ring has what is there be sent.
func (b *outbox) ring() {
	select {
	case b.wake <- struct{}{}:
	default:
	}
}

func (b *outbox) close() { b.once.Do(func() { close(b.closed) }) }

func (b *outbox) run() {
	for {
		select {
		case <-b.wake:
			b.send()
		case <-b.closed:
			b.send() // the last words
			return
		}
	}
}

func (b *outbox) send() {
	b.mu.Lock()
	if len(b.buf) == 0 {
		b.mu.Unlock()
		return
	}
	b.number++
	data := append(putUint(make([]byte, 0, len(b.buf)+10), b.number), b.buf...)
	b.clear()
	b.mu.Unlock()
	if err := b.m.cfg.Bus.Send(b.to, kindOut, data); err != nil {
		b.m.log.Debug("what players see is lost", "home", b.to, "error", err) // the home sees that, too
	}
}

// flag is set by one goroutine and taken by another.
type flag struct{ v atomic.Bool }

func (f *flag) set()       { f.v.Store(true) }
func (f *flag) take() bool { return f.v.Load() && f.v.Swap(false) }

// shown is what a player may see of an error.
func (m *Mesh) shown(who world.CharacterID, err error) *wire.Error {
	refusal := (*wire.Error)(nil)
	if errors.As(err, &refusal) {
		return refusal
	}
	m.log.Warn("request failed", "player", who, "err", err)
	return wire.Errorf(wire.CodeInternal, "Something went wrong on the server. It has been logged.")
}
