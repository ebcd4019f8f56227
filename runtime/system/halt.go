package system

import (
	"slices"
	"time"

	"hotshard/runtime/world"
)

// A system can end without having stopped: it is kept as bytes, and another process goes
// on with it. Its scripts are told nothing of that; what they hear of it is that all
// connections were lost in one moment.

// Halt ends the system after one more tick. Then keep is called on its goroutine: where
// that returns nil the system is kept, and its scripts hear nothing; otherwise it ends as
// by Stop. Any goroutine may call Halt. One that has ended already does not call keep.
func (s *System) Halt(reason string, keep func(*System) error) {
	_ = s.Post(Between(func(s *System) { s.stopping, s.keep = reason, keep })) // one that is gone has stopped
}

// Stand is a while, between two ticks, that is no part of what the system does: a tick at
// whose end it comes has not taken longer for it.
func (s *System) Stand(while func()) {
	began := s.cfg.Clock.Now()
	defer func() { s.stood += s.cfg.Clock.Now().Sub(began) }()
	while()
}

// StandTold is Stand at the end of the next tick, in which everybody is told of everything
// around them: nobody's turn is still to come when it begins. Where nobody is told in turns,
// it is Stand. It belongs to the system's goroutine, between two ticks.
func (s *System) StandTold(while func()) {
	if s.stopping != "" || !s.bubbles.inTurns() {
		s.Stand(while)
		return
	}
	s.sending.everybody, s.standing = true, while
}

// stand is the end of a tick after which StandTold has the system stand.
func (s *System) stand() {
	while := s.standing
	if while == nil {
		return
	}
	s.standing = nil
	s.Stand(while)
	s.sending.uncork()
}

// HandedOver ends the system without another tick: another process goes on with its Image,
// from this moment. It belongs to the system's goroutine, between two ticks.
func (s *System) HandedOver() { s.stopping, s.handed = reasonHanded, true }

// reasonHanded is why a system ends that goes on elsewhere.
const reasonHanded = "another process goes on with it"

// halted is the last tick of a system that is to be kept, and says whether it was.
func (s *System) halted() (kept bool) {
	if s.handed {
		return true
	}
	if s.keep == nil {
		return false
	}
	s.guard(func() { s.timed(s.cfg.Clock.Now()) })
	s.guard(func() {
		s.sending.uncork()
		kept = s.keep(s) == nil
	})
	return kept
}

// Freeze is the Image of a system that ends with it: what this process has been asked to
// do is done first, and everybody is handed to the Saver as the image has them.
func (s *System) Freeze() ([]byte, error) {
	if s.scripts.state == nil {
		return nil, s.notRunning()
	}
	s.work()
	s.landed()
	s.saves.now(s.people.order...)
	return s.Image()
}

// Work does what others have asked to be done at the next tick, for an Image that takes
// the place of the system.
func (s *System) Work() { s.work() }

// work does what others have asked to be done at the next tick. Messages are left to that.
func (s *System) work() {
	s.mail.open()
	var todo []Do // taken out before it is done: one that panics is not done again
	s.mail.batch = slices.DeleteFunc(s.mail.batch, func(m Message) bool {
		do, ok := m.(Do)
		if ok {
			todo = append(todo, do)
		}
		return ok
	})
	for _, do := range todo {
		do(s)
		s.settle()
	}
}

// landed puts those who are on the way through a gate into this system, as far as the
// store is concerned: they may come in only when the system goes on.
func (s *System) landed() {
	for i, m := range s.mail.batch {
		if m, ok := m.(Enter); ok && m.Reason == ReasonJump {
			s.land(&m)
			s.mail.batch[i] = m
		}
	}
}

// resume lets game time go on where it stopped: to what is measured in real time, the
// time in between has not been.
func (s *System) resume(now time.Time) {
	if s.rested {
		s.wakeUp(now)
		return
	}
	gone := s.time.sinceStep(now)
	if !s.time.begun() {
		gone = 0
	}
	s.lastUse = now
	s.pace.free, s.pace.due = time.Time{}, time.Time{}
	s.saves.upTo = 0
	if s.taken {
		return
	}
	s.time.real = now
	s.door.told = s.door.told.Add(gone)
	for id, kept := range s.door.kept {
		kept.until = kept.until.Add(gone)
		s.door.kept[id] = kept
	}
}

// Nobody is the connection of somebody who has none: what it is sent goes nowhere.
var Nobody Client = noClient{}

// LoseClients takes everybody's connection away, which the end of a process has done.
func (s *System) LoseClients() { s.lose(func(Client) bool { return true }) }

// LoseNobodies takes the connection away from those who have none but Nobody: it could not
// be handed to this process.
func (s *System) LoseNobodies() { s.lose(func(c Client) bool { return c == Nobody }) }

func (s *System) lose(gone func(Client) bool) {
	for _, p := range s.people.order {
		if p.client == nil || gone(p.client) {
			s.raiseDisconnected(p, ReasonShutdown)
			p.client, p.held = nil, nil
		}
	}
	for _, w := range s.door.line {
		if w.enter.Client != nil && gone(w.enter.Client) {
			w.enter.Client = nil
		}
	}
	s.settle()
}

// TakenOver has Run go on with a thawed system as if its process had not changed: no time
// has been left out, and where players wait for a tick it comes at once, and tells them all.
func (s *System) TakenOver() { s.taken, s.sending.everybody = true, true }

// Resumed tells the scripts that the system goes on after the end of its process, which was
// killed or stopped in order. It is called when all that is lost with the process has been.
func (s *System) Resumed(killed bool) {
	s.scripts.raise(func(e Events) { e.SystemResumed(killed) })
	s.settle()
}

// Somebody is a player by id and name.
type Somebody struct {
	ID   world.CharacterID
	Name string
}

// Everybody lists who is in the system, before its door or on the way in.
func (s *System) Everybody() []Somebody {
	var out []Somebody
	for _, p := range s.people.order {
		out = append(out, Somebody{p.ID, p.Name})
	}
	for _, w := range s.door.line {
		if w.from == "" {
			out = append(out, Somebody{w.id, w.enter.Character.Name})
		}
	}
	for _, m := range s.mail.batch {
		if m, ok := m.(Enter); ok {
			out = append(out, Somebody{m.Character.ID, m.Character.Name})
		}
	}
	return out
}
