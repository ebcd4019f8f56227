package system

import (
	"cmp"
	"slices"
	"sync/atomic"
	"time"

	"hotshard/runtime/world"
)

// Stats is how a system does, as of its last tick.
type Stats struct {
	Address     world.Address `json:"address"`
	Up          bool          `json:"up"` // its scripts run
	Awake       bool          `json:"awake"`
	Players     int           `json:"players"`
	Entities    int           `json:"entities"`
	Release     int           `json:"release"`
	Tick        world.Tick    `json:"tick"`
	Hz          float64       `json:"hz"`
	Dilation    float64       `json:"dilation"`    // game seconds in a real one
	Share       float64       `json:"share"`       // of a processor that it is held to, 1 for all of one
	P50Ms       float64       `json:"tick_p50_ms"` // over the last ticks, 128 at most
	P99Ms       float64       `json:"tick_p99_ms"`
	MaxMs       float64       `json:"tick_max_ms"`
	Late        uint64        `json:"late_ticks"` // that took longer than a period
	Crashes     uint64        `json:"crashes"`
	Commands    uint64        `json:"commands"`
	Calls       uint64        `json:"calls"`
	Queue       int           `json:"queue"`       // messages in the inbox
	Shed        uint64        `json:"shed"`        // commands refused because too many waited
	Cap         int           `json:"cap"`         // players that are let in, 0 for no limit
	Waiting     int           `json:"waiting"`     // players before the door
	Quarantined int           `json:"quarantined"` // functions that are not run any more
	Used        time.Time     `json:"-"`           // when somebody last had a use for it
	Since       time.Time     `json:"-"`           // when the tick, or whatever it does now, began; zero where it waits
}

// recentTicks is how many tick times are kept.
const recentTicks = 128

// counters are written by the system and read by whoever asks.
type counters struct {
	up       atomic.Bool
	awake    atomic.Bool
	players  atomic.Int64
	entities atomic.Int64
	release  atomic.Int64
	tick     atomic.Uint64
	millihz  atomic.Int64
	since    atomic.Int64               // nanoseconds since 1970; 0 where it waits
	ticks    atomic.Uint64              // run so far
	recent   [recentTicks]atomic.Uint32 // microseconds
	busy     atomic.Int64               // nanoseconds
	late     atomic.Uint64
	crashes  atomic.Uint64
	commands atomic.Uint64
	calls    atomic.Uint64
	shed     atomic.Uint64
	share    atomic.Int64 // thousandths; 0 for all
	dilation atomic.Int64 // thousandths; 0 before the first tick
	cap      atomic.Int64
	waiting  atomic.Int64
	taken    atomic.Int64 // seats
	coming   atomic.Int64 // arrivals in the inbox
	shut     atomic.Int64 // functions in quarantine
	used     atomic.Int64 // nanoseconds since 1970; 0 for never
}

// ticked notes a tick that took so long and ended late. Only the system writes,
// so reading before adding is safe.
func (c *counters) ticked(tick world.Tick, took time.Duration, late bool) {
	c.tick.Store(uint64(tick))
	n := c.ticks.Load()
	c.recent[n%recentTicks].Store(uint32(min(took.Microseconds(), 1<<32-1)))
	c.ticks.Store(n + 1)
	c.busy.Add(int64(took))
	if late {
		c.late.Add(1)
	}
}

// times are the recent ticks' in milliseconds, shortest first.
func (c *counters) times() []float64 {
	out := make([]float64, min(c.ticks.Load(), recentTicks))
	for i := range out {
		out[i] = float64(c.recent[i].Load()) / 1000
	}
	slices.Sort(out)
	return out
}

// stats is the part of them that the system counts as it goes.
func (c *counters) stats() Stats {
	st := Stats{
		Up:          c.up.Load(),
		Awake:       c.awake.Load(),
		Players:     int(c.players.Load()),
		Entities:    int(c.entities.Load()),
		Release:     int(c.release.Load()),
		Tick:        world.Tick(c.tick.Load()),
		Hz:          float64(c.millihz.Load()) / 1000,
		Late:        c.late.Load(),
		Crashes:     c.crashes.Load(),
		Commands:    c.commands.Load(),
		Calls:       c.calls.Load(),
		Shed:        c.shed.Load(),
		Cap:         int(c.cap.Load()),
		Waiting:     int(c.waiting.Load()),
		Quarantined: int(c.shut.Load()),
		Share:       c.held(),
		Dilation:    float64(cmp.Or(c.dilation.Load(), 1000)) / 1000,
	}
	if used := c.used.Load(); used != 0 {
		st.Used = time.Unix(0, used)
	}
	if since := c.since.Load(); since != 0 {
		st.Since = time.Unix(0, since)
	}
	if times := c.times(); len(times) > 0 {
		st.P50Ms, st.P99Ms, st.MaxMs = times[len(times)/2], times[len(times)*99/100], times[len(times)-1]
	}
	return st
}

// publish copies what the system knows of itself to where others may read it.
func (s *System) publish() {
	c := &s.stats
	c.up.Store(s.scripts.state != nil)
	c.release.Store(int64(s.Release()))
	c.shut.Store(int64(s.scripts.quarantined()))
	c.players.Store(int64(s.people.count()))
	c.entities.Store(int64(s.Len()))
	c.millihz.Store(int64(s.time.hz * 1000))
	c.dilation.Store(int64(float64(s.pace.current*1000) + 0.5))
	if !s.lastUse.IsZero() {
		c.used.Store(s.lastUse.UnixNano())
	}
	s.door.publish(c, s.people.count())
}
