package release

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"hotshard/runtime/script"
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

	override *script.Override // of an instance
	session  string           // of whoever made it
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
	c.mu.Lock()
	defer c.mu.Unlock()
	var o Outcome
	var p *Patch
	if err := c.refuseFrozen(r.Function); err != nil {
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

// supersede ends the open patches that one takes the place of.
func (c *Controller) supersede(p *Patch) {
	for _, old := range c.patches {
		if old != p && old.Function == p.Function && old.Status == PatchOpen && old.Instance == "" && old.Canary == nil {
			c.closePatch(old, PatchDropped)
		}
	}
}

func unwritten(p *Patch, err error) code.Warning {
	return code.Warning{Code: "W-READ", Subject: p.Function, Detail: "the patch is live but could not be written down: " + err.Error()}
}

// keepPatch writes a patch down and gives a new one its number.
func (c *Controller) keepPatch(p *Patch) error {
	var err error
	if c.cfg.KeepPatch != nil {
		err = c.cfg.KeepPatch(p)
	}
	if p.ID == 0 {
		p.ID = c.lastID + 1
	}
	c.lastID = max(c.lastID, p.ID)
	return err
}

func (c *Controller) closePatch(p *Patch, status PatchStatus) {
	p.Status = status
	_ = c.keepPatch(p) // it is off either way; the store says what it could not write
}

// Hash identifies a function's text.
func Hash(text string) string { return code.NewFile("", []byte(text)).Hash }

// openExcept lists the open patches of all units but one function's.
func (c *Controller) openExcept(function string) []*Patch {
	var out []*Patch
	for _, p := range c.patches {
		if p.Status == PatchOpen && p.Canary == nil && p.Function != function {
			out = append(out, p)
		}
	}
	return out
}

// FindFunction finds the file that declares a function named as operators do.
func FindFunction(r *code.Release, name string) (*code.File, code.Function, error) {
	var last error
	for cut := len(name); cut > 0; cut = strings.LastIndexAny(name[:cut], ".:/") {
		f := r.Files[code.ModulePath(name[:cut])]
		if f == nil {
			continue
		}
		fn, err := f.Function(name)
		if err == nil {
			return f, fn, nil
		}
		last = &code.Refusal{Code: "R-LOAD", Subject: name, File: f.Path, Message: err.Error()}
	}
	if like := alike(r, name); like != "" {
		return nil, code.Function{}, &code.Refusal{Code: "R-LOAD", Subject: name, Message: "there is no function of that name; is it " + like + "?"}
	}
	if last == nil {
		last = &code.Refusal{Code: "R-LOAD", Subject: name, Message: "there is no function of that name; names are m.f for a field of module m and m:h for a local function"}
	}
	return nil, code.Function{}, last
}

// alike names the functions that go by a name in the source, or by one with other
// punctuation: flight:command.stop for command.stop and flight.command.stop.
func alike(r *code.Release, name string) string {
	plain := strings.NewReplacer(":", ".")
	var found []string
	for _, path := range sortedKeys(r.Files) {
		all, _ := r.Files[path].Functions() // one that does not compile declares nothing
		for _, fn := range all {
			if strings.HasSuffix("."+plain.Replace(fn.Name), "."+plain.Replace(name)) {
				found = append(found, fn.Name)
			}
		}
	}
	return strings.Join(found[:min(len(found), 3)], " or ")
}

// FindFunction finds a function's live source by its name.
func (c *Controller) FindFunction(name string) (*code.File, code.Function, error) {
	return c.FindFunctionOn("", name)
}

// FindFunctionOn is FindFunction of one unit, which may run a canary.
func (c *Controller) FindFunctionOn(unit, name string) (*code.File, code.Function, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return FindFunction(c.course.of(unit), name)
}

// Overlay lays patches over the files on disk.
func Overlay(disk *code.Release, patches []*Patch) (*code.Release, error) {
	sources := map[string][]byte{}
	var names []string
	for _, p := range patches {
		names = append(names, p.Function)
		file := disk.Files[p.Path]
		if src, ok := sources[p.Path]; ok {
			file = code.NewFile(p.Path, src)
		}
		if file == nil {
			return nil, &code.Refusal{Code: "R-PATCH-CONFLICT", Subject: p.Function, File: p.Path, Message: "the patched file is gone; drop the patch"}
		}
		src, err := file.Replace(p.Function, p.Code)
		if err != nil {
			return nil, err
		}
		sources[p.Path] = src
		if fn, err := code.NewFile(p.Path, src).Function(p.Function); err == nil {
			p.Text = fn.Text
		}
	}
	to := disk.With(disk.Number, sources)
	to.Patched = names
	return to, nil
}

// carried is what becomes of the open patches when files change on disk.
type carried struct {
	open, merged []*Patch
	warnings     []code.Warning
}

// carryPatches keeps patches whose function is unchanged on disk, closes those
// that the disk has caught up with, and refuses where both changed.
func (c *Controller) carryPatches(disk *code.Release) (carried, error) {
	var out carried
	for _, p := range c.patches {
		if p.Status != PatchOpen || p.Canary != nil {
			continue
		}
		file := disk.Files[p.Path]
		if file == nil {
			return out, &code.Refusal{Code: "R-PATCH-CONFLICT", Subject: p.Function, File: p.Path, Message: "is patched and its file is gone; drop the patch first"}
		}
		fn, err := file.Function(p.Function)
		switch {
		case err == nil && fn.Text == p.Text:
			out.merged = append(out.merged, p)
		case err == nil && fn.Text == p.Base:
			out.open = append(out.open, p)
			if old := c.disk.Files[p.Path]; old == nil || old.Hash != file.Hash {
				out.warnings = append(out.warnings, code.Warning{Code: "W-PATCHED", Subject: p.Function,
					Detail: fmt.Sprintf("patch #%d by %s stays on top, age %s", p.ID, p.Author, c.cfg.Now().Sub(p.At).Round(time.Second))})
			}
		default:
			if _, syntax := file.Functions(); syntax != nil {
				return out, syntax
			}
			r := &code.Refusal{Code: "R-PATCH-CONFLICT", Subject: p.Function, File: p.Path, Line: fn.Line,
				Message: fmt.Sprintf("changed on disk and is patched (#%d by %s); drop the patch, or save it to the file, and save again", p.ID, p.Author)}
			r.Trace = threeWay(p, fn.Text)
			return out, r
		}
	}
	return out, nil
}

// threeWay shows what the patch was made on, what it says and what the disk says.
func threeWay(p *Patch, disk string) string {
	return "--- base\n" + p.Base + "\n--- patch\n" + p.Text + "\n--- disk\n" + disk
}

func (c *Controller) closeMerged(k carried) {
	for _, p := range k.merged {
		c.closePatch(p, PatchMerged)
	}
}

// Restore sorts patches that were open when the shard stopped: those that are
// sticky and whose function is unchanged on disk are in force again, the others
// are left out. Text and Path are filled in.
func Restore(disk *code.Release, open []*Patch) (kept, left []*Patch) {
	for _, p := range open {
		file, fn, err := FindFunction(disk, p.Function)
		if err == nil && p.Sticky && len(p.Canary) == 0 && Hash(fn.Text) == p.Base {
			p.Path, p.Base, p.Canary = file.Path, fn.Text, nil
			if _, err := Overlay(disk, append(slices.Clone(kept), p)); err == nil {
				kept = append(kept, p)
				continue
			}
		}
		left = append(left, p)
	}
	return kept, left
}

// Patches lists all patches of this run, oldest first.
func (c *Controller) Patches() []Patch {
	c.mu.Lock()
	defer c.mu.Unlock()
	out := make([]Patch, len(c.patches))
	for i, p := range c.patches {
		out[i] = *p
	}
	return out
}

// Drop takes a patch off again.
func (c *Controller) Drop(ctx context.Context, id int, author string) Outcome {
	c.mu.Lock()
	defer c.mu.Unlock()
	note := fmt.Sprintf("drop patch #%d", id)
	i := slices.IndexFunc(c.patches, func(p *Patch) bool { return p.ID == id && p.Status == PatchOpen })
	if i < 0 {
		return c.tell(refused(&code.Refusal{Code: "R-LOAD", Subject: fmt.Sprintf("#%d", id), Message: "there is no open patch of that number; see patches"}), author, note)
	}
	p := c.patches[i]
	if err := c.refuseFrozen(p.Function); err != nil {
		return c.tell(refused(err), author, note)
	}
	if p.Instance != "" {
		return c.tell(c.dropInstance(ctx, p, author), author, note)
	}
	for _, k := range c.canaries {
		if k.patch == p {
			o := c.tell(c.stopCanary(ctx, k, author, note), author, note)
			c.flush(ctx)
			return o
		}
	}
	return c.tell(c.drop(ctx, p, author, note), author, note)
}

// drop takes a patch off all units.
func (c *Controller) drop(ctx context.Context, p *Patch, author, note string) Outcome {
	if err := c.busy(p.Function, p.Path); err != nil {
		return refused(err)
	}
	open := c.openExcept(p.Function)
	to, err := Overlay(c.disk, open)
	if err != nil {
		return refused(err)
	}
	defer c.goBack()()
	o := c.move(ctx, step{to: to, author: author, note: note, ground: ground{c.disk, open, c.canaries}})
	o.Files = []string{p.Path}
	if o.Verdict == Apply {
		c.closePatch(p, PatchDropped)
	}
	return o
}
