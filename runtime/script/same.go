package script

import (
	lua "github.com/yuin/gopher-lua"

	"hotshard/runtime/script/vm"
	"hotshard/runtime/world"
)

// Same says whether ToValue would make just this value, without making one: for
// whoever asks often and nearly always hears yes. In doubt the answer is no: of
// tables with numbers as keys that are no list.
func Same(v lua.LValue, w world.Value) bool {
	switch v := v.(type) {
	case *lua.LNilType:
		return w == nil
	case lua.LBool:
		b, ok := w.(bool)
		return ok && b == bool(v)
	case lua.LNumber:
		f, ok := w.(float64)
		return ok && f == float64(v)
	case lua.LString:
		s, ok := w.(string)
		return ok && s == string(v)
	case *lua.LTable:
		switch w := w.(type) {
		case map[string]world.Value:
			return sameMap(v, w)
		case []world.Value:
			return sameList(v, w)
		}
	}
	return false
}

func sameMap(t *lua.LTable, m map[string]world.Value) bool {
	n := 0
	for k, v, _ := vm.Next(t, lua.LNil); k != lua.LNil; k, v, _ = vm.Next(t, k) {
		key, ok := k.(lua.LString)
		if !ok {
			return false
		}
		w, ok := m[string(key)]
		if !ok || !Same(v, w) {
			return false
		}
		n++
	}
	return n == len(m)
}

func sameList(t *lua.LTable, list []world.Value) bool {
	n := 0
	for k, v, _ := vm.Next(t, lua.LNil); k != lua.LNil; k, v, _ = vm.Next(t, k) {
		if i, ok := k.(lua.LNumber); !ok || n >= len(list) || i != lua.LNumber(n+1) || !Same(v, list[n]) {
			return false
		}
		n++
	}
	return n == len(list) && n > 0
}
