package release

import (
	"cmp"
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

// statusLive and the like are what the journal is told of a release.
const (
	statusLive       = "live"
	statusCanary     = "canary"
	statusRefused    = "refused"
	statusRolledBack = "rolled back"
	statusSuperseded = "superseded"
)

// step is a new release on its way to the units.
type step struct {
	to           *script.Release // without its number
	author, note string
	units        []string // of a canary; nil: all
	ground       ground   // that it stands on, with it in it
}

// move brings the units from what they run to a new release.
func (c *Controller) move(ctx context.Context, s step) Outcome {
	var o Outcome
	from, began := c.live, c.cfg.Now()
	for range attempts {
		if o = c.attempt(ctx, s); o.Verdict != Refuse || o.Code != "R-STALE" {
			break
		}
	}
	o.Author, o.Note, o.Took = s.author, s.note, cmp.Or(o.Took, c.cfg.Now().Sub(began))
	if o.Verdict != Refuse {
		o.warn(c.advise(from, s.to)...)
	}
	if o.Verdict == Apply {
		o.Hashes = map[string]string{}
		for _, path := range from.Changed(s.to) {
			if o.Hashes[path] = ""; s.to.Files[path] != nil {
				o.Hashes[path] = s.to.Files[path].Hash
			}
		}
	}
	return o
}

func (c *Controller) attempt(ctx context.Context, s step) Outcome {
	started := c.cfg.Now()
	from := c.live
	live := s.to
	if s.units != nil {
		live = from
	}
	to, err := s.ground.course(live, append(c.course.releases(), s.to)...)
	if err != nil {
		return refused(err)
	}
	o, staged := c.prepare(ctx, to, s.units)
	if o.Verdict == Refuse {
		o.Release = from.Number
		return o
	}
	if s.note == noteSaved && s.units == nil && len(c.canaries) == 0 && unread(staged, from, s.to) {
		return c.carry(ctx, from, s.to)
	}
	number, err := c.cfg.Journal.Begin(s.to, s.author, s.note)
	if err != nil {
		return Outcome{Verdict: Refuse, Code: "R-HOST", Release: from.Number, passing: true,
			Message: fmt.Sprintf("the release could not be written to the store: %v", err)}
	}
	to = to.numbered(number, s.units)
	staged.renumber(to)
	o.Release, o.Author, o.Note, o.At, o.Canary, o.Files = number, s.author, s.note, started, s.units, from.Changed(s.to)
	o.Changes = staged.changes()
	gauge := c.gaugeFor(staged, s.units)
	reports, errs := c.commit(ctx, to, staged, s.units, gauge, &o)
	o.Took = c.cfg.Now().Sub(started)
	if len(errs) > 0 {
		return c.undo(ctx, number, staged, reports, errs, o)
	}
	o.count(from, s.to)
	c.finish(to, staged, gauge.before, o)
	status := statusLive
	if s.units != nil {
		status = statusCanary
	}
	if err := c.cfg.Journal.Finish(number, status, o.String()); err != nil {
		o.Message = fmt.Sprintf("live, but the store could not note it: %v", err)
	}
	return o
}

// finish takes down that a new release is where it was to go.
func (c *Controller) finish(to course, staged legs, before map[string]reading, o Outcome) {
	if o.Canary == nil {
		c.remember(to.all, o)
	}
	c.settle(to)
	c.adopt(staged, to.hashes())
	c.watch.take(before, c.cfg.Now())
	changed := staged.functions()
	c.watch.change(watched{release: o.Release, units: o.Canary, changed: changed, beside: staged.beside(changed), back: c.goingBack}, before, c.cfg.Now())
}

func (c *Controller) adopt(staged legs, keep []string) {
	for _, key := range staged.keys() {
		c.stagers[key.program].Adopt(staged[key], keep...)
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

func (c *Controller) ask(ctx context.Context, units []string, f func(string, *script.State) error) map[string]error {
	ctx, cancel := c.asking(ctx)
	defer cancel()
	return c.cfg.Fleet.Each(ctx, units, f)
}

// commit makes the units run what is staged, each at its own next tick boundary,
// and adds to the outcome what only the commit can know.
func (c *Controller) commit(ctx context.Context, to course, staged legs, units []string, gauge *gauging, o *Outcome) (map[string]*script.Report, map[string]error) {
	ctx, cancel := c.changing(ctx)
	defer cancel()
	reports := map[string]*script.Report{}
	var mu sync.Mutex
	errs := c.cfg.Fleet.Each(ctx, units, func(unit string, st *script.State) error {
		want := to.of(unit)
		if st.Release().Hash == want.Hash {
			st.Relabel(want)
			return nil
		}
		s := staged.of(st, want)
		if s == nil {
			return nil // it has just started, on something else: it starts anew
		}
		gauge.look(unit, st)
		began := c.cfg.Now()
		r, err := st.Commit(s)
		if err != nil {
			return err
		}
		pause := c.cfg.Now().Sub(began)
		gauge.arm(unit, st)
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
// taken back starts anew on what it ran: better a unit that has forgotten than one
// that runs what the others do not.
func (c *Controller) undo(ctx context.Context, number int, staged legs, reports map[string]*script.Report, errs map[string]error, o Outcome) Outcome {
	before := c.course
	c.back(ctx, before, staged, slices.Sorted(maps.Keys(reports)))
	c.settle(before)
	if len(before.own) > 0 { // some units were only relabelled
		ctx, cancel := c.changing(ctx)
		defer cancel()
		c.cfg.Fleet.Each(ctx, nil, func(unit string, s *script.State) error { s.Relabel(before.of(unit)); return nil })
	}
	unit, err := firstError(errs)
	r := refusedIn(unit, err)
	r.Release, r.At, r.Took = c.live.Number, o.At, o.Took
	_ = c.cfg.Journal.Finish(number, statusRefused, r.Message) // the refusal is told either way
	return r
}

// back commits the way back to a course in the named units.
func (c *Controller) back(ctx context.Context, before course, staged legs, units []string) {
	keep := before.hashes()
	for _, s := range staged {
		keep = append(keep, s.To.Hash)
	}
	c.adopt(staged, keep)
	back := legs{}
	for key, st := range staged {
		if b, err := c.stage(key.program, st.To, st.From, st.Roots()); err == nil {
			back[legKey{key.program, key.to, key.from}] = b
		}
	}
	if len(units) > 0 {
		ctx, cancel := c.changing(ctx)
		defer cancel()
		c.cfg.Fleet.Each(ctx, units, func(unit string, s *script.State) error {
			b := back.of(s, before.of(unit))
			if b == nil {
				return nil
			}
			_, err := s.Commit(b)
			return err
		})
	}
	c.adopt(back, before.hashes())
}
