package release

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"

	"hotshard/runtime/script"
	"hotshard/runtime/script/code"
	"hotshard/runtime/script/reload"
)

// attempts is how often a release is staged again because a unit has loaded a
// module, or has started, in the middle of it.
const attempts = 3

// step is a new release on its way to the units.
type step struct {
	to           *code.Release // without its number
	author, note string
	units        []string // of a canary; nil: all
	ground       ground   // that it stands on, with it in it
	number       int      // that it has already, with the journal's blessing; 0 for none
}

// move brings the units from what they run to a new release.
func (c *Controller) move(ctx context.Context, s step) Outcome {
	var o Outcome
	from, began := c.units.live(), c.cfg.Clock.Now()
	for range attempts {
		if o = c.attempt(ctx, s); o.Verdict != Refuse || o.Code != code.RStale {
			break
		}
	}
	o.Author, o.Note, o.Took = s.author, s.note, cmp.Or(o.Took, c.cfg.Clock.Now().Sub(began))
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
	started := c.cfg.Clock.Now()
	from := c.units.live()
	live := s.to
	if s.units != nil {
		live = from
	}
	to, err := s.ground.course(live, append(c.units.course.releases(), s.to)...)
	if err != nil {
		return refused(err)
	}
	o, staged := c.units.prepare(ctx, to, s.units)
	if o.Verdict == Refuse {
		o.Release = from.Number
		return o
	}
	if c.cfg.Cluster == nil && s.note == noteSaved && s.units == nil && len(c.canaries) == 0 && unread(staged, from, s.to) {
		return c.carry(ctx, from, s.to)
	}
	number, untold, err := c.number(s)
	if err != nil {
		return Outcome{Verdict: Refuse, Code: code.RHost, Release: from.Number, passing: true,
			Message: fmt.Sprintf("the release could not be written to the store: %v", err)}
	}
	to = to.numbered(number, s.units)
	staged.renumber(to)
	if s.units != nil {
		s.ground.number(c.canaries, number)
	}
	next, more, err := c.agree(ctx, s.ground, to.all, s)
	if err != nil {
		return c.disagreed(s, number, err)
	}
	o.Release, o.Author, o.Note, o.At, o.Canary, o.Files = number, s.author, s.note, started, s.units, from.Changed(s.to)
	o.Changes = staged.changes()
	gauge := c.gauges.begin(staged, s.units, c.units.goingBack)
	reports, errs := c.units.commit(ctx, to, staged, s.units, gauge, &o)
	o.Took = c.cfg.Clock.Now().Sub(started)
	if len(errs) == 0 {
		if err := c.decide(ctx, next); err != nil {
			errs = map[string]error{"": err}
		}
	}
	if len(errs) > 0 {
		return c.undo(ctx, s, staged, reports, errs, o)
	}
	o.Units += more
	o.count(from, s.to)
	c.finish(to, staged, gauge.before, o)
	status := StandingLive
	if s.units != nil {
		status = StandingCanary
	}
	switch {
	case untold != nil:
		o.warn(*untold)
	case s.number == 0: // otherwise it is live already
		if err := c.cfg.Journal.Finish(number, status, o.String()); err != nil {
			o.Message = fmt.Sprintf("live, but the store could not note it: %v", err)
		}
	}
	return o
}

// disagreed is the refusal of a release that another node cannot go to, or did not answer for.
func (c *Controller) disagreed(s step, number int, err error) Outcome {
	o := refusedIn("", err)
	o.Release = c.units.live().Number
	if s.number == 0 {
		_ = c.cfg.Journal.Finish(number, StandingRefused, o.Message) // the refusal is told either way
	}
	return o
}

// finish takes down that a new release is where it was to go.
func (c *Controller) finish(to course, staged legs, before map[string]reading, o Outcome) {
	if o.Canary == nil {
		c.history.add(to.all, o)
	}
	c.units.settle(to)
	c.units.adopt(staged, to.hashes())
	c.watch.take(before, c.cfg.Clock.Now())
	changed := staged.functions()
	c.watch.change(watched{release: o.Release, units: o.Canary, changed: changed, beside: staged.beside(changed), back: c.units.goingBack}, before, c.cfg.Clock.Now())
}

// undo takes units that committed back, because one could not. Whatever cannot be
// taken back starts anew on what it ran: better a unit that has forgotten than one
// that runs what the others do not.
func (c *Controller) undo(ctx context.Context, s step, staged legs, reports map[string]*reload.Report, errs map[string]error, o Outcome) Outcome {
	before := c.units.course
	c.units.restore(ctx, before, staged, slices.Sorted(maps.Keys(reports)))
	c.units.settle(before)
	if len(before.own) > 0 { // some units were only relabelled
		c.units.each(ctx, nil, func(unit string, st *script.State) error { st.Relabel(before.of(unit)); return nil })
	}
	unit, err := firstError(errs)
	r := refusedIn(unit, err)
	r.Release, r.At, r.Took = c.units.live().Number, o.At, o.Took
	if s.number == 0 {
		_ = c.cfg.Journal.Finish(o.Release, StandingRefused, r.Message) // the refusal is told either way
	}
	return r
}
