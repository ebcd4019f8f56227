package release

import (
	"context"
	"fmt"
	"slices"
	"time"

	"hotshard/runtime/script/code"
	"hotshard/runtime/script/reload"
)

// PatchStatus is how a patch stands.
type PatchStatus string

// The statuses of a patch.
const (
	PatchOpen    PatchStatus = "open"
	PatchDropped PatchStatus = "dropped"
	PatchMerged  PatchStatus = "merged" // the file on disk now says the same
)

// Patch is an operator's change to one function, laid over the file on disk.
type Patch struct {
	ID       int
	Function string // "m.f", "m:h"
	Path     string
	Base     string // the function's text on disk when the patch was made
	Code     string // the function expression that takes its place
	Text     string // the patched function as the file would have it
	Author   string
	Reason   string
	At       time.Time
	Release  int
	Sticky   bool
	Canary   []string // units; nil: all
	Instance string   // a Lua expression in the one unit of Canary: the object it is for; "" for none
	Status   PatchStatus

	session string // of whoever made it
}

// PatchRequest asks for a patch.
type PatchRequest struct {
	Function, Code, Author, Reason string
	Base                           string // the live text it was written against, "" not to ask
	Sticky                         bool
	Canary                         []string
	Instance                       string // for this object in the one unit of Canary only
	Supersede                      bool   // take the place of an open patch of the function
	Session                        string // tells people of one account apart; "" for one that cannot be
}

// Patch puts a function in place of a live one.
func (c *Controller) Patch(ctx context.Context, r PatchRequest) (Outcome, *Patch) {
	leave, err := c.enter(ctx)
	if err != nil {
		return c.barred(err, r.Author, "patch "+r.Function), nil
	}
	defer leave()
	var o Outcome
	var p *Patch
	if err := c.freeze.refuse(r.Function); err != nil {
		o = refused(err)
	} else if r.Instance != "" {
		o, p = c.patchInstance(ctx, r)
	} else {
		o, p = c.patch(ctx, r)
	}
	return c.tell(o, r.Author, "patch "+r.Function), p
}

// PlanPatch says what a patch would do. Nothing changes.
func (c *Controller) PlanPatch(ctx context.Context, r PatchRequest) (Outcome, []reload.FunctionChange) {
	c.mu.Lock()
	defer c.mu.Unlock()
	m, err := c.patched(r)
	if err != nil {
		return refused(err), nil
	}
	return c.plan(ctx, m.step)
}

// WantedPatch is what runs, canaries aside, and what a patch of all would make of it, with the
// text of the function then. Nothing changes.
func (c *Controller) WantedPatch(r PatchRequest) (from, to *code.Release, text string, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	m, err := c.patched(r)
	if err != nil {
		return nil, nil, "", err
	}
	return c.units.live(), m.to, m.patch.Text, nil
}

// Hash identifies a function's text.
func Hash(text string) string { return code.NewFile("", []byte(text)).Hash }

// FindFunction finds a function's live source by its name.
func (c *Controller) FindFunction(name string) (*code.File, code.Function, error) {
	return c.FindFunctionOn("", name)
}

// FindFunctionOn is FindFunction of one unit, which may run a canary.
func (c *Controller) FindFunctionOn(unit, name string) (*code.File, code.Function, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return FindFunction(c.units.course.of(unit), name)
}

// Patches lists all patches of this run, oldest first.
func (c *Controller) Patches() []Patch {
	c.mu.Lock()
	defer c.mu.Unlock()
	out := make([]Patch, len(c.patches.all))
	for i, p := range c.patches.all {
		out[i] = *p
	}
	return out
}

// Drop takes a patch off again.
func (c *Controller) Drop(ctx context.Context, id int, author string) Outcome {
	note := fmt.Sprintf("drop patch #%d", id)
	leave, err := c.enter(ctx)
	if err != nil {
		return c.barred(err, author, note)
	}
	defer leave()
	i := slices.IndexFunc(c.patches.all, func(p *Patch) bool { return p.ID == id && p.Status == PatchOpen })
	if i < 0 {
		return c.tell(refused(&code.Refusal{Code: code.RLoad, Subject: fmt.Sprintf("#%d", id), Message: "there is no open patch of that number; see patches"}), author, note)
	}
	p := c.patches.all[i]
	if err := c.freeze.refuse(p.Function); err != nil {
		return c.tell(refused(err), author, note)
	}
	if p.Instance != "" {
		return c.tell(c.dropInstance(ctx, p, author), author, note)
	}
	if k := c.canaries.ofPatch(p.ID); k != nil {
		o := c.tell(c.stopCanary(ctx, k, author, note), author, note)
		c.flush(ctx)
		return o
	}
	return c.tell(c.drop(ctx, p, author, note), author, note)
}

// drop takes a patch off all units.
func (c *Controller) drop(ctx context.Context, p *Patch, author, note string) Outcome {
	if err := c.canaries.busy(p.Function, p.Path); err != nil {
		return refused(err)
	}
	open := c.patches.openExcept(p.Function)
	to, err := Overlay(c.disk, open)
	if err != nil {
		return refused(err)
	}
	defer c.units.goBack()()
	o := c.move(ctx, step{to: to, author: author, note: note, ground: ground{c.disk, open, c.canaries}})
	o.Files = []string{p.Path}
	if o.Verdict == Apply {
		c.patches.close(p, PatchDropped)
	}
	return o
}
