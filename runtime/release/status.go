package release

import (
	"cmp"
	"sync/atomic"

	"hotshard/runtime/script/code"
)

// Status counts what an operator watches.
type Status struct {
	Release int
	Hash    string // of what runs, the same on every shard that runs the same
	Canary  int    // the release of the latest, 0 for none
	// Canaries are those that run: by its release the number of the patch that each
	// tries, 0 for saved files.
	Canaries map[int]int
	Units    []string // of all canaries
	Patches  int      // open ones
	Queued   int
	Frozen   *Freeze // nil where changes are not frozen
	Version  int     // of the Code of a cluster; 0 for one process
}

// Status is how things stood after the last change. It never waits: while a
// release is staged or committed, operators can still look.
func (c *Controller) Status() Status { return *c.board.shown.Load() }

// board is where what happened is told, and how things stand is shown.
type board struct {
	tell  func(Outcome) // may be nil
	last  Outcome
	shown atomic.Pointer[Status] // as of the last change: whoever only looks waits for no staging
}

// post tells of an outcome.
func (b *board) post(o Outcome) {
	b.last = o
	if b.tell != nil {
		b.tell(o)
	}
}

// show takes the figures for Status.
func (c *Controller) show() {
	live := c.units.live()
	s := Status{Release: live.Number, Hash: live.Hash, Units: sortedKeys(c.units.course.own),
		Patches: c.patches.count(), Queued: len(c.intake.queued), Frozen: c.freeze.current, Canaries: map[int]int{}}
	if c.shared != nil {
		s.Version = c.shared.Version
	}
	for _, k := range c.canaries {
		s.Canary, s.Canaries[k.number] = k.number, 0
		if k.patch != nil {
			s.Canaries[k.number] = k.patch.ID
		}
	}
	c.board.shown.Store(&s)
}

// tell says what came of a step, who asked for it, and what that was.
func (c *Controller) tell(o Outcome, author, note string) Outcome {
	o.Author, o.Note = cmp.Or(o.Author, author), cmp.Or(o.Note, note)
	if o.Release == 0 {
		o.Release = c.units.live().Number
	}
	if o.At.IsZero() {
		o.At = c.cfg.Clock.Now()
	}
	o.Broken = c.intake.broken()
	c.show()
	c.board.post(o)
	return o
}

// Live is the release that runs, canaries aside.
func (c *Controller) Live() *code.Release {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.units.live()
}

// Queued lists the files that wait, sorted.
func (c *Controller) Queued() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return sortedKeys(c.intake.queued)
}

// Last is the latest outcome.
func (c *Controller) Last() Outcome {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.board.last
}
