package bindings

import (
	"errors"
	"fmt"
	"math"
	"strings"

	lua "github.com/yuin/gopher-lua"

	"hotshard/runtime/gate/wire"
	"hotshard/runtime/physics"
	"hotshard/runtime/script"
	"hotshard/runtime/script/vm"
	"hotshard/runtime/system"
	"hotshard/runtime/world"
)

// param is one parameter of a signature.
type param struct {
	name     string
	types    []string // "integer", "table" ...; "..." for the rest
	optional bool
	typeName bool // it takes the name of a type
}

// parseSig reads "orbit(ship: integer, range?: number): boolean".
func parseSig(sig string) (string, []param) {
	name, rest, ok := strings.Cut(sig, "(")
	if !ok {
		panic("bindings: a signature without arguments: " + sig)
	}
	var params []param
	for _, part := range splitArgs(rest) {
		if part == "..." || strings.HasPrefix(part, "...:") {
			params = append(params, param{name: "...", types: []string{"..."}})
			continue
		}
		n, t, ok := strings.Cut(part, ":")
		if !ok {
			panic("bindings: a parameter without a type: " + sig)
		}
		p := param{name: strings.TrimSuffix(strings.TrimSpace(n), "?")}
		p.optional = strings.HasSuffix(strings.TrimSpace(n), "?")
		for _, one := range strings.Split(t, "|") {
			p.types = append(p.types, luaType(strings.TrimSpace(one)))
			p.typeName = p.typeName || strings.TrimSpace(one) == typeName
		}
		params = append(params, p)
	}
	return name, params
}

// splitArgs cuts at the commas of the outermost level, up to the closing bracket.
func splitArgs(s string) []string {
	var parts []string
	depth, from := 0, 0
	for i, c := range s {
		switch c {
		case '(', '{', '<', '[':
			depth++
		case '}', '>', ']':
			depth--
		case ')':
			if depth == 0 {
				if last := strings.TrimSpace(s[from:i]); last != "" {
					parts = append(parts, last)
				}
				return parts
			}
			depth--
		case ',':
			if depth == 0 {
				parts = append(parts, strings.TrimSpace(s[from:i]))
				from = i + 1
			}
		}
	}
	return parts
}

// typeName is the annotation of a parameter or field that holds the name of a type.
const typeName = "TypeName"

// luaType is the kind of value that an annotation stands for.
func luaType(t string) string {
	switch {
	case t == typeName:
		return "string"
	case t == "integer", t == "number", t == "string", t == "boolean", t == "function", t == "any", t == "nil":
		return t
	case strings.HasPrefix(t, "fun("):
		return "function"
	}
	return "table" // a class, an array, a literal
}

// check raises a Lua error that names the argument which is not as the signature
// says.
func check(L *lua.LState, fn string, params []param) {
	for i := range params {
		p := &params[i]
		if p.name == "..." {
			return
		}
		v := L.Get(i + 1)
		if v == lua.LNil && p.optional || p.accepts(v) {
			continue
		}
		L.RaiseError("%s: argument %d, %s: %s expected, got %s", fn, i+1, p.name, strings.Join(p.types, " or "), describe(v))
	}
}

func (p *param) accepts(v lua.LValue) bool {
	for _, t := range p.types {
		switch t {
		case "any":
			return true
		case "integer":
			if n, ok := v.(lua.LNumber); ok && float64(n) == math.Trunc(float64(n)) && !math.IsInf(float64(n), 0) {
				return true
			}
		case "number":
			if n, ok := v.(lua.LNumber); ok && float64(n) == float64(n) {
				return true
			}
		case v.Type().String():
			return true
		}
	}
	return false
}

func describe(v lua.LValue) string {
	switch v := v.(type) {
	case lua.LNumber:
		return fmt.Sprintf("number %v", v)
	case *lua.LNilType:
		return "nothing"
	}
	return v.Type().String()
}

// entityAt is the thing whose id is argument n. An id that no thing could have
// becomes 0, which nothing has.
func entityAt(L *lua.LState, n int) world.EntityID {
	f := float64(L.CheckNumber(n))
	if f < 1 || f > math.MaxUint32 {
		return 0
	}
	return world.EntityID(f)
}

func characterAt(L *lua.LState, n int) world.CharacterID {
	return world.CharacterID(L.CheckNumber(n))
}

// idList reads an optional list of ids. One that is longer than anything takes is cut
// where that can be told.
func idList[T ~uint32 | ~uint64 | ~int64](L *lua.LState, n int, fn string) []T {
	v := L.Get(n)
	if v == lua.LNil {
		return nil
	}
	list, ok := v.(*lua.LTable)
	if !ok {
		L.RaiseError("%s: a list of ids expected, got %s", fn, describe(v))
	}
	var out []T
	for i := 1; i <= min(list.Len(), system.MostHeeded+1); i++ {
		id, ok := list.RawGetInt(i).(lua.LNumber)
		if !ok || id < 0 || id > math.MaxUint32 {
			L.RaiseError("%s: a list of ids expected, number %d of it is %s", fn, i, describe(list.RawGetInt(i)))
		}
		out = append(out, T(id))
	}
	return out
}

// vector reads {x=, y=, z=} or {1, 2, 3}; a missing coordinate is 0.
func vector(L *lua.LState, v lua.LValue, what string) world.Vec3 {
	t, ok := v.(*lua.LTable)
	if !ok {
		L.RaiseError("%s: a point {x=, y=, z=} expected, got %s", what, describe(v))
	}
	coordinate := func(key string, i int) float64 {
		c := t.RawGetString(key)
		if c == lua.LNil {
			c = vm.GetInt(t, i)
		}
		switch c := c.(type) {
		case *lua.LNilType:
			return 0
		case lua.LNumber:
			return float64(c)
		}
		L.RaiseError("%s: %s: number expected, got %s", what, key, describe(c))
		return 0
	}
	p := world.Vec3{X: coordinate("x", 1), Y: coordinate("y", 2), Z: coordinate("z", 3)}
	if !p.Finite() {
		L.RaiseError("%s: the coordinates are not finite numbers", what)
	}
	return p
}

func pushVector(L *lua.LState, v world.Vec3) *lua.LTable {
	m, t := vm.Of(L), vm.NewTable(0, 3)
	vm.Set(t, lua.LString("x"), m.Number(v.X))
	vm.Set(t, lua.LString("y"), m.Number(v.Y))
	vm.Set(t, lua.LString("z"), m.Number(v.Z))
	return t
}

// pushEmpty answers with the emptiest value of a signature's first result.
func pushEmpty(L *lua.LState, sig string) int {
	first, _, _ := strings.Cut(results(sig), ",")
	switch {
	case first == "":
		return 0
	case strings.HasSuffix(first, "?"), first == "any":
		L.Push(lua.LNil)
	case first == "string":
		L.Push(lua.LString(""))
	case first == "number", first == "integer":
		L.Push(lua.LNumber(0))
	case first == "boolean":
		L.Push(lua.LFalse)
	default:
		L.Push(L.NewTable())
	}
	return 1
}

// done answers true, or nil and why not.
func done(L *lua.LState, err error) int {
	if err != nil {
		return refuse(L, err)
	}
	L.Push(lua.LTrue)
	return 1
}

// refuse answers nil and the sentence a player may be shown.
func refuse(L *lua.LState, err error) int {
	L.Push(lua.LNil)
	if pe := (*physics.Error)(nil); errors.As(err, &pe) {
		L.Push(lua.LString(pe.Reason))
		return 2
	}
	L.Push(lua.LString(err.Error()))
	return 2
}

func pushID(L *lua.LState, id world.EntityID) int {
	if id == 0 {
		L.Push(lua.LNil)
	} else {
		L.Push(lua.LNumber(id))
	}
	return 1
}

// fields reads an optional table of plain values, as events carry.
func fields(L *lua.LState, n int, fn string) map[string]world.Value {
	v := L.Get(n)
	if v == lua.LNil {
		return nil
	}
	plain, err := script.ToValue(v)
	if err != nil {
		L.RaiseError("%s: argument %d: %s", fn, n, err.Error())
	}
	switch plain := plain.(type) {
	case map[string]world.Value:
		return plain
	case []world.Value:
		L.RaiseError("%s: argument %d: a table with names expected, got a list", fn, n)
	}
	return nil
}

// eventAt reads an event for clients: its name, and behind it a table of its members.
func eventAt(L *lua.LState, n int, fn string) *wire.Frame {
	name, members := L.CheckString(n), fields(L, n+1, fn)
	for key, v := range members {
		members[key] = script.ForClient(v)
	}
	return wire.NewEvent(name, members)
}

// plainFrom reads the arguments from n on as plain values.
func plainFrom(L *lua.LState, n int, fn string) []world.Value {
	var out []world.Value
	for i := n; i <= L.GetTop(); i++ {
		v, err := script.ToValue(L.Get(i))
		if err != nil {
			L.RaiseError("%s: argument %d: %s", fn, i, err.Error())
		}
		out = append(out, v)
	}
	return out
}
