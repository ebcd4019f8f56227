package release

import (
	"context"
	"sync"

	"hotshard/runtime/script"
)

// Plan says what going to a release would do; nil means the queued files.
// Nothing changes.
func (c *Controller) Plan(ctx context.Context, to *script.Release) (Outcome, []script.FunctionChange) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if to == nil {
		var err error
		if to, _, _, err = c.candidate(); err != nil {
			return refused(err), nil
		}
	}
	return c.plan(ctx, to, nil)
}

// plan prepares without committing and measures what would change.
func (c *Controller) plan(ctx context.Context, to *script.Release, units []string) (Outcome, []script.FunctionChange) {
	o, staged := c.prepare(ctx, c.live, to, units)
	o.Files, o.Release = c.live.Changed(to), c.live.Number
	all := changes(staged)
	var mu sync.Mutex
	errs := c.ask(ctx, units, func(_ string, st *script.State) error {
		own := make([]script.FunctionChange, len(all)) // nobody's tick waits for another unit's walk
		for i := range all {
			own[i].Name = all[i].Name
		}
		st.Measure(own)
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
