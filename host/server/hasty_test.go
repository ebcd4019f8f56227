package server

import (
	"sync"
	"time"

	"hotshard/runtime/clock"
)

// hasty is a clock that runs faster than the machine's, by a factor.
type hasty struct {
	began  time.Time
	factor float64
}

func newHasty(factor float64) *hasty { return &hasty{time.Now(), factor} }

// Now implements clock.Clock.
func (c *hasty) Now() time.Time {
	return c.began.Add(time.Duration(float64(time.Since(c.began)) * c.factor))
}

// real is how long something takes by the machine's clock.
func (c *hasty) real(d time.Duration) time.Duration {
	return max(time.Duration(float64(d)/c.factor), 1)
}

// Alarm implements clock.Clock.
func (c *hasty) Alarm(at time.Time) <-chan time.Time {
	out := make(chan time.Time, 1)
	time.AfterFunc(c.real(at.Sub(c.Now())), func() { out <- c.Now() })
	return out
}

// NewTicker implements clock.Clock.
func (c *hasty) NewTicker(d time.Duration) clock.Ticker {
	t := &hastyTicker{clock: c, out: make(chan time.Time, 1)}
	t.Reset(d)
	return t
}

// hastyTicker ticks by a hasty clock, and lets go of ticks that nobody takes.
type hastyTicker struct {
	clock *hasty
	out   chan time.Time

	mu     sync.Mutex
	timer  *time.Timer
	period time.Duration
	turn   int // of the timer that counts
}

// Chan implements clock.Ticker.
func (t *hastyTicker) Chan() <-chan time.Time { return t.out }

// Reset implements clock.Ticker.
func (t *hastyTicker) Reset(d time.Duration) {
	t.Stop()
	t.mu.Lock()
	defer t.mu.Unlock()
	t.period = t.clock.real(d)
	t.wait(t.turn)
}

// wait sets the timer, with the lock.
func (t *hastyTicker) wait(turn int) {
	t.timer = time.AfterFunc(t.period, func() {
		t.mu.Lock()
		defer t.mu.Unlock()
		if turn != t.turn {
			return
		}
		select {
		case t.out <- t.clock.Now():
		default:
		}
		t.wait(turn)
	})
}

// Stop implements clock.Ticker.
func (t *hastyTicker) Stop() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.turn++; t.timer != nil {
		t.timer.Stop()
	}
	select {
	case <-t.out:
	default:
	}
}
