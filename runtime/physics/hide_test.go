package physics

import (
	"errors"
	"testing"

	"hotshard/runtime/world"
)

func TestHide(t *testing.T) {
	s := newSpace(t, Config{Seed: 7})
	st := station(t, s, 1, world.Vec3{X: 60e3}, 5000)
	a, b := ship(t, s, 101, world.Vec3{}), ship(t, s, 102, world.Vec3{Y: 5e3})
	launch := func(id, from, at world.EntityID) error {
		return s.Launch(Missile{ID: id, Owner: from, Target: at, Mass: 700, Agility: 3000, MaxSpeed: 100, Radius: 3, Life: 600, Pos: world.Vec3{Y: 50e3}})
	}
	must(t, s.Orbit(b, a, 1000))
	must(t, launch(201, b, a))
	run(t, s, 1)
	must(t, s.Hide(a, true))
	must(t, s.Hide(a, true)) // again is nothing new
	events := run(t, s, 1)
	for kind, id := range map[EventKind]world.EntityID{Hidden: a, TargetLost: b, MissileExpired: 201} {
		if count(events, kind, id) != 1 {
			t.Errorf("%v of %d: %d times in %v", kind, id, count(events, kind, id), events)
		}
	}
	if !get(t, s, a).Hidden || s.Hiding() != 1 || get(t, s, a).Bubble != get(t, s, b).Bubble {
		t.Errorf("hidden: %+v, of %d", get(t, s, a), s.Hiding())
	}
	for _, err := range []error{s.Approach(b, a), s.KeepRange(b, a, 100), s.Orbit(b, a, 100), launch(202, b, a)} {
		if !errors.Is(err, UnknownTarget) {
			t.Errorf("aimed at what is hidden: %v", err)
		}
	}
	if near, _ := s.NearBody(b, 100e3, nil); len(near) != 1 || near[0] != st {
		t.Errorf("near: %v", near)
	}
	must(t, s.Approach(a, b)) // it sees
	must(t, launch(203, a, b))
	if near, _ := s.NearBody(a, 10e3, nil); len(near) != 1 || near[0] != b {
		t.Errorf("near the hidden: %v", near)
	}
	twin, err := Thaw(s.AppendImage(nil), 1)
	must(t, err)
	if twin.Hash() != s.Hash() || twin.Hiding() != 1 || !get(t, twin, a).Hidden {
		t.Error("an image has not kept who is hidden")
	}
	must(t, s.Hide(a, false))
	if events = run(t, s, 1); count(events, Shown, a) != 1 || s.Hiding() != 0 || s.Orbit(b, a, 100) != nil {
		t.Errorf("shown: %v", events)
	}
	must(t, s.Hide(a, true))
	s.Remove(a)
	ship(t, s, 101, world.Vec3{})
	if s.Hiding() != 0 || get(t, s, 101).Hidden {
		t.Error("who comes into its slot is hidden")
	}
	if err := s.Hide(st, true); !errors.Is(err, Immobile) {
		t.Errorf("a celestial: %v", err)
	}
	if err := s.Hide(99, true); !errors.Is(err, UnknownBody) {
		t.Errorf("nobody: %v", err)
	}
}
