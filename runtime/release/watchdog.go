package release

import (
	"context"
	"fmt"
	"sync"
	"time"

	"hotshard/runtime/script"
)

// ErrorBudget is how many errors a release may cause before it is rolled back.
type ErrorBudget struct {
	Errors int           // in the functions that it changed
	Window time.Duration // counted since the release, and before it for the baseline
	Factor float64       // and at least this many times the errors of the window before
}

func (b ErrorBudget) orDefault() ErrorBudget {
	if b.Errors == 0 {
		return ErrorBudget{Errors: 5, Window: 10 * time.Second, Factor: 5}
	}
	return b
}

// watchdog counts the errors of changed functions after a release.
type watchdog struct {
	mu       sync.Mutex // its own: faults come from the goroutines that a commit waits for
	budget   ErrorBudget
	release  int
	before   int // the release to go back to
	since    time.Time
	changed  map[string]bool
	recent   map[string][]time.Time // errors by function, within the window
	errors   int
	baseline int
	tripped  *script.Fault
}

func (w *watchdog) start(release int, changed map[string]bool, now time.Time, before int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.release, w.before, w.since, w.changed, w.errors, w.tripped = release, before, now, changed, 0, nil
	w.baseline = 0
	for f := range changed {
		for _, at := range w.recent[f] {
			if now.Sub(at) <= w.budget.Window {
				w.baseline++
			}
		}
	}
}

// maxRecent bounds what is kept of one function's errors.
const maxRecent = 256

func (w *watchdog) note(f script.Fault, now time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.recent == nil || len(w.recent) > 4096 {
		w.recent = map[string][]time.Time{}
	}
	if list := w.recent[f.Function]; len(list) < maxRecent {
		w.recent[f.Function] = append(list, now)
	} else {
		copy(list, list[1:])
		list[len(list)-1] = now
	}
	if w.changed == nil || f.Release != w.release || now.Sub(w.since) > w.budget.Window {
		return
	}
	for _, name := range f.Functions {
		if w.changed[name] {
			w.errors++
			break
		}
	}
	if w.errors >= w.budget.Errors && float64(w.errors) >= w.budget.Factor*float64(w.baseline) && w.tripped == nil {
		w.tripped = &f
	}
}

// trip takes the fault that spent the budget, if one did, with an account of it.
func (w *watchdog) trip() (note string, before int, ok bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	f := w.tripped
	if f == nil {
		return "", 0, false
	}
	w.tripped, w.changed = nil, nil
	return fmt.Sprintf("rolled back by itself: %d errors in functions that release %d changed, %d before it. %s\n%s",
		w.errors, w.release, w.baseline, f.Message, f.Traceback), w.before, true
}

// Fault tells the controller of an error in a live State. It never waits; what
// follows from it happens in Watch.
func (c *Controller) Fault(f script.Fault) { c.watch.note(f, c.cfg.Now()) }

// Watch rolls the last release back if it spent its error budget, and says so.
// It is called from time to time, and after every fault by those who can wait.
func (c *Controller) Watch(ctx context.Context) (Outcome, bool) {
	note, before, ok := c.watch.trip()
	if !ok {
		return Outcome{}, false
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	var o Outcome
	if c.canary != nil {
		o = c.stopCanary(ctx, "watchdog", note)
	} else {
		bad := c.disk
		o = c.rollback(ctx, before, "watchdog", note)
		if o.Verdict == Apply {
			c.rememberBad(bad)
		}
	}
	o.Note, o.Message = note, note
	return c.tell(o), true
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
