package commandtest

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"hotshard/console/command"
	"hotshard/runtime/release"
	"hotshard/runtime/script"
	"hotshard/runtime/script/code"
	"hotshard/runtime/script/reload"
	"hotshard/runtime/system"
)

type releases struct {
	command.Releases
	*Shard
}

func (r releases) ListReleases(context.Context, int) ([]command.Release, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.Shard.Releases, nil
}

func (r releases) Diff(_ context.Context, from, to int) (string, error) {
	if from == to {
		return "", nil
	}
	return fmt.Sprintf("--- r%d\n+++ r%d\n", from, to), nil
}

// Plan is of one function.
func (r releases) Plan(context.Context, int) (release.Outcome, error) {
	return release.Outcome{Verdict: release.Apply, Release: r.Identity.Release, Units: 3,
		Changes:  []reload.FunctionChange{{Name: "market.fee", Change: "changed", OldHash: "aa", NewHash: "bb"}},
		Warnings: []code.Warning{{Code: code.WArity, Subject: "market.fee"}}}, nil
}

func (r releases) PlanPromote(ctx context.Context, w release.Wish) (release.Outcome, error) {
	return r.Plan(ctx, w.Release)
}

func (r releases) TestPromote(context.Context, release.Wish) (command.Tested, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.Tested, nil
}

func (r releases) PlanRollback(ctx context.Context, to int) (release.Outcome, error) {
	return r.Plan(ctx, to)
}

func (r releases) Verdicts(context.Context) (open, closed []release.Verdicted, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.Watched), slices.Clone(r.Closed), nil
}

func (r releases) Canaries() map[int]int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.Trying
}

func (r releases) Promote(_ context.Context, w release.Wish, _ string) (release.Outcome, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(w.Units) > 0 {
		r.Trying = map[int]int{r.Identity.Release + 1: 0}
		return release.Outcome{Verdict: release.Apply, Release: r.Identity.Release + 1, Units: len(w.Units)}, nil
	}
	r.Promoted = append(r.Promoted, w)
	r.Identity.Release++
	return release.Outcome{Verdict: release.Apply, Release: r.Identity.Release, Units: 3}, nil
}

func (r releases) Rollback(_ context.Context, to int, _ string) (release.Outcome, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if to == 0 {
		to = r.Identity.Release - 1
	}
	r.Identity.Release = to
	return release.Outcome{Verdict: release.Apply, Release: to, Units: 3}, nil
}

func (r releases) Freeze(_ context.Context, reason, author string) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.Identity.Frozen = &release.Freeze{By: author, Why: reason, At: time.Now()}
	return nil
}

func (r releases) Thaw(context.Context, string) (release.Outcome, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.Identity.Frozen = nil
	return release.Outcome{Verdict: release.Ignore}, nil
}

func (r releases) Stragglers(context.Context) ([]command.Task, error) { return r.Shard.Tasks, nil }

type patches struct {
	command.Patches
	*Shard
}

func (p patches) PlanPatch(ctx context.Context, _ release.PatchRequest) (release.Outcome, error) {
	return releases{Shard: p.Shard}.Plan(ctx, 0)
}

func (p patches) MakePatch(_ context.Context, q release.PatchRequest) (*release.Patch, release.Outcome, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if strings.Contains(q.Code, "(((") {
		return nil, release.Outcome{Verdict: release.Refuse, Code: code.RSyntax, Message: "market.lua:2 unexpected symbol"}, nil
	}
	made := release.Patch{ID: len(p.Shard.Patches) + 1, Function: q.Function, Instance: q.Instance, Author: q.Author, Reason: q.Reason,
		Canary: q.Canary, Sticky: q.Sticky, Status: release.PatchOpen, At: time.Now(), Base: q.Code}
	p.Shard.Patches = append(p.Shard.Patches, command.Patched{Patch: made})
	return &made, release.Outcome{Verdict: release.Apply, Release: p.Identity.Release, Units: max(1, len(q.Canary))}, nil
}

func (p patches) change(n int, how func(*command.Patched)) (release.Outcome, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if n > len(p.Shard.Patches) {
		return release.Outcome{}, &command.Refusal{Code: code.RStale, Message: fmt.Sprintf("there is no patch #%d", n)}
	}
	how(&p.Shard.Patches[n-1])
	return release.Outcome{Verdict: release.Apply, Release: p.Identity.Release, Units: 3}, nil
}

func (p patches) PromotePatch(_ context.Context, n int, _ string) (release.Outcome, error) {
	return p.change(n, func(q *command.Patched) { q.Canary = nil })
}

func (p patches) DropPatch(_ context.Context, n int, _ string) (release.Outcome, error) {
	return p.change(n, func(q *command.Patched) { q.Status = release.PatchDropped })
}

func (p patches) ListPatches(context.Context) ([]command.Patched, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.Shard.Patches), nil
}

func (p patches) ExportPatch(context.Context, int) (string, error) {
	return "--- a/market.lua\n+++ b/market.lua\n", nil
}

func (p patches) SavePatch(context.Context, int, string) (string, error) { return "market.lua", nil }

type probe struct {
	command.Probe
	*Shard
}

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
	return []command.Timer{{System: "Jita", TimerInfo: script.TimerInfo{ID: 7, Function: "market.sweep", Every: 60}}}, nil
}

func (p probe) StopTimers(_ context.Context, _ string, ids []uint64) ([]command.Timer, error) {
	if !slices.Contains(ids, 7) {
		return nil, nil
	}
	return p.Timers(context.Background(), "")
}

// Trace reports one call and then waits.
func (p probe) Trace(ctx context.Context, system, function string, call func(command.Traced) error) error {
	err := call(command.Traced{At: time.Now(), System: "Jita", TracedCall: script.TracedCall{Args: []string{"100"}, Results: []string{"1"}, Took: time.Microsecond}})
	if err != nil {
		return err
	}
	p.busy()
	<-ctx.Done()
	return ctx.Err()
}

func (p probe) Profile(context.Context, string, time.Duration) ([]script.ProfileSample, []byte, error) {
	return []script.ProfileSample{{Stack: []script.ProfileFrame{{Function: "market.fee"}}, Time: time.Second, Count: 7}}, []byte("pprof"), nil
}

// Hot is half of one function in release 7, three quarters of it in release 8.
func (p probe) Hot(_ context.Context, q command.HotQuery) (command.Hot, error) {
	fee := script.StackFrame{Function: "market.fee", Module: "market", Place: "market.lua@41:12"}
	tick := script.StackFrame{Function: "main.tick", Module: "main", Place: "main.lua@9f:3"}
	stack := func(release int, frames ...script.StackFrame) *script.Stack {
		return &script.Stack{Release: release, Frames: frames}
	}
	h := command.Hot{Spent: []command.Spent{
		{System: "Jita", Stack: stack(8, fee, tick), Steps: 3000}, {System: "Amarr", Stack: stack(8, tick), Steps: 1000},
		{System: "Jita", Stack: stack(7, fee, tick), Steps: 500}, {System: "Jita", Stack: stack(7, tick), Steps: 500},
	}}
	if q.Pprof {
		h.Pprof = []byte("pprof")
	}
	return h, nil
}

type services struct {
	command.Services
	*Shard
}

func (v services) ListServices(context.Context) ([]command.Service, error) {
	return []command.Service{{Name: "market", Stats: system.Stats{Up: true, Calls: 9}}}, nil
}

func (v services) StoreStats(context.Context) (command.StoreStats, error) {
	return command.StoreStats{URL: "shard.db", Commits: 5, Extra: map[string]string{"journal": "wal"}}, nil
}

type logs struct {
	command.Log
	*Shard
}

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

type audit struct {
	command.Audit
	*Shard
}

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
