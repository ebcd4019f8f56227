package cluster

import (
	"slices"
	"strings"
	"time"

	"hotshard/runtime/world"
)

// Node is what one node knows of the subjects that it has, wants or hands on. It belongs to
// one goroutine. Its time is a clock of its own that nobody sets, from wherever it begins.
type Node struct {
	me  world.NodeID
	cfg Config

	now      time.Duration
	subjects map[world.Address]*subject
	order    []*subject // by address: nothing depends on a map's order
	renewals []renewal  // that are not answered
	renewAt  time.Duration
	lookAt   time.Duration
	asked    uint64 // numbers that were given
	moves    uint64
	out      []Action
}

// New returns a node that owns nothing. The config must pass its Check.
func New(me world.NodeID, cfg Config) *Node {
	return &Node{me: me, cfg: cfg.Filled(), subjects: map[world.Address]*subject{}}
}

// phase is where a subject stands on this node.
type phase int

const (
	waiting   phase = iota // its owner is dead: it is asked for when its time has come
	asking                 // to be its owner; nothing of it is in memory
	playing                // as its owner, until its lease is over
	halted                 // everything is in memory, and nothing moves: to be its owner again is asked
	freezing               // nothing moves: its image is being made
	handed                 // its image is under way to another node
	letting                // go of it
	invited                // another node has offered it
	preparing              // it is being made of its image
	taking                 // it is made, and asked for
)

// subject is a system or service that this node has something to do with.
type subject struct {
	address world.Address
	phase   phase
	epoch   world.Epoch   // the one it is owned in or, until then, the one before
	until   time.Duration // it plays, and no longer
	at      time.Duration // when something is done about it next; never
	asks    []ask         // to acquire it after the epoch, or to let go; not answered
	from    world.NodeID  // who has handed it to us
	move    *move
	came    MoveID // by which it has come here
	wanted  bool
	leaving bool // it is let go of as soon as it is owned
}

// ask is a request of the table, and when it was made.
type ask struct {
	number uint64
	sent   time.Duration
}

// move is one under way, at either end.
type move struct {
	id   MoveID
	peer world.NodeID
	hash uint64 // of the image
	why  string // it is given up
}

// Handle takes an event in at a time and returns what is to be done for it, in order. The
// list is good until the next call. Whatever the event is, leases that are over by then end
// first.
func (n *Node) Handle(now time.Duration, e Event) []Action {
	n.now, n.out = max(n.now, now), n.out[:0]
	n.lapse()
	n.take(e)
	n.due()
	return n.out
}

func (n *Node) take(e Event) {
	switch e := e.(type) {
	case Wake:
	case Want:
		n.want(e.Subject)
	case LetGo:
		n.letGo(e.Subject)
	case MoveTo:
		n.moveTo(e)
	case Refused:
		n.refused(e.Fence)
	case Granted:
		n.granted(e)
	case Denied:
		n.denied(e)
	case Renewed:
		n.renewed(e)
	case Released:
		n.released(e.Ask)
	case Looked:
		n.looked(e)
	case Failed: // it is asked again in its time: the table may be gone for all
	case Frozen:
		n.frozen(e)
	case Unfrozen:
		n.unfrozen(e)
	case Prepared:
		n.prepared(e)
	case Unprepared:
		n.unprepared(e)
	case Got:
		n.got(e.From, e.Message)
	}
}

func (n *Node) got(from world.NodeID, m Message) {
	switch m := m.(type) {
	case Offer:
		n.offered(from, m)
	case Ready:
		n.ready(from, m.Move)
	case No:
		n.no(from, m)
	case Handed:
		n.receive(from, m)
	case Taken:
		n.taken(from, m.Move)
	case Withdrawn:
		n.withdrawn(from, m.Move)
	}
}

// due does what is to be done by now.
func (n *Node) due() {
	if n.now >= n.renewAt {
		n.renew()
	}
	if n.now >= n.lookAt {
		n.lookAt = n.now + n.cfg.Look
		n.do(Look{n.number()})
	}
	for i := 0; i < len(n.order); {
		s := n.order[i]
		if n.now >= s.at {
			n.late(s)
		}
		if i < len(n.order) && n.order[i] == s { // it was not removed
			i++
		}
	}
}

// late does what is next for a subject whose time has come.
func (n *Node) late(s *subject) {
	switch s.phase {
	case waiting:
		s.phase = asking
		n.ask(s)
	case asking, halted, taking, letting:
		n.ask(s)
	case playing:
		n.stay(s, "the other node did not answer")
	case freezing:
		n.unfreeze(s, "it was not frozen in time")
	case handed:
		n.reclaim(s, "the other node did not take it in time")
	case invited:
		n.remove(s)
	case preparing:
		n.decline(s, "it was not prepared in time")
	}
}

// Next is when Handle wants to be called with Wake, if nothing comes before.
func (n *Node) Next() time.Duration {
	next := min(n.renewAt, n.lookAt)
	for _, s := range n.order {
		next = min(next, s.at)
		if s.phase == playing || s.phase == freezing {
			next = min(next, s.until)
		}
	}
	return next
}

// May says whether a subject may play here at a time, and in whose name it writes then.
func (n *Node) May(now time.Duration, a world.Address) (world.Fence, bool) {
	s := n.subjects[a]
	if s == nil || s.phase != playing || now >= s.until {
		return world.Fence{}, false
	}
	return world.Fence{Subject: a, Epoch: s.epoch}, true
}

// Until says until when a subject may play here under a fence, and whether it may at all.
func (n *Node) Until(f world.Fence) (time.Duration, bool) {
	s := n.subjects[f.Subject]
	if s == nil || s.phase != playing || s.epoch != f.Epoch {
		return 0, false
	}
	return s.until, true
}

// Idle says whether this node has nothing of any subject, nor is about to: it may know of some
// that have lost their owners, or were offered to it.
func (n *Node) Idle() bool {
	return !slices.ContainsFunc(n.order, func(s *subject) bool { return s.phase != waiting && s.phase != invited })
}

// Playing lists what plays here, by address.
func (n *Node) Playing() (all []world.Fence) {
	for _, s := range n.order {
		if s.phase == playing {
			all = append(all, world.Fence{Subject: s.address, Epoch: s.epoch})
		}
	}
	return all
}

func (n *Node) do(a Action) { n.out = append(n.out, a) }

func (n *Node) send(to world.NodeID, m Message) { n.do(Send{to, m}) }

func (n *Node) number() uint64 {
	n.asked++
	return n.asked
}

// add notes a subject that this node has had nothing to do with.
func (n *Node) add(a world.Address, p phase) *subject {
	s := &subject{address: a, phase: p, at: never}
	i, _ := slices.BinarySearchFunc(n.order, a, func(s *subject, a world.Address) int { return strings.Compare(string(s.address), string(a)) })
	n.order = slices.Insert(n.order, i, s)
	n.subjects[a] = s
	return s
}

// remove forgets a subject.
func (n *Node) remove(s *subject) {
	delete(n.subjects, s.address)
	n.order = slices.DeleteFunc(n.order, func(o *subject) bool { return o == s })
}
