package release

import (
	"context"
	"fmt"
	"slices"
	"time"

	"hotshard/runtime/script/code"
)

// making is a patch on its way.
type making struct {
	step
	patch  *Patch
	canary *canary  // that it is, or nil
	over   canaries // that it takes the place of
}

// patched works out what a patch would make.
func (c *Controller) patched(r PatchRequest) (making, error) {
	var m making
	file, fn, err := FindFunction(c.units.live(), r.Function)
	if err != nil {
		return m, err
	}
	if err := c.canaries.busy(r.Function, file.Path); err != nil {
		return m, err
	}
	if r.Base != "" && r.Base != fn.Text && r.Base != Hash(fn.Text) {
		return m, &code.Refusal{Code: code.RStale, Subject: r.Function, File: file.Path, Line: fn.Line, Message: "has changed since you opened it; look at the live source and patch again"}
	}
	if m.over, err = c.replaced(r, file.Path, fn.Line); err != nil {
		return m, err
	}
	m.patch = &Patch{Function: r.Function, Path: file.Path, Code: r.Code, Author: r.Author, Reason: r.Reason, At: c.cfg.Clock.Now(), Sticky: r.Sticky, Canary: r.Canary,
		Status: PatchOpen, session: r.Session}
	if f := c.disk.Files[file.Path]; f != nil {
		if base, err := f.Function(r.Function); err == nil {
			m.patch.Base = base.Text
		}
	}
	open := append(c.patches.openExcept(r.Function), m.patch)
	if m.to, err = Overlay(c.disk, open); err != nil {
		return m, err
	}
	m.patch.read(m.to)
	m.author, m.note, m.units = r.Author, "patch "+r.Function, r.Canary
	m.ground = c.ground()
	for _, k := range m.over {
		m.ground = m.ground.without(k)
	}
	if r.Canary == nil {
		m.ground.open = open
		return m, nil
	}
	m.canary = &canary{to: m.to, patch: m.patch, units: r.Canary}
	m.ground = m.ground.with(m.canary)
	return m, nil
}

// replaced lists the canaries whose place a patch takes. Whoever patches what is
// patched already has to say so, unless it was the same person in the same session:
// an account may be that of several.
func (c *Controller) replaced(r PatchRequest, path string, line int) (canaries, error) {
	for _, old := range c.patches.all {
		if old.Function == r.Function && old.Status == PatchOpen && old.Instance == "" && !r.Supersede && (old.Author != r.Author || old.session != r.Session) {
			return nil, &code.Refusal{Code: code.RPatchConflict, Subject: r.Function, File: path, Line: line,
				Message: fmt.Sprintf("is patched already (#%d by %s, %s ago); drop %d, or say --supersede", old.ID, old.Author, c.cfg.Clock.Now().Sub(old.At).Round(time.Second), old.ID)}
		}
	}
	var over canaries
	for _, k := range c.canaries {
		if k.patch != nil && k.patch.Function == r.Function && (r.Canary == nil || overlap(k.units, r.Canary)) {
			over = append(over, k)
		}
	}
	return over, nil
}

func overlap(a, b []string) bool {
	return slices.ContainsFunc(a, func(u string) bool { return slices.Contains(b, u) })
}

func (c *Controller) patch(ctx context.Context, r PatchRequest) (Outcome, *Patch) {
	m, err := c.patched(r)
	if err != nil {
		return refused(err), nil
	}
	if len(m.over) > 0 && r.Canary != nil { // units that it does not go to run what all others do
		for _, k := range m.over {
			if o := c.stopCanary(ctx, k, r.Author, m.note); o.Verdict != Apply {
				return o, nil
			}
		}
		m.ground = c.ground().with(m.canary)
	}
	o := c.move(ctx, m.step)
	o.Files = []string{m.patch.Path}
	if o.Verdict != Apply {
		return o, nil
	}
	p := m.patch
	p.Release = o.Release
	if err := c.patches.keep(p); err != nil {
		o.warn(unwritten(p, err))
	}
	c.watch.name(o.Release, p.ID)
	c.patches.add(p)
	if k := m.canary; k != nil {
		o.Canary = r.Canary
		k.number, k.to = o.Release, k.to.Numbered(o.Release)
		c.canaries = append(c.canaries, k)
		return o, p
	}
	c.canaries = m.ground.canaries
	for _, k := range m.over {
		c.watch.stop(k.number)
		c.patches.close(k.patch, PatchDropped)
		_ = c.cfg.Journal.Finish(k.number, StandingSuperseded, fmt.Sprintf("replaced by release %d", o.Release)) // a label
	}
	c.patches.supersede(p)
	return o, p
}
