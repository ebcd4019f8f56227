package world

import (
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
)

// routeMap builds a universe from pairs of joined systems; security[i] is that
// of system i+1.
func routeMap(t testing.TB, security []float64, links ...[2]SystemID) *Universe {
	t.Helper()
	systems := make([]SolarSystem, len(security))
	for i := range systems {
		id := SystemID(i + 1)
		systems[i] = SolarSystem{ID: id, Name: string(rune('A'+i%26)) + string(rune('0'+i/26)), Security: security[i]}
	}
	gate := EntityID(1)
	for _, l := range links {
		for _, way := range [][2]SystemID{{l[0], l[1]}, {l[1], l[0]}} {
			s := &systems[way[0]-1]
			s.Celestials = append(s.Celestials, Celestial{ID: gate, Kind: KindGate, Dest: way[1]})
			gate++
		}
	}
	u, err := NewUniverse("test", 0, systems)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

func TestPath(t *testing.T) {
	// 1 - 2 - 3 - 4 is the short way and passes the dangerous 2; 1 - 5 - 6 - 7 - 4
	// is safe; 8 has no gates.
	u := routeMap(t, []float64{0.9, 0.2, 0.8, 0.7, 0.6, 0.6, 0.5, 1},
		[2]SystemID{1, 2}, [2]SystemID{2, 3}, [2]SystemID{3, 4},
		[2]SystemID{1, 5}, [2]SystemID{5, 6}, [2]SystemID{6, 7}, [2]SystemID{7, 4})
	r := NewRouter(u)
	for _, c := range []struct {
		name     string
		from, to SystemID
		min      float64
		want     []SystemID
	}{
		{"shortest", 1, 4, AnySecurity, []SystemID{1, 2, 3, 4}},
		{"back", 4, 1, AnySecurity, []SystemID{4, 3, 2, 1}},
		{"safe", 1, 4, 0.5, []SystemID{1, 5, 6, 7, 4}},
		{"dangerous end", 1, 2, 0.5, []SystemID{1, 2}},
		{"dangerous start", 2, 4, 0.5, []SystemID{2, 3, 4}},
		{"too safe", 1, 4, 0.95, nil},
		{"here", 3, 3, 0.95, []SystemID{3}},
		{"no gates", 1, 8, AnySecurity, nil},
		{"unknown start", 99, 1, AnySecurity, nil},
		{"unknown end", 1, 99, AnySecurity, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			prefix := []SystemID{42}
			got, ok := r.Path(prefix, c.from, c.to, c.min)
			if ok != (c.want != nil) || !slices.Equal(got[1:], c.want) || got[0] != 42 {
				t.Errorf("Path(%d, %d, %g) = %v, %v; want %v", c.from, c.to, c.min, got[1:], ok, c.want)
			}
		})
	}
}

func TestPathTakesGatesInTheirDirection(t *testing.T) {
	u, err := NewUniverse("one way", 0, []SolarSystem{
		{ID: 1, Name: "a", Celestials: []Celestial{{ID: 1, Kind: KindGate, Dest: 2}, {ID: 2, Kind: KindGate, Dest: 2}}},
		{ID: 2, Name: "b"}})
	if err != nil {
		t.Fatal(err)
	}
	r := NewRouter(u)
	if _, ok := r.Path(nil, 1, 2, AnySecurity); !ok {
		t.Error("no way through the gate")
	}
	if p, ok := r.Path(nil, 2, 1, AnySecurity); ok {
		t.Errorf("a way back without a gate: %v", p)
	}
	if n := r.Neighbours(nil, 1); !slices.Equal(n, []SystemID{2}) {
		t.Errorf("Neighbours = %v, want each system once", n)
	}
	if n := r.Neighbours(nil, 77); n != nil {
		t.Errorf("Neighbours of an unknown system = %v", n)
	}
}

// Distances by relaxation, the slow way, must agree with the search; and one
// router must serve many goroutines.
func TestPathIsShortestEverywhere(t *testing.T) {
	const n = 40
	rng := rand.New(rand.NewPCG(1, 2))
	security := make([]float64, n)
	for i := range security {
		security[i] = rng.Float64()
	}
	var links [][2]SystemID
	for range 55 {
		if a, b := SystemID(rng.IntN(n)+1), SystemID(rng.IntN(n)+1); a != b {
			links = append(links, [2]SystemID{a, b})
		}
	}
	u := routeMap(t, security, links...)
	r := NewRouter(u)
	var wg sync.WaitGroup
	for from := SystemID(1); from <= n; from++ {
		wg.Go(func() {
			dist := relax(links, n, from)
			for to := SystemID(1); to <= n; to++ {
				p, ok := r.Path(nil, from, to, AnySecurity)
				if ok != (dist[to] <= n) || ok && len(p) != dist[to]+1 {
					t.Errorf("from %d to %d: %v, %v; want %d jumps", from, to, p, ok, dist[to])
				}
				for i := 1; i < len(p); i++ {
					if u.System(p[i-1]).GateTo(p[i]) == nil {
						t.Errorf("no gate from %d to %d in %v", p[i-1], p[i], p)
					}
				}
			}
		})
	}
	wg.Wait()
}

func relax(links [][2]SystemID, n int, from SystemID) []int {
	dist := make([]int, n+1)
	for i := range dist {
		dist[i] = n + 1
	}
	dist[from] = 0
	for range n {
		for _, l := range links {
			dist[l[0]] = min(dist[l[0]], dist[l[1]]+1)
			dist[l[1]] = min(dist[l[1]], dist[l[0]]+1)
		}
	}
	return dist
}

func TestSearchDoesNotAllocate(t *testing.T) {
	u := routeMap(t, make([]float64, 3), [2]SystemID{1, 2}, [2]SystemID{2, 3})
	r := NewRouter(u)
	s := r.pool.New().(*search) // the pool itself forgets at random under -race
	if a := testing.AllocsPerRun(100, func() { r.search(s, 0, 2, AnySecurity) }); a != 0 {
		t.Errorf("%g allocations a search", a)
	}
}

func TestSearchRoundWrapsAround(t *testing.T) {
	u := routeMap(t, make([]float64, 3), [2]SystemID{1, 2}, [2]SystemID{2, 3})
	r := NewRouter(u)
	s := r.pool.New().(*search)
	s.round = ^uint32(0)
	s.seen = []uint32{1, 1, 1} // marks that the round after the wrap must not believe
	if !r.search(s, 0, 2, AnySecurity) {
		t.Error("the way was lost when the rounds wrapped")
	}
}

// A grid of 90 by 90 systems, corner to corner: the worst case for the size of
// the default universe.
func BenchmarkPath(b *testing.B) {
	const side = 90
	systems := make([]SolarSystem, side*side)
	gate := EntityID(1)
	for i := range systems {
		s := &systems[i]
		s.ID, s.Name = SystemID(i+1), string(rune(0x4E00+i))
		for _, d := range [4][2]int{{1, 0}, {-1, 0}, {0, 1}, {0, -1}} {
			if x, y := i%side+d[0], i/side+d[1]; x >= 0 && x < side && y >= 0 && y < side {
				s.Celestials = append(s.Celestials, Celestial{ID: gate, Kind: KindGate, Dest: SystemID(y*side + x + 1)})
				gate++
			}
		}
	}
	u, err := NewUniverse("grid", 0, systems)
	if err != nil {
		b.Fatal(err)
	}
	r := NewRouter(u)
	buf := make([]SystemID, 0, 200)
	b.ReportAllocs()
	for b.Loop() {
		buf, _ = r.Path(buf[:0], 1, side*side, AnySecurity)
	}
}
