package release

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"hotshard/runtime/script"
)

// Fleet reaches the live States of a shard.
type Fleet interface {
	// Each runs f with every live State (or those of the named units) on its
	// owner's goroutine between two ticks, while no Lua of it runs, and returns
	// when all have run or ctx has ended. It returns f's errors by unit.
	Each(ctx context.Context, units []string, f func(unit string, st *script.State) error) map[string]error
	// SetRelease says what States that start from now on run.
	SetRelease(r *script.Release)
}

// Journal keeps releases where a crash cannot take them. Begin is called before
// the first State changes and gives the release its number; Finish after the last.
type Journal interface {
	Begin(r *script.Release, author, note string) (int, error)
	Finish(number int, status, note string) error
}

// Config says what a Controller works on.
type Config struct {
	Release *script.Release // that runs at the start
	// Options of the States of a program ("main", "services.market"); nil for one
	// that is not known.
	Options    func(program string) *script.Options
	Fleet      Fleet
	Journal    Journal
	Now        func() time.Time
	Production bool // saved files wait for promote
	Budget     ErrorBudget
	// Patches are open ones that were made before a restart and still fit: they
	// are laid over Release from the start.
	Patches []*Patch
	// KeepPatch writes a patch down whenever it is made or changes; it gives a new
	// one (ID 0) its number.
	KeepPatch func(*Patch) error
	Tell      func(Outcome) // everything that happened, in order; called with the lock held: must not call back
}

// Controller is the one place that changes which code runs.
type Controller struct {
	cfg Config

	mu      sync.Mutex
	disk    *script.Release // what was accepted from disk, without patches
	live    *script.Release // what runs: disk with the open patches
	stagers map[string]*script.Stager
	refusal map[string]string // path to the hash that was refused last
	waiting map[string][]byte // refused and still so on disk
	queued  map[string][]byte
	frozen  bool
	canary  *canary
	patches []*Patch
	lastID  int
	history []Record
	watch   watchdog
	last    Outcome
}

// Record is one release that was live.
type Record struct {
	Release *script.Release
	Author  string
	Note    string
	At      time.Time
	Status  string // "live", "superseded", "rolled back", "canary"
	Outcome Outcome
}

// canary is a candidate that only some units run.
type canary struct {
	to, disk *script.Release
	units    []string
	patches  []*Patch
}

// New makes a Controller over States that run cfg.Release.
func New(cfg Config) *Controller {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Journal == nil {
		cfg.Journal = &memoryJournal{n: cfg.Release.Number}
	}
	c := &Controller{cfg: cfg, disk: cfg.Release, live: cfg.Release, stagers: map[string]*script.Stager{},
		refusal: map[string]string{}, waiting: map[string][]byte{}, queued: map[string][]byte{}}
	c.watch.budget = cfg.Budget.orDefault()
	if len(cfg.Patches) > 0 {
		if live, err := overlay(cfg.Release, cfg.Patches); err == nil {
			c.live, c.patches = live, cfg.Patches
			for _, p := range cfg.Patches {
				c.lastID = max(c.lastID, p.ID)
			}
		}
	}
	c.history = []Record{{Release: c.live, At: cfg.Now(), Status: "live", Note: "start"}}
	return c
}

type memoryJournal struct{ n int }

func (j *memoryJournal) Begin(*script.Release, string, string) (int, error) { j.n++; return j.n, nil }
func (j *memoryJournal) Finish(int, string, string) error                   { return nil }

// Batch is a set of files that were saved together.
type Batch struct {
	Changed map[string][]byte
	Holds   []HoldReason
	Rescan  bool
	First   time.Time // when the first change was noticed
}

// HoldReason is a file whose state on disk is not applied: W-EMPTY, W-FILE-GONE, W-READ.
type HoldReason struct{ Code, Path, Detail string }

// Live is the release that runs, canaries aside.
func (c *Controller) Live() *script.Release {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.live
}

// Saved takes a batch of saved files. In development it is applied; in
// production, and while frozen, it waits for Promote.
func (c *Controller) Saved(ctx context.Context, b Batch, author string) []Outcome {
	c.mu.Lock()
	defer c.mu.Unlock()
	var out []Outcome
	changed := c.differing(b.Changed)
	switch {
	case len(changed) == 0 && len(b.Holds) == 0:
		out = append(out, c.tell(Outcome{Verdict: Ignore}))
	case len(changed) > 0 && (c.cfg.Production || c.frozen):
		maps.Copy(c.queued, changed)
		out = append(out, c.tell(Outcome{Verdict: Queue, Files: sortedKeys(c.queued)}))
	case len(changed) > 0:
		out = append(out, c.tell(c.applyDisk(ctx, changed, author, "saved", b)))
	}
	for _, h := range b.Holds {
		out = append(out, c.tell(Outcome{Verdict: Hold, Code: h.Code, Subject: h.Path, Files: []string{h.Path}, Message: "held " + h.Code + ": " + h.Path + " " + h.Detail}))
	}
	return out
}

// differing leaves out what runs already, and what was refused with this content.
func (c *Controller) differing(changed map[string][]byte) map[string][]byte {
	out := map[string][]byte{}
	for path, src := range changed {
		hash := script.NewFile(path, src).Hash
		if old := c.disk.Files[path]; old != nil && old.Hash == hash {
			delete(c.refusal, path)
			delete(c.waiting, path)
			delete(c.queued, path)
			continue
		}
		if c.refusal[path] != hash {
			out[path] = src
		}
	}
	return out
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// applyDisk moves the accepted disk state forward.
func (c *Controller) applyDisk(ctx context.Context, changed map[string][]byte, author, note string, b Batch) Outcome {
	if c.canary != nil {
		return Outcome{Verdict: Refuse, Code: "R-STALE", Message: "a canary is running on " + fmt.Sprint(c.canary.units) + "; promote or stop it first"}
	}
	if len(c.waiting) > 0 { // what was refused before may be mended by this
		both := maps.Clone(c.waiting)
		maps.Copy(both, changed)
		if o := c.tryDisk(ctx, both, author, note, b); o.Verdict == Apply {
			return o
		}
	}
	return c.tryDisk(ctx, changed, author, note, b)
}

func (c *Controller) tryDisk(ctx context.Context, changed map[string][]byte, author, note string, b Batch) Outcome {
	disk := c.disk.With(c.disk.Number, changed)
	carried, err := c.carryPatches(disk)
	if err != nil {
		return c.noteRefusal(refused(err), changed)
	}
	to, err := overlay(disk, carried.open)
	if err != nil {
		return c.noteRefusal(refused(err), changed)
	}
	o := c.move(ctx, to, author, note, nil)
	o.Files = sortedKeys(changed)
	if !b.First.IsZero() {
		o.Took = c.cfg.Now().Sub(b.First)
	}
	if o.Verdict != Apply {
		return c.noteRefusal(o, changed)
	}
	o.Warnings = append(o.Warnings, carried.warnings...)
	if b.Rescan {
		o.Warnings = append(o.Warnings, script.Warning{Code: "W-RESCAN", Subject: ".", Detail: "events were lost; the whole tree was read again"})
	}
	c.disk = disk.Numbered(o.Release)
	c.closeMerged(carried)
	for path := range changed {
		delete(c.refusal, path)
		delete(c.waiting, path)
	}
	return o
}

// move brings all units (or the named ones) from what they run to the release.
func (c *Controller) move(ctx context.Context, to *script.Release, author, note string, units []string) Outcome {
	started := c.cfg.Now()
	from := c.live
	o, staged := c.prepare(ctx, from, to, units)
	if o.Verdict == Refuse {
		o.Release = from.Number
		return o
	}
	number, err := c.cfg.Journal.Begin(to, author, note)
	if err != nil {
		return Outcome{Verdict: Refuse, Code: "R-HOST", Release: from.Number, Message: fmt.Sprintf("the release could not be written to the store: %v", err)}
	}
	renumber(staged, to.Numbered(number))
	to = to.Numbered(number)
	reports, errs := c.commit(ctx, staged, units)
	o.Units, o.Release, o.Author, o.Note, o.At = len(reports), number, author, note, started
	o.Took = c.cfg.Now().Sub(started)
	if len(errs) > 0 {
		return c.undo(ctx, from, to, staged, errs, o)
	}
	c.finish(to, staged, reports, units, o)
	status := "live"
	if units != nil {
		status = "canary"
	}
	if err := c.cfg.Journal.Finish(number, status, o.String()); err != nil {
		o.Message = fmt.Sprintf("live, but the store could not note it: %v", err)
	}
	return o
}

func (c *Controller) finish(to *script.Release, staged map[string]*script.Staged, reports map[string]*script.Report, units []string, o Outcome) {
	if units == nil {
		previous := c.live
		c.live = to
		c.cfg.Fleet.SetRelease(to)
		for i := range c.history {
			if c.history[i].Status == "live" {
				c.history[i].Status = "superseded"
			}
		}
		c.history = append(c.history, Record{Release: to, Author: o.Author, Note: o.Note, At: o.At, Status: "live", Outcome: o})
		if len(c.history) > maxHistory {
			c.history = slices.Delete(c.history, 0, len(c.history)-maxHistory)
		}
		for name, st := range staged {
			c.stagers[name].Adopt(st)
		}
		c.watch.start(to.Number, changedFunctions(staged), c.cfg.Now(), previous.Number)
		return
	}
	for name, st := range staged {
		c.stagers[name].Adopt(st, st.From.Hash)
	}
	c.watch.start(to.Number, changedFunctions(staged), c.cfg.Now(), c.live.Number)
}

// maxHistory is how many releases stay at hand in memory; the journal keeps more.
const maxHistory = 200

func changedFunctions(staged map[string]*script.Staged) map[string]bool {
	out := map[string]bool{}
	for _, st := range staged {
		for _, f := range st.Functions() {
			out[f] = true
		}
	}
	return out
}

// renumber gives the staged releases the number that the journal chose.
func renumber(staged map[string]*script.Staged, to *script.Release) {
	for _, st := range staged {
		st.To = to
	}
}

// prepare stages for every program and asks every unit.
func (c *Controller) prepare(ctx context.Context, from, to *script.Release, units []string) (Outcome, map[string]*script.Staged) {
	for _, path := range from.Changed(to) {
		if f := to.Files[path]; f != nil {
			if err := f.Check(); err != nil {
				return refused(err), nil
			}
		}
	}
	roots := map[string][]string{}
	var mu sync.Mutex
	c.cfg.Fleet.Each(ctx, units, func(_ string, st *script.State) error {
		mu.Lock()
		defer mu.Unlock()
		roots[st.Program()] = union(roots[st.Program()], st.Modules())
		return nil
	})
	staged := map[string]*script.Staged{}
	for _, program := range sortedKeys(roots) {
		st, err := c.stage(program, from, to, roots[program])
		if err != nil {
			return refused(err), nil
		}
		staged[program] = st
	}
	return c.ask(ctx, staged, units), staged
}

func union(a, b []string) []string {
	for _, s := range b {
		if !slices.Contains(a, s) {
			a = append(a, s)
		}
	}
	return a
}

func (c *Controller) stage(program string, from, to *script.Release, roots []string) (st *script.Staged, err error) {
	defer func() { // a fault of the engine is a refusal, not the end of the shard
		if v := recover(); v != nil {
			err = &script.Refusal{Code: "R-HOST", Message: fmt.Sprintf("staging %s failed inside the engine: %v", program, v)}
		}
	}()
	g := c.stagers[program]
	if g == nil {
		o := c.cfg.Options(program)
		if o == nil {
			return nil, fmt.Errorf("no options for program %s", program)
		}
		g = script.NewStager(*o)
		c.stagers[program] = g
	}
	return g.Stage(from, to, roots)
}

// ask lets every unit plan; one refusal refuses all.
func (c *Controller) ask(ctx context.Context, staged map[string]*script.Staged, units []string) Outcome {
	o := Outcome{Verdict: Apply}
	var mu sync.Mutex
	errs := c.cfg.Fleet.Each(ctx, units, func(unit string, st *script.State) error {
		s := staged[st.Program()]
		if s == nil || st.Release().Hash == s.To.Hash {
			return nil
		}
		report, err := st.Plan(s)
		if err != nil {
			return err
		}
		mu.Lock()
		defer mu.Unlock()
		o.Units++
		merge(&o, report)
		return nil
	})
	if unit, err := firstError(errs); err != nil {
		r := refused(err)
		if unit != "" && len(errs) > 0 {
			r.Message += fmt.Sprintf(" (in %s)", unit)
		}
		return r
	}
	return o
}

// merge folds a unit's report into the outcome: every warning once.
func merge(o *Outcome, r *script.Report) {
	for _, w := range r.Warnings {
		if !slices.ContainsFunc(o.Warnings, func(x script.Warning) bool { return x.Code == w.Code && x.Subject == w.Subject }) {
			o.Warnings = append(o.Warnings, w)
		}
	}
	if r.Modules >= o.Report.Modules {
		o.Report = *r
	}
}

func firstError(errs map[string]error) (string, error) {
	for _, unit := range sortedKeys(errs) {
		if errs[unit] != nil {
			return unit, errs[unit]
		}
	}
	return "", nil
}

func (c *Controller) commit(ctx context.Context, staged map[string]*script.Staged, units []string) (map[string]*script.Report, map[string]error) {
	reports := map[string]*script.Report{}
	var mu sync.Mutex
	errs := c.cfg.Fleet.Each(ctx, units, func(unit string, st *script.State) error {
		s := staged[st.Program()]
		if s == nil || st.Release().Hash == s.To.Hash {
			if s != nil {
				st.Relabel(s.To)
			}
			return nil
		}
		r, err := st.Commit(s)
		if err != nil {
			return err
		}
		mu.Lock()
		reports[unit] = r
		mu.Unlock()
		return nil
	})
	maps.DeleteFunc(errs, func(_ string, err error) bool { return err == nil })
	return reports, errs
}

// undo takes units that committed back, because one could not.
func (c *Controller) undo(ctx context.Context, from, to *script.Release, staged map[string]*script.Staged, errs map[string]error, o Outcome) Outcome {
	for program, st := range staged {
		g := c.stagers[program]
		g.Adopt(st, from.Hash)
		back, err := g.Stage(to, from, st.Roots())
		if err != nil {
			continue
		}
		c.cfg.Fleet.Each(ctx, nil, func(_ string, s *script.State) error {
			if s.Program() == program && s.Release().Hash == to.Hash {
				_, err := s.Commit(back)
				return err
			}
			return nil
		})
		g.Adopt(back)
	}
	_, err := firstError(errs)
	r := refused(err)
	r.Release, r.At, r.Took = from.Number, o.At, o.Took
	_ = c.cfg.Journal.Finish(to.Number, "refused", r.Message)
	return r
}

func (c *Controller) tell(o Outcome) Outcome {
	if o.Release == 0 {
		o.Release = c.live.Number
	}
	if o.At.IsZero() {
		o.At = c.cfg.Now()
	}
	c.last = o
	if c.cfg.Tell != nil {
		c.cfg.Tell(o)
	}
	return o
}

// History lists the releases that were live, oldest first.
func (c *Controller) History() []Record {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.history)
}

// Rollback goes back to a release of the history, 0 for the one before the
// current. Patches that are open stay with their functions' old code dropped.
func (c *Controller) Rollback(ctx context.Context, number int, author, note string) Outcome {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.tell(c.rollback(ctx, number, author, note))
}

func (c *Controller) rollback(ctx context.Context, number int, author, note string) Outcome {
	var target *script.Release
	for i := len(c.history) - 1; i >= 0; i-- {
		r := c.history[i].Release
		if number == 0 && r.Hash != c.live.Hash || number != 0 && r.Number == number {
			target = r
			break
		}
	}
	if target == nil {
		return Outcome{Verdict: Refuse, Code: "R-STALE", Message: fmt.Sprintf("there is no earlier release %d at hand; see release list", number)}
	}
	o := c.move(ctx, target, author, note, nil)
	o.Files = c.live.Changed(target)
	if o.Verdict == Apply {
		if n := len(c.history); n > 1 {
			c.history[n-2].Status = "rolled back"
		}
		c.disk = target.Numbered(o.Release)
		for _, p := range c.patches {
			if p.Status == PatchOpen {
				c.closePatch(p, PatchDropped)
			}
		}
	}
	return o
}

// Find is a release of the history by its number, nil where it is not at hand.
func (c *Controller) Find(number int) *script.Release {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, r := range c.history {
		if r.Release.Number == number {
			return r.Release
		}
	}
	if c.canary != nil && c.canary.to.Number == number {
		return c.canary.to
	}
	return nil
}

// Remember puts an older release, read back from the journal, at hand for a
// rollback.
func (c *Controller) Remember(r *script.Release, author string, at time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.history = slices.Insert(c.history, 0, Record{Release: r, Author: author, At: at, Status: "superseded"})
}

// Plan says what going to a release would do; nil means the queued files.
// Nothing changes.
func (c *Controller) Plan(ctx context.Context, to *script.Release) (Outcome, []script.FunctionChange) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if to == nil {
		var err error
		if to, _, err = c.candidate(); err != nil {
			return refused(err), nil
		}
	}
	return c.plan(ctx, to, nil)
}

// plan prepares without committing and measures what would change.
func (c *Controller) plan(ctx context.Context, to *script.Release, units []string) (Outcome, []script.FunctionChange) {
	o, staged := c.prepare(ctx, c.live, to, units)
	o.Files, o.Release = c.live.Changed(to), c.live.Number
	var all []script.FunctionChange
	for _, program := range sortedKeys(staged) {
		for _, f := range staged[program].Changes() {
			if !slices.ContainsFunc(all, func(x script.FunctionChange) bool { return x.Name == f.Name }) {
				all = append(all, f)
			}
		}
	}
	var mu sync.Mutex
	c.cfg.Fleet.Each(ctx, units, func(_ string, st *script.State) error {
		mu.Lock()
		defer mu.Unlock()
		st.Measure(all)
		return nil
	})
	return o, all
}

// Frozen says whether saved files wait.
func (c *Controller) Frozen() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.frozen || c.cfg.Production
}

// Freeze makes saved files wait; Thaw ends that and applies what waited.
func (c *Controller) Freeze() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.frozen = true
}

// Thaw lets saved files through again. In production they still wait for Promote.
func (c *Controller) Thaw(ctx context.Context, author string) Outcome {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.frozen = false
	if c.cfg.Production || len(c.queued) == 0 {
		return c.tell(Outcome{Verdict: Ignore})
	}
	return c.tell(c.promoteQueued(ctx, author, "thaw"))
}

// Queued lists the files that wait, sorted.
func (c *Controller) Queued() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return sortedKeys(c.queued)
}

// Last is the latest outcome.
func (c *Controller) Last() Outcome {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.last
}

// noteRefusal remembers what was refused, so that it is not tried again unchanged
// and is tried again together with what mends it.
func (c *Controller) noteRefusal(o Outcome, changed map[string][]byte) Outcome {
	for path, src := range changed {
		c.refusal[path] = script.NewFile(path, src).Hash
		c.waiting[path] = src
	}
	if o.Files == nil {
		o.Files = sortedKeys(changed)
	}
	return o
}
