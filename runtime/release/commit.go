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

// DefaultPatience is how long all units together may take for one step, and
// backPatience how many times that where code is taken back: it may be what keeps
// the units from answering.
const (
	DefaultPatience = 10 * time.Second
	backPatience    = 6
)

// attempts is how often a release is staged again because a unit has loaded a
// module, or has started, in the middle of it.
const attempts = 3

// move brings all units (or the named ones) from what they run to the release.
func (c *Controller) move(ctx context.Context, to *script.Release, author, note string, units []string) Outcome {
	var o Outcome
	from := c.live
	for range attempts {
		if o = c.attempt(ctx, to, author, note, units); o.Verdict != Refuse || o.Code != "R-STALE" {
			break
		}
	}
	o.Author, o.Note = author, note
	if o.Verdict == Apply {
		o.Hashes = map[string]string{}
		for _, path := range from.Changed(to) {
			if o.Hashes[path] = ""; to.Files[path] != nil {
				o.Hashes[path] = to.Files[path].Hash
			}
		}
	}
	return o
}

func (c *Controller) attempt(ctx context.Context, to *script.Release, author, note string, units []string) Outcome {
	started := c.cfg.Now()
	from := c.live
	o, staged := c.prepare(ctx, from, to, units)
	if o.Verdict == Refuse {
		o.Release = from.Number
		return o
	}
	if note == noteSaved && units == nil && unread(staged, from, to) {
		return c.carry(ctx, from, to)
	}
	number, err := c.cfg.Journal.Begin(to, author, note)
	if err != nil {
		return Outcome{Verdict: Refuse, Code: "R-HOST", Release: from.Number, passing: true,
			Message: fmt.Sprintf("the release could not be written to the store: %v", err)}
	}
	to = to.Numbered(number)
	renumber(staged, to)
	o.Release, o.Author, o.Note, o.At, o.Canary, o.Files = number, author, note, started, units, from.Changed(to)
	o.Changes = changes(staged)
	reports, errs := c.commit(ctx, staged, units, &o)
	o.Took = c.cfg.Now().Sub(started)
	if len(errs) > 0 {
		return c.undo(ctx, from, to, staged, reports, errs, o)
	}
	c.finish(to, staged, units, o)
	status := "live"
	if units != nil {
		status = "canary"
	}
	if err := c.cfg.Journal.Finish(number, status, o.String()); err != nil {
		o.Message = fmt.Sprintf("live, but the store could not note it: %v", err)
	}
	return o
}

func (c *Controller) finish(to *script.Release, staged map[string]*script.Staged, units []string, o Outcome) {
	previous := c.live
	var keep []string
	if units != nil {
		keep = []string{previous.Hash}
		c.cfg.Fleet.SetCanary(units, to)
	} else {
		c.live = to
		c.cfg.Fleet.SetRelease(to)
		c.remember(to, o)
	}
	for program, st := range staged {
		c.stagers[program].Adopt(st, keep...)
	}
	c.watch.start(watched{release: to.Number, before: previous.Number, canary: units != nil, changed: changedFunctions(staged)}, c.cfg.Now())
}

// changes lists what all programs together change, by name.
func changes(staged map[string]*script.Staged) []script.FunctionChange {
	var all []script.FunctionChange
	for _, program := range sortedKeys(staged) {
		for _, f := range staged[program].Changes() {
			if !slices.ContainsFunc(all, func(x script.FunctionChange) bool { return x.Name == f.Name }) {
				all = append(all, f)
			}
		}
	}
	return all
}

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

// asking bounds a step that may be broken off without harm.
func (c *Controller) asking(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(ctx, c.patience())
}

// changing bounds a step that, once begun, is not broken off because whoever
// asked for it has gone: half of it would be a mix.
func (c *Controller) changing(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.WithoutCancel(ctx), c.patience())
}

func (c *Controller) patience() time.Duration {
	if c.goingBack {
		return backPatience * c.cfg.Patience
	}
	return c.cfg.Patience
}

// goBack is called for as long as code is taken back, and returns what ends that.
func (c *Controller) goBack() func() {
	c.goingBack = true
	return func() { c.goingBack = false }
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
	errs := c.ask(ctx, units, func(_ string, st *script.State) error {
		mu.Lock()
		defer mu.Unlock()
		roots[st.Program()] = union(roots[st.Program()], st.Modules())
		return nil
	})
	if unit, err := firstError(errs); err != nil {
		return refusedIn(unit, err), nil
	}
	staged := map[string]*script.Staged{}
	for _, program := range sortedKeys(roots) {
		st, err := c.stage(program, from, to, roots[program])
		if err != nil {
			return refused(err), nil
		}
		staged[program] = st
	}
	return c.vote(ctx, staged, units), staged
}

func (c *Controller) ask(ctx context.Context, units []string, f func(string, *script.State) error) map[string]error {
	ctx, cancel := c.asking(ctx)
	defer cancel()
	return c.cfg.Fleet.Each(ctx, units, f)
}

// union adds to a what b has besides. Most units have loaded the same.
func union(a, b []string) []string {
	if slices.Equal(a, b) {
		return a
	}
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

// vote lets every unit plan; one refusal refuses all. Units of a canary are not
// asked for what does not concern them.
func (c *Controller) vote(ctx context.Context, staged map[string]*script.Staged, units []string) Outcome {
	o := Outcome{Verdict: Apply}
	var mu sync.Mutex
	errs := c.ask(ctx, units, func(unit string, st *script.State) error {
		s := staged[st.Program()]
		if s == nil || st.Release().Hash == s.To.Hash || c.canary != nil && st.Release().Hash == c.canary.to.Hash && s.From.Hash != c.canary.to.Hash {
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
		return refusedIn(unit, err)
	}
	return o
}

// refusedIn is a refusal by one unit. What no script is to blame for may be tried
// again unchanged.
func refusedIn(unit string, err error) Outcome {
	o := refused(err)
	if unit != "" {
		o.Message += fmt.Sprintf(" (in %s)", unit)
	}
	_, judged := err.(*script.Refusal)
	o.passing = !judged
	return o
}

// merge folds a unit's report into the outcome: every warning once.
func merge(o *Outcome, r *script.Report) {
	o.warn(r.Warnings...)
	o.Frames += r.Frames
	if r.Modules >= o.Report.Modules {
		o.Report = *r
	}
}

// warn adds warnings that are not there yet.
func (o *Outcome) warn(list ...script.Warning) {
	for _, w := range list {
		if !slices.ContainsFunc(o.Warnings, func(x script.Warning) bool { return x.Code == w.Code && x.Subject == w.Subject }) {
			o.Warnings = append(o.Warnings, w)
		}
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

// commit makes the units run what is staged, each at its own next tick boundary,
// and adds to the outcome what only the commit can know.
func (c *Controller) commit(ctx context.Context, staged map[string]*script.Staged, units []string, o *Outcome) (map[string]*script.Report, map[string]error) {
	ctx, cancel := c.changing(ctx)
	defer cancel()
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
		began := c.cfg.Now()
		r, err := st.Commit(s)
		if err != nil {
			return err
		}
		pause := c.cfg.Now().Sub(began)
		mu.Lock()
		defer mu.Unlock()
		reports[unit] = r
		o.Pause = max(o.Pause, pause)
		o.warn(r.Warnings...)
		o.Report.Restarted = union(o.Report.Restarted, r.Restarted)
		return nil
	})
	o.Units = len(reports)
	maps.DeleteFunc(errs, func(_ string, err error) bool { return err == nil })
	return reports, errs
}

// undo takes units that committed back, because one could not. Whatever cannot be
// taken back starts anew on the old release: better a unit that has forgotten
// than one that runs what the others do not.
func (c *Controller) undo(ctx context.Context, from, to *script.Release, staged map[string]*script.Staged, reports map[string]*script.Report, errs map[string]error, o Outcome) Outcome {
	c.back(ctx, to, from, staged, slices.Sorted(maps.Keys(reports)))
	c.cfg.Fleet.SetRelease(from)
	if c.canary != nil { // its units were only relabelled
		c.relabel(ctx, c.canary.units, c.canary.to)
	}
	unit, err := firstError(errs)
	r := refusedIn(unit, err)
	r.Release, r.At, r.Took = from.Number, o.At, o.Took
	_ = c.cfg.Journal.Finish(to.Number, "refused", r.Message) // the refusal is told either way
	return r
}

// back commits the way back in the named units that run to.
func (c *Controller) back(ctx context.Context, to, from *script.Release, staged map[string]*script.Staged, units []string) {
	keep := []string{from.Hash, to.Hash}
	back := map[string]*script.Staged{}
	for program, st := range staged {
		c.stagers[program].Adopt(st, keep...)
		if b, err := c.stage(program, to, from, st.Roots()); err == nil {
			back[program] = b
		}
	}
	if len(units) > 0 {
		ctx, cancel := c.changing(ctx)
		defer cancel()
		c.cfg.Fleet.Each(ctx, units, func(_ string, s *script.State) error {
			b := back[s.Program()]
			if b == nil || s.Release().Hash != to.Hash {
				return nil
			}
			_, err := s.Commit(b)
			return err
		})
	}
	if c.canary == nil {
		keep = nil
	}
	for program, b := range back {
		c.stagers[program].Adopt(b, keep...)
	}
}

func (c *Controller) relabel(ctx context.Context, units []string, r *script.Release) {
	ctx, cancel := c.changing(ctx)
	defer cancel()
	c.cfg.Fleet.Each(ctx, units, func(_ string, s *script.State) error { s.Relabel(r); return nil })
}
