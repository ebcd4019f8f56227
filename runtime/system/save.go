package system

import (
	"hotshard/runtime/script"
)

// saveBuckets is into how many parts the saving of all players is cut, so that a
// full system writes a little in every tick and never everybody in one.
const saveBuckets = 50

// nextBucket deals players out to the parts evenly.
func (s *System) nextBucket() int {
	s.dealt++
	return s.dealt % saveBuckets
}

// saveDue saves the players whose turn has come since the last tick: each one
// every SaveEvery of real time.
func (s *System) saveDue() {
	part := int64(SaveEvery) / saveBuckets
	to := s.real.UnixNano() / part
	from := s.savedTo
	s.savedTo = to
	if from == 0 || to == from || len(s.order) == 0 {
		return
	}
	all := to-from >= saveBuckets
	records := make([]Character, 0, len(s.order)/saveBuckets*int(min(to-from, saveBuckets))+1)
	for _, p := range s.order {
		if all || turn(int64(p.bucket), from, to) {
			records = append(records, s.character(p))
		}
	}
	if len(records) > 0 {
		s.cfg.Saver.Save(records)
	}
}

// turn says whether a number in (from, to] falls into the bucket.
func turn(bucket, from, to int64) bool {
	next := from + 1 + (bucket-(from+1)%saveBuckets+saveBuckets)%saveBuckets
	return next <= to
}

// save saves one player now.
func (s *System) save(p *Player) { s.cfg.Saver.Save([]Character{s.character(p)}) }

// character is the player as a plain value, as of now, and what a restart after
// a panic would start from.
func (s *System) character(p *Player) Character {
	c := Character{ID: p.ID, Name: p.Name, System: s.cfg.Static.ID, Station: p.Station}
	if e := s.entities[p.Ship]; e != nil {
		ship := e.spec
		if st, ok := s.space.Get(p.Ship); ok {
			ship.Pos, ship.Vel = st.Pos, st.Vel
		}
		c.Ship = &ship
	}
	data, err := script.ToValue(p.Data)
	if err != nil {
		s.log.Error("a player's data cannot be saved; the last good one is kept", "player", p.ID, "error", err)
		data = p.saved.Data
	}
	c.Data = data
	p.saved = c
	return c
}
