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

// Run starts the system and ticks it until it is stopped or unloaded. A panic
// ends neither the process nor the system: the system is brought back from what
// was last saved of its players, and the others notice nothing.
func (s *System) Run() {
	s.ticker = s.cfg.Clock.NewTicker(s.period())
	defer s.ticker.Stop()
	s.guard(func() {
		if err := s.Start(s.cfg.Clock.Now()); err != nil {
			s.log.Error("the scripts do not run", "error", err)
		}
		s.stats.awake.Store(true)
		s.publish()
	})
	for s.stopping == "" {
		if now, ok := s.wait(); ok {
			s.guard(func() { s.timed(now) })
		}
	}
	s.guard(s.takeMail) // nobody who is on the way here gets lost
	s.guard(s.end)
	s.uncork()
	for !s.gaps.close() {
		s.guard(s.fillGap)
	}
	s.close()
	s.stats.awake.Store(false)
	s.cfg.Router.Unloaded(s)
}

// timed is Step with a look at the clock before and after.
func (s *System) timed(now time.Time) {
	began := s.cfg.Clock.Now()
	s.catchUp(now)
	s.keepPace()
	s.Step(now)
	s.publish()
	ended := s.cfg.Clock.Now()
	s.stats.ticked(s.tick, ended.Sub(began), ended.Sub(now) > s.period())
	s.watchPace(now, ended)
}

// wait returns when the next step is due, with the time; false says that there
// is none: the system stops.
func (s *System) wait() (time.Time, bool) {
	for !s.idle() {
		select {
		case now := <-s.ticker.Chan():
			return now, true
		case <-s.inbox.wake:
			if s.guard(s.fillGap); s.stopping != "" {
				return time.Time{}, false
			}
		}
	}
	return s.sleep()
}

// idle says whether nothing would happen at the next tick.
func (s *System) idle() bool {
	if !s.inbox.empty() {
		return false
	}
	if s.service() {
		return true
	}
	if len(s.order) > 0 || s.door.active() {
		return false
	}
	due, ok := s.nextDue()
	return !ok || due > s.now+2/s.hz
}

// nextDue is the game time at which a timer, a task or a call wants attention.
func (s *System) nextDue() (float64, bool) {
	if s.state == nil {
		return 0, false
	}
	due, ok := s.state.NextDue()
	for _, c := range s.calls {
		if !ok || c.deadline < due {
			due, ok = c.deadline, true
		}
	}
	return due, ok
}

// sleep waits for a message, for the next timer, or for the end of a system that
// nobody uses.
func (s *System) sleep() (time.Time, bool) {
	s.rest()
	s.inbox.asleep.Store(true)
	s.stats.awake.Store(false)
	defer func() {
		s.inbox.asleep.Store(false)
		s.stats.awake.Store(true)
		s.ticker.Reset(s.period())
	}()
	if !s.inbox.empty() { // it came before the sender could know that we sleep
		return s.cfg.Clock.Now(), true
	}
	for {
		s.ticker.Stop()
		if d, ok := s.alarm(); ok {
			s.ticker.Reset(max(d, time.Millisecond))
		}
		select {
		case now := <-s.ticker.Chan():
			if s.unused(now) && s.inbox.close() {
				s.stopping = "unused"
				return now, false
			}
			return now, true
		case <-s.inbox.wake:
			s.passSleep()
			if s.guard(s.fillGap); s.stopping != "" {
				return time.Time{}, false
			}
			if !s.inbox.empty() {
				return s.cfg.Clock.Now(), true
			}
		}
	}
}

// passSleep tells the scripts' clock how long the sleep has lasted so far: what a
// release begins in a system that sleeps counts from now.
func (s *System) passSleep() {
	if s.state != nil && !s.real.IsZero() && !s.gaps.empty() {
		s.state.Pass(s.now + s.cfg.Clock.Now().Sub(s.real).Seconds())
	}
}

// alarm is how long to sleep at most.
func (s *System) alarm() (time.Duration, bool) {
	d, ok := time.Duration(0), false
	if due, timed := s.nextDue(); timed {
		d, ok = time.Duration((due-s.now)*float64(time.Second))-s.cfg.Clock.Now().Sub(s.real), true
	}
	if s.cfg.UnloadAfter > 0 && !s.service() {
		if left := s.lastUse.Add(s.cfg.UnloadAfter).Sub(s.cfg.Clock.Now()); !ok || left < d {
			d, ok = left, true
		}
	}
	return d, ok
}

// unused says whether it is time to unload. Timers of its own keep a system from
// sleeping through, not from being unloaded.
func (s *System) unused(now time.Time) bool {
	return s.cfg.UnloadAfter > 0 && !s.service() && now.Sub(s.lastUse) >= s.cfg.UnloadAfter
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

// recover restarts the system from its last save.
func (s *System) recover(cause error, stack []byte) {
	s.log.Error("a panic; the system restarts from its last save", "error", cause, "stack", string(stack))
	s.stats.crashes.Add(1)
	now := s.cfg.Clock.Now()
	recent := s.crashes[:0]
	for _, t := range append(s.crashes, now) {
		if now.Sub(t) < crashWindow {
			recent = append(recent, t)
		}
	}
	s.crashes = recent
	players := s.order
	s.mail = slices.DeleteFunc(s.mail, func(m Message) bool { return m == nil }) // what had not been delivered yet
	func() {
		defer func() { _ = recover() }() // a state that is broken enough may not even close
		s.close()
	}()
	s.state = nil
	s.clear()
	s.down = cause
	if len(s.crashes) >= maxCrashes {
		s.down = fmt.Errorf("stopped after %d panics within %v: %w", len(s.crashes), crashWindow, cause)
	} else if err := s.reload(); err != nil {
		s.down = errors.Join(cause, err)
	}
	if m, ok := s.current.(Enter); ok { // whoever's arrival went wrong stays out, or it would go wrong again
		players = slices.DeleteFunc(players, func(p *Player) bool { return p.ID == m.Character.ID })
		s.refuse(m, cause)
	}
	s.current = nil
	s.restore(players)
}

// reload is load, with a panic as an error.
func (s *System) reload() (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panic at the restart: %v", r)
		}
	}()
	s.down = nil
	return s.load()
}

// restore brings the players of before the panic back in.
func (s *System) restore(players []*Player) {
	for _, p := range players {
		m := Enter{Character: p.saved, Client: p.client, Reason: "restore"}
		if s.down != nil {
			s.refuse(m, s.down)
			continue
		}
		s.guard(func() { s.admit(m) })
	}
	if s.down == nil {
		s.guard(s.settle)
	}
}

// Restart loads the current release afresh and brings everybody back in: how a
// system that is down gets going again.
func (s *System) Restart() error {
	s.disconnectAll(ReasonRestart)
	players := s.order
	for _, p := range players {
		s.character(p)
	}
	s.close()
	s.clear()
	s.down = s.load()
	s.restore(players)
	return s.down
}

// disconnectAll tells the scripts of everybody's client that this state will not see
// it again.
func (s *System) disconnectAll(reason string) {
	if s.state == nil {
		return
	}
	for _, p := range s.order {
		s.raiseDisconnected(p, reason)
	}
	s.settle()
}

// end tells the scripts that it is over and saves everybody.
func (s *System) end() {
	if s.state != nil {
		s.disconnectAll(ReasonShutdown)
		s.events.SystemStopping()
	}
	records := make([]Character, 0, len(s.order))
	for _, p := range s.order {
		records = append(records, s.character(p))
	}
	if len(records) > 0 {
		s.cfg.Saver.Save(records)
	}
}

// Stop ends the system: scripts hear system_stopping and everybody is saved. Any
// goroutine may call it.
func (s *System) Stop(reason string) {
	_ = s.Post(Between(func(s *System) { s.stopping = reason })) // one that is gone has stopped
}
