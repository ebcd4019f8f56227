package release

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"hotshard/runtime/script/code"
)

// Freeze says who keeps all changes of code out, since when and why.
type Freeze struct {
	By, Why string
	At      time.Time
}

// String is "frozen by amy since 2026-01-02 03:04:05 UTC: why".
func (f *Freeze) String() string {
	return fmt.Sprintf("frozen by %s since %s: %s", f.By, f.At.Format("2006-01-02 15:04:05 MST"), cmp.Or(f.Why, "no reason given"))
}

// CodeFrozen is the code of what is refused while changes are frozen.
const CodeFrozen = "R-FROZEN"

// Refusal is what whoever wants to change code hears.
func (f *Freeze) Refusal(subject string) *code.Refusal {
	return &code.Refusal{Code: CodeFrozen, Subject: subject, Message: f.String() + ". Nothing changes until thaw"}
}

// freezer keeps changes out while there is a Freeze.
type freezer struct {
	current *Freeze             // nil where changes are not frozen
	keep    func(*Freeze) error // writes it down; may be nil
}

func (f *freezer) on() bool { return f.current != nil }

// refuse is the refusal of a change of code while changes are frozen, or nil.
// What goes back by itself, because it fails, does not ask.
func (f *freezer) refuse(subject string) error {
	if f.current == nil {
		return nil
	}
	return f.current.Refusal(subject)
}

// set freezes changes, or with nil thaws them, and writes it down first.
func (f *freezer) set(to *Freeze) error {
	if f.keep != nil {
		if err := f.keep(to); err != nil {
			return fmt.Errorf("the freeze could not be written to the store, and nothing was changed: %w", err)
		}
	}
	f.current = to
	return nil
}

// Frozen says who has frozen changes, nil where they are not. Like Status, it never
// waits.
func (c *Controller) Frozen() *Freeze { return c.Status().Frozen }

// Freeze keeps all changes of code out until Thaw, over a restart too: saved files
// wait, everything else is refused. Only what goes back because it fails goes on.
func (c *Controller) Freeze(ctx context.Context, by, why string) error {
	leave, err := c.enter(ctx)
	if err != nil {
		return err
	}
	defer leave()
	if c.freeze.on() {
		return &code.Refusal{Code: CodeFrozen, Message: "it is " + c.freeze.current.String() + ". thaw first"}
	}
	f := &Freeze{By: by, Why: why, At: c.cfg.Clock.Now()}
	if err := c.freeze.set(f); err != nil {
		return err
	}
	c.show()
	return nil
}

// Thaw lets changes in again and applies the saved files that waited, as one
// release. In production they still wait for Promote, and where a canary runs,
// for its end: then it only says which.
func (c *Controller) Thaw(ctx context.Context, author string) Outcome {
	leave, err := c.enter(ctx)
	if err != nil {
		return c.barred(err, author, "thaw")
	}
	defer leave()
	if !c.freeze.on() {
		return refused(&code.Refusal{Code: code.RStale, Message: "changes are not frozen"})
	}
	if err := c.freeze.set(nil); err != nil {
		return refused(err)
	}
	switch {
	case len(c.intake.queued) == 0:
		return c.tell(Outcome{Verdict: Ignore}, author, "thaw")
	case c.waits():
		return c.tell(Outcome{Verdict: Queue, Files: sortedKeys(c.intake.queued)}, author, "thaw")
	}
	o := c.promote(ctx, 0, author, "thaw")
	if o.Verdict == Refuse {
		c.intake.refuseQueued(o)
	}
	return c.tell(o, author, "thaw")
}
