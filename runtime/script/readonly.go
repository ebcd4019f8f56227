package script

import (
	lua "github.com/yuin/gopher-lua"
)

// readonlyRun is on while an entry may look and not touch: an operator's lua
// command on a production shard, inspect, watch. It may change the tables that it
// makes itself and nothing else. With a journal the entry is a migration: it may
// write to tables and variables, which is noted. The VM's writing instructions ask it.
type readonlyRun struct {
	owned   map[*lua.LTable]bool
	journal *journal
}

const (
	readonlyText  = "this only looks: %s would change the shard. Say lua --write to mean it"
	migratingText = "a migration makes a value and nothing else: %s would change the shard each time a plan is made. Put it in reload.after(function() ... end)"
)

// refuse raises the error for what the entry may not do at all.
func (ro *readonlyRun) refuse(L *lua.LState, what string) {
	if ro.journal != nil {
		L.RaiseError(migratingText, what)
	}
	L.RaiseError(readonlyText, what)
}

// table is asked before a table is written to.
func (ro *readonlyRun) table(L *lua.LState, v lua.LValue, what string) {
	t, ok := v.(*lua.LTable)
	switch {
	case ok && ro.owned[t]:
	case ro.journal == nil:
		ro.refuse(L, what)
	case ok:
		ro.journal.Table(t)
	}
}

// global is asked before the running function sets a global.
func (ro *readonlyRun) global(L *lua.LState) {
	if ro.journal == nil {
		ro.refuse(L, "setting a global")
	} else {
		ro.journal.Table(currentFrame(L).fn().Env)
	}
}

// upvalue is asked before the running function sets a captured variable.
func (ro *readonlyRun) upvalue(L *lua.LState, i int) {
	fn := currentFrame(L).fn()
	switch {
	case ro.journal != nil:
		ro.journal.Upvalue(fn.Upvalues[i])
	case fn.Proto.SourceName != consoleName:
		ro.refuse(L, "setting a local of a module")
	}
}

// armReadonly guards every instruction that writes to something that may be shared.
func armReadonly() {
	guardTable := func(op int, what string) {
		inner := jumpTable[op]
		jumpTable[op] = func(L *lua.LState, inst uint32, base uintptr) int {
			if ro := globalOf(L).readonly; ro != nil {
				ro.table(L, L.Get(int(inst>>18)&0xff+1), what)
			}
			return inner(L, inst, base)
		}
	}
	guardTable(lua.OP_SETTABLE, "writing to a table")
	guardTable(lua.OP_SETTABLEKS, "writing to a field")
	setGlobal := jumpTable[lua.OP_SETGLOBAL]
	jumpTable[lua.OP_SETGLOBAL] = func(L *lua.LState, inst uint32, base uintptr) int {
		if ro := globalOf(L).readonly; ro != nil {
			ro.global(L)
		}
		return setGlobal(L, inst, base)
	}
	setUpvalue := jumpTable[lua.OP_SETUPVAL]
	jumpTable[lua.OP_SETUPVAL] = func(L *lua.LState, inst uint32, base uintptr) int {
		if ro := globalOf(L).readonly; ro != nil {
			ro.upvalue(L, int(inst&0x1ff))
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
	if ro := s.g.readonly; ro != nil {
		ro.refuse(L, what)
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
				if !owned {
					ro.refuse(L, name)
				}
				ro.table(L, L.Get(1), name)
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
