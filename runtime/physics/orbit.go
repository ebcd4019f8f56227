package physics

import (
	"math"

	"hotshard/runtime/script/real"
	"hotshard/runtime/world"
)

// orbit circles the target. For the body to fly a circle of radius r at the
// angular speed omega, its stop point has to fly one of radius
// r*sqrt(1 + (omega*Tau)^2), ahead by atan(omega*Tau), at the speed omega times
// that: ring solves this for the speed there is. Getting there, the stop point
// takes the tangent to its circle (from inside: the radius).
func (m *Motion) orbit(dt, e float64, a *anchor) Outcome {
	u := limit(a.vel, m.Speed)
	r := max(m.Range+m.Radius+a.radius, minRing)
	omega, ring := ring(r, max(0, m.Speed-u.Len()), m.Tau)
	q := m.stopPoint(a, u)
	n := m.Point
	height := q.Dot(n)
	flat := q.Sub(n.Scale(height))
	dist := flat.Len()
	var out world.Vec3
	if dist > onAxis {
		out = flat.Scale(1 / dist)
	} else {
		out = perpendicular(n)
	}
	centre := a.pos
	if math.Abs(dist-ring) > reach || math.Abs(height) > reach {
		goal := out.Scale(ring)
		if dist > ring {
			c := ring / dist
			goal = out.Scale(ring * c).Add(n.Cross(out).Scale(ring * math.Sqrt(1-float64(c*c))))
		}
		line := goal.Sub(q)
		length := line.Len()
		dir := line.Scale(1 / length)
		speed := closing(u, dir, m.Speed)
		w := u.Add(dir.Scale(speed))
		if length >= speed*dt {
			m.coast(w, dt, e)
			return 0
		}
		t := length / speed
		m.coastFor(w, t)
		centre = centre.Add(u.Scale(t))
		out = goal.Scale(1 / ring)
		dt -= t
		e = real.Exp(-dt / m.Tau)
	}
	return m.circle(dt, e, centre, u, out, omega, ring)
}

// ring returns the angular speed, and the radius of the stop point's circle, of
// an orbit of radius r flown at the speed v: omega*ring = v, and
// ring = r*sqrt(1 + (omega*tau)^2). It is a quadratic in omega^2, written here so
// that nothing cancels.
func ring(r, v, tau float64) (omega, ring float64) {
	k := v / r
	omega = k * math.Sqrt(2/(1+math.Sqrt(1+float64(4*tau*tau*k*k))))
	return omega, r * math.Sqrt(1+float64(omega*omega*tau*tau))
}

// circle flies the arc: the stop point stands at ring*out from the centre and
// turns with omega about Point, the centre moves with u. The body's place is the
// steady circle plus an offset that decays with e.
func (m *Motion) circle(dt, e float64, centre, u, out world.Vec3, omega, ring float64) Outcome {
	along := m.Point.Cross(out)
	cosPhi := 1 / math.Sqrt(1+float64(omega*omega*m.Tau*m.Tau))
	sinPhi := omega * m.Tau * cosPhi
	r := ring * cosPhi
	sin, cos := real.Sin(omega*dt), real.Cos(omega*dt)
	// On the circle now, and after dt: the angle minus phi.
	c1, s1 := float64(cos*cosPhi)+float64(sin*sinPhi), float64(sin*cosPhi)-float64(cos*sinPhi)
	off := m.Pos.Sub(centre).Sub(out.Scale(r * cosPhi)).Add(along.Scale(r * sinPhi)).Scale(e)
	m.Pos = centre.Add(u.Scale(dt)).Add(off).Add(out.Scale(r * c1)).Add(along.Scale(r * s1))
	k := omega * r
	m.Vel = u.Sub(off.Scale(1 / m.Tau)).Add(along.Scale(k * c1)).Sub(out.Scale(k * s1))
	if off.Len2() <= max(arrived*arrived, r*r/400) {
		return AtGoal
	}
	return 0
}

// perpendicular returns a unit vector at right angles to the unit vector n: the
// cross product with the axis that n leans to least.
func perpendicular(n world.Vec3) world.Vec3 {
	x, y, z := math.Abs(n.X), math.Abs(n.Y), math.Abs(n.Z)
	switch {
	case x <= y && x <= z:
		return n.Cross(world.Vec3{X: 1}).Unit()
	case y <= z:
		return n.Cross(world.Vec3{Y: 1}).Unit()
	default:
		return n.Cross(world.Vec3{Z: 1}).Unit()
	}
}
