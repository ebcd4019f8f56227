package server

import (
	"cmp"
	"runtime"
	"slices"
	"time"

	"hotshard/runtime/system"
	"hotshard/runtime/world"
)

// Where there is not enough processor for all, and those suffer who take little, the ones who
// take most are held to a share, which grows again once there is room.

const (
	sharesEvery = 2 * time.Second
	sharesFull  = 0.85 // of all processors: what systems may take together
	sharesGrow  = 1.25 // times, from one look to the next
)

// shares holds systems to their share of the processors. The sweep runs it.
type shares struct {
	cores float64
	at    time.Time
	last  map[world.Address]usage
}

// usage is what a system had taken at a look.
type usage struct {
	busy time.Duration
	late uint64
}

// taking is what a system takes between two looks.
type taking struct {
	system *system.System
	cores  float64
	late   bool    // ticks came too late
	share  float64 // that it is held to
}

func newShares() *shares {
	return &shares{cores: float64(runtime.GOMAXPROCS(0)), last: map[world.Address]usage{}}
}

// look gives everybody their share.
func (v *shares) look(actors []*system.System, now time.Time) {
	since := now.Sub(v.at)
	if since < sharesEvery {
		return
	}
	last := make(map[world.Address]usage, len(actors))
	var all []taking
	for _, a := range actors {
		st := a.Stats()
		is := usage{a.Busy(), st.Late}
		last[a.Address()] = is
		if was, ok := v.last[a.Address()]; ok && is.busy >= was.busy {
			all = append(all, taking{a, (is.busy - was.busy).Seconds() / since.Seconds(), is.late > was.late, st.Share})
		}
	}
	v.at, v.last = now, last
	for i, share := range divide(all, v.cores) {
		if share != all[i].share {
			all[i].system.SetShare(share)
		}
	}
}

// divide says what everybody is held to from now on.
func divide(all []taking, cores float64) []float64 {
	level := waterline(all, sharesFull*cores)
	suffers := slices.ContainsFunc(all, func(t taking) bool { return t.late && t.cores < level && t.share == 1 })
	out := make([]float64, len(all))
	for i, t := range all {
		switch {
		case suffers && t.cores > level:
			out[i] = max(system.LeastShare, min(t.share, level))
		case t.share < 1:
			out[i] = min(1, sharesGrow*t.share)
		default:
			out[i] = t.share
		}
	}
	return out
}

// waterline is the most that each may take so that all together take no more than there is:
// who takes less is not touched. It is more than a core where there is enough.
func waterline(all []taking, room float64) float64 {
	sorted := slices.SortedFunc(slices.Values(all), func(a, b taking) int { return cmp.Compare(a.cores, b.cores) })
	for i, t := range sorted {
		if left := float64(len(sorted) - i); t.cores*left > room {
			return room / left
		}
		room -= t.cores
	}
	return float64(len(all)) + 1
}
