package command

import (
	"context"
	"fmt"
	"slices"
	"time"

	"hotshard/runtime/release"
	"hotshard/runtime/watch"
)

// Reload drives the reloading of scripts from the disk.
type Reload interface {
	// Status tells of the watcher and of the last outcomes.
	Status(ctx context.Context) (ReloadStatus, error)
	// Now reads the disk and applies what differs, whatever it takes, without
	// waiting for files to settle. On a production shard it queues.
	Now(ctx context.Context, author string) ([]release.Outcome, error)
	// Accept applies (or queues) a file as it is on disk that is held because it
	// seems to be cut off.
	Accept(ctx context.Context, path, author string) ([]release.Outcome, error)
	// Wait returns when everything saved before the call has been applied,
	// refused or held, with what became of it; with nothing new, the outcome
	// that stands: the last one, and the files that are held.
	Wait(ctx context.Context) ([]release.Outcome, error)
	// Tests returns when the tests of what was saved before the call are through,
	// with what came of them.
	Tests(ctx context.Context) (Tested, error)
}

// Unloader takes modules out of the running shard: what deleting or emptying a
// file does not do by itself.
type Unloader interface {
	Unload(ctx context.Context, module, author string) (release.Outcome, error)
}

// ReloadStatus tells how reloading stands.
type ReloadStatus struct {
	Watch   watch.Status
	Queued  int               // files waiting for a promote, in production
	Differs []string          // what is on the disk and does not run, and why
	Last    []release.Outcome // newest first
	Tests   Tested            // of what was saved last
}

func init() {
	offered := func(s Shard) bool { return s.Reload != nil }
	register([]Command{{
		Name: "reload", Short: "read the scripts on disk now and apply what differs (queue it, in production)",
		Example: "reload", Role: Operator, Changes: true, Offered: offered, Run: runReload,
	}, {
		Name: "reload wait", Short: "wait until everything saved so far is applied, refused or held",
		Example: "reload wait --for 10s", Flags: []Flag{forFlag}, Offered: offered, Run: runReloadWait,
	}, {
		Name: "reload status", Short: "how the disk is watched, what is held, the last outcomes; --cluster: which release each node runs, and where a disk differs from it",
		Example: "reload status", Flags: []Flag{clusterFlag}, Offered: offered, Run: runReloadStatus,
	}, {
		Name: "reload tests", Short: "wait until the tests of what was saved are through, and say what came of them",
		Example: "reload tests --for 30s", Flags: []Flag{forFlag}, Offered: offered, Run: runReloadTests,
	}, {
		Name: "reload accept", Args: "FILE", Short: "take a file as it is on disk that is held because it seems to be cut off",
		Example: "reload accept lib/ship.lua", Role: Operator, Changes: true, Offered: offered, Run: runReloadAccept,
	}, {
		Name: "unload", Args: "MODULE", Short: "take a module out of the shard whose file was deleted or emptied",
		Example: "unload lib.old", Role: Operator, Changes: true, Flags: []Flag{confirmFlag}, Reloads: anyway,
		Offered: func(s Shard) bool { return s.Unloader != nil }, Run: runUnload,
	}})
}

func runUnload(ctx context.Context, s *Session, a Args) (Result, error) {
	if a.Word(0) == "" {
		return Result{}, Refuse(CodeUsage, "unload which module?")
	}
	if err := a.none(1); err != nil {
		return Result{}, err
	}
	if err := confirm(s, a, "unload "+a.Word(0)); err != nil {
		return Result{}, err
	}
	o, err := s.Shard.Unloader.Unload(ctx, a.Word(0), s.Who)
	if err != nil {
		return Result{}, err
	}
	return outcomes(s, a, o), nil
}

func runReload(ctx context.Context, s *Session, a Args) (Result, error) {
	if err := a.none(0); err != nil {
		return Result{}, err
	}
	got, err := s.Shard.Reload.Now(ctx, s.Who)
	if err != nil {
		return Result{}, err
	}
	return outcomes(s, a, got...), nil
}

func runReloadAccept(ctx context.Context, s *Session, a Args) (Result, error) {
	if a.Word(0) == "" {
		return Result{}, Refuse(CodeUsage, "accept which file? reload status lists what is held")
	}
	if err := a.none(1); err != nil {
		return Result{}, err
	}
	got, err := s.Shard.Reload.Accept(ctx, a.Word(0), s.Who)
	if err != nil {
		return Result{}, err
	}
	return outcomes(s, a, got...), nil
}

func runReloadWait(ctx context.Context, s *Session, a Args) (Result, error) {
	if err := a.none(0); err != nil {
		return Result{}, err
	}
	if a.For > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeoutCause(ctx, a.For, fmt.Errorf("not settled within %v", a.For))
		defer cancel()
	}
	got, err := s.Shard.Reload.Wait(ctx)
	if err != nil {
		if cause := context.Cause(ctx); cause != nil {
			return Result{}, cause
		}
		return Result{}, err
	}
	return outcomes(s, a, got...), nil
}

func runReloadStatus(ctx context.Context, s *Session, a Args) (Result, error) {
	if a.Has(clusterFlag) {
		return clusterStatus(ctx, s, a)
	}
	st, err := s.Shard.Reload.Status(ctx)
	if err != nil {
		return Result{}, err
	}
	age := time.Duration(0)
	if !st.Watch.LastScan.IsZero() {
		age = s.now().Sub(st.Watch.LastScan)
	}
	last := make([]string, len(st.Last))
	for i, o := range st.Last {
		last[i] = sentence(o)
	}
	t := &Table{One: true, Columns: columns("release", "frozen", "frozen_by", "frozen_why", "frozen_since:time", "root", "watcher", "reason", "files", "pending", "queued", "last_scan_age_ms:ms", "holds", "last", "tests")}
	holds := []string{}
	for _, h := range st.Watch.Holds {
		holds = append(holds, h.String())
	}
	t.Rows = [][]any{slices.Concat([]any{s.Shard.Identify().Release}, frozenCells(s.Shard.Identify()), []any{st.Watch.Root, string(st.Watch.Mode), st.Watch.Reason,
		st.Watch.Files, st.Watch.Pending, st.Queued, millis(age), append(holds, st.Differs...), last, st.Tests.String()})}
	return Result{Table: t}, a.none(0)
}
