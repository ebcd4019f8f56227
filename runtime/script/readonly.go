package script

import (
	lua "github.com/yuin/gopher-lua"
)

// readonlyRun is on while an entry may look and not touch: an operator's lua
// command on a production shard, inspect, watch. It may change the tables that it
// makes itself and nothing else. The VM's writing instructions ask it.
type readonlyRun struct {
	owned map[*lua.LTable]bool
}

const readonlyText = "this only looks: %s would change the shard. Say lua --write to mean it"

// armReadonly guards every instruction that writes to something that may be shared.
func armReadonly() {
	guardTable := func(op int, what string) {
		inner := jumpTable[op]
		jumpTable[op] = func(L *lua.LState, inst uint32, base uintptr) int {
			if ro := globalOf(L).readonly; ro != nil {
				if t, ok := L.Get(int(inst>>18)&0xff + 1).(*lua.LTable); !ok || !ro.owned[t] {
					L.RaiseError(readonlyText, what)
				}
			}
			return inner(L, inst, base)
		}
	}
	guardTable(lua.OP_SETTABLE, "writing to a table")
	guardTable(lua.OP_SETTABLEKS, "writing to a field")
	for op, what := range map[int]string{lua.OP_SETGLOBAL: "setting a global"} {
		inner := jumpTable[op]
		jumpTable[op] = func(L *lua.LState, inst uint32, base uintptr) int {
			if globalOf(L).readonly != nil {
				L.RaiseError(readonlyText, what)
			}
			return inner(L, inst, base)
		}
	}
	setUpvalue := jumpTable[lua.OP_SETUPVAL]
	jumpTable[lua.OP_SETUPVAL] = func(L *lua.LState, inst uint32, base uintptr) int {
		if globalOf(L).readonly != nil {
			if f, ok := frameAt(L, 0); ok && f.fn().Proto.SourceName != consoleName {
				L.RaiseError(readonlyText, "setting a local of a module")
			}
		}
		return setUpvalue(L, inst, base)
	}
	newTable := jumpTable[lua.OP_NEWTABLE]
	jumpTable[lua.OP_NEWTABLE] = func(L *lua.LState, inst uint32, base uintptr) int {
		ret := newTable(L, inst, base)
		if ro := globalOf(L).readonly; ro != nil {
			if t, ok := L.Get(int(inst>>18)&0xff + 1).(*lua.LTable); ok {
				ro.owned[t] = true
			}
		}
		return ret
	}
}

// forbid raises an error if the running entry only looks.
func (s *State) forbid(L *lua.LState, what string) {
	if s.g.readonly != nil {
		L.RaiseError(readonlyText, what)
	}
}

// guardWriters puts forbid before the library functions that write. Those that
// write to a table given as the first argument may do so to an owned one.
func (b *builder) guardWriters() {
	guard := func(name string, t *lua.LTable, key string, owned bool) {
		fn, ok := t.RawGetString(key).(*lua.LFunction)
		if !ok || !fn.IsG {
			return
		}
		inner := fn.GFunction
		fn.GFunction = func(L *lua.LState) int {
			if ro := globalOf(L).readonly; ro != nil {
				arg, ok := L.Get(1).(*lua.LTable)
				if !owned || !ok || !ro.owned[arg] {
					L.RaiseError(readonlyText, name)
				}
			}
			return inner(L)
		}
	}
	global := b.table("")
	for _, name := range []string{"rawset", "setmetatable"} {
		guard(name, global, name, true)
	}
	for _, name := range []string{"setfenv", "on", "emit", "every", "after", "cancel"} {
		guard(name, global, name, false)
	}
	for lib, names := range map[string][]string{"table": {"insert", "remove", "sort"}} {
		for _, name := range names {
			guard(lib+"."+name, global.RawGetString(lib).(*lua.LTable), name, true)
		}
	}
	for lib, names := range map[string][]string{"task": {"spawn", "stop"}, "reload": {"task"}} {
		for _, name := range names {
			guard(lib+"."+name, global.RawGetString(lib).(*lua.LTable), name, false)
		}
	}
	for _, group := range []string{"event", "command"} {
		if mt, ok := global.RawGetString(group).(*lua.LTable).Metatable.(*lua.LTable); ok {
			guard(group, mt, "__newindex", false)
			guard(group, mt, "__call", false)
		}
	}
}
