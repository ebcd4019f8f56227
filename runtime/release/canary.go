package release

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"hotshard/runtime/script"
)

// canary is a candidate that only some units run.
type canary struct {
	to, disk *script.Release
	units    []string
	patches  []*Patch // what it tries, where that is a patch
	carried  carried  // what becomes of the open patches with it, where it is files
	rollout  *rollout // that widens it by itself, or nil
}

// busy is the refusal of what cannot be done while a canary runs, or nil.
func (c *Controller) busy(subject string) error {
	if c.canary == nil {
		return nil
	}
	return &script.Refusal{Code: "R-STALE", Subject: subject, Message: fmt.Sprintf("release %d is a canary on %v; promote or stop it first", c.canary.to.Number, c.canary.units)}
}

// candidate is the release that the queued files would make.
func (c *Controller) candidate() (to, disk *script.Release, k carried, err error) {
	if len(c.queued) == 0 {
		return nil, nil, k, &script.Refusal{Code: "R-STALE", Message: "no saved file waits; save one first"}
	}
	disk = c.disk.With(c.disk.Number, c.queued)
	if k, err = c.carryPatches(disk); err != nil {
		return nil, nil, k, err
	}
	to, err = Overlay(disk, k.open)
	return to, disk, k, err
}

// Candidate is the release that promoting the queued files would make.
func (c *Controller) Candidate() (*script.Release, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	to, _, _, err := c.candidate()
	return to, err
}

// Canary runs the queued files on the named units only.
func (c *Controller) Canary(ctx context.Context, units []string, author string) Outcome {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.tell(c.startCanary(ctx, units, author), author, "canary")
}

func (c *Controller) startCanary(ctx context.Context, units []string, author string) Outcome {
	if err := c.busy(""); err != nil {
		return refused(err)
	}
	if len(units) == 0 {
		return refused(&script.Refusal{Code: "R-STALE", Message: "a canary needs a system to run on"})
	}
	to, disk, k, err := c.candidate()
	if err != nil {
		return refused(err)
	}
	o := c.move(ctx, to, author, "canary", units)
	o.Files, o.Canary = c.live.Changed(to), units
	o.warn(k.warnings...)
	if o.Verdict == Apply {
		c.canary = &canary{to: to.Numbered(o.Release), disk: disk, units: units, carried: k}
	}
	return o
}

// Widen runs the canary on more units, besides those that run it.
func (c *Controller) Widen(ctx context.Context, units []string, author string) Outcome {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.tell(c.widen(ctx, units, author), author, "canary widened")
}

func (c *Controller) widen(ctx context.Context, units []string, author string) Outcome {
	k := c.canary
	if k == nil {
		return refused(&script.Refusal{Code: "R-STALE", Message: "no canary is running"})
	}
	more := slices.DeleteFunc(slices.Clone(units), func(u string) bool { return slices.Contains(k.units, u) })
	o := Outcome{Verdict: Apply, At: c.cfg.Now()}
	if len(more) > 0 {
		var staged map[string]*script.Staged
		if o, staged = c.prepare(ctx, c.live, k.to, more); o.Verdict != Apply {
			return o
		}
		o.At = c.cfg.Now()
		renumber(staged, k.to)
		reports, errs := c.commit(ctx, staged, more, &o)
		if len(errs) > 0 {
			return c.undoWiden(ctx, staged, reports, errs, more)
		}
		for program, st := range staged {
			c.stagers[program].Adopt(st, c.live.Hash)
		}
		k.units = append(slices.Clone(k.units), more...)
		slices.Sort(k.units)
		c.cfg.Fleet.SetCanary(k.units, k.to)
		c.watch.again(c.cfg.Now())
		for _, p := range k.patches {
			p.Canary = k.units
			_ = c.keepPatch(p) // it says less than is true until it is promoted
		}
	}
	o.Release, o.Author, o.Note, o.Canary = k.to.Number, author, "canary widened", k.units
	o.Files = c.live.Changed(k.to)
	return o
}

// undoWiden takes the units of a widening back to what all others run.
func (c *Controller) undoWiden(ctx context.Context, staged map[string]*script.Staged, reports map[string]*script.Report, errs map[string]error, more []string) Outcome {
	c.back(ctx, c.canary.to, c.live, staged, slices.Sorted(maps.Keys(reports)))
	c.cfg.Fleet.SetRelease(c.live) // whoever could not go back starts anew
	unit, err := firstError(errs)
	return refusedIn(unit, err)
}

// CanaryUnits lists the units that run a candidate, and its number; nil for none.
func (c *Controller) CanaryUnits() ([]string, int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.canary == nil {
		return nil, 0
	}
	return slices.Clone(c.canary.units), c.canary.to.Number
}

// Promote brings the canary to all units, or, without one, the queued files.
func (c *Controller) Promote(ctx context.Context, author string) Outcome {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.canary == nil {
		return c.tell(c.promoteQueued(ctx, author, "promote"), author, "promote")
	}
	o := c.tell(c.promoteCanary(ctx, author), author, "promote")
	c.flush(ctx)
	return o
}

func (c *Controller) promoteCanary(ctx context.Context, author string) Outcome {
	k := c.canary
	before := c.live
	o := c.move(ctx, k.to, author, "promote", nil)
	o.Files = before.Changed(k.to)
	if o.Verdict != Apply {
		return o
	}
	c.canary = nil
	c.cfg.Fleet.SetCanary(nil, nil)
	_ = c.cfg.Journal.Finish(k.to.Number, "superseded", fmt.Sprintf("promoted as release %d", o.Release)) // a label
	c.settleQueue(k.disk, o.Release)
	c.closeMerged(k.carried)
	for _, p := range k.patches {
		p.Canary, p.Release = nil, o.Release
		if err := c.keepPatch(p); err != nil {
			o.warn(unwritten(p, err))
		}
		c.supersede(p)
	}
	return o
}

func (c *Controller) promoteQueued(ctx context.Context, author, note string) Outcome {
	to, disk, k, err := c.candidate()
	if err != nil {
		return refused(err)
	}
	changed := c.disk.Changed(disk)
	o := c.move(ctx, to, author, note, nil)
	o.Files = changed
	if o.Verdict == Apply {
		o.warn(k.warnings...)
		c.closeMerged(k)
		c.settleQueue(disk, o.Release)
	}
	return o
}

// settleQueue makes a promoted disk state the accepted one.
func (c *Controller) settleQueue(disk *script.Release, number int) {
	c.disk = disk.Numbered(number)
	for path, src := range c.queued {
		f := disk.Files[path]
		if f == nil && src == nil || f != nil && src != nil && f.Hash == contentHash(path, src) {
			delete(c.queued, path)
		}
	}
}

// flush lets in what was saved while a canary ran, where saved files need no
// promote.
func (c *Controller) flush(ctx context.Context) {
	if c.canary == nil && !c.cfg.Production && !c.frozen && len(c.queued) > 0 {
		const note = "saved while a canary ran"
		if o := c.tell(c.promoteQueued(ctx, "disk", note), "disk", note); o.Verdict == Refuse {
			c.noteRefusal(o, c.queued)
			clear(c.queued)
			c.show()
		}
	}
}

// StopCanary takes the canary's units back to what all others run.
func (c *Controller) StopCanary(ctx context.Context, author, note string) Outcome {
	c.mu.Lock()
	defer c.mu.Unlock()
	o := c.tell(c.stopCanary(ctx, author, note), author, note)
	c.flush(ctx)
	return o
}

func (c *Controller) stopCanary(ctx context.Context, author, note string) Outcome {
	k := c.canary
	if k == nil {
		return refused(&script.Refusal{Code: "R-STALE", Message: "no canary is running"})
	}
	defer c.goBack()()
	started := c.cfg.Now()
	live := c.live
	o, staged := c.prepare(ctx, k.to, live, k.units)
	if o.Verdict != Apply {
		return o
	}
	renumber(staged, live)
	o.Changes = changes(staged)
	reports, _ := c.commit(ctx, staged, k.units, &o) // who could not go back starts anew
	c.cfg.Fleet.SetCanary(nil, nil)
	for program, st := range staged {
		c.stagers[program].Adopt(st)
	}
	c.canary = nil
	c.watch.stop()
	for _, p := range k.patches {
		c.closePatch(p, PatchDropped)
	}
	if !c.cfg.Production && !c.frozen { // what was just stopped must not come in by itself
		for path, src := range c.queued {
			if f := k.disk.Files[path]; f != nil && f.Hash == contentHash(path, src) {
				c.refusal[path] = f.Hash
				delete(c.queued, path)
			}
		}
	}
	o.Release, o.Units, o.Author, o.Note, o.Canary = live.Number, len(reports), author, note, k.units
	o.Files, o.At = k.to.Changed(live), started
	o.Took = c.cfg.Now().Sub(started)
	_ = c.cfg.Journal.Finish(k.to.Number, "rolled back", note) // a label of what is gone already
	return o
}
