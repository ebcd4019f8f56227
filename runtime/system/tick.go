package system

import (
	"time"

	"hotshard/runtime/physics"
	"hotshard/runtime/world"
)

// Step runs one tick. now is the real time: it paces saving and the reckoning of
// a sleep, and never enters the game, which advances by one period a tick.
//
// A tick reads like this: what has come in is taken in, players are let in, as many
// of their commands run as a tick has room for, scripts run what has become due, the
// bodies move, scripts hear what happened to them, everybody hears what they can see,
// some of the players are saved, and when no Lua is left running the scripts may be
// replaced.
func (s *System) Step(now time.Time) {
	s.beginStep(now)
	s.takeMail()
	s.letIn()
	s.runCommands()
	if s.scripts.state != nil {
		s.runDue()
		s.moveBodies(1 / s.time.hz)
		s.tellScripts()
		s.sending.views()
		s.saves.due(now)
	}
	s.sending.tickEnds()
	s.tape.stepped(s)
	s.fillGap()
	s.stand()
}

// beginStep makes game time pass in a service, which has no ticks: it is real time.
func (s *System) beginStep(now time.Time) {
	if s.service() && s.time.begun() {
		s.time.skip(max(0, s.time.sinceStep(now).Seconds()), 0)
	}
	s.time.begin(now)
	s.outgoing = 0
}

// takeMail delivers the messages that have come since the last tick, and those
// that a panic kept from being delivered.
func (s *System) takeMail() {
	s.mail.open()
	enough := s.scripts.steps() + mailSteps
	for m := s.mail.deliver(); m != nil; m = s.mail.deliver() {
		s.cfg.Tally.messages.Add(1)
		s.tape.message(s, m)
		m.deliver(s)
		s.settle()
		if s.scripts.steps() > enough {
			s.mail.pause()
			return
		}
	}
}

// mailSteps are the steps of Lua that the messages of one tick may take: what is left of
// them waits for the next, so that a storm of events makes a system slow and does not hold
// it.
const mailSteps = 10_000_000

// runDue moves game time on by a tick and runs timers and tasks that are due.
func (s *System) runDue() {
	if !s.service() {
		s.time.advance()
	}
	s.calls.expire(s.time.now)
	s.scripts.state.Advance(s.time.now)
	s.settle()
}

// moveBodies lets the physics run for some game seconds.
func (s *System) moveBodies(dt float64) {
	if s.service() {
		return
	}
	if err := s.entities.space.Step(dt); err != nil {
		s.log.Error("the bodies did not move", "error", err)
		return
	}
	s.bubbles.track()
}

// tellScripts tells the scripts what the physics did.
func (s *System) tellScripts() {
	if s.service() {
		return
	}
	for _, ev := range s.entities.space.Events() {
		s.tell(ev)
		s.settle()
	}
}

func (s *System) tell(ev physics.Event) {
	switch ev.Kind {
	case physics.WarpStarted:
		s.scripts.events.WarpStarted(ev.ID)
	case physics.WarpLanded:
		s.scripts.events.WarpLanded(ev.ID)
	case physics.Arrived:
		s.scripts.events.ShipArrived(ev.ID, ev.Target)
	case physics.TargetLost:
		s.scripts.events.TargetLost(ev.ID, ev.Target)
	case physics.Hidden:
		s.scripts.events.ShipHidden(ev.ID)
	case physics.Shown:
		s.scripts.events.ShipShown(ev.ID)
	case physics.BubbleEntered:
		s.scripts.events.BubbleEntered(ev.ID)
	case physics.BubbleLeft:
		s.scripts.events.BubbleLeft(ev.ID)
	case physics.MissileHit:
		s.scripts.events.MissileHit(ev.ID, ev.Target, ev.Owner)
		s.Remove(ev.ID)
	case physics.MissileExpired:
		s.scripts.events.MissileExpired(ev.ID)
		s.Remove(ev.ID)
	}
}

// fillGap does what was to happen between two ticks, each for itself: a panic in one
// is no reason to forget the others.
func (s *System) fillGap() {
	if s.mail.gaps.empty() {
		return
	}
	for _, m := range s.mail.gaps.take(nil) {
		s.guard(func() {
			m.deliver(s)
			s.settle()
			s.tape.settled()
		})
	}
	s.sending.uncork()
	s.publish()
}

// settle tells the scripts what was raised and lets those go who asked to,
// until nothing is left of either.
func (s *System) settle() {
	for s.scripts.tell(); len(s.departs) > 0; s.scripts.tell() {
		p := s.departs[0]
		s.departs = s.departs[1:]
		s.depart(p)
	}
}

// After a sleep the game time of the sleep is made good: the bodies moved on
// without anybody looking, in steps of maxCatchUpStep and for at most
// maxCatchUp, after which they stand where they then were.
const (
	maxCatchUp     = 60.0 // seconds
	maxCatchUpStep = 1.0
)

// catchUp advances game time by what a sleep took. Ticks that come late are made good one
// by one, if they are few (maxBehind): an overloaded system has less game time, not longer
// ticks.
func (s *System) catchUp(now time.Time) {
	if s.service() || !s.time.begun() || !s.pace.woken() {
		return
	}
	gone := s.time.sinceStep(now).Seconds() - 1/s.time.hz // the coming tick's own
	if gone <= 0 {
		return
	}
	s.time.skip(gone, world.Tick(float64(gone*s.time.hz)+0.5))
	if s.Len() == 0 {
		return
	}
	for left := min(gone, maxCatchUp); left > 0 && s.scripts.state != nil; left -= maxCatchUpStep {
		s.moveBodies(min(left, maxCatchUpStep))
		s.tellScripts()
	}
}
