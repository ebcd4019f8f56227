package server

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
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
	running := map[int]int{}
	for _, st := range v.s.universe.Stats() {
		running[st.Release]++
	}
	out := make([]command.Release, 0, len(kept)+1)
	if q := v.controller().Queued(); len(q) > 0 {
		out = append(out, command.Release{Author: "disk", Message: strings.Join(q, ", "), Files: len(q), State: command.ReleaseQueued})
	}
	for _, r := range kept {
		message, _, _ := strings.Cut(r.Note, "\n")
		out = append(out, command.Release{Number: r.Number, Hash: r.Hash, Author: r.Author, At: r.Created, Message: message,
			State: releaseState(r.Status), Systems: running[r.Number]})
	}
	return out, nil
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

// PlanPromote implements command.Releases. It goes the same ways as Promote.
func (v keptReleases) PlanPromote(ctx context.Context, to int, systems []string) (release.Outcome, error) {
	way, err := v.way(to, systems)
	if err != nil {
		return release.Outcome{}, err
	}
	switch {
	case way.canary:
		return plan(v.controller().PlanCanary(ctx, way.units)), nil
	case way.back:
		return v.PlanRollback(ctx, to)
	}
	return plan(v.controller().PlanPromote(ctx, to)), nil
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

// way is what a promotion comes to.
type way struct {
	canary bool // to some systems
	back   bool // to a release that was live before
	units  []string
	shares []float64
}

// way finds out what promoting a number, on some systems or all, comes to. Among the
// systems may be shares of all: "10%".
func (v keptReleases) way(to int, systems []string) (way, error) {
	c := v.controller()
	if len(systems) == 0 {
		return way{back: to != 0 && !c.IsCanary(to)}, nil
	}
	if running := c.FilesCanary(); to != 0 && to != running {
		return way{}, fmt.Errorf("release %d is not what waits in the queue: release promote --canary tries what was saved last, release rollback %d goes to that one", to, to)
	}
	w := way{canary: true}
	var names []string
	for _, s := range systems {
		percent, isShare := strings.CutSuffix(s, "%")
		if !isShare {
			names = append(names, s)
			continue
		}
		n, err := strconv.ParseFloat(percent, 64)
		if err != nil || !(n > 0 && n < 100) {
			return w, fmt.Errorf("%s is no share of the systems: write 10%%", s)
		}
		w.shares = append(w.shares, n/100)
	}
	slices.Sort(w.shares)
	var err error
	w.units, err = v.s.units(names)
	return w, err
}

// Promote implements command.Releases. With shares among the systems the release goes
// on by itself from the named systems to the shares and to all, held while its
// functions fail. Named systems alone widen a canary that runs.
func (v keptReleases) Promote(ctx context.Context, to int, systems []string, author string) (release.Outcome, error) {
	way, err := v.way(to, systems)
	c := v.controller()
	switch {
	case err != nil:
		return release.Outcome{}, err
	case way.back:
		return v.Rollback(ctx, to, author)
	case !way.canary:
		return c.Promote(ctx, to, author), nil
	case way.shares != nil:
		return c.RollOut(ctx, way.units, release.Rollout{Shares: way.shares}, author), nil
	case c.FilesCanary() != 0:
		return c.Widen(ctx, 0, way.units, author), nil
	}
	return c.Canary(ctx, way.units, author), nil
}

// units turns names of systems as operators write them into units of the fleet.
func (s *Server) units(names []string) ([]string, error) {
	var out []string
	for _, n := range names {
		a := operatorAddress(s.universe, n)
		if m := s.universe.Map().ByName(bare(string(a))); m != nil {
			out = append(out, m.Name)
		} else if s.universe.Running(a) != nil {
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
