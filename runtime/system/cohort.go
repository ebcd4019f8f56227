package system

import (
	"hotshard/runtime/gate/wire"
	"hotshard/runtime/physics"
	"hotshard/runtime/world"
)

// In a large bubble nearly all of a tick is spent on sending, and a send costs
// about the same for the changes of one tick as for those of three. So the players
// in one are in cohorts, which are told in turns: of a tick's changes one cohort
// hears at once and the last one mostCohorts-1 ticks later, of all changes since
// its last turn. Courses go on in between as always. Who has given an order sees it
// carried out at once, and at once what the ship does that theirs flies by.
const (
	// DefaultCohortsFrom is how many players in a bubble make two cohorts; four
	// times as many make three.
	DefaultCohortsFrom = 500

	mostCohorts = 3
	longestWait = 0.2 // game seconds that a change may wait for a cohort's turn
)

// changes is what changed in a bubble in one tick.
type changes struct {
	add, gone []world.EntityID
	move      []physics.Change
}

func (c *changes) none() bool { return len(c.add)+len(c.gone)+len(c.move) == 0 }

func (c *changes) clear() { c.add, c.gone, c.move = c.add[:0], c.gone[:0], c.move[:0] }

// rota says whose turn it is in a bubble, and remembers what those have missed.
type rota struct {
	of      [mostCohorts][]*Player // the players whose ship is in the bubble, by cohort
	recent  [mostCohorts]changes   // by tick, round and round
	at      int                    // this tick's
	cohorts int                    // 1 where everybody is told every tick
	turn    int                    // the cohort whose turn it is,
	all     bool                   // or everybody's
	span    int                    // how many ticks of changes those are told
}

// now is where this tick's changes go.
func (r *rota) now() *changes { return &r.recent[r.at] }

// back is the changes of some ticks ago.
func (r *rota) back(ticks int) *changes { return &r.recent[(r.at+mostCohorts-ticks)%mostCohorts] }

// begin decides whose turn it is. In the tick in which the number of cohorts
// changes it is everybody's, so that nobody misses anything between old and new.
func (r *rota) begin(cohorts int) {
	r.span = max(1, r.cohorts)
	r.all = cohorts != r.cohorts || cohorts == 1
	if cohorts != r.cohorts {
		r.cohorts = cohorts
		r.deal()
	}
	r.turn = (r.turn + 1) % cohorts
}

// due returns the cohorts whose turn it is.
func (r *rota) due() [][]*Player {
	if r.all {
		return r.of[:r.cohorts]
	}
	return r.of[r.turn : r.turn+1]
}

// isDue says whether it is the player's turn.
func (r *rota) isDue(p *Player) bool { return r.all || int(p.cohort) == r.turn }

// join puts a player into the smallest cohort.
func (r *rota) join(p *Player) {
	least := 0
	for c := 1; c < r.cohorts; c++ {
		if len(r.of[c]) < len(r.of[least]) {
			least = c
		}
	}
	r.put(p, least)
}

func (r *rota) put(p *Player, cohort int) {
	p.cohort, p.seat = uint8(cohort), len(r.of[cohort])
	r.of[cohort] = append(r.of[cohort], p)
}

// part takes a player out. The last of their cohort takes their seat.
func (r *rota) part(p *Player) {
	seats := r.of[p.cohort]
	last := len(seats) - 1
	seats[p.seat] = seats[last]
	seats[p.seat].seat = p.seat
	seats[last] = nil
	r.of[p.cohort] = seats[:last]
}

// deal makes new cohorts, all of a size, of the players of the old ones.
func (r *rota) deal() {
	var all []*Player
	for c, seats := range r.of {
		all = append(all, seats...)
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

// cohorts is how many there are to be in a bubble. A number that was reached stays
// until a fifth fewer players are there.
func (s *System) cohorts(v *view) int {
	from := s.cfg.CohortsFrom
	if from < 0 {
		return 1
	}
	k := 1
	for want := 2; want <= mostCohorts; want++ {
		least := from
		if v.cohorts >= want {
			least -= from / 5
		}
		if v.watchers >= least {
			k = want
		}
		from *= 4
	}
	return min(k, 1+int(longestWait*s.hz+1e-9))
}

// echo tells those whose cohort's turn it is not of what concerns them most: the
// course of their own ship, when they have given an order in this tick, and that of
// the ship they fly by.
func (s *System) echo(v *view) {
	if v.all {
		return
	}
	for _, c := range v.now().move {
		e, st, ok := s.seen(c.ID, v)
		if !ok {
			continue
		}
		s.concerned = s.concerned[:0]
		if p := e.pilot; p != nil && p.answered == s.turns.tick {
			s.concern(p, v)
		}
		for id := range s.space.Followers(c.ID) {
			if by := s.entities[id]; by != nil && by.pilot != nil {
				s.concern(by.pilot, v)
			}
		}
		if len(s.concerned) == 0 {
			continue
		}
		s.own.Tick, s.own.Move = s.tick, append(s.own.Move[:0], wireMotion(&st))
		f := wire.NewDelta(&s.own)
		for _, p := range s.concerned {
			p.client.Send(f)
		}
	}
}

// concern notes a player who looks at the bubble, and whose turn it is not.
func (s *System) concern(p *Player, v *view) {
	if p.client != nil && p.view == v && !p.waits() && !v.isDue(p) {
		s.concerned = append(s.concerned, p)
	}
}
