package release

import (
	"context"
	"fmt"

	"hotshard/runtime/script/code"
)

// Rollback goes back to a release of the history: 0 undoes the latest change, which
// is a canary or the current release; the number of a canary ends that one. For an
// earlier release all canaries end first. Open patches are dropped: what they were
// laid over is gone.
func (c *Controller) Rollback(ctx context.Context, number int, author, note string) Outcome {
	leave, err := c.enter(ctx)
	if err != nil {
		return c.barred(err, author, note)
	}
	defer leave()
	return c.goBack(ctx, number, author, note)
}

func (c *Controller) goBack(ctx context.Context, number int, author, note string) Outcome {
	k, target, err := c.goesBackTo(number)
	if err == nil {
		err = c.freeze.refuse("")
	}
	if err != nil {
		return c.tell(refused(err), author, note)
	}
	if k != nil {
		o := c.tell(c.stopCanary(ctx, k, author, note), author, note)
		c.flush(ctx)
		return o
	}
	for number != 0 && len(c.canaries) > 0 {
		if o := c.tell(c.stopCanary(ctx, c.canaries[0], author, note), author, note); o.Verdict != Apply {
			return o
		}
	}
	return c.tell(c.rollback(ctx, target, author, note), author, note)
}

// goesBackTo finds out what a rollback to a number goes back to: from a canary to
// what all others run, or to an earlier release.
func (c *Controller) goesBackTo(number int) (*canary, *code.Release, error) {
	switch late := c.canaries.after(c.units.live().Number); {
	case number == 0 && len(late) == 1:
		return late[0], nil, nil
	case number == 0 && len(late) > 1:
		return nil, nil, c.canaries.which()
	case number != 0:
		if k, err := c.canaries.of(number); err == nil {
			return k, nil, nil
		}
	}
	target := c.history.earlier(number, c.units.live())
	if target == nil && number == 0 {
		return nil, nil, &code.Refusal{Code: code.RStale, Message: "there is no earlier release to go back to; see release list"}
	}
	if target == nil {
		return nil, nil, &code.Refusal{Code: code.RStale, Message: fmt.Sprintf("there is no earlier release %d at hand; see release list", number)}
	}
	return nil, target, nil
}

func (c *Controller) rollback(ctx context.Context, target *code.Release, author, note string) Outcome {
	defer c.units.goBack()()
	bad := c.units.live()
	o := c.move(ctx, step{to: target, author: author, note: note, ground: ground{disk: target, canaries: c.canaries}})
	o.Files = bad.Changed(target)
	if o.Verdict != Apply {
		return o
	}
	c.history.markBad(bad.Number, note)
	c.watch.undone(target.Number, c.cfg.Clock.Now())
	c.disk = target.Numbered(o.Release)
	c.patches.closeAll()
	return o
}
