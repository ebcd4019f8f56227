package script

import (
	lua "github.com/yuin/gopher-lua"

	"hotshard/runtime/script/arg"
	"hotshard/runtime/script/vm"
)

// What all scripts of a State share is closed to assignments: the tables of the
// library, those of the shard's words, the names among the globals, and the methods of
// text. A script that changed one would change it for every module of one system, and
// neither a reload nor a release would know.
//
// loadstring, load and setfenv stay as they are in Lua 5.1: what they make has the same
// globals and the same budget as any script. But the globals themselves are not
// replaced: setfenv(0, ...) is refused.

// open are the tables that scripts are meant to assign to.
var open = map[string]bool{"event": true, "command": true, "_G": true}

// closedGlobals makes a new global an error with its place, as state lives in modules,
// and so an assignment to one that is there.
var closedGlobals = vm.CloseGlobals(refuseGlobal, refuseName)

// closeLibrary closes what a State has before its first script runs.
func (s *State) closeLibrary() {
	s.l.G.Global.Metatable = closedGlobals
	s.l.G.Global.ForEach(func(k, v lua.LValue) {
		if t, ok := v.(*lua.LTable); ok && !open[lua.LVAsString(k)] {
			vm.Close(t)
		}
	})
	if methods, ok := s.l.GetMetatable(lua.LString("")).(*lua.LTable); ok {
		vm.Close(methods)
	}
}

// openSetfenv keeps the globals from being replaced.
func (b *builder) openSetfenv() {
	inner := b.table("").RawGetString("setfenv").(*lua.LFunction).GFunction
	b.set("", "setfenv", func(s *State, L *lua.LState) int {
		if level, ok := vm.ToNumber(L.Get(1)); ok && level == 0 && s.opts.Strict {
			arg.Raise(L, "setfenv(0) would replace the globals, which all scripts share: give it a function")
		}
		return inner(L)
	})
}
