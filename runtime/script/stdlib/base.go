package stdlib

import (
	"math"
	"math/bits"
	"strings"

	lua "github.com/yuin/gopher-lua"

	"hotshard/runtime/script/arg"
	"hotshard/runtime/script/number"
	"hotshard/runtime/script/vm"
)

func (lib library) base() Table {
	return Table{Quick: quickBase, Funcs: map[string]lua.LGFunction{
		"assert":         assert,
		"collectgarbage": collectGarbage,
		"getfenv":        getEnvironment,
		"getmetatable":   getMetatable,
		"rawequal":       rawEqual,
		"rawget":         rawGet,
		"rawset":         rawSet,
		"select":         selectFrom,
		"setfenv":        setEnvironment,
		"setmetatable":   setMetatable,
		"tonumber":       toNumber,
		"tostring":       toString,
		"type":           typeOf,
		"unpack":         lib.unpack,
	}}
}

func assert(L *lua.LState) int {
	if !isTrue(arg.Any(L, 1)) {
		text, _, _ := strings.Cut(arg.TextOr(L, 2, "assertion failed!"), "\x00") // C ends a text so
		arg.Raise(L, text)
	}
	return L.GetTop()
}

// collectGarbage knows its options and does nothing: the memory is the whole
// process's.
func collectGarbage(L *lua.LState) int {
	switch option := arg.TextOr(L, 1, "collect"); option {
	case "collect", "count", "restart", "setpause", "setstepmul", "stop":
		arg.IntOr(L, 2, 0)
		pushInt(L, 0)
	case "step":
		arg.IntOr(L, 2, 0)
		L.Push(lua.LTrue)
	default:
		arg.Bad(L, 1, "invalid option '"+option+"'")
	}
	return 1
}

func typeOf(L *lua.LState) int {
	L.Push(typeNames[arg.Any(L, 1).Type()])
	return 1
}

// typeNames are what type returns, as values made beforehand.
var typeNames = func() map[lua.LValueType]lua.LValue {
	names := map[lua.LValueType]lua.LValue{}
	for t := lua.LTNil; t <= lua.LTChannel; t++ {
		names[t] = lua.LString(t.String())
	}
	return names
}()

func toString(L *lua.LState) int {
	arg.Any(L, 1)
	L.Push(ToString(L, L.Get(1)))
	return 1
}

// ToString is what tostring returns for v: text, unless the __tostring of v
// returns something else.
func ToString(L *lua.LState, v lua.LValue) lua.LValue {
	switch v := v.(type) {
	case lua.LString:
		return v
	case lua.LNumber:
		return lua.LString(number.Format(float64(v)))
	}
	if meta := L.GetMetaField(v, "__tostring"); meta != lua.LNil {
		return vm.Call(L, meta, v)
	}
	return lua.LString(vm.Name(L, v))
}

func toNumber(L *lua.LState) int {
	v := lua.LValue(lua.LNil)
	if base := arg.IntOr(L, 2, 10); base != 10 {
		text := arg.Text(L, 1)
		if base < 2 || base > 36 {
			arg.Bad(L, 2, "base out of range")
		}
		if x, ok := parseBase(text, uint64(base)); ok {
			v = lua.LNumber(x)
		}
	} else if given, ok := arg.Any(L, 1).(lua.LNumber); ok {
		v = given
	} else if x, ok := vm.ToNumber(L.Get(1)); ok {
		v = lua.LNumber(x)
	}
	L.Push(v)
	return 1
}

// parseBase reads an integer as C's strtoul does: white space, a sign, 0x where the
// base is 16, digits. A negative one is taken from 2^64, one that is too large is
// 2^64-1, and the text ends at a zero byte.
func parseBase(text string, base uint64) (float64, bool) {
	text, _, _ = strings.Cut(text, "\x00")
	text = strings.Trim(text, " \t\n\v\f\r")
	negative := false
	if text != "" && (text[0] == '-' || text[0] == '+') {
		negative = text[0] == '-'
		text = text[1:]
	}
	if base == 16 && len(text) > 2 && text[0] == '0' && text[1]|0x20 == 'x' {
		text = text[2:]
	}
	n, over := uint64(0), false
	for i := range len(text) {
		d := digit(text[i])
		if d >= base {
			return 0, false
		}
		hi, lo := bits.Mul64(n, base)
		sum, carry := bits.Add64(lo, d, 0)
		n, over = sum, over || hi != 0 || carry != 0
	}
	if over {
		n = math.MaxUint64
	} else if negative {
		n = -n
	}
	return float64(n), text != ""
}

// digit is the worth of a digit or letter, 36 for what is neither.
func digit(c byte) uint64 {
	switch {
	case '0' <= c && c <= '9':
		return uint64(c - '0')
	case 'a' <= c|0x20 && c|0x20 <= 'z':
		return uint64(c|0x20-'a') + 10
	}
	return 36
}

func selectFrom(L *lua.LState) int {
	n := L.GetTop()
	if s, ok := L.Get(1).(lua.LString); ok && strings.HasPrefix(string(s), "#") {
		pushInt(L, n-1)
		return 1
	}
	i := arg.Int(L, 1)
	if i < 0 {
		i += n
	} else if i > n {
		i = n
	}
	if i < 1 {
		arg.Bad(L, 1, "index out of range")
	}
	return n - i
}

func (lib library) unpack(L *lua.LState) int {
	t := arg.Table(L, 1)
	from := arg.IntOr(L, 2, 1)
	to := 0
	if arg.Absent(L, 3) {
		to = vm.Len(t)
	} else {
		to = arg.Int(L, 3)
	}
	if from > to {
		return 0
	}
	n := uint64(to) - uint64(from)
	if n >= uint64(maxValues-L.GetTop()) {
		arg.Raise(L, "too many results to unpack")
	}
	lib.Charge(L, int(n)/entriesPerStep)
	for i := range int(n) + 1 {
		L.Push(vm.GetInt(t, from+i))
	}
	return int(n) + 1
}

func rawEqual(L *lua.LState) int {
	a, b := arg.Any(L, 1), arg.Any(L, 2)
	L.Push(lua.LBool(L.RawEqual(a, b)))
	return 1
}

func rawGet(L *lua.LState) int {
	t, k := arg.Table(L, 1), arg.Any(L, 2)
	L.Push(vm.Get(t, k))
	return 1
}

func rawSet(L *lua.LState) int {
	t, k, v := arg.Table(L, 1), arg.Any(L, 2), arg.Any(L, 3)
	switch k := k.(type) {
	case *lua.LNilType:
		L.Error(lua.LString("table index is nil"), 0)
	case lua.LNumber:
		if k != k {
			L.Error(lua.LString("table index is NaN"), 0)
		}
	}
	vm.Refuse(L, t, k)
	vm.Set(t, k, v)
	L.Push(t)
	return 1
}

func getMetatable(L *lua.LState) int {
	v := arg.Any(L, 1)
	meta := L.GetMetatable(v)
	if t, ok := meta.(*lua.LTable); ok {
		if shown := vm.Get(t, metatableField); shown != lua.LNil {
			meta = shown
		}
	}
	L.Push(meta)
	return 1
}

const metatableField = lua.LString("__metatable")

func setMetatable(L *lua.LState) int {
	t := arg.Table(L, 1)
	meta := L.Get(2)
	if _, ok := meta.(*lua.LTable); !ok && (meta != lua.LNil || arg.Missing(L, 2)) {
		arg.Bad(L, 2, "nil or table expected")
	}
	if old, ok := t.Metatable.(*lua.LTable); ok && vm.Get(old, metatableField) != lua.LNil {
		arg.Raise(L, "cannot change a protected metatable")
	}
	t.Metatable = meta
	L.Push(t)
	return 1
}
