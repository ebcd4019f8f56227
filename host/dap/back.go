package dap

import (
	"errors"
	"io"
	"time"
)

// A copy cannot run backwards. It goes back by thawing an image from before, and running again:
// by a step, or to the last breakpoint that was hit before where it stands. Steps are known by
// their times: a service has no ticks.

// spot is where a breakpoint was hit: in the step behind the one at a time, and how many hits of
// that step came before.
type spot struct {
	at  time.Time
	nth int
}

func (a spot) before(b spot) bool {
	return a.at.Before(b.at) || a.at.Equal(b.at) && a.nth < b.nth
}

// scan counts hits up to a spot, and remembers the last.
type scan struct {
	end   spot
	last  spot
	found bool
}

func (c *scan) note(at spot) {
	if at.before(c.end) {
		c.last, c.found = at, true
	}
}

// here is the spot behind the last hit that lies behind where the copy stands.
func (s *session) here() spot {
	at := spot{at: s.deck.Here().At}
	if r := &s.runner; r.inside {
		if at.nth = r.hits; r.at {
			at.nth--
		}
	}
	return at
}

// stepBack goes to the beginning of the tick in hand, or of the one before.
func (s *session) stepBack() {
	// What was left of the tick in hand has been run: its beginning is one step back.
	if now := s.deck.Here().At; now.After(s.deck.First().At) {
		images := s.deck.Takes()[s.deck.Here().Take].Images
		i := len(images) - 1
		for i > 0 && !images[i].At.Before(now) {
			i--
		}
		before := images[i].At
		s.seek(before)
		s.quietly(func() error { return s.steps(now, func() { before = s.deck.Here().At }) })
		s.seek(before)
	}
	s.stopped("step", "")
}

// steps runs up to the step at a time, and hears of each before it.
func (s *session) steps(until time.Time, each func()) error {
	for s.deck.Here().At.Before(until) && !s.over {
		each()
		if _, err := s.deck.Step(); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
	}
	return nil
}

// quietly does something that nothing stops, and says what goes wrong.
func (s *session) quietly(do func() error) {
	s.runner.quiet = true
	err := do()
	s.runner.quiet = false
	if err != nil {
		s.output("stderr", err.Error()+"\n")
	}
}

// seek goes to the step at a time.
func (s *session) seek(at time.Time) {
	s.quietly(func() error { return s.deck.SeekTime(at) })
	s.attach()
}

// reverse goes to the last hit before a spot, or to the beginning of the recording. It looks
// from image to image, the nearest first.
func (s *session) reverse(end spot) func() {
	return func() {
		images := s.deck.Takes()[s.deck.Here().Take].Images
		until := s.deck.Here().At // the tick in hand has been run to its end
		for i := len(images) - 1; i >= 0 && !s.over; i-- {
			if images[i].At.After(end.at) {
				continue
			}
			if last, ok := s.lastHit(images[i].At, until, end); ok {
				s.seek(images[i].At)
				s.runner.goal, s.runner.mode, s.runner.going = &last, modeRun, true
				return
			}
			until = images[i].At
		}
		s.seek(images[0].At)
		s.stopped("entry", "no breakpoint is hit before")
	}
}

// lastHit is the last one between two times that lies before a spot.
func (s *session) lastHit(from, until time.Time, end spot) (spot, bool) {
	s.seek(from)
	c := &scan{end: end}
	s.runner.scan = c
	err := s.steps(until, func() { s.runner.hits = 0 })
	if s.runner.scan = nil; err != nil {
		s.output("stderr", err.Error()+"\n")
	}
	return c.last, c.found
}
