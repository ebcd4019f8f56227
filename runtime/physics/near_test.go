package physics

import (
	"errors"
	"testing"

	"hotshard/runtime/world"
)

func TestAngular(t *testing.T) {
	s := newSpace(t, Config{})
	add := func(id world.EntityID, pos, vel world.Vec3) world.EntityID {
		must(t, s.Add(Spec{ID: id, Pos: pos, Vel: vel, Mass: 1e6, Agility: 3, MaxSpeed: 300, Radius: 40, WarpSpeed: world.AU}))
		return id
	}
	a := add(1, world.Vec3{}, world.Vec3{Y: 50})
	for id, c := range map[world.EntityID]struct {
		pos, vel world.Vec3
		want     float64
	}{
		2: {world.Vec3{X: 1000}, world.Vec3{Y: 50}, 0},          // beside
		3: {world.Vec3{X: 2000}, world.Vec3{X: -200, Y: 50}, 0}, // straight on
		4: {world.Vec3{X: 4000}, world.Vec3{Y: 250}, 0.05},      // across
		5: {world.Vec3{}, world.Vec3{X: 100}, 0},                // in one point
	} {
		got, err := s.Angular(a, add(id, c.pos, c.vel))
		if must(t, err); got < c.want-1e-12 || got > c.want+1e-12 {
			t.Errorf("%v with %v: %v rad/s, want %v", c.pos, c.vel, got, c.want)
		}
	}
	var e *Error
	if _, err := s.Angular(a, 99); !errors.As(err, &e) || e.Code != UnknownTarget {
		t.Errorf("a target that is not there: %v", err)
	}
	if _, err := s.Angular(99, a); !errors.As(err, &e) || e.Code != UnknownBody {
		t.Errorf("a body that is not there: %v", err)
	}
}
