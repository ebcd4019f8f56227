package simulation

import (
	"container/heap"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"time"

	"hotshard/runtime/world"
)

// Bug is a fault that is planted around the protocol, to see that it is found.
type Bug string

// The bugs.
const (
	NoBug       Bug = ""
	NoFence     Bug = "the epoch of a write is not checked"
	WrongClock  Bug = "a lease is measured by a clock that can be set"
	SameEpoch   Bug = "the epoch is not raised when the same owner acquires anew"
	EarlyThaw   Bug = "a system that has moved runs before that is committed"
	StaleGet    Bug = "what the bus last knew of a lease is believed"
	LostCommit  Bug = "the database forgets its last commits in a restart"
	NoKey       Bug = "a write that is sent again is done again"
	OldImage    Bug = "a move takes the image of the move before"
	Hibernating Bug = "nobody looks for the systems of the dead"
)

// Bugs lists them all.
var Bugs = []Bug{NoFence, WrongClock, SameEpoch, EarlyThaw, StaleGet, LostCommit, NoKey, OldImage, Hibernating}

// The times of a run: faults and moves come in busy, and what is broken is mended by healed;
// nobody pays or jumps after calm, so that at the end all has arrived.
const (
	busy   = 11 * time.Second
	healed = 12 * time.Second
	calm   = 18 * time.Second
	end    = 20 * time.Second
)

// recovery is within what time each system has an owner that plays and writes, when all that
// is broken was mended.
const recovery = 5 * time.Second

// Sizes of the cluster.
const (
	servers    = 4
	systems    = 6
	characters = 12
	vault      = 1000 // what each system has at the beginning
)

// Result is a run that is over.
type Result struct {
	Seed     uint64
	Bug      Bug
	Plan     []Step
	History  []Entry
	Problems []Problem // that Check has found
	Events   int       // that were simulated
	Moves    int       // that were done
	Stayed   int       // that were not, and left the system where it was
	Writes   int       // that were accepted
	Grants   int
}

// Run simulates what follows from a seed.
func Run(seed uint64, bug Bug) *Result { return RunPlan(seed, bug, NewPlan(seed)) }

// RunPlan simulates a plan of faults and moves.
func RunPlan(seed uint64, bug Bug, plan []Step) *Result {
	w := newWorld(seed, bug)
	for _, s := range plan {
		w.at(s.At, func() { w.begin(s) })
	}
	for w.queue[0].at < end { // ticks never end
		w.step()
	}
	w.finish()
	r := w.result
	r.Plan, r.History = plan, w.history
	r.Problems = Check(r.History)
	return r
}

// universe is all of a run.
type universe struct {
	rand     *rand.Rand
	now      time.Duration // true time, which nobody in it knows
	queue    queue
	count    uint64
	bug      Bug
	net      *network
	db       *database
	servers  []*server
	names    []world.Address
	sleeping map[world.Address]int // those that nobody needs
	history  []Entry
	writes   uint64 // numbers that were given
	result   *Result
}

func newWorld(seed uint64, bug Bug) *universe {
	w := &universe{rand: rand.New(rand.NewPCG(seed, 1)), bug: bug, history: make([]Entry, 0, 1<<12), sleeping: map[world.Address]int{}, result: &Result{Seed: seed, Bug: bug}}
	for i := range systems {
		w.names = append(w.names, world.SystemAddress(string(rune('A'+i))))
	}
	w.db = newDatabase(w)
	w.net = newNetwork(w)
	for i := range servers {
		s := newServer(w, i)
		w.servers = append(w.servers, s)
		s.start()
	}
	w.wake()
	w.every(300*time.Millisecond, w.wake)
	return w
}

// finish notes how everything stands at the end.
func (w *universe) finish() {
	w.now = end
	for _, a := range w.names {
		t := w.db.systems[a]
		w.note(Entry{Kind: InTable, Subject: a, N: t.vault, M: t.post})
	}
	for c, at := range w.db.where {
		w.note(Entry{Kind: InTable, Subject: at, Character: c + 1})
	}
	for _, id := range slices.Sorted(maps.Keys(w.db.done)) {
		w.note(Entry{Kind: InTable, ID: id})
	}
	for _, s := range w.servers {
		s.finish()
	}
}

// item is something that happens at a time; of two at once, what was planned first.
type item struct {
	at    time.Duration
	count uint64
	do    func()
}

type queue []item

func (q queue) Len() int { return len(q) }
func (q queue) Less(i, j int) bool {
	return q[i].at < q[j].at || q[i].at == q[j].at && q[i].count < q[j].count
}
func (q queue) Swap(i, j int) { q[i], q[j] = q[j], q[i] }
func (q *queue) Push(x any)   { *q = append(*q, x.(item)) }
func (q *queue) Pop() any {
	last := len(*q) - 1
	x := (*q)[last]
	(*q)[last] = item{}
	*q = (*q)[:last]
	return x
}

func (w *universe) at(t time.Duration, do func()) {
	w.count++
	heap.Push(&w.queue, item{max(t, w.now), w.count, do})
}

func (w *universe) after(d time.Duration, do func()) { w.at(w.now+d, do) }

func (w *universe) step() {
	next := heap.Pop(&w.queue).(item)
	w.now = next.at
	w.result.Events++
	next.do()
}

// between is a time between two.
func (w *universe) between(a, b time.Duration) time.Duration {
	return a + time.Duration(w.rand.Int64N(int64(b-a)))
}

func (w *universe) chance(p float64) bool { return w.rand.Float64() < p }

func (w *universe) note(e Entry) {
	e.At = w.now
	w.history = append(w.history, e)
}

// String is one line on the run.
func (r *Result) String() string {
	return fmt.Sprintf("seed %d: %d events, %d acquisitions, %d writes, %d moves done and %d not, %d problems", r.Seed, r.Events, r.Grants, r.Writes, r.Moves, r.Stayed, len(r.Problems))
}
