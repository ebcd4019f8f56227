package stdlib

import (
	"strconv"

	lua "github.com/yuin/gopher-lua"

	"hotshard/runtime/script/arg"
	"hotshard/runtime/script/vm"
)

// chosen is the function that getfenv and setfenv are asked about: argument 1, or
// the one at that level of the call stack.
func chosen(L *lua.LState) *lua.LFunction {
	if fn, ok := L.Get(1).(*lua.LFunction); ok {
		return fn
	}
	level := arg.IntOr(L, 1, 1)
	if level < 0 {
		arg.Bad(L, 1, "level must be non-negative")
	}
	stack := vm.Frames(L)
	if level >= len(stack) {
		arg.Bad(L, 1, "invalid level")
	}
	fn := stack[level].Fn()
	if fn == nil {
		arg.Raise(L, "no function environment for tail call at level "+strconv.Itoa(level))
	}
	return fn
}

func getEnvironment(L *lua.LState) int {
	if fn := chosen(L); fn.IsG {
		L.Push(L.Env)
	} else {
		L.Push(fn.Env)
	}
	return 1
}

func setEnvironment(L *lua.LState) int {
	env := arg.Table(L, 2)
	fn := chosen(L)
	if level, ok := vm.ToNumber(L.Get(1)); ok && level == 0 {
		L.Env = env
		return 0
	}
	if fn.IsG {
		arg.Raise(L, "'setfenv' cannot change environment of given object")
	}
	fn.Env = env
	L.Push(fn)
	return 1
}
