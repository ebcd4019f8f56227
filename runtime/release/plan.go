package release

import (
	"context"
	"slices"
	"sync"

	"hotshard/runtime/script"
	"hotshard/runtime/script/code"
	"hotshard/runtime/script/reload"
)

// Plan says what going to a release would do; nil means the queued files. Nothing
// changes.
func (c *Controller) Plan(ctx context.Context, to *code.Release) (Outcome, []reload.FunctionChange) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if to == nil {
		var err error
		if to, _, _, err = c.candidate(); err != nil {
			return refused(err), nil
		}
	}
	return c.plan(ctx, step{to: to, ground: ground{disk: to}})
}

// planCanary says what a canary on the units would do, or a wider one where one runs.
func (c *Controller) planCanary(ctx context.Context, units []string) (Outcome, []reload.FunctionChange) {
	if k := c.canaries.ofFiles(); k != nil {
		wider := *k
		wider.units = append(slices.Clone(k.units), units...)
		return c.plan(ctx, step{to: k.to, units: units, ground: c.ground().without(k).with(&wider)})
	}
	k, warnings, err := c.newFilesCanary(units)
	if err != nil {
		return refused(err), nil
	}
	o, all := c.plan(ctx, step{to: k.to, units: units, ground: c.ground().with(k)})
	o.warn(warnings...)
	return o, all
}

// planPromote says what promote of the same number would do.
func (c *Controller) planPromote(ctx context.Context, number int) (Outcome, []reload.FunctionChange) {
	p, err := c.promotes(number)
	if err != nil {
		return refused(err), nil
	}
	g := ground{p.disk, p.carried.open, c.canaries}
	if p.canary != nil {
		g = g.without(p.canary)
	}
	o, all := c.plan(ctx, step{to: p.to, ground: g})
	o.warn(p.carried.warnings...)
	return o, all
}

// PlanRollback says what Rollback to the same number would do.
func (c *Controller) PlanRollback(ctx context.Context, number int) (Outcome, []reload.FunctionChange) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.planRollback(ctx, number)
}

func (c *Controller) planRollback(ctx context.Context, number int) (Outcome, []reload.FunctionChange) {
	k, target, err := c.goesBackTo(number)
	switch {
	case err != nil:
		return refused(err), nil
	case k != nil:
		return c.plan(ctx, step{to: c.units.live(), units: k.units, ground: c.ground().without(k)})
	}
	g := ground{disk: target}
	if number == 0 {
		g.canaries = c.canaries
	}
	return c.plan(ctx, step{to: target, ground: g})
}

// plan prepares without committing and measures what would change.
func (c *Controller) plan(ctx context.Context, s step) (Outcome, []reload.FunctionChange) {
	live := s.to
	if s.units != nil {
		live = c.units.live()
	}
	to, err := s.ground.course(live, append(c.units.course.releases(), s.to)...)
	if err != nil {
		return refused(err), nil
	}
	live = c.units.live()
	o, staged := c.units.prepare(ctx, to, s.units)
	o.Files, o.Release = live.Changed(s.to), live.Number
	if o.Verdict != Refuse {
		o.warn(c.advise(live, s.to)...)
		o.count(live, s.to)
	}
	all := append(o.Changes, staged.changes()...) // the one or the other
	var mu sync.Mutex
	errs := c.units.ask(ctx, s.units, func(_ string, st *script.State) error {
		own := make([]reload.FunctionChange, len(all)) // nobody's tick waits for another unit's walk
		for i := range all {
			own[i].Name = all[i].Name
		}
		reload.Measure(st, own)
		mu.Lock()
		defer mu.Unlock()
		for i := range all {
			all[i].Closures += own[i].Closures
			all[i].Frames += own[i].Frames
			all[i].Timers += own[i].Timers
		}
		return nil
	})
	if unit, err := firstError(errs); err != nil && o.Verdict == Apply {
		return refusedIn(unit, err), all
	}
	return o, all
}
