package physics

import (
	"fmt"
	"math"

	"hotshard/runtime/script/real"
	"hotshard/runtime/world"
)

// Mode is what a body is trying to do. The numbers are part of the players'
// protocol: MOTION.md lists them.
type Mode uint8

// The flight modes.
const (
	Stop      Mode = iota // come to rest, or be at rest
	Direction             // full speed along Point, a unit vector
	GoTo                  // come to rest at Point
	Approach              // come to rest Range metres off the surface of Target
	Orbit                 // circle Target at Range metres, in the plane whose normal is Point
	KeepRange             // like Approach, but back off too where too near
	Align                 // as Direction: ready to warp along Point
	Warp                  // a warp was ordered: aligning towards Point, where it will land
	Tunnel                // in warp, along the line to Point
	Follow                // a missile: hit Target at full speed
	modes
)

var modeNames = [modes]string{"stop", "direction", "goto", "approach", "orbit", "keep", "align", "warp", "tunnel", "follow"}

// String returns the name players and scripts see: "orbit".
func (m Mode) String() string {
	if m < modes {
		return modeNames[m]
	}
	return fmt.Sprintf("mode(%d)", uint8(m))
}

// Targets says whether the mode steers by another body.
func (m Mode) Targets() bool { return m == Approach || m == Orbit || m == KeepRange || m == Follow }

// Motion is everything that decides where one body will be: its state and its
// course. Two parties with the same Motion, and the same for its target, compute
// the same flight.
type Motion struct {
	Mode   Mode
	Pos    world.Vec3     // m
	Vel    world.Vec3     // m/s
	Target world.EntityID // of the modes that Targets, else 0
	Point  world.Vec3     // see the modes
	Range  float64        // m between surfaces; in Warp and Tunnel the warp speed in m/s
	Speed  float64        // the most the engine strives for, m/s
	Tau    float64        // time constant of the drag, s
	Radius float64        // m
}

// Outcome says what happened to a body during Advance.
type Outcome uint8

// The outcomes, as bits.
const (
	AtGoal  Outcome = 1 << iota // within 50 m of where the order leads, or settled on its orbit
	Resting                     // it stands still, and will until its target or its order changes
	Entered                     // it went into warp
	Landed                      // it came out of warp
)

// What counts as being there. They are part of the law: a client uses the same.
const (
	reach       = 0.05 // m: the stop point is at its goal
	arrived     = 50   // m left to drift: the order is as good as carried out
	restDrift   = 0.5  // m left to drift, and m/s: from here on the body stands
	approachGap = 50   // m between the surfaces after an Approach
	minRing     = 1    // m: the smallest orbit
	onAxis      = 1e-6 // m: so near to the axis of an orbit there is no direction away from it
	aimRounds   = 4    // rounds of a missile's search for the time to its target
)

// anchor is what a body knows of its target: taken when the step begins, so that
// the order in which bodies are moved cannot matter.
type anchor struct {
	pos, vel world.Vec3
	radius   float64
}

// Advance moves the body by dt seconds of game time under its law. target is the
// Motion of its Target as the step begins (nil where there is none: the body then
// coasts to a stop); the caller gives it velocity 0 where the target in turn
// steers by this very body, so that a pair cannot carry itself away. dt must be
// positive and finite.
//
// The law: v' = (w - v)/Tau with the wanted velocity w of the mode. The stop
// point q = p + Tau*v, where the body would come to rest if w became 0 now,
// therefore moves with exactly the velocity w, and every mode reduces to leading
// q along lines and circles at no more than Speed; p follows in closed form.
func (m *Motion) Advance(dt float64, target *Motion) Outcome {
	if target == nil {
		return m.advance(dt, real.Exp(-dt/m.Tau), nil)
	}
	return m.advance(dt, real.Exp(-dt/m.Tau), &anchor{target.Pos, target.Vel, target.Radius})
}

// advance is Advance with e = exp(-dt/Tau) given, which the space keeps.
func (m *Motion) advance(dt, e float64, a *anchor) Outcome {
	switch mode := m.Mode; {
	case mode == Tunnel:
		return m.tunnel(dt)
	case mode == Stop, m.Speed <= 0, mode.Targets() && a == nil:
		m.coast(world.Vec3{}, dt, e)
		return m.rest() &^ AtGoal
	case mode == GoTo:
		o := m.chase(dt, e, &anchor{pos: m.Point}, 0, false)
		if o&Resting != 0 {
			m.Mode = Stop
		}
		return o
	case mode == Approach, mode == KeepRange:
		return m.chase(dt, e, a, m.Range+m.Radius+a.radius, mode == KeepRange)
	case mode == Orbit:
		return m.orbit(dt, e, a)
	case mode == Warp:
		return m.alignToWarp(dt, e)
	case mode == Follow:
		m.coast(m.intercept(a), dt, e)
		return 0
	default: // Direction, Align
		m.coast(m.Point.Scale(m.Speed), dt, e)
		return 0
	}
}

// coast is the closed form of linear drag towards the constant wanted velocity w
// over t seconds, with e = exp(-t/Tau).
func (m *Motion) coast(w world.Vec3, t, e float64) {
	d := m.Vel.Sub(w)
	k := float64(m.Tau * (1 - e))
	m.Pos.X += float64(w.X*t) + float64(d.X*k)
	m.Pos.Y += float64(w.Y*t) + float64(d.Y*k)
	m.Pos.Z += float64(w.Z*t) + float64(d.Z*k)
	m.Vel.X = w.X + float64(d.X*e)
	m.Vel.Y = w.Y + float64(d.Y*e)
	m.Vel.Z = w.Z + float64(d.Z*e)
}

// coastFor is coast for a time whose exponential is not known yet.
func (m *Motion) coastFor(w world.Vec3, t float64) { m.coast(w, t, real.Exp(-t/m.Tau)) }

// rest is asked where nothing is left to strive for: it says AtGoal when the body
// has all but drifted out, and puts it at its stop point when nobody could see
// the difference any more.
func (m *Motion) rest() Outcome {
	v2 := m.Vel.Len2()
	if v2*m.Tau*m.Tau > arrived*arrived {
		return 0
	}
	if k := max(1, m.Tau); v2*k*k > restDrift*restDrift {
		return AtGoal
	}
	m.Pos = m.Pos.Add(m.Vel.Scale(m.Tau))
	m.Vel = world.Vec3{}
	return AtGoal | Resting
}

// chase leads the stop point straight to the distance r from the target, and
// from then on along with it. Backwards too where both is set. In the frame of a
// target in steady flight the line is straight, so it is the intercept course.
func (m *Motion) chase(dt, e float64, a *anchor, r float64, both bool) Outcome {
	u := limit(a.vel, m.Speed)
	q := m.stopPoint(a, u)
	dist := q.Len()
	gap := dist - r
	var dir world.Vec3
	switch {
	case gap > reach:
		dir = q.Scale(-1 / dist)
	case both && gap < -reach:
		gap = -gap
		if dir = q.Unit(); dir == (world.Vec3{}) {
			dir.X = 1
		}
	default:
		m.coast(u, dt, e)
		return m.settle(u)
	}
	speed := closing(u, dir, m.Speed)
	w := u.Add(dir.Scale(speed))
	if gap >= speed*dt {
		m.coast(w, dt, e)
		return 0
	}
	t := gap / speed
	m.coastFor(w, t)
	m.coastFor(u, dt-t)
	return m.settle(u)
}

// settle is rest in the frame of a target that moves with u.
func (m *Motion) settle(u world.Vec3) Outcome {
	if u == (world.Vec3{}) {
		return m.rest()
	}
	if m.Vel.Sub(u).Len2()*m.Tau*m.Tau <= arrived*arrived {
		return AtGoal
	}
	return 0
}

// stopPoint returns q relative to the target, in the frame that moves with u.
func (m *Motion) stopPoint(a *anchor, u world.Vec3) world.Vec3 {
	return m.Pos.Sub(a.pos).Add(m.Vel.Sub(u).Scale(m.Tau))
}

// limit shortens v to at most the length l.
func limit(v world.Vec3, l float64) world.Vec3 {
	n2 := v.Len2()
	if n2 <= l*l {
		return v
	}
	return v.Scale(l / math.Sqrt(n2))
}

// closing returns the greatest s for which |u + s*dir| is at most speed: how fast
// one can go along dir in the frame of a target that moves with u, |u| <= speed.
func closing(u, dir world.Vec3, speed float64) float64 {
	b := u.Dot(dir)
	return max(0, math.Sqrt(max(0, float64(b*b)+float64(speed*speed)-u.Len2()))-b)
}

// intercept returns a missile's wanted velocity: full speed along the one
// constant direction that brings it through its target. With the drag's
// E(t) = Tau*(1-exp(-t/Tau)) that direction is the one of -(P + V*E(t)), P and V
// relative to the target, where t is the time of the hit; t is found in a fixed
// number of rounds, which is the same for everybody who computes it.
func (m *Motion) intercept(a *anchor) world.Vec3 {
	u := limit(a.vel, m.Speed)
	p, v := m.Pos.Sub(a.pos), m.Vel.Sub(u)
	t := p.Len() / m.Speed
	var dir world.Vec3
	var speed float64
	for range aimRounds {
		drift := float64(m.Tau * (1 - real.Exp(-t/m.Tau)))
		left := p.Add(v.Scale(drift))
		dist := left.Len()
		if dist == 0 {
			break
		}
		dir = left.Scale(-1 / dist)
		if speed = closing(u, dir, m.Speed); speed < 1e-3*m.Speed {
			return limit(u.Add(dir.Scale(m.Speed)), m.Speed) // it runs away at least as fast
		}
		t = drift + dist/speed
	}
	return u.Add(dir.Scale(speed))
}
