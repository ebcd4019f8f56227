package release

import (
	"context"
	"fmt"
	"maps"
	"sync"
	"time"

	"hotshard/runtime/script"
	"hotshard/runtime/script/code"
	"hotshard/runtime/script/reload"
)

// DefaultPatience is how long all units together may take for one step, and
// backPatience how many times that where code is taken back: it may be what keeps
// the units from answering.
const (
	DefaultPatience = 10 * time.Second
	backPatience    = 6
)

// units are the live States of a shard and what they are to run: they are asked, they
// vote, they commit.
type units struct {
	fleet     Fleet
	options   func(program string) *script.Options
	now       func() time.Time
	wait      time.Duration // for all of them to answer one step
	stagers   map[string]*reload.Stager
	course    course
	goingBack bool // see patience
}

// live is the release that runs, canaries aside.
func (u *units) live() *code.Release { return u.course.all }

// prepare stages every step to a course and asks every unit.
func (u *units) prepare(ctx context.Context, to course, units []string) (Outcome, legs) {
	for _, r := range to.releases() {
		for _, path := range u.live().Changed(r) {
			if f := r.Files[path]; f != nil {
				if err := f.Check(); err != nil {
					return refused(err), nil
				}
			}
		}
	}
	staged, o := u.stageAll(ctx, to, units)
	if o.Verdict == Refuse {
		return o, nil
	}
	return u.vote(ctx, to, staged, units), staged
}

// stageAll finds out which steps the units have to take, and stages them.
func (u *units) stageAll(ctx context.Context, to course, units []string) (legs, Outcome) {
	ways := map[legKey]*stretch{}
	var mu sync.Mutex
	errs := u.ask(ctx, units, func(unit string, st *script.State) error {
		st.Ungauge() // a plan must find the functions' own code
		want := to.of(unit)
		if st.Release().Hash == want.Hash {
			return nil
		}
		mu.Lock()
		defer mu.Unlock()
		key := legKey{st.Program(), st.Release().Hash, want.Hash}
		if ways[key] == nil {
			ways[key] = &stretch{from: st.Release(), to: want}
		}
		ways[key].roots = union(ways[key].roots, st.Modules())
		return nil
	})
	if unit, err := firstError(errs); err != nil {
		return nil, refusedIn(unit, err)
	}
	staged := legs{}
	for key := range ways {
		staged[key] = nil
	}
	for _, key := range staged.keys() { // in order, so that a refusal is always the same
		w := ways[key]
		st, err := u.stage(key.program, w.from, w.to, w.roots)
		if err != nil {
			return nil, refused(err)
		}
		staged[key] = st
	}
	return staged, Outcome{Verdict: Apply}
}

func (u *units) stage(program string, from, to *code.Release, roots []string) (st *reload.Staged, err error) {
	defer func() { // a fault of the engine is a refusal, not the end of the shard
		if v := recover(); v != nil {
			err = &code.Refusal{Code: code.RHost, Message: fmt.Sprintf("staging %s failed inside the engine: %v", program, v)}
		}
	}()
	g := u.stagers[program]
	if g == nil {
		o := u.options(program)
		if o == nil {
			return nil, fmt.Errorf("no options for program %s", program)
		}
		g = reload.NewStager(*o)
		u.stagers[program] = g
	}
	g.Back = u.goingBack
	return g.Stage(from, to, roots)
}

// vote lets every unit plan; one refusal refuses all. Units that run already what
// they are to run are not asked.
func (u *units) vote(ctx context.Context, to course, staged legs, units []string) Outcome {
	o := Outcome{Verdict: Apply}
	var mu sync.Mutex
	errs := u.ask(ctx, units, func(unit string, st *script.State) error {
		s := staged.of(st, to.of(unit))
		if s == nil {
			return nil
		}
		report, err := reload.Plan(st, s)
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

// commit makes the units run what is staged, each at its own next tick boundary,
// and adds to the outcome what only the commit can know.
func (u *units) commit(ctx context.Context, to course, staged legs, units []string, gauge *gauging, o *Outcome) (map[string]*reload.Report, map[string]error) {
	ctx, cancel := u.changing(ctx)
	defer cancel()
	reports := map[string]*reload.Report{}
	var mu sync.Mutex
	errs := u.fleet.Each(ctx, units, func(unit string, st *script.State) error {
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
		began := u.now()
		r, err := reload.Commit(st, s)
		if err != nil {
			return err
		}
		pause := u.now().Sub(began)
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

// restore commits the way back to a course in the named units.
func (u *units) restore(ctx context.Context, before course, staged legs, units []string) {
	keep := before.hashes()
	for _, s := range staged {
		keep = append(keep, s.To.Hash)
	}
	u.adopt(staged, keep)
	back := legs{}
	for key, st := range staged {
		if b, err := u.stage(key.program, st.To, st.From, st.Roots()); err == nil {
			back[legKey{key.program, key.to, key.from}] = b
		}
	}
	if len(units) > 0 { // none would be all
		u.each(ctx, units, func(unit string, s *script.State) error {
			b := back.of(s, before.of(unit))
			if b == nil {
				return nil
			}
			_, err := reload.Commit(s, b)
			return err
		})
	}
	u.adopt(back, before.hashes())
}

func (u *units) adopt(staged legs, keep []string) {
	for _, key := range staged.keys() {
		u.stagers[key.program].Adopt(staged[key], keep...)
	}
}

// settle takes down that the units are on a course, for those that start later.
func (u *units) settle(k course) {
	u.course = k
	u.fleet.SetCourse(k.all, maps.Clone(k.own))
}

// asking bounds a step that may be broken off without harm.
func (u *units) asking(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(ctx, u.patience())
}

// changing bounds a step that, once begun, is not broken off because whoever
// asked for it has gone: half of it would be a mix.
func (u *units) changing(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.WithoutCancel(ctx), u.patience())
}

func (u *units) patience() time.Duration {
	if u.goingBack {
		return backPatience * u.wait
	}
	return u.wait
}

// goBack is called for as long as code is taken back, and returns what ends that.
func (u *units) goBack() func() {
	u.goingBack = true
	return func() { u.goingBack = false }
}

// each is a step of one move that needs no staging.
func (u *units) each(ctx context.Context, units []string, f func(string, *script.State) error) map[string]error {
	ctx, cancel := u.changing(ctx)
	defer cancel()
	return u.fleet.Each(ctx, units, f)
}

// carry takes down that all units have files that none has loaded.
func (u *units) carry(from, to *code.Release) {
	u.settle(course{all: to})
	for _, g := range u.stagers {
		g.Carry(from, to)
	}
}

// ask lets units answer that may also not.
func (u *units) ask(ctx context.Context, units []string, f func(string, *script.State) error) map[string]error {
	ctx, cancel := u.asking(ctx)
	defer cancel()
	return u.fleet.Each(ctx, units, f)
}
