package server

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"hotshard/console/command"
	"hotshard/data/store"
	"hotshard/runtime/gate/wire"
	"hotshard/runtime/script"
	"hotshard/runtime/watch"
	"hotshard/runtime/world"
)

// firstRelease reads the scripts as they are on the disk and gives them a number:
// that of the live release where nothing has changed since the last run.
func firstRelease(w *watch.Watcher, st *store.Store) (*script.Release, error) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	b, err := w.Scan(ctx)
	if err != nil {
		return nil, err
	}
	if len(b.Changed) == 0 {
		return nil, fmt.Errorf("there are no scripts in %s: --scripts names their folder", w.Status().Root)
	}
	live, err := st.LiveRelease(ctx)
	if err == nil && live.Hash == store.HashFiles(b.Changed) {
		return script.NewRelease(live.Number, b.Changed), nil
	}
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return nil, err
	}
	return addRelease(ctx, st, script.NewRelease(0, b.Changed), "disk", "at the start")
}

// addRelease keeps a release as the live one and returns it with its number.
func addRelease(ctx context.Context, st *store.Store, r *script.Release, author, note string) (*script.Release, error) {
	files := make(map[string][]byte, len(r.Files))
	for path, f := range r.Files {
		files[path] = f.Source
	}
	kept, err := st.AddRelease(ctx, store.Release{Author: author, Note: note, Files: files})
	if err != nil {
		return nil, err
	}
	if err := st.BeginRelease(ctx, kept.Number); err != nil {
		return nil, err
	}
	if err := st.FinishRelease(ctx, kept.Number, store.ReleaseLive, note); err != nil {
		return nil, err
	}
	return r.Numbered(kept.Number), nil
}

// releases takes what is saved in the scripts' folder to the running systems.
type releases struct {
	s        *Server
	releaser Releaser

	mu       sync.Mutex // of one application at a time, and of what follows
	current  *script.Release
	outcomes []command.Outcome // newest first
	queued   map[string][]byte // in production: waits for a promote
}

// keptOutcomes is how many outcomes are remembered.
const keptOutcomes = 20

func newReleases(s *Server, by Releaser, first *script.Release) *releases {
	return &releases{s: s, releaser: by, current: first, queued: make(map[string][]byte)}
}

// run applies batches as they come, until ctx ends.
func (r *releases) run(ctx context.Context) {
	for {
		select {
		case b, ok := <-r.s.watcher.Batches():
			if !ok {
				return
			}
			r.take(b, "disk")
		case <-ctx.Done():
			return
		}
	}
}

// take is one batch: applied, refused, held or queued.
func (r *releases) take(b watch.Batch, author string) command.Outcome {
	r.mu.Lock()
	defer r.mu.Unlock()
	out := r.decide(b, author)
	out.At = time.Now()
	if !b.First.IsZero() {
		out.Took = out.At.Sub(b.First)
	}
	r.outcomes = slices.Insert(r.outcomes, 0, out)
	r.outcomes = r.outcomes[:min(len(r.outcomes), keptOutcomes)]
	r.tell(out)
	return out
}

func (r *releases) decide(b watch.Batch, author string) command.Outcome {
	out := command.Outcome{Release: r.current.Number, Files: slices.Sorted(maps.Keys(b.Changed))}
	for _, h := range b.Holds {
		out.Warnings = append(out.Warnings, command.Warning{Code: string(h.Code), Subject: h.Path, Detail: h.Detail})
	}
	next := r.current.With(r.current.Number+1, b.Changed)
	if next.Hash == r.current.Hash {
		out.Verdict, out.Message = command.Ignored, "nothing differs from what runs"
		if len(b.Holds) > 0 {
			out.Verdict, out.Code, out.Message = command.Held, string(b.Holds[0].Code), b.Holds[0].String()
		}
		return out
	}
	if r.s.cfg.Production {
		maps.Copy(r.queued, b.Changed)
		out.Verdict, out.Message = command.Queued, fmt.Sprintf("%s waiting for promote", count(len(r.queued), "file is", "files are"))
		return out
	}
	return r.apply(next, out, author)
}

// apply makes a release current, everywhere or nowhere.
func (r *releases) apply(next *script.Release, out command.Outcome, author string) command.Outcome {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	for _, path := range out.Files {
		if err := next.Files[path].Check(); err != nil {
			return refused(out, err)
		}
	}
	numbered, err := addRelease(ctx, r.s.store, next, author, strings.Join(out.Files, " "))
	if err != nil {
		return refused(out, err)
	}
	systems, warnings, err := r.releaser.Release(ctx, numbered)
	if err != nil {
		if merr := r.s.store.MarkRelease(ctx, numbered.Number, store.ReleaseRefused, err.Error()); merr != nil {
			r.s.log.Error("a refused release could not be marked", "release", numbered.Number, "error", merr)
		}
		return refused(out, err)
	}
	r.current = numbered
	for _, w := range warnings {
		out.Warnings = append(out.Warnings, command.Warning(w))
	}
	out.Verdict, out.Release, out.Systems = command.Applied, numbered.Number, systems
	out.Message = fmt.Sprintf("%s, release %d", strings.Join(out.Files, ", "), numbered.Number)
	return out
}

func refused(out command.Outcome, err error) command.Outcome {
	out.Verdict, out.Message = command.Refused, err.Error()
	var ref *script.Refusal
	if errors.As(err, &ref) {
		out.Code = ref.Code
	}
	return out
}

// tell logs an outcome and shows it to the players, who see a toast.
func (r *releases) tell(out command.Outcome) {
	attrs := []any{"verdict", string(out.Verdict), "release", out.Release, "files", strings.Join(out.Files, " "), "took", out.Took.Round(time.Millisecond)}
	switch out.Verdict {
	case command.Applied:
		r.s.log.Info("scripts reloaded", append(attrs, "systems", out.Systems)...)
	case command.Refused:
		r.s.log.Error("scripts not reloaded: "+out.Message, attrs...)
	case command.Ignored:
		return
	default:
		r.s.log.Warn("scripts not reloaded: "+out.Message, attrs...)
		return
	}
	files := make([]world.Value, len(out.Files))
	for i, f := range out.Files {
		files[i] = f
	}
	r.s.gate.Broadcast(wire.NewEvent("reload", map[string]world.Value{
		"ok": out.Verdict == command.Applied, "release": float64(out.Release), "files": files, "message": out.Message,
	}))
}
