package system

import (
	"slices"

	"hotshard/runtime/gate/wire"
	"hotshard/runtime/physics"
	"hotshard/runtime/world"
)

// Onlooker sees a system without being in it: all of it, or what one of its players sees.
// Nobody notices, and the system is the same to the bit. It belongs to the goroutine of the
// system.
type Onlooker struct {
	s     *System
	whose world.CharacterID // 0: everything is seen

	told  bool // something was
	at    world.Tick
	pace  float64
	place place
	known map[world.EntityID]bool
}

// place is where one looks from.
type place struct {
	ship    world.EntityID
	station world.EntityID
	view    *view // nil: everything
	hz      float64
}

// NewOnlooker makes one that sees what a player sees, and everything while there is no such
// player, or no player is named.
func NewOnlooker(s *System, whose world.CharacterID) *Onlooker {
	return &Onlooker{s: s, whose: whose, known: map[world.EntityID]bool{}}
}

// Frames are what a client is to be told that was told all the frames before: which system
// this is, what is around, what has changed. None where nothing has.
func (o *Onlooker) Frames() (frames []*wire.Frame) {
	s := o.s
	if s.service() || o.told && o.at == s.time.tick {
		return nil
	}
	now, p := o.look()
	before, passed := o.place, s.time.tick-o.at
	moved := !o.told || now.ship != before.ship || now.station != before.station
	if moved {
		frames = append(frames, wire.NewEvent("system", s.sending.systemFields(p)))
	}
	o.place, o.told = now, true
	switch all := moved || now != before || passed > mostPassed; {
	case all && now.station == 0:
		frames = append(frames, o.snapshot(now.ship))
	case all:
		clear(o.known) // one sees nothing from inside of a station
	case now.station == 0:
		if o.pace != s.pace.current {
			frames = append(frames, wire.NewEvent("dilation", map[string]world.Value{"factor": s.pace.current, "at": 0.0}))
		}
		if f := o.delta(); f != nil {
			frames = append(frames, f)
		}
	}
	o.at, o.pace = s.time.tick, s.pace.current
	return frames
}

// mostPassed is how many ticks a delta may be about: after more, as after a sleep, the bodies
// have not flown by the law.
const mostPassed = 50

// look says from where one looks now, and who that is: a player who sees everything where
// there is none.
func (o *Onlooker) look() (place, *Player) {
	p := o.s.people.byID[o.whose]
	if p == nil {
		return place{hz: o.s.time.hz}, &Player{}
	}
	at := place{ship: p.Ship, station: p.Station, hz: o.s.time.hz}
	if e := o.s.entities.byID[p.Ship]; e != nil {
		at.view = e.view // nil for a tick: it is in no bubble yet, and sees far
	}
	return at, p
}

// sees says whether one sees a thing.
func (o *Onlooker) sees(e *Entity) (physics.State, bool) {
	st, ok := o.s.entities.space.Get(e.ID)
	switch {
	case !ok:
		return st, false
	case o.place.view == nil:
		return st, true
	case st.Hidden && e.ID != o.place.ship:
		return st, false
	}
	return st, e.view == o.place.view
}

func (o *Onlooker) snapshot(ship world.EntityID) *wire.Frame {
	clear(o.known)
	snap := &wire.Snapshot{Tick: o.s.time.tick, Hz: o.s.time.hz, Dilation: o.s.pace.current}
	for _, id := range sortedKeys(o.s.entities.byID) {
		e := o.s.entities.byID[id]
		if st, ok := o.sees(e); ok {
			o.known[id] = true
			snap.Entities = append(snap.Entities, e.wire(&st))
		}
	}
	return wire.NewSnapshot(snap).For(ship)
}

// delta is what has changed since the last frames, as it is now.
func (o *Onlooker) delta() *wire.Frame {
	d := &wire.Delta{Tick: o.s.time.tick}
	for _, id := range sortedKeys(o.s.entities.byID) {
		e := o.s.entities.byID[id]
		switch st, ok := o.sees(e); {
		case !ok:
		case !o.known[id]:
			o.known[id] = true
			d.Add = append(d.Add, e.wire(&st))
		case e.moved > o.at:
			d.Move = append(d.Move, wireMotion(&st))
		}
	}
	for id := range o.known {
		e := o.s.entities.byID[id]
		if e != nil {
			if _, ok := o.sees(e); ok {
				continue
			}
		}
		delete(o.known, id)
		d.Gone = append(d.Gone, id)
	}
	slices.Sort(d.Gone)
	return wire.NewDelta(d) // an empty one says how late it is
}
