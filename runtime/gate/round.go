package gate

import (
	"sync"

	"hotshard/runtime/gate/wire"
)

// Round sends to many clients within one system call, where the kernel can do that:
// with thousands of players most of a tick goes into sending, and a good part of a
// send is the way into the kernel and back. It belongs to one goroutine. From the
// Send of a client to Flush that goroutine calls no other method of a Client than
// NeedSnapshot; everybody else who sends to one of them waits for the Flush.
type Round struct {
	rings *Rounds
	posts []post
	lent  []byte // copies of what is only lent
}

// post is something on its way to a socket, whose writer is locked.
type post struct {
	w      *writer
	b      []byte
	shared bool
	held   *[]byte // to give back
	sent   int     // what became of it: bytes, negative for an error
}

// roundMost is how much waits for one system call, lentMost how many bytes of copies.
const (
	roundMost = 128
	lentMost  = 256 << 10
)

// Send is the client's Send, by Flush at the latest. A client that is not of a gate
// is sent the frame at once.
func (r *Round) Send(to Client, f *wire.Frame) {
	c, ok := to.(*client)
	if !ok {
		to.Send(f)
		return
	}
	if !c.out.sendIn(r, f.Bytes(c.codec), urgencyOf(f), !f.Lent()) {
		r.Flush() // who waits for a lock holds none
		c.tooSlow()
	}
}

// Uncork is the client's Uncork, by Flush at the latest.
func (r *Round) Uncork(to Client) {
	c, ok := to.(*client)
	if !ok {
		to.Uncork()
		return
	}
	w := &c.out
	w.lockIn(r)
	w.corked = false
	if held := w.held; held != nil && w.fd >= 0 && !w.dead {
		w.held = nil
		r.add(post{w: w, b: *held, held: held})
		return
	}
	w.flush()
	w.mu.Unlock()
}

// lockIn locks a writer. Where somebody else has it, it lets go of the round's own
// first: who waits for a lock holds none.
func (w *writer) lockIn(r *Round) {
	if !w.mu.TryLock() {
		r.Flush()
		w.mu.Lock()
	}
}

// sendIn is send, in a round: the writer stays locked as long as it has a post there.
func (w *writer) sendIn(r *Round, b []byte, what urgency, shared bool) bool {
	w.lockIn(r)
	if w.busy || w.fd < 0 || w.ending || w.dead || what == mustArrive || what == isDelta && w.stale {
		defer w.mu.Unlock()
		return w.take(b, what, shared)
	}
	if what == isSnapshot {
		w.fresh()
	}
	p := post{w: w, b: b, shared: shared}
	switch {
	case w.held == nil:
		if !shared {
			p.b = r.copy(b)
		}
	case len(b) <= heldMost:
		w.hold(b)
		p.b, p.shared, p.held = *w.held, false, w.held
		w.held = nil
	default:
		defer w.mu.Unlock()
		return w.take(b, what, shared)
	}
	w.count(len(b))
	r.add(p)
	return true
}

// copy keeps bytes that are lent until the Flush.
func (r *Round) copy(b []byte) []byte {
	at := len(r.lent)
	r.lent = append(r.lent, b...)
	return r.lent[at:len(r.lent):len(r.lent)]
}

func (r *Round) add(p post) {
	r.posts = append(r.posts, p)
	if len(r.posts) == roundMost || len(r.lent) > lentMost {
		r.Flush()
	}
}

// Flush lets go what has gathered.
func (r *Round) Flush() {
	if len(r.posts) == 0 {
		return
	}
	r.send()
	for i := range r.posts {
		r.posts[i].settle()
	}
	clear(r.posts)
	r.posts, r.lent = r.posts[:0], r.lent[:0]
}

func (r *Round) send() {
	if len(r.posts) > 1 {
		if ring := r.rings.take(); ring != nil {
			ring.send(r.posts)
			r.rings.give(ring)
			return
		}
	}
	for i := range r.posts {
		r.posts[i].try()
	}
}

// try sends a post by itself.
func (p *post) try() {
	n, err := p.w.try(p.b)
	if p.sent = n; err != nil {
		p.sent = -1
	}
}

// settle takes in what became of a post, and lets go of its writer.
func (p *post) settle() {
	w := p.w
	switch {
	case p.sent < 0:
		w.kill()
	case p.sent < len(p.b):
		w.hand(keep(p.b[p.sent:], p.shared))
	}
	w.mu.Unlock()
	if p.held != nil {
		buffers.Put(p.held)
	}
}

// Rounds makes rounds, and keeps what they need of the kernel. Its methods may be
// called from any goroutine. The zero value is ready.
type Rounds struct {
	Plain bool // makes a system call for each send, as where the kernel has no io_uring

	mu    sync.Mutex
	free  []*ring // those that no round uses at the moment
	none  bool    // the kernel has none, or has refused one
	ended bool
}

// New returns an empty round.
func (r *Rounds) New() *Round { return &Round{rings: r} }

// take returns a ring, nil where there is none to be had.
func (r *Rounds) take() *ring {
	r.mu.Lock()
	defer r.mu.Unlock()
	if n := len(r.free); n > 0 {
		one := r.free[n-1]
		r.free = r.free[:n-1]
		return one
	}
	if r.none || r.ended || r.Plain {
		return nil
	}
	one, err := newRing(roundMost)
	r.none = err != nil
	return one
}

// give takes a ring back; one that has failed is closed.
func (r *Rounds) give(one *ring) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.ended || one.failed {
		r.none = r.none || one.failed
		one.close()
		return
	}
	r.free = append(r.free, one)
}

// Close gives everything back to the kernel. Rounds go on without it.
func (r *Rounds) Close() {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, one := range r.free {
		one.close()
	}
	r.free, r.ended = nil, true
}
