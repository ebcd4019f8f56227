package release

import (
	"context"
	"fmt"

	"hotshard/runtime/script"
	"hotshard/runtime/script/code"
)

// patchInstance gives one object of one unit a function of its own. No release
// changes: the object is data of that unit, and forgets the patch with it.
func (c *Controller) patchInstance(ctx context.Context, r PatchRequest) (Outcome, *Patch) {
	if len(r.Canary) != 1 {
		return refused(&code.Refusal{Code: code.RPatchConflict, Subject: r.Function, Message: "an object is in one system: name that one with --canary"}), nil
	}
	unit := r.Canary[0]
	p := &Patch{Function: r.Function, Code: r.Code, Text: r.Code, Author: r.Author, Reason: r.Reason, At: c.cfg.Clock.Now(), Release: c.units.live().Number,
		Canary: r.Canary, Instance: r.Instance, Status: PatchOpen}
	for _, old := range c.patches.all {
		if old.Status == PatchOpen && old.Function == p.Function && old.Instance == p.Instance && old.Canary[0] == unit {
			return refused(&code.Refusal{Code: code.RPatchConflict, Subject: r.Function, Message: fmt.Sprintf("%s is patched already (#%d by %s); drop that patch first", r.Instance, old.ID, old.Author)}), nil
		}
	}
	o := Outcome{Verdict: Apply, Release: c.units.live().Number, Author: r.Author, Note: fmt.Sprintf("patch %s on %s", r.Function, r.Instance), Canary: r.Canary, Units: 1, At: c.cfg.Clock.Now()}
	errs := c.units.each(ctx, r.Canary, func(_ string, st *script.State) error {
		return st.Override(r.Instance, r.Function, r.Code)
	})
	if unit, err := firstError(errs); err != nil {
		return refusedIn(unit, err), nil
	}
	if file, fn, err := FindFunction(c.units.live(), r.Function); err == nil {
		p.Path, p.Base, o.Files = file.Path, fn.Text, []string{file.Path}
	}
	o.Message = fmt.Sprintf("%s of %s in %s is patched; no other object is", r.Function, r.Instance, unit)
	if err := c.patches.keep(p); err != nil {
		o.warn(unwritten(p, err))
	}
	c.patches.add(p)
	return o, p
}

func (c *Controller) dropInstance(ctx context.Context, p *Patch, author string) Outcome {
	if unit, err := firstError(c.dropOverride(ctx, p)); err != nil {
		return refusedIn(unit, err)
	}
	c.patches.close(p, PatchDropped)
	return Outcome{Verdict: Apply, Release: c.units.live().Number, Author: author, Note: fmt.Sprintf("drop patch #%d", p.ID), Files: []string{p.Path}, Canary: p.Canary, Units: 1,
		Message: fmt.Sprintf("%s of %s runs the code of all others again", p.Function, p.Instance)}
}

// dropOverride takes a patch off its object.
func (c *Controller) dropOverride(ctx context.Context, p *Patch) map[string]error {
	return c.units.each(ctx, p.Canary, func(_ string, st *script.State) error {
		st.DropOverride(p.overrides())
		return nil
	})
}

// overrides says which override of a State a patch of one object is.
func (p *Patch) overrides() script.OverrideKey {
	return script.OverrideKey{Expr: p.Instance, Function: p.Function}
}

// dropStrays takes overrides off a thawed State whose patches are not in force any more.
func (k *patches) dropStrays(unit string, st *script.State) {
	open := map[script.OverrideKey]bool{}
	for _, p := range k.all {
		if p.Instance != "" && p.Status == PatchOpen && p.Canary[0] == unit {
			open[p.overrides()] = true
		}
	}
	for _, key := range st.Overrides() {
		if !open[key] {
			st.DropOverride(key)
		}
	}
}
