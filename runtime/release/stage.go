package release

import (
	"context"
	"fmt"

	"hotshard/runtime/script/code"
)

// pending is what another node is about to bring to all, staged and checked here. Nothing waits for
// it: where that node dies, it is forgotten with the next one.
type pending struct {
	next   standing
	staged legs
}

// Stage stages and checks what another node of the cluster is about to bring to all, and returns how
// many units here it changes. Nothing changes before Swap.
func (c *Controller) Stage(ctx context.Context, k *Code, back bool) (units int, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.pending = nil
	if err := c.catchUp(ctx, k.Version-1); err != nil {
		return 0, err
	}
	next, err := c.read(ctx, k)
	if err != nil {
		return 0, err
	}
	if back {
		defer c.units.goBack()()
	}
	var o Outcome
	var staged legs
	for range attempts {
		if o, staged = c.units.prepare(ctx, next.to, nil); o.Verdict != Refuse || o.Code != code.RStale {
			break
		}
	}
	if o.Verdict == Refuse {
		return 0, &code.Refusal{Code: o.Code, Subject: o.Subject, Message: o.Message}
	}
	c.pending = &pending{next, staged}
	return o.Units, nil
}

// catchUp brings this node to a version that the cluster has had, where it has not heard of it yet.
func (c *Controller) catchUp(ctx context.Context, version int) error {
	if c.shared != nil && c.shared.Version == version {
		return nil
	}
	k, err := c.cfg.Cluster.Code(ctx)
	if err != nil {
		return err
	}
	if err := c.follow(ctx, k); err != nil {
		return err
	}
	if k == nil || k.Version != version {
		return fmt.Errorf("the code of the cluster has been changed meanwhile")
	}
	return nil
}

// Swap brings this node to what was decided: what it has staged, if that is it, or else what is
// written down.
func (c *Controller) Swap(ctx context.Context, version int, turn int64) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	p := c.pending
	c.pending = nil
	if p != nil && p.next.code.Version == version && p.next.code.Turn == turn && c.shared != nil && c.shared.Version == version-1 {
		c.bring(ctx, p.next, p.staged)
		return nil
	}
	return c.refresh(ctx)
}

// Follow brings this node to what the cluster runs, if it runs anything else.
func (c *Controller) Follow(ctx context.Context) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.refresh(ctx)
}

func (c *Controller) refresh(ctx context.Context) error {
	k, err := c.cfg.Cluster.Code(ctx)
	if err != nil {
		return err
	}
	return c.follow(ctx, k)
}

// Settle brings a unit that has come from another node to what it is to run here. One that cannot
// go there starts anew.
func (c *Controller) Settle(ctx context.Context, unit string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	to, only := c.units.course, []string{unit}
	for range attempts {
		o, staged := c.units.prepare(ctx, to, only)
		if o.Verdict == Refuse {
			break
		}
		staged.renumber(to)
		if _, errs := c.units.commit(ctx, to, staged, only, nil, &o); len(errs) == 0 {
			c.units.adopt(staged, to.hashes())
			return
		}
	}
	c.units.settle(to)
}

// Version is that of the Code that this node has, 0 for none. It never waits.
func (c *Controller) Version() int { return c.Status().Version }

// Known is a release that units here run, or may, by its hash; nil where it is none.
func (c *Controller) Known(hash string) *code.Release {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, r := range c.units.course.releases() {
		if r.Hash == hash {
			return r
		}
	}
	return nil
}
