package physics

import (
	"fmt"
	"math"
	"testing"

	"hotshard/runtime/world"
)

// crowd is n ships in one bubble, given their orders by give, after two seconds.
func crowd(b testing.TB, n, workers int, give func(s *Space, i int, id world.EntityID)) *Space {
	s := New(Config{Seed: 1, Workers: workers})
	station(b, s, 1, world.Vec3{X: 40e3}, 5e3)
	for i := range n {
		a := float64(i)
		id := ship(b, s, world.FirstDynamicID+world.EntityID(i), world.Vec3{X: 20e3 * math.Sin(a), Y: 20e3 * math.Cos(1.7*a), Z: a})
		must(b, s.SetMaxSpeed(id, 200+math.Mod(a, 300)))
	}
	for i := range n {
		give(s, i, world.FirstDynamicID+world.EntityID(i))
	}
	for range 20 {
		must(b, s.Step(tick))
	}
	return s
}

var courses = []struct {
	name string
	give func(s *Space, i int, id world.EntityID)
}{
	{"rest", func(*Space, int, world.EntityID) {}},
	{"direction", func(s *Space, i int, id world.EntityID) { s.Direction(id, world.Vec3{X: 1, Y: float64(i)}) }},
	{"keep", func(s *Space, i int, id world.EntityID) {
		if leader := world.FirstDynamicID + world.EntityID(i/50*50); s.KeepRange(id, leader, 1e3) != nil {
			s.Direction(id, world.Vec3{X: 1, Y: float64(i)})
		}
	}},
	{"orbit", func(s *Space, i int, id world.EntityID) { s.Orbit(id, 1, 10e3) }},
	{"mixed", mixed},
}

// mixed is a fleet fight: leaders under way, the others around them or the station.
func mixed(s *Space, i int, id world.EntityID) {
	leader := world.FirstDynamicID + world.EntityID(i/50*50)
	switch {
	case id == leader, i%4 == 0:
		s.Direction(id, world.Vec3{X: 1, Y: float64(i)})
	case i%4 == 1:
		s.Orbit(id, leader, 5e3)
	case i%4 == 2:
		s.KeepRange(id, leader, 8e3)
	default:
		s.Orbit(id, 1, 10e3)
	}
}

// BenchmarkStep is a tick of 8,000 ships in one bubble; ns/ship is what one costs.
func BenchmarkStep(b *testing.B) {
	for _, c := range courses {
		for _, workers := range []int{1, 2} {
			b.Run(fmt.Sprintf("%s/%dworkers", c.name, workers), func(b *testing.B) { benchStep(b, 8000, workers, c.give) })
		}
	}
}

// BenchmarkStepSize shows how the tick grows with the number of ships.
func BenchmarkStepSize(b *testing.B) {
	for _, n := range []int{500, 1000, 2000, 4000, 8000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) { benchStep(b, n, 1, mixed) })
	}
}

func benchStep(b *testing.B, n, workers int, give func(*Space, int, world.EntityID)) {
	s := crowd(b, n, workers, give)
	b.ReportAllocs()
	b.ResetTimer()
	for range b.N {
		if err := s.Step(tick); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/ship")
}

// BenchmarkMissiles is a tick of 7,000 missiles in flight.
func BenchmarkMissiles(b *testing.B) {
	s := crowd(b, 1000, 1, courses[3].give)
	for i := range 7000 {
		must(b, s.Launch(Missile{ID: 2*world.FirstDynamicID + world.EntityID(i), Owner: world.FirstDynamicID, Pos: world.Vec3{Z: 1e4},
			Target: world.FirstDynamicID + world.EntityID(i%1000), Mass: 1, Agility: 1e6, MaxSpeed: 1e-3, Radius: 1, Life: 1e9}))
	}
	b.ReportAllocs()
	b.ResetTimer()
	for range b.N {
		must(b, s.Step(tick))
	}
}

// BenchmarkOrders is a fleet that turns: 8,000 orders and the tick after them.
func BenchmarkOrders(b *testing.B) {
	s := crowd(b, 8000, 1, mixed)
	b.ReportAllocs()
	b.ResetTimer()
	for n := range b.N {
		for i := range 8000 {
			s.Direction(world.FirstDynamicID+world.EntityID(i), world.Vec3{X: float64(n), Y: 1})
		}
		must(b, s.Step(tick))
	}
}

// BenchmarkFleetWarp is 1,000 ships going into warp and landing together.
func BenchmarkFleetWarp(b *testing.B) {
	for range b.N {
		s := crowd(b, 1000, 1, func(s *Space, i int, id world.EntityID) { s.Warp(id, world.Vec3{X: world.AU}, 0) })
		for s.Moving() > 0 {
			must(b, s.Step(tick))
		}
	}
}

// BenchmarkNear asks among 8,000 ships in one bubble.
func BenchmarkNear(b *testing.B) {
	s := crowd(b, 8000, 1, mixed)
	var buf []world.EntityID
	b.ReportAllocs()
	b.ResetTimer()
	for range b.N {
		buf = s.Near(world.Vec3{X: 1e3}, 5e3, buf[:0])
	}
	b.ReportMetric(float64(len(buf)), "found")
}

// BenchmarkMirror is a client's tick with 8,000 ships.
func BenchmarkMirror(b *testing.B) {
	s, m := crowd(b, 8000, 1, mixed), NewMirror()
	for id := range s.index {
		st, _ := s.Get(id)
		m.Set(id, st.Motion)
	}
	b.ReportAllocs()
	b.ResetTimer()
	for range b.N {
		m.Step(tick)
	}
}

func TestStepsDoNotAllocate(t *testing.T) {
	s := crowd(t, 3000, 2, mixed)
	for i := range 300 {
		must(t, s.Launch(Missile{ID: 2*world.FirstDynamicID + world.EntityID(i), Owner: world.FirstDynamicID, Pos: world.Vec3{Z: 1e4},
			Target: world.FirstDynamicID + world.EntityID(i), Mass: 1, Agility: 1e6, MaxSpeed: 10, Radius: 1, Life: 1e9}))
	}
	for range 300 {
		must(t, s.Step(tick))
	}
	n := 0.0
	per := testing.AllocsPerRun(100, func() {
		for i := range world.EntityID(20) {
			n++
			s.Direction(world.FirstDynamicID+i*50, world.Vec3{X: n, Y: 1})
		}
		s.Step(tick)
	})
	if per > 0.5 { // a scheduler may need another goroutine once in a while
		t.Errorf("%g allocations a step", per)
	}
}
