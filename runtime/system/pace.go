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
	due     time.Time   // when the last tick was due; zero if nothing is made good
	free    time.Time   // when the last tick ended
	slept   bool        // since then
}

// maxBehind is how far ticks may be behind and still be made good: a garbage collection or
// an image holds a busy system up by some ticks, and no game time is lost by that. What is
// further behind is overload, and the ticks that are missing are not made up for.
const maxBehind = 500 * time.Millisecond

// maxLate is how late ticks may end before game time slows down for them: a burst of work
// that is over before that is made good, and nobody's game runs at another pace. By the
// time at which a slower pace takes effect they are no later than maxBehind, or nearly so.
const maxLate = 300 * time.Millisecond

// made notes when the tick that comes now was due.
func (c *pace) made(due time.Time) { c.due = due }

// behind returns when the next tick was due, if that has passed.
func (c *pace) behind(now time.Time, hz float64) (time.Time, bool) {
	if c.due.IsZero() {
		return now, false
	}
	next := c.due.Add(c.period(hz))
	if now.Sub(next) > maxBehind {
		c.due = time.Time{}
		return now, false
	}
	return next, !next.After(now)
}

// strainAbove is the load from which on a system spares itself what can wait.
const strainAbove = 0.70

// strained says whether it does.
func (c *pace) strained() bool { return c.load*c.factor > strainAbove }

// stale says that a tick of the ticker has been made good already.
func (c *pace) stale(due time.Time, hz float64) bool {
	return !c.due.IsZero() && due.Sub(c.due) < c.period(hz)/2
}

func newPace() pace { return pace{dilator: newDilator(), current: 1} }

// rest forgets the pace when the system falls asleep: it has nothing to do.
func (c *pace) rest() {
	*c = newPace()
	c.slept = true
}

// woken says whether the system has slept since the last tick, once.
func (c *pace) woken() bool {
	slept := c.slept
	c.slept = false
	return slept
}

// period is the real time from one tick to the next.
func (c *pace) period(hz float64) time.Duration {
	return time.Duration(float64(time.Second) / (hz * c.current))
}

// keep makes the announced pace the current one when the tick that comes now is the
// announced one, and says whether it did: the time from this tick to the next is the
// first to last longer, or shorter.
func (c *pace) keep(coming world.Tick) bool {
	if c.at == 0 || coming < c.at {
		return false
	}
	c.current, c.at, c.news = c.factor, 0, nil
	return true
}

// watch looks at what the tick has cost that was due at one time and ended at
// another, and says whether another pace is needed. What the tick cost includes the
// time it waited for a processor, but not for the tick before it.
func (c *pace) watch(due, ended time.Time, period time.Duration) bool {
	late := ended.Sub(due) - c.period(float64(time.Second)/float64(period))
	lost := ended.Sub(due) > maxBehind
	if due.Before(c.free) {
		due = c.free
	}
	c.free = ended
	c.measure(ended.Sub(due), period, lost)
	return c.at == 0 && c.decide(late > maxLate)
}

// announce decides from which tick on game time runs differently, and returns what
// tells everybody so.
func (c *pace) announce(t *gameTime) *wire.Frame {
	ahead := max(2, math.Ceil(announceAhead*t.hz*c.current))
	c.at = t.tick + world.Tick(ahead)
	c.news = dilationEvent(c.factor, c.at)
	return c.news
}

// tell tells a player, behind a system event or a snapshot, what that did not say of
// the pace: to those without a snapshot the current one, and to all the announced
// one.
func (c *pace) tell(p *Player) {
	if p.Ship == 0 && c.current != 1 {
		p.client.Send(dilationEvent(c.current, 0))
	}
	if c.news != nil && !p.waits() {
		p.client.Send(c.news)
	}
}

func dilationEvent(factor float64, at world.Tick) *wire.Frame {
	return wire.NewEvent("dilation", map[string]world.Value{"factor": factor, "at": float64(at)})
}
