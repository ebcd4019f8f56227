package command

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
)

// Memory knows where the memory of the shard is.
type Memory interface {
	// Memory tells of the Lua of one system or service, or of all for "".
	Memory(ctx context.Context, system string) (Held, error)
}

// Held is what is held, in bytes.
type Held struct {
	Modules map[string]int64 // Lua values, by the module that holds them; "" is no module's
	Process int64            // what the machine has given to the process
	Heap    int64            // of Go, with what is not collected yet
	Loaded  int              // systems
	Resting int              // systems that lie on the disk until somebody needs them,
	Images  int64            // in so many bytes
}

func init() {
	register([]Command{{
		Name: "memory", There: true, Args: "[@SYSTEM]", Short: "what Lua holds, by module, in one system or service or in all; and what the process takes",
		Example: "memory @Jita", Flags: []Flag{limitFlag}, Offered: func(s Shard) bool { return s.Memory != nil }, Run: runMemory,
	}})
}

// memoryLines are shown where nobody says how many.
const memoryLines = 25

func runMemory(ctx context.Context, s *Session, a Args) (Result, error) {
	system, err := anySystem(a)
	if err != nil {
		return Result{}, err
	}
	if err := a.none(0); err != nil {
		return Result{}, err
	}
	held, err := s.Shard.Memory.Memory(ctx, system)
	if err != nil {
		return Result{}, err
	}
	t := &Table{Columns: columns("module", "memory:B", "share:%"), None: "nothing has been weighed yet: each system is, some seconds after it has begun to tick"}
	all := int64(0)
	for _, bytes := range held.Modules {
		all += bytes
	}
	names := slices.SortedFunc(maps.Keys(held.Modules), func(a, b string) int {
		return cmp.Or(cmp.Compare(held.Modules[b], held.Modules[a]), cmp.Compare(a, b))
	})
	for _, name := range names[:min(len(names), cmp.Or(a.Limit, memoryLines))] {
		t.Rows = append(t.Rows, []any{cmp.Or(name, "(none)"), held.Modules[name], float64(held.Modules[name]) / float64(all)})
	}
	t.Note = fmt.Sprintf("%s of Lua; the process takes %s, %s of it Go's heap; %s loaded, %d at rest in %s on the disk",
		number(float64(all), Bytes), number(float64(held.Process), Bytes), number(float64(held.Heap), Bytes), count(held.Loaded, "system"), held.Resting, number(float64(held.Images), Bytes))
	return Result{Table: t}, nil
}
