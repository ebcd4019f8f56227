package server

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"hotshard/runtime/script"
	"hotshard/runtime/system"
	"hotshard/runtime/universe"
)

// Releaser takes a release to every running system, all or none.
type Releaser interface {
	// Release returns how many systems run the release afterwards, with the
	// warnings of the plan. On an error nothing has changed anywhere.
	Release(ctx context.Context, to *script.Release) (systems int, warnings []script.Warning, err error)
}

// releaser is the Releaser of a shard that is all in one process. A release is
// staged once, planned in every system that runs, and committed in each at the
// end of its next tick; a system that starts meanwhile starts on the new one.
type releaser struct {
	universe *universe.Universe
	stager   *script.Stager
}

func newReleaser(u *universe.Universe, o script.Options) *releaser {
	return &releaser{universe: u, stager: script.NewStager(o)}
}

// Release implements Releaser. One call at a time.
func (r *releaser) Release(ctx context.Context, to *script.Release) (int, []script.Warning, error) {
	from := r.universe.Release()
	staged, err := r.stager.Stage(from, to, r.roots(to))
	if err != nil {
		return 0, nil, err
	}
	warnings, err := r.plan(ctx, staged)
	if err != nil {
		return 0, nil, err
	}
	r.universe.SetRelease(to)
	done, err := r.commit(ctx, staged)
	if err != nil {
		r.universe.SetRelease(from)
		return 0, nil, errors.Join(err, r.back(ctx, staged, done))
	}
	r.stager.Adopt(staged)
	return len(r.universe.Actors()), warnings, nil
}

// roots are the modules that systems and services begin with.
func (r *releaser) roots(to *script.Release) []string {
	roots := []string{"main"}
	for _, name := range universe.ServiceNames(to) {
		roots = append(roots, "services."+name)
	}
	return roots
}

// plan asks every system whether it could take the release.
func (r *releaser) plan(ctx context.Context, st *script.Staged) ([]script.Warning, error) {
	var mu sync.Mutex
	var refusal error
	seen := map[string]bool{}
	var warnings []script.Warning
	err := r.universe.AskAll(ctx, func(s *system.System) {
		if s.State() == nil || s.State().Release().Hash != st.From.Hash {
			return
		}
		report, err := s.State().Plan(st)
		mu.Lock()
		defer mu.Unlock()
		if err != nil {
			refusal = err
			return
		}
		for _, w := range report.Warnings {
			if !seen[w.String()] {
				seen[w.String()] = true
				warnings = append(warnings, w)
			}
		}
	})
	return warnings, errors.Join(refusal, err)
}

// commit lets every system run the release from the end of its next tick on, and
// returns those that do. One that did not run at all tries again with it.
func (r *releaser) commit(ctx context.Context, st *script.Staged) ([]*system.System, error) {
	var mu sync.Mutex
	var done []*system.System
	var failed error
	err := r.universe.AtTickEnd(ctx, r.universe.Actors(), func(s *system.System) {
		var err error
		switch {
		case s.State() == nil:
			_ = s.Restart() // it says so itself to everybody who asks
			return
		case s.State().Release().Hash != st.From.Hash:
			return // it has just started, on the new one
		default:
			_, err = s.State().Commit(st)
		}
		mu.Lock()
		defer mu.Unlock()
		if err != nil {
			failed = fmt.Errorf("%s: %w", s.Address(), err)
			return
		}
		done = append(done, s)
	})
	return done, errors.Join(failed, err)
}

// back takes a release out again where it was committed.
func (r *releaser) back(ctx context.Context, st *script.Staged, done []*system.System) error {
	r.stager.Adopt(st, st.From.Hash)
	undo, err := r.stager.Stage(st.To, st.From, r.roots(st.From))
	if err != nil {
		return err
	}
	var mu sync.Mutex
	var failed error
	err = r.universe.AtTickEnd(ctx, done, func(s *system.System) {
		if s.State() == nil {
			return
		}
		if _, err := s.State().Commit(undo); err != nil {
			mu.Lock()
			defer mu.Unlock()
			failed = fmt.Errorf("%s stays on release %d: %w", s.Address(), st.To.Number, err)
		}
	})
	r.stager.Adopt(undo)
	return errors.Join(failed, err)
}
