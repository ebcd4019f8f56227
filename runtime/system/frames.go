package system

import (
	"slices"

	"hotshard/runtime/gate/wire"
	"hotshard/runtime/physics"
	"hotshard/runtime/world"
)

// snapshot sends a player all of the bubble they look at.
func (c *sending) snapshot(p *Player) {
	f := c.whole(p.view)
	if e, st, ok := c.hidden(p); ok {
		f = c.snapshotOf(p.view, append(slices.Clone(p.view.entities), e.wire(&st)))
	}
	p.client.Send(f.For(p.Ship))
	p.wantsSnapshot, p.shown = false, c.time.tick
	c.pace.tell(p)
}

// whole is all of a bubble. The entities are gathered, and packed, once a tick for
// everybody who needs them.
func (c *sending) whole(v *view) *wire.Frame {
	if v.whole != nil {
		return v.whole
	}
	v.entities = v.entities[:0]
	b, _ := c.entities.space.Bubble(v.id)
	for _, id := range b.Members {
		if e, st, ok := c.entities.seen(id, v); ok && !st.Hidden {
			v.entities = append(v.entities, e.wire(&st))
		}
	}
	v.whole = c.snapshotOf(v, v.entities)
	return v.whole
}

func (c *sending) snapshotOf(v *view, entities []wire.Entity) *wire.Frame {
	return wire.NewSnapshot(&wire.Snapshot{
		Tick: c.time.tick, Hz: c.time.hz, Dilation: c.pace.current, Bubble: uint32(v.id), Entities: entities,
	})
}

// delta is what those in the bubble who are due are told, nil where nothing changed.
func (c *sending) delta(v *view) *wire.Frame {
	if v.built {
		return v.frame
	}
	v.built = true
	d := &v.delta
	d.Tick = c.time.tick
	d.Add, d.Move, d.Turn, d.Gone = d.Add[:0], d.Move[:0], d.Turn[:0], d.Gone[:0]
	some := false
	for ago := range v.span {
		news := v.back(ago)
		some = some || !news.none()
		d.Gone = append(d.Gone, news.gone...)
		for _, id := range news.add {
			if e, st, ok := c.entities.seen(id, v); ok && !st.Hidden && e.told != c.time.tick {
				d.Add = append(d.Add, e.wire(&st))
				e.told, e.turn = c.time.tick, noTurn
			}
		}
	}
	if !some {
		return nil
	}
	for ago := range v.span {
		for _, m := range v.back(ago).move {
			if e, st, ok := c.entities.seen(m.ID, v); ok && !st.Hidden {
				c.addCourse(d, e, &st, m.Turned && !st.Ordered, ago, v.span)
			}
		}
	}
	v.settleTurns()
	if len(d.Add)+len(d.Move)+len(d.Turn)+len(d.Gone) > 0 { // all that changed may be hidden
		v.frame = wire.NewDelta(d)
	}
	return v.frame
}

// addCourse puts the new course of an entity into a delta over the last span ticks,
// of which the latest are put in first. What happened between two changes is not
// told: who has not heard of the first cannot follow the second, so that one is not
// told as a turn.
func (c *sending) addCourse(d *wire.Delta, e *Entity, st *physics.State, turned bool, ago, span int) {
	switch {
	case e.told != c.time.tick:
		e.told, e.turn = c.time.tick, noTurn
		m := wireMotion(st)
		m.SameEngine = c.time.tick >= e.refitted+world.Tick(span)
		if turned {
			e.turn = len(d.Turn)
			d.Turn = append(d.Turn, wire.Turn{Motion: m, Ago: uint8(ago)})
			return
		}
		d.Move = append(d.Move, m)
	case e.turn != noTurn:
		d.Turn[e.turn].Ago = changedTwice
		e.turn = noTurn
	}
}

// noTurn is in Entity.turn of what the delta in the making does not tell as a turn,
// changedTwice in the Ago of a turn that is none.
const (
	noTurn       = -1
	changedTwice = wire.MaxAgo + 1
)

// settleTurns moves what are no turns to the other courses.
func (v *view) settleTurns() {
	d := &v.delta
	kept := d.Turn[:0]
	for i := range d.Turn {
		if t := &d.Turn[i]; t.Ago == changedTwice {
			d.Move = append(d.Move, t.Motion)
		} else {
			kept = append(kept, *t)
		}
	}
	d.Turn = kept
}
