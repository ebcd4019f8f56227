package script

import (
	"container/heap"
	"math"
)

// A State may rest for long: nobody needs what its system does meanwhile. What repeats can
// wait for that; what comes once, or at a time of day, cannot.

// NextOnce is when Advance has work next that does not repeat, in game seconds: a task that
// sleeps, after, at.
func (s *State) NextOnce() (float64, bool) {
	if len(s.next) > 0 || len(s.woken) > 0 {
		return s.now, true
	}
	due, ok := s.nextByCalendar()
	for _, r := range s.registry.timers {
		if r.Kind != regEvery && (!ok || r.due < due) {
			due, ok = r.due, true
		}
	}
	return due, ok
}

// Skip passes over the game time up to now, in which the State has rested. What repeats
// comes once for all of it and goes on in its phase; what comes once is due now at the
// earliest, so that a task that sleeps again sleeps from now on.
func (s *State) Skip(now float64) {
	g := &s.registry
	for _, r := range g.timers {
		switch {
		case r.due >= now:
		case r.Kind != regEvery:
			r.due = now
		default:
			period := max(r.Period, minPeriod, s.opts.Tick)
			r.due += float64(math.Floor((now-r.due)/period) * period)
		}
	}
	heap.Init(&g.timers)
}
