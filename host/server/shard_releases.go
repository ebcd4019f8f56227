package server

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"hotshard/console/command"
	"hotshard/data/store"
	"hotshard/runtime/release"
	"hotshard/runtime/script"
	"hotshard/runtime/script/code"
	"hotshard/runtime/script/reload"
	"hotshard/runtime/system"
)

// keptReleases implements command.Releases over the controller and the store.
type keptReleases struct{ s *Server }

func (v keptReleases) controller() *release.Controller { return v.s.releases.controller }

// allReleases is more than the store keeps.
const allReleases = 10_000

// ListReleases implements command.Releases; limit 0 is all.
func (v keptReleases) ListReleases(ctx context.Context, limit int) ([]command.Release, error) {
	limit = cmp.Or(limit, allReleases)
	kept, err := v.s.store.Releases(ctx, limit)
	if err != nil {
		return nil, err
	}
	running, err := v.running(ctx)
	if err != nil {
		return nil, err
	}
	out := make([]command.Release, 0, len(kept)+1)
	if q := v.controller().Queued(); len(q) > 0 {
		out = append(out, command.Release{Author: "disk", Message: strings.Join(q, ", "), Files: len(q), State: command.ReleaseQueued})
	}
	for _, r := range kept {
		message, _, _ := strings.Cut(r.Note, "\n")
		out = append(out, command.Release{Number: r.Number, Hash: r.Hash, Author: r.Author, At: r.Created, Message: message, Files: r.Changed,
			State: releaseState(r.Status), Systems: running[r.Number]})
	}
	return out, nil
}

// running is how many systems and services run each release, on all nodes.
func (v keptReleases) running(ctx context.Context) (map[int]int, error) {
	count := map[int]int{}
	for _, st := range v.s.universe.Stats() {
		count[st.Release]++
	}
	if v.s.mesh == nil {
		return count, nil
	}
	return count, v.s.lookAtAll(ctx, sight{What: seeReleases}, func(_ string, there seen) {
		for n, units := range there.Releases {
			count[n] += units
		}
	})
}

// releaseState is the console's word for the store's. What never ran for all, as a
// refused one, is called as the store has it.
func releaseState(s store.ReleaseStatus) command.ReleaseState {
	switch s {
	case store.ReleaseLive:
		return command.ReleaseCurrent
	case store.ReleaseReplaced:
		return command.ReleaseSuperseded
	case store.ReleaseRolledBack:
		return command.ReleaseRolledBack
	}
	return command.ReleaseState(s)
}

// at is a release by its number, read back from the store where it is not at hand.
func (v keptReleases) at(ctx context.Context, number int) (*code.Release, error) {
	if r := v.controller().Find(number); r != nil {
		return r, nil
	}
	kept, err := v.s.store.Release(ctx, number)
	if errors.Is(err, store.ErrNotFound) {
		return nil, fmt.Errorf("there is no release %d; release list shows those that are kept", number)
	}
	if err != nil {
		return nil, err
	}
	r := code.NewRelease(kept.Number, kept.Files)
	v.controller().Remember(r)
	return r, nil
}

// Diff implements command.Releases.
func (v keptReleases) Diff(ctx context.Context, from, to int) (string, error) {
	a, err := code.NewRelease(0, nil), error(nil) // what was there before the first
	if from > 0 {
		a, err = v.at(ctx, from)
	}
	if err != nil {
		return "", err
	}
	var b *code.Release
	if to == 0 {
		b, err = v.controller().Candidate()
	} else {
		b, err = v.at(ctx, to)
	}
	if err != nil {
		return "", err
	}
	var out strings.Builder
	for _, path := range a.Changed(b) {
		out.WriteString(unifiedDiff(v.s.cfg.Scripts, path, sourceOf(a, path), sourceOf(b, path)))
	}
	return out.String(), nil
}

func sourceOf(r *code.Release, path string) string {
	if f := r.Files[path]; f != nil {
		return string(f.Source)
	}
	return ""
}

// Plan implements command.Releases.
func (v keptReleases) Plan(ctx context.Context, to int) (release.Outcome, error) {
	var target *code.Release
	if to != 0 {
		var err error
		if target, err = v.at(ctx, to); err != nil {
			return release.Outcome{}, err
		}
	}
	return plan(v.controller().Plan(ctx, target)), nil
}

// PlanPromote implements command.Releases.
func (v keptReleases) PlanPromote(ctx context.Context, w release.Wish) (release.Outcome, error) {
	w, err := v.resolved(ctx, w)
	if err != nil {
		return release.Outcome{}, err
	}
	o := plan(v.controller().PlanWish(ctx, w))
	o.Shadow = v.s.shadows.ofWish(w)
	return o, nil
}

// resolved is a wish with the names of systems as the fleet has them, and the release
// at hand.
func (v keptReleases) resolved(ctx context.Context, w release.Wish) (release.Wish, error) {
	if w.Release != 0 {
		if _, err := v.at(ctx, w.Release); err != nil {
			return w, err
		}
	}
	var err error
	w.Units, err = v.s.units(w.Units)
	return w, err
}

// PlanRollback implements command.Releases.
func (v keptReleases) PlanRollback(ctx context.Context, to int) (release.Outcome, error) {
	if to != 0 {
		if _, err := v.at(ctx, to); err != nil {
			return release.Outcome{}, err
		}
	}
	return plan(v.controller().PlanRollback(ctx, to)), nil
}

// plan is an outcome that has not happened, with what it would change.
func plan(o release.Outcome, changes []reload.FunctionChange) release.Outcome {
	o.Changes = changes
	return o
}

// Canaries implements command.Releases.
func (v keptReleases) Canaries() map[int]int { return v.controller().Status().Canaries }

// Promote implements command.Releases.
func (v keptReleases) Promote(ctx context.Context, w release.Wish, author string) (release.Outcome, error) {
	w, err := v.resolved(ctx, w)
	if err != nil {
		return release.Outcome{}, err
	}
	said := v.s.shadows.ofWish(w) // as things stand before
	o := v.controller().Grant(ctx, w, author)
	o.Shadow = said
	return o, nil
}

// units turns names of systems as operators write them into units of the fleet.
func (s *Server) units(names []string) ([]string, error) {
	var out []string
	for _, n := range names {
		a := operatorAddress(s.universe, n)
		if m := s.universe.Map().ByName(bare(string(a))); m != nil {
			out = append(out, m.Name)
		} else if !strings.HasPrefix(string(a), "@") { // a service, wherever it runs
			out = append(out, string(a))
		} else {
			return nil, fmt.Errorf("there is no system or service called %s", n)
		}
	}
	return out, nil
}

// Rollback implements command.Releases. A canary is what goes back first.
func (v keptReleases) Rollback(ctx context.Context, to int, author string) (release.Outcome, error) {
	if to != 0 {
		if _, err := v.at(ctx, to); err != nil {
			return release.Outcome{}, err
		}
	}
	return v.controller().Rollback(ctx, to, author, "rollback"), nil
}

// Stragglers implements command.Releases.
func (v keptReleases) Stragglers(ctx context.Context) ([]command.Task, error) {
	return v.s.tasks(ctx, "", (*script.State).Stragglers)
}

// tasks collects suspended work from one system or from all that run.
func (s *Server) tasks(ctx context.Context, name string, list func(*script.State) []script.TaskInfo) ([]command.Task, error) {
	actors := s.universe.Actors()
	if name != "" {
		a, err := s.universe.Start(operatorAddress(s.universe, name))
		if err != nil {
			return nil, err
		}
		actors = []*system.System{a}
	}
	var mu sync.Mutex
	var out []command.Task
	err := s.universe.Between(ctx, actors, func(sys *system.System) {
		if sys.State() == nil {
			return
		}
		found := list(sys.State())
		mu.Lock()
		defer mu.Unlock()
		for _, t := range found {
			out = append(out, command.Task{System: bare(string(sys.Address())), TaskInfo: t})
		}
	})
	slices.SortFunc(out, func(a, b command.Task) int { return cmp.Or(cmp.Compare(a.System, b.System), cmp.Compare(a.ID, b.ID)) })
	return out, err
}

// unloader implements command.Unloader.
type unloader struct{ s *Server }

// Unload implements command.Unloader.
func (v unloader) Unload(ctx context.Context, module, author string) (release.Outcome, error) {
	return v.s.releases.controller.Unload(ctx, module, author), nil
}
