package system

import (
	"time"

	"hotshard/runtime/physics"
	"hotshard/runtime/world"
)

// Step runs one tick. now is the real time: it paces saving and the reckoning of
// a sleep, and never enters the game, which advances by one period a tick.
//
// A tick reads like this: what has come in is taken in, players are let in, their
// commands run in turn, scripts run what has become due, the bodies move, scripts hear what happened to them, everybody
// hears what they can see, some of the players are saved, and when no Lua is
// left running the scripts may be replaced.
func (s *System) Step(now time.Time) {
	if s.service() && !s.real.IsZero() {
		s.now += max(0, now.Sub(s.real).Seconds())
	}
	s.real = now
	s.takeMail()
	s.letIn()
	s.takeTurns()
	if s.state != nil {
		s.runDue()
		s.stepPhysics()
		s.tellScripts()
		s.sendViews()
		s.saveDue()
	}
	s.uncork()
	s.fillGap()
}

// takeMail delivers the messages that have come since the last tick, and those
// that a panic kept from being delivered.
func (s *System) takeMail() {
	s.mail = s.inbox.take(s.mail)
	for i, m := range s.mail {
		s.mail[i], s.current = nil, m
		m.deliver(s)
		s.settle()
	}
	s.mail, s.current = s.mail[:0], nil
}

// runDue moves game time on by a tick and runs timers and tasks that are due.
func (s *System) runDue() {
	if !s.service() {
		s.tick++
		s.now += 1 / s.hz
	}
	s.expireCalls()
	s.state.Advance(s.now)
	s.settle()
}

func (s *System) stepPhysics() {
	if s.space != nil {
		s.moveBodies(1 / s.hz)
	}
}

func (s *System) moveBodies(dt float64) {
	if err := s.space.Step(dt); err != nil {
		s.log.Error("the bodies did not move", "error", err)
		return
	}
	s.trackBubbles()
}

// tellScripts turns what the physics did into events.
func (s *System) tellScripts() {
	if s.space == nil {
		return
	}
	for _, ev := range s.space.Events() {
		s.tell(ev)
		s.settle()
	}
}

func (s *System) tell(ev physics.Event) {
	switch ev.Kind {
	case physics.WarpStarted:
		s.events.WarpStarted(ev.ID)
	case physics.WarpLanded:
		s.events.WarpLanded(ev.ID)
	case physics.Arrived:
		s.events.ShipArrived(ev.ID, ev.Target)
	case physics.TargetLost:
		s.events.TargetLost(ev.ID, ev.Target)
	case physics.BubbleEntered:
		s.events.BubbleEntered(ev.ID)
	case physics.BubbleLeft:
		s.events.BubbleLeft(ev.ID)
	case physics.MissileHit:
		s.events.MissileHit(ev.ID, ev.Target, ev.Owner)
		s.Remove(ev.ID)
	case physics.MissileExpired:
		s.events.MissileExpired(ev.ID)
		s.Remove(ev.ID)
	}
}

// fillGap does what was to happen between two ticks.
func (s *System) fillGap() {
	if s.gaps.empty() {
		return
	}
	for _, m := range s.gaps.take(nil) {
		m.deliver(s)
		s.settle()
	}
	s.uncork()
	s.publish()
}

// After a sleep the game time of the sleep is made good: the bodies moved on
// without anybody looking, in steps of maxCatchUpStep and for at most
// maxCatchUp, after which they stand where they then were.
const (
	maxCatchUp     = 60.0 // seconds
	maxCatchUpStep = 1.0
)

// catchUp advances game time by what a sleep took. Ticks that come late are not
// made good: an overloaded system has less game time, not longer ticks.
func (s *System) catchUp(now time.Time) {
	gone := now.Sub(s.real).Seconds()
	if s.service() || s.real.IsZero() || !s.pace.slept {
		return
	}
	s.pace.slept = false
	gone -= 1 / s.hz // the coming tick's own
	if gone <= 0 {
		return
	}
	s.now += gone
	s.tick += world.Tick(gone*s.hz + 0.5)
	if s.Len() == 0 {
		return
	}
	for left := min(gone, maxCatchUp); left > 0 && s.state != nil; left -= maxCatchUpStep {
		s.moveBodies(min(left, maxCatchUpStep))
		s.tellScripts()
	}
}

// Len is the number of things in space that are not part of the map.
func (s *System) Len() int { return len(s.entities) }
