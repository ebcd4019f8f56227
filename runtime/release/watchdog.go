package release

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"hotshard/runtime/script"
)

// ErrorBudget is how many errors a release may cause before it is rolled back.
type ErrorBudget struct {
	Errors int           // in the functions that it changed, within any Window
	Window time.Duration // a release is watched for as long, a canary for as long as it runs
	Factor float64       // and at least this many times the errors of the window before
}

func (b ErrorBudget) orDefault() ErrorBudget {
	if b.Errors == 0 {
		return ErrorBudget{Errors: 5, Window: 10 * time.Second, Factor: 5}
	}
	return b
}

// watched is what the watchdog looks at: a release, told apart by its number from
// what other units run.
type watched struct {
	release int
	before  int // the release to go back to
	canary  bool
	changed map[string]bool
}

// watchdog counts the errors of changed functions after a release.
type watchdog struct {
	mu       sync.Mutex // its own: faults come from the goroutines that a commit waits for
	budget   ErrorBudget
	now      watched
	since    time.Time
	recent   []noted     // the latest faults of any function, oldest first
	errors   []time.Time // of what is watched, within the window
	baseline int
	tripped  *script.Fault
}

type noted struct {
	at        time.Time
	functions []string
}

// maxRecent bounds how many faults are kept for the baseline.
const maxRecent = 1024

func (w *watchdog) start(what watched, now time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.now, w.since, w.errors, w.tripped, w.baseline = what, now, nil, nil, 0
	for _, n := range w.recent {
		if now.Sub(n.at) <= w.budget.Window && what.touches(n.functions) {
			w.baseline++
		}
	}
}

// again begins the window anew, because more units run what is watched.
func (w *watchdog) again(now time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.since = now
}

func (w *watchdog) stop() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.now, w.errors, w.tripped = watched{}, nil, nil
}

func (t watched) touches(functions []string) bool {
	return slices.ContainsFunc(functions, func(f string) bool { return t.changed[f] })
}

func (w *watchdog) note(f script.Fault, now time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.recent) == maxRecent {
		w.recent = slices.Delete(w.recent, 0, maxRecent/4)
	}
	w.recent = append(w.recent, noted{now, f.Functions})
	if f.Release != w.now.release || !w.now.touches(f.Functions) || !w.now.canary && now.Sub(w.since) > w.budget.Window {
		return
	}
	w.errors = append(slices.DeleteFunc(w.errors, func(at time.Time) bool { return now.Sub(at) > w.budget.Window }), now)
	if n := len(w.errors); n >= w.budget.Errors && float64(n) >= w.budget.Factor*float64(w.baseline) && w.tripped == nil {
		w.tripped = &f
	}
}

// quiet says whether what is watched has run for a while without an error.
func (w *watchdog) quiet(hold time.Duration, now time.Time) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return now.Sub(w.since) >= hold && w.tripped == nil &&
		!slices.ContainsFunc(w.errors, func(at time.Time) bool { return now.Sub(at) < hold })
}

// trip takes the fault that spent the budget, if one did, with an account of it.
func (w *watchdog) trip() (note string, before int, ok bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	f := w.tripped
	if f == nil {
		return "", 0, false
	}
	note = fmt.Sprintf("%d errors in functions that release %d changed, %d before it. %s\n%s",
		len(w.errors), w.now.release, w.baseline, f.Message, f.Traceback)
	before = w.now.before
	w.now, w.tripped = watched{}, nil
	return note, before, true
}

// Fault tells the controller of an error in a live State. It never waits; what
// follows from it happens in Watch.
func (c *Controller) Fault(f script.Fault) { c.watch.note(f, c.cfg.Now()) }

// Watch rolls the last release (or the canary) back if it spent its error budget,
// takes the next step of a roll-out when it is due, and says whether it did
// either. It is called from time to time, and after every fault.
func (c *Controller) Watch(ctx context.Context) (Outcome, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	spent, before, ok := c.watch.trip()
	if !ok {
		return c.step(ctx)
	}
	var o Outcome
	note := "rolled back by itself: " + spent
	if c.canary != nil {
		o = c.stopCanary(ctx, "watchdog", note)
	} else {
		bad := c.disk
		o = c.rollback(ctx, before, "watchdog", note)
		if o.Verdict == Apply {
			c.rememberBad(bad)
		}
	}
	if o.Note, o.Author = note, "watchdog"; o.Verdict == Apply {
		o.Message = note
	} else {
		o.Note = "could not roll back by itself: " + spent
		o.Message += ". It was to be rolled back by itself: " + spent
	}
	o = c.tell(o, "watchdog", note)
	c.flush(ctx)
	return o, true
}

// rememberBad keeps the files that were just rolled back from being applied again
// as they stand on disk.
func (c *Controller) rememberBad(bad *script.Release) {
	for _, path := range c.disk.Changed(bad) {
		if f := bad.Files[path]; f != nil {
			c.refusal[path] = f.Hash
		}
	}
}
