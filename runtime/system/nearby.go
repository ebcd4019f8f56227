package system

import (
	"math"

	"hotshard/runtime/gate/wire"
	"hotshard/runtime/physics"
	"hotshard/runtime/world"
)

// In a large bubble the players are told of everything in turns, and in every tick of
// what is near: whatever happens nearer to somebody's ship than the nearest fifty
// others are is told them at once, in a small delta of their own. So is what
// happens to their own ship, to the one it flies by, and to what the scripts say they
// heed. What is told at once is told again in turn, so that the two need to know
// nothing of each other.
//
// A system whose ticks fill most of their time is strained: there what is near has to
// wait for one's turn like the rest, and so have events, so that game time need not
// slow down. One's own ship, what one heeds and the answers to one's orders do not wait.
const (
	// DefaultNear is how many are near.
	DefaultNear = 50

	// A reach is measured every reachEvery game seconds. As everybody flies on until
	// the next time, it goes to the nearSpare-th part more of them.
	reachEvery = 1.0
	nearSpare  = 5

	firstGuess = 1e3 // m: at a reach that was never measured
)

// nearby is how those are told who are not due. Its memory is used again.
type nearby struct {
	closest int // of how many
	pieces  wire.Pieces
	notes   []note
	called  []*Player // who has a note
	some    []*Player
	parts   []int32
}

// note is a piece that a player is to be told of.
type note struct{ piece, next int32 }

// soon tells those who are not due of what happened near to them.
func (c *sending) soon(v *view) {
	if v.all {
		return
	}
	if !c.strained {
		v.spots.follow(c.entities.space, c.time.tick)
		c.measure(v)
	}
	c.forget()
	c.pieces.Begin(c.time.tick, v.spots.centre())
	for _, left := range v.left {
		c.pieces.Gone(left.ID)
		c.hear(v, nil, left.Pos)
	}
	now := v.now()
	for _, id := range now.add {
		if e, st, ok := c.entities.seen(id, v); ok && !st.Hidden {
			c.appear(v, e, &st)
		}
	}
	for _, m := range now.move {
		if e, st, ok := c.entities.seen(m.ID, v); ok && !st.Hidden && e.since != c.time.tick { // else it has appeared
			c.turned(v, e, &st, m.Turned && !st.Ordered)
		}
	}
	c.deliver()
}

// measure finds out anew who is near whom: for who has come, and for some of the others.
func (c *sending) measure(v *view) {
	period := uint64(max(1, math.Round(reachEvery*c.time.hz)))
	for i := range v.spots.list {
		at := &v.spots.list[i]
		switch {
		case at.p == nil || c.closest < 0:
		case at.reach == unknown || (uint64(c.time.tick)+at.turn)%period == 0:
			guess := firstGuess
			if at.reach > 0 && !math.IsInf(at.reach, 1) {
				guess = 1.1 * at.reach
			}
			at.reach = v.spots.kth(at.at, 1+c.closest+c.closest/nearSpare, guess) // oneself is one
		}
	}
	v.spots.raise()
}

// forget drops what a tick that ended in a panic has left.
func (c *sending) forget() {
	for _, p := range c.called {
		p.first, p.last = 0, 0
	}
	clear(c.called)
	c.called, c.notes = c.called[:0], c.notes[:0]
}

func (c *sending) appear(v *view, e *Entity, st *physics.State) {
	told := e.wire(st)
	c.pieces.Add(&told)
	c.hear(v, e, st.Pos)
}

// turned tells of a new course. Who was not due since the thing came, or since it
// last changed its course, may not know of that: it is told whole.
func (c *sending) turned(v *view, e *Entity, st *physics.State, turned bool) {
	heard := func(of world.Tick) bool { return of+world.Tick(v.cohorts) <= c.time.tick }
	switch m := wireMotion(st); {
	case !heard(e.since):
		c.appear(v, e, st)
		return
	case turned && heard(e.movedBefore):
		c.pieces.Turn(&wire.Turn{Motion: m})
	default:
		m.SameEngine = heard(e.refitted)
		c.pieces.Move(&m)
	}
	c.hear(v, e, st.Pos)
}

// hear notes for whom the latest piece is: that of an entity, or of one that is gone.
func (c *sending) hear(v *view, e *Entity, place world.Vec3) {
	if !c.strained {
		c.some = v.spots.concerned(place, c.some[:0])
		for _, p := range c.some {
			c.note(p, v)
		}
	}
	if e == nil {
		return
	}
	for _, p := range e.by {
		c.note(p, v)
	}
	if e.pilot != nil {
		c.note(e.pilot, v)
		for _, p := range e.pilot.by {
			c.note(p, v)
		}
	}
	for id := range c.entities.space.Followers(e.ID) {
		if by := c.entities.byID[id]; by != nil && by.pilot != nil {
			c.note(by.pilot, v)
		}
	}
}

// note notes the latest piece for a player who looks at the bubble, and is not due.
func (c *sending) note(p *Player, v *view) {
	if p.client == nil || p.view != v || p.waits() || v.isDue(p) || p.shown == c.time.tick {
		return
	}
	piece := int32(c.pieces.Len() - 1)
	c.notes = append(c.notes, note{piece: piece})
	at := int32(len(c.notes))
	switch {
	case p.first == 0:
		p.first = at
		c.called = append(c.called, p)
	case c.notes[p.last-1].piece == piece: // noted already
		c.notes = c.notes[:at-1]
		return
	default:
		c.notes[p.last-1].next = at
	}
	p.last = at
}

// deliver sends everybody what was noted for them.
func (c *sending) deliver() {
	for _, p := range c.called {
		c.parts = c.parts[:0]
		for at := p.first; at != 0; at = c.notes[at-1].next {
			c.parts = append(c.parts, c.notes[at-1].piece)
		}
		c.round.Send(p.client, c.pieces.Frame(c.parts))
	}
	c.forget()
}
