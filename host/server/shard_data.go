package server

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"hotshard/console/command"
	"hotshard/data/store"
	"hotshard/runtime/release"
	"hotshard/runtime/watch"
	"hotshard/runtime/world"
)

// reloads implements command.Reload.
type reloads struct{ s *Server }

// Status implements command.Reload.
func (v reloads) Status(context.Context) (command.ReloadStatus, error) {
	r := v.s.releases
	st := command.ReloadStatus{Watch: v.s.watcher.Status(), Queued: r.controller.Status().Queued, Differs: v.s.drift(), Tests: r.tests.now()}
	r.mu.Lock()
	defer r.mu.Unlock()
	st.Last = slices.Clone(r.outcomes)
	return st, nil
}

// Tests implements command.Reload.
func (v reloads) Tests(ctx context.Context) (command.Tested, error) {
	return v.s.releases.tests.wait(ctx)
}

// Now implements command.Reload.
func (v reloads) Now(ctx context.Context, author string) ([]release.Outcome, error) {
	b, err := v.s.watcher.Scan(ctx)
	if err != nil {
		return nil, err
	}
	v.s.everything(&b)
	out := v.s.releases.read(ctx, b, author)
	if len(out) == 1 && out[0].Verdict == release.Ignore {
		if differs := v.s.drift(); len(differs) > 0 { // as reload status says
			out[0].Message = "nothing to apply, and yet the disk is not what runs: " + strings.Join(differs, "; ")
		}
	}
	return out, nil
}

// everything adds to a batch all else that is on the disk: what was handed over before
// may have been refused or rolled back since, and is what reload status says differs.
func (s *Server) everything(b *watch.Batch) {
	files, held := s.watcher.Disk()
	for path, src := range files {
		if _, known := b.Changed[path]; !known && held[path] == "" && len(src) > 0 {
			b.Changed[path] = src
		}
	}
}

// Accept implements command.Reload.
func (v reloads) Accept(ctx context.Context, path, author string) ([]release.Outcome, error) {
	if _, err := v.s.watcher.Scan(ctx); err != nil {
		return nil, err
	}
	files, _ := v.s.watcher.Disk()
	path = strings.TrimSuffix(path, ".lua") + ".lua"
	if files[path] == nil {
		return nil, fmt.Errorf("there is no file %s to accept; reload status lists what is held. What is deleted or empty is taken out by unload", path)
	}
	return v.s.releases.controller.Accept(ctx, path, files[path], author), nil
}

// Wait implements command.Reload.
func (v reloads) Wait(ctx context.Context) ([]release.Outcome, error) {
	began := time.Now()
	if err := v.s.watcher.WaitSettled(ctx); err != nil {
		return nil, err
	}
	if out, err := v.s.releases.wait(ctx, began); err != nil || len(out) > 0 {
		return out, err
	}
	return []release.Outcome{{
		Verdict: release.Ignore, Release: v.s.universe.Release().Number, Message: "nothing has changed since the start", At: began,
	}}, nil
}

// storeStats implements command.Store.
type storeStats struct{ s *Server }

// StoreStats implements command.Store.
func (v storeStats) StoreStats(context.Context) (command.StoreStats, error) {
	st := v.s.store.Stats()
	return command.StoreStats{
		Size: v.s.store.Size(), URL: v.s.store.Path(), Queue: st.Queue, Commits: st.Commits, Writes: st.Changes,
		CommitP50: st.CommitP50, CommitP99: st.CommitP99, Failures: st.Refused,
	}, nil
}

// audit implements command.Audit.
type audit struct{ s *Server }

// Record implements command.Audit.
func (a audit) Record(ctx context.Context, e command.AuditEntry) error {
	if a.s.succession.done() {
		return nil // the log is another process's, which has written it down
	}
	kind, _, _ := strings.Cut(e.Command, " ")
	_, err := a.s.store.Audit(ctx, store.AuditEntry{
		At: e.At, Who: e.Who, From: e.From, Kind: kind, Command: e.Command, Outcome: e.Outcome,
		Detail: map[string]world.Value{"release": float64(e.Release)},
	})
	return err
}

// changedIn says what a step of the releases changed, by what auditDetail wrote down.
func changedIn(d map[string]world.Value) string {
	var parts []string
	if files, _ := d["files"].(map[string]world.Value); len(files) > 0 {
		parts = append(parts, strings.Join(slices.Sorted(maps.Keys(files)), ", "))
	}
	for _, how := range []string{"changed", "added", "removed"} {
		if names, _ := d[how].([]world.Value); len(names) > 0 {
			parts = append(parts, fmt.Sprintf("%s %s", how, strings.Join(words(names), ", ")))
		}
	}
	if canary, _ := d["canary"].(string); canary != "" {
		parts = append(parts, "on "+canary)
	}
	return strings.Join(parts, "; ")
}

func words(list []world.Value) []string {
	out := make([]string, len(list))
	for i, v := range list {
		out[i] = fmt.Sprint(v)
	}
	return out
}

// Query implements command.Audit.
func (a audit) Query(ctx context.Context, since time.Time, by string, limit int) ([]command.AuditEntry, error) {
	rows, err := a.s.store.AuditLog(ctx, store.AuditQuery{Since: since, By: by, Limit: limit})
	if err != nil {
		return nil, err
	}
	out := make([]command.AuditEntry, len(rows))
	for i, r := range rows {
		out[i] = command.AuditEntry{At: r.At, Who: r.Who, From: r.From, Command: r.Command, Detail: r.Code, Outcome: r.Outcome}
		if d, ok := r.Detail.(map[string]world.Value); ok {
			n, _ := d["release"].(float64)
			out[i].Release, out[i].Detail = int(n), cmp.Or(r.Code, changedIn(d))
		}
	}
	return out, nil
}
