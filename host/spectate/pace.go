package spectate

import (
	"errors"
	"fmt"
	"io"
	"time"

	"hotshard/runtime/record"
	"hotshard/runtime/world"
)

// The speeds at which a recording can be shown.
const (
	slowest = 0.25
	fastest = 16.0
)

// pace is how recorded time goes by.
type pace struct {
	playing bool
	speed   float64   // recorded seconds in a real one
	since   time.Time // from when on it counts,
	from    time.Time // and of which recorded time
}

// reset lets it count from a recorded time.
func (p *pace) reset(now, from time.Time) { p.since, p.from = now, from }

// at is the recorded time now.
func (p *pace) at(now time.Time) time.Time {
	if !p.playing {
		return p.from
	}
	return p.from.Add(time.Duration(float64(now.Sub(p.since)) * p.speed))
}

const (
	mostTurn = 50 * time.Millisecond  // the copy is run on without a look at who wants something
	mostLate = 500 * time.Millisecond // real time by which it may be late before it gives that up
	dull     = 2 * time.Second        // recorded time in which nothing ran that is not waited for
	tellMore = 200 * time.Millisecond // how often those who look are told how far it is
)

// turn runs what is due, and shows it.
func (t *Theatre) turn(now time.Time) {
	ran := false
	if t.pace.playing {
		ran = t.runDue(now)
	}
	if ran {
		t.show()
	}
	if t.changed || ran && now.Sub(t.toldAt) >= tellMore {
		t.tellState(now)
	}
}

// runDue runs the steps that are due.
func (t *Theatre) runDue(now time.Time) (ran bool) {
	began := time.Now()
	for {
		until, here := t.pace.at(now), t.deck.Here().At
		if here.Add(t.period()).After(until) {
			return ran
		}
		if time.Since(began) > mostTurn {
			if late := until.Sub(here); float64(late) > t.pace.speed*float64(mostLate) {
				t.pace.reset(now, here) // it is no faster
			}
			return ran
		}
		st, err := t.deck.Step()
		if err != nil {
			t.stop(err)
			return ran
		}
		if ran = true; st.At.Sub(until) > dull {
			t.pace.reset(now, st.At)
			return ran
		}
	}
}

// period is how far the next step is, in recorded time.
func (t *Theatre) period() time.Duration {
	s := t.system()
	return time.Duration(float64(time.Second) / s.Hz() / s.Dilation())
}

// stop ends the play where nothing follows.
func (t *Theatre) stop(err error) {
	t.hold()
	if !errors.Is(err, io.EOF) {
		t.cfg.Log.Warn("the replay stops", "error", err)
	}
}

// hold pauses.
func (t *Theatre) hold() {
	t.pace.playing, t.changed = false, true
	t.pace.reset(t.cfg.Clock.Now(), t.deck.Here().At)
}

// play goes on; at the end it begins anew.
func (t *Theatre) play() error {
	if t.atEnd() {
		if err := t.seek(func(d *record.Deck) error { return d.SeekTime(d.First().At) }); err != nil {
			return err
		}
	}
	t.pace.reset(t.cfg.Clock.Now(), t.deck.Here().At)
	t.pace.playing, t.changed = true, true
	return nil
}

func (t *Theatre) atEnd() bool { return !t.deck.Here().At.Before(t.deck.Last().At) }

// setSpeed changes how fast recorded time goes by.
func (t *Theatre) setSpeed(speed float64) error {
	if !(speed >= slowest && speed <= fastest) {
		return fmt.Errorf("the speed is %g to %g, not %g", slowest, fastest, speed)
	}
	now := t.cfg.Clock.Now()
	t.pace.reset(now, t.pace.at(now))
	t.pace.speed, t.changed = speed, true
	return nil
}

// seek goes somewhere else, and shows that. What was changed in the copy is lost.
func (t *Theatre) seek(where func(*record.Deck) error) error {
	t.silent = true
	err := where(t.deck)
	t.silent = false
	if t.faults = t.faults[:0]; err != nil {
		t.hold()
		return err
	}
	t.pace.reset(t.cfg.Clock.Now(), t.deck.Here().At)
	t.changed = true
	for _, v := range t.viewers {
		t.begin(v)
	}
	return nil
}

// step runs so many steps on, or, below 0, back.
func (t *Theatre) step(n int) error {
	t.hold()
	if n < 0 {
		here := t.deck.Here()
		first := t.deck.Takes()[here.Take].First.Tick
		return t.seek(func(d *record.Deck) error {
			return d.Seek(max(first, here.Tick-min(here.Tick, world.Tick(-n))))
		})
	}
	for range n {
		if _, err := t.deck.Step(); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return err
		}
	}
	t.pace.reset(t.cfg.Clock.Now(), t.deck.Here().At)
	t.show()
	return nil
}
