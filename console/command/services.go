package command

import (
	"context"
	"maps"
	"slices"
)

func serviceCommands() []Command {
	return []Command{{
		Name: "services", Short: "the services: calls, queue, times",
		Example: "services", Offered: func(s Shard) bool { return s.Services != nil }, Run: runServices,
	}, {
		Name: "store", Short: "the database: queue, commits, times",
		Example: "store", Offered: func(s Shard) bool { return s.Store != nil }, Run: runStore,
	}}
}

func runServices(ctx context.Context, s *Session, a Args) (Result, error) {
	all, err := s.Shard.Services.ListServices(ctx)
	if err != nil {
		return Result{}, err
	}
	t := &Table{Columns: columns("name", "up", "release", "calls", "queue", "errors", "p99_ms:ms", "memory:B"), None: "no services"}
	for _, v := range all {
		t.Rows = append(t.Rows, []any{v.Name, v.Up, v.Release, v.Calls, v.Queue, v.Errors, millis(v.P99), v.Memory})
	}
	return Result{Table: t}, a.none(0)
}

func runStore(ctx context.Context, s *Session, a Args) (Result, error) {
	st, err := s.Shard.Store.StoreStats(ctx)
	if err != nil {
		return Result{}, err
	}
	t := &Table{One: true, Columns: columns("url", "queue", "commits", "writes", "commit_p50_ms:ms", "commit_p99_ms:ms", "failures", "size:B")}
	row := []any{st.URL, st.Queue, st.Commits, st.Writes, millis(st.CommitP50), millis(st.CommitP99), st.Failures, st.Size}
	for _, k := range slices.Sorted(maps.Keys(st.Extra)) {
		t.Columns, row = append(t.Columns, Column{Name: k}), append(row, st.Extra[k])
	}
	t.Rows = [][]any{row}
	return Result{Table: t}, a.none(0)
}
