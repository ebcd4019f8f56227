package system

import "sync/atomic"

// DefaultInboxLimit is how many refusable messages (commands, events, calls) an
// inbox holds before it says no.
const DefaultInboxLimit = 16384

// inbox is a queue with many senders and one receiver, the system. A send is one
// allocation and a compare-and-swap and never waits; taking everything is one
// swap. An awake system takes its messages at the next tick, so a send wakes
// nobody; one that sleeps, or may have an interlude, is woken.
type inbox struct {
	head    atomic.Pointer[node] // newest first
	waiting atomic.Int64
	limit   int64
	deaf    bool        // what comes is dropped
	rings   atomic.Bool // each message wakes the system
	wake    chan struct{}
}

type node struct {
	next *node
	m    Message
}

// closed is the head of an inbox whose system has gone.
var closed = new(node)

func newInbox(limit int) *inbox {
	if limit <= 0 {
		limit = DefaultInboxLimit
	}
	return &inbox{limit: int64(limit), wake: make(chan struct{}, 1)}
}

// push adds a message. ErrBusy says that the inbox is full and the message is of
// a kind that may be refused, ErrGone that the system has been unloaded.
func (b *inbox) push(m Message) error {
	if m.refusable() && b.waiting.Load() >= b.limit {
		return ErrBusy
	}
	if b.deaf {
		return nil
	}
	n := &node{m: m}
	for {
		head := b.head.Load()
		if head == closed {
			return ErrGone
		}
		n.next = head
		if b.head.CompareAndSwap(head, n) {
			break
		}
	}
	b.waiting.Add(1)
	if b.rings.Load() {
		b.signal()
	}
	return nil
}

// signal wakes the system, at most once for many messages.
func (b *inbox) signal() {
	select {
	case b.wake <- struct{}{}:
	default:
	}
}

// take appends all waiting messages to buf, oldest first.
func (b *inbox) take(buf []Message) []Message {
	if h := b.head.Load(); h == nil || h == closed {
		return buf
	}
	n := b.head.Swap(nil)
	from := len(buf)
	for ; n != nil; n = n.next {
		buf = append(buf, n.m)
	}
	for i, j := from, len(buf)-1; i < j; i, j = i+1, j-1 {
		buf[i], buf[j] = buf[j], buf[i]
	}
	b.waiting.Add(int64(from - len(buf)))
	return buf
}

// empty says whether nothing waits.
func (b *inbox) empty() bool { return b.head.Load() == nil }

// close makes every later push fail with ErrGone. It reports false, and does
// nothing, when a message waits.
func (b *inbox) close() bool { return b.head.CompareAndSwap(nil, closed) }
