package system

import (
	"hotshard/runtime/gate/wire"
	"hotshard/runtime/physics"
)

// bubbles knows who looks at which bubble of the space, and what has changed in it.
type bubbles struct {
	time      *gameTime
	entities  *entities
	attention *attention
	views     map[physics.BubbleID]*view
}

// view is what everybody in one bubble gets to see of a tick. The delta is
// gathered in reused slices, encoded once and handed as one frame to all.
type view struct {
	id       physics.BubbleID
	watchers int // players whose ship is in the bubble
	rota
	delta    wire.Delta
	built    bool        // frame is this tick's:
	frame    *wire.Frame // for those who are due, nil where nothing changed
	entities []wire.Entity
	whole    *wire.Frame // this tick's snapshot, nil while nobody needed one
	left     []physics.Parting
}

func (v *view) reset() {
	v.end()
	v.built, v.frame, v.whole, v.left = false, nil, nil, v.left[:0]
}

// inTurns says whether any players are told in turns.
func (b *bubbles) inTurns() bool {
	for _, v := range b.views {
		if v.cohorts > 1 {
			return true
		}
	}
	return false
}

// track reads from the space who has come into which bubble, who has left one and
// whose course has changed. It must run right after the space's Step, before scripts
// change anything.
func (b *bubbles) track() {
	space := b.entities.space
	for bubble := range space.Bubbles() {
		if len(bubble.Joined)+len(bubble.Left) > 0 {
			b.move(b.view(bubble.ID), bubble)
		}
	}
	for _, c := range space.Changed() {
		b.change(c)
	}
	b.sights()
	for _, id := range space.Gone() {
		if v := b.views[id]; v != nil && v.watchers == 0 {
			delete(b.views, id)
		}
	}
}

// move takes in who has left a bubble, and who has come.
func (b *bubbles) move(v *view, bubble physics.Bubble) {
	now := v.now()
	before := len(v.left)
	v.left = b.appendKnown(v.left, bubble.Left)
	for _, left := range v.left[before:] {
		now.gone = append(now.gone, left.ID)
	}
	for _, left := range bubble.Left {
		if e := b.entities.byID[left.ID]; e != nil && e.view == v {
			b.enter(e, nil)
		}
	}
	now.add = append(now.add, bubble.Joined...)
	for _, id := range bubble.Joined {
		if e := b.entities.byID[id]; e != nil {
			b.enter(e, v)
		}
	}
}

// change takes in a new course, or engine.
func (b *bubbles) change(c physics.Change) {
	e := b.entities.byID[c.ID]
	if e == nil {
		return
	}
	e.movedBefore, e.moved = e.moved, b.time.tick
	if c.Engine {
		e.refitted = b.time.tick
	}
	if v := e.view; v != nil && v.watchers > 0 {
		v.now().move = append(v.now().move, c)
	}
}

func (b *bubbles) view(id physics.BubbleID) *view {
	v := b.views[id]
	if v == nil {
		v = &view{id: id}
		b.views[id] = v
	}
	return v
}

// enter notes in which bubble an entity is; its pilot, if it has one, looks from
// there.
func (b *bubbles) enter(e *Entity, v *view) {
	e.view = v
	e.since, e.moved = b.time.tick, b.time.tick
	if p := e.pilot; p != nil && p.view != v {
		b.look(p, v)
	}
}

// look lets a player look at a bubble, or at none.
func (b *bubbles) look(p *Player, v *view) {
	if p.view != nil {
		p.view.watchers--
		p.view.part(p)
	}
	p.view = v
	if v != nil {
		v.watchers++
		v.join(p)
		p.wantsSnapshot = true
		b.attention.call(p)
	}
}

// attention lists the players who have to be told of more than changes.
type attention struct{ players []*Player }

// call puts a player on the list.
func (a *attention) call(p *Player) {
	if !p.attended {
		p.attended = true
		a.players = append(a.players, p)
	}
}

// serve tells those on the list; whoever then still waits stays on it.
func (a *attention) serve(tell func(*Player) (waits bool)) {
	waiting := a.players[:0]
	for _, p := range a.players {
		if p.attended = tell(p); p.attended {
			waiting = append(waiting, p)
		}
	}
	clear(a.players[len(waiting):])
	a.players = waiting
}
