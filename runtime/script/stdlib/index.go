package stdlib

import (
	lua "github.com/yuin/gopher-lua"

	"hotshard/runtime/script/arg"
	"hotshard/runtime/script/vm"
)

// maxLoop is how many __index one access may go through, as in PUC Lua.
const maxLoop = 100

// index is t[k], metamethods included.
func index(L *lua.LState, t *lua.LTable, k lua.LValue) lua.LValue {
	for range maxLoop {
		v := vm.Get(t, k)
		if v != lua.LNil {
			return v
		}
		meta := L.GetMetaField(t, "__index")
		switch meta := meta.(type) {
		case *lua.LNilType:
			return v
		case *lua.LTable:
			t = meta
		case *lua.LFunction:
			L.Push(meta)
			L.Push(t)
			L.Push(k)
			L.Call(2, 1)
			v = L.Get(-1)
			L.Pop(1)
			return v
		default:
			return L.GetTable(meta, k) // a text or a handle has one of its own
		}
	}
	arg.Raise(L, "loop in gettable")
	return nil
}
