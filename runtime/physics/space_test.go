package physics

import (
	"errors"
	"math"
	"slices"
	"testing"

	"hotshard/runtime/world"

	"pgregory.net/rapid"
)

func TestOrdersLeadSomewhere(t *testing.T) {
	s := newSpace(t, Config{})
	st := station(t, s, 1, world.Vec3{X: 50e3}, 2000)
	a, b, c := ship(t, s, 101, world.Vec3{}), ship(t, s, 102, world.Vec3{Y: 9e3}), ship(t, s, 103, world.Vec3{Z: 4e3})
	must(t, s.Approach(a, st))
	must(t, s.GoTo(b, world.Vec3{X: 50e3, Y: 100})) // inside of the station
	must(t, s.KeepRange(c, a, 500))
	events := run(t, s, 300)
	for _, id := range []world.EntityID{a, b, c} {
		if count(events, Arrived, id) != 1 || !get(t, s, id).Still {
			t.Errorf("%d: arrived %d times, %+v", id, count(events, Arrived, id), get(t, s, id))
		}
	}
	if d, _, _ := s.Distance(a, st); math.Abs(d-50) > 1 {
		t.Errorf("approached to %g m", d)
	}
	if d, _, _ := s.Distance(b, st); d > 1 || get(t, s, b).Mode != Stop {
		t.Errorf("went to %g m of the surface, mode %v", d, get(t, s, b).Mode)
	}
	if d, _, _ := s.Distance(c, a); math.Abs(d-500) > 1 {
		t.Errorf("keeps %g m", d)
	}
	if s.Moving() != 0 {
		t.Errorf("%d bodies still cost time", s.Moving())
	}
	must(t, s.Direction(a, world.Vec3{Y: -1}))
	run(t, s, 60)
	if d, _, _ := s.Distance(c, a); math.Abs(d-500) > 20 {
		t.Errorf("woken, it keeps %g m", d)
	}
}

func TestWarpLandsNearAndTakesNobodyAlong(t *testing.T) {
	s := newSpace(t, Config{Seed: 7})
	planet := station(t, s, 1, world.Vec3{X: world.AU}, 6e6)
	a, b := ship(t, s, 101, world.Vec3{}), ship(t, s, 102, world.Vec3{Y: 5e3})
	must(t, s.Orbit(b, a, 1000))
	run(t, s, 1)
	home := get(t, s, a).Bubble
	must(t, s.Warp(a, world.Vec3{X: world.AU}, 6e6+20e3))
	var events []Event
	for range 50 {
		events = append(events, run(t, s, 1)...)
		st := get(t, s, a)
		if st.Mode == Tunnel {
			own, ok := s.Bubble(st.Bubble)
			if !ok || len(own.Members) != 1 || st.Bubble == home {
				t.Fatalf("in warp it is in bubble %+v", own)
			}
			if err := s.Stop(a); !errors.Is(err, InWarp) {
				t.Fatalf("stopped in warp: %v", err)
			}
		}
	}
	run(t, s, 60)
	if count(events, WarpStarted, a) != 1 || count(events, WarpLanded, a) != 1 || count(events, TargetLost, b) != 1 {
		t.Errorf("events %v", events)
	}
	if d, _, _ := s.Distance(a, planet); math.Abs(d-20e3) > 2600 || d == 20e3-40 {
		t.Errorf("landed %g m from the surface", d)
	}
	if get(t, s, b).Mode != Stop || get(t, s, b).Bubble != home {
		t.Errorf("who orbited it: %+v", get(t, s, b))
	}
}

func TestWarpIntoAPlanetEndsOnItsSurface(t *testing.T) {
	s := newSpace(t, Config{Seed: 7})
	planet := station(t, s, 1, world.Vec3{X: world.AU}, 6e6)
	a := ship(t, s, 101, world.Vec3{})
	must(t, s.Warp(a, world.Vec3{X: world.AU}, 0))
	run(t, s, 150)
	if _, d, _ := s.Distance(a, planet); math.Abs(d-6e6-40) > 2 || !get(t, s, a).Still {
		t.Errorf("rests %g m from the centre", d)
	}
}

func TestRefusalsNameWhatToDo(t *testing.T) {
	s := newSpace(t, Config{})
	st := station(t, s, 1, world.Vec3{X: 50e3}, 2000)
	a, far := ship(t, s, 101, world.Vec3{}), ship(t, s, 102, world.Vec3{X: 1e9})
	must(t, s.Add(Spec{ID: 103, MaxSpeed: 100, Mass: 1e6, Agility: 1}))
	nan := math.NaN()
	for _, c := range []struct {
		err  error
		code Code
	}{
		{s.Stop(999), UnknownBody}, {s.SetMaxSpeed(999, 1), UnknownBody}, {s.Approach(a, 999), UnknownTarget}, {s.Orbit(a, a, 1), BadValue},
		{s.Orbit(a, far, 100), OutOfSight}, {s.KeepRange(a, st, nan), BadValue}, {s.Orbit(a, st, -1), BadValue}, {s.Orbit(a, st, math.Inf(1)), BadValue},
		{s.Stop(st), Immobile}, {s.SetMaxSpeed(st, 1), Immobile}, {s.SetMaxSpeed(a, -1), BadValue}, {s.SetHandling(999, 1, 1), UnknownBody}, {s.SetHandling(st, 1, 1), Immobile},
		{s.SetHandling(a, -1, 1), BadValue}, {s.SetHandling(a, math.NaN(), 1), BadValue}, {s.SetHandling(a, 1e300, 1e300), BadValue}, {s.SetWarpSpeed(a, 1), BadValue},
		{s.SetWarpSpeed(a, math.Inf(1)), BadValue}, {s.SetWarpSpeed(st, 0), Immobile}, {s.Direction(a, world.Vec3{}), BadValue},
		{s.Direction(a, world.Vec3{X: nan}), BadValue}, {s.GoTo(a, world.Vec3{X: 1e200}), BadValue}, {s.Align(a, world.Vec3{}), BadValue},
		{s.Warp(a, world.Vec3{X: 100e3}, 0), TooClose}, {s.Warp(a, world.Vec3{X: 1e9}, nan), BadValue}, {s.Warp(103, world.Vec3{X: 1e9}, 0), NoWarpDrive},
		{s.Add(Spec{ID: a}), Duplicate}, {s.Add(Spec{}), BadValue}, {s.Add(Spec{ID: 5, WarpSpeed: 3}), BadValue}, {s.Add(Spec{ID: 5, Mass: 1e300, Agility: 1e300}), BadValue},
		{s.Add(Spec{ID: 5, Pos: world.Vec3{Y: nan}}), BadValue}, {s.Add(Spec{ID: 5, Vel: world.Vec3{Y: 1e10}}), BadValue}, {s.Step(nan), BadValue}, {s.Step(0), BadValue},
		{s.Launch(Missile{ID: 7, Target: 999, MaxSpeed: 1, Life: 1}), UnknownTarget}, {s.Launch(Missile{ID: 7, Target: far, MaxSpeed: 1, Life: 1}), OutOfSight},
		{s.Launch(Missile{ID: 7, Target: a, MaxSpeed: 1}), BadValue}, {s.Launch(Missile{ID: 7, Target: a, Life: 1}), BadValue},
	} {
		var e *Error
		if !errors.As(c.err, &e) || !errors.Is(c.err, c.code) || len(e.Reason) < 30 {
			t.Errorf("%v is not a good %v", c.err, c.code)
		}
	}
	if s.Len() != 4 || s.Moving() != 0 {
		t.Errorf("refusals changed something: %d bodies, %d moving", s.Len(), s.Moving())
	}
}

func TestChangedNamesOnlyWhatIsNew(t *testing.T) {
	s := newSpace(t, Config{})
	a, b := ship(t, s, 101, world.Vec3{}), ship(t, s, 102, world.Vec3{Y: 1e3})
	changed := func() (ids []world.EntityID) {
		must(t, s.Step(tick))
		for _, c := range s.Changed() {
			ids = append(ids, c.ID)
		}
		return ids
	}
	if got := changed(); len(got) != 0 {
		t.Errorf("who is new is told with its bubble, not here: %v", got)
	}
	must(t, s.Orbit(a, b, 500))
	if got := changed(); !slices.Equal(got, []world.EntityID{a}) {
		t.Errorf("after an order: %v", got)
	}
	must(t, s.Orbit(a, b, 500))
	if got := changed(); len(got) != 0 {
		t.Errorf("after the same order again: %v", got)
	}
	corrections := 0
	for range 1000 {
		corrections += len(changed())
	}
	if corrections < 8 || corrections > 14 {
		t.Errorf("%d corrections in 100 s", corrections)
	}
	must(t, s.Stop(a))
	total := 0
	for range 1000 {
		total += len(changed())
	}
	if total < 2 || total > 6 || s.Moving() != 0 { // the order, the rest, and a few on the way
		t.Errorf("%d messages for a stop", total)
	}
}

func TestMissiles(t *testing.T) {
	s := newSpace(t, Config{})
	a, b := ship(t, s, 101, world.Vec3{}), ship(t, s, 102, world.Vec3{X: 30e3})
	ship(t, s, 103, world.Vec3{X: 15e3}) // in the way, and not minded
	must(t, s.Direction(b, world.Vec3{Y: 1}))
	launch := func(id world.EntityID, life float64) {
		t.Helper()
		must(t, s.Launch(Missile{ID: id, Owner: a, Target: b, Mass: 700, Agility: 3000, MaxSpeed: 3000, Radius: 3, Life: life}))
	}
	launch(201, 60)
	launch(202, 3)
	events := run(t, s, 30)
	if count(events, MissileHit, 201) != 1 || count(events, MissileExpired, 202) != 1 || s.Len() != 3 {
		t.Errorf("%d bodies; events %v", s.Len(), events)
	}
	for _, e := range events {
		if e.Kind == MissileHit && (e.Owner != a || e.Target != b) {
			t.Errorf("%+v", e)
		}
	}
	launch(203, 60)
	launch(204, 60)
	run(t, s, 1)
	if err := s.Stop(203); !errors.Is(err, Immobile) {
		t.Errorf("a missile was ordered about: %v", err)
	}
	if n := s.RemoveOwner(a); n != 2 || s.Len() != 3 {
		t.Errorf("removed %d of the owner's, left %d", n, s.Len())
	}
	launch(205, 60)
	run(t, s, 1)
	s.Remove(b)
	if events = run(t, s, 0.2); count(events, MissileExpired, 205) != 1 || s.Len() != 2 {
		t.Errorf("without a target: %v", events)
	}
}

func TestMissilesHitWhatFliesInCircles(t *testing.T) {
	s := newSpace(t, Config{})
	st := station(t, s, 1, world.Vec3{X: 20e3}, 1000)
	var ids []world.EntityID
	for i := range 200 {
		id := ship(t, s, 1000+world.EntityID(i), world.Vec3{X: 25e3, Y: float64(i * 40)})
		must(t, s.SetMaxSpeed(id, 200+float64(i)*10))
		must(t, s.Orbit(id, st, 3000))
		ids = append(ids, id)
	}
	run(t, s, 60)
	for i, id := range ids {
		must(t, s.Launch(Missile{ID: 5000 + world.EntityID(i), Owner: 1, Target: id, Vel: world.Vec3{Z: -500}, Mass: 700, Agility: 3000, MaxSpeed: 4000, Radius: 3, Life: 30}))
	}
	if hits := count(run(t, s, 31), MissileHit, 0); hits != len(ids) {
		t.Errorf("%d of %d hit", hits, len(ids))
	}
}

// A pair that follow each other come to rest instead of carrying each other off.
func TestAPairComesToRest(t *testing.T) {
	for _, mode := range []Mode{Approach, KeepRange} {
		s := newSpace(t, Config{})
		a, b := ship(t, s, 101, world.Vec3{}), ship(t, s, 102, world.Vec3{X: 20e3, Y: 3})
		must(t, s.SetMaxSpeed(b, 90))
		must(t, s.steerBy("test", a, mode, b, 1000))
		must(t, s.steerBy("test", b, mode, a, 1000))
		run(t, s, 200)
		if s.Moving() != 0 {
			t.Errorf("%v: still moving: %+v %+v", mode, get(t, s, a), get(t, s, b))
		}
		if d, _, _ := s.Distance(a, b); d > 1010 {
			t.Errorf("%v: %g m apart", mode, d)
		}
	}
}

func TestWorkersGiveTheSameBytes(t *testing.T) {
	var want []byte
	var events [][]Event
	for _, workers := range []int{1, 2, 3, 7} {
		s := New(Config{Seed: 3, Workers: workers})
		p := newScenario(t, s, 11, 4000, 400e3)
		var log [][]Event
		for range 60 {
			for range 40 {
				p.act()
			}
			must(t, s.Step(tick))
			log = append(log, slices.Clone(s.Events()))
		}
		audit(t, s)
		got := s.AppendState(nil)
		if want == nil {
			want, events = got, log
		}
		if !slices.Equal(got, want) || !slices.EqualFunc(log, events, slices.Equal[[]Event]) {
			t.Errorf("%d workers end with other bytes than 1", workers)
		}
	}
}

func TestSameInputsSameHash(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		seed, n := rapid.Uint64().Draw(rt, "seed"), rapid.IntRange(2, 40).Draw(rt, "ships")
		spread := rapid.SampledFrom([]float64{20e3, 2e6, 2e7}).Draw(rt, "spread")
		fly := func(workers int) uint64 {
			s := New(Config{Seed: seed, Workers: workers})
			p := newScenario(t, s, seed, n, spread)
			for range 100 {
				p.act()
				must(t, s.Step(tick))
			}
			audit(t, s)
			return s.Hash()
		}
		if a, b := fly(1), fly(4); a != b {
			rt.Fatalf("hashes %x and %x", a, b)
		}
	})
}

// In what order bodies came and were given their orders shows in nothing but the
// numbers of the bubbles.
func TestOrderDoesNotMatter(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		n := rapid.IntRange(2, 30).Draw(rt, "ships")
		seed := rapid.Uint64().Draw(rt, "seed")
		perm := make([]int, n)
		for i := range perm {
			perm[i] = i
		}
		fly := func(order []int) *Space {
			s := New(Config{Seed: seed})
			p := newScenario(t, s, seed, 0, 2e6)
			specs := make([]Spec, n)
			for i := range specs {
				specs[i] = p.spec(world.EntityID(100 + i))
			}
			for _, i := range order {
				must(t, s.Add(specs[i]))
			}
			for _, i := range order {
				id, to := world.EntityID(100+i), world.EntityID(100+(i*7+1)%n)
				switch i % 6 {
				case 0:
					s.Orbit(id, to, 5e3)
				case 1:
					s.Warp(id, world.Vec3{X: float64(i) * 1e9, Y: 1e9}, 0)
				case 2:
					s.Approach(id, to)
				case 3:
					s.KeepRange(id, 11, 1e3)
				case 4:
					s.Launch(Missile{ID: 1000 + id, Owner: id, Target: to, Pos: specs[i].Pos, Mass: 1000, Agility: 1000, MaxSpeed: 9000, Life: 20})
				}
			}
			run(t, s, 40)
			return s
		}
		a := fly(perm)
		b := fly(rapid.Permutation(perm).Draw(rt, "order"))
		names := map[BubbleID]BubbleID{}
		if a.Len() != b.Len() {
			rt.Fatalf("%d bodies and %d", a.Len(), b.Len())
		}
		for id := range a.index {
			x, _ := a.Get(id)
			y, _ := b.Get(id)
			if other, known := names[x.Bubble]; known && other != y.Bubble {
				rt.Fatalf("%d is with others", id)
			}
			names[x.Bubble] = y.Bubble
			x.Bubble, y.Bubble = 0, 0
			if x != y {
				rt.Fatalf("%+v\n%+v", x, y)
			}
		}
	})
}

func TestHostileInputLeavesNothingBroken(t *testing.T) {
	odd := rapid.SampledFrom([]float64{0, 1, -1, 1e-300, 1e9, 1e14, 1e300, -1e14, math.NaN(), math.Inf(1), math.Inf(-1), 0.1, 3600, 149597870700})
	rapid.Check(t, func(rt *rapid.T) {
		num := func(name string) float64 { return odd.Draw(rt, name) }
		vec := func(name string) world.Vec3 { return world.Vec3{X: num(name), Y: num(name), Z: num(name)} }
		s := New(Config{BubbleRadius: num("bubble"), Hysteresis: num("hysteresis"), CorrectEvery: num("correct"), ShortestWarp: num("shortest"), WarpScatter: num("scatter")})
		id := rapid.Custom(func(rt *rapid.T) world.EntityID { return world.EntityID(rapid.IntRange(0, 6).Draw(rt, "id")) })
		for range 40 {
			a, b := id.Draw(rt, "a"), id.Draw(rt, "b")
			switch rapid.IntRange(0, 14).Draw(rt, "what") {
			case 0, 1:
				s.Add(Spec{ID: a, Pos: vec("pos"), Vel: vec("vel"), Mass: num("mass"), Agility: num("agility"), MaxSpeed: num("speed"), Radius: num("radius"), WarpSpeed: num("warp"), Fixed: rapid.Bool().Draw(rt, "fixed")})
			case 2:
				s.Add(Spec{ID: a, Pos: world.Vec3{X: float64(a) * 1e3}, Mass: 1e6, Agility: 3, MaxSpeed: num("speed"), Radius: 10, WarpSpeed: world.AU})
			case 3:
				s.Launch(Missile{ID: a + 10, Owner: b, Target: b, Pos: vec("pos"), Vel: vec("vel"), Mass: num("mass"), Agility: num("agility"), MaxSpeed: num("speed"), Radius: num("radius"), Life: num("life")})
			case 4:
				s.Direction(a, vec("dir"))
			case 5:
				s.GoTo(a, vec("point"))
			case 6:
				s.Approach(a, b)
			case 7:
				s.Orbit(a, b, num("range"))
			case 8:
				s.KeepRange(a, b, num("range"))
			case 9:
				s.Warp(a, vec("point"), num("land"))
			case 10:
				s.Align(a, vec("point"))
			case 11:
				s.SetMaxSpeed(a, num("speed"))
			case 12:
				s.Remove(a)
			case 13:
				s.Near(vec("at"), num("radius"), nil)
			case 14:
				s.Teleport(a, vec("point"))
			}
			s.Step(num("dt"))
		}
		for i := range s.ids {
			if !s.pos[i].Finite() || !s.vel[i].Finite() {
				rt.Fatalf("%+v", s.motion(int32(i)))
			}
		}
		audit(t, s)
	})
}
