package simulation

import (
	"time"

	"hotshard/runtime/cluster"
	"hotshard/runtime/world"
)

// database is a model of the real one: each request is one transaction, one after the other,
// and what was answered is kept. Its clock is its own. A test holds the table of owners
// against the real stores, request by request.
type database struct {
	w       *universe
	downs   int // that it is down for, at once
	rate    float64
	skew    time.Duration
	Table   *Table
	systems map[world.Address]*stored
	where   []world.Address // by character
	done    map[uint64]outcome
	money   int64
	bus     map[world.Address]cluster.Row // what the bus was last told of the table
	undo    []undo                        // of LostCommit
}

// stored is what the tables have of a system.
type stored struct {
	count int64 // writes
	vault int64
	post  int64 // what others have paid, and it has not collected
}

// outcome is what a write was answered.
type outcome struct {
	ok    bool  // it was done, now or before
	stale bool  // refused for its epoch
	n     int64 // what was collected
}

// undo takes a commit back.
type undo struct {
	at time.Duration
	do func()
}

func newDatabase(w *universe) *database {
	d := &database{w: w, rate: 1 + drift*(2*w.rand.Float64()-1), Table: NewTable(), systems: map[world.Address]*stored{}, done: map[uint64]outcome{}, bus: map[world.Address]cluster.Row{}}
	d.Table.SameEpoch = w.bug == SameEpoch
	for _, a := range w.names {
		d.systems[a] = &stored{vault: vault}
		d.money += vault
	}
	for range characters {
		d.where = append(d.where, w.names[w.rand.IntN(systems)])
	}
	if w.bug == StaleGet {
		w.every(4*time.Second, d.tellBus)
	}
	return d
}

// clock is the database's.
func (d *database) clock() time.Duration {
	return time.Hour + time.Duration(float64(d.w.now)*d.rate) + d.skew
}

// tellBus copies the table to the bus, where it gets old.
func (d *database) tellBus() {
	for _, a := range d.w.names {
		d.bus[a] = d.Table.Row(a, d.clock())
	}
}

// request runs a transaction of a server's, and answers it: late, never, or with cluster.Failed
// where the database is known to be down.
func (d *database) request(s *server, do func() any, answer func(any)) {
	w := d.w
	w.net.toDatabase(s, func() {
		if d.downs > 0 {
			if w.chance(0.5) { // refused; or there is nobody to refuse it
				w.net.fromDatabase(s, func() { answer(nil) })
			}
			return
		}
		result := do()
		w.net.fromDatabase(s, func() { answer(result) })
	})
}

// acquire is one acquisition, and its entry in the history.
func (d *database) acquire(me world.NodeID, a cluster.Acquire, lease time.Duration) cluster.Event {
	epoch, ok := d.Table.Acquire(me, a.Subject, a.After, a.From, lease, d.clock())
	if !ok {
		return cluster.Denied{Ask: a.Ask, Row: d.Table.Row(a.Subject, d.clock())}
	}
	d.w.result.Grants++
	d.w.note(Entry{Kind: Grant, Node: me, Subject: a.Subject, Epoch: epoch})
	return cluster.Granted{Ask: a.Ask, Epoch: epoch}
}

func (d *database) release(me world.NodeID, f world.Fence) {
	if d.Table.Release(me, f) {
		d.w.note(Entry{Kind: Free, Node: me, Subject: f.Subject, Epoch: f.Epoch})
	}
}

// write does what a system wants written, if its epoch is the one that counts. What it sets,
// it sets to what the system has in memory: a memory that is not the latest does harm.
func (d *database) write(me world.NodeID, f world.Fence, q *write) outcome {
	if d.w.bug != NoFence && !d.Table.Owns(me, f, d.clock()) {
		return outcome{stale: true}
	}
	if o, found := d.done[q.id]; found && d.w.bug != NoKey {
		return o
	}
	t := d.systems[f.Subject]
	before, total := *t, d.money
	o := outcome{ok: true}
	t.count++
	undoMore := func() {}
	switch q.kind {
	case pay:
		other := d.systems[q.to]
		t.vault, other.post = q.vault-q.n, other.post+q.n
		undoMore = func() { other.post -= q.n }
	case collect:
		o.n = t.post
		t.vault, t.post = q.vault+t.post, 0
	case jump:
		was := d.where[q.character]
		d.where[q.character] = q.to
		undoMore = func() { d.where[q.character] = was }
		d.w.note(Entry{Kind: Jump, Node: me, Subject: f.Subject, Epoch: f.Epoch, Character: q.character + 1, To: q.to})
	}
	d.money += t.vault + t.post - before.vault - before.post
	if q.kind == pay {
		d.money += q.n
	}
	d.done[q.id] = o
	d.w.result.Writes++
	d.w.note(Entry{Kind: Write, Node: me, Subject: f.Subject, Epoch: f.Epoch, N: q.seq, M: d.money, ID: q.id})
	if d.w.bug == LostCommit {
		d.undo = append(d.undo, undo{d.w.now, func() {
			undoMore()
			*t, d.money = before, total
			delete(d.done, q.id)
		}})
	}
	return o
}

// fall is the beginning of a restart.
func (d *database) fall() {
	d.downs++
	for i := len(d.undo) - 1; i >= 0 && d.undo[i].at > d.w.now-300*time.Millisecond; i-- {
		d.undo[i].do()
	}
	d.undo = nil
}

// loaded is what an owner begins with.
type loaded struct {
	stored
	characters []int
}

// load reads all of a system, for its owner.
func (d *database) load(me world.NodeID, f world.Fence) *loaded {
	if !d.Table.Owns(me, f, d.clock()) {
		return nil
	}
	l := &loaded{stored: *d.systems[f.Subject]}
	for c, at := range d.where {
		if at == f.Subject {
			l.characters = append(l.characters, c)
		}
	}
	return l
}
