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
	farTimes   = 10 // as long, and by so much: a few calls say enough
	farBy      = 10 * time.Millisecond
	alsoTimes  = 1.5 // as long as before, where others take far less: they may have less to do
)

// comparison is the time that something took against what it was to take.
type comparison struct {
	now, then time.Duration // a call
	calls     float64
}

// tooSlow says whether calls take so much longer that somebody notices.
func (k comparison) tooSlow(elapsed time.Duration) bool {
	added := k.now - k.then
	share := added.Seconds() * k.calls / max(elapsed.Seconds(), 1)
	if k.calls >= slowCalls && k.now >= farTimes*k.then && added >= farBy {
		return true
	}
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
	told, known := t.slowerThanBefore(elapsed)
	if told == "" && (!known || t.longerThanBefore()) {
		told = t.slowerThanOthers(elapsed)
	}
	if told == "" {
		t.slow, t.told = 0, ""
		return
	}
	if t.slow++; t.slow >= slowLooks && t.tripped == "" && !now.Before(t.notBefore) {
		t.told = told
		t.tripped = told
	}
}

// slowerThanOthers compares each function with the same on units that do not run the
// change.
func (t *watching) slowerThanOthers(elapsed time.Duration) string {
	for _, name := range sortedKeys(t.mine) {
		mine, others := t.mine[name], t.others[name]
		if others == nil || others.timed < slowCalls || mine.timed < slowCalls {
			continue
		}
		k := comparison{now: mine.mean(), then: others.mean(), calls: float64(mine.timed)}
		if k.tooSlow(elapsed) && mine.mostly(k.then) {
			return fmt.Sprintf("%s takes %v a call, %v on other systems", name, short(k.now), short(k.then))
		}
		high, low := mine.p99(), others.p99()
		if high >= slowTail*low && high-low >= slowTailBy && mine.longer(high/2) >= max(slowCalls, mine.timed/50) {
			return fmt.Sprintf("one call of %s in a hundred takes %v, %v on other systems", name, short(high), short(low))
		}
	}
	return ""
}

// slowerThanBefore compares the activities that call what was changed with the same
// before, on each unit, and with how all others there have changed meanwhile: then it
// is the machine. known says that there is something to compare with.
func (t *watching) slowerThanBefore(elapsed time.Duration) (told string, known bool) {
	for _, unit := range sortedKeys(t.around) {
		k := t.beforeAndNow(unit)
		if k.calls < slowCalls {
			continue
		}
		known = true
		own, added := t.sum(t.mine), time.Duration(float64(k.now-k.then)*k.calls)
		if k.tooSlow(elapsed) && own.mostly(k.then) && own.time >= added/2 {
			return fmt.Sprintf("what calls it takes %v, %v before, in %s", short(k.now), short(k.then), unit), true
		}
	}
	return "", known
}

// longerThanBefore says whether what calls the change takes noticeably longer anywhere.
func (t *watching) longerThanBefore() bool {
	for unit := range t.around {
		if k := t.beforeAndNow(unit); k.calls >= slowCalls && float64(k.now) >= alsoTimes*float64(k.then) {
			return true
		}
	}
	return false
}

// beforeAndNow compares the activities of a unit that call the change with themselves
// before it.
func (t *watching) beforeAndNow(unit string) comparison {
	var mine, rest comparison
	reach := t.reach()
	for origin, after := range t.around[unit].after {
		before := t.around[unit].before[origin]
		if before.Runs < slowCalls || after.Runs == 0 {
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
	if mine.calls == 0 {
		return mine
	}
	if rest.calls >= fewCalls && rest.now > rest.then && rest.then > 0 {
		mine.then = time.Duration(float64(mine.then) * float64(rest.now) / float64(rest.then))
	}
	return comparison{now: time.Duration(float64(mine.now) / mine.calls), then: time.Duration(float64(mine.then) / mine.calls), calls: mine.calls}
}

// mostly says whether many calls take noticeably longer than they did, rather than a few
// that a busy machine has interrupted.
func (n tally) mostly(then time.Duration) bool {
	return n.longer(then*3/2) >= max(slowCalls, n.timed/4)
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
