package script

import (
	lua "github.com/yuin/gopher-lua"

	"hotshard/runtime/script/vm"
)

// From returns the State that owns L, which must be one of its threads.
func From(L *lua.LState) *State { return vm.Of(L).Owner.(*State) }

// adopt makes the machine of a thread the State's.
func adopt(L *lua.LState, s *State) *vm.Machine {
	m := vm.Of(L)
	m.Owner, m.Overrun = s, s.overrun
	return m
}

// frame is one entry of a thread's call stack.
type frame struct{ vm.Frame }

func (f frame) fn() *lua.LFunction      { return f.Fn() }
func (f frame) setFn(fn *lua.LFunction) { f.SetFn(fn) }
func (f frame) line() int               { return f.Line() }

// ours says whether the frame runs no script but a Go function or a piece of Lua
// that is the engine's own.
func (f frame) ours() bool {
	fn := f.Fn()
	return fn == nil || fn.IsG || fn.Proto == enterProto || fn.Proto.SourceName == shimName || fn.Proto.SourceName == forwardName
}

// frameAt is the frame at a level of the call stack, 0 being the innermost. Calls
// that ended in a tail call have left none.
func frameAt(th *lua.LState, level int) (frame, bool) {
	f := vm.Current(th)
	for ; level > 0 && f.Ok(); level-- {
		f = f.Parent()
	}
	return frame{f}, f.Ok()
}

// frames lists the call stack of a thread, innermost first. A coroutine that has
// not started has none.
func frames(th *lua.LState) []frame {
	list := vm.Frames(th)
	out := make([]frame, len(list))
	for i, f := range list {
		out[i] = frame{f}
	}
	return out
}

// protectedCall calls a function with arguments, in protected mode. Its results, nret
// of them, are then on the stack; after an error, which has a traceback, nothing is.
func protectedCall(L *lua.LState, fn lua.LValue, nret int, args ...lua.LValue) error {
	L.Push(fn)
	for _, v := range args {
		L.Push(v)
	}
	return vm.PCall(L, len(args), nret, nil)
}
