package system

import (
	"math"
	"time"

	"hotshard/runtime/gate/wire"
	"hotshard/runtime/world"
)

// announceAhead is how long before it takes effect, in real seconds, a change of
// pace is announced; never less than two ticks.
const announceAhead = 0.5

// pace is how often the ticks of a system come: game time is counted in ticks of
// one length, and an overloaded system has fewer of them in a real second.
type pace struct {
	dilator
	current float64     // the factor in effect; the dilator's own may be announced only
	at      world.Tick  // when the announced factor takes effect, 0 for none
	news    *wire.Frame // its announcement
	free    time.Time   // when the last tick ended
	slept   bool        // since then
}

func newPace() pace { return pace{dilator: newDilator(), current: 1} }

// Dilation is how many game seconds pass in a real one: 1, or less while the
// system is overloaded.
func (s *System) Dilation() float64 { return s.pace.current }

// rest forgets the pace when the system falls asleep: it has nothing to do.
func (s *System) rest() {
	s.pace = newPace()
	s.pace.slept = true
}

// keepPace makes the announced pace the current one when the tick that comes now
// is the announced one: the time from this tick to the next is the first to last
// longer, or shorter.
func (s *System) keepPace() {
	if s.pace.at == 0 || s.tick+1 < s.pace.at {
		return
	}
	s.pace.current, s.pace.at, s.pace.news = s.pace.factor, 0, nil
	if s.ticker != nil {
		s.ticker.Reset(s.period())
	}
}

// watchPace looks at what the tick has cost that was due at one time and ended at
// another, and announces another pace where one is needed. What the tick cost
// includes the time it waited for a processor, but not for the tick before it.
func (s *System) watchPace(due, ended time.Time) {
	if s.service() {
		return
	}
	if due.Before(s.pace.free) {
		due = s.pace.free
	}
	s.pace.free = ended
	s.pace.measure(ended.Sub(due), time.Duration(float64(time.Second)/s.hz))
	if s.pace.at == 0 && s.pace.decide() {
		s.announcePace()
	}
}

// announcePace tells everybody from which tick on game time runs differently.
// Whoever waits for a snapshot hears of it behind that.
func (s *System) announcePace() {
	ahead := max(2, math.Ceil(announceAhead*s.hz*s.pace.current))
	s.pace.at = s.tick + world.Tick(ahead)
	s.pace.news = dilationEvent(s.pace.factor, s.pace.at)
	s.log.Info("game time changes its pace", "dilation", s.pace.factor, "load", math.Round(100*s.pace.load)/100, "at", s.pace.at)
	for _, p := range s.order {
		if p.client != nil && !p.waits() {
			p.client.Send(s.pace.news)
		}
	}
}

func dilationEvent(factor float64, at world.Tick) *wire.Frame {
	return wire.NewEvent("dilation", map[string]world.Value{"factor": factor, "at": float64(at)})
}

// tellPace tells a player, behind a system event or a snapshot, what that did not
// say of the pace: to those without a snapshot the current one, and to all the
// announced one.
func (s *System) tellPace(p *Player) {
	if p.Ship == 0 && s.pace.current != 1 {
		p.client.Send(dilationEvent(s.pace.current, 0))
	}
	if s.pace.news != nil && !p.waits() {
		p.client.Send(s.pace.news)
	}
}

// waits says whether the player has yet to be told where they are and what is
// around.
func (p *Player) waits() bool { return p.place || (p.Ship != 0 && p.snapshot) }
