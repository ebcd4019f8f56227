package system

import (
	"math"
	"time"

	"hotshard/runtime/script/real"
)

// DilationFloor is how far game time slows down at most: a tenth of real time.
// A system that cannot keep up even then runs its ticks back to back.
const DilationFloor = 0.10

// How the factor of a dilator moves. A tick's utilisation is what it cost as a
// part of the time it had; a factor of f gives it 1/f as much time.
const (
	dilateAbove = 0.97 // utilisation above which time slows down
	dilateTo    = 0.90 // utilisation that a change down aims at,
	raiseTo     = 0.85 // and one up: far enough below for noise not to turn it round
	dilateDown  = 0.85 // the factor goes down to this part of it in a second at most,
	dilateLeast = 0.50 // to this part in one change, where ticks take longer than that,
	dilateUp    = 1.20 // and up to this multiple
	dilateGrain = 100  // factors are hundredths

	loadSpike    = 2.0  // of a tick's time: one tick counts for no more than this
	loadMemory   = 1.0  // seconds over which the load is averaged,
	loadMaxShare = 0.10 // of which one tick is at most this part
	loadStuck    = 1.5  // of a tick's time: a second one in a row that takes as long
	loadStuckMax = 0.5  // ... may be this part

	changeEvery = 1.0  // seconds between two changes
	calmFirst   = 2.0  // seconds that a higher factor must have been possible
	calmMost    = 16.0 // ... after it has turned out too high again and again
)

// dilator decides how fast the game time of one system runs, from what its ticks
// cost: costs and periods go in, a factor of real time comes out, and it looks at
// no clock. The factor goes down in steps while ticks do not fit into their time,
// and up when they would fit into less, with room to spare, for a while. The gap
// between the two, and a wait that doubles whenever a step up had to be taken
// back, keep it from swinging.
type dilator struct {
	factor float64 // the decision: game seconds in a real second
	load   float64 // average cost of a tick, as a part of the undilated period
	since  float64 // real seconds since the last change
	calm   float64 // real seconds for which a higher factor has been possible:
	reach  float64 // at least this one
	wait   float64 // how long that must be
	rose   bool    // the last change was one up
	took   float64 // real seconds from the last tick to the next
	stuck  bool    // the last tick took far longer than it had
}

func newDilator() dilator { return dilator{factor: 1, since: changeEvery, wait: calmFirst} }

// measure takes in what a tick cost that would, undilated, have had the period. lost says
// that the ticks are so far behind that they are not made good.
func (d *dilator) measure(cost, period time.Duration, lost bool) {
	dilated := period.Seconds() / d.factor
	sample := min(cost.Seconds()/dilated, loadSpike) / d.factor
	d.took = max(dilated, cost.Seconds())
	share := min(dilated/loadMemory, loadMaxShare)
	stuck := d.took > loadStuck*dilated
	if stuck && d.stuck && lost {
		share = min(d.took/loadMemory, loadStuckMax)
	}
	d.stuck = stuck
	d.load += float64(share * (sample - d.load))

	d.since += d.took
	f := d.possible()
	switch {
	case f <= d.factor:
		d.calm = 0
		return
	case d.calm == 0:
		d.reach = f
	}
	d.calm += d.took
	d.reach = min(d.reach, f)
}

// possible is the factor at which the ticks would fit as they should, or the next
// one up on the way there.
func (d *dilator) possible() float64 {
	f := min(1, dilateUp*d.factor, raiseTo/max(d.load, 1e-9))
	f = math.Floor(float64(f*dilateGrain)+1e-6) / dilateGrain
	if f < 1 && f < 1.05*d.factor {
		return d.factor // not worth a change
	}
	return max(f, DilationFloor)
}

// decide returns whether the factor changes now. late says whether ticks are too late to be
// made good as they come: only then does it go down.
func (d *dilator) decide(late bool) bool {
	switch {
	case d.since < changeEvery:
		return false
	case late && d.load*d.factor > dilateAbove && d.factor > DilationFloor:
		d.slowDown()
	case d.calm >= d.wait:
		d.speedUp()
	default:
		return false
	}
	d.since, d.calm = 0, 0
	return true
}

func (d *dilator) slowDown() {
	step := max(real.Pow(dilateDown, max(1, d.took)), dilateLeast)
	f := max(step*d.factor, dilateTo/d.load, DilationFloor)
	d.factor = max(math.Floor(float64(f*dilateGrain)+1e-6)/dilateGrain, DilationFloor)
	if d.rose {
		d.wait = min(2*d.wait, calmMost)
	}
	d.rose = false
}

func (d *dilator) speedUp() {
	d.factor = d.reach
	if d.rose {
		d.wait = max(d.wait/2, calmFirst)
	}
	d.rose = true
}
