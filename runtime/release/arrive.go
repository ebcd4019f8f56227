package release

import (
	"fmt"
	"sync"

	"hotshard/runtime/script"
	"hotshard/runtime/script/code"
	"hotshard/runtime/script/reload"
)

// Arrive brings States that were thawed, by unit, to what their units are to run: what
// saving, dropping a patch or ending a canary did while they were bytes. They do not run
// yet, and nobody else uses them. A State that refuses is as it was; errs has why. The
// outcome says what the others were told: it is Ignore where they run it all already.
func (c *Controller) Arrive(states map[string]*script.State) (o Outcome, errs map[string]error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.arrive(states)
}

// Return is Arrive of one unit beside others that run. enter is called once it runs what it
// is to run, and before anything else is changed: from then on it hears of that itself.
func (c *Controller) Return(unit string, st *script.State, enter func()) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, errs := c.arrive(map[string]*script.State{unit: st}); errs[unit] != nil {
		return errs[unit]
	}
	enter()
	return nil
}

func (c *Controller) arrive(states map[string]*script.State) (o Outcome, errs map[string]error) {
	o, errs = Outcome{Verdict: Ignore, Release: c.units.live().Number}, map[string]error{}
	staged := c.units.stageThawed(states, errs)
	var mu sync.Mutex
	var wg sync.WaitGroup
	for unit, st := range states {
		if errs[unit] != nil {
			continue
		}
		c.patches.dropStrays(unit, st)
		want := c.units.course.of(unit)
		s := staged.of(st, want)
		if s == nil {
			st.Relabel(want)
			continue
		}
		wg.Go(func() {
			r, err := arrive(st, s)
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				errs[unit] = err
				return
			}
			o.Verdict = Apply
			o.Units++
			merge(&o, r)
		})
	}
	wg.Wait()
	for _, s := range staged {
		for _, path := range s.Changed {
			o.Files = union(o.Files, []string{path})
		}
	}
	c.units.adopt(staged, c.units.course.hashes())
	return o, errs
}

// arrive is a plan and, where that is not refused, its commit.
func arrive(st *script.State, s *reload.Staged) (*reload.Report, error) {
	if _, err := reload.Plan(st, s); err != nil {
		return nil, err
	}
	return reload.Commit(st, s)
}

// stageThawed stages the steps that thawed States have to take, and notes for those whose
// step cannot be staged why not.
func (u *units) stageThawed(states map[string]*script.State, errs map[string]error) legs {
	ways, of := map[legKey]*stretch{}, map[legKey][]string{}
	for _, unit := range sortedKeys(states) {
		st, want := states[unit], u.course.of(unit)
		if st.Release().Hash == want.Hash {
			continue
		}
		key := legKey{st.Program(), st.Release().Hash, want.Hash}
		if ways[key] == nil {
			ways[key] = &stretch{from: st.Release(), to: want}
		}
		ways[key].roots, of[key] = union(ways[key].roots, st.Modules()), append(of[key], unit)
	}
	staged := legs{}
	for key, w := range ways {
		st, err := u.stage(key.program, w.from, w.to, w.roots)
		if err == nil {
			staged[key] = st
			continue
		}
		for _, unit := range of[key] {
			errs[unit] = fmt.Errorf("release %d does not follow release %d: %w", w.to.Number, w.from.Number, err)
		}
	}
	return staged
}

// stretch is a step that units have to take, and what they have loaded.
type stretch struct {
	from, to *code.Release
	roots    []string
}
