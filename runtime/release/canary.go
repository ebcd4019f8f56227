package release

import (
	"context"
	"fmt"

	"hotshard/runtime/script"
)

// candidate is the release that the queued files would make.
func (c *Controller) candidate() (to, disk *script.Release, err error) {
	if len(c.queued) == 0 {
		return nil, nil, &script.Refusal{Code: "R-STALE", Message: "no saved file waits; save one first"}
	}
	disk = c.disk.With(c.disk.Number, c.queued)
	carried, err := c.carryPatches(disk)
	if err != nil {
		return nil, nil, err
	}
	to, err = overlay(disk, carried.open)
	return to, disk, err
}

// Candidate is the release that promoting the queued files would make.
func (c *Controller) Candidate() (*script.Release, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	to, _, err := c.candidate()
	return to, err
}

// Canary runs the queued files on the named units only.
func (c *Controller) Canary(ctx context.Context, units []string, author string) Outcome {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.canary != nil {
		return c.tell(refused(&script.Refusal{Code: "R-STALE", Message: fmt.Sprintf("a canary is running on %v already; promote or stop it first", c.canary.units)}))
	}
	to, disk, err := c.candidate()
	if err != nil {
		return c.tell(refused(err))
	}
	o := c.move(ctx, to, author, "canary", units)
	o.Files, o.Canary = c.live.Changed(to), units
	if o.Verdict == Apply {
		c.canary = &canary{to: to.Numbered(o.Release), disk: disk, units: units}
	}
	return c.tell(o)
}

// CanaryUnits lists the units that run a candidate, and its number; nil for none.
func (c *Controller) CanaryUnits() ([]string, int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.canary == nil {
		return nil, 0
	}
	return c.canary.units, c.canary.to.Number
}

// Promote brings the canary to all units, or, without one, the queued files.
func (c *Controller) Promote(ctx context.Context, author string) Outcome {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.canary == nil {
		return c.tell(c.promoteQueued(ctx, author, "promote"))
	}
	k := c.canary
	o := c.move(ctx, k.to, author, "promote", nil)
	o.Files = c.live.Changed(k.to)
	if o.Verdict != Apply {
		return c.tell(o)
	}
	c.canary = nil
	c.settleQueue(k.disk, o.Release)
	for _, p := range k.patches {
		p.Canary = nil
		c.keepPatch(p)
		for _, old := range c.patches {
			if old != p && old.Function == p.Function && old.Status == PatchOpen {
				c.closePatch(old, PatchDropped)
			}
		}
	}
	return c.tell(o)
}

func (c *Controller) promoteQueued(ctx context.Context, author, note string) Outcome {
	to, disk, err := c.candidate()
	if err != nil {
		return refused(err)
	}
	carried, _ := c.carryPatches(disk)
	o := c.move(ctx, to, author, note, nil)
	o.Files = c.disk.Changed(disk)
	if o.Verdict == Apply {
		c.closeMerged(carried)
		c.settleQueue(disk, o.Release)
	}
	return o
}

// settleQueue makes a promoted disk state the accepted one.
func (c *Controller) settleQueue(disk *script.Release, number int) {
	c.disk = disk.Numbered(number)
	for path, src := range c.queued {
		if f := disk.Files[path]; f != nil && f.Hash == script.NewFile(path, src).Hash {
			delete(c.queued, path)
		}
	}
}

// StopCanary takes the canary's units back to what all others run.
func (c *Controller) StopCanary(ctx context.Context, author, note string) Outcome {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.tell(c.stopCanary(ctx, author, note))
}

func (c *Controller) stopCanary(ctx context.Context, author, note string) Outcome {
	k := c.canary
	if k == nil {
		return refused(&script.Refusal{Code: "R-STALE", Message: "no canary is running"})
	}
	live := c.live
	o, staged := c.prepare(ctx, k.to, live, k.units)
	if o.Verdict != Apply {
		return o
	}
	renumber(staged, live)
	reports, errs := c.commit(ctx, staged, k.units)
	if _, err := firstError(errs); err != nil {
		return refused(err)
	}
	for name, st := range staged {
		c.stagers[name].Adopt(st)
	}
	c.canary = nil
	for _, p := range k.patches {
		c.closePatch(p, PatchDropped)
	}
	o.Release, o.Units, o.Author, o.Note, o.Canary = live.Number, len(reports), author, note, k.units
	o.Files = k.to.Changed(live)
	_ = c.cfg.Journal.Finish(k.to.Number, "rolled back", note)
	return o
}
