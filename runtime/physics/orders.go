package physics

import (
	"math"

	"hotshard/runtime/world"
)

// Orders. Each is refused with an *Error and then changes nothing; an order that
// repeats the present course is accepted and changes nothing either. All may be
// refused with UnknownBody, Immobile (a celestial or a missile takes no orders)
// and InWarp.

// Stop lets the ship come to rest. While it aligns for a warp, this calls it off.
func (s *Space) Stop(id world.EntityID) error {
	i, err := s.orderable("stop", id)
	if err != nil {
		return err
	}
	s.setCourse(i, Stop, none, world.Vec3{}, 0)
	return nil
}

// Direction flies at full speed along dir, of any length but 0. Errors: BadValue.
func (s *Space) Direction(id world.EntityID, dir world.Vec3) error {
	i, err := s.orderable("direction", id)
	if err != nil {
		return err
	}
	unit := dir.Unit()
	if !dir.Finite() || unit == (world.Vec3{}) {
		return refuse("direction", id, BadValue, "%v is no direction: give a finite vector that is not 0", dir)
	}
	s.setCourse(i, Direction, none, unit, 0)
	return nil
}

// GoTo flies to a place and stops there; short of the surface where the place is
// inside of a celestial. Errors: BadValue.
func (s *Space) GoTo(id world.EntityID, point world.Vec3) error {
	i, err := s.orderable("goto", id)
	if err != nil {
		return err
	}
	if !place(point) {
		return badPlace("goto", id, point)
	}
	s.setCourse(i, GoTo, none, s.clearOf(point, s.pos[i], s.radius[i]), 0)
	return nil
}

// Approach flies up to 50 m from the target's surface and goes with it. Errors:
// UnknownTarget, OutOfSight, BadValue (itself).
func (s *Space) Approach(id, target world.EntityID) error {
	return s.steerBy("approach", id, Approach, target, approachGap)
}

// Orbit circles the target r metres above its surface. The plane is the one the
// ship's present velocity lies in; if it has none, one by the seed. Errors: as
// Approach, and BadValue for r.
func (s *Space) Orbit(id, target world.EntityID, r float64) error {
	return s.steerBy("orbit", id, Orbit, target, r)
}

// KeepRange stays r metres off the target's surface, from wherever it comes.
// Errors: as Orbit.
func (s *Space) KeepRange(id, target world.EntityID, r float64) error {
	return s.steerBy("keep", id, KeepRange, target, r)
}

// Align flies at full speed towards a far place without stopping there, so that a
// warp in that direction can begin at once. Errors: BadValue.
func (s *Space) Align(id world.EntityID, point world.Vec3) error {
	i, err := s.orderable("align", id)
	if err != nil {
		return err
	}
	if !place(point) {
		return badPlace("align", id, point)
	}
	dir := point.Sub(s.pos[i]).Unit()
	if dir == (world.Vec3{}) {
		return refuse("align", id, BadValue, "the ship is at that very place: align to one that is elsewhere")
	}
	s.setCourse(i, Align, none, dir, 0)
	return nil
}

// Warp aligns to a place, warps, and comes to rest landAt metres before it, give
// or take Config.WarpScatter, and never inside of a celestial. Errors: BadValue,
// TooClose, NoWarpDrive.
func (s *Space) Warp(id world.EntityID, point world.Vec3, landAt float64) error {
	i, err := s.orderable("warp", id)
	if err != nil {
		return err
	}
	b := &s.info[i]
	switch {
	case b.warp == 0 || s.speed[i] == 0:
		return refuse("warp", id, NoWarpDrive, "this ship cannot warp: it has no warp drive, or a maximum speed of 0; take another ship")
	case !place(point):
		return badPlace("warp", id, point)
	case !(landAt >= 0 && landAt <= MaxRange):
		return refuse("warp", id, BadValue, "a landing distance of %g m is not within 0 and %g m", landAt, MaxRange)
	}
	line := s.pos[i].Sub(point)
	land := point.Add(line.Unit().Scale(min(landAt, line.Len()))).Add(s.scatter(i))
	land = s.clearOf(land, s.pos[i], s.radius[i])
	if dist := land.Dist(s.pos[i]); dist < s.cfg.ShortestWarp {
		return refuse("warp", id, TooClose, "that would land %.0f km from here, and a warp needs at least %.0f km: approach it instead",
			dist/1e3, s.cfg.ShortestWarp/1e3)
	}
	b.warps++
	s.setCourse(i, Warp, none, land, b.warp)
	return nil
}

// SetMaxSpeed changes the speed the ship strives for, e.g. by a propulsion
// module or its throttle. It keeps its order. Errors: BadValue.
func (s *Space) SetMaxSpeed(id world.EntityID, v float64) error {
	i, err := s.engine("set speed", id)
	if err != nil {
		return err
	}
	if !(v >= 0 && v <= MaxSpeed) {
		return refuse("set speed", id, BadValue, "a maximum speed of %g m/s is not within 0 and %g m/s", v, MaxSpeed)
	}
	if s.speed[i] != v {
		s.speed[i] = v
		s.wake(i)
		s.change(i, engined)
	}
	return nil
}

// SetHandling changes how fast the ship answers the helm: mass in kg times agility is its
// time constant, as in a Spec. It keeps its order. Errors: BadValue.
func (s *Space) SetHandling(id world.EntityID, mass, agility float64) error {
	i, err := s.engine("set handling", id)
	if err != nil {
		return err
	}
	tau := mass * agility / 1e6
	if !(mass >= 0) || !(agility >= 0) || !(tau <= maxTau) {
		return refuse("set handling", id, BadValue, "mass %g kg times agility %g gives a time constant of %g s: it has to be within 0 and %g", mass, agility, tau, maxTau)
	}
	if tau = max(tau, minTau); s.tau[i] != tau {
		s.tau[i] = tau
		s.decay[i] = math.Exp(-s.step.dt / tau)
		s.wake(i)
		s.change(i, engined)
	}
	return nil
}

// SetWarpSpeed changes how fast the ship warps, in m/s, 0 for not at all. A warp that has
// begun ends as it began. Errors: BadValue.
func (s *Space) SetWarpSpeed(id world.EntityID, v float64) error {
	i, err := s.engine("set warp speed", id)
	if err != nil {
		return err
	}
	if v != 0 && !(v >= MinWarp && v <= MaxWarp) {
		return refuse("set warp speed", id, BadValue, "the warp speed %g is neither 0 nor within %g and %g m/s: 3 AU/s are %g", v, MinWarp, MaxWarp, 3*world.AU)
	}
	s.info[i].warp = v
	return nil
}

// engine finds the slot of a body that moves by itself.
func (s *Space) engine(op string, id world.EntityID) (int32, error) {
	i, ok := s.index[id]
	switch {
	case !ok:
		return 0, unknownBody(op, id)
	case s.info[i].fixed:
		return 0, refuse(op, id, Immobile, "%d is a celestial and does not move: name a ship", id)
	}
	return i, nil
}

// orderable finds the slot of a body that takes orders.
func (s *Space) orderable(op string, id world.EntityID) (int32, error) {
	i, ok := s.index[id]
	switch {
	case !ok:
		return 0, unknownBody(op, id)
	case s.info[i].fixed:
		return 0, refuse(op, id, Immobile, "%d is a celestial and takes no orders: name a ship", id)
	case s.info[i].missile:
		return 0, refuse(op, id, Immobile, "%d is a missile and flies by itself: remove it, or name a ship", id)
	case s.mode[i] == Tunnel:
		return 0, refuse(op, id, InWarp, "the ship is in warp and cannot be steered: order it again once it has landed")
	}
	return i, nil
}

// steerBy is Approach, Orbit and KeepRange.
func (s *Space) steerBy(op string, id world.EntityID, mode Mode, target world.EntityID, r float64) error {
	i, err := s.orderable(op, id)
	if err != nil {
		return err
	}
	if !(r >= 0 && r <= MaxRange) {
		return refuse(op, id, BadValue, "a range of %g m is not within 0 and %g m", r, MaxRange)
	}
	if err := s.mayTarget(op, id, target); err != nil {
		return err
	}
	t := s.index[target]
	if !s.info[t].fixed && s.info[t].bubble != s.info[i].bubble {
		return outOfSight(op, id, target)
	}
	var point world.Vec3
	if mode == Orbit {
		if s.mode[i] == Orbit && s.target[i] == t {
			point = s.point[i]
		} else {
			point = s.plane(i, t)
		}
	}
	s.setCourse(i, mode, t, point, r)
	return nil
}

// mayTarget says whether a body may aim at a target at all.
func (s *Space) mayTarget(op string, id, target world.EntityID) error {
	if id == target {
		return &Error{op, id, target, BadValue, "a ship cannot aim at itself: name another body"}
	}
	if t, ok := s.index[target]; !ok || s.info[t].hidden {
		e := unknownBody(op, target)
		e.ID, e.Target, e.Code = id, target, UnknownTarget
		return e
	}
	return nil
}

func outOfSight(op string, id, target world.EntityID) error {
	e := refuse(op, id, OutOfSight, "%d is too far away to be seen from here: warp to where it is first", target)
	e.Target = target
	return e
}

func badPlace(op string, id world.EntityID, p world.Vec3) error {
	return refuse(op, id, BadValue, "%v is no place in this system: give finite coordinates within %g m of the star", p, MaxCoord)
}

// setCourse gives a body a new course, unless it is the one it has. How it flew by
// a ship is what others know least well: news of the ship's own course may have
// come late to them. So after that they are told where it is.
func (s *Space) setCourse(i int32, mode Mode, target int32, point world.Vec3, r float64) {
	if s.mode[i] == mode && s.target[i] == target && s.point[i] == point && s.reach[i] == r {
		return
	}
	why := turned
	if t := s.target[i]; t != none && !s.info[t].fixed {
		why = placed
	}
	s.mode[i], s.point[i], s.reach[i] = mode, point, r
	s.aim(i, target)
	s.status[i] &^= there
	s.wake(i)
	s.change(i, why)
}

// plane returns the normal of the plane to orbit a target in.
func (s *Space) plane(i, t int32) world.Vec3 {
	p, v := s.pos[i].Sub(s.pos[t]), s.vel[i].Sub(s.vel[t])
	n := p.Cross(v)
	if n.Len2() > 1e-6*p.Len2()*v.Len2() && v.Len2() > 1 {
		return n.Unit()
	}
	side := s.ball(uint64(s.ids[i])<<32 | uint64(s.ids[t]))
	if n = p.Cross(side).Unit(); n != (world.Vec3{}) {
		return n
	}
	if n = side.Unit(); n != (world.Vec3{}) {
		return n
	}
	return world.Vec3{Z: 1}
}

// clearOf returns the place, moved out of any celestial it is in: to where a body
// of the radius r touches the surface, on the side of from.
func (s *Space) clearOf(p, from world.Vec3, r float64) world.Vec3 {
	for _, f := range s.fixed {
		c, least := s.pos[f], s.radius[f]+r
		if p.Dist(c) >= least {
			continue
		}
		out := from.Sub(c).Unit()
		if out == (world.Vec3{}) {
			out.X = 1
		}
		p = c.Add(out.Scale(least))
	}
	return p
}

// scatter returns how far off a ship's next warp lands.
func (s *Space) scatter(i int32) world.Vec3 {
	return s.ball(uint64(s.ids[i])<<32 | uint64(s.info[i].warps)).Scale(max(0, s.cfg.WarpScatter))
}

// ball returns a point within the unit ball that depends on the seed and the key
// alone: of points in the cube around it the first one inside.
func (s *Space) ball(key uint64) world.Vec3 {
	x := mix(s.cfg.Seed ^ mix(key))
	next := func() float64 {
		x = mix(x)
		return float64(x>>11)/(1<<52) - 1
	}
	for {
		if p := (world.Vec3{X: next(), Y: next(), Z: next()}); p.Len2() <= 1 {
			return p
		}
	}
}

// mix is the step of SplitMix64 (Steele, Lea and Flood 2014): it turns a counter
// into well-spread bits.
func mix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}
