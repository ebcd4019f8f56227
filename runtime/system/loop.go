package system

import (
	"math"
	"time"
)

// Run starts the system, or goes on with one that was thawed, and ticks it until it is
// stopped or unloaded. A panic ends neither the process nor the system: the system is
// brought back from what was last saved of its players, and the others notice nothing.
func (s *System) Run() {
	s.ticker = s.cfg.Clock.NewTicker(s.pace.period(s.time.hz))
	defer s.ticker.Stop()
	s.guard(s.begin)
	if s.taken && s.people.count() > 0 {
		s.guard(func() { s.timed(s.cfg.Clock.Now()) })
	}
	for s.stopping == "" {
		if now, ok := s.wait(); ok && s.may() {
			s.guard(func() { s.timed(now) })
		}
	}
	kept := s.halted()
	s.tape.end(s, kept)
	if !kept {
		for s.guard(s.takeMail); s.mail.left(); { // nobody who is on the way here gets lost
			s.guard(s.takeMail)
		}
		s.guard(s.end)
	}
	s.sending.uncork()
	for !s.mail.gaps.close() {
		s.guard(s.fillGap)
	}
	s.scripts.close()
	s.stats.awake.Store(false)
	s.cfg.Router.Unloaded(s)
	close(s.ended)
}

// may says whether the system may run now.
func (s *System) may() bool { return s.cfg.May == nil || s.cfg.May() }

// begin starts the system, or goes on with one that was thawed.
func (s *System) begin() {
	if now := s.cfg.Clock.Now(); s.scripts.state != nil {
		s.resume(now)
	} else if err := s.Start(now); err != nil {
		s.log.Error("the scripts do not run", "error", err)
	}
	s.stats.awake.Store(true)
	s.publish()
}

// SamplesEvery is after how many ticks Config.OnSampled is told.
const SamplesEvery = 20

// timed is Step with a look at the clock before and after.
func (s *System) timed(date time.Time) {
	began, now := s.cfg.Clock.Now(), s.tape.steady(date)
	s.stood = 0
	s.tape.begin(now, date)
	s.tick(now, s.tape.dated(now, date))
	if s.handed {
		return // nobody here asks any more
	}
	s.publish()
	ended := s.cfg.Clock.Now().Add(-s.stood)
	took, late := ended.Sub(began), ended.Sub(date) > s.pace.period(s.time.hz)
	s.stats.ticked(s.time.tick, took, late)
	s.cfg.Tally.ticked(took, late)
	if s.stats.ticks.Load()%SamplesEvery == 0 {
		s.scripts.flushSamples()
	}
	spent := s.interludes.over()
	s.interludes.seek(s.time.step, &s.people)
	ended = s.charged(s.tape.steady(ended).Add(spent), took+spent)
	s.tape.paced(ended.Sub(now))
	s.watchPace(now, ended)
	s.tape.between(s, now)
}

// tick is Step with what a sleep has left to do, at a time and the machine's date.
func (s *System) tick(now, date time.Time) {
	s.time.date = date
	s.catchUp(now)
	if s.pace.keep(s.time.tick + 1) {
		s.resetTicker()
	}
	s.Step(now)
}

// Turn is a turn of Run, by hand.
func (s *System) Turn(now time.Time) { s.timed(now) }

// wait returns when the next step is due, with the time; false says that there
// is none: the system stops.
func (s *System) wait() (time.Time, bool) {
	for !s.idle() {
		if due, ok := s.pace.behind(s.cfg.Clock.Now(), s.time.hz); ok && s.overdrawn.IsZero() {
			s.pace.made(due)
			return due, true
		}
		if s.attend() {
			if s.stopping != "" {
				return time.Time{}, false
			}
			continue
		}
		select {
		case now := <-s.ticker.Chan():
			if !s.overdrawn.IsZero() {
				if !s.settleUp() {
					return time.Time{}, false
				}
				now = s.cfg.Clock.Now()
			}
			if s.pace.stale(now, s.time.hz) {
				continue
			}
			s.pace.made(now)
			return now, true
		case <-s.mail.inbox.wake:
			if s.guard(s.fillGap); s.stopping != "" {
				return time.Time{}, false
			}
		}
	}
	return s.sleep()
}

// idle says whether nothing would happen at the next tick.
func (s *System) idle() bool {
	if !s.mail.empty() {
		return false
	}
	if s.service() {
		return true
	}
	if s.people.count() > 0 || s.door.active() {
		return false
	}
	due, ok := s.nextDue()
	return !ok || due > s.time.now+2/s.time.hz
}

// nextDue is the game time at which a timer, a task or a call wants attention.
func (s *System) nextDue() (float64, bool) {
	if s.scripts.state == nil {
		return 0, false
	}
	return s.calls.sooner(s.scripts.due())
}

// watchPace looks at what the tick that was due at one time and ended at another has
// cost, and announces another pace where one is needed.
func (s *System) watchPace(due, ended time.Time) {
	if s.service() || !s.pace.watch(due, ended, s.time.period()) {
		return
	}
	s.sending.now(s.pace.announce(&s.time))
	s.log.Info("game time changes its pace", "dilation", s.pace.factor, "load", math.Round(100*s.pace.load)/100, "at", s.pace.at)
}

func (s *System) resetTicker() {
	if s.ticker != nil { // else it is stepped by hand
		s.ticker.Reset(s.pace.period(s.time.hz))
	}
}

// sleep waits for a message, for the next timer, or for the end of a system that
// nobody uses.
func (s *System) sleep() (time.Time, bool) {
	s.pace.rest()
	s.tape.rested()
	s.mail.inbox.rings.Store(true)
	s.stats.awake.Store(false)
	defer func() {
		s.mail.inbox.rings.Store(false)
		s.stats.awake.Store(true)
		s.resetTicker()
	}()
	if !s.mail.empty() { // it came before the sender could know that we sleep
		return s.cfg.Clock.Now(), true
	}
	for {
		s.ticker.Stop()
		d, ok := s.alarm()
		hand, pending := s.tape.pending(s.tape.steady(s.cfg.Clock.Now()))
		if pending = pending && (!ok || hand < d); pending {
			d, ok = hand, true
		}
		if ok {
			s.ticker.Reset(max(d, time.Millisecond))
		}
		select {
		case now := <-s.ticker.Chan():
			if pending {
				s.HandOn()
				continue
			}
			if s.unused(now) && s.unload(now) {
				return now, false
			}
			return now, true
		case <-s.mail.inbox.wake:
			s.passSleep()
			if s.guard(s.fillGap); s.stopping != "" {
				return time.Time{}, false
			}
			if !s.mail.empty() {
				return s.cfg.Clock.Now(), true
			}
		}
	}
}

// passSleep tells the scripts' clock how long the sleep has lasted so far: what a
// release begins in a system that sleeps counts from now.
func (s *System) passSleep() {
	if s.scripts.state != nil && s.time.begun() && !s.mail.gaps.empty() {
		date := s.cfg.Clock.Now()
		now := s.tape.steady(date)
		game := s.time.now + s.time.sinceStep(now).Seconds()
		s.time.date = date
		s.scripts.state.Pass(game)
		s.tape.passed(game, date)
	}
}

// alarm is how long to sleep at most.
func (s *System) alarm() (time.Duration, bool) {
	d, ok := time.Duration(0), false
	if due, timed := s.nextDue(); timed {
		d, ok = time.Duration((due-s.time.now)*float64(time.Second))-s.time.sinceStep(s.cfg.Clock.Now()), true
	}
	if s.unloads() {
		if left := s.unusedFrom().Sub(s.cfg.Clock.Now()); !ok || left < d {
			d, ok = left, true
		}
	}
	return d, ok
}

// disconnectAll tells the scripts of everybody's client that this state will not see
// it again.
func (s *System) disconnectAll(reason string) {
	if s.scripts.state == nil {
		return
	}
	for _, p := range s.people.order {
		s.raiseDisconnected(p, reason)
	}
	s.settle()
}

// end tells the scripts that it is over and saves everybody.
func (s *System) end() {
	if s.scripts.state != nil {
		s.disconnectAll(ReasonShutdown)
		s.scripts.events.SystemStopping()
	}
	s.saves.now(s.people.order...)
}

// Stop ends the system: scripts hear system_stopping and everybody is saved. Any
// goroutine may call it.
func (s *System) Stop(reason string) {
	_ = s.Post(Between(func(s *System) { s.stopping = reason })) // one that is gone has stopped
}
