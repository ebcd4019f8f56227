package static

import (
	"cmp"
	"math"
	"slices"
)

// cores is how many regions are as safe as can be.
const cores = 4

// Of all systems, ordered from the safest: what share has a security that shows
// as 0.5 or more, and what share one above 0.
const (
	highShare  = 0.22
	aboveShare = 0.38
)

// secure gives every system its security. What counts is the number of jumps to
// the nearest capital, made a little uneven by constellation and system; the
// order of the systems by that, not the number, sets the value, so that the
// shares are the same in every universe.
func (g *galaxy) secure() {
	r := g.random(forSecurity, 0)
	jumps := g.jumpsFrom(g.capitals())
	distance := make([]float64, len(g.systems))
	for i := range g.constellations {
		c := &g.constellations[i]
		bias := 1.2 * r.NormFloat64()
		for j := c.first; j < c.first+c.count; j++ {
			distance[j] = float64(jumps[j]) + bias + 0.5*r.NormFloat64()
			if jumps[j] == 0 {
				distance[j] = math.Inf(-1)
			}
		}
	}
	order := make([]int, len(g.systems))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int {
		return cmp.Or(cmp.Compare(distance[a], distance[b]), cmp.Compare(a, b))
	})
	for rank, i := range order {
		g.systems[i].security = securityAt(float64(rank) / float64(len(order)))
	}
}

// securityAt returns the security of the system that a share q of all systems is
// safer than, to three decimals: 1 at 0, -1 at 1.
func securityAt(q float64) float64 {
	var s float64
	switch {
	case q < highShare:
		s = 1 - 0.55*q/highShare
	case q < aboveShare:
		s = 0.45 * (aboveShare - q) / (aboveShare - highShare)
	default:
		s = (aboveShare - q) / (1 - aboveShare)
	}
	return math.Round(s*1000) / 1000
}

// capitals picks the core regions, on a ring around the middle and so close that
// their safe space meets, and of each the system with the most gates near its
// centre.
func (g *galaxy) capitals() []int {
	turn := 2 * math.Pi * g.random(forSecurity, 1).Float64()
	var capitals []int
	for k := range cores {
		sin, cos := math.Sincos(turn + 2*math.Pi*float64(k)/cores)
		core := g.nearestRegion(point{0.33 * cos, 0.33 * sin})
		best, at := -math.MaxFloat64, -1
		for i := range g.systems {
			if s := &g.systems[i]; g.constellations[s.constellation].region == core {
				score := float64(len(s.links)) - 25*s.at.dist(g.regions[core].centre)
				if score > best {
					best, at = score, i
				}
			}
		}
		if at >= 0 && !slices.Contains(capitals, at) {
			capitals = append(capitals, at)
		}
	}
	return capitals
}

// jumpsFrom returns how many jumps each system is from the nearest source.
func (g *galaxy) jumpsFrom(sources []int) []int {
	jumps := make([]int, len(g.systems))
	for i := range jumps {
		jumps[i] = math.MaxInt
	}
	queue := slices.Clone(sources)
	for _, s := range sources {
		jumps[s] = 0
	}
	for ; len(queue) > 0; queue = queue[1:] {
		at := queue[0]
		for _, n := range g.systems[at].links {
			if jumps[n] == math.MaxInt {
				jumps[n] = jumps[at] + 1
				queue = append(queue, n)
			}
		}
	}
	return jumps
}
