package system

import (
	"fmt"
	"time"

	"hotshard/runtime/script/code"
)

// A system that nobody uses is unloaded. Where its Config says who keeps such, it is written
// down and goes on from there at the next need, as if it had slept all the while; otherwise
// it ends as by Stop.
//
// What is in it that nobody sees may wait: things that drift, timers that repeat. A task that
// sleeps, after and at are woken for: Rest is told when. Whoever is in it, waits before its
// door, or is owed an answer by the outside or by a service keeps it loaded, and so does what
// is due within restLeast.

const (
	restLeast = 30.0             // game seconds: for less it is not worth it
	restRetry = 30 * time.Second // until one that cannot be kept now is tried again
)

// reasonUnused is why a system ends that nobody uses.
const reasonUnused = "unused"

// RestSoon has the system be unloaded as soon as it may, however lately it was used. Any
// goroutine may call it; somebody who uses it meanwhile comes first.
func (s *System) RestSoon() {
	_ = s.Post(Between(func(s *System) { // one that is gone rests
		if s.people.count() == 0 {
			s.lastUse, s.noRest = time.Time{}, time.Time{}
		}
	}))
}

// unused says whether it is time to unload. Timers of its own keep a system from
// sleeping through, not from being unloaded.
func (s *System) unused(now time.Time) bool {
	return s.unloads() && !now.Before(s.unusedFrom())
}

func (s *System) unloads() bool { return s.cfg.UnloadAfter > 0 && !s.service() }

// unusedFrom is when it is time to unload, if nobody comes.
func (s *System) unusedFrom() time.Time {
	from := s.lastUse.Add(s.cfg.UnloadAfter)
	if s.noRest.After(from) {
		return s.noRest
	}
	return from
}

// unload ends the system if nobody has come in this moment, and says whether it did.
func (s *System) unload(now time.Time) bool {
	if !s.mail.empty() {
		return false
	}
	if s.cfg.Rest == nil || s.scripts.state == nil {
		if !s.mail.inbox.close() {
			return false
		}
		s.stopping = reasonUnused
		return true
	}
	s.noRest = now.Add(restRetry)
	due, ok := s.mayRest(now)
	if !ok {
		return false
	}
	undo, err := s.cfg.Rest(s, due)
	if err != nil {
		s.log.Warn("a system that nobody uses cannot be kept, and stays loaded", "error", err)
		return false
	}
	if !s.mail.inbox.close() {
		undo()
		return false
	}
	s.stopping, s.handed = reasonUnused, true
	return true
}

// mayRest says whether nobody would miss the system, and when it has to be back: the zero
// time where nothing in it is due.
func (s *System) mayRest(now time.Time) (due time.Time, ok bool) {
	if len(s.calls.pending)+len(s.asked.pending)+s.commands.waiting > 0 || s.tape.holds() {
		return due, false
	}
	at, once := s.scripts.state.NextOnce()
	if !once {
		return due, true
	}
	left := at - s.gameNow(now)
	if left < restLeast {
		return due, false
	}
	return now.Add(time.Duration(min(left, mostRest) * float64(time.Second))), true
}

// mostRest is the longest that is reckoned with, in seconds: some hundred years.
const mostRest = 3e9

// gameNow is the game time of a moment in a sleep.
func (s *System) gameNow(now time.Time) float64 {
	return s.time.now + max(0, s.time.sinceStep(now).Seconds())
}

// GoOn makes a system that has not run yet the one of an image, which was made on a release
// by a system that rested. After an error it is as it was, and starts from the beginning.
func (s *System) GoOn(made *code.Release, data []byte, state StateThaw) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panic: %v", r)
		}
		if err != nil {
			s.GiveUp()
		}
	}()
	if err := s.thaw(made, data, state, nil); err != nil {
		return err
	}
	s.rested = true
	return nil
}

// GiveUp is for a system that GoOn has brought back and that cannot run: it starts from the
// beginning after all.
func (s *System) GiveUp() {
	s.scripts.close()
	s.clear()
	s.rested = false
}

// wakeUp is resume of a system that has rested: for it that was a sleep.
func (s *System) wakeUp(now time.Time) {
	s.rested, s.lastUse = false, now
	s.saves.upTo = 0
	s.pace.rest()
	if s.time.begun() {
		s.scripts.state.Skip(s.gameNow(now))
	}
}
