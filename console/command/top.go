package command

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"
)

const (
	topEvery = 2 * time.Second
	topLimit = 20
)

func init() {
	register([]Command{{
		Name: "top", Short: "the busiest systems, live; from a script, once",
		Example: "top --limit 10", Flags: []Flag{limitFlag, forFlag},
		Offered: func(s Shard) bool { return s.Systems != nil }, Run: runTop,
	}})
}

func runTop(ctx context.Context, s *Session, a Args) (Result, error) {
	if err := a.none(0); err != nil {
		return Result{}, err
	}
	if !s.Interactive && a.For == 0 {
		return busiest(ctx, s, a)
	}
	return Result{}, repeat(ctx, s.Shard.Time(), a.For, topEvery, func() error {
		r, err := busiest(ctx, s, a)
		if err != nil {
			return err
		}
		r.Fresh = true
		return s.Emit(r)
	})
}

func busiest(ctx context.Context, s *Session, a Args) (Result, error) {
	all, err := s.Shard.Systems.List(ctx)
	if err != nil {
		return Result{}, err
	}
	total := len(all)
	all = slices.DeleteFunc(all, func(y System) bool { return !y.Awake })
	slices.SortFunc(all, func(x, y System) int {
		return cmp.Or(cmp.Compare(y.CPU, x.CPU), cmp.Compare(y.Players, x.Players), cmp.Compare(x.Name, y.Name))
	})
	awake, players, load, memory := len(all), 0, 0.0, int64(0)
	for _, y := range all {
		players, load, memory = players+y.Players, load+y.CPU, memory+y.Memory
	}
	limit := a.Limit
	if limit == 0 {
		limit = topLimit
	}
	t := &Table{Columns: columns("name", "cpu:%", "players", "ships", "tick_p99_ms:ms", "hz", "dilation:0.00", "memory:B", "release"), None: "no system is awake"}
	var nodes []string
	for _, y := range all[:min(limit, len(all))] {
		nodes = append(nodes, y.Node)
		t.Rows = append(t.Rows, []any{y.Name, y.CPU, y.Players, y.Entities, y.P99Ms, y.Hz, y.Dilation, y.Memory, y.Release})
	}
	id := s.Shard.Identify()
	t.Note = fmt.Sprintf("%s r%d, up %v: %d of %d systems awake, %s, %s of a core, %s", id.Name, id.Release,
		s.now().Sub(id.Started).Round(time.Second), awake, total, count(players, "player"), number(load, Share), number(float64(memory), Bytes))
	return Result{Table: s.nodeColumn(t, nodes)}, nil
}
