package vm

import (
	"fmt"
	"strings"
	"testing"

	lua "github.com/yuin/gopher-lua"

	"hotshard/runtime/script/bytecode"
	"hotshard/runtime/script/number"
	"hotshard/runtime/script/syntax"
)

// testState is a machine with just the words that the language itself needs, and
// print, which collects.
func testState(t testing.TB) (*lua.LState, *strings.Builder) {
	t.Helper()
	_, L, err := New()
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	words := map[string]lua.LGFunction{"pcall": Pcall, "xpcall": Xpcall, "error": Error, "pairs": Pairs, "ipairs": Ipairs,
		"print": func(L *lua.LState) int {
			for i := 1; i <= L.GetTop(); i++ {
				if i > 1 {
					out.WriteByte('\t')
				}
				out.WriteString(testText(L, L.Get(i)))
			}
			out.WriteByte('\n')
			return 0
		},
		"setmetatable": func(L *lua.LState) int { L.CheckTable(1).Metatable = L.Get(2); L.SetTop(1); return 1 },
		"select": func(L *lua.LState) int {
			if L.Get(1) == lua.LString("#") {
				L.Push(lua.LNumber(L.GetTop() - 1))
				return 1
			}
			return L.GetTop() - L.CheckInt(1)
		},
		"type": func(L *lua.LState) int { L.Push(lua.LString(L.Get(1).Type().String())); return 1 },
	}
	for name, fn := range words {
		L.SetGlobal(name, &lua.LFunction{IsG: true, GFunction: fn})
	}
	L.SetGlobal("next", NextFn)
	co := &lua.LTable{Metatable: lua.LNil}
	for name, fn := range map[string]lua.LGFunction{"resume": CoResume, "yield": CoYield, "status": CoStatus, "running": CoRunning,
		"create": func(L *lua.LState) int { L.Push(Create(L, L.CheckFunction(1))); return 1 },
		"wrap":   func(L *lua.LState) int { L.Push(Wrapped(Create(L, L.CheckFunction(1)))); return 1 }} {
		co.RawSetString(name, &lua.LFunction{IsG: true, GFunction: fn})
	}
	L.SetGlobal("coroutine", co)
	return L, &out
}

func testText(L *lua.LState, v lua.LValue) string {
	switch v := v.(type) {
	case lua.LNumber:
		return number.Format(float64(v))
	case lua.LString, lua.LBool, *lua.LNilType:
		return v.String()
	}
	return v.Type().String()
}

func compile(t testing.TB, src string) *lua.FunctionProto {
	t.Helper()
	chunk, err := syntax.Parse([]byte(src), "test")
	if err != nil {
		t.Fatal(err)
	}
	p, err := bytecode.Compile(chunk, "test")
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// run runs a program and gives what it printed, with its error at the end.
func run(t testing.TB, src string) string {
	t.Helper()
	L, out := testState(t)
	L.Push(&lua.LFunction{Proto: compile(t, src), Env: L.Env})
	if err := PCall(L, 0, 0, nil); err != nil {
		fmt.Fprintln(out, "error:", testText(L, err.(*lua.ApiError).Object))
	}
	if n := threadOf(L).reg.top; n != 0 {
		t.Errorf("%d registers are still in use", n)
	}
	return out.String()
}

func TestLanguage(t *testing.T) {
	for _, c := range languageCases {
		if got := run(t, c.src); got != c.want {
			t.Errorf("%s\n  gives %q\n  want  %q", c.src, got, c.want)
		}
	}
}
