package physics

import "hotshard/runtime/world"

// Teleport puts a ship at a place at once, at rest and without an order; clear of the
// surface where the place is inside of a celestial. It may be in warp: that is over.
// Whoever followed it and does not see it any more loses its target with the next Step,
// and so do missiles on their way to it; those that it has launched fly on. Errors:
// UnknownBody, Immobile, BadValue.
func (s *Space) Teleport(id world.EntityID, point world.Vec3) error {
	i, err := s.engine("teleport", id)
	if err != nil {
		return err
	}
	switch {
	case s.info[i].missile:
		return refuse("teleport", id, Immobile, "%d is a missile and flies by itself: remove it, or name a ship", id)
	case !place(point):
		return badPlace("teleport", id, point)
	}
	warping := s.mode[i] == Tunnel
	s.aim(i, none)
	s.mode[i], s.point[i], s.reach[i] = Stop, world.Vec3{}, 0
	s.pos[i], s.vel[i] = s.clearOf(point, point, s.radius[i]), world.Vec3{}
	if warping {
		s.rejoin(i)
		s.tell(Event{Kind: WarpLanded, ID: id})
	} else {
		s.changeCell(i)
	}
	s.status[i] &^= there
	s.wake(i)
	s.change(i, placed)
	return nil
}
