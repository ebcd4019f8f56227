package system

import (
	"sync/atomic"
	"time"
)

// TickBounds are the upper bounds by which the lengths of ticks are counted.
var TickBounds = [...]time.Duration{
	250 * time.Microsecond, 500 * time.Microsecond, time.Millisecond, 2500 * time.Microsecond, 5 * time.Millisecond, 10 * time.Millisecond,
	25 * time.Millisecond, 50 * time.Millisecond, 100 * time.Millisecond, 250 * time.Millisecond, time.Second,
}

// Tally counts what all systems of a shard have done since it started. Systems come
// and go, and their own counts with them; these only grow. Anybody may read it.
type Tally struct {
	took     [len(TickBounds) + 1]atomic.Uint64 // ticks, by the first bound that they kept
	busy     atomic.Int64                       // nanoseconds
	late     atomic.Uint64
	crashes  atomic.Uint64
	messages atomic.Uint64
	commands atomic.Uint64
	calls    atomic.Uint64
	shed     atomic.Uint64
}

// Totals is what a Tally has come to.
type Totals struct {
	Took     [len(TickBounds) + 1]uint64 // ticks, by the first of TickBounds that they kept; the last kept none
	Busy     time.Duration               // in ticks
	Late     uint64                      // ticks that took longer than a period
	Crashes  uint64                      // panics after which a system was brought back
	Messages uint64                      // taken from inboxes
	Commands uint64                      // of players, run
	Calls    uint64                      // of services, served
	Shed     uint64                      // commands refused because too many waited
}

// Ticks is how many ticks there were.
func (t Totals) Ticks() uint64 {
	var n uint64
	for _, k := range t.Took {
		n += k
	}
	return n
}

// Totals reads it.
func (t *Tally) Totals() Totals {
	out := Totals{
		Busy: time.Duration(t.busy.Load()), Late: t.late.Load(), Crashes: t.crashes.Load(),
		Messages: t.messages.Load(), Commands: t.commands.Load(), Calls: t.calls.Load(), Shed: t.shed.Load(),
	}
	for i := range t.took {
		out.Took[i] = t.took[i].Load()
	}
	return out
}

// ticked notes a tick that took so long and ended late.
func (t *Tally) ticked(took time.Duration, late bool) {
	i := 0
	for i < len(TickBounds) && took > TickBounds[i] {
		i++
	}
	t.took[i].Add(1)
	t.busy.Add(int64(took))
	if late {
		t.late.Add(1)
	}
}
