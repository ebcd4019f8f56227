package release

import (
	"context"
	"slices"

	"hotshard/runtime/script"
)

// unread says whether no unit has loaded any of the changed files, nor will as a
// matter of course when it wakes up. Saving them makes no release: no code that runs
// changes.
func unread(staged legs, from, to *script.Release) bool {
	changed := from.Changed(to)
	for _, path := range changed {
		if to.Files[path] == nil || to.Needed(path) {
			return false
		}
		for _, st := range staged {
			if slices.Contains(st.Roots(), script.ModuleName(path)) {
				return false
			}
		}
	}
	return len(changed) > 0 && len(staged) > 0
}

// carry gives all units files that none has loaded, so that whoever requires one from
// now on gets what was saved. Where one has been loaded meanwhile, that is an R-STALE.
func (c *Controller) carry(ctx context.Context, from, to *script.Release) Outcome {
	to = to.Numbered(from.Number)
	give := func(r *script.Release) (string, error) {
		return firstError(c.units.each(ctx, nil, func(_ string, st *script.State) error { return st.Carry(r) }))
	}
	if unit, err := give(to); err != nil {
		_, _ = give(from) // for those that have it; one that cannot go back has begun to use it
		return refusedIn(unit, err)
	}
	c.units.carry(from, to)
	c.history.replace(from, to)
	return Outcome{Verdict: Ignore, Release: to.Number, Message: "no system has required it yet; whoever does gets what was saved"}
}
