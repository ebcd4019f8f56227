package script

import (
	"maps"
	"time"
)

// Entry is how often one kind of activity has run, and for how long: "command fire",
// "event tick", "timer".
type Entry struct {
	Runs   float64
	Faults float64
	Time   time.Duration
}

// Sub is what came on top of an earlier reading; one from before a restart counts as
// nothing.
func (e Entry) Sub(before Entry) Entry {
	if before.Runs > e.Runs {
		return e
	}
	return Entry{e.Runs - before.Runs, e.Faults - before.Faults, e.Time - before.Time}
}

// Add is both together.
func (e Entry) Add(o Entry) Entry {
	return Entry{e.Runs + o.Runs, e.Faults + o.Faults, e.Time + o.Time}
}

// entrySpan is for how many game seconds what runs is compared with: between one and
// two of these.
const entrySpan = 60

// activities counts what runs by their origin: what a change is compared with, so it
// runs always. It costs two looks at the clock for each.
type activities struct {
	all    map[string]*Entry
	older  map[string]Entry // as it stood one or two spans ago
	recent map[string]Entry // as it stood less than a span ago
	turned float64
}

func (e *activities) note(origin string, took time.Duration, failed bool) {
	if e.all == nil {
		e.all = map[string]*Entry{}
	}
	n := e.all[origin]
	if n == nil {
		if len(e.all) >= 512 { // names of tasks are the scripts' own
			return
		}
		n = &Entry{}
		e.all[origin] = n
	}
	n.Runs++
	n.Time += took
	if failed {
		n.Faults++
	}
}

// turn begins a new span when it is time.
func (e *activities) turn(now float64) {
	if now-e.turned < entrySpan {
		return
	}
	e.turned, e.older = now, e.recent
	e.recent = e.copy()
}

func (e *activities) copy() map[string]Entry {
	out := make(map[string]Entry, len(e.all))
	for origin, n := range e.all {
		out[origin] = *n
	}
	return out
}

// Entries is how often each kind of activity has run since the State began, and in
// the last minute or two.
func (s *State) Entries() (all, lately map[string]Entry) {
	all = s.entered.copy()
	lately = maps.Clone(all)
	for origin, before := range s.entered.older {
		lately[origin] = lately[origin].Sub(before)
	}
	return all, lately
}
