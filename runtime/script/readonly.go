package script

import (
	"math/rand/v2"

	lua "github.com/yuin/gopher-lua"

	"hotshard/runtime/script/vm"
)

const (
	readonlyText  = "this only looks: %s would change the shard. Say lua --write to mean it"
	migratingText = "a migration makes a value and nothing else: %s would change the shard each time a plan is made. Put it in reload.after(function() ... end)"
)

// newReadOnly lets an entry look and not touch: an operator's lua command on a
// production shard, inspect, watch. It may change the tables that it makes itself and
// its own locals.
func newReadOnly() *vm.ReadOnly {
	return &vm.ReadOnly{
		Owned:  map[*lua.LTable]bool{},
		Refuse: func(L *lua.LState, what string) { L.RaiseError(readonlyText, what) },
		Free:   func(fn *lua.LFunction) bool { return fn.Proto.SourceName == consoleName },
	}
}

// newMigrating lets a migration write to what is its own, and to anything else where
// a journal is told.
func newMigrating(owned map[*lua.LTable]bool, j vm.Journal) *vm.ReadOnly {
	return &vm.ReadOnly{
		Owned:   owned,
		Refuse:  func(L *lua.LState, what string) { L.RaiseError(migratingText, what) },
		Journal: j,
	}
}

// Migrate calls a migration with the old value and gives what it makes of it. With a
// journal, words that change the world are errors, what it writes to other tables than
// its own is noted there, and its random numbers, which seed picks, are the same at each
// run.
func (s *State) Migrate(L *lua.LState, fn *lua.LFunction, old lua.LValue, own map[*lua.LTable]bool, j vm.Journal, seed uint64) (lua.LValue, error) {
	var err error
	s.metered(StageBudget, func() {
		if j != nil {
			readonly, rng := s.m.ReadOnly, s.rng
			s.m.ReadOnly, s.rng = newMigrating(own, j), rand.New(rand.NewPCG(s.opts.Seed, seed))
			defer func() { s.m.ReadOnly, s.rng = readonly, rng }()
		}
		err = protectedCall(L, fn, 1, old)
	})
	if err != nil {
		return nil, err
	}
	v := L.Get(-1)
	L.Pop(1)
	return v, nil
}

// forbid raises an error if the running entry only looks.
func (s *State) forbid(L *lua.LState, what string) {
	if ro := s.m.ReadOnly; ro != nil {
		ro.Refuse(L, what)
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
			if ro := vm.Of(L).ReadOnly; ro != nil {
				if arg, ok := L.Get(1).(*lua.LTable); ok && owned {
					ro.Write(L, arg, name)
				} else {
					ro.Refuse(L, name)
				}
			}
			return inner(L)
		}
	}
	global := b.table("")
	for _, name := range []string{"rawset", "setmetatable"} {
		guard(name, global, name, true)
	}
	for _, name := range []string{"setfenv", "on", "emit", "every", "after", "at", "cancel"} {
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
