package system

import "time"

// Between two ticks a system in which somebody is docked has interludes. In one it takes in
// what has come, so that tasks get the answers they wait for, and runs the orders of those
// who are docked, if they are not one of many in a row: whoever trades waits for the market and the disk, and not for the next
// tick. No game time passes in it and nothing moves. Orders of ships wait for the tick, which
// tells everybody of them in one frame.

// What the interludes between two ticks may take: then, and where the system has much to do,
// what comes waits for the tick.
const (
	interludesMost = 100
	interludesTake = 0.2 // of a tick's time, in all
	interludesLoad = 0.5 // the load up to which there are any
)

// interludes are those since the last tick.
type interludes struct {
	docked bool // somebody is, or was when it was last looked at
	number int
	spent  time.Duration
}

// over is called with each tick, and returns what the interludes before it took.
func (i *interludes) over() time.Duration {
	spent := i.spent
	i.number, i.spent = 0, 0
	return spent
}

// room says whether there may be another one.
func (i *interludes) room(p *pace, period time.Duration) bool {
	return i.docked && i.number < interludesMost && i.spent < time.Duration(interludesTake*float64(period)) && p.load*p.factor < interludesLoad
}

// seekDocked is how many ticks apart it is found out whether somebody is docked.
const seekDocked = 10

// seek finds out whether somebody is docked.
func (i *interludes) seek(step uint64, c *people) {
	if step%seekDocked != 0 {
		return
	}
	i.docked = false
	for _, p := range c.order {
		if p.Station != 0 {
			i.docked = true
			return
		}
	}
}

// attend has an interlude if something has come that may have one, and says so. Until the
// next call, whoever sends something wakes the system if it may.
func (s *System) attend() bool {
	may := !s.service() && s.scripts.state != nil && s.overdrawn.IsZero() && s.interludes.room(&s.pace, s.time.period()) && s.may()
	s.mail.inbox.rings.Store(may)
	if !may || s.mail.left() || s.mail.inbox.empty() {
		return false
	}
	s.guard(s.timedInterlude)
	return true
}

func (s *System) timedInterlude() {
	began := s.cfg.Clock.Now()
	s.tape.interlude()
	s.interlude()
	s.tape.interluded()
	if s.tape.holds() {
		s.HandOn()
	}
	s.publish()
	took := s.cfg.Clock.Now().Sub(began)
	s.interludes.number++
	s.interludes.spent += took
	s.stats.busy.Add(int64(took))
}

// interlude is what a system does in one.
func (s *System) interlude() {
	s.outgoing = 0
	if s.takeMail(); s.stopping != "" {
		return // what is left goes where the system goes
	}
	s.commands.interlude(s.time.step, s.scripts.steps())
	s.runLine()
	s.sending.uncork()
}
