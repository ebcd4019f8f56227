package physics

import (
	"flag"
	"math/rand/v2"
	"os"
	"slices"
	"testing"

	"hotshard/runtime/world"
)

const tick = 0.1 // s, of the tests

// TestMain gives rapid a fixed seed, so that a run of the tests is like any other;
// -rapid.seed N looks further.
func TestMain(m *testing.M) {
	flag.Parse()
	if f := flag.Lookup("rapid.seed"); f.Value.String() == "0" {
		f.Value.Set("1")
	}
	flag.Set("rapid.nofailfile", "true")
	os.Exit(m.Run())
}

// newSpace returns a Space whose books are checked when the test ends.
func newSpace(t testing.TB, cfg Config) *Space {
	s := New(cfg)
	t.Cleanup(func() { audit(t, s) })
	return s
}

// ship adds a frigate.
func ship(t testing.TB, s *Space, id world.EntityID, pos world.Vec3) world.EntityID {
	t.Helper()
	must(t, s.Add(Spec{ID: id, Pos: pos, Mass: 1.2e6, Agility: 3, MaxSpeed: 300, Radius: 40, WarpSpeed: 3 * world.AU}))
	return id
}

// station adds a celestial.
func station(t testing.TB, s *Space, id world.EntityID, pos world.Vec3, radius float64) world.EntityID {
	t.Helper()
	must(t, s.Add(Spec{ID: id, Pos: pos, Radius: radius, Fixed: true}))
	return id
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// run steps the space for some seconds, and returns all events.
func run(t testing.TB, s *Space, seconds float64) []Event {
	t.Helper()
	var all []Event
	for range int(seconds/tick + 0.5) {
		must(t, s.Step(tick))
		all = append(all, s.Events()...)
	}
	return all
}

func get(t testing.TB, s *Space, id world.EntityID) State {
	t.Helper()
	st, ok := s.Get(id)
	if !ok {
		t.Fatalf("%d is not there", id)
	}
	return st
}

// count counts the events of a kind about a body (0: any).
func count(events []Event, kind EventKind, id world.EntityID) int {
	n := 0
	for _, e := range events {
		if e.Kind == kind && (id == 0 || e.ID == id) {
			n++
		}
	}
	return n
}

// audit checks every book that a Space keeps against the others.
func audit(t testing.TB, s *Space) {
	t.Helper()
	members, following := 0, 0
	for id, i := range s.index {
		b := &s.info[i]
		if s.ids[i] != id {
			t.Errorf("slot %d is %d, not %d", i, s.ids[i], id)
		}
		if (b.activeAt == none) != (!slices.Contains(s.active, i)) || b.activeAt == none && s.status[i]&still == 0 {
			t.Errorf("%d: active at %d, status %d", id, b.activeAt, s.status[i])
		}
		if b.activeAt == none && s.vel[i] != (world.Vec3{}) {
			t.Errorf("%d sleeps at %v m/s", id, s.vel[i])
		}
		for f := b.firstFollower; f != none; f = s.info[f].nextFollower {
			following++
			if s.target[f] != i {
				t.Errorf("%d follows %d, and is in the list of %d", s.ids[f], s.ids[s.target[f]], id)
			}
		}
		switch {
		case b.fixed:
			if b.bubble != nil || s.fixed[b.listAt] != i {
				t.Errorf("the celestial %d is badly kept", id)
			}
			continue
		case b.bubble == nil || b.bubble.dead || b.bubble.slots[b.memberAt] != i || b.bubble.ids[b.memberAt] != id:
			t.Fatalf("%d is badly kept in its bubble", id)
		case (b.cell == nil) != (s.mode[i] == Tunnel):
			t.Errorf("%d in mode %v is in the cell %v", id, s.mode[i], b.cell)
		case b.cell != nil && (b.cell.slots[b.cellAt] != i || b.cell.bubble != b.bubble || s.cells[b.cell.key] != b.cell):
			t.Errorf("%d is badly kept in its cell", id)
		}
		if b.missile && s.missiles[b.listAt] != i {
			t.Errorf("the missile %d is badly kept", id)
		}
	}
	auditBubbles(t, s)
	for _, b := range s.live {
		if !b.dead {
			members += len(b.slots)
		}
	}
	if members+len(s.fixed) != len(s.index) || following != s.chasing {
		t.Errorf("%d members and %d celestials of %d; %d of %d followers", members, len(s.fixed), len(s.index), following, s.chasing)
	}
}

// auditBubbles checks that cells are in one bubble if and only if they hang
// together, by colouring them anew.
func auditBubbles(t testing.TB, s *Space) {
	t.Helper()
	colour := map[cellKey]*bubble{}
	owner := map[*bubble]cellKey{}
	for k := range s.cells {
		if colour[k] != nil {
			continue
		}
		own := s.cells[k].bubble
		if first, twice := owner[own]; twice {
			t.Errorf("bubble %d has %v and %v, which do not hang together", own.id, first, k)
		}
		owner[own] = k
		for queue := []cellKey{k}; len(queue) > 0; queue = queue[1:] {
			at := queue[0]
			if colour[at] != nil {
				continue
			}
			c := s.cells[at]
			if colour[at] = c.bubble; c.bubble != own || len(c.slots) == 0 {
				t.Errorf("cell %v: bubble %d instead of %d, %d bodies", at, c.bubble.id, own.id, len(c.slots))
			}
			s.neighbours(at, func(n *cell) bool { queue = append(queue, n.key); return true })
		}
	}
}

// scenario plays random orders, launches, arrivals and departures on a Space. Two
// plays with the same seed do the same, whatever the Space is like.
type scenario struct {
	t       testing.TB
	s       *Space
	rng     *rand.Rand
	ids     []world.EntityID
	next    world.EntityID
	spread  float64
	planets []world.EntityID
}

func newScenario(t testing.TB, s *Space, seed uint64, ships int, spread float64) *scenario {
	p := &scenario{t: t, s: s, rng: rand.New(rand.NewPCG(seed, 1)), next: world.FirstDynamicID, spread: spread}
	for i := range world.EntityID(3) {
		p.planets = append(p.planets, station(t, s, 10+i, world.Vec3{X: float64(i) * 3e6}, 5e3))
	}
	for range ships {
		p.arrive()
	}
	return p
}

func (p *scenario) vec(most float64) world.Vec3 {
	r := func() float64 { return (p.rng.Float64()*2 - 1) * most }
	return world.Vec3{X: r(), Y: r(), Z: r()}
}

func (p *scenario) arrive() {
	p.next++
	must(p.t, p.s.Add(p.spec(p.next)))
	p.ids = append(p.ids, p.next)
}

func (p *scenario) spec(id world.EntityID) Spec {
	return Spec{ID: id, Pos: p.vec(p.spread), Vel: p.vec(200), Mass: 1e6, Agility: 1 + p.rng.Float64()*8,
		MaxSpeed: 50 + p.rng.Float64()*2000, Radius: 30 + p.rng.Float64()*300, WarpSpeed: 3 * world.AU}
}

func (p *scenario) any() world.EntityID {
	if p.rng.IntN(8) == 0 {
		return p.planets[p.rng.IntN(len(p.planets))]
	}
	return p.ids[p.rng.IntN(len(p.ids))]
}

// act gives one random order; refusals are part of the play.
func (p *scenario) act() {
	id, target := p.ids[p.rng.IntN(len(p.ids))], p.any()
	r, v := p.rng.Float64()*20e3, p.vec(p.spread)
	switch p.rng.IntN(13) {
	case 0:
		p.s.Stop(id)
	case 1:
		p.s.Direction(id, v)
	case 2:
		p.s.GoTo(id, v)
	case 3:
		p.s.Approach(id, target)
	case 4, 5:
		p.s.Orbit(id, target, r)
	case 6:
		p.s.KeepRange(id, target, r)
	case 7:
		p.s.Align(id, v)
	case 8:
		p.s.Warp(id, v.Scale(10), r)
	case 9:
		p.s.SetMaxSpeed(id, r/20)
	case 10:
		p.arrive()
	case 11:
		if len(p.ids) > 5 {
			at := p.rng.IntN(len(p.ids))
			p.s.RemoveOwner(p.ids[at])
			p.s.Remove(p.ids[at])
			p.ids = slices.Delete(p.ids, at, at+1)
		}
	case 12:
		if from, ok := p.s.Get(id); ok {
			p.next++
			p.s.Launch(Missile{ID: p.next, Owner: id, Target: target, Pos: from.Pos, Vel: from.Vel,
				Mass: 700, Agility: 1000, MaxSpeed: 4000, Radius: 3, Life: 10})
		}
	}
}
