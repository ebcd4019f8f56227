package vm

import lua "github.com/yuin/gopher-lua"

// ReadOnly lets code change only tables that it has made itself, or notes what else
// it changes.
type ReadOnly struct {
	Owned   map[*lua.LTable]bool
	Refuse  func(L *lua.LState, what string)        // raises an error
	Free    func(fn *lua.LFunction) (upvalues bool) // may set its upvalues
	Journal Journal                                 // not nil: is told of writes, and none is refused

	begun map[any]bool // coroutines and traversals that it has begun itself
}

// Began notes a coroutine, or a traversal, that the code has made: it may go on with it.
func (ro *ReadOnly) Began(x any) {
	if ro == nil {
		return
	}
	if ro.begun == nil {
		ro.begun = map[any]bool{}
	}
	ro.begun[x] = true
}

// GoOn is to be asked before a coroutine, or a traversal, goes on: one that others have
// begun would be further when they come back to it. No journal could take that back.
func (ro *ReadOnly) GoOn(L *lua.LState, x any, what string) {
	if ro != nil && ro.Journal == nil && !ro.begun[x] {
		ro.Refuse(L, what)
	}
}

// Forget makes it as new, for the next run.
func (ro *ReadOnly) Forget() {
	clear(ro.Owned)
	clear(ro.begun)
}

// Journal is told of a table that is not owned, or of an upvalue, before it is
// written to.
type Journal interface {
	Table(t *lua.LTable)
	Upvalue(c *lua.Upvalue)
}

// Write is to be asked before a table is written to; what says by which function.
func (ro *ReadOnly) Write(L *lua.LState, t *lua.LTable, what string) {
	switch {
	case ro.Owned[t]:
	case ro.Journal != nil:
		ro.Journal.Table(t)
	default:
		ro.Refuse(L, what)
	}
}

// global needs no note in the journal: the table that the globals are has one.
func (ro *ReadOnly) global(L *lua.LState) {
	if ro.Journal == nil {
		ro.Refuse(L, "setting a global")
	}
}

func (ro *ReadOnly) upvalue(L *lua.LState, fn *lua.LFunction, i int) {
	switch {
	case ro.Journal != nil:
		ro.Journal.Upvalue(fn.Upvalues[i])
	case !ro.Free(fn):
		ro.Refuse(L, "setting a local of a module")
	}
}
