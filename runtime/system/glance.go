package system

import (
	"cmp"
	"time"
)

// Glance is what can be seen of a system for next to nothing: thousands of them are looked
// at once a second.
type Glance struct {
	Awake    bool
	Players  int
	Busy     time.Duration // in all ticks so far, and in what it is at
	Ticks    uint64        // run so far
	Longest  time.Duration // of the ticks since the last glance, as far as they are kept, and what it is at
	Dilation float64       // game seconds in a real one
}

// Glance looks from any goroutine, takes no lock and leaves the system to its work. since
// is Ticks of the glance before, 0 for none; now is the time by the system's clock.
func (s *System) Glance(since uint64, now time.Time) Glance { return s.stats.glance(since, now) }

func (c *counters) glance(since uint64, now time.Time) Glance {
	g := Glance{
		Awake: c.awake.Load(), Players: int(c.players.Load()), Busy: time.Duration(c.busy.Load()), Ticks: c.ticks.Load(),
		Dilation: float64(cmp.Or(c.dilation.Load(), 1000)) / 1000,
	}
	since = min(since, g.Ticks)
	if g.Ticks-since > recentTicks {
		since = g.Ticks - recentTicks
	}
	longest := uint32(0)
	for n := since; n < g.Ticks; n++ {
		longest = max(longest, c.recent[n%recentTicks].Load())
	}
	g.Longest = time.Duration(longest) * time.Microsecond
	if began := c.since.Load(); began != 0 { // a tick that does not end is seen before it does
		at := max(0, time.Duration(now.UnixNano()-began))
		g.Busy, g.Longest = g.Busy+at, max(g.Longest, at)
	}
	return g
}
