package system

import (
	"math"
	"time"
)

// A system that takes the processor from others gets a share of one. Its ticks count as if
// they had taken longer, so that its game time slows down, for it alone and announced as
// ever; and it stands still for what it has overdrawn, also where game time is as slow as it
// gets.

// LeastShare is the smallest share of a processor that a system can be held to.
const LeastShare = 0.1

// SetShare holds the system to a share of a processor: 1 is all of it. Any goroutine may.
func (s *System) SetShare(share float64) {
	s.stats.share.Store(int64(math.Round(1000 * min(1, max(LeastShare, share)))))
}

// charged is the end of a tick as it counts, of one that ended at a time and took so long.
func (s *System) charged(ended time.Time, took time.Duration) time.Time {
	s.overdrawn = time.Time{}
	if share := s.stats.held(); share < 1 {
		ended = ended.Add(time.Duration(float64(took) * (1/share - 1)))
		s.overdrawn = ended
	}
	return ended
}

// settleUp waits until the system has not overdrawn any more; false: it stops.
func (s *System) settleUp() bool {
	if s.overdrawn.IsZero() {
		return true
	}
	left := s.overdrawn.Sub(s.tape.steady(s.cfg.Clock.Now()))
	s.overdrawn = time.Time{}
	if left <= 0 {
		return true
	}
	alarm := s.cfg.Clock.Alarm(s.cfg.Clock.Now().Add(left))
	for {
		select {
		case <-alarm:
			return true
		case <-s.mail.inbox.wake:
			if s.guard(s.fillGap); s.stopping != "" {
				return false
			}
		}
	}
}

// held is the share that the system is held to.
func (c *counters) held() float64 {
	if n := c.share.Load(); n > 0 {
		return float64(n) / 1000
	}
	return 1
}
