package system

import (
	"math/rand/v2"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// trial runs a dilator against loads, in parts of the period, and remembers what
// it did.
type trial struct {
	dilator
	period  time.Duration
	time    float64   // real seconds
	behind  float64   // real seconds
	changes []float64 // factors
	at      []float64 // when, in real seconds
}

func newTrial(period time.Duration) *trial { return &trial{dilator: newDilator(), period: period} }

// run lets ticks of a load pass for so many real seconds.
func (r *trial) run(seconds float64, load func() float64) {
	for end := r.time + seconds; r.time < end; {
		cost := time.Duration(load() * float64(r.period))
		due := r.period.Seconds() / r.factor
		r.time += max(due-r.behind, cost.Seconds())
		r.behind = max(0, r.behind+cost.Seconds()-due)
		late, lost := r.behind > maxLate.Seconds(), r.behind > maxBehind.Seconds()
		if lost {
			r.behind = 0
		}
		if r.measure(cost, r.period, lost); r.decide(late) {
			r.changes, r.at = append(r.changes, r.factor), append(r.at, r.time)
		}
	}
}

// turns is how often the factor went down after it had gone up.
func turnsOf(changes []float64) int {
	n, last, rose := 0, 1.0, false
	for _, f := range changes {
		if f < last && rose {
			n++
		}
		rose, last = f > last, f
	}
	return n
}

func steady(load float64) func() float64 { return func() float64 { return load } }

func TestDilationOfALoad(t *testing.T) {
	for _, c := range []struct{ load, low, high float64 }{
		{0, 1, 1}, {0.5, 1, 1}, {0.9, 1, 1}, {0.95, 1, 1}, // fits: nothing slows down
		{1.0, 1, 1}, // it just fits
		{1.1, 0.78, 0.9}, {1.5, 0.57, 0.65}, {2, 0.43, 0.49}, {5, 0.17, 0.2},
		{9, 0.1, 0.11}, {20, 0.1, 0.1}, {1000, 0.1, 0.1}, // no lower than the floor
	} {
		for _, period := range []time.Duration{time.Second / 60, time.Second / 10, time.Second, 10 * time.Second} {
			r := newTrial(period)
			r.run(max(60, 400*period.Seconds(), 30*c.load*period.Seconds()), steady(c.load))
			if r.factor < c.low || r.factor > c.high {
				t.Errorf("load %g at %v: factor %g, not %g to %g", c.load, period, r.factor, c.low, c.high)
			}
		}
	}
}

func TestDilationIsGentleAndLeaves(t *testing.T) {
	r := newTrial(100 * time.Millisecond)
	r.run(10, steady(0.3))
	r.run(60, steady(9.5))
	if r.factor != DilationFloor {
		t.Fatalf("under almost ten times the load the factor is %g", r.factor)
	}
	fall := len(r.changes)
	if fall < 8 {
		t.Errorf("the fall to the floor took %d steps: %v", fall, r.changes)
	}
	ended := r.time
	r.run(120, steady(0.3))
	if r.factor != 1 {
		t.Fatalf("two minutes after the load had gone the factor is %g", r.factor)
	}
	if took := r.at[len(r.at)-1] - ended; took < 10 || took > 60 {
		t.Errorf("time was back to normal after %.0f s", took)
	}
	if len(r.changes)-fall < 8 {
		t.Errorf("the way back had the steps %v", r.changes[fall:])
	}
}

func TestDilationIgnoresSingleSlowTicks(t *testing.T) {
	r := newTrial(100 * time.Millisecond)
	n := 0
	r.run(120, func() float64 {
		if n++; n%40 == 0 {
			return 20 // once in a while two seconds are gone
		}
		return 0.5
	})
	if len(r.changes) > 0 {
		t.Errorf("single slow ticks dilated time: %v", r.changes)
	}
}

// TestDilationLaws checks on any history of loads: the factor stays between the
// floor and one, steps are small and a second apart, and after the last overload
// time is normal again within some minutes.
func TestDilationLaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := newTrial(time.Duration(rapid.IntRange(16, 1000).Draw(t, "ms")) * time.Millisecond)
		rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		for range rapid.IntRange(1, 8).Draw(t, "parts") {
			load := rapid.Float64Range(0, 15).Draw(t, "load")
			noise := rapid.Float64Range(0, 1).Draw(t, "noise")
			r.run(rapid.Float64Range(1, 60).Draw(t, "seconds"), func() float64 { return load * (1 + noise*(2*rng.Float64()-1)) })
		}
		last, at := 1.0, -1.0
		for i, f := range r.changes {
			if f < DilationFloor || f > 1 {
				t.Fatalf("a factor of %g", f)
			}
			if f < last*dilateLeast-0.011 || f > last*dilateUp+0.011 {
				t.Fatalf("a step from %g to %g", last, f)
			}
			if i > 0 && r.at[i]-at < changeEvery-maxBehind.Seconds()-1e-9 { // what is made good comes faster
				t.Fatalf("two changes within %g s", r.at[i]-at)
			}
			last, at = f, r.at[i]
		}
		r.run(300, steady(0.6))
		if r.factor != 1 {
			t.Fatalf("five minutes after the last load the factor is %g", r.factor)
		}
	})
}

// TestDilationDoesNotFlap: under a steady load with a noise of a tenth the factor
// finds its place and stays.
func TestDilationDoesNotFlap(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := newTrial(time.Duration(rapid.SampledFrom([]int{16, 50, 100, 200, 1000}).Draw(t, "ms")) * time.Millisecond)
		rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		load := rapid.Float64Range(0.1, 9).Draw(t, "load")
		r.run(600, func() float64 { return load * (0.9 + 0.2*rng.Float64()) })
		if n := turnsOf(r.changes); n > 1 {
			t.Fatalf("under a load of %g the factor turned %d times: %v", load, n, r.changes)
		}
		if used := load * r.factor; load > 1.05 && (used > 1.01 || used < 0.75) {
			t.Fatalf("under a load of %g the factor is %g", load, r.factor)
		}
	})
}

// TestDilationCalmsDown: a load that grows with the factor more than it should
// makes the steps up rarer and rarer, not the system swing for ever.
func TestDilationCalmsDown(t *testing.T) {
	r := newTrial(100 * time.Millisecond)
	r.run(900, func() float64 {
		if r.factor > 0.6 {
			return 2.5
		}
		return 1
	})
	for i, at := range r.at {
		if i > 0 && at > 300 && r.changes[i] > r.changes[i-1] && r.changes[i-1] < r.changes[max(0, i-2)] && at-r.at[i-1] < calmMost-1 {
			t.Errorf("at %.0f s a step up only %.1f s after one down", at, at-r.at[i-1])
		}
	}
}
