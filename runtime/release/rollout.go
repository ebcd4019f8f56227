package release

import (
	"context"
	"fmt"
	"math"
	"sync"
	"time"

	"hotshard/runtime/script"
)

// Rollout says how a canary goes on to all by itself.
type Rollout struct {
	Shares []float64     // of the running units, between the first unit and all; nil: a tenth
	Hold   time.Duration // without an error of it before each step; 0: the error budget's window
}

type rollout struct {
	Rollout
	author string
	taken  int // steps
}

// rollOut lets the canary of saved files, which has begun or become wider, go on to
// growing shares of all, then to all. It is held between the steps for as long as its
// functions fail, taken back as a whole when they spend the error budget, and ended by
// Rollback. Watch takes the steps.
func (c *Controller) rollOut(o *Outcome, r Rollout, author string) {
	if o.Verdict != Apply {
		return
	}
	if r.Shares == nil {
		r.Shares = []float64{0.1}
	}
	if r.Hold == 0 {
		r.Hold = c.watch.budget.Window
	}
	c.canaries.ofFiles().rollout = &rollout{Rollout: r, author: author}
	o.Note = fmt.Sprintf("roll-out, step 1 of %d", len(r.Shares)+2)
}

// advance takes the next step of a roll-out, if it is due.
func (c *Controller) advance(ctx context.Context) (Outcome, bool) {
	k := c.canaries.ofFiles()
	if k == nil || k.rollout == nil || c.freeze.on() || !c.watch.quiet(k.number, k.rollout.Hold, c.cfg.Clock.Now()) {
		return Outcome{}, false
	}
	r := k.rollout
	var o Outcome
	if r.taken == len(r.Shares) {
		o = c.promote(ctx, k.number, r.author, "promote")
	} else {
		o = c.widen(ctx, k.number, c.share(ctx, k, r.Shares[r.taken]), r.author)
	}
	if r.taken++; o.Verdict == Apply {
		o.Note = fmt.Sprintf("roll-out, step %d of %d", r.taken+1, len(r.Shares)+2)
	} else { // a unit says no: an operator has to look
		k.rollout = nil
		o.Message += "; the roll-out is held"
	}
	o = c.tell(o, r.author, "roll-out")
	c.flush(ctx)
	return o, true
}

// share lists so many units, beginning with those that run the canary, that they
// are a share of all.
func (c *Controller) share(ctx context.Context, k *canary, share float64) []string {
	var mu sync.Mutex
	all := map[string]bool{}
	c.units.ask(ctx, nil, func(unit string, _ *script.State) error {
		mu.Lock()
		defer mu.Unlock()
		all[unit] = true
		return nil
	})
	out := k.units
	want := int(math.Ceil(share * float64(len(all))))
	for _, u := range out {
		delete(all, u)
	}
	out = out[:len(out):len(out)]
	for _, u := range sortedKeys(all) {
		if len(out) >= want {
			break
		}
		out = append(out, u)
	}
	return out
}
