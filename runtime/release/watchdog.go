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

// watchdog counts the errors of changed functions after a release. A canary is
// watched beside the release that the other units run.
type watchdog struct {
	mu           sync.Mutex // its own: faults come from the goroutines that a commit waits for
	budget       ErrorBudget
	live, canary watching
	recent       []noted // the latest faults of any function, oldest first
}

// watching is one of the two, empty where there is nothing to watch.
type watching struct {
	watched
	since    time.Time
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
	n := watching{watched: what, since: now}
	for _, old := range w.recent {
		if now.Sub(old.at) <= w.budget.Window && what.touches(old.functions) {
			n.baseline++
		}
	}
	if w.canary = n; !what.canary {
		w.live, w.canary = n, watching{}
	}
}

// again begins the canary's window anew, because more units run it.
func (w *watchdog) again(now time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.canary.since = now
}

// stop ends the watch over a canary.
func (w *watchdog) stop() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.canary = watching{}
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
	w.canary.note(f, now, w.budget)
	if f.Release == w.canary.release && !w.canary.touches(f.Functions) {
		f.Release = w.live.release // a canary's units run all else of it
	}
	w.live.note(f, now, w.budget)
}

func (t *watching) note(f script.Fault, now time.Time, b ErrorBudget) {
	if f.Release != t.release || !t.touches(f.Functions) || !t.canary && now.Sub(t.since) > b.Window {
		return
	}
	t.errors = append(slices.DeleteFunc(t.errors, func(at time.Time) bool { return now.Sub(at) > b.Window }), now)
	if n := len(t.errors); n >= b.Errors && float64(n) >= b.Factor*float64(t.baseline) && t.tripped == nil {
		t.tripped = &f
	}
}

// quiet says whether the canary has run for a while without an error.
func (w *watchdog) quiet(hold time.Duration, now time.Time) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	t := &w.canary
	return now.Sub(t.since) >= hold && t.tripped == nil &&
		!slices.ContainsFunc(t.errors, func(at time.Time) bool { return now.Sub(at) < hold })
}

// trip takes the fault that spent a budget, if one did, with an account of it. The
// canary's comes first.
func (w *watchdog) trip() (note string, what watched, ok bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, t := range []*watching{&w.canary, &w.live} {
		if f := t.tripped; f != nil {
			note = fmt.Sprintf("%d errors in functions that release %d changed, %d before it. %s\n%s",
				len(t.errors), t.release, t.baseline, f.Message, f.Traceback)
			what, *t = t.watched, watching{}
			return note, what, true
		}
	}
	return "", watched{}, false
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
	spent, what, ok := c.watch.trip()
	if !ok {
		return c.step(ctx)
	}
	var o Outcome
	note := "rolled back by itself: " + spent
	if c.canary != nil { // also where it is not to blame: it stands on what is
		o = c.stopCanary(ctx, "watchdog", note)
	}
	if !what.canary && o.Verdict != Refuse {
		bad := c.disk
		o = c.rollback(ctx, what.before, "watchdog", note)
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
