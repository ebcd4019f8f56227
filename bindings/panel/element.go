package panel

import (
	"fmt"
	"strings"

	lua "github.com/yuin/gopher-lua"

	"hotshard/runtime/script/arg"
	"hotshard/runtime/script/spell"
	"hotshard/runtime/script/vm"
)

// isField says of a Lua table which kind of element it is.
const isField = "is"

// element is the word that makes elements of a kind.
func element(k *kind) lua.LGFunction {
	full := "ui." + k.name
	return func(L *lua.LState) int {
		var t *lua.LTable
		switch of := L.Get(1).(type) {
		case lua.LString, lua.LNumber:
			t = vm.NewTable(1, 1)
			vm.SetInt(t, 1, of)
		case *lua.LTable:
			t = of
			k.check(L, full, t)
		default:
			arg.Expected(L, 1, "a text or a table of fields")
		}
		vm.Set(t, lua.LString(isField), lua.LString(k.name))
		L.Push(t)
		return 1
	}
}

// check refuses fields that the kind has not, and a table that is an element already.
func (k *kind) check(L *lua.LState, full string, t *lua.LTable) {
	if vm.Get(t, lua.LString(isField)) != lua.LNil {
		arg.Raise(L, full+": this table is an element already; an element is made anew each time")
	}
	for key, v, _ := vm.Next(t, lua.LNil); key != lua.LNil; key, v, _ = vm.Next(t, key) {
		name, ok := key.(lua.LString)
		if !ok {
			continue
		}
		if !k.has(string(name)) {
			arg.Raise(L, fmt.Sprintf("%s has no field %s%s", full, name, meant(string(name), k.fields)))
		}
		if want := wanted[string(name)]; want != "" && v.Type().String() != want {
			arg.Raise(L, fmt.Sprintf("%s: %s is a %s, and has to be a %s", full, name, v.Type(), want))
		}
	}
}

// wanted says of fields what their values have to be.
var wanted = map[string]string{
	"press": "function", "change": "function", "submit": "function", "pick": "function", "mark": "function",
	"columns": "table", "rows": "table", "options": "table", "points": "table", "suggest": "table",
}

// meant is what somebody may have wanted to write.
func meant(name string, known []string) string {
	if near := spell.Nearest(name, known); near != "" {
		return "; did you mean " + near + "?"
	}
	if len(known) == 0 {
		return ""
	}
	return ": it has " + strings.Join(known, ", ")
}

// drawing is the word that makes shapes of a kind.
func drawing(s *shape) lua.LGFunction {
	return func(L *lua.LState) int {
		t := vm.NewTable(s.numbers+2, 1)
		for i := range s.numbers {
			vm.SetInt(t, i+1, lua.LNumber(arg.Number(L, i+1)))
		}
		next := s.numbers + 1
		if s.text {
			vm.SetInt(t, next, lua.LString(arg.Text(L, next)))
			next++
		}
		ink := arg.TextOr(L, next, "")
		if !inks[ink] {
			arg.Raise(L, fmt.Sprintf("draw.%s: there is no ink %q: plain, hint, strong, good, bad, brass", s.name, ink))
		}
		vm.SetInt(t, next, lua.LString(ink))
		vm.Set(t, lua.LString(isField), lua.LString("draw "+s.name))
		L.Push(t)
		return 1
	}
}
