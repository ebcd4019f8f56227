package release

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"sync"
	"time"

	"hotshard/runtime/script"
)

// ErrorBudget is how many errors a change may cause before it is taken back.
type ErrorBudget struct {
	Errors int           // booked to it, by calls or within any Window
	Window time.Duration // a release is watched for as long at least, a canary for as long as it runs
	Factor float64       // and at least this many times what was to be expected
}

func (b ErrorBudget) orDefault() ErrorBudget {
	if b.Errors == 0 {
		return ErrorBudget{Errors: 5, Window: 10 * time.Second, Factor: 5}
	}
	return b
}

// watched is a change that the watchdog looks at: a release, told apart by its number
// from what was changed before and after it.
type watched struct {
	release int
	units   []string // of a canary; nil: all
	patch   int      // its number, 0 for files
	changed map[string]bool
	beside  map[string]bool // functions that may do otherwise with the same text
	back    bool            // it takes back what was there, and is not taken back itself
}

func (t *watched) canary() bool { return t.units != nil }

// on says whether a unit runs the change.
func (t *watched) on(unit string) bool { return t.units == nil || slices.Contains(t.units, unit) }

// watchdog books the errors of scripts to the changes that caused them. Every change
// is watched by itself until its verdict, whatever changes after it.
type watchdog struct {
	mu     sync.Mutex // its own: faults come from the goroutines that a commit waits for
	budget ErrorBudget
	first  int        // the release that the shard began with
	past   []*watched // all changes that are in force, oldest first
	open   []*watching
	closed []Verdicted // the latest, newest first
	recent []noted     // the latest faults of any function, oldest first
	kinds  map[string]time.Time
}

type noted struct {
	at        time.Time
	functions []string
}

// retryAfter is how long after a way back that was refused the next is tried.
const retryAfter = 30 * time.Second

// Bounds of what is remembered.
const (
	maxRecent = 1024
	maxPast   = 500
	maxKinds  = 2000
	maxClosed = 20
)

// change begins the watch over a change.
func (w *watchdog) change(what watched, before map[string]reading, now time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	own := what
	if w.past = append(w.past, &own); len(w.past) > maxPast {
		w.past = slices.Delete(w.past, 0, len(w.past)-maxPast)
	}
	if !what.canary() {
		w.outdate(what, now)
	}
	if what.back || len(what.changed) == 0 && len(what.beside) == 0 {
		return
	}
	n := newWatching(&own, now)
	for unit, r := range before {
		n.around[unit] = &surroundings{before: r.lately, base: r.all}
	}
	for _, old := range w.recent {
		if now.Sub(old.at) <= w.budget.Window && n.touches(old.functions) {
			n.baseline++
		}
	}
	w.open = append(w.open, n)
}

// outdate ends the watch over releases of which a later one leaves nothing.
func (w *watchdog) outdate(by watched, now time.Time) {
	w.open = slices.DeleteFunc(w.open, func(t *watching) bool {
		if t.canary() || len(t.changed) == 0 {
			return false
		}
		for f := range t.changed {
			if !by.changed[f] {
				return false
			}
		}
		w.close(t, VerdictReplaced, now)
		return true
	})
}

// undone ends the watch over the releases after one that all has gone back to.
func (w *watchdog) undone(to int, now time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.open = slices.DeleteFunc(w.open, func(t *watching) bool {
		gone := !t.canary() && t.release > to
		if gone {
			w.close(t, VerdictReplaced, now)
		}
		return gone
	})
}

// name says which patch a release was made for.
func (w *watchdog) name(release, patch int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if i := w.inPast(release); i >= 0 {
		w.past[i].patch = patch
	}
}

// widen begins the window of a canary anew, because more units run it.
func (w *watchdog) widen(release int, units []string, now time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if t := w.watching(release); t != nil {
		t.units, t.since = units, now
	}
}

// stop ends the watch over a canary, which is gone.
func (w *watchdog) stop(release int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.past = slices.DeleteFunc(w.past, func(t *watched) bool { return t.release == release && t.canary() })
	w.open = slices.DeleteFunc(w.open, func(t *watching) bool { return t.release == release && t.canary() })
}

// Blame says which version of a function an error belongs to, and which change it is
// held against, if any.
type Blame struct {
	Release int    // that brought the raising function its code
	Patch   int    // that did, 0 for none
	Cause   string // the change, where it is another one: "release 7 (patch #3)"
}

func (t *watched) String() string {
	if t.patch > 0 {
		return fmt.Sprintf("release %d (patch #%d)", t.release, t.patch)
	}
	return fmt.Sprintf("release %d", t.release)
}

// origin finds the change that a unit's version of a function comes from, nil for
// what the shard began with; old is the release of a frame that runs earlier code.
func (w *watchdog) origin(function, unit string, old int) *watched {
	for i := len(w.past) - 1; i >= 0; i-- {
		if t := w.past[i]; t.changed[function] && t.on(unit) && (old == 0 || t.release <= old) {
			return t
		}
	}
	return nil
}

// varying is what messages of one kind differ in: places, which change with the file,
// and numbers.
var varying = regexp.MustCompile(`@[0-9a-f]+:[0-9]+|[0-9]+`)

// note takes a fault, books it to a change that is watched, and says whose it is.
func (w *watchdog) note(f script.Fault, now time.Time) Blame {
	unit := unitOf(f.System)
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.recent) == maxRecent {
		w.recent = slices.Delete(w.recent, 0, maxRecent/4)
	}
	w.recent = append(w.recent, noted{now, f.Functions})
	known := w.known(f, now)
	b := Blame{Release: w.first}
	if f.Function != "" {
		old := 0
		if len(f.Old) > 0 {
			old = f.Old[0]
		}
		if t := w.origin(f.Function, unit, old); t != nil {
			b.Release, b.Patch = t.release, t.patch
		}
	}
	t := w.blamed(f, unit, known)
	for _, o := range w.open {
		if o != t {
			o.elsewhere(f, unit)
		}
	}
	if t != nil {
		t.book(f, now, w.budget)
		if t.release != b.Release {
			b.Cause = t.watched.String()
		}
	}
	return b
}

// known says since when faults of this kind happen.
func (w *watchdog) known(f script.Fault, now time.Time) time.Time {
	kind := f.Function + "\x00" + varying.ReplaceAllString(f.Message, "0")
	if at, ok := w.kinds[kind]; ok {
		return at
	}
	if w.kinds == nil || len(w.kinds) >= maxKinds {
		w.kinds = map[string]time.Time{}
	}
	w.kinds[kind] = now
	return now
}

// blamed finds the watched change that a fault is held against: that of the innermost
// function on the stack that is watched, in the version that the frame runs. Where
// none is, a function that the task called before may have given a wrong answer: then
// it is the latest change among those that is not younger than the first fault of the
// kind.
func (w *watchdog) blamed(f script.Fault, unit string, known time.Time) *watching {
	for i, name := range f.Functions {
		old := 0
		if i < len(f.Old) {
			old = f.Old[i]
		}
		if t := w.origin(name, unit, old); t != nil {
			return w.watching(t.release) // of several, the innermost; one that is past its verdict is nobody's
		}
	}
	for i := len(w.open) - 1; i >= 0; i-- {
		if t := w.open[i]; t.on(unit) && t.touches(f.Called) && !t.since.After(known) {
			return t
		}
	}
	for i := len(w.open) - 1; i >= 0; i-- { // a constant beside them may have changed
		if t := w.open[i]; t.on(unit) && !t.since.After(known) && (t.canary() || known.Sub(t.since) <= w.budget.Window) && t.besides(f.Functions) {
			return t
		}
	}
	return nil
}

// watching is the open watch over a change, or nil.
func (w *watchdog) watching(release int) *watching {
	for _, t := range w.open {
		if t.release == release {
			return t
		}
	}
	return nil
}

// inPast is where a change stands among those in force, -1 for nowhere.
func (w *watchdog) inPast(release int) int {
	return slices.IndexFunc(w.past, func(t *watched) bool { return t.release == release })
}

// unitOf is a State's name as units are called.
func unitOf(system string) string {
	if len(system) > 0 && system[0] == '@' {
		return system[1:]
	}
	return system
}

// quiet says whether a canary has run for a while without an error.
func (w *watchdog) quiet(release int, hold time.Duration, now time.Time) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	t := w.watching(release)
	if t == nil {
		return true // it changes no function
	}
	return now.Sub(t.since) >= hold && t.tripped == "" &&
		!slices.ContainsFunc(t.lately, func(at time.Time) bool { return now.Sub(at) < hold })
}

// tripping says whether a change has spent its budget.
func (w *watchdog) tripping() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.ContainsFunc(w.open, func(t *watching) bool { return t.tripped != "" })
}

// trip takes a change that spent its budget, if one did, with an account of it.
// Canaries come first.
func (w *watchdog) trip(now time.Time) (note string, what watched, ok bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	var found *watching
	for _, t := range w.open {
		if t.tripped != "" && (found == nil || t.canary() && !found.canary()) {
			found = t
		}
	}
	if found == nil {
		return "", watched{}, false
	}
	w.open = slices.DeleteFunc(w.open, func(t *watching) bool { return t == found })
	w.close(found, VerdictBad, now)
	return found.account(), *found.watched, true
}

// again puts a change under watch again whose way back was refused.
func (w *watchdog) again(what watched, now time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if i := w.inPast(what.release); i >= 0 {
		n := newWatching(w.past[i], now)
		n.notBefore = now.Add(retryAfter)
		w.open = append(w.open, n)
	}
}

func (w *watchdog) close(t *watching, verdict string, now time.Time) {
	v := t.verdict(now, w.budget)
	v.Verdict = cmp.Or(verdict, v.Verdict)
	if w.closed = slices.Insert(w.closed, 0, v); len(w.closed) > maxClosed {
		w.closed = w.closed[:maxClosed]
	}
}
