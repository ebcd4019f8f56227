package release

import (
	"context"
	"fmt"

	"hotshard/runtime/script/code"
	"hotshard/runtime/script/reload"
)

// Wish is what an operator wants to run where.
type Wish struct {
	Release int      // a canary, or an earlier release; 0: what was saved
	Units   []string // on these only; none: on all
	// Rollout takes it on by itself from the units to all; nil leaves it there.
	Rollout *Rollout
	// Tried wants a canary that runs: not what its number comes to when it has ended
	// meanwhile.
	Tried bool
}

// way is what a wish comes to.
type way uint8

const (
	wayPromote way = iota // a canary, or what waits, to all
	wayBack               // to an earlier release
	wayCanary             // what waits, on some units
	wayWiden              // the canary of saved files, on more units
)

// way finds out what a wish comes to, as things stand.
func (c *Controller) way(w Wish) (way, error) {
	files := c.canaries.ofFiles()
	_, err := c.canaries.of(w.Release)
	running := w.Release != 0 && err == nil
	some := len(w.Units) > 0 || w.Rollout != nil
	switch {
	case w.Tried && !running:
		return 0, stale("release %d is no canary any more; canaries --all says what became of it", w.Release)
	case some && w.Release != 0 && (files == nil || files.number != w.Release):
		return 0, stale("release %d is not what waits in the queue: release promote --canary tries what was saved last, release rollback %d goes to that one", w.Release, w.Release)
	case some && files != nil:
		return wayWiden, nil
	case some:
		return wayCanary, nil
	case w.Release != 0 && !running:
		return wayBack, nil
	}
	return wayPromote, nil
}

// Wanted is what runs, canaries aside, and what granting a wish would bring. Both are
// nil for one that goes back to an earlier release.
func (c *Controller) Wanted(w Wish) (from, to *code.Release, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	way, err := c.way(w)
	switch {
	case err != nil || way == wayBack:
		return nil, nil, err
	case way == wayCanary:
		to, _, _, err = c.candidate()
		return c.units.live(), to, err
	}
	p, err := c.promotes(w.Release)
	return c.units.live(), p.to, err
}

// Grant does what an operator wishes. What that comes to is found out in the same
// breath, so that a canary that ends or begins meanwhile makes no other thing of it.
func (c *Controller) Grant(ctx context.Context, w Wish, author string) Outcome {
	leave, err := c.enter(ctx)
	if err != nil {
		return c.barred(err, author, "promote")
	}
	defer leave()
	way, err := c.way(w)
	switch {
	case err != nil:
		return c.tell(refused(err), author, "promote")
	case way == wayBack:
		return c.goBack(ctx, w.Release, author, "rollback")
	case way == wayPromote:
		o := c.tell(c.promote(ctx, w.Release, author, "promote"), author, "promote")
		c.flush(ctx)
		return o
	}
	o, note := Outcome{}, "canary"
	if way == wayWiden {
		note = "canary widened"
		o = c.widen(ctx, w.Release, w.Units, author)
	} else {
		o = c.startCanary(ctx, w.Units, author)
	}
	if w.Rollout != nil {
		note = "roll-out"
		c.rollOut(&o, *w.Rollout, author)
	}
	return c.tell(o, author, note)
}

// PlanWish says what Grant of the same wish would do.
func (c *Controller) PlanWish(ctx context.Context, w Wish) (Outcome, []reload.FunctionChange) {
	c.mu.Lock()
	defer c.mu.Unlock()
	way, err := c.way(w)
	switch {
	case err != nil:
		return refused(err), nil
	case way == wayBack:
		return c.planRollback(ctx, w.Release)
	case way == wayPromote:
		return c.planPromote(ctx, w.Release)
	}
	return c.planCanary(ctx, w.Units)
}

// stale is the refusal of what does not fit how things stand.
func stale(format string, args ...any) error {
	return &code.Refusal{Code: code.RStale, Message: fmt.Sprintf(format, args...)}
}
