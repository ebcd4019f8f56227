package gate

import (
	"net"
	"sync"
	"sync/atomic"
	"syscall"
)

// urgency says what may become of bytes for a player who does not keep up.
type urgency uint8

const (
	mustArrive urgency = iota // events, replies, control frames
	isDelta                   // may be dropped: a snapshot makes up for it
	isSnapshot                // may be dropped, and makes up for dropped deltas
)

// writer owns the sending half of one socket. Whoever sends writes at once, on its
// own goroutine, as much as the kernel takes without blocking: in the usual case
// that is everything, and nothing is allocated or handed over. Only when the
// kernel's buffer is full does a goroutine take the rest; it lives until the
// backlog is gone.
//
// The try is a system call on the bare descriptor: with thousands of sockets, the
// locks and the poller's state that net.Conn would touch are cache misses for each.
// That is sound because only kill closes the connection, and both happen under mu.
// What a send touches stands together at the beginning.
type writer struct {
	mu     sync.Mutex
	fd     int32       // -1 where the socket is none of the kernel's (TLS)
	need   atomic.Bool // deltas were dropped, and there is no backlog any more
	busy   bool        // the goroutine owns the socket; rest and queue are its work
	stale  bool        // deltas were dropped since the last snapshot
	ending bool        // nothing more is accepted: what is queued goes out, then the end
	dead   bool
	still  bool    // nothing is written, all waits: see halt
	corked bool    // what must arrive is held, so that it goes out together
	held   *[]byte // whole frames, from buffers; nil for none, and while busy

	frames uint64 // taken since the start, until kill adds them to the gate's
	taken  uint64 // bytes of these

	gate     *Gate
	conn     net.Conn
	rest     []byte
	queue    []waiting
	bytes    int           // in queue
	behind   int64         // since when there is a backlog, 0 if there is none
	deadline int64         // of the ending
	stopped  chan struct{} // of halt: closed when the goroutine has stopped; nil where there is none
}

type waiting struct {
	b    []byte
	what urgency
}

func (w *writer) init(g *Gate, conn net.Conn) {
	w.gate, w.conn, w.fd = g, conn, -1
	if sc, ok := conn.(syscall.Conn); ok {
		if raw, err := sc.SyscallConn(); err == nil {
			raw.Control(func(fd uintptr) { w.fd = int32(fd) })
		}
	}
}

// try writes what goes without waiting and returns how much that was.
func (w *writer) try(b []byte) (int, error) {
	if w.fd < 0 {
		return 0, nil
	}
	return trySend(int(w.fd), b)
}

// send writes or queues b. With shared, b stays as it is for ever; otherwise it is
// copied where it has to wait. It returns false when the player is too slow for
// what must arrive: the connection has to end.
func (w *writer) send(b []byte, what urgency, shared bool) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.take(b, what, shared)
}

// take is send, with the lock.
func (w *writer) take(b []byte, what urgency, shared bool) bool {
	if w.ending || w.dead || (what == isDelta && w.stale) {
		return true
	}
	if what == isSnapshot {
		w.fresh()
	}
	w.count(len(b))
	switch {
	case w.busy:
		return w.enqueue(b, what, shared)
	case w.corked && what == mustArrive && w.heldBytes()+len(b) <= heldMost:
		w.hold(b)
	case w.held != nil && len(b) <= heldMost:
		w.hold(b)
		w.flush()
	default:
		if w.flush(); w.busy {
			return w.enqueue(b, what, shared)
		}
		w.write(b, shared)
	}
	return true
}

// count notes a frame that is taken.
func (w *writer) count(n int) {
	w.frames++
	w.taken += uint64(n)
}

// counted is what count has noted and the gate does not have yet.
func (w *writer) counted() (frames, bytes uint64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.frames, w.taken
}

// fresh notes that a snapshot is on the way.
func (w *writer) fresh() {
	w.stale = false
	w.need.Store(false)
}

// heldMost is the most that is copied together for one write.
const heldMost = 32 << 10

// cork holds back what must arrive until a delta or a snapshot takes it along, or
// uncork lets it go: a write costs about the same for one frame as for several.
func (w *writer) cork() {
	w.mu.Lock()
	w.corked = true
	w.mu.Unlock()
}

func (w *writer) uncork() {
	w.mu.Lock()
	w.corked = false
	w.flush()
	w.mu.Unlock()
}

func (w *writer) heldBytes() int {
	if w.held == nil {
		return 0
	}
	return len(*w.held)
}

func (w *writer) hold(b []byte) {
	if w.held == nil {
		w.held = buffers.Get().(*[]byte)
		*w.held = (*w.held)[:0]
	}
	*w.held = append(*w.held, b...)
}

// flush writes what is held.
func (w *writer) flush() {
	if held := w.held; held != nil {
		w.held = nil
		w.write(*held, false)
		buffers.Put(held)
	}
}

// write writes b as far as it goes, and hands over the rest. The socket must be
// the caller's: not busy.
func (w *writer) write(b []byte, shared bool) {
	if w.dead {
		return
	}
	n, err := w.try(b)
	switch {
	case err != nil:
		w.kill()
	case n < len(b):
		w.hand(keep(b[n:], shared))
	}
}

func keep(b []byte, shared bool) []byte {
	if shared {
		return b
	}
	return append([]byte(nil), b...)
}

// hand gives the rest of a frame to a goroutine.
func (w *writer) hand(rest []byte) {
	w.rest, w.busy, w.behind = rest, true, w.gate.now()
	w.gate.tasks.Go(w.drain)
}

// full says whether n more bytes exceed the limits. One frame, however large, may
// always wait.
func (w *writer) full(n int) bool {
	return len(w.queue) > 0 && (len(w.queue) >= w.gate.cfg.QueueFrames || w.bytes+n > w.gate.cfg.QueueBytes)
}

func (w *writer) enqueue(b []byte, what urgency, shared bool) bool {
	if w.full(len(b)) {
		if !w.stale {
			w.gate.overflows.Add(1)
		}
		w.dropState()
		if what != mustArrive {
			return true
		}
		if w.full(len(b)) {
			return false
		}
	}
	w.queue = append(w.queue, waiting{keep(b, shared), what})
	w.bytes += len(b)
	return true
}

// dropState gives up the snapshots and deltas in the queue. From here on deltas
// are refused until there is a new snapshot.
func (w *writer) dropState() {
	kept := w.queue[:0]
	w.bytes = 0
	for _, q := range w.queue {
		if q.what == mustArrive {
			kept = append(kept, q)
			w.bytes += len(q.b)
		}
	}
	clear(w.queue[len(kept):])
	w.queue, w.stale = kept, true
}

// drain writes the backlog, waiting for the player as long as that takes.
func (w *writer) drain() {
	for {
		w.mu.Lock()
		if w.still {
			w.stop()
			w.mu.Unlock()
			return
		}
		b := w.next()
		finished := b == nil && w.ending
		w.mu.Unlock()
		if b == nil {
			if finished {
				w.shut()
			}
			return
		}
		if n, err := w.conn.Write(b); err != nil && !w.halted(b[n:], err) {
			w.die()
			return
		}
	}
}

// next takes what is to be written next, or ends the time of the goroutine.
func (w *writer) next() []byte {
	switch {
	case w.dead:
		return nil
	case w.rest != nil:
		b := w.rest
		w.rest = nil
		return b
	case len(w.queue) > 0:
		b := w.queue[0].b
		w.bytes -= len(b)
		w.queue[0] = waiting{}
		w.queue = w.queue[1:]
		return b
	}
	w.busy, w.queue, w.behind = false, nil, 0
	w.need.Store(w.stale)
	return nil
}

// end lets out what must still arrive, then last, and closes the sending half; the
// reading half goes on until the other side has closed, or the grace is over.
func (w *writer) end(last ...[]byte) {
	w.mu.Lock()
	if w.ending || w.dead {
		w.mu.Unlock()
		return
	}
	w.flush()
	w.ending = true
	w.deadline = w.gate.now() + int64(w.gate.cfg.CloseGrace)
	w.dropState()
	for _, b := range last {
		w.queue = append(w.queue, waiting{b, mustArrive})
	}
	for !w.busy && len(w.queue) > 0 && !w.dead {
		b := w.queue[0].b
		w.queue = w.queue[1:]
		n, err := w.try(b)
		if err != nil {
			w.kill()
		} else if n < len(b) {
			w.hand(b[n:])
		}
	}
	finished := !w.busy && !w.dead
	w.mu.Unlock()
	if finished {
		w.shut()
	}
}

// shut closes the sending half, so that the last bytes are not lost to a reset
// because something of the player was not read yet.
func (w *writer) shut() {
	if half, ok := w.conn.(interface{ CloseWrite() error }); ok && half.CloseWrite() == nil {
		return
	}
	w.die()
}

// die closes the socket at once.
func (w *writer) die() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.kill()
}

func (w *writer) kill() {
	if !w.dead {
		w.dead, w.queue, w.rest, w.bytes, w.held = true, nil, nil, 0, nil
		w.gate.frames.Add(w.frames)
		w.gate.sent.Add(w.taken)
		w.frames, w.taken = 0, 0
		w.conn.Close()
	}
}

// late says whether a backlog has lasted too long. An ending that has is cut off.
func (w *writer) late(now int64) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.ending {
		if now > w.deadline {
			w.kill()
		}
		return false
	}
	return !w.dead && since(now, w.behind, w.gate.cfg.SlowLimit)
}
