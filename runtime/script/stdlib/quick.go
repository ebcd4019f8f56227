package stdlib

import (
	lua "github.com/yuin/gopher-lua"

	"hotshard/runtime/script/number"
	"hotshard/runtime/script/vm"
)

// The common case of the functions that scripts call most: arguments of the types that
// are wanted, and nothing to charge. Anything else is left to the function itself.

var (
	quickBase = map[string]vm.Quick{"assert": quickAssert, "rawget": quickRawGet, "select": quickSelect, "tonumber": quickToNumber,
		"tostring": quickToString, "type": quickType}
	quickStrings = map[string]vm.Quick{"len": quickLength, "sub": quickSub, "byte": quickByte}
	quickTables  = map[string]vm.Quick{"insert": quickInsert, "remove": quickRemove}
)

func quickType(_ *vm.Machine, args []lua.LValue, _ int) (lua.LValue, bool) {
	if len(args) == 0 || args[0] == nil {
		return nil, false
	}
	return typeNames[args[0].Type()], true
}

// quickAssert is an assert whose result nobody looks at, or only the first.
func quickAssert(_ *vm.Machine, args []lua.LValue, want int) (lua.LValue, bool) {
	if len(args) == 0 || !isTrue(args[0]) || want > 1 || want < 0 && len(args) > 1 {
		return nil, false
	}
	return args[0], true
}

func quickToString(_ *vm.Machine, args []lua.LValue, _ int) (lua.LValue, bool) {
	if len(args) == 0 {
		return nil, false
	}
	switch v := args[0].(type) {
	case lua.LString:
		return v, true
	case lua.LNumber:
		return lua.LString(number.Format(float64(v))), true
	}
	return nil, false
}

func quickToNumber(_ *vm.Machine, args []lua.LValue, _ int) (lua.LValue, bool) {
	if len(args) != 1 {
		return nil, false
	}
	_, ok := args[0].(lua.LNumber)
	return args[0], ok
}

func quickRawGet(_ *vm.Machine, args []lua.LValue, _ int) (lua.LValue, bool) {
	if len(args) < 2 {
		return nil, false
	}
	t, ok := args[0].(*lua.LTable)
	if !ok {
		return nil, false
	}
	return vm.Get(t, args[1]), true
}

// quickSelect is select("#", ...), and select(n, ...) where one result is wanted.
func quickSelect(m *vm.Machine, args []lua.LValue, want int) (lua.LValue, bool) {
	if len(args) == 0 {
		return nil, false
	}
	switch n := args[0].(type) {
	case lua.LString:
		return m.Number(float64(len(args) - 1)), n == "#"
	case lua.LNumber:
		i := int(n)
		if want != 1 || i < 1 || n != n {
			return nil, false
		}
		if i >= len(args) {
			return lua.LNil, true
		}
		return args[i], true
	}
	return nil, false
}

func quickUnary(fn func(float64) float64) vm.Quick {
	return func(m *vm.Machine, args []lua.LValue, _ int) (lua.LValue, bool) {
		if len(args) == 0 {
			return nil, false
		}
		x, ok := args[0].(lua.LNumber)
		if !ok {
			return nil, false
		}
		return m.Number(fn(float64(x))), true
	}
}

func quickGreatest(_ *vm.Machine, args []lua.LValue, _ int) (lua.LValue, bool) {
	return quickChoose(args, func(x, most lua.LNumber) bool { return x > most })
}

func quickLeast(_ *vm.Machine, args []lua.LValue, _ int) (lua.LValue, bool) {
	return quickChoose(args, func(x, least lua.LNumber) bool { return x < least })
}

// quickChoose is the first of some numbers than which none is better.
func quickChoose(args []lua.LValue, better func(x, than lua.LNumber) bool) (lua.LValue, bool) {
	if len(args) == 0 {
		return nil, false
	}
	best, ok := args[0].(lua.LNumber)
	at := 0
	for i := 1; ok && i < len(args); i++ {
		var x lua.LNumber
		if x, ok = args[i].(lua.LNumber); ok && better(x, best) {
			best, at = x, i
		}
	}
	return args[at], ok
}

func quickLength(m *vm.Machine, args []lua.LValue, _ int) (lua.LValue, bool) {
	if len(args) == 0 {
		return nil, false
	}
	s, ok := args[0].(lua.LString)
	return m.Number(float64(len(s))), ok
}

// quickPlaces are a text and one or two places in it, the second -1 where it is not
// given.
func quickPlaces(args []lua.LValue) (text string, i, j int, ok bool) {
	if len(args) < 2 || len(args) > 3 {
		return "", 0, 0, false
	}
	s, ok1 := args[0].(lua.LString)
	from, ok2 := args[1].(lua.LNumber)
	to, ok3 := lua.LNumber(-1), true
	if len(args) == 3 {
		to, ok3 = args[2].(lua.LNumber)
	}
	i, j = int(from), int(to)
	return string(s), i, j, ok1 && ok2 && ok3 && lua.LNumber(i) == from && lua.LNumber(j) == to
}

func quickSub(_ *vm.Machine, args []lua.LValue, _ int) (lua.LValue, bool) {
	text, from, to, ok := quickPlaces(args)
	if !ok {
		return nil, false
	}
	return lua.LString(substring(text, from, to)), true
}

// quickByte is one byte of a text.
func quickByte(m *vm.Machine, args []lua.LValue, _ int) (lua.LValue, bool) {
	if len(args) == 0 || len(args) > 2 {
		return nil, false
	}
	at := lua.LNumber(1)
	s, ok := args[0].(lua.LString)
	if len(args) == 2 && ok {
		at, ok = args[1].(lua.LNumber)
	}
	i := int(at)
	if !ok || i < 1 || i > len(s) || lua.LNumber(i) != at {
		return nil, false
	}
	return m.Number(float64(s[i-1])), true
}

// quickInsert is table.insert(t, v).
func quickInsert(_ *vm.Machine, args []lua.LValue, want int) (lua.LValue, bool) {
	if len(args) != 2 || want != 0 {
		return nil, false
	}
	t, ok := args[0].(*lua.LTable)
	if !ok || vm.IsClosed(t.Metatable) {
		return nil, false
	}
	vm.SetInt(t, vm.Len(t)+1, args[1])
	return nil, true
}

// quickRemove is table.remove(t), of a list that is not empty.
func quickRemove(_ *vm.Machine, args []lua.LValue, _ int) (lua.LValue, bool) {
	if len(args) != 1 {
		return nil, false
	}
	t, ok := args[0].(*lua.LTable)
	if !ok {
		return nil, false
	}
	end := vm.Len(t)
	if end == 0 {
		return nil, false
	}
	v := vm.GetInt(t, end)
	vm.SetInt(t, end, lua.LNil)
	return v, true
}
