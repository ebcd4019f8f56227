package book

import (
	"slices"

	"hotshard/runtime/world"
)

// Region knows how many jumps its systems are from each other. The books of all types in
// a region share one.
type Region struct {
	systems []world.SystemID
	index   map[world.SystemID]int32
	dist    []uint8
}

// tooFar is the distance of systems without a way between them, or a very long one.
const tooFar = 255

// NewRegion measures a region. neighbours appends the systems that are one jump from a
// system to a buffer; ways may lead through other regions.
func NewRegion(systems []world.SystemID, neighbours func([]world.SystemID, world.SystemID) []world.SystemID) *Region {
	r := &Region{systems: slices.Clone(systems), index: make(map[world.SystemID]int32, len(systems)), dist: make([]uint8, len(systems)*len(systems))}
	for i, id := range r.systems {
		r.index[id] = int32(i)
	}
	for i := range r.systems {
		r.measure(i, neighbours)
	}
	return r
}

// measure finds the distances from one system.
func (r *Region) measure(from int, neighbours func([]world.SystemID, world.SystemID) []world.SystemID) {
	row := r.dist[from*len(r.systems):][:len(r.systems)]
	for i := range row {
		row[i] = tooFar
	}
	seen := map[world.SystemID]bool{r.systems[from]: true}
	ring, missing := []world.SystemID{r.systems[from]}, len(row)
	var buf []world.SystemID
	for d := 0; len(ring) > 0 && missing > 0 && d < tooFar; d++ {
		var next []world.SystemID
		for _, id := range ring {
			if i, ok := r.index[id]; ok {
				row[i] = uint8(d)
				missing--
			}
			buf = neighbours(buf[:0], id)
			for _, n := range buf {
				if !seen[n] {
					seen[n] = true
					next = append(next, n)
				}
			}
		}
		ring = next
	}
}

func (r *Region) jumps(a, b int32) int { return int(r.dist[int(a)*len(r.systems)+int(b)]) }

// Jumps is how many jumps there are between two systems of the region; false where there
// is no way, or one of them is elsewhere.
func (r *Region) Jumps(a, b world.SystemID) (int, bool) {
	i, ok1 := r.index[a]
	k, ok2 := r.index[b]
	if !ok1 || !ok2 || r.jumps(i, k) == tooFar {
		return 0, false
	}
	return r.jumps(i, k), true
}

// Covers says whether a buyer at a place takes goods from another.
func (r *Region) Covers(reach Reach, at, goods Place) bool {
	switch reach {
	case InRegion:
		return true
	case AtStation:
		return at == goods
	}
	n, ok := r.Jumps(at.System, goods.System)
	return ok && n <= int(reach)
}
