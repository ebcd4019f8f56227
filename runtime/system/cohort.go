package system

import (
	"hotshard/runtime/physics"
	"hotshard/runtime/world"
)

// In a large bubble nearly all of a tick is spent on sending, and a send costs
// about the same for the changes of one tick as for those of three. So the players
// in one are in cohorts, which are due one after the other: of a tick's changes one
// cohort hears at once and the last one mostCohorts-1 ticks later, of all changes
// since it was last due. Courses go on in between as always. What is near is told
// all players at once: see nearby.
const (
	// DefaultCohortsFrom is how many players in a bubble make two cohorts; four
	// times as many make three.
	DefaultCohortsFrom = 500

	mostCohorts = 3
	longestWait = 0.2 // game seconds that a change may wait for a cohort
)

// changes is what changed in a bubble in one tick.
type changes struct {
	add, gone []world.EntityID
	move      []physics.Change
}

func (c *changes) none() bool { return len(c.add)+len(c.gone)+len(c.move) == 0 }

func (c *changes) clear() { c.add, c.gone, c.move = c.add[:0], c.gone[:0], c.move[:0] }

// rota says who is due in a bubble, and remembers what those have missed.
type rota struct {
	of      [mostCohorts][]*Player // the players whose ship is in the bubble, by cohort
	spots   spots                  // and where they are
	recent  [mostCohorts]changes   // by tick, round and round
	at      int                    // this tick's
	cohorts int                    // 1 where everybody is told every tick
	cohort  int                    // the one that is due,
	all     bool                   // or everybody
	span    int                    // how many ticks of changes those are told
}

// now is where this tick's changes go.
func (r *rota) now() *changes { return &r.recent[r.at] }

// back is the changes of some ticks ago.
func (r *rota) back(ticks int) *changes { return &r.recent[(r.at+mostCohorts-ticks)%mostCohorts] }

// begin decides who is due. In the tick in which the number of cohorts changes it
// is everybody, so that nobody misses anything between old and new.
func (r *rota) begin(cohorts int) {
	r.span = max(1, r.cohorts)
	r.all = cohorts != r.cohorts || cohorts == 1
	if cohorts != r.cohorts {
		r.cohorts = cohorts
		r.deal()
	}
	r.cohort = (r.cohort + 1) % cohorts
}

// due returns the cohorts that are.
func (r *rota) due() [][]*Player {
	if r.all {
		return r.of[:r.cohorts]
	}
	return r.of[r.cohort : r.cohort+1]
}

// isDue says whether the player's cohort is.
func (r *rota) isDue(p *Player) bool { return r.all || int(p.cohort) == r.cohort }

// join puts a player into the smallest cohort.
func (r *rota) join(p *Player) {
	least := 0
	for c := 1; c < r.cohorts; c++ {
		if len(r.of[c]) < len(r.of[least]) {
			least = c
		}
	}
	r.put(p, least)
	r.spots.add(p, unknown)
}

func (r *rota) put(p *Player, cohort int) {
	p.cohort, p.index = uint8(cohort), len(r.of[cohort])
	r.of[cohort] = append(r.of[cohort], p)
}

// part takes a player out. The last of their cohort moves up.
func (r *rota) part(p *Player) {
	r.spots.drop(p)
	members := r.of[p.cohort]
	last := len(members) - 1
	members[p.index] = members[last]
	members[p.index].index = p.index
	members[last] = nil
	r.of[p.cohort] = members[:last]
}

// deal makes new cohorts, all of a size, of the players of the old ones.
func (r *rota) deal() {
	var all []*Player
	for c, members := range r.of {
		all = append(all, members...)
		r.of[c] = nil
	}
	for i, p := range all {
		r.put(p, i*r.cohorts/len(all))
	}
}

// end makes room for the changes of the next tick.
func (r *rota) end() {
	r.at = (r.at + 1) % mostCohorts
	r.now().clear()
}

// wanted is how many cohorts there are to be of so many players, where the first
// number of them makes two and hz ticks come in a second; none but one where that is
// negative. A number of cohorts that was reached stays until a fifth fewer players are
// there.
func (r *rota) wanted(players, from int, hz float64) int {
	if from < 0 {
		return 1
	}
	k := 1
	for want := 2; want <= mostCohorts; want++ {
		least := from
		if r.cohorts >= want {
			least -= from / 5
		}
		if players >= least {
			k = want
		}
		from *= 4
	}
	return min(k, 1+int(longestWait*hz+1e-9))
}
