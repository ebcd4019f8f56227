package release

import (
	"fmt"
	"time"
)

// The verdicts over a change.
const (
	VerdictWatching = "watching" // too early to say
	VerdictGood     = "good"     // enough calls, and nothing against it
	VerdictUnused   = "no calls" // nobody has called what it changes
	VerdictFailing  = "failing"  // errors, within the budget
	VerdictSlow     = "slow"     // at the last look
	VerdictBad      = "taken back"
	VerdictReplaced = "replaced" // by a later release
)

// What Verdicted.Then says that a change is compared with.
const (
	ThenElsewhere = "elsewhere" // other systems
	ThenBefore    = "before"    // the time before
)

// Verdicted is what is known of one change that is watched, or was.
type Verdicted struct {
	Release   int
	Patch     int // 0 for files
	Functions []string
	Units     []string // of a canary; nil: all
	Since     time.Time
	Calls     float64
	Errors    int
	InCallers int     // of those, in functions that it did not change
	Rate      float64 // errors a call
	Before    float64 // errors a call elsewhere, for a canary
	Expected  float64 // errors without the change
	Mean, P99 time.Duration
	MeanThen  time.Duration // on other systems, or what calls it before
	Then      string        // which of the two: one of the Then constants, "" for neither
	MeanNow   time.Duration // what calls it, now: to be held against MeanThen of before
	Verdict   string
	Next      string // the command to go on with
}

// provenCalls is how many calls without trouble prove a release, and longestWatch
// when its watch ends without them.
const (
	provenCalls  = 100
	longestWatch = 10 * time.Minute
)

// figures are what was measured.
func (t *watching) figures() Verdicted {
	mine, others := t.sum(t.mine), t.sum(t.others)
	v := Verdicted{Release: t.release, Patch: t.patch, Functions: sortedKeys(t.changed), Units: t.units, Since: t.since,
		Calls: mine.calls, Errors: t.errors, InCallers: t.callers, Mean: mine.mean(), P99: mine.p99()}
	v.Calls = max(v.Calls, float64(v.Errors)) // the latest may not have been read yet
	if v.Calls > 0 {
		v.Rate = float64(t.errors) / v.Calls
	}
	if others.calls > 0 {
		v.Before = float64(t.strange) / others.calls
	}
	if others.timed > 0 {
		v.Then, v.MeanThen = ThenElsewhere, others.mean()
		return v
	}
	var runs, runsThen float64
	var took, tookThen time.Duration
	reach := t.reach()
	for _, a := range t.around {
		for origin, after := range a.after {
			if before := a.before[origin]; reach[origin] && before.Runs > 0 && after.Runs > 0 {
				runs, took = runs+after.Runs, took+after.Time
				runsThen, tookThen = runsThen+before.Runs, tookThen+before.Time
			}
		}
	}
	if runs > 0 {
		v.Then, v.MeanNow, v.MeanThen = ThenBefore, time.Duration(float64(took)/runs), time.Duration(float64(tookThen)/runsThen)
	}
	return v
}

// String is a sentence of the figures.
func (v Verdicted) String() string {
	s := fmt.Sprintf("%.0f calls, %.3g %% errors, %v a call (p99 %v)", v.Calls, 100*v.Rate, short(v.Mean), short(v.P99))
	switch v.Then {
	case ThenElsewhere:
		s += fmt.Sprintf("; on other systems %.3g %% errors, %v a call", 100*v.Before, short(v.MeanThen))
	case ThenBefore:
		s += fmt.Sprintf("; what calls it takes %v, before %v", short(v.MeanNow), short(v.MeanThen))
	}
	return s
}

// verdict is how the change stands.
func (t *watching) verdict(now time.Time, b ErrorBudget) Verdicted {
	v := t.figures()
	v.Expected = t.expected(now, b)
	age := now.Sub(t.since)
	switch {
	case t.slow > 0:
		v.Verdict = VerdictSlow
	case float64(t.errors) > v.Expected:
		v.Verdict = VerdictFailing
	case age < b.Window:
		v.Verdict = VerdictWatching
	case v.Calls == 0:
		v.Verdict = VerdictUnused
	case v.Calls < fewCalls:
		v.Verdict = VerdictWatching
	default:
		v.Verdict = VerdictGood
	}
	return v
}

// proven says whether the watch over a release may end.
func (t *watching) proven(now time.Time, b ErrorBudget) bool {
	age := now.Sub(t.since)
	return !t.canary() && t.tripped == "" && (age >= longestWatch || age >= b.Window && t.sum(t.mine).calls >= provenCalls && t.slow == 0)
}

// Verdicts is how the changes that are watched stand, oldest first, and what became
// of the latest that were, newest first.
func (c *Controller) Verdicts() (open, closed []Verdicted) {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.cfg.Clock.Now()
	c.watch.mu.Lock()
	defer c.watch.mu.Unlock()
	for _, t := range c.watch.open {
		v := t.verdict(now, c.watch.budget)
		v.Next = c.canaries.next(v)
		open = append(open, v)
	}
	return open, append(closed, c.watch.closed...)
}
