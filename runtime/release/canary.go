package release

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"hotshard/runtime/script/code"
)

// canary is a change that only some units run.
type canary struct {
	number  int
	to      *code.Release     // it alone, over what the others ran when it began
	files   map[string][]byte // saved ones that it tries; nil: a patch
	merged  []*Patch          // open patches that the files have caught up with
	patch   *Patch
	units   []string
	rollout *rollout // that widens it by itself, or nil
}

// String is "release 7 (patch #3 of m.f) on A, B".
func (k *canary) String() string {
	what := "saved files"
	if k.patch != nil {
		what = fmt.Sprintf("patch #%d of %s", k.patch.ID, k.patch.Function)
	}
	return fmt.Sprintf("release %d (%s) on %s", k.number, what, strings.Join(k.units, ", "))
}

// paths are the files that the canary tries others of.
func (k *canary) paths() []string {
	if k.patch != nil {
		return []string{k.patch.Path}
	}
	return sortedKeys(k.files)
}

// The commands of operators that advice names.
const (
	promoteFiles = "release promote %d"
	promotePatch = "promote %d"
	endFiles     = "release rollback %d"
	endPatch     = "drop %d"
)

// promoteWith and endWith are the commands for a canary.
func (k *canary) promoteWith() string {
	if k.patch != nil {
		return fmt.Sprintf(promotePatch, k.patch.ID)
	}
	return fmt.Sprintf(promoteFiles, k.number)
}

func (k *canary) endWith() string {
	if k.patch != nil {
		return fmt.Sprintf(endPatch, k.patch.ID)
	}
	return fmt.Sprintf(endFiles, k.number)
}

// filesCanary is the canary of saved files, nil for none.
func (c *Controller) filesCanary() *canary {
	for _, k := range c.canaries {
		if k.files != nil {
			return k
		}
	}
	return nil
}

// canaryOf finds the canary that a number means; 0 is the only one.
func (c *Controller) canaryOf(number int) (*canary, error) {
	if number == 0 && len(c.canaries) == 1 {
		return c.canaries[0], nil
	}
	for _, k := range c.canaries {
		if k.number == number {
			return k, nil
		}
	}
	if number == 0 && len(c.canaries) > 1 {
		return nil, c.whichOne()
	}
	if number == 0 {
		return nil, &code.Refusal{Code: "R-STALE", Message: "no canary is running"}
	}
	return nil, &code.Refusal{Code: "R-STALE", Message: fmt.Sprintf("release %d is no canary; canaries lists those that run", number)}
}

// whichOne asks back where several canaries run.
func (c *Controller) whichOne() *code.Refusal {
	lines := make([]string, len(c.canaries))
	for i, k := range c.canaries {
		lines[i] = fmt.Sprintf("%v: %s, or %s", k, k.promoteWith(), k.endWith())
	}
	return &code.Refusal{Code: "R-STALE", Message: fmt.Sprintf("%d canaries are running; say which. %s", len(c.canaries), strings.Join(lines, "; "))}
}

// busy is the refusal of what cannot be done while a canary tries a file, or nil;
// "" is any file.
func (c *Controller) busy(subject, path string) error {
	for _, k := range c.canaries {
		_, touches := k.files[path]
		if touches || path == "" {
			return &code.Refusal{Code: "R-STALE", Subject: subject, Message: fmt.Sprintf("%v is a canary on %v; first %s, or %s", "release "+fmt.Sprint(k.number), k.units, k.promoteWith(), k.endWith())}
		}
	}
	return nil
}

// candidate is the release that the queued files would make.
func (c *Controller) candidate() (to, disk *code.Release, k carried, err error) {
	if len(c.queued) == 0 {
		return nil, nil, k, &code.Refusal{Code: "R-STALE", Message: "no saved file waits; save one first"}
	}
	disk = c.disk.With(c.disk.Number, c.queued)
	if k, err = c.carryPatches(disk); err != nil {
		return nil, nil, k, err
	}
	to, err = Overlay(disk, k.open)
	return to, disk, k, err
}

// Candidate is the release that promoting the queued files would make.
func (c *Controller) Candidate() (*code.Release, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	to, _, _, err := c.candidate()
	return to, err
}

// Canary runs the queued files on the named units only.
func (c *Controller) Canary(ctx context.Context, units []string, author string) Outcome {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.tell(c.startCanary(ctx, units, author), author, "canary")
}

func (c *Controller) startCanary(ctx context.Context, units []string, author string) Outcome {
	if err := c.refuseFrozen(""); err != nil {
		return refused(err)
	}
	k, warnings, err := c.newFilesCanary(units)
	if err != nil {
		return refused(err)
	}
	o := c.begin(ctx, k, author, "canary")
	o.warn(warnings...)
	return o
}

// newFilesCanary is a canary of the queued files that has not begun.
func (c *Controller) newFilesCanary(units []string) (*canary, []code.Warning, error) {
	if k := c.filesCanary(); k != nil {
		return nil, nil, c.busy("", sortedKeys(k.files)[0])
	}
	if len(units) == 0 {
		return nil, nil, &code.Refusal{Code: "R-STALE", Message: "a canary needs a system to run on"}
	}
	to, _, carried, err := c.candidate()
	if err != nil {
		return nil, nil, err
	}
	files := map[string][]byte{}
	for path, src := range c.queued {
		files[path] = src
	}
	return &canary{to: to, files: files, merged: carried.merged, units: units}, carried.warnings, nil
}

// begin brings a canary to its units.
func (c *Controller) begin(ctx context.Context, k *canary, author, note string) Outcome {
	o := c.move(ctx, step{to: k.to, author: author, note: note, units: k.units, ground: c.ground().with(k)})
	o.Files, o.Canary = c.live.Changed(k.to), k.units
	if o.Verdict == Apply {
		k.number, k.to = o.Release, k.to.Numbered(o.Release)
		c.canaries = append(c.canaries, k)
	}
	return o
}

// Widen runs a canary on more units, besides those that run it; 0 is the one of
// saved files, or the only one.
func (c *Controller) Widen(ctx context.Context, number int, units []string, author string) Outcome {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.tell(c.widen(ctx, number, units, author), author, "canary widened")
}

func (c *Controller) widen(ctx context.Context, number int, units []string, author string) Outcome {
	if err := c.refuseFrozen(""); err != nil {
		return refused(err)
	}
	k := c.filesCanary()
	if number != 0 || k == nil {
		var err error
		if k, err = c.canaryOf(number); err != nil {
			return refused(err)
		}
	}
	more := slices.DeleteFunc(slices.Clone(units), func(u string) bool { return slices.Contains(k.units, u) })
	o := Outcome{Verdict: Apply, At: c.cfg.Now()}
	if len(more) > 0 {
		wider := *k
		wider.units = slices.Sorted(slices.Values(append(slices.Clone(k.units), more...)))
		if o = c.shift(ctx, c.ground().without(k).with(&wider), more); o.Verdict != Apply {
			return o
		}
		k.units = wider.units
		c.watch.widen(k.number, k.units, c.cfg.Now())
		if k.patch != nil {
			k.patch.Canary = k.units
			_ = c.keepPatch(k.patch) // it says less than is true until it is promoted
		}
	}
	o.Release, o.Author, o.Note, o.Canary = k.number, author, "canary widened", k.units
	o.Files = k.paths()
	return o
}

// shift brings units to what the ground says, without a new release: a canary has
// become wider, or is gone.
func (c *Controller) shift(ctx context.Context, g ground, units []string) Outcome {
	to, err := g.course(c.live, c.course.releases()...)
	if err != nil {
		return refused(err)
	}
	o, staged := c.prepare(ctx, to, units)
	if o.Verdict != Apply {
		return o
	}
	o.At = c.cfg.Now()
	staged.renumber(to)
	o.Changes = staged.changes()
	reports, errs := c.commit(ctx, to, staged, units, nil, &o)
	if len(errs) > 0 && !c.goingBack {
		before := c.course
		c.back(ctx, before, staged, sortedKeys(reports))
		c.settle(before) // whoever could not go back starts anew
		unit, err := firstError(errs)
		return refusedIn(unit, err)
	}
	c.settle(to) // going back, whoever could not starts anew
	c.adopt(staged, to.hashes())
	return o
}

// CanaryUnits lists the units that run a canary, and the number of the one of saved
// files, or else of the latest; nil for none.
func (c *Controller) CanaryUnits() ([]string, int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.canaries) == 0 {
		return nil, 0
	}
	number := c.canaries[len(c.canaries)-1].number
	if k := c.filesCanary(); k != nil {
		number = k.number
	}
	return sortedKeys(c.course.own), number
}

// IsCanary says whether a release is a canary that runs.
func (c *Controller) IsCanary(number int) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.ContainsFunc(c.canaries, func(k *canary) bool { return k.number == number })
}

// FilesCanary is the number of the canary of saved files, 0 for none.
func (c *Controller) FilesCanary() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	if k := c.filesCanary(); k != nil {
		return k.number
	}
	return 0
}

// StopCanary takes a canary's units back to what all others run; 0 is the only one.
func (c *Controller) StopCanary(ctx context.Context, number int, author, note string) Outcome {
	c.mu.Lock()
	defer c.mu.Unlock()
	k, err := c.canaryOf(number)
	if err == nil {
		err = c.refuseFrozen("")
	}
	if err != nil {
		return c.tell(refused(err), author, note)
	}
	o := c.tell(c.stopCanary(ctx, k, author, note), author, note)
	c.flush(ctx)
	return o
}

func (c *Controller) stopCanary(ctx context.Context, k *canary, author, note string) Outcome {
	defer c.goBack()()
	started := c.cfg.Now()
	rest := c.ground().without(k)
	before := c.course.of(k.units[0])
	o := c.shift(ctx, rest, k.units)
	if o.Verdict != Apply {
		return o
	}
	c.canaries = rest.canaries
	c.watch.stop(k.number)
	if k.patch != nil {
		c.closePatch(k.patch, PatchDropped)
	}
	if !c.cfg.Production && c.frozen == nil { // what was just stopped must not come in by itself
		for path, src := range c.queued {
			if tried, ok := k.files[path]; ok && contentHash(path, tried) == contentHash(path, src) {
				c.refusal[path] = contentHash(path, src)
				delete(c.queued, path)
			}
		}
	}
	o.Release, o.Author, o.Note, o.Canary = c.live.Number, author, note, k.units
	o.Files, o.At = before.Changed(c.course.of(k.units[0])), started
	o.Message = fmt.Sprintf("%v has ended", k)
	o.Took = c.cfg.Now().Sub(started)
	_ = c.cfg.Journal.Finish(k.number, statusRolledBack, note) // a label of what is gone already
	return o
}
