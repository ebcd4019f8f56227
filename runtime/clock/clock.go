// Package clock is the time of day, for all who do not live by game time. Whoever needs
// it is handed a Clock: the machine's in a shard, one turned by hand in a test. How long
// something took is not asked of it; that is what time.Since is for.
package clock

import (
	"sync"
	"time"
)

// Clock tells the time and wakes up.
type Clock interface {
	Now() time.Time
	NewTicker(d time.Duration) Ticker
	// Alarm returns a channel that gets a value at the given moment, at once if
	// that has passed.
	Alarm(at time.Time) <-chan time.Time
}

// Ticker is a time.Ticker behind an interface.
type Ticker interface {
	Chan() <-chan time.Time
	Reset(d time.Duration)
	Stop()
}

// Machine is the machine's clock.
type Machine struct{}

// Now returns time.Now().
func (Machine) Now() time.Time { return time.Now() }

// NewTicker returns a ticker of the machine's clock.
func (Machine) NewTicker(d time.Duration) Ticker { return ticker{time.NewTicker(d)} }

// Alarm is time.After the moment.
func (Machine) Alarm(at time.Time) <-chan time.Time { return time.After(time.Until(at)) }

type ticker struct{ *time.Ticker }

func (t ticker) Chan() <-chan time.Time { return t.C }

// AfterFunc calls f, on a goroutine of its own, when d has passed by the clock, unless
// stop is called before. stop may be called again.
func AfterFunc(c Clock, d time.Duration, f func()) (stop func()) {
	done, alarm := make(chan struct{}), c.Alarm(c.Now().Add(d))
	go func() {
		select {
		case <-alarm:
			f()
		case <-done:
		}
	}()
	return sync.OnceFunc(func() { close(done) })
}

// Told is a Clock of which the time is told by a function. It wakes up by the machine's.
type Told func() time.Time

// Now is what the function tells.
func (f Told) Now() time.Time { return f() }

// NewTicker returns a ticker of the machine's clock.
func (Told) NewTicker(d time.Duration) Ticker { return Machine{}.NewTicker(d) }

// Alarm goes off after as long as the function says there is to the moment.
func (f Told) Alarm(at time.Time) <-chan time.Time { return time.After(at.Sub(f())) }
