package physics

import (
	"math"

	"hotshard/runtime/world"
)

// Mirror is a client's picture of one bubble: what the server told, extrapolated
// tick by tick under the same law. Players' pages do this in JavaScript; tests use
// this one. It is not for several goroutines at once.
type Mirror struct {
	index  map[world.EntityID]int
	ids    []world.EntityID
	motion []Motion
	seen   []Motion  // each one's target as the tick began
	target []*Motion // into seen, or nil
	trail  []trail
	steps  int // so far
}

// trail is where a body was thought to be after each of the last steps.
type trail struct {
	known int // the step with which it was last told where it was
	was   [trailSteps]struct{ pos, vel world.Vec3 }
}

// trailSteps is how many steps back a Turn can be.
const trailSteps = 16

// note keeps where the body i is after a step. Those before the first are not kept.
func (m *Mirror) note(i, step int) {
	if step < 0 {
		return
	}
	w := &m.trail[i].was[step%trailSteps]
	w.pos, w.vel = m.motion[i].Pos, m.motion[i].Vel
}

// NewMirror returns an empty Mirror.
func NewMirror() *Mirror { return &Mirror{index: map[world.EntityID]int{}} }

// Set takes in what the server told of a body, new or known. Celestials are set
// once, with mode Stop and no velocity.
func (m *Mirror) Set(id world.EntityID, told Motion) {
	if !(told.Tau >= minTau) {
		told.Tau = minTau
	}
	i, ok := m.index[id]
	if !ok {
		i = len(m.ids)
		m.index[id] = i
		m.ids = append(m.ids, id)
		m.motion = append(m.motion, Motion{})
		m.seen = append(m.seen, Motion{})
		m.target = append(m.target, nil)
		m.trail = append(m.trail, trail{})
	}
	m.motion[i] = told
	m.trail[i].known = m.steps
	m.note(i, m.steps)
}

// SetLate is Set for news that is some ticks of dt seconds old: the body is moved
// up to now, against its target put back along its velocity to where it was then.
func (m *Mirror) SetLate(id world.EntityID, told Motion, ticks int, dt float64) {
	m.Set(id, told)
	i := m.index[id]
	m.trail[i].known -= ticks
	m.note(i, m.steps-ticks)
	m.redo(i, ticks, dt)
}

// Turn takes in that the course of a body has been another for so many steps, one
// at least: told has its mode, target, point and range. The body flies them anew from
// where it was before. That is the case for nothing, and false, where it was told of
// later than that, as what was told then had the turn in it, or the steps are more
// than are remembered.
func (m *Mirror) Turn(id world.EntityID, told Motion, steps int, dt float64) bool {
	i, ok := m.index[id]
	if !ok || steps < 1 || steps >= trailSteps || m.steps-steps < m.trail[i].known {
		return false
	}
	b, was := &m.motion[i], m.trail[i].was[(m.steps-steps)%trailSteps]
	b.Pos, b.Vel = was.pos, was.vel
	b.Mode, b.Target, b.Point, b.Range = told.Mode, told.Target, told.Point, told.Range
	m.trail[i].known = m.steps - steps + 1
	m.redo(i, steps, dt)
	return true
}

// redo moves one body on by the last steps, against its target as it was then.
func (m *Mirror) redo(i, steps int, dt float64) {
	for ; steps > 0; steps-- {
		target := m.look(i)
		if target != nil {
			m.putBack(target, m.index[m.motion[i].Target], steps, dt)
		}
		m.motion[i].Advance(dt, target)
		m.note(i, m.steps-steps+1)
	}
}

// putBack puts what is known of the body t back to where it was so many steps ago:
// where that is not known, along its velocity.
func (m *Mirror) putBack(seen *Motion, t, steps int, dt float64) {
	if at := m.steps - steps; steps < trailSteps && at >= m.trail[t].known {
		was := m.trail[t].was[at%trailSteps]
		seen.Pos = was.pos
		if seen.Vel != (world.Vec3{}) {
			seen.Vel = was.vel
		}
		return
	}
	seen.Pos = seen.Pos.Sub(m.motion[t].Vel.Scale(float64(steps) * dt))
}

// Remove forgets a body.
func (m *Mirror) Remove(id world.EntityID) {
	i, ok := m.index[id]
	if !ok {
		return
	}
	last := len(m.ids) - 1
	m.ids[i], m.motion[i], m.trail[i] = m.ids[last], m.motion[last], m.trail[last]
	m.index[m.ids[i]] = i
	delete(m.index, id)
	m.cut(last)
}

// Clear forgets everything: what a snapshot does first.
func (m *Mirror) Clear() {
	clear(m.index)
	m.cut(0)
}

func (m *Mirror) cut(n int) {
	m.ids, m.motion, m.seen, m.target, m.trail = m.ids[:n], m.motion[:n], m.seen[:n], m.target[:n], m.trail[:n]
}

// Get returns where a body is thought to be.
func (m *Mirror) Get(id world.EntityID) (Motion, bool) {
	i, ok := m.index[id]
	if !ok {
		return Motion{}, false
	}
	return m.motion[i], true
}

// Len returns how many bodies there are.
func (m *Mirror) Len() int { return len(m.ids) }

// Step moves everything by one tick of dt seconds: all look at their targets
// first, then all move, as on the server. A dt that is not positive and finite
// does nothing.
func (m *Mirror) Step(dt float64) {
	if !(dt > 0) || math.IsInf(dt, 0) {
		return
	}
	for i := range m.motion {
		m.target[i] = m.look(i)
	}
	for i := range m.motion {
		if b := &m.motion[i]; b.Mode != Stop || b.Vel != (world.Vec3{}) {
			b.Advance(dt, m.target[i])
		}
	}
	m.steps++
	for i := range m.motion {
		m.note(i, m.steps)
	}
}

// look notes a body's target as Advance wants it, and returns it, or nil.
func (m *Mirror) look(i int) *Motion {
	b := &m.motion[i]
	if !b.Mode.Targets() {
		return nil
	}
	t, ok := m.index[b.Target]
	if !ok {
		return nil
	}
	seen := &m.seen[i]
	if *seen = m.motion[t]; seen.Mode.Targets() && seen.Target == m.ids[i] {
		seen.Vel = world.Vec3{}
	}
	return seen
}
