package command

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
)

func systemCommands() []Command {
	offered := func(s Shard) bool { return s.Systems != nil }
	return []Command{{
		Name: "systems", Args: "[PREFIX]", Short: "list the solar systems, those with players first",
		Example: "systems Ji", Offered: offered, Run: runSystems,
	}, {
		Name: "system", Args: "@SYSTEM", Short: "show one system in detail",
		Example: "system @Jita", Offered: offered, Run: runSystem,
	}}
}

func runSystems(ctx context.Context, s *Session, a Args) (Result, error) {
	if err := a.none(1); err != nil {
		return Result{}, err
	}
	all, err := s.Shard.Systems.List(ctx)
	if err != nil {
		return Result{}, err
	}
	prefix := strings.ToLower(a.Word(0))
	all = slices.DeleteFunc(all, func(y System) bool { return !strings.HasPrefix(strings.ToLower(y.Name), prefix) })
	slices.SortFunc(all, func(x, y System) int {
		return cmp.Or(cmp.Compare(y.Players, x.Players), compareBool(y.Awake, x.Awake), cmp.Compare(x.Name, y.Name))
	})
	t := &Table{Columns: columns("name", "awake", "players", "release", "ships", "hz", "dilation:0.00", "tick_p99_ms:ms", "cpu:%", "memory:B"),
		None: "no system is called so"}
	awake, players := 0, 0
	for _, y := range all {
		if y.Awake {
			awake++
		}
		players += y.Players
		t.Rows = append(t.Rows, []any{y.Name, y.Awake, y.Players, y.Release, y.Ships, y.Hz, y.Dilation, millis(y.TickP99), y.CPU, y.Memory})
	}
	t.Note = fmt.Sprintf("%d systems, %d awake, %d players", len(all), awake, players)
	return Result{Table: t}, nil
}

func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return 1
	}
	return -1
}

func runSystem(ctx context.Context, s *Session, a Args) (Result, error) {
	name, err := a.System()
	if err != nil && len(a.Words) == 1 {
		name, err = a.Words[0], nil // system Jita is clear enough
	}
	if err != nil {
		return Result{}, refuse(CodeUsage, "%v", err)
	}
	y, err := s.Shard.Systems.Info(ctx, name)
	if err != nil {
		return Result{}, err
	}
	t := &Table{One: true, Columns: columns("name", "id", "awake", "release", "players", "cap", "waiting", "ships", "security", "region", "constellation",
		"gates", "celestials", "hz", "tick", "dilation:0.00", "tick_p99_ms:ms", "cpu:%", "memory:B", "tasks", "timers", "errors", "patches")}
	patches := make([]string, len(y.Patches))
	for i, n := range y.Patches {
		patches[i] = fmt.Sprintf("#%d", n)
	}
	t.Rows = [][]any{{y.Name, y.ID, y.Awake, y.Release, y.Players, y.Cap, y.Waiting, y.Ships, y.Security, y.Region, y.Constellation,
		list(y.Gates), y.Celestials, y.Hz, y.Tick, y.Dilation, millis(y.TickP99), y.CPU, y.Memory, y.Tasks, y.Timers, y.Errors, patches}}
	return Result{Table: t}, nil
}
