package release

import (
	"context"
	"maps"
	"slices"
	"sync"
	"time"

	"hotshard/runtime/script"
)

const (
	maxMeasured   = 32 // units at once
	maxCompared   = 8  // of those that do not run a canary
	measureEvery  = 900 * time.Millisecond
	measureWithin = 2 * time.Second // or they are left out this time
)

// reading is what one unit has to say at a look.
type reading struct {
	calls       map[string]script.Reading
	all, lately map[string]script.Entry
}

// gauges measure what is watched.
type gauges struct {
	fleet    Fleet
	watch    *watchdog
	now      func() time.Time
	measured time.Time // when measure looked last
	gauged   bool      // some units measure
}

// measure looks at the units that run what is watched, and at some that do not.
func (g *gauges) measure(ctx context.Context) {
	if now := g.now(); now.Sub(g.measured) >= measureEvery {
		g.measured = now
	} else {
		return
	}
	names, units := g.watch.wants(g.fleet.Awake, nil, nil)
	if len(names) == 0 && g.gauged { // nothing is watched any more
		g.gauged = false
		g.fleet.Each(ctx, nil, func(_ string, st *script.State) error { st.Gauge(nil); return nil })
	}
	if len(names) == 0 || len(units) == 0 {
		return
	}
	g.gauged = true
	ctx, cancel := context.WithTimeout(ctx, measureWithin)
	defer cancel()
	got := map[string]reading{}
	var mu sync.Mutex
	g.fleet.Each(ctx, units, func(unit string, st *script.State) error {
		var r reading
		r.calls = st.Gauge(names)
		r.all, r.lately = st.Entries()
		mu.Lock()
		defer mu.Unlock()
		got[unit] = r
		return nil
	})
	g.watch.take(got, g.now())
}

// again makes the next measure look whenever it comes.
func (g *gauges) again() { g.measured = time.Time{} }

// begin says what to measure once a change is made; nothing where it goes back.
func (g *gauges) begin(staged legs, canary []string, back bool) *gauging {
	out := &gauging{units: map[string]bool{}, before: map[string]reading{}}
	if back {
		return out
	}
	var units []string
	out.names, units = g.watch.wants(g.fleet.Awake, staged.functions(), canary)
	for _, u := range units {
		out.units[u] = true
	}
	g.gauged = true
	return out
}

// gauging is what is measured from the moment of a commit on.
type gauging struct {
	names  []string
	units  map[string]bool
	mu     sync.Mutex
	before map[string]reading
}

// look notes how a unit did before the change, arm begins to measure it after.
func (g *gauging) look(unit string, st *script.State) {
	if g == nil || !g.units[unit] {
		return
	}
	var r reading
	r.all, r.lately = st.Entries()
	g.mu.Lock()
	defer g.mu.Unlock()
	g.before[unit] = r
}

func (g *gauging) arm(unit string, st *script.State) {
	if g == nil || !g.units[unit] {
		return
	}
	calls := st.Gauge(g.names) // of the versions before
	g.mu.Lock()
	defer g.mu.Unlock()
	r := g.before[unit]
	r.calls = calls
	g.before[unit] = r
}

// wants says what to measure, and where, also for a change that is about to be made.
func (w *watchdog) wants(awake func() []string, changed map[string]bool, canary []string) (names, units []string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.open) == 0 && len(changed) == 0 {
		return nil, nil
	}
	all := maps.Clone(changed)
	if all == nil {
		all = map[string]bool{}
	}
	everywhere := changed != nil && canary == nil
	canaries := map[string]bool{}
	for _, u := range canary {
		canaries[u] = true
	}
	for _, t := range w.open {
		maps.Copy(all, t.changed)
		everywhere = everywhere || !t.canary()
		for _, u := range t.units {
			canaries[u] = true
		}
	}
	names = sortedKeys(all)
	names = names[:min(len(names), script.MaxGauged)]
	others := 0
	for _, u := range awake() {
		if len(units) >= maxMeasured {
			break
		}
		if !canaries[u] && !everywhere {
			if others++; others > maxCompared {
				continue
			}
		}
		units = append(units, u)
	}
	return names, units
}

// take books what was measured, and judges.
func (w *watchdog) take(got map[string]reading, now time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, t := range w.open {
		for unit, r := range got {
			t.take(unit, r)
		}
		t.judgeErrors(now, w.budget)
		t.judgeTime(now)
	}
	w.open = slices.DeleteFunc(w.open, func(t *watching) bool {
		if !t.proven(now, w.budget) {
			return false
		}
		w.close(t, "", now)
		return true
	})
}

// take takes in what was measured on one unit.
func (t *watching) take(unit string, r reading) {
	to := t.others
	if t.on(unit) {
		to = t.mine
		a := t.around[unit]
		if a == nil {
			a = &surroundings{before: r.lately, base: r.all}
			t.around[unit] = a
		}
		a.after = make(map[string]script.Entry, len(r.all))
		for origin, n := range r.all {
			a.after[origin] = n.Sub(a.base[origin])
		}
	}
	for name, n := range r.calls {
		if t.changed[name] {
			add(to, name, n)
		}
	}
}
