package arg

import (
	"math"
	"testing"

	lua "github.com/yuin/gopher-lua"

	"hotshard/runtime/script/bytecode"
	"hotshard/runtime/script/syntax"
	"hotshard/runtime/script/vm"
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

// run runs a program in which read is known and is its first result or its error.
func run(t *testing.T, code string) string {
	t.Helper()
	_, L, err := vm.New()
	if err != nil {
		t.Fatal(err)
	}
	fn := &lua.LFunction{IsG: true, GFunction: read}
	L.SetGlobal("read", fn)
	L.SetGlobal("pcall", &lua.LFunction{IsG: true, GFunction: vm.Pcall})
	L.SetGlobal("second", &lua.LFunction{IsG: true, GFunction: func(L *lua.LState) int { L.SetTop(2); return 1 }})
	lib := &lua.LTable{Metatable: lua.LNil}
	vm.Set(lib, lua.LString("read"), fn)
	vm.Set(lib, lua.LString("length"), &lua.LFunction{IsG: true, GFunction: func(L *lua.LState) int { return len(Text(L, 1)) }})
	L.SetGlobal("lib", lib)
	meta := &lua.LTable{Metatable: lua.LNil}
	vm.Set(meta, lua.LString("__index"), lib)
	L.SetMetatable(lua.LString(""), meta)
	chunk, err := syntax.Parse([]byte(code), "test.lua")
	if err != nil {
		t.Fatal(err)
	}
	proto, err := bytecode.Compile(chunk, "test.lua")
	if err != nil {
		t.Fatal(err)
	}
	L.Push(&lua.LFunction{Proto: proto, Env: L.Env})
	if err := vm.PCall(L, 0, 1, nil); err != nil {
		return err.(*lua.ApiError).Object.String()
	}
	return L.Get(-1).String()
}

func TestArguments(t *testing.T) {
	for _, c := range []struct{ args, want string }{
		{`"any", nil`, "fine"}, {`"any"`, "test.lua:1: bad argument #2 to 'read' (value expected)"},
		{`"table", {}`, "fine"}, {`"table", nil`, "test.lua:1: bad argument #2 to 'read' (table expected, got nil)"},
		{`"table"`, "test.lua:1: bad argument #2 to 'read' (table expected, got no value)"},
		{`"function", pcall`, "fine"}, {`"function", 1`, "test.lua:1: bad argument #2 to 'read' (function expected, got number)"},
		{`"text", "x"`, "x"}, {`"text", 0.1`, "0.1"}, {`"text", true`, "test.lua:1: bad argument #2 to 'read' (string expected, got boolean)"},
		{`"text or", nil`, "none"}, {`"text or"`, "none"}, {`"text or", 5`, "5"}, {`"text or", {}`, "test.lua:1: bad argument #2 to 'read' (string expected, got table)"},
		{`"number", 1.5`, "1.5"}, {`"number", " 0x10 "`, "16"}, {`"number", "x"`, "test.lua:1: bad argument #2 to 'read' (number expected, got string)"},
		{`"number or"`, "7"}, {`"number or", "2"`, "2"}, {`"number or", false`, "test.lua:1: bad argument #2 to 'read' (number expected, got boolean)"},
		{`"offset", -2.9`, "-2"}, {`"offset or", nil`, "-1"}, {`"offset", "3.7"`, "3"},
		{`"int", 2^40 + 0.5`, "1099511627776"}, {`"int", 1/0`, "0"}, {`"int", 0/0`, "0"}, {`"int or"`, "1"},
	} {
		if got := run(t, "return (read("+c.args+"))"); got != c.want {
			t.Errorf("read(%s): %s, want %s", c.args, got, c.want)
		}
	}
}

// TestNameOfTheCall has what lua5.1 says of the same calls.
func TestNameOfTheCall(t *testing.T) {
	const bad = " (table expected, got no value)"
	for _, c := range []struct{ code, want string }{
		{`read("table")`, "test.lua:1: bad argument #2 to 'read'" + bad},
		{`return read("table")`, "test.lua:1: bad argument #2 to 'read'" + bad},
		{`local r = read r("table")`, "test.lua:1: bad argument #2 to 'r'" + bad},
		{`local r = read local function f() r("table") end f()`, "test.lua:1: bad argument #2 to 'r'" + bad},
		{`lib.read("table")`, "test.lua:1: bad argument #2 to 'read'" + bad},
		{`local t = {x = {y = read}} t.x.y("table")`, "test.lua:1: bad argument #2 to 'y'" + bad},
		{`local t = {{read}} t[1][1]("table")`, "test.lua:1: bad argument #2 to '?'" + bad},
		{`local s = "table" s:read()`, "test.lua:1: bad argument #1 to 'read'" + bad},
		{`lib:length()`, "test.lua:1: calling 'length' on bad self (string expected, got table)"},
		{`for k in lib.length do end`, "test.lua:1: bad argument #1 to '(for generator)' (string expected, got nil)"},
		{`return (second(pcall(read, "table")))`, "bad argument #2 to '?'" + bad},
		{`return (second(pcall(function() local x = read("table") end)))`, "test.lua:1: bad argument #2 to 'read'" + bad},
	} {
		if got := run(t, c.code); got != c.want {
			t.Errorf("%s: %s, want %s", c.code, got, c.want)
		}
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
