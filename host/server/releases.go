package server

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"hotshard/bindings"
	"hotshard/data/store"
	"hotshard/runtime/gate/wire"
	"hotshard/runtime/release"
	"hotshard/runtime/script"
	"hotshard/runtime/script/code"
	"hotshard/runtime/system"
	"hotshard/runtime/universe"
	"hotshard/runtime/watch"
	"hotshard/runtime/world"
)

// journal implements release.Journal over the store.
type journal struct {
	store  *store.Store
	shared bool // with other nodes of a cluster
}

// journalTimeout bounds one note in the journal.
const journalTimeout = 10 * time.Second

// Begin implements release.Journal.
func (j journal) Begin(r *code.Release, author, note string) (int, error) {
	ctx, cancel := context.WithTimeout(context.Background(), journalTimeout)
	defer cancel()
	files := make(map[string][]byte, len(r.Files))
	for path, f := range r.Files {
		files[path] = f.Source
	}
	if j.shared {
		return j.store.ShareRelease(ctx, store.Release{Author: author, Note: note, Files: files})
	}
	kept, err := j.store.AddRelease(ctx, store.Release{Author: author, Note: note, Files: files})
	if err != nil {
		return 0, err
	}
	return kept.Number, j.store.BeginRelease(ctx, kept.Number)
}

// journalStatus are the store's words for the controller's.
var journalStatus = map[release.Standing]store.ReleaseStatus{
	release.StandingLive: store.ReleaseLive, release.StandingCanary: store.ReleaseCanary, release.StandingRefused: store.ReleaseRefused,
	release.StandingRolledBack: store.ReleaseRolledBack, release.StandingSuperseded: store.ReleaseReplaced,
}

// Finish implements release.Journal.
func (j journal) Finish(number int, status release.Standing, note string) error {
	ctx, cancel := context.WithTimeout(context.Background(), journalTimeout)
	defer cancel()
	s := journalStatus[status]
	err := j.store.FinishRelease(ctx, number, s, note)
	if errors.Is(err, store.ErrConflict) { // it was finished before, as a canary
		return j.store.MarkRelease(ctx, number, s, note)
	}
	return err
}

// Amend implements release.Journal.
func (j journal) Amend(number int, files map[string][]byte) error {
	ctx, cancel := context.WithTimeout(context.Background(), journalTimeout)
	defer cancel()
	return j.store.AmendRelease(ctx, number, files)
}

// fleet implements release.Fleet over the universe and the panels. A unit is a system by its
// name, a service by its own, or a panel by its module. Systems that other nodes of a cluster
// run are theirs.
type fleet struct {
	universe *universe.Universe
	panels   *panels                  // nil: there are none
	here     func(world.Address) bool // nil: all is
}

// Each implements release.Fleet.
func (f fleet) Each(ctx context.Context, units []string, do func(string, *script.State) error) map[string]error {
	errs := map[string]error{}
	var mu sync.Mutex
	f.panels.each(units, do, errs)
	if units != nil {
		if units = slices.DeleteFunc(slices.Clone(units), f.panels.unit); len(units) == 0 {
			return errs
		}
	}
	actors, err := f.actors(units)
	if err != nil {
		return map[string]error{"": err}
	}
	err = f.universe.Between(ctx, actors, func(s *system.System) {
		if s.State() == nil {
			return // it does not run, and begins with the current release when it does
		}
		unit := bare(string(s.Address()))
		if err := do(unit, s.State()); err != nil {
			mu.Lock()
			defer mu.Unlock()
			errs[unit] = err
		}
	})
	if silent := (*universe.Unanswered)(nil); errors.As(err, &silent) {
		for _, a := range silent.Actors {
			errs[bare(string(a))] = fmt.Errorf("%s did not answer: %w", bare(string(a)), silent.Err)
		}
	}
	return errs
}

// actors are those with the names, starting systems that do not run yet; nil
// names are all that run.
func (f fleet) actors(units []string) ([]*system.System, error) {
	if units == nil {
		return f.universe.Actors(), nil
	}
	var out []*system.System
	for _, name := range units {
		a := operatorAddress(f.universe, name)
		if f.here != nil && !f.here(a) {
			continue
		}
		s, err := f.universe.Start(a)
		if err != nil {
			return nil, err
		}
		out = append(out, s)
	}
	return out, nil
}

// SetCourse implements release.Fleet.
func (f fleet) SetCourse(all *code.Release, own map[string]*code.Release) {
	addresses := make(map[world.Address]*code.Release, len(own))
	for name, r := range own {
		addresses[operatorAddress(f.universe, name)] = r
	}
	f.universe.SetCourse(all, addresses)
	f.panels.settle(all)
}

// Awake implements release.Fleet. Systems with players come first.
func (f fleet) Awake() []string {
	all := slices.DeleteFunc(f.universe.Stats(), func(st system.Stats) bool { return !st.Up || !st.Awake })
	slices.SortStableFunc(all, func(a, b system.Stats) int { return cmp.Compare(b.Players, a.Players) })
	units := make([]string, len(all))
	for i, st := range all {
		units[i] = bare(string(st.Address))
	}
	return units
}

// releases feeds the controller of releases with what is saved on the disk and
// tells everybody what came of it.
type releases struct {
	s          *Server
	controller *release.Controller
	checks     *checks
	tests      *savedTests
	faulty     chan struct{}      // holds a token after a fault
	idle       chan chan struct{} // a channel that is closed when no batch is on its way

	broken []string // that players were told is refused; the controller's, which calls one step after the other

	mu       sync.Mutex
	outcomes []release.Outcome // newest first
	figures  reloadFigures
}

// keptOutcomes is how many outcomes are remembered.
const keptOutcomes = 20

func newReleases(s *Server, first *code.Release, kept []*release.Patch, deps *bindings.Deps) *releases {
	r := &releases{s: s, checks: newChecks(), tests: newSavedTests(s), faulty: make(chan struct{}, 1), idle: make(chan chan struct{})}
	r.controller = release.New(release.Config{
		Release: first, Fleet: s.fleet(), Cluster: s.together(), Before: s.releasesBefore, Journal: journal{s.store, s.mesh != nil}, Production: s.cfg.Production, Clock: s.cfg.Clock, Tell: r.tell, Advise: r.checks.advise,
		Patches: kept, KeepPatch: s.keepPatch, Frozen: s.frozen, KeepFreeze: s.keepFreeze,
		Options: func(program string) *script.Options {
			if o := s.panels.options(program); o != nil {
				return o
			}
			o := s.scriptOptions()
			o.Entry, o.Bind, o.Vet = strings.Split(program, ","), bindings.Stager(deps), s.types.Vet
			return &o
		},
	})
	s.universe.SetCourse(r.controller.Live(), nil)
	s.panels.settle(r.controller.Live())
	return r
}

// watchEvery is how often the controller looks after a roll-out.
const watchEvery = time.Second

// run applies batches as they come and looks after the error budget, until ctx
// ends.
func (r *releases) run(ctx context.Context) {
	go r.checks.warm(r.controller.Live())
	r.s.heardAll(ctx)
	if len(r.s.startQueue) > 0 && r.s.leads() {
		r.take(ctx, watch.Batch{Changed: r.s.startQueue}, "disk")
	}
	look := r.s.cfg.Clock.NewTicker(watchEvery)
	defer look.Stop()
	for {
		select {
		case b, ok := <-r.s.watcher.Batches():
			if !ok {
				return
			}
			if r.s.leads() {
				r.take(ctx, b, "disk")
			}
		case <-r.faulty:
			r.controller.Watch(ctx)
		case <-look.Chan():
			r.controller.Watch(ctx)
		case waiting := <-r.idle:
			close(waiting)
		case <-ctx.Done():
			return
		}
	}
}

// fault passes a script's error on to the error budget; it never waits.
func (r *releases) fault(a world.Address, f script.Fault) {
	r.s.faults.add(a, f, r.controller.Fault(f))
	select {
	case r.faulty <- struct{}{}:
	default:
	}
}

// take is one batch of saved files.
func (r *releases) take(ctx context.Context, b watch.Batch, author string) []release.Outcome {
	return r.controller.Saved(ctx, toBatch(b), author)
}

// read is take where somebody asks for it: also of what was refused before.
func (r *releases) read(ctx context.Context, b watch.Batch, author string) []release.Outcome {
	return r.controller.Reload(ctx, toBatch(b), author)
}

func toBatch(b watch.Batch) release.Batch {
	batch := release.Batch{Changed: b.Changed, Rescan: b.Rescan, First: b.First}
	for _, h := range b.Holds {
		batch.Holds = append(batch.Holds, release.HoldReason{Code: string(h.Code), Path: h.Path, Detail: h.Detail})
	}
	return batch
}

// tell remembers an outcome, logs it, and shows it to the players, who see a
// toast. The controller calls it.
func (r *releases) tell(o release.Outcome) {
	r.mu.Lock()
	r.outcomes = slices.Insert(r.outcomes, 0, o)
	r.outcomes = r.outcomes[:min(len(r.outcomes), keptOutcomes)]
	r.figures.add(o)
	r.mu.Unlock()
	r.record(o)
	if r.asksForTests(o) {
		r.tests.saved(o.Files)
	}
	attrs := []any{"verdict", o.Verdict.Past(), "release", o.Release, "files", strings.Join(o.Files, " "), "took", o.Took.Round(time.Microsecond)}
	switch o.Verdict {
	case release.Apply:
		if attrs = append(attrs, "systems", o.Units); o.Message != "" { // it went back by itself, or the store has a gap
			r.s.log.Warn("scripts reloaded: "+o.String(), append(attrs, "why", o.Message)...)
		} else {
			r.s.log.Info("scripts reloaded: "+o.String(), attrs...)
		}
	case release.Refuse:
		r.s.log.Error("scripts not reloaded: "+o.String(), attrs...)
	case release.Hold, release.Queue:
		r.s.log.Warn("scripts not reloaded: "+o.String(), attrs...)
		if told, ok := toldToPlayers(o, r.s.cfg.Production); ok {
			r.s.gate.Broadcast(wire.NewEvent("reload", told))
		}
		return
	case release.Ignore:
		if !r.mended(o.Broken) {
			return
		}
	default:
		return
	}
	r.broken = o.Broken
	if told, ok := toldToPlayers(o, r.s.cfg.Production); ok {
		r.s.gate.Broadcast(wire.NewEvent("reload", told))
	}
}

// mended says whether less is refused than players have been told.
func (r *releases) mended(broken []string) bool {
	return slices.ContainsFunc(r.broken, func(path string) bool { return !slices.Contains(broken, path) })
}

// toldToPlayers is what players hear of a change. Those of a development shard are
// its designers; those of a production shard hear only that there is another
// release, and nothing of its faults.
func toldToPlayers(o release.Outcome, production bool) (map[string]world.Value, bool) {
	ok, message := o.Verdict == release.Apply || o.Verdict == release.Ignore, o.Sentence()
	told := map[string]world.Value{"ok": ok, "release": float64(o.Release), "files": wordList(o.Files)}
	if o.Verdict == release.Ignore {
		told["restored"] = true
	}
	if o.Verdict == release.Hold || o.Verdict == release.Queue {
		told["held"] = true
	}
	if production {
		if message = ""; o.Author == "watchdog" {
			message = "rolled back by itself"
		}
	} else {
		told["warnings"], told["broken"] = wordList(o.Warnings), wordList(o.Broken)
	}
	told["message"] = message
	return told, ok && o.Verdict != release.Ignore || !production
}

// wordList is a list as an event carries it, each member in its words.
func wordList[T any](list []T) []world.Value {
	out := make([]world.Value, len(list))
	for i, v := range list {
		out[i] = fmt.Sprint(v)
	}
	return out
}

// wait returns when every batch that the watcher has handed over is through, with
// the outcomes since a moment, newest first, or else the latest.
func (r *releases) wait(ctx context.Context, since time.Time) ([]release.Outcome, error) {
	through := make(chan struct{})
	select {
	case r.idle <- through:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	<-through
	r.mu.Lock()
	defer r.mu.Unlock()
	n := 0
	for n < len(r.outcomes) && (n == 0 || r.outcomes[n].At.After(since)) {
		n++
	}
	return slices.Clone(r.outcomes[:n]), nil
}
