package image

import (
	"errors"
	"strings"
	"testing"

	lua "github.com/yuin/gopher-lua"

	"hotshard/runtime/script/vm"
)

func TestWhatCannotBeWrittenIsNamedByItsPath(t *testing.T) {
	w := newWorld(t, `state = {fleet = {of = {1, 2, {cb = 0}}, ["a b"] = {}}, f = 0}`, `local secret = 0 function state.f() return secret end state.set = function(v) secret = v end`)
	w.run(0)
	w.run(1)
	state := w.L.GetGlobal("state").(*lua.LTable)
	fleet := state.RawGetString("fleet").(*lua.LTable)
	nameless := func() *lua.LFunction { return w.L.NewFunction(func(*lua.LState) int { return 0 }) }
	vm.Set(vm.GetInt(fleet.RawGetString("of").(*lua.LTable), 3).(*lua.LTable), lua.LString("cb"), nameless())
	vm.SetInt(fleet.RawGetString("a b").(*lua.LTable), 1, &lua.LUserData{Value: &strings.Builder{}, Metatable: lua.LNil})
	w.L.Push(state.RawGetString("set"))
	w.L.Push(nameless())
	w.L.Call(1, 0)
	_, err := w.freeze()
	var all *Unwritable
	if !errors.As(err, &all) {
		t.Fatalf("the error is %v", err)
	}
	var got []string
	for _, r := range all.Values {
		got = append(got, r.String())
	}
	want := []string{
		`state.f:secret: a Go function without a name`,
		`state.fleet.of[3].cb: a Go function without a name`,
		`state.fleet["a b"][1]: an object that only this process can have`,
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("refused are\n%s", strings.Join(got, "\n"))
	}
}

func TestARunningCoroutineIsRefused(t *testing.T) {
	w := newWorld(t, `state = create(function() freeze() end)`)
	var err error
	w.give("freeze", w.L.NewFunction(func(*lua.LState) int { _, err = w.freeze(); return 0 }))
	w.run(0)
	w.do(`resume(state)`)
	if err == nil || !strings.Contains(err.Error(), "a coroutine that runs") {
		t.Errorf("the error is %v", err)
	}
}
