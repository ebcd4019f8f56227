package command

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"hotshard/runtime/system"
	"hotshard/runtime/world"
)

// Systems tells of the solar systems.
type Systems interface {
	// List returns all systems of the map, awake or not.
	List(ctx context.Context) ([]System, error)
	// Names returns the names of all systems, for completion: cheap.
	Names() []string
	// Info returns one system by name, without regard to case, without waking it.
	Info(ctx context.Context, name string) (SystemInfo, error)
	// Restart loads the scripts of one system or service afresh, with the players in
	// it, and returns how many those are.
	Restart(ctx context.Context, name, author string) (int, error)
}

// System is one line about a system. What is measured is zero while it sleeps.
type System struct {
	Name string
	Node string // of a cluster, that runs it
	system.Stats
	CPU    float64 // cores, over the last few seconds
	Memory int64   // bytes held by its Lua state, as far as known
}

// SystemInfo is all about a system.
type SystemInfo struct {
	System
	Static  *world.SolarSystem // what the map says
	Gates   []string           // names of the neighbouring systems
	Timers  int
	Tasks   int
	Errors  int   // since it woke
	Most    int64 // bytes that its Lua state may hold
	Patches []int
	Down    string // why its scripts do not run, "" where they do
}

func init() {
	offered := func(s Shard) bool { return s.Systems != nil }
	register([]Command{{
		Name: "systems", Args: "[PREFIX]", Short: "list the solar systems, those with players first",
		Example: "systems Ji", Flags: []Flag{nodeFlag}, Offered: offered, Run: runSystems,
	}, {
		Name: "system", There: true, Thing: true, Args: "@SYSTEM", Short: "show one system in detail",
		Example: "system @Jita", Offered: offered, Run: runSystem,
	}})
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
	node, only := a.Given(nodeFlag), a.Has(nodeFlag)
	all = slices.DeleteFunc(all, func(y System) bool {
		return !strings.HasPrefix(strings.ToLower(y.Name), prefix) || only && y.Node != node
	})
	slices.SortFunc(all, func(x, y System) int {
		return cmp.Or(cmp.Compare(y.Players, x.Players), compareBool(y.Awake, x.Awake), cmp.Compare(x.Name, y.Name))
	})
	t := &Table{Columns: columns("name", "awake", "players", "release", "ships", "hz", "dilation:0.00", "tick_p99_ms:ms", "cpu:%", "share:%", "memory:B"),
		None: "no system is called so"}
	awake, players, nodes := 0, 0, make([]string, len(all))
	for i, y := range all {
		if nodes[i] = y.Node; y.Awake {
			awake++
		}
		players += y.Players
		t.Rows = append(t.Rows, []any{y.Name, y.Awake, y.Players, y.Release, y.Entities, y.Hz, y.Dilation, y.P99Ms, y.CPU, y.Share, y.Memory})
	}
	t.Note = fmt.Sprintf("%d systems, %d awake, %d players", len(all), awake, players)
	return Result{Table: s.nodeColumn(t, nodes)}, nil
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
		return Result{}, Refuse(CodeUsage, "%v", err)
	}
	y, err := s.Shard.Systems.Info(ctx, name)
	if err != nil {
		return Result{}, err
	}
	t := &Table{One: true, Columns: columns("name", "id", "awake", "release", "players", "cap", "waiting", "ships", "security", "region", "constellation",
		"gates", "celestials", "hz", "tick", "dilation:0.00", "tick_p99_ms:ms", "cpu:%", "share:%", "memory:B", "memory_limit:B", "tasks", "timers", "errors", "quarantined", "patches", "down")}
	patches := make([]string, len(y.Patches))
	for i, n := range y.Patches {
		patches[i] = fmt.Sprintf("#%d", n)
	}
	t.Rows = [][]any{{y.Name, int64(y.Static.ID), y.Awake, y.Release, y.Players, y.Cap, y.Waiting, y.Entities, y.Static.Security, y.Static.Region, y.Static.Constellation,
		list(y.Gates), len(y.Static.Celestials), y.Hz, uint64(y.Tick), y.Dilation, y.P99Ms, y.CPU, y.Share, y.Memory, y.Most, y.Tasks, y.Timers, y.Errors, y.Quarantined, patches, y.Down}}
	return Result{Table: t}, nil
}
