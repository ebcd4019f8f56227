package physics

import (
	"errors"
	"math"
	"testing"

	"hotshard/runtime/world"
)

func TestTeleport(t *testing.T) {
	s := newSpace(t, Config{Seed: 7})
	st := station(t, s, 1, world.Vec3{X: 1e9}, 5000)
	a, b, c := ship(t, s, 101, world.Vec3{}), ship(t, s, 102, world.Vec3{Y: 5e3}), ship(t, s, 103, world.Vec3{X: 1e9, Y: 20e3})
	must(t, s.Orbit(b, a, 1000))
	must(t, s.Direction(a, world.Vec3{X: 1}))
	must(t, s.Launch(Missile{ID: 201, Owner: b, Target: a, Mass: 700, Agility: 3000, MaxSpeed: 3000, Radius: 3, Life: 600, Pos: world.Vec3{Y: 100e3}}))
	must(t, s.Launch(Missile{ID: 202, Owner: a, Target: b, Mass: 700, Agility: 3000, MaxSpeed: 100, Radius: 3, Life: 600, Pos: world.Vec3{Y: -100e3}}))
	run(t, s, 5)
	home := get(t, s, a).Bubble

	// Within sight: everybody stays with it, and hears that it is elsewhere.
	must(t, s.Teleport(a, world.Vec3{Z: 8e3}))
	must(t, s.Step(tick))
	if st := get(t, s, a); st.Pos != (world.Vec3{Z: 8e3}) || st.Vel != (world.Vec3{}) || st.Mode != Stop || st.Bubble != home {
		t.Errorf("nearby: %+v", st)
	}
	if st := get(t, s, b); st.Target != a || get(t, s, 201).Target != a {
		t.Errorf("who followed does not any more: %+v", st)
	}
	if !told(s, Change{ID: a}) {
		t.Errorf("changed: %v", s.Changed())
	}

	// Out of sight.
	must(t, s.Teleport(a, world.Vec3{X: 1e9, Y: 10e3}))
	events := run(t, s, 1)
	if get(t, s, a).Bubble != get(t, s, c).Bubble || get(t, s, a).Bubble == home {
		t.Errorf("it is in bubble %d, its new neighbour in %d", get(t, s, a).Bubble, get(t, s, c).Bubble)
	}
	for kind, id := range map[EventKind]world.EntityID{TargetLost: b, MissileExpired: 201, BubbleLeft: a, BubbleEntered: a} {
		if count(events, kind, id) != 1 {
			t.Errorf("%v of %d: %d times in %v", kind, id, count(events, kind, id), events)
		}
	}
	if get(t, s, 202).Target != b {
		t.Error("a missile that it has launched has stopped")
	}

	// Into a station: onto its surface.
	must(t, s.Teleport(a, world.Vec3{X: 1e9, Z: 10}))
	if d, _, _ := s.Distance(a, st); math.Abs(d) > 1 {
		t.Errorf("%g m from the surface", d)
	}
}

func TestTeleportEndsAWarp(t *testing.T) {
	s := newSpace(t, Config{Seed: 7})
	a, b := ship(t, s, 101, world.Vec3{}), ship(t, s, 102, world.Vec3{Y: 5e3})
	must(t, s.Warp(a, world.Vec3{X: world.AU}, 0))
	for get(t, s, a).Mode != Tunnel {
		must(t, s.Step(tick))
	}
	must(t, s.Teleport(a, world.Vec3{Y: 10e3}))
	events := run(t, s, 30)
	if st := get(t, s, a); st.Pos != (world.Vec3{Y: 10e3}) || !st.Still || st.Bubble != get(t, s, b).Bubble {
		t.Errorf("it is at %+v", st)
	}
	if count(events, WarpLanded, a) != 1 || count(events, WarpStarted, a) != 0 {
		t.Errorf("events %v", events)
	}
	must(t, s.Warp(a, world.Vec3{X: world.AU}, 0)) // aligning, which ends too
	must(t, s.Step(tick))
	must(t, s.Teleport(a, world.Vec3{}))
	if events = run(t, s, 60); count(events, WarpStarted, a) != 0 || get(t, s, a).Pos != (world.Vec3{}) {
		t.Errorf("it went on to warp: %v", events)
	}
}

func TestTeleportRefuses(t *testing.T) {
	s := newSpace(t, Config{})
	st, a := station(t, s, 1, world.Vec3{X: 1e9}, 5000), ship(t, s, 101, world.Vec3{})
	must(t, s.Launch(Missile{ID: 201, Owner: a, Target: st, Mass: 700, Agility: 3000, MaxSpeed: 3000, Radius: 3, Life: 60}))
	for _, c := range []struct {
		id   world.EntityID
		to   world.Vec3
		want error
	}{
		{9, world.Vec3{}, UnknownBody}, {st, world.Vec3{}, Immobile}, {201, world.Vec3{}, Immobile},
		{a, world.Vec3{X: math.NaN()}, BadValue}, {a, world.Vec3{Y: 2e14}, BadValue}, {a, world.Vec3{Z: math.Inf(1)}, BadValue},
	} {
		if err := s.Teleport(c.id, c.to); !errors.Is(err, c.want) {
			t.Errorf("%d to %v: %v, want %v", c.id, c.to, err, c.want)
		}
	}
	if st := get(t, s, a); st.Pos != (world.Vec3{}) || !st.Still {
		t.Errorf("a refusal has moved it: %+v", st)
	}
}

// told says whether the last Step has a change.
func told(s *Space, want Change) bool {
	for _, c := range s.Changed() {
		if c == want {
			return true
		}
	}
	return false
}
