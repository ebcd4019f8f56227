package server

import (
	"runtime/metrics"
	"slices"
	"time"

	"hotshard/runtime/system"
)

// Where more systems are loaded than are to be, or memory is short, those rest that nobody
// has used for longest, however lately that was.

const (
	restGrace  = 10 * time.Second // of whoever was just used
	memoryFull = 0.8              // of the limit: from there on systems rest
	restPart   = 16               // one in so many of those that may, at each collection of garbage
)

// pressure decides who has to rest.
type pressure struct {
	systems int    // that are loaded at most; 0: any number
	bytes   uint64 // of live memory; 0: any
	cycle   uint64 // of the garbage collection that was last looked at
}

// idle is a system that may rest.
type idle struct {
	s    *system.System
	used time.Time
}

// press asks those to rest who have to.
func (p *pressure) press(s *Server, now time.Time) {
	if p.systems == 0 && p.bytes == 0 {
		return
	}
	loaded, list := 0, []idle(nil)
	for _, a := range s.universe.Actors() {
		if a.Static() == nil {
			continue
		}
		loaded++
		if st := a.Stats(); st.Players == 0 && st.Waiting == 0 && st.Queue == 0 && now.Sub(st.Used) >= restGrace {
			list = append(list, idle{a, st.Used})
		}
	}
	for _, i := range p.chosen(loaded, list) {
		i.s.RestSoon()
	}
}

// chosen are those that nobody has used for longest, as many as have to rest.
func (p *pressure) chosen(loaded int, list []idle) []idle {
	n := 0
	if p.systems > 0 {
		n = max(0, loaded-p.systems)
	}
	if p.short() {
		n = max(n, (len(list)+restPart-1)/restPart)
	}
	slices.SortStableFunc(list, func(a, b idle) int { return a.used.Compare(b.used) })
	return list[:min(n, len(list))]
}

// short says whether memory is: once for each collection, since what rests is counted at the
// next one.
func (p *pressure) short() bool {
	if p.bytes == 0 {
		return false
	}
	samples := []metrics.Sample{{Name: "/gc/cycles/total:gc-cycles"}, {Name: "/gc/heap/live:bytes"}}
	metrics.Read(samples)
	cycle, live := samples[0].Value.Uint64(), samples[1].Value.Uint64()
	if cycle == p.cycle {
		return false
	}
	p.cycle = cycle
	return float64(live) > memoryFull*float64(p.bytes)
}
