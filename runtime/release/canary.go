package release

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"hotshard/runtime/script/code"
)

// candidate is the release that the queued files would make.
func (c *Controller) candidate() (to, disk *code.Release, k carried, err error) {
	if len(c.intake.queued) == 0 {
		return nil, nil, k, &code.Refusal{Code: code.RStale, Message: "no saved file waits; save one first"}
	}
	disk = c.disk.With(c.disk.Number, c.intake.queued)
	if k, err = c.patches.carry(c.disk, disk); err != nil {
		return nil, nil, k, err
	}
	to, err = Overlay(disk, k.open)
	return to, disk, k, err
}

// Candidate is the release that promoting the queued files would make.
func (c *Controller) Candidate() (*code.Release, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	to, _, _, err := c.candidate()
	return to, err
}

// startCanary runs the queued files on units only.
func (c *Controller) startCanary(ctx context.Context, units []string, author string) Outcome {
	if err := c.freeze.refuse(""); err != nil {
		return refused(err)
	}
	k, warnings, err := c.newFilesCanary(units)
	if err != nil {
		return refused(err)
	}
	o := c.begin(ctx, k, author, "canary")
	o.warn(warnings...)
	return o
}

// newFilesCanary is a canary of the queued files that has not begun.
func (c *Controller) newFilesCanary(units []string) (*canary, []code.Warning, error) {
	if len(units) == 0 {
		return nil, nil, &code.Refusal{Code: code.RStale, Message: "a canary needs a system to run on"}
	}
	to, _, carried, err := c.candidate()
	if err != nil {
		return nil, nil, err
	}
	return &canary{to: to, files: maps.Clone(c.intake.queued), merged: carried.merged, units: units}, carried.warnings, nil
}

// begin brings a canary to its units.
func (c *Controller) begin(ctx context.Context, k *canary, author, note string) Outcome {
	o := c.move(ctx, step{to: k.to, author: author, note: note, units: k.units, ground: c.ground().with(k)})
	o.Files, o.Canary = c.units.live().Changed(k.to), k.units
	if o.Verdict == Apply {
		k.number, k.to = o.Release, k.to.Numbered(o.Release)
		c.canaries = append(c.canaries, k)
	}
	return o
}

// widen runs a canary on more units, besides those that run it; 0 is the one of
// saved files, or the only one.
func (c *Controller) widen(ctx context.Context, number int, units []string, author string) Outcome {
	if err := c.freeze.refuse(""); err != nil {
		return refused(err)
	}
	k := c.canaries.ofFiles()
	if number != 0 || k == nil {
		var err error
		if k, err = c.canaries.of(number); err != nil {
			return refused(err)
		}
	}
	more := slices.DeleteFunc(slices.Clone(units), func(u string) bool { return slices.Contains(k.units, u) })
	o := Outcome{Verdict: Apply, At: c.cfg.Clock.Now()}
	if len(more) > 0 {
		wider := *k
		wider.units = slices.Sorted(slices.Values(append(slices.Clone(k.units), more...)))
		if o = c.shift(ctx, c.ground().without(k).with(&wider), more); o.Verdict != Apply {
			return o
		}
		k.units = wider.units
		c.watch.widen(k.number, k.units, c.cfg.Clock.Now())
		if k.patch != nil {
			k.patch.Canary = k.units
			_ = c.patches.keep(k.patch) // it says less than is true until it is promoted
		}
	}
	o.Release, o.Author, o.Note, o.Canary = k.number, author, "canary widened", k.units
	o.Files = k.paths()
	return o
}

// shift brings units to what the ground says, without a new release: a canary has
// become wider, or is gone.
func (c *Controller) shift(ctx context.Context, g ground, units []string) Outcome {
	to, err := g.course(c.units.live(), c.units.course.releases()...)
	if err != nil {
		return refused(err)
	}
	o, staged := c.units.prepare(ctx, to, units)
	if o.Verdict != Apply {
		return o
	}
	o.At = c.cfg.Clock.Now()
	staged.renumber(to)
	o.Changes = staged.changes()
	next, more, err := c.agree(ctx, g, c.units.live(), step{})
	if err != nil {
		return refusedIn("", err)
	}
	reports, errs := c.units.commit(ctx, to, staged, units, nil, &o)
	back := c.units.goingBack
	if len(errs) == 0 || back {
		if err := c.decide(ctx, next); err != nil {
			errs, back = map[string]error{"": err}, false
		}
	}
	if o.Units += more; len(errs) > 0 && !back {
		before := c.units.course
		c.units.restore(ctx, before, staged, sortedKeys(reports))
		c.units.settle(before) // whoever could not go back starts anew
		unit, err := firstError(errs)
		return refusedIn(unit, err)
	}
	c.units.settle(to) // going back, whoever could not starts anew
	c.units.adopt(staged, to.hashes())
	return o
}

// CanaryUnits lists the units that run a canary, and the number of the one of saved
// files, or else of the latest; nil for none.
func (c *Controller) CanaryUnits() ([]string, int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.canaries) == 0 {
		return nil, 0
	}
	number := c.canaries[len(c.canaries)-1].number
	if k := c.canaries.ofFiles(); k != nil {
		number = k.number
	}
	return sortedKeys(c.units.course.own), number
}

func (c *Controller) stopCanary(ctx context.Context, k *canary, author, note string) Outcome {
	defer c.units.goBack()()
	started := c.cfg.Clock.Now()
	rest := c.ground().without(k)
	before := c.units.course.of(k.units[0])
	o := c.shift(ctx, rest, k.units)
	if o.Verdict != Apply {
		return o
	}
	c.canaries = rest.canaries
	c.watch.stop(k.number)
	if k.patch != nil {
		c.patches.close(k.patch, PatchDropped)
	}
	if !c.cfg.Production && !c.freeze.on() { // what was just stopped must not come in by itself
		c.intake.stopped(k.files)
	}
	o.Release, o.Author, o.Note, o.Canary = c.units.live().Number, author, note, k.units
	o.Files, o.At = before.Changed(c.units.course.of(k.units[0])), started
	o.Message = fmt.Sprintf("%v has ended", k)
	o.Took = c.cfg.Clock.Now().Sub(started)
	_ = c.cfg.Journal.Finish(k.number, StandingRolledBack, note) // a label of what is gone already
	return o
}
