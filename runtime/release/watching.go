package release

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"hotshard/runtime/script"
)

// watching is what is known of one change since it was made: what its functions cost
// on the units that run it, and what they cost before and on others.
type watching struct {
	*watched
	since    time.Time
	errors   int         // booked to it
	callers  int         // of those, raised by functions that it did not change
	lately   []time.Time // of the errors, within the window
	baseline int         // errors in what it changes, in the window before
	example  script.Fault
	tripped  string // why it is to be taken back

	mine    map[string]*tally // by function, on the units that run it
	others  map[string]*tally // on units that do not
	strange int               // errors in what it changes, on those
	around  map[string]*surroundings
	slow    int     // looks in a row at which it was too slow
	looked  float64 // calls at the last of them
	told    string

	notBefore time.Time // it is not taken back again until then
}

// tally is what gauges have seen of one function.
type tally struct {
	calls  float64
	timed  uint64
	time   time.Duration
	spread [script.GaugeBuckets]uint64
	from   map[string]bool // what was running
}

// surroundings is how the activities of one unit did before the change and after.
type surroundings struct{ before, base, after map[string]script.Entry }

func newWatching(what *watched, now time.Time) *watching {
	return &watching{watched: what, since: now, mine: map[string]*tally{}, others: map[string]*tally{}, around: map[string]*surroundings{}}
}

func (t *watching) touches(functions []string) bool {
	return slices.ContainsFunc(functions, func(f string) bool { return t.changed[f] })
}

func (t *watching) besides(functions []string) bool {
	return slices.ContainsFunc(functions, func(f string) bool { return t.beside[f] })
}

// book holds an error against the change.
func (t *watching) book(f script.Fault, now time.Time, b ErrorBudget) {
	t.errors++
	if !t.changed[f.Function] {
		t.callers++
	}
	t.lately = append(slices.DeleteFunc(t.lately, func(at time.Time) bool { return now.Sub(at) > b.Window }), now)
	if over := len(t.lately) - b.Errors; over > 0 { // more are never asked for
		t.lately = slices.Delete(t.lately, 0, over)
	}
	t.example = f
	t.judgeErrors(now, b)
}

// elsewhere notes an error in what the change changes on a unit that does not run it.
func (t *watching) elsewhere(f script.Fault, unit string) {
	if t.canary() && !t.on(unit) && (t.touches(f.Functions) || t.touches(f.Called) || t.besides(f.Functions)) {
		t.strange++
	}
}

// shareOfCalls is the rate of errors that is too high however rarely there are calls:
// a system whose time is slowed down makes few.
const shareOfCalls = 0.005

// judgeErrors decides whether there are more errors than the change may cause: enough
// of them, in a short time or in few calls, and many times what was before and what
// others have.
func (t *watching) judgeErrors(now time.Time, b ErrorBudget) {
	calls := t.sum(t.mine).calls
	if t.tripped != "" || t.errors < b.Errors || now.Before(t.notBefore) {
		return
	}
	if len(t.lately) < b.Errors && (calls == 0 || float64(t.errors)/calls < shareOfCalls) {
		return
	}
	if float64(t.errors) < b.Factor*t.expected(now, b) {
		return
	}
	t.tripped = fmt.Sprintf("%d errors", t.errors)
}

// expected is how many errors there would be without the change.
func (t *watching) expected(now time.Time, b ErrorBudget) float64 {
	spans := max(1, float64(now.Sub(t.since))/float64(b.Window))
	before := float64(t.baseline) * spans
	if others := t.sum(t.others).calls; others >= fewCalls {
		before = max(before, float64(t.strange)/others*t.sum(t.mine).calls)
	} else {
		before = max(before, float64(t.strange))
	}
	return before
}

func (t *watching) sum(of map[string]*tally) tally {
	var out tally
	for _, n := range of {
		out.calls += n.calls
		out.timed += n.timed
		out.time += n.time
		for i, count := range n.spread {
			out.spread[i] += count
		}
	}
	return out
}

// add takes a reading in.
func add(to map[string]*tally, name string, r script.Reading) {
	n := to[name]
	if n == nil {
		n = &tally{from: map[string]bool{}}
		to[name] = n
	}
	n.calls += r.Calls
	n.timed += r.Timed
	n.time += r.Time
	for i, count := range r.Spread {
		n.spread[i] += uint64(count)
	}
	for _, o := range r.Origins {
		n.from[o] = true
	}
}

func (n tally) mean() time.Duration {
	if n.timed == 0 {
		return 0
	}
	return n.time / time.Duration(n.timed)
}

// p99 is the time that one call in a hundred takes longer than, to a factor of two.
func (n tally) p99() time.Duration {
	left := n.timed - n.timed*99/100
	for i := len(n.spread) - 1; i >= 0 && n.timed > 0; i-- {
		if n.spread[i] >= left {
			return time.Duration(math.Exp2(float64(i))) * time.Microsecond
		}
		left -= n.spread[i]
	}
	return 0
}

// longer counts the calls that took longer than a time, to a factor of two.
func (n tally) longer(than time.Duration) (calls uint64) {
	for i, count := range n.spread {
		if i > 0 && time.Duration(math.Exp2(float64(i-1)))*time.Microsecond >= than {
			calls += count
		}
	}
	return calls
}

// account says why a change was taken back.
func (t *watching) account() string {
	v := t.figures()
	var b strings.Builder
	if t.told != "" {
		fmt.Fprintf(&b, "%s is too slow: %s. ", t.functions(), t.told)
	}
	if t.errors > 0 {
		fmt.Fprintf(&b, "%d errors in functions that release %d changed", t.errors, t.release)
		if t.callers > 0 {
			fmt.Fprintf(&b, " or in those that call them (%d)", t.callers)
		}
		fmt.Fprintf(&b, ", %d before it. ", t.baseline)
	}
	fmt.Fprintf(&b, "%s.", v)
	if t.errors > 0 {
		fmt.Fprintf(&b, " %s\n%s", t.example.Message, t.example.Traceback)
	}
	return b.String()
}

// functions names a few of those that the change changes.
func (t *watching) functions() string {
	names := sortedKeys(t.changed)
	if len(names) > 3 {
		return fmt.Sprintf("%s and %d more", strings.Join(names[:3], ", "), len(names)-3)
	}
	return strings.Join(names, ", ")
}
