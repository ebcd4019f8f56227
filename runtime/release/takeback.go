package release

import (
	"context"

	"hotshard/runtime/script"
	"hotshard/runtime/script/code"
)

// Fault tells the controller of an error in a live State, and returns whose it is. It
// never waits; what follows from it happens in Watch.
func (c *Controller) Fault(f script.Fault) Blame { return c.watch.note(f, c.cfg.Clock.Now()) }

// Watch measures what is watched, takes a change back that has spent its budget, also
// while changes are frozen, or takes the next step of a roll-out when it is due, and
// says whether it did either. It is called from time to time, and after every fault.
func (c *Controller) Watch(ctx context.Context) (Outcome, bool) {
	if c.cfg.Cluster != nil && !c.mustAct(ctx) {
		return Outcome{}, false
	}
	leave, err := c.enter(ctx)
	if err != nil {
		return Outcome{}, false // it is tried again at the next look
	}
	defer leave()
	return c.watchOnce(ctx)
}

// mustAct measures, and says whether anything is to be done of it: then this node needs its turn.
func (c *Controller) mustAct(ctx context.Context) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.gauges.measure(ctx)
	k := c.canaries.ofFiles()
	return c.watch.tripping() || c.owed != nil || k != nil && k.rollout != nil
}

func (c *Controller) watchOnce(ctx context.Context) (Outcome, bool) {
	c.gauges.measure(ctx)
	if c.watch.tripping() {
		c.gauges.again() // what it is taken back for is measured to the end
		c.gauges.measure(ctx)
	}
	now := c.cfg.Clock.Now()
	spent, what, ok := c.watch.trip(now)
	if !ok {
		if o, paid := c.payLater(ctx); paid {
			return o, true
		}
		return c.advance(ctx)
	}
	note := "rolled back by itself: " + spent
	o := c.takeBack(ctx, what, note)
	if o.Note, o.Author = note, "watchdog"; o.Verdict == Apply {
		o.Message = note
	} else {
		c.watch.again(what, now)
		o.Note = "could not roll back by itself: " + spent
		o.Message += ". It was to be rolled back by itself: " + spent
	}
	o = c.tell(o, "watchdog", note)
	c.flush(ctx)
	return o, true
}

// takeBack undoes one change and leaves what was changed before and after it.
func (c *Controller) takeBack(ctx context.Context, what watched, note string) Outcome {
	const author = "watchdog"
	if what.canary() {
		k, err := c.canaries.of(what.release)
		if err != nil {
			return refused(err)
		}
		return c.stopCanary(ctx, k, author, note)
	}
	if p := c.patches.open(what.patch); p != nil {
		o := c.drop(ctx, p, author, note)
		if o.Verdict == Apply {
			c.history.markBad(what.release, note)
		}
		return o
	}
	o := c.revert(ctx, what, author, note)
	for o.Verdict == Refuse && len(c.canaries) > 0 { // also those that are not to blame: they stand on what is
		if o := c.stopCanary(ctx, c.canaries[0], author, note); o.Verdict == Refuse {
			return o
		}
		o = c.revert(ctx, what, author, note)
	}
	return o
}

// revert gives the files that a release changed the content they had before it, where
// they have not changed since. Where they have, or do not fit what came later, all
// goes back to the release before it.
func (c *Controller) revert(ctx context.Context, what watched, author, note string) Outcome {
	bad, before, ok := c.history.before(what.release)
	if !ok {
		return refused(&code.Refusal{Code: code.RStale, Message: "there is no earlier release to go back to; see release list"})
	}
	defer c.units.goBack()()
	wasDisk := c.disk
	if o, ok := c.revertFiles(ctx, bad, before, author, note); ok {
		c.history.markBad(bad.Number, note)
		c.intake.remember(c.disk, wasDisk)
		return o
	}
	o := c.rollback(ctx, before, author, note)
	if o.Verdict == Apply {
		c.history.markBad(bad.Number, note)
		c.intake.remember(c.disk, wasDisk)
	}
	return o
}

// revertFiles is revert of the files alone; false says that it cannot be done.
func (c *Controller) revertFiles(ctx context.Context, bad, before *code.Release, author, note string) (Outcome, bool) {
	files := map[string][]byte{}
	for _, path := range before.Changed(bad) {
		if !same(c.units.live().Files[path], bad.Files[path]) && !same(c.disk.Files[path], bad.Files[path]) {
			return Outcome{}, false // without the patches that came later, too
		}
		files[path] = nil
		if f := before.Files[path]; f != nil {
			files[path] = f.Source
		}
	}
	disk := c.disk.With(c.disk.Number, files)
	carried, err := c.patches.carry(c.disk, disk)
	if err != nil {
		return Outcome{}, false
	}
	to, err := Overlay(disk, carried.open)
	if err != nil {
		return Outcome{}, false
	}
	o := c.move(ctx, step{to: to, author: author, note: note, ground: ground{disk, carried.open, c.canaries}})
	if o.Verdict != Apply {
		return o, false
	}
	o.Files = sortedKeys(files)
	c.disk = disk.Numbered(o.Release)
	c.patches.closeMerged(carried)
	return o, true
}

func same(a, b *code.File) bool {
	return a == nil && b == nil || a != nil && b != nil && a.Hash == b.Hash
}
