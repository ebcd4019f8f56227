package script

import (
	"fmt"
	"math"
	"sort"

	lua "github.com/yuin/gopher-lua"

	"hotshard/runtime/script/vm"
	"hotshard/runtime/world"
)

// maxValueDepth bounds nesting of what crosses an actor's border.
const maxValueDepth = 32

// ToLua copies a plain value into L. Unknown Go types become nil.
func ToLua(L *lua.LState, v world.Value) lua.LValue {
	switch v := v.(type) {
	case bool:
		return lua.LBool(v)
	case float64:
		return lua.LNumber(v)
	case int:
		return lua.LNumber(v)
	case int64:
		return lua.LNumber(v)
	case string:
		return lua.LString(v)
	case []world.Value:
		t := L.CreateTable(len(v), 0)
		for _, e := range v {
			t.Append(ToLua(L, e))
		}
		return t
	case map[string]world.Value:
		t := L.CreateTable(0, len(v))
		keys := make([]string, 0, len(v))
		for k := range v {
			keys = append(keys, k)
		}
		sort.Strings(keys) // pairs() follows insertion: the same input gives the same run
		for _, k := range keys {
			vm.Set(t, lua.LString(k), ToLua(L, v[k]))
		}
		return t
	}
	return lua.LNil
}

// ToValue copies a Lua value out. A table whose keys are 1..n becomes a list, any
// other a map with its number keys written as text. It refuses functions,
// userdata, threads, cycles, NaN and what is nested too deeply.
func ToValue(v lua.LValue) (world.Value, error) { return toValue(v, 0) }

func toValue(v lua.LValue, depth int) (world.Value, error) {
	switch v := v.(type) {
	case *lua.LNilType:
		return nil, nil
	case lua.LBool:
		return bool(v), nil
	case lua.LNumber:
		if f := float64(v); math.IsNaN(f) || math.IsInf(f, 0) {
			return nil, fmt.Errorf("a number that is not finite cannot be sent or stored")
		}
		return float64(v), nil
	case lua.LString:
		return string(v), nil
	case *lua.LTable:
		if depth >= maxValueDepth {
			return nil, fmt.Errorf("a table nested more than %d deep, or one that contains itself, cannot be sent or stored", maxValueDepth)
		}
		return tableValue(v, depth)
	}
	return nil, fmt.Errorf("a %s cannot be sent or stored; only nil, booleans, numbers, strings and tables of them", v.Type())
}

// ForClient is a value that scripts send or answer as clients get it. Lua has one kind of
// table: an empty one is an empty list.
func ForClient(v world.Value) world.Value {
	switch v := v.(type) {
	case map[string]world.Value:
		if len(v) == 0 {
			return []world.Value{}
		}
		for k, e := range v {
			if isTable(e) {
				v[k] = ForClient(e)
			}
		}
	case []world.Value:
		for i, e := range v {
			if isTable(e) {
				v[i] = ForClient(e)
			}
		}
	}
	return v
}

func isTable(v world.Value) bool {
	switch v.(type) {
	case map[string]world.Value, []world.Value:
		return true
	}
	return false
}

func tableValue(t *lua.LTable, depth int) (world.Value, error) {
	var list []world.Value
	n := vm.Len(t)
	m := map[string]world.Value{}
	var err error
	for k, v, _ := vm.Next(t, lua.LNil); k != lua.LNil && err == nil; k, v, _ = vm.Next(t, k) {
		var e world.Value
		if e, err = toValue(v, depth+1); err != nil {
			err = fmt.Errorf("%w (at key %s)", err, k)
			break
		}
		switch k := k.(type) {
		case lua.LNumber:
			if i := int(k); lua.LNumber(i) == k && i == len(list)+1 && i <= n {
				list = append(list, e)
				continue
			}
			m[k.String()] = e
		case lua.LString:
			m[string(k)] = e
		default:
			err = fmt.Errorf("a table with a %s as key cannot be sent or stored", k.Type())
		}
	}
	if err != nil {
		return nil, err
	}
	if len(m) == 0 && len(list) > 0 {
		return list, nil
	}
	for i, e := range list {
		m[lua.LNumber(i+1).String()] = e
	}
	return m, nil
}
