package server

import (
	"context"
	"slices"
	"strings"

	lua "github.com/yuin/gopher-lua"

	"hotshard/runtime/system"
)

// Complete implements command.Lua. It reads tables as they are and runs no Lua.
func (v operator) Complete(ctx context.Context, name, prefix string, limit int) []string {
	var found []string
	look := func(s *system.System) {
		if s.State() != nil {
			found = Complete(s.State().L(), prefix)
		}
	}
	if name != "" {
		if v.s.universe.Ask(ctx, operatorAddress(v.s.universe, name), look) != nil {
			return nil
		}
	} else if any := v.awake(); any != nil && v.s.universe.AskOf(ctx, []*system.System{any}, look) != nil {
		return nil
	}
	slices.Sort(found)
	return found[:min(limit, len(found))]
}

// awake is some system that is awake, or one that runs, or nil.
func (v operator) awake() *system.System {
	var best *system.System
	for _, a := range v.s.universe.Actors() {
		if a.Static() != nil && (best == nil || a.Stats().Awake) {
			best = a
		}
	}
	return best
}

// Complete lists the ways to go on with a dotted name, through globals and modules.
func Complete(L *lua.LState, prefix string) []string {
	dot := strings.LastIndexByte(prefix, '.') + 1
	head, last := prefix[:dot], prefix[dot:]
	var tables []*lua.LTable
	if head == "" {
		tables = []*lua.LTable{L.G.Global, loaded(L)}
	} else {
		path := strings.Split(strings.TrimSuffix(head, "."), ".")
		tables = append(tables, descend(L.G.Global, path), descend(loaded(L), path))
		if t, ok := loaded(L).RawGetString(strings.TrimSuffix(head, ".")).(*lua.LTable); ok {
			tables = append(tables, t) // a module whose name has dots
		}
	}
	seen := map[string]bool{}
	var out []string
	for _, t := range tables {
		if t == nil {
			continue
		}
		t.ForEach(func(k, _ lua.LValue) {
			if key, ok := k.(lua.LString); ok && strings.HasPrefix(string(key), last) && !seen[string(key)] {
				seen[string(key)] = true
				out = append(out, head+string(key))
			}
		})
	}
	return out
}

// loaded is the table of modules.
func loaded(L *lua.LState) *lua.LTable {
	if pkg, ok := L.G.Global.RawGetString("package").(*lua.LTable); ok {
		if t, ok := pkg.RawGetString("loaded").(*lua.LTable); ok {
			return t
		}
	}
	return L.NewTable()
}

func descend(t *lua.LTable, path []string) *lua.LTable {
	for _, name := range path {
		next, ok := t.RawGetString(name).(*lua.LTable)
		if !ok {
			return nil
		}
		t = next
	}
	return t
}
