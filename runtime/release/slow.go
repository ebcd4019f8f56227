package release

import (
	"fmt"
	"time"
)

// When a change is too slow. All of it must hold at slowLooks looks in a row, so that
// one long pause of the machine takes nothing back.
const (
	fewCalls   = 20                   // fewer say nothing
	slowTimes  = 3                    // as long as before, or as others take
	slowBy     = 2 * time.Millisecond // longer a call,
	slowShare  = 0.05                 // or of a core in all
	slowTail   = 8                    // times the p99 of others,
	slowTailBy = 20 * time.Millisecond
	slowCalls  = 5 // that took so long
	slowLooks  = 3
)

// comparison is the time that something took against what it was to take.
type comparison struct {
	now, then time.Duration // a call
	calls     float64
	against   string
}

// tooSlow says whether calls take so much longer that somebody notices.
func (k comparison) tooSlow(elapsed time.Duration) bool {
	added := k.now - k.then
	share := added.Seconds() * k.calls / max(elapsed.Seconds(), 1)
	return k.calls >= fewCalls && k.now >= slowTimes*k.then && (added >= slowBy || share >= slowShare)
}

// judgeTime decides whether the change is too slow, from what was measured since the
// last look.
func (t *watching) judgeTime(now time.Time) {
	seen := t.sum(t.mine).calls
	if seen == t.looked {
		return // nothing new
	}
	t.looked = seen
	elapsed := now.Sub(t.since)
	told := t.slowerThanOthers(elapsed)
	if told == "" {
		told = t.slowerThanBefore(elapsed)
	}
	if told == "" {
		t.slow, t.told = 0, ""
		return
	}
	if t.slow++; t.slow >= slowLooks && t.tripped == "" {
		t.told = told
		t.tripped = told
	}
}

// slowerThanOthers compares each function with the same on units that do not run the
// change.
func (t *watching) slowerThanOthers(elapsed time.Duration) string {
	for _, name := range sortedKeys(t.mine) {
		mine, others := t.mine[name], t.others[name]
		if others == nil || others.timed < fewCalls || mine.timed < fewCalls {
			continue
		}
		k := comparison{now: mine.mean(), then: others.mean(), calls: float64(mine.timed)}
		if k.tooSlow(elapsed) && mine.longer(slowTimes*k.then/2) >= slowCalls {
			return fmt.Sprintf("%s takes %v a call, %v on other systems", name, short(k.now), short(k.then))
		}
		high, low := mine.p99(), others.p99()
		if high >= slowTail*low && high-low >= slowTailBy && mine.longer(high/2) >= slowCalls {
			return fmt.Sprintf("one call of %s in a hundred takes %v, %v on other systems", name, short(high), short(low))
		}
	}
	return ""
}

// slowerThanBefore compares the activities that call what was changed with the same
// before, on each unit, and with how all others there have changed meanwhile: then it
// is the machine.
func (t *watching) slowerThanBefore(elapsed time.Duration) string {
	reach := t.reach()
	for _, unit := range sortedKeys(t.around) {
		var mine, rest comparison
		for origin, after := range t.around[unit].after {
			before := t.around[unit].before[origin]
			if before.Runs < fewCalls || after.Runs == 0 {
				continue
			}
			k := &rest
			if reach[origin] {
				k = &mine
			}
			k.calls += after.Runs
			k.now += after.Time
			k.then += time.Duration(float64(before.Time) / before.Runs * after.Runs)
		}
		if mine.calls < fewCalls {
			continue
		}
		if rest.calls >= fewCalls && rest.now > rest.then && rest.then > 0 {
			mine.then = time.Duration(float64(mine.then) * float64(rest.now) / float64(rest.then))
		}
		k := comparison{now: mine.now / time.Duration(mine.calls), then: mine.then / time.Duration(mine.calls), calls: mine.calls}
		if own := t.sum(t.mine); k.tooSlow(elapsed) && own.longer(k.now/8) >= slowCalls && own.time >= (mine.now-mine.then)/2 {
			return fmt.Sprintf("what calls it takes %v, %v before, in %s", short(k.now), short(k.then), unit)
		}
	}
	return ""
}

// reach is what was running when the changed functions were called.
func (t *watching) reach() map[string]bool {
	out := map[string]bool{}
	for _, n := range t.mine {
		for origin := range n.from {
			out[origin] = true
		}
	}
	return out
}

// short is a duration to three digits.
func short(d time.Duration) time.Duration {
	for unit := time.Duration(1); ; unit *= 10 {
		if d < 1000*unit {
			return d.Round(unit)
		}
	}
}
