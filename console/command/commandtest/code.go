package commandtest

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"hotshard/console/command"
)

type releases struct{ *Shard }

func (r releases) ListReleases(context.Context, int) ([]command.Release, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.Releases, nil
}

func (r releases) Diff(_ context.Context, from, to int) (string, error) {
	if from == to {
		return "", nil
	}
	return fmt.Sprintf("--- r%d\n+++ r%d\n", from, to), nil
}

func (r releases) Plan(_ context.Context, to int) (command.Plan, error) {
	return command.Plan{Base: r.Identity.Release, Systems: 3,
		Functions: []command.PlannedFunction{{Name: "market.fee", Change: "changed", OldHash: "aa", NewHash: "bb"}},
		Warnings:  []command.Warning{{Code: "W-ARITY", Subject: "market.fee"}}}, nil
}

func (r releases) PlanPromote(ctx context.Context, to int, _ []string) (command.Plan, error) {
	return r.Plan(ctx, to)
}

func (r releases) PlanRollback(ctx context.Context, to int) (command.Plan, error) {
	return r.Plan(ctx, to)
}

func (r releases) Verdicts(context.Context) ([]command.Watched, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.Watched), nil
}

func (r releases) Promote(_ context.Context, to int, systems []string, _ string) (command.Outcome, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(systems) > 0 {
		r.Releases = append(r.Releases, command.Release{Number: r.Identity.Release + 1, State: "canary"})
		return command.Outcome{Verdict: command.Applied, Release: r.Identity.Release + 1, Systems: len(systems)}, nil
	}
	r.Identity.Release++
	return command.Outcome{Verdict: command.Applied, Release: r.Identity.Release, Systems: 3}, nil
}

func (r releases) Rollback(_ context.Context, to int, _ string) (command.Outcome, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if to == 0 {
		to = r.Identity.Release - 1
	}
	r.Identity.Release = to
	return command.Outcome{Verdict: command.Applied, Release: to, Systems: 3}, nil
}

func (r releases) Freeze(_ context.Context, reason, author string) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.Identity.Frozen, r.Frozen = true, reason
	r.Identity.FrozenBy, r.Identity.FrozenWhy, r.Identity.FrozenAt = author, reason, time.Now()
	return nil
}

func (r releases) Thaw(context.Context, string) (command.Outcome, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.Identity.Frozen = false
	return command.Outcome{Verdict: command.Ignored}, nil
}

func (r releases) Stragglers(context.Context) ([]command.Task, error) { return r.Shard.Tasks, nil }

type patches struct{ *Shard }

func (p patches) PlanPatch(ctx context.Context, _ command.PatchRequest) (command.Plan, error) {
	return releases(p).Plan(ctx, 0)
}

func (p patches) MakePatch(_ context.Context, q command.PatchRequest) (command.Patch, command.Outcome, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if strings.Contains(q.Code, "(((") {
		return command.Patch{}, command.Outcome{Verdict: command.Refused, Code: "R-SYNTAX", Message: "market.lua:2 unexpected symbol"}, nil
	}
	made := command.Patch{Number: len(p.Patches) + 1, Function: q.Function, Instance: q.Instance, Author: q.Author, Reason: q.Reason,
		Systems: q.Systems, Sticky: q.Sticky, State: "live", At: time.Now(), Base: q.Code}
	if len(q.Systems) > 0 {
		made.State = "canary"
	}
	p.Patches = append(p.Patches, made)
	return made, command.Outcome{Verdict: command.Applied, Release: p.Identity.Release, Systems: max(1, len(q.Systems))}, nil
}

func (p patches) set(n int, state string) (command.Outcome, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if n > len(p.Patches) {
		return command.Outcome{}, &command.Refusal{Code: "R-STALE", Message: fmt.Sprintf("there is no patch #%d", n)}
	}
	p.Patches[n-1].State = state
	return command.Outcome{Verdict: command.Applied, Release: p.Identity.Release, Systems: 3}, nil
}

func (p patches) PromotePatch(_ context.Context, n int, _ string) (command.Outcome, error) {
	return p.set(n, "live")
}

func (p patches) DropPatch(_ context.Context, n int, _ string) (command.Outcome, error) {
	return p.set(n, "dropped")
}

func (p patches) ListPatches(context.Context) ([]command.Patch, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.Patches), nil
}

func (p patches) ExportPatch(context.Context, int) (string, error) {
	return "--- a/market.lua\n+++ b/market.lua\n", nil
}

func (p patches) SavePatch(context.Context, int, string) (string, error) { return "market.lua", nil }

type probe struct{ *Shard }

func (p probe) Source(_ context.Context, _, function string) (command.Source, error) {
	return command.Source{Function: function, Where: "market@3:12", Hash: "aa", Code: "function market.fee(price)\n  return price * 0.01\nend"}, nil
}

func (p probe) Tasks(context.Context, string) ([]command.Task, error) { return p.Shard.Tasks, nil }

// StopTasks ends those of the fake's tasks that fit.
func (p probe) StopTasks(_ context.Context, q command.TaskQuery) ([]command.Task, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	fits := func(t command.Task) bool {
		return (q.System == "" || q.System == t.System) && (len(q.IDs) == 0 || slices.Contains(q.IDs, t.ID)) && (q.Release == 0 || q.Release == t.Release)
	}
	var ended []command.Task
	for _, t := range p.Shard.Tasks {
		if fits(t) {
			ended = append(ended, t)
		}
	}
	p.Shard.Tasks = slices.DeleteFunc(p.Shard.Tasks, fits)
	return ended, nil
}

func (p probe) Timers(context.Context, string) ([]command.Timer, error) {
	return []command.Timer{{System: "Jita", ID: 7, Function: "market.sweep", Every: time.Minute}}, nil
}

func (p probe) StopTimers(_ context.Context, _ string, ids []uint64) ([]command.Timer, error) {
	if !slices.Contains(ids, 7) {
		return nil, nil
	}
	return p.Timers(context.Background(), "")
}

// Trace reports one call and then waits.
func (p probe) Trace(ctx context.Context, system, function string, call func(command.TracedCall) error) error {
	err := call(command.TracedCall{At: time.Now(), System: "Jita", Args: []string{"100"}, Results: []string{"1"}, Took: time.Microsecond})
	if err != nil {
		return err
	}
	p.busy()
	<-ctx.Done()
	return ctx.Err()
}

func (p probe) Profile(context.Context, string, time.Duration) ([]command.ProfileLine, []byte, error) {
	return []command.ProfileLine{{Function: "market.fee", Self: time.Second, Calls: 7}}, []byte("pprof"), nil
}

type services struct{ *Shard }

func (v services) ListServices(context.Context) ([]command.Service, error) {
	return []command.Service{{Name: "market", Up: true, Calls: 9}}, nil
}

func (v services) StoreStats(context.Context) (command.StoreStats, error) {
	return command.StoreStats{URL: "shard.db", Commits: 5, Extra: map[string]string{"journal": "wal"}}, nil
}

type logs struct{ *Shard }

// Tail passes on what the test sends into Lines.
func (l logs) Tail(ctx context.Context, line func(command.LogLine) error) error {
	l.busy()
	for {
		select {
		case e := <-l.Lines:
			if err := line(e); err != nil {
				return err
			}
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

type audit struct{ *Shard }

func (a audit) Record(_ context.Context, e command.AuditEntry) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.Entries = append(a.Entries, e)
	return nil
}

func (a audit) Query(_ context.Context, since time.Time, by string, limit int) ([]command.AuditEntry, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	var found []command.AuditEntry
	for _, e := range slices.Backward(a.Entries) {
		if e.At.After(since) && (by == "" || e.Who == by) && len(found) < limit {
			found = append(found, e)
		}
	}
	return found, nil
}
