package physics

import (
	"math"

	"hotshard/runtime/world"
)

// Mirror is a client's picture of one bubble: what the server told, extrapolated
// tick by tick under the same law. Players' pages do this in JavaScript; load
// players and tests use this one. It is not for several goroutines at once.
type Mirror struct {
	index  map[world.EntityID]int
	ids    []world.EntityID
	motion []Motion
	seen   []Motion  // each one's target as the tick began
	target []*Motion // into seen, or nil
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
	}
	m.motion[i] = told
}

// SetLate is Set for news that is some ticks of dt seconds old: the body is moved
// up to now, against its target put back along its velocity to where it was then.
func (m *Mirror) SetLate(id world.EntityID, told Motion, ticks int, dt float64) {
	m.Set(id, told)
	i := m.index[id]
	for ; ticks > 0; ticks-- {
		target := m.look(i)
		if target != nil {
			was := m.motion[m.index[m.motion[i].Target]].Vel.Scale(float64(ticks) * dt)
			target.Pos = target.Pos.Sub(was)
		}
		m.motion[i].Advance(dt, target)
	}
}

// Remove forgets a body.
func (m *Mirror) Remove(id world.EntityID) {
	i, ok := m.index[id]
	if !ok {
		return
	}
	last := len(m.ids) - 1
	m.ids[i], m.motion[i] = m.ids[last], m.motion[last]
	m.index[m.ids[i]] = i
	delete(m.index, id)
	m.ids, m.motion, m.seen, m.target = m.ids[:last], m.motion[:last], m.seen[:last], m.target[:last]
}

// Clear forgets everything: what a snapshot does first.
func (m *Mirror) Clear() {
	clear(m.index)
	m.ids, m.motion, m.seen, m.target = m.ids[:0], m.motion[:0], m.seen[:0], m.target[:0]
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
