package release

import "context"

// Frozen says whether saved files wait. Like Status, it never waits itself.
func (c *Controller) Frozen() bool { return c.Status().Frozen || c.cfg.Production }

// Freeze makes saved files wait; Thaw ends that and applies what waited.
func (c *Controller) Freeze() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.frozen = true
	c.show()
}

// Thaw lets saved files through again and applies those that waited, as one
// release. In production they still wait for Promote, and where a canary runs,
// for its end: then it only says which.
func (c *Controller) Thaw(ctx context.Context, author string) Outcome {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.frozen = false
	switch {
	case len(c.queued) == 0:
		return c.tell(Outcome{Verdict: Ignore}, author, "thaw")
	case c.cfg.Production || c.canary != nil:
		return c.tell(Outcome{Verdict: Queue, Files: sortedKeys(c.queued)}, author, "thaw")
	}
	o := c.promoteQueued(ctx, author, "thaw")
	if o.Verdict == Refuse {
		c.noteRefusal(o, c.queued)
		clear(c.queued)
	}
	return c.tell(o, author, "thaw")
}
