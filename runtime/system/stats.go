package system

import (
	"math"
	"sync/atomic"
	"time"

	"hotshard/runtime/world"
)

// Stats is how a system does, as of its last tick.
type Stats struct {
	Address  world.Address
	Awake    bool
	Players  int
	Entities int
	Release  int
	Tick     world.Tick
	TickMs   float64 // moving average of the last hundred or so
	MaxMs    float64 // longest tick since Stats was last asked for
	Late     uint64  // ticks that took longer than a period
	Crashes  uint64
	Commands uint64
}

// counters are written by the system and read by whoever asks.
type counters struct {
	awake    atomic.Bool
	players  atomic.Int64
	entities atomic.Int64
	release  atomic.Int64
	tick     atomic.Uint64
	avg      atomic.Uint64 // math.Float64bits of milliseconds
	longest  atomic.Int64  // nanoseconds
	late     atomic.Uint64
	crashes  atomic.Uint64
	commands atomic.Uint64
}

func (c *counters) setRelease(n int) { c.release.Store(int64(n)) }

func (c *counters) ticked(tick world.Tick, took, period time.Duration) {
	c.tick.Store(uint64(tick))
	ms := float64(took) / float64(time.Millisecond)
	avg := math.Float64frombits(c.avg.Load())
	c.avg.Store(math.Float64bits(avg + (ms-avg)/64))
	if int64(took) > c.longest.Load() {
		c.longest.Store(int64(took))
	}
	if took > period {
		c.late.Add(1)
	}
}

// Stats may be asked for from any goroutine.
func (s *System) Stats() Stats {
	return Stats{
		Address:  s.cfg.Address,
		Awake:    s.stats.awake.Load(),
		Players:  int(s.stats.players.Load()),
		Entities: int(s.stats.entities.Load()),
		Release:  int(s.stats.release.Load()),
		Tick:     world.Tick(s.stats.tick.Load()),
		TickMs:   math.Float64frombits(s.stats.avg.Load()),
		MaxMs:    float64(s.stats.longest.Swap(0)) / float64(time.Millisecond),
		Late:     s.stats.late.Load(),
		Crashes:  s.stats.crashes.Load(),
		Commands: s.stats.commands.Load(),
	}
}
