package physics

import (
	"hotshard/runtime/script/real"
	"hotshard/runtime/world"
)

// The warp. The shape is EVE Online's: speed grows as exp(rate*t), holds at the
// warp speed, and shrinks as exp(-brake*t) where rate is the warp speed in AU/s
// and brake a third of it, at most 2. It is written here by the way left instead
// of by the time gone (brake times the way left is the speed), so that a state
// needs no memory of when the warp began.
const (
	alignSpeed = 0.75                // of Speed along the line, from which on a ship may warp
	alignSlope = 0.08748866352592401 // tan(5 degrees): the sideways part of the velocity it may have
	minRate    = 0.5                 // 1/s: the least rate, for a very slow drive
	maxBrake   = 2                   // 1/s
	dropSpeed  = 100                 // m/s: the speed of coming out, at most half of Speed
	dropDrift  = 50e3                // m: how far a ship may drift at most after coming out
)

// warpProfile is what a warp is made of for one ship.
type warpProfile struct {
	top   float64 // m/s
	rate  float64 // 1/s, of speeding up
	brake float64 // 1/s, of slowing down
	drop  float64 // m/s, the speed of coming out
	shift float64 // m: the brake aims this far short of Point, so that the drift ends at Point
}

func (m *Motion) warpProfile() warpProfile {
	w := warpProfile{top: m.Range, rate: max(m.Range/world.AU, minRate)}
	w.brake = min(w.rate/3, maxBrake)
	w.drop = max(1, min(dropSpeed, m.Speed/2, dropDrift/m.Tau))
	w.shift = w.drop * (m.Tau - 1/w.brake)
	return w
}

// alignToWarp turns towards Point until the velocity is near enough to full speed
// along the line, and from that moment on, in the middle of a step if need be, is
// in warp. A ship too sluggish to get there flies to Point like any other.
func (m *Motion) alignToWarp(dt, e float64) Outcome {
	line := m.Point.Sub(m.Pos).Sub(m.Vel.Scale(m.Tau))
	dist := line.Len()
	if dist > reach {
		dir := line.Scale(1 / dist)
		if t := m.timeToAlign(dir); t <= dt && dist >= m.Speed*t {
			m.coastFor(dir.Scale(m.Speed), t)
			m.enter()
			return Entered | m.tunnel(dt-t)
		}
	}
	o := m.chase(dt, e, &anchor{pos: m.Point}, 0, false)
	if o&Resting != 0 {
		m.Mode = Stop
	}
	return o
}

// timeToAlign returns after how many seconds at full thrust along dir the ship
// may warp. With x = exp(-t/Tau) both conditions are linear in x.
func (m *Motion) timeToAlign(dir world.Vec3) float64 {
	along := m.Vel.Dot(dir)
	across := m.Vel.Sub(dir.Scale(along)).Len()
	x := 1.0
	if short := m.Speed - along; short > 0 {
		x = min(x, (1-alignSpeed)*m.Speed/short)
	}
	if d := across + float64(alignSlope*(m.Speed-along)); d > 0 {
		x = min(x, alignSlope*m.Speed/d)
	}
	return -m.Tau * real.Log(x)
}

// enter puts the ship into warp, its velocity along the line to Point.
func (m *Motion) enter() {
	dir := m.Point.Sub(m.Pos).Unit()
	m.Vel = dir.Scale(max(1, m.Vel.Dot(dir)))
	m.Mode = Tunnel
}

// tunnel flies the warp for dt seconds, and what is left of them after it came
// out. left is the way to where the brake would bring the speed to 0.
func (m *Motion) tunnel(dt float64) Outcome {
	w := m.warpProfile()
	line := m.Point.Sub(m.Pos)
	dist := line.Len()
	dir := line.Unit()
	left := dist - w.shift
	speed := max(1, m.Vel.Len())
	for dt > 0 {
		switch brakeAt := speed / w.brake; {
		case left <= brakeAt*(1+1e-9):
			speed = w.brake * left
			if speed <= w.drop {
				return Landed | m.land(w.drop, dir, left+w.shift, dt)
			}
			t := min(dt, real.Log(speed/w.drop)/w.brake)
			left = float64(left * real.Exp(-w.brake*t))
			speed = w.brake * left
			if dt -= t; dt > 0 {
				return Landed | m.land(w.drop, dir, left+w.shift, dt)
			}
		case speed < w.top*(1-1e-12):
			full := real.Log(w.top/speed) / w.rate
			turn := real.Log((left+speed/w.rate)/(speed/w.rate+brakeAt)) / w.rate
			t := min(dt, full, turn)
			gain := real.Exp(w.rate * t)
			left -= float64(speed / w.rate * (gain - 1))
			if speed *= gain; t == full {
				speed = w.top
			}
			dt -= t
		default:
			speed = w.top
			t := min(dt, left/speed-1/w.brake)
			left -= speed * t
			dt -= t
		}
	}
	m.Pos = m.Point.Sub(dir.Scale(left + w.shift))
	m.Vel = dir.Scale(speed)
	return 0
}

// land comes out of warp at dist metres before Point, with dt seconds of the step
// left to drift in.
func (m *Motion) land(speed float64, dir world.Vec3, dist, dt float64) Outcome {
	m.Pos = m.Point.Sub(dir.Scale(dist))
	m.Vel = dir.Scale(speed)
	m.Mode, m.Range = Stop, 0
	m.coastFor(world.Vec3{}, dt)
	return m.rest() &^ AtGoal
}
