package world

import (
	"cmp"
	"math"
	"slices"
	"sync"
)

// AnySecurity is the minimum security that excludes no system.
const AnySecurity = -math.MaxFloat64

// Router finds shortest ways through the stargates of a universe. It is
// read-only after NewRouter and may be used by many goroutines at once.
type Router struct {
	index    map[SystemID]int32
	ids      []SystemID
	security []float64
	first    []int32 // first[i]:first[i+1] is where the neighbours of system i lie in next
	next     []int32
	pool     sync.Pool // *search
}

// search is the scratch space of one query: kept between queries, and told apart
// from the last one by the round number, so that nothing needs clearing.
type search struct {
	round uint32
	seen  []uint32
	from  []int32
	queue []int32
}

// NewRouter indexes the stargates of the universe. Two gates to the same system
// count once, and a gate works in its own direction only.
func NewRouter(u *Universe) *Router {
	n := len(u.Systems)
	r := &Router{
		index:    make(map[SystemID]int32, n),
		ids:      make([]SystemID, n),
		security: make([]float64, n),
		first:    make([]int32, n+1),
	}
	for i := range u.Systems {
		s := &u.Systems[i]
		r.index[s.ID], r.ids[i], r.security[i] = int32(i), s.ID, s.Security
	}
	for i := range u.Systems {
		begin := len(r.next)
		for _, c := range u.Systems[i].Celestials {
			if to, ok := r.index[c.Dest]; ok && c.Kind == KindGate && to != int32(i) {
				r.next = append(r.next, to)
			}
		}
		// In order of id, so that of several equally short ways it is always the
		// same one that is found, whatever order the map lists its gates in.
		own := r.next[begin:]
		slices.SortFunc(own, func(a, b int32) int { return cmp.Compare(r.ids[a], r.ids[b]) })
		r.next = r.next[:begin+len(slices.Compact(own))]
		r.first[i+1] = int32(len(r.next))
	}
	r.pool.New = func() any {
		return &search{seen: make([]uint32, n), from: make([]int32, n), queue: make([]int32, 0, n)}
	}
	return r
}

// Path appends the systems of a way from one system to another with the fewest
// jumps to buf, both ends included, and says whether there is one; without one,
// buf comes back as it was. It passes only through systems of at least the given
// security (of the map's own, unrounded scale); both ends may have any.
func (r *Router) Path(buf []SystemID, from, to SystemID, minSecurity float64) ([]SystemID, bool) {
	a, okA := r.index[from]
	b, okB := r.index[to]
	if !okA || !okB {
		return buf, false
	}
	s := r.pool.Get().(*search)
	defer r.pool.Put(s)
	if !r.search(s, a, b, minSecurity) {
		return buf, false
	}
	begin := len(buf)
	for at := b; at != a; at = s.from[at] {
		buf = append(buf, r.ids[at])
	}
	buf = append(buf, from)
	slices.Reverse(buf[begin:])
	return buf, true
}

// search spreads breadth first from start until it meets goal; following s.from
// then leads from goal back to start.
func (r *Router) search(s *search, start, goal int32, minSecurity float64) bool {
	if s.round++; s.round == 0 { // after 2^32 queries the old marks would look new
		clear(s.seen)
		s.round = 1
	}
	s.seen[start] = s.round
	s.queue = append(s.queue[:0], start)
	for head := 0; head < len(s.queue); head++ {
		at := s.queue[head]
		if at == goal {
			return true
		}
		if at != start && r.security[at] < minSecurity {
			continue // allowed only as an end, and it was not the goal
		}
		for _, n := range r.next[r.first[at]:r.first[at+1]] {
			if s.seen[n] != s.round {
				s.seen[n], s.from[n] = s.round, at
				s.queue = append(s.queue, n)
			}
		}
	}
	return false
}

// Neighbours appends the systems that the gates of a system lead to, in order of
// id, to buf.
func (r *Router) Neighbours(buf []SystemID, id SystemID) []SystemID {
	i, ok := r.index[id]
	if !ok {
		return buf
	}
	for _, n := range r.next[r.first[i]:r.first[i+1]] {
		buf = append(buf, r.ids[n])
	}
	return buf
}
