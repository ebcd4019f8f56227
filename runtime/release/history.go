package release

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"hotshard/runtime/script/code"
)

// Record is one release that was live.
type Record struct {
	Release *code.Release
	Author  string
	Note    string
	At      time.Time
	Status  string // "live", "superseded", "rolled back"
	Outcome Outcome
}

// maxHistory is how many releases stay at hand in memory, and maxRecalled how
// many older ones that were read back; the journal keeps more.
const (
	maxHistory  = 20
	maxRecalled = 8
)

// remember adds the release that is live now to the history.
func (c *Controller) remember(to *code.Release, o Outcome) {
	if n := len(c.history); n > 0 {
		c.shed(c.history[n-1].Release, to)
	}
	for i := range c.history {
		if c.history[i].Status == statusLive {
			c.history[i].Status = statusSuperseded
		}
	}
	c.history = append(c.history, Record{Release: to, Author: o.Author, Note: o.Note, At: o.At, Status: statusLive, Outcome: o})
	if len(c.history) > maxHistory {
		c.history = slices.Delete(c.history, 0, len(c.history)-maxHistory)
	}
}

// History lists the releases that were live, oldest first.
func (c *Controller) History() []Record {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.history)
}

// Rollback goes back to a release of the history: 0 undoes the latest change, which
// is a canary or the current release; the number of a canary ends that one. For an
// earlier release all canaries end first. Open patches are dropped: what they were
// laid over is gone.
func (c *Controller) Rollback(ctx context.Context, number int, author, note string) Outcome {
	c.mu.Lock()
	defer c.mu.Unlock()
	k, target, err := c.goesBackTo(number)
	if err == nil {
		err = c.refuseFrozen("")
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
	switch late := c.lateCanaries(); {
	case number == 0 && len(late) == 1:
		return late[0], nil, nil
	case number == 0 && len(late) > 1:
		return nil, nil, c.whichOne()
	case number != 0:
		if k, err := c.canaryOf(number); err == nil {
			return k, nil, nil
		}
	}
	target := c.earlier(number)
	if target == nil && number == 0 {
		return nil, nil, &code.Refusal{Code: "R-STALE", Message: "there is no earlier release to go back to; see release list"}
	}
	if target == nil {
		return nil, nil, &code.Refusal{Code: "R-STALE", Message: fmt.Sprintf("there is no earlier release %d at hand; see release list", number)}
	}
	return nil, target, nil
}

// lateCanaries are those that began after the current release.
func (c *Controller) lateCanaries() []*canary {
	var out []*canary
	for _, k := range c.canaries {
		if k.number > c.live.Number {
			out = append(out, k)
		}
	}
	return out
}

func (c *Controller) rollback(ctx context.Context, target *code.Release, author, note string) Outcome {
	defer c.goBack()()
	bad := c.live
	o := c.move(ctx, step{to: target, author: author, note: note, ground: ground{disk: target, canaries: c.canaries}})
	o.Files = bad.Changed(target)
	if o.Verdict != Apply {
		return o
	}
	c.markBad(bad.Number, note)
	c.watch.undone(target.Number, c.cfg.Now())
	c.disk = target.Numbered(o.Release)
	for _, p := range c.patches {
		if p.Status == PatchOpen && p.Instance == "" {
			c.closePatch(p, PatchDropped)
		}
	}
	return o
}

// markBad notes that a release was rolled back.
func (c *Controller) markBad(number int, note string) {
	for i := range c.history {
		if c.history[i].Release.Number == number {
			c.history[i].Status = statusRolledBack
		}
	}
	_ = c.cfg.Journal.Finish(number, statusRolledBack, note) // a label of what is gone already
}

// earlier finds the release that a rollback goes to. The one before is the latest
// that differs from what runs and was not itself rolled back: going back twice
// must not bring back what was bad.
func (c *Controller) earlier(number int) *code.Release {
	for i := len(c.history) - 1; i >= 0; i-- {
		h := c.history[i]
		if number != 0 && h.Release.Number == number || number == 0 && h.Release.Hash != c.live.Hash && h.Status != statusRolledBack {
			return h.Release
		}
	}
	for _, r := range c.recalled {
		if number != 0 && r.Number == number {
			return r
		}
	}
	return nil
}

// Find is a release by its number, nil where it is not at hand.
func (c *Controller) Find(number int) *code.Release {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, k := range c.canaries {
		if k.number == number {
			return k.to
		}
	}
	if number == 0 {
		return nil
	}
	return c.earlier(number)
}

// Remember puts an older release, read back from the journal, at hand for a
// rollback.
func (c *Controller) Remember(r *code.Release) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.recalled = append(c.recalled, r)
	if len(c.recalled) > maxRecalled {
		c.recalled = slices.Delete(c.recalled, 0, 1)
	}
}

// Origin is the release that brought a function its live code, as far back as the
// history goes.
func (c *Controller) Origin(function string) (Record, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	_, live, err := FindFunction(c.live, function)
	if err != nil {
		return Record{}, false
	}
	var origin Record
	for i := len(c.history) - 1; i >= 0; i-- {
		if _, fn, err := FindFunction(c.history[i].Release, function); err != nil || fn.Text != live.Text {
			break
		}
		origin = c.history[i]
	}
	return origin, origin.Release != nil
}

// shed leaves of the files that a release replaces only the sources in the history:
// what they were compiled to goes with the last State that runs it.
func (c *Controller) shed(old, now *code.Release) {
	bare := map[*code.File]*code.File{}
	for path, f := range old.Files {
		if now.Files[path] != f {
			bare[f] = code.NewFile(path, f.Source)
		}
	}
	for i := range c.history {
		r := c.history[i].Release
		if !slices.ContainsFunc(slices.Collect(maps.Values(r.Files)), func(f *code.File) bool { return bare[f] != nil }) {
			continue
		}
		files := maps.Clone(r.Files) // others may be reading the release
		for path, f := range files {
			if b := bare[f]; b != nil {
				files[path] = b
			}
		}
		c.history[i].Release = &code.Release{Number: r.Number, Hash: r.Hash, Files: files}
	}
}
