package system

import (
	"log/slog"
	"time"

	"hotshard/runtime/script"
	"hotshard/runtime/world"
)

// SaveEvery is how often a player in the game is saved, in real time: what a
// crash can lose at most.
const SaveEvery = 5 * time.Second

// saveBuckets is into how many parts the saving of all players is cut, so that a
// full system never writes everybody in one tick, and no more often than a commit is
// worth: most of what it costs is the same for one player as for hundreds.
const saveBuckets = 10

// saveTogether is how many players with ids one after the other are saved at once:
// about as many as stand on one page of a database, which costs as much to
// write for one of them as for all.
const saveTogether = 16

func bucketOf(id world.CharacterID) int {
	return int(uint64(id) / saveTogether % saveBuckets)
}

// saves makes records of the players and hands them on: of each one every SaveEvery,
// and whenever something has happened to them that must not be lost.
type saves struct {
	saver    Saver
	static   *world.SolarSystem
	entities *entities
	scripts  *scripts
	log      *slog.Logger

	buckets [saveBuckets][]*Player // by Player.bucket
	upTo    int64                  // parts of SaveEvery that have been dealt with
}

func (c *saves) join(p *Player) { c.buckets[p.bucket] = append(c.buckets[p.bucket], p) }

func (c *saves) part(p *Player) { c.buckets[p.bucket] = without(c.buckets[p.bucket], p) }

// due saves the players whose part of the interval has come since the last tick, if
// anything about them has changed.
func (c *saves) due(real time.Time) {
	to := real.UnixNano() / (int64(SaveEvery) / saveBuckets)
	from := c.upTo
	c.upTo = to
	if from == 0 || to == from {
		return
	}
	var records []Character
	for n := max(from+1, to-saveBuckets+1); n <= to; n++ {
		for _, p := range c.buckets[n%saveBuckets] {
			if r, changed := c.news(p); changed {
				records = append(records, r)
			}
		}
	}
	c.save(records)
}

// save hands records on.
func (c *saves) save(records []Character) {
	if len(records) > 0 {
		c.saver.Save(records)
	}
}

// now saves players as they are.
func (c *saves) now(players ...*Player) {
	records := make([]Character, len(players))
	for i, p := range players {
		records[i] = c.character(p)
	}
	c.save(records)
}

// news is the player as they have to be saved, unless nothing about them has
// changed. Most have only moved; that is found out without making values of what
// scripts keep.
func (c *saves) news(p *Player) (record Character, changed bool) {
	old := &p.saved
	e, st, flies := c.entities.shipOf(p)
	if old.System != c.static.ID || old.Station != p.Station || flies != (old.Ship != nil) || !script.Same(p.Data, old.Data) {
		return c.character(p), true
	}
	if !flies {
		return Character{}, false
	}
	ship := e.spec
	ship.Pos, ship.Vel = st.Pos, st.Vel
	if ship == *old.Ship {
		return Character{}, false
	}
	moved := *old.Ship
	if moved.Pos, moved.Vel = st.Pos, st.Vel; ship != moved {
		return c.character(p), true
	}
	old.Ship = &ship // the Saver may still hold the old one
	old.Moved = true
	return *old, true
}

// character is the player as a plain value, as of now, and what a restart after
// a panic would start from.
func (c *saves) character(p *Player) Character {
	r := Character{ID: p.ID, Name: p.Name, System: c.static.ID, Station: p.Station, Release: c.scripts.release()}
	if e, st, ok := c.entities.shipOf(p); ok {
		ship := e.spec
		ship.Pos, ship.Vel = st.Pos, st.Vel
		r.Ship = &ship
	}
	data, err := script.ToValue(p.Data)
	if err != nil {
		c.log.Error("a player's data cannot be saved; the last good one is kept", "player", p.ID, "error", err)
		data, r.Release = p.saved.Data, p.saved.Release
	}
	r.Data = data
	p.saved = r
	return r
}
