package vm

import (
	"strconv"

	lua "github.com/yuin/gopher-lua"

	"hotshard/runtime/script/bytecode"
)

// Raise raises a text as the running Go function's error: with the place of the call
// before it, if Lua made it.
func Raise(L *lua.LState, text string) { Throw(L, lua.LString(Where(L, 1)+text)) }

// ArgError raises what is wrong with argument n of the running Go function, which it
// names as its caller does. For a method self does not count, and a wrong self is a
// "bad self".
func ArgError(L *lua.LState, n int, what string) {
	kind, name := callName(L)
	if kind == "method" {
		n--
		if n == 0 {
			Raise(L, "calling '"+name+"' on bad self ("+what+")")
		}
	}
	Raise(L, "bad argument #"+strconv.Itoa(n)+" to '"+name+"' ("+what+")")
}

// callName is what the caller of the running function calls it, and what kind of name
// that is; "?" where a Go function called it, or an instruction other than a call.
func callName(L *lua.LState) (kind, name string) {
	running := threadOf(L).currentFrame
	if running == nil || running.Parent == nil {
		return "", "?"
	}
	caller := running.Parent
	if caller.Fn == nil || caller.Fn.IsG || caller.Pc < 1 || caller.Pc > len(caller.Fn.Proto.Code) {
		return "", "?"
	}
	inst := bytecode.At(caller.Fn.Proto, caller.Pc-1)
	switch bytecode.Op(inst) {
	case lua.OP_CALL, lua.OP_TAILCALL:
		if kind, name = origin(caller.Fn.Proto, caller.Pc-1, bytecode.A(inst)); kind != "" {
			return kind, name
		}
	case lua.OP_TFORLOOP:
		return "local", "(for generator)"
	}
	return "", "?"
}

// argumentError raises that argument n is of the wrong type.
func argumentError(L *lua.LState, n int, want string) {
	got := "no value"
	if n <= L.GetTop() {
		got = typeName(L.Get(n))
	}
	ArgError(L, n, want+" expected, got "+got)
}

func tableArg(L *lua.LState, n int) *lua.LTable {
	t, ok := L.Get(n).(*lua.LTable)
	if !ok {
		argumentError(L, n, "table")
	}
	return t
}

func intArg(L *lua.LState, n int) int {
	x, ok := ToNumber(L.Get(n))
	if !ok {
		argumentError(L, n, "number")
	}
	return int(x)
}
