package system

import (
	"time"

	"hotshard/runtime/world"
)

// gameTime is how far the game of a system has come. It is counted in ticks of one
// length; real is only when the current step began, and never enters the game.
type gameTime struct {
	hz   float64 // ticks in a game second
	tick world.Tick
	now  float64   // game seconds
	real time.Time // of the current step
	step uint64    // counts them
	date time.Time // the machine's, of the current step: what scripts may ask for
}

// begin is the start of a step.
func (t *gameTime) begin(real time.Time) { t.real, t.step = real, t.step+1 }

// advance moves on by a tick.
func (t *gameTime) advance() { t.skip(1/t.hz, 1) }

// skip moves on by seconds in which so many ticks would have been.
func (t *gameTime) skip(seconds float64, ticks world.Tick) {
	t.now += seconds
	t.tick += ticks
}

// period is a tick's length where time is not dilated.
func (t *gameTime) period() time.Duration { return time.Duration(float64(time.Second) / t.hz) }

// sinceStep is how long ago, in real time, the last step began.
func (t *gameTime) sinceStep(now time.Time) time.Duration { return now.Sub(t.real) }

// begun says whether there has been a step.
func (t *gameTime) begun() bool { return !t.real.IsZero() }
