package command

import (
	"context"
	"maps"
	"slices"
	"time"

	"hotshard/runtime/system"
)

// Services tells of the actors without space.
type Services interface {
	ListServices(ctx context.Context) ([]Service, error)
}

// Service is one line about a service.
type Service struct {
	Name string
	Node string // of a cluster, that runs it
	system.Stats
	Errors int
	Memory int64
}

// Store tells of the database.
type Store interface {
	StoreStats(ctx context.Context) (StoreStats, error)
}

// StoreStats is how the store does. Extra holds what a backend has besides.
type StoreStats struct {
	URL       string // without credentials
	Queue     int    // writes waiting for a commit
	Commits   uint64
	Writes    uint64
	CommitP50 time.Duration
	CommitP99 time.Duration
	Failures  uint64
	Size      int64
	Extra     map[string]string
}

func init() {
	register([]Command{{
		Name: "services", Short: "the services: calls, queue, times",
		Example: "services", Offered: func(s Shard) bool { return s.Services != nil }, Run: runServices,
	}, {
		Name: "store", Short: "the database: queue, commits, times",
		Example: "store", Offered: func(s Shard) bool { return s.Store != nil }, Run: runStore,
	}})
}

func runServices(ctx context.Context, s *Session, a Args) (Result, error) {
	all, err := s.Shard.Services.ListServices(ctx)
	if err != nil {
		return Result{}, err
	}
	t := &Table{Columns: columns("name", "up", "release", "calls", "queue", "errors", "p99_ms:ms", "memory:B"), None: "no services"}
	var nodes []string
	for _, v := range all {
		nodes = append(nodes, v.Node)
		t.Rows = append(t.Rows, []any{v.Name, v.Up, v.Release, v.Calls, v.Queue, v.Errors, v.P99Ms, v.Memory})
	}
	return Result{Table: s.nodeColumn(t, nodes)}, a.none(0)
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
