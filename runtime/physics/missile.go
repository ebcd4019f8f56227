package physics

import (
	"math"

	"hotshard/runtime/world"
)

// Missile describes a missile to Launch.
type Missile struct {
	ID, Owner, Target world.EntityID // Owner: the ship that fired it

	Pos, Vel         world.Vec3
	Mass, Agility    float64 // as in Spec
	MaxSpeed, Radius float64 // m/s, m
	Life             float64 // s of flight
}

// Launch sends a missile after its target. It meets nobody else; it ends with
// MissileHit, with MissileExpired when its life is over or its target gone, and
// without a word by Remove and RemoveOwner. Errors: those of Add, UnknownTarget,
// OutOfSight.
func (s *Space) Launch(m Missile) error {
	spec := Spec{ID: m.ID, Pos: m.Pos, Vel: m.Vel, Mass: m.Mass, Agility: m.Agility, MaxSpeed: m.MaxSpeed, Radius: m.Radius}
	if err := s.check(spec); err != nil {
		return err
	}
	if !(m.Life > 0) || math.IsInf(m.Life, 0) {
		return refuse("launch", m.ID, BadValue, "a life of %g s is none: give the seconds of flight, more than 0", m.Life)
	}
	if m.MaxSpeed == 0 {
		return refuse("launch", m.ID, BadValue, "a missile needs a maximum speed above 0 m/s")
	}
	if err := s.mayTarget("launch", m.ID, m.Target); err != nil {
		return err
	}
	i := s.add(spec)
	t := s.index[m.Target]
	if !s.info[t].fixed && s.info[t].bubble != s.info[i].bubble {
		s.remove(i)
		return outOfSight("launch", m.ID, m.Target)
	}
	b := &s.info[i]
	b.missile, b.owner, b.life = true, m.Owner, m.Life
	b.listAt = int32(len(s.missiles))
	s.missiles = append(s.missiles, i)
	s.setCourse(i, Follow, t, world.Vec3{}, 0)
	return nil
}

// RemoveOwner removes all missiles of an owner that leaves, and returns how many
// they were.
func (s *Space) RemoveOwner(owner world.EntityID) int {
	s.list = s.list[:0]
	for _, i := range s.missiles {
		if s.info[i].owner == owner {
			s.list = append(s.list, i)
		}
	}
	s.sortByID(s.list)
	for _, i := range s.list {
		s.remove(i)
	}
	return len(s.list)
}

// settleMissiles ends the missiles that hit, or whose time is over.
func (s *Space) settleMissiles(dt float64) {
	s.list = s.list[:0]
	for _, i := range s.missiles {
		b := &s.info[i]
		switch t := s.target[i]; {
		case b.doomed || t == none:
			s.flags[i] = flagExpired
		case s.hits(i, t, min(1, b.life/dt)):
			s.flags[i] = flagHit
		case b.life <= dt:
			s.flags[i] = flagExpired
		default:
			b.life -= dt
			continue
		}
		s.list = append(s.list, i)
	}
	s.sortByID(s.list)
	for _, i := range s.list {
		e := Event{Kind: MissileExpired, ID: s.ids[i], Owner: s.info[i].owner}
		if s.flags[i] == flagHit {
			e.Kind = MissileHit
		}
		if t := s.target[i]; t != none {
			e.Target = s.ids[t]
		}
		s.tell(e)
		s.remove(i)
	}
}

// hits says whether a missile came within the radii of its target during the
// given first part of the step. Both flew nearly straight, so their difference is
// a line, and a fast missile does not slip through a small target.
func (s *Space) hits(i, t int32, part float64) bool {
	r := max(1, s.radius[i]+s.radius[t])
	from := s.seen[i].pos
	way := s.pos[i].Sub(s.pos[t]).Sub(from).Scale(part)
	nearest := 0.0
	if l2 := way.Len2(); l2 > 0 {
		nearest = max(0, min(1, -from.Dot(way)/l2))
	}
	return from.Add(way.Scale(nearest)).Len2() <= r*r
}
