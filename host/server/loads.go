package server

import (
	"sync"
	"time"

	"hotshard/runtime/system"
	"hotshard/runtime/universe"
	"hotshard/runtime/world"
)

// loads knows how much of a core each system takes: what its ticks have taken
// between the last two samples.
type loads struct {
	universe *universe.Universe

	mu   sync.Mutex
	at   time.Time
	busy map[world.Address]time.Duration
	cpu  map[world.Address]float64
}

// sampleEvery is how far two samples are apart.
const sampleEvery = 3 * time.Second

func newLoads(u *universe.Universe) *loads {
	return &loads{universe: u, busy: map[world.Address]time.Duration{}, cpu: map[world.Address]float64{}}
}

func (l *loads) sample(now time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	since := now.Sub(l.at)
	if since < sampleEvery {
		return
	}
	busy := make(map[world.Address]time.Duration, len(l.busy))
	cpu := make(map[world.Address]float64, len(l.cpu))
	for _, a := range l.universe.Actors() {
		b := a.Busy()
		busy[a.Address()] = b
		if old, known := l.busy[a.Address()]; known && b >= old {
			cpu[a.Address()] = float64(b-old) / float64(since)
		}
	}
	l.at, l.busy, l.cpu = now, busy, cpu
}

// of is the load of one system, in cores.
func (l *loads) of(s system.Stats) float64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.cpu[s.Address]
}
