package system

import (
	"errors"
	"fmt"
	"runtime/debug"
	"slices"
	"time"
)

// maxCrashes panics within crashWindow and the system stays down.
const (
	maxCrashes  = 3
	crashWindow = time.Minute
)

// crashes remembers the panics of late.
type crashes struct{ at []time.Time }

// note adds a panic, and returns how many there have been within the window.
func (c *crashes) note(now time.Time) int {
	c.at = slices.DeleteFunc(append(c.at, now), func(t time.Time) bool { return now.Sub(t) >= crashWindow })
	return len(c.at)
}

// guard runs fn and, when it panics, brings the system back. Others see since when it
// is at it.
func (s *System) guard(fn func()) {
	if s.stats.since.CompareAndSwap(0, s.cfg.Clock.Now().UnixNano()) {
		defer s.stats.since.Store(0)
	}
	defer func() {
		if r := recover(); r != nil {
			s.recover(fmt.Errorf("panic: %v", r), debug.Stack())
		}
	}()
	fn()
}

// recover brings the system back after a panic: the first time as it was a moment before,
// the next time with its scripts started anew, and after that not at all.
func (s *System) recover(cause error, stack []byte) {
	s.log.Error("a panic; the system is brought back", "error", cause, "stack", string(stack))
	s.stats.crashes.Add(1)
	s.cfg.Tally.crashes.Add(1)
	s.tape.cut(cause)
	players, current, n := s.people.order, s.mail.current, s.crashes.note(s.cfg.Clock.Now())
	s.mail.current = nil
	func() {
		defer func() { _ = recover() }() // a state that is broken enough may not even close
		s.scripts.close()
	}()
	s.clear()
	if m, ok := current.(Enter); ok { // whoever's arrival went wrong stays out, or it would go wrong again
		players = slices.DeleteFunc(players, func(p *Player) bool { return p.ID == m.Character.ID })
		defer s.refuse(m, cause)
	}
	if n == 1 && s.revive(players) {
		s.broke(cause, BackAsItWas)
		return
	}
	how := BackAnew
	s.scripts.down = cause
	if n >= maxCrashes {
		s.scripts.down = fmt.Errorf("stopped after %d panics within %v: %w", n, crashWindow, cause)
	} else if err := s.reload(); err != nil {
		s.scripts.down = errors.Join(cause, err)
	}
	s.restore(players)
	if s.scripts.down != nil {
		how = BackNot
	}
	s.broke(cause, how)
}

// Back is how a system came back that had broken.
type Back int

// The ways.
const (
	BackAsItWas Back = iota // from its last image and what was recorded since
	BackAnew                // with its scripts started anew, and its players as they were last saved
	BackNot                 // not at all: restart, or a change of the scripts, tries again
)

// broke tells whoever wants to know.
func (s *System) broke(cause error, how Back) {
	s.publish()
	if s.cfg.OnBroken != nil {
		s.cfg.OnBroken(s, cause, how)
	}
}

// reload is load, with a panic as an error.
func (s *System) reload() (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panic at the restart: %v", r)
		}
	}()
	s.scripts.down = nil
	return s.load()
}

// restore brings the players of before the panic back in.
func (s *System) restore(players []*Player) {
	for _, p := range players {
		m := Enter{Character: p.saved, Client: p.client, Reason: ReasonRestore}
		if s.scripts.down != nil {
			s.refuse(m, s.scripts.down)
			continue
		}
		s.guard(func() { s.admit(m) })
	}
	if s.scripts.down == nil {
		s.guard(s.settle)
	}
}

// Restart loads the current release afresh and brings everybody back in: how a
// system that is down gets going again.
func (s *System) Restart() error {
	s.tape.cut(errOnce("the scripts started anew"))
	s.disconnectAll(ReasonRestart)
	players := s.people.order
	for _, p := range players {
		s.saves.character(p)
	}
	s.scripts.close()
	s.clear()
	s.scripts.down = s.load()
	s.restore(players)
	return s.scripts.down
}
