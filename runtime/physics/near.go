package physics

import (
	"slices"

	"hotshard/runtime/world"
)

// Distance returns how far two bodies are apart: between their surfaces (0 where
// they overlap) and between their centres, in metres. Errors: UnknownBody,
// UnknownTarget.
func (s *Space) Distance(a, b world.EntityID) (surface, centre float64, err error) {
	i, j, err := s.pair("distance", a, b)
	if err != nil {
		return 0, 0, err
	}
	centre = s.pos[i].Dist(s.pos[j])
	return max(0, centre-s.radius[i]-s.radius[j]), centre, nil
}

// Angular returns how fast b moves across for somebody at a who does not turn, in rad/s:
// |r x v| / r², with r and v what b is from a and how that changes. It is 0 where both are
// in one point. Errors: UnknownBody, UnknownTarget.
func (s *Space) Angular(a, b world.EntityID) (float64, error) {
	i, j, err := s.pair("angular", a, b)
	if err != nil {
		return 0, err
	}
	r := s.pos[j].Sub(s.pos[i])
	if r.Len2() == 0 {
		return 0, nil
	}
	return r.Cross(s.vel[j].Sub(s.vel[i])).Len() / r.Len2(), nil
}

// pair is where two bodies stand.
func (s *Space) pair(op string, a, b world.EntityID) (i, j int32, err error) {
	i, ok := s.index[a]
	if !ok {
		return 0, 0, unknownBody(op, a)
	}
	if j, ok = s.index[b]; !ok {
		e := unknownBody(op, b)
		e.ID, e.Target, e.Code = a, b, UnknownTarget
		return 0, 0, e
	}
	return i, j, nil
}

// Near appends to buf the ids, ascending, of the bodies whose surface is within
// radius metres of the point: celestials too, but no ships in warp, and nothing that is
// hidden.
func (s *Space) Near(p world.Vec3, radius float64, buf []world.EntityID) []world.EntityID {
	return s.near(p, radius, 0, buf)
}

// NearBody is Near around a body, from its surface on and without itself. Error:
// UnknownBody.
func (s *Space) NearBody(id world.EntityID, radius float64, buf []world.EntityID) ([]world.EntityID, error) {
	i, ok := s.index[id]
	if !ok {
		return buf, unknownBody("near", id)
	}
	return s.near(s.pos[i], radius+s.radius[i], id, buf), nil
}

func (s *Space) near(p world.Vec3, radius float64, but world.EntityID, buf []world.EntityID) []world.EntityID {
	if !place(p) || !(radius >= 0) {
		return buf
	}
	start := len(buf)
	buf = s.within(s.fixed, p, radius, but, buf)
	// A body may be past the border of its cell, and reach in with its own radius.
	wide := radius + s.border + s.widest
	lo := s.cellKey(world.Vec3{X: p.X - wide, Y: p.Y - wide, Z: p.Z - wide})
	hi := s.cellKey(world.Vec3{X: p.X + wide, Y: p.Y + wide, Z: p.Z + wide})
	cubes := float64(hi.x-lo.x+1) * float64(hi.y-lo.y+1) * float64(hi.z-lo.z+1)
	if cubes > float64(len(s.cells)) {
		for k, c := range s.cells {
			if k.x >= lo.x && k.x <= hi.x && k.y >= lo.y && k.y <= hi.y && k.z >= lo.z && k.z <= hi.z {
				buf = s.within(c.slots, p, radius, but, buf)
			}
		}
	} else {
		for x := lo.x; x <= hi.x; x++ {
			for y := lo.y; y <= hi.y; y++ {
				for z := lo.z; z <= hi.z; z++ {
					if c := s.cells[cellKey{x, y, z}]; c != nil {
						buf = s.within(c.slots, p, radius, but, buf)
					}
				}
			}
		}
	}
	slices.Sort(buf[start:]) // neither the map's order nor that of the slots may show
	return buf
}

// within appends those of the slots whose surface is near enough.
func (s *Space) within(slots []int32, p world.Vec3, radius float64, but world.EntityID, buf []world.EntityID) []world.EntityID {
	for _, i := range slots {
		r := radius + s.radius[i]
		if s.pos[i].Sub(p).Len2() <= r*r && s.ids[i] != but && !s.info[i].hidden {
			buf = append(buf, s.ids[i])
		}
	}
	return buf
}
