package opspage

import (
	"time"

	"hotshard/runtime/system"
)

// metric is one of the figures that are kept of everybody, in the order of the wire.
type metric uint8

// The metrics. All of them are worse when they are higher.
const (
	cpu     metric = iota // thousandths of a core
	players               // heads
	tick                  // how long ticks took, in steps of tickUnit
	memory                // that Lua holds, in steps of memoryUnit; of the shard the process, of wholeUnit
	slow                  // thousandths that game time loses to dilation
	metrics
)

// metricNames are what the page calls them when it asks.
var metricNames = [metrics]string{"cpu", "players", "tick", "memory", "slow"}

// Units of what has to fit into sixteen bits.
const (
	tickUnit   = 20 * time.Microsecond // up to 1.3 s
	memoryUnit = 16 << 10              // up to 1 GiB
	wholeUnit  = 1 << 20               // up to 64 GiB
	oneCore    = 1000                  // a system has one goroutine, and no more
)

// figures is what was seen of one system within a second: an average, and of ticks the
// longest, too.
type figures struct {
	mean    [metrics]uint16
	longest uint16 // tick
	awake   bool
}

// most is the greatest value of a metric within the second.
func (f *figures) most(m metric) uint16 {
	if m == tick {
		return f.longest
	}
	return f.mean[m]
}

// zero says whether there is nothing to tell.
func (f *figures) zero() bool { return *f == figures{} }

// measure is what lies between two glances at a system, some time apart.
func measure(before, now system.Glance, since time.Duration) (f figures) {
	f.awake = now.Awake
	f.mean[players] = small(int64(now.Players))
	f.mean[slow] = small(int64(1000*(1-now.Dilation) + 0.5))
	busy := now.Busy - before.Busy
	if now.Ticks < before.Ticks || busy <= 0 || since <= 0 {
		return f
	}
	f.mean[cpu] = min(share(busy, since), oneCore) // a tick that was long ended in this second
	f.longest = steps(now.Longest)
	if ticks := now.Ticks - before.Ticks; ticks > 0 {
		f.mean[tick] = min(steps(busy/time.Duration(ticks)), f.longest)
	} else {
		f.mean[tick] = f.longest // that it is at
	}
	return f
}

// share is a part of a core, in thousandths; what is there at all is not nothing.
func share(busy, since time.Duration) uint16 {
	return small((1000*int64(busy) + int64(since) - 1) / int64(since))
}

func steps(d time.Duration) uint16 { return small(int64((d + tickUnit - 1) / tickUnit)) }

func small(n int64) uint16 { return uint16(min(max(n, 0), 1<<16-1)) }
