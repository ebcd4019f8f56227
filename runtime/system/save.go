package system

import (
	"hotshard/runtime/physics"
	"hotshard/runtime/script"
	"hotshard/runtime/world"
)

// saveBuckets is into how many parts the saving of all players is cut, so that a
// full system writes a little in every tick and never everybody in one.
const saveBuckets = 50

// saveTogether is how many players with ids one after the other have their turn at
// once: about as many as stand on one page of a database, which costs as much to
// write for one of them as for all.
const saveTogether = 16

func bucketOf(id world.CharacterID) int {
	return int(uint64(id) / saveTogether % saveBuckets)
}

// saveDue saves the players whose turn has come since the last tick: each one
// every SaveEvery of real time, if anything about them has changed.
func (s *System) saveDue() {
	part := int64(SaveEvery) / saveBuckets
	to := s.real.UnixNano() / part
	from := s.savedTo
	s.savedTo = to
	if from == 0 || to == from || len(s.order) == 0 {
		return
	}
	var records []Character
	for n := max(from+1, to-saveBuckets+1); n <= to; n++ {
		for _, p := range s.saveTurns[n%saveBuckets] {
			if c, changed := s.news(p); changed {
				records = append(records, c)
			}
		}
	}
	if len(records) > 0 {
		s.cfg.Saver.Save(records)
	}
}

// news is the player as they have to be saved, unless nothing about them has
// changed. Most have only moved; that is found out without making values of what
// scripts keep.
func (s *System) news(p *Player) (c Character, changed bool) {
	old := &p.saved
	e, st, flies := s.shipOf(p)
	if old.System != s.cfg.Static.ID || old.Station != p.Station || flies != (old.Ship != nil) || !script.Same(p.Data, old.Data) {
		return s.character(p), true
	}
	if !flies {
		return c, false
	}
	ship := e.spec
	ship.Pos, ship.Vel = st.Pos, st.Vel
	if ship == *old.Ship {
		return c, false
	}
	moved := *old.Ship
	if moved.Pos, moved.Vel = st.Pos, st.Vel; ship != moved {
		return s.character(p), true
	}
	old.Ship = &ship // the Saver may still hold the old one
	old.Moved = true
	return *old, true
}

// shipOf returns the ship the player flies and its state, if it is in space.
func (s *System) shipOf(p *Player) (*Entity, physics.State, bool) {
	e := s.entities[p.Ship]
	if e == nil {
		return nil, physics.State{}, false
	}
	st, ok := s.space.Get(p.Ship)
	return e, st, ok
}

// save saves one player now.
func (s *System) save(p *Player) { s.cfg.Saver.Save([]Character{s.character(p)}) }

// character is the player as a plain value, as of now, and what a restart after
// a panic would start from.
func (s *System) character(p *Player) Character {
	c := Character{ID: p.ID, Name: p.Name, System: s.cfg.Static.ID, Station: p.Station, Release: s.Release()}
	if e, st, ok := s.shipOf(p); ok {
		ship := e.spec
		ship.Pos, ship.Vel = st.Pos, st.Vel
		c.Ship = &ship
	}
	data, err := script.ToValue(p.Data)
	if err != nil {
		s.log.Error("a player's data cannot be saved; the last good one is kept", "player", p.ID, "error", err)
		data, c.Release = p.saved.Data, p.saved.Release
	}
	c.Data = data
	p.saved = c
	return c
}
