package system

import (
	"slices"

	"hotshard/runtime/gate/wire"
	"hotshard/runtime/physics"
	"hotshard/runtime/world"
)

// A hidden ship is in what nobody is told but its pilot, whose frames are then their
// own: those of all others with the ship put in.

// sights takes in what has been hidden, or shown again, since the last step: others see
// it go and come.
func (b *bubbles) sights() {
	for _, ev := range b.entities.space.Events() {
		if ev.Kind != physics.Hidden && ev.Kind != physics.Shown {
			continue
		}
		e := b.entities.byID[ev.ID]
		if e == nil || e.view == nil {
			continue
		}
		if now := e.view.now(); ev.Kind == physics.Hidden {
			now.gone = append(now.gone, ev.ID)
			place, _ := b.entities.space.Place(ev.ID)
			e.view.left = append(e.view.left, physics.Parting{ID: ev.ID, Pos: place})
		} else {
			now.add = append(now.add, ev.ID)
			e.since = b.time.tick
		}
	}
}

// appendKnown appends those who have left a bubble, but for the hidden: nobody there has
// known of them.
func (b *bubbles) appendKnown(to, left []physics.Parting) []physics.Parting {
	if b.entities.space.Hiding() == 0 {
		return append(to, left...)
	}
	for _, one := range left {
		if st, ok := b.entities.space.Get(one.ID); !ok || !st.Hidden {
			to = append(to, one)
		}
	}
	return to
}

// hidden is the player's ship, where it is hidden.
func (c *sending) hidden(p *Player) (*Entity, physics.State, bool) {
	if c.entities.space.Hiding() == 0 {
		return nil, physics.State{}, false
	}
	e, st, ok := c.entities.shipOf(p)
	return e, st, ok && st.Hidden && e.view == p.view
}

// deltaFor is a delta for the pilot of a hidden ship: f, that of all others, with the
// ship's own course, and without its going.
func (c *sending) deltaFor(e *Entity, st *physics.State, v *view, f *wire.Frame) *wire.Frame {
	d := wire.Delta{Tick: c.time.tick}
	if f != nil {
		d = v.delta
	}
	mine := func(id world.EntityID) bool { return id == e.ID }
	own := slices.ContainsFunc(d.Gone, mine)
	if own {
		d.Gone = slices.DeleteFunc(slices.Clone(d.Gone), mine)
	}
	for ago := range v.span {
		news := v.back(ago)
		if slices.ContainsFunc(news.add, mine) { // it came here with others, who were told of themselves
			d.Add, own = append(slices.Clone(d.Add), e.wire(st)), true
			break
		}
		if slices.ContainsFunc(news.move, func(m physics.Change) bool { return mine(m.ID) }) {
			d.Move, own = append(slices.Clone(d.Move), wireMotion(st)), true
			break
		}
	}
	if !own {
		return f
	}
	return wire.NewDelta(&d)
}
