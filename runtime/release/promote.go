package release

import (
	"context"
	"fmt"

	"hotshard/runtime/script/code"
)

// promotion is what a promotion would bring to all units.
type promotion struct {
	canary  *canary // that was tried first, or nil
	to      *code.Release
	disk    *code.Release // that is accepted with it
	carried carried
}

// promotes finds out what promoting a number means: a canary, or with 0 the canary
// of saved files, or the queued files, or the only canary there is.
func (c *Controller) promotes(number int) (promotion, error) {
	k := c.canaries.ofFiles()
	if number != 0 || k == nil && len(c.intake.queued) == 0 && len(c.canaries) > 0 {
		var err error
		if k, err = c.canaries.of(number); err != nil {
			return promotion{}, err
		}
	}
	var p promotion
	var err error
	switch {
	case k == nil:
		p.to, p.disk, p.carried, err = c.candidate()
	case k.files != nil:
		p = promotion{canary: k, disk: c.disk.With(c.disk.Number, k.files)}
		if p.carried, err = c.patches.carry(c.disk, p.disk); err == nil {
			p.to, err = Overlay(p.disk, p.carried.open)
		}
	default:
		p = promotion{canary: k, disk: c.disk, carried: carried{open: append(c.patches.openExcept(k.patch.Function), k.patch)}}
		p.to, err = Overlay(c.disk, p.carried.open)
	}
	return p, err
}

// promote brings a canary to all units, or the queued files: 0 is the canary of saved
// files, or the queued files where there is none, or else the only canary.
func (c *Controller) promote(ctx context.Context, number int, author, note string) Outcome {
	if err := c.freeze.refuse(""); err != nil {
		return refused(err)
	}
	p, err := c.promotes(number)
	if err != nil {
		return refused(err)
	}
	changed := c.disk.Changed(p.disk)
	if p.canary != nil {
		changed = c.units.live().Changed(p.to)
	}
	p.to = intern(p.to, c.units.course.releases()) // what a canary was compiled to is shared
	rest := ground{p.disk, p.carried.open, c.canaries}
	if p.canary != nil {
		rest = rest.without(p.canary)
	}
	o := c.move(ctx, step{to: p.to, author: author, note: note, ground: rest})
	if o.Files = changed; o.Verdict != Apply {
		return o
	}
	o.warn(p.carried.warnings...)
	c.patches.closeMerged(p.carried)
	c.disk = p.disk.Numbered(o.Release)
	c.intake.promoted(p.disk)
	if p.canary != nil {
		c.canaries = rest.canaries
		c.watch.stop(p.canary.number)
		_ = c.cfg.Journal.Finish(p.canary.number, StandingSuperseded, fmt.Sprintf("promoted as release %d", o.Release)) // a label
		c.promoted(p.canary.patch, &o)
	}
	return o
}

// PromotePatch brings a patch from its canary to all units.
func (c *Controller) PromotePatch(ctx context.Context, id int, author string) Outcome {
	note := fmt.Sprintf("promote patch #%d", id)
	leave, err := c.enter(ctx)
	if err != nil {
		return c.barred(err, author, note)
	}
	defer leave()
	if k := c.canaries.ofPatch(id); k != nil {
		o := c.tell(c.promote(ctx, k.number, author, note), author, note)
		c.flush(ctx)
		return o
	}
	return c.tell(refused(c.patches.whyNoCanary(id)), author, note)
}

// whyNoCanary says why a patch that runs as no canary cannot be promoted.
func (p *patches) whyNoCanary(id int) error {
	for _, q := range p.all {
		switch {
		case q.ID != id:
		case q.Instance != "":
			return stale("patch #%d is for one object; patch the function itself for all", id)
		case q.Status == PatchOpen:
			return stale("patch #%d runs on all systems already", id)
		default:
			return stale("patch #%d is %s", id, q.Status)
		}
	}
	return stale("there is no patch #%d; patches --all lists them", id)
}

// promoted takes down that a patch has gone from its canary to all.
func (c *Controller) promoted(p *Patch, o *Outcome) {
	if p == nil {
		return
	}
	p.Canary, p.Release = nil, o.Release
	c.watch.name(o.Release, p.ID)
	if err := c.patches.keep(p); err != nil {
		o.warn(unwritten(p, err))
	}
	c.patches.supersede(p)
}

// flush lets in what was saved while a canary ran, where saved files need no
// promote.
func (c *Controller) flush(ctx context.Context) {
	if !c.waits() && len(c.intake.queued) > 0 {
		const note = "saved while a canary ran"
		if o := c.tell(c.promote(ctx, 0, "disk", note), "disk", note); o.Verdict == Refuse {
			c.intake.refuseQueued(o)
			c.show()
		}
	}
}
