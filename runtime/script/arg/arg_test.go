package arg

import (
	"math"
	"strings"
	"testing"

	lua "github.com/yuin/gopher-lua"
)

// read is a function that reads its second argument in the way that its first
// names.
func read(L *lua.LState) int {
	switch string(L.Get(1).(lua.LString)) {
	case "any":
		Any(L, 2)
	case "table":
		Table(L, 2)
	case "function":
		Function(L, 2)
	case "text":
		L.Push(lua.LString(Text(L, 2)))
		return 1
	case "text or":
		L.Push(lua.LString(TextOr(L, 2, "none")))
		return 1
	case "number":
		L.Push(lua.LNumber(Number(L, 2)))
		return 1
	case "number or":
		L.Push(lua.LNumber(NumberOr(L, 2, 7)))
		return 1
	case "offset":
		L.Push(lua.LNumber(Offset(L, 2)))
		return 1
	case "offset or":
		L.Push(lua.LNumber(OffsetOr(L, 2, -1)))
		return 1
	case "int":
		L.Push(lua.LNumber(Int(L, 2)))
		return 1
	case "int or":
		L.Push(lua.LNumber(IntOr(L, 2, 1)))
		return 1
	}
	L.Push(lua.LString("fine"))
	return 1
}

// run runs a chunk in which read is known, after edit has had the chance to change
// what was compiled, and is its first result or its error.
func run(t *testing.T, code string, edit func(*lua.FunctionProto)) string {
	t.Helper()
	L := lua.NewState()
	defer L.Close()
	L.SetGlobal("read", L.NewFunction(read))
	fn, err := L.Load(strings.NewReader(code), "test.lua")
	if err != nil {
		t.Fatal(err)
	}
	if edit != nil {
		edit(fn.Proto)
	}
	L.Push(fn)
	if err := L.PCall(0, 1, nil); err != nil {
		return err.(*lua.ApiError).Object.String()
	}
	return L.Get(-1).String()
}

func TestArguments(t *testing.T) {
	for _, c := range []struct{ args, want string }{
		{`"any", nil`, "fine"}, {`"any"`, "test.lua:1: bad argument #2 to 'read' (value expected)"},
		{`"table", {}`, "fine"}, {`"table", nil`, "test.lua:1: bad argument #2 to 'read' (table expected, got nil)"},
		{`"table"`, "test.lua:1: bad argument #2 to 'read' (table expected, got no value)"},
		{`"function", print`, "fine"}, {`"function", 1`, "test.lua:1: bad argument #2 to 'read' (function expected, got number)"},
		{`"text", "x"`, "x"}, {`"text", 0.1`, "0.1"}, {`"text", true`, "test.lua:1: bad argument #2 to 'read' (string expected, got boolean)"},
		{`"text or", nil`, "none"}, {`"text or"`, "none"}, {`"text or", 5`, "5"}, {`"text or", {}`, "test.lua:1: bad argument #2 to 'read' (string expected, got table)"},
		{`"number", 1.5`, "1.5"}, {`"number", " 0x10 "`, "16"}, {`"number", "x"`, "test.lua:1: bad argument #2 to 'read' (number expected, got string)"},
		{`"number or"`, "7"}, {`"number or", "2"`, "2"}, {`"number or", false`, "test.lua:1: bad argument #2 to 'read' (number expected, got boolean)"},
		{`"offset", -2.9`, "-2"}, {`"offset or", nil`, "-1"}, {`"offset", "3.7"`, "3"},
		{`"int", 2^40 + 0.5`, "1099511627776"}, {`"int", 1/0`, "0"}, {`"int", 0/0`, "0"}, {`"int or"`, "1"},
	} {
		if got := run(t, "return (read("+c.args+"))", nil); got != c.want {
			t.Errorf("read(%s): %s, want %s", c.args, got, c.want)
		}
	}
}

func TestNameOfTheCall(t *testing.T) {
	method := func(p *lua.FunctionProto) {
		for i := range p.DbgCalls {
			p.DbgCalls[i].Name = MethodMark + p.DbgCalls[i].Name
		}
	}
	for _, c := range []struct {
		code, want string
		edit       func(*lua.FunctionProto)
	}{
		{`local r = read return (r("table"))`, "test.lua:1: bad argument #2 to 'r' (table expected, got no value)", nil},
		{`return (({read})[1]("table"))`, "test.lua:1: bad argument #2 to '?' (table expected, got no value)", nil},
		{`return select(2, pcall(read, "table"))`, "bad argument #2 to '?' (table expected, got no value)", nil},
		{`return select(2, coroutine.resume(coroutine.create(function() read("table") end)))`, "test.lua:1: bad argument #2 to 'read' (table expected, got no value)", nil},
		{`return (("table"):read())`, "test.lua:1: bad argument #1 to 'read' (table expected, got no value)", method},
	} {
		if strings.Contains(c.code, "):read") {
			c.code = `getmetatable("").__index.read = read ` + c.code
		}
		if got := run(t, c.code, c.edit); got != c.want {
			t.Errorf("%s: %s, want %s", c.code, got, c.want)
		}
	}
}

func TestBadSelf(t *testing.T) {
	L := lua.NewState()
	defer L.Close()
	L.SetGlobal("t", L.SetFuncs(L.NewTable(), map[string]lua.LGFunction{"read": func(L *lua.LState) int { return len(Text(L, 1)) }}))
	fn, err := L.Load(strings.NewReader("t:read()"), "test.lua")
	if err != nil {
		t.Fatal(err)
	}
	fn.Proto.DbgCalls[0].Name = MethodMark + fn.Proto.DbgCalls[0].Name
	L.Push(fn)
	err = L.PCall(0, 0, nil)
	if want := "test.lua:1: calling 'read' on bad self (string expected, got table)"; err == nil || err.(*lua.ApiError).Object.String() != want {
		t.Errorf("%v, want %s", err, want)
	}
}

func TestTrunc(t *testing.T) {
	for _, c := range []struct {
		x    float64
		want int
	}{{1.9, 1}, {-1.9, -1}, {1 << 53, 1 << 53}, {1 << 62, 1 << 62}, {1 << 63, math.MinInt64}, {-1 << 63, math.MinInt64},
		{math.NaN(), math.MinInt64}, {math.Inf(1), math.MinInt64}, {math.Inf(-1), math.MinInt64}} {
		if got := Trunc(c.x); got != c.want {
			t.Errorf("Trunc(%v) = %d, want %d", c.x, got, c.want)
		}
	}
}
