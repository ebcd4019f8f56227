package server

import (
	"context"
	"os"
	"strings"
	"time"

	"hotshard/console/command"
	"hotshard/data/store"
	"hotshard/runtime/world"
)

// reload implements command.Reload.
type reload struct{ s *Server }

// Status implements command.Reload.
func (v reload) Status(context.Context) (command.ReloadStatus, error) {
	w := v.s.watcher.Status()
	st := command.ReloadStatus{
		Root: w.Root, Mode: string(w.Mode), Reason: w.Reason, Files: w.Files, Pending: w.Pending, LastScan: w.LastScan,
		Queued: v.s.releases.controller.Status().Queued,
	}
	for _, h := range w.Holds {
		st.Holds = append(st.Holds, h.String())
	}
	st.Holds = append(st.Holds, v.s.drift()...)
	r := v.s.releases
	r.mu.Lock()
	defer r.mu.Unlock()
	st.Last = append(st.Last, r.outcomes...)
	return st, nil
}

// Now implements command.Reload.
func (v reload) Now(ctx context.Context, author string) ([]command.Outcome, error) {
	b, err := v.s.watcher.Scan(ctx)
	if err != nil {
		return nil, err
	}
	var out []command.Outcome
	for _, o := range v.s.releases.take(ctx, b, author) {
		out = append(out, toOutcome(o))
	}
	return out, nil
}

// Wait implements command.Reload.
func (v reload) Wait(ctx context.Context) ([]command.Outcome, error) {
	began := time.Now()
	if err := v.s.watcher.WaitSettled(ctx); err != nil {
		return nil, err
	}
	if out, err := v.s.releases.wait(ctx, began); err != nil || len(out) > 0 {
		return out, err
	}
	return []command.Outcome{{
		Verdict: command.Ignored, Release: v.s.universe.Release().Number, Message: "nothing has changed since the start", At: began,
	}}, nil
}

// storeStats implements command.Store.
type storeStats struct{ s *Server }

// StoreStats implements command.Store.
func (v storeStats) StoreStats(context.Context) (command.StoreStats, error) {
	st := v.s.store.Stats()
	out := command.StoreStats{
		URL: v.s.store.Path(), Queue: st.Queue, Commits: st.Commits, Writes: st.Changes,
		CommitP50: st.CommitP50, CommitP99: st.CommitP99, Failures: st.Refused,
	}
	if info, err := os.Stat(v.s.store.Path()); err == nil {
		out.Size = info.Size()
	}
	return out, nil
}

// audit implements command.Audit.
type audit struct{ store *store.Store }

// Record implements command.Audit.
func (a audit) Record(ctx context.Context, e command.AuditEntry) error {
	kind, _, _ := strings.Cut(e.Command, " ")
	_, err := a.store.Audit(ctx, store.AuditEntry{
		At: e.At, Who: e.Who, From: e.From, Kind: kind, Command: e.Command, Code: e.Detail, Outcome: e.Outcome,
		Detail: map[string]world.Value{"release": float64(e.Release)},
	})
	return err
}

// Query implements command.Audit.
func (a audit) Query(ctx context.Context, since time.Time, by string, limit int) ([]command.AuditEntry, error) {
	rows, err := a.store.AuditLog(ctx, store.AuditQuery{Since: since, By: by, Limit: limit})
	if err != nil {
		return nil, err
	}
	out := make([]command.AuditEntry, len(rows))
	for i, r := range rows {
		out[i] = command.AuditEntry{At: r.At, Who: r.Who, From: r.From, Command: r.Command, Detail: r.Code, Outcome: r.Outcome}
		if d, ok := r.Detail.(map[string]world.Value); ok {
			n, _ := d["release"].(float64)
			out[i].Release = int(n)
		}
	}
	return out, nil
}
