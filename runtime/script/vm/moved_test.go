package vm

import (
	"testing"

	lua "github.com/yuin/gopher-lua"
)

// Every way to call a function brings it to the code that its own has been moved to, whatever it
// was called before.
func TestMovedFunctionsFollowWhenTheyAreCalled(t *testing.T) {
	const source = `
local function old(a, b, ...) return "old" end
local function new(a, b, c) return "new " .. tostring(a) .. tostring(b) .. tostring(c) end
return old, new`
	for name, call := range map[string]string{
		"a call":             `local v = f(1, 2, 3) return v`,
		"a tail call":        `return f(1, 2, 3)`,
		"a method":           `local t = {m = f} local v = t.m(1, 2, 3) return v`,
		"a coroutine":        `local _, v = coroutine.resume(coroutine.create(f), 1, 2, 3) return v`,
		"a protected call":   `local _, v = pcall(f, 1, 2, 3) return v`,
		"a metamethod":       `local t = setmetatable({}, {__call = function(_, ...) return f(...) end}) return t(1, 2, 3)`,
		"an iterator":        `local n = 0 for v in function(...) n = n + 1 if n == 1 then return f(1, 2, 3) end end do return v end`,
		"a call from a loop": `local v for i = 1, 300 do v = f(1, 2, 3) end return v`,
	} {
		L, _ := testState(t)
		L.SetGlobal("tostring", &lua.LFunction{IsG: true, GFunction: func(L *lua.LState) int { L.Push(lua.LString(testText(L, L.Get(1)))); return 1 }})
		fns := runAll(t, L, source)
		old, target := fns[0].(*lua.LFunction), fns[1].(*lua.LFunction)
		L.SetGlobal("f", old)
		if got := runAll(t, L, call)[0]; got != lua.LString("old") {
			t.Errorf("%s: before it is moved, %v", name, got)
		}
		Of(L).Move(old.Proto, target.Proto)
		if got := runAll(t, L, call)[0]; got != lua.LString("new 123") {
			t.Errorf("%s: %v", name, got)
		}
		if old.Proto != target.Proto {
			t.Errorf("%s: it has not followed", name)
		}
	}
}

// What gopher-lua itself calls comes to a frame that has been laid out already.
func TestMovedFunctionInAFrameOfGopherLua(t *testing.T) {
	for name, old := range map[string]string{
		"parameters":  `return function(a, b, c) return "old" end`,
		"extra":       `return function(a, ...) return "old" end`,
		"extra alone": `return function(...) return "old" end`,
	} {
		for _, target := range []string{`return function(a, b, c) local d = "new" return d, a, b, c end`, `return function(a, ...) local d = "new" return d, a, ... end`} {
			L, _ := testState(t)
			fn, to := runAll(t, L, old)[0].(*lua.LFunction), runAll(t, L, target)[0].(*lua.LFunction)
			Of(L).Move(fn.Proto, to.Proto)
			L.Push(fn)
			for i := range 3 {
				L.Push(lua.LNumber(i + 1))
			}
			L.Call(3, 4)
			for i, want := range []lua.LValue{lua.LString("new"), lua.LNumber(1), lua.LNumber(2), lua.LNumber(3)} {
				if got := L.Get(-4 + i); got != want {
					t.Errorf("%s to %s: result %d is %v, and not %v", name, target, i+1, got, want)
				}
			}
		}
	}
}

// runAll runs a text and gives all that it returns.
func runAll(t *testing.T, L *lua.LState, source string) []lua.LValue {
	t.Helper()
	top := L.GetTop()
	L.Push(L.NewFunctionFromProto(compile(t, source)))
	if err := PCall(L, 0, lua.MultRet, nil); err != nil {
		t.Fatal(err)
	}
	var out []lua.LValue
	for i := top + 1; i <= L.GetTop(); i++ {
		out = append(out, L.Get(i))
	}
	L.SetTop(top)
	return out
}
