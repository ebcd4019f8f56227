package release

import (
	"context"
	"fmt"

	"hotshard/runtime/script/code"
)

// Follower is the author of what is done because another node of a cluster has done it.
const Follower = "cluster"

// Follow brings the units to a release that is live elsewhere in a cluster, by the number that it
// has there. It takes the place of what was accepted, patched and tried here: a patch whose text
// it has is in it, and one whose text it has not is gone.
func (c *Controller) Follow(ctx context.Context, to *code.Release) Outcome {
	c.mu.Lock()
	defer c.mu.Unlock()
	live, note := c.units.live(), fmt.Sprintf("release %d is live in the cluster", to.Number)
	if live.Hash == to.Hash {
		return Outcome{Verdict: Ignore, Release: live.Number, Author: Follower, Note: note}
	}
	o := c.move(ctx, step{to: to, author: Follower, note: note, ground: ground{disk: to}, number: to.Number})
	o.Files = live.Changed(to)
	if o.Verdict == Apply {
		c.disk = to
		c.intake.promoted(to)
		c.replaceAll(to)
	}
	return c.tell(o, Follower, note)
}

// replaceAll ends the patches and canaries that a release of another node has taken the place of.
func (c *Controller) replaceAll(by *code.Release) {
	for _, k := range c.canaries {
		c.watch.stop(k.number)
		_ = c.cfg.Journal.Finish(k.number, StandingSuperseded, fmt.Sprintf("replaced by release %d", by.Number)) // a label
	}
	c.canaries = nil
	for _, p := range c.patches.all {
		if p.Status != PatchOpen || p.Instance != "" {
			continue
		}
		status := PatchDropped
		if _, fn, err := FindFunction(by, p.Function); err == nil && fn.Text == p.Text {
			status = PatchMerged
		}
		c.patches.close(p, status)
	}
}
