package script

import (
	"fmt"
	"sync"
	"testing"

	lua "github.com/yuin/gopher-lua"

	"hotshard/runtime/script/code"
)

// TestLibrariesAreEachStatesOwn lets States that share the Go functions of the
// libraries change their tables at the same time.
func TestLibrariesAreEachStatesOwn(t *testing.T) {
	words := &Words{}
	words.Add(Table{Name: "core", Funcs: []Func{{Name: "me"}, {Name: "wait", Yields: true}}}, map[string]lua.LGFunction{
		"me":   func(L *lua.LState) int { L.Push(lua.LString(Host(L).(string))); return 1 },
		"wait": func(L *lua.LState) int { return 0 },
	})
	release := code.NewRelease(1, map[string][]byte{"main.lua": []byte(`return {}`)})
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			name := fmt.Sprint("s", i)
			s, err := New(Options{Name: name, Release: release, Entry: []string{"main"}, Bind: func(s *State) { s.Install(words, name) }})
			if err != nil {
				t.Error(err)
				return
			}
			defer s.Close()
			own := fmt.Sprintf(`(function()
				math.mine, string.mine, core.mine, _G.mine = %q, %q, %q, %q
				math.floor = function() return %q end
				setfenv(sleep, {me = %q})
				setfenv(core.wait, {me = %q})
			end)()`, name, name, name, name, name, name, name)
			do(t, s, own)
			got := do(t, s, `math.mine, ("x").mine, core.mine, mine, math.floor(1.5), getfenv(sleep).me, getfenv(core.wait).me, core.me()`)
			for _, v := range got {
				if v != name {
					t.Errorf("%s sees %v", name, got)
				}
			}
			last := do(t, s, `(function() local last for k in pairs(math) do last = k end return last end)()`)
			if last[0] != "mine" {
				t.Errorf("the name that was added last comes as %v", last)
			}
		})
	}
	all.Wait()
}

// TestModulesOfManyStatesKeepTheirFields is the same for what files make.
func TestModulesOfManyStatesKeepTheirFields(t *testing.T) {
	release := code.NewRelease(1, map[string][]byte{"main.lua": []byte(`
		local M = {b = 1, a = 2} local kept = {z = 1, y = 2}
		function M.order() local out = "" for k in pairs(M) do out = out .. k .. " " end for k in pairs(kept) do out = out .. k .. " " end return out end
		function M.add(k) M[k], kept[k] = 1, 1 end
		return M`)})
	var all sync.WaitGroup
	for i := range 4 {
		all.Go(func() {
			s, err := New(Options{Name: "x", Release: release, Entry: []string{"main"}})
			if err != nil {
				t.Error(err)
				return
			}
			defer s.Close()
			got := do(t, s, fmt.Sprintf(`(function() local M = require"main" M.add("k%d") return M.order() end)()`, i))
			if want := fmt.Sprintf("b a order add k%d z y k%d ", i, i); got[0] != want {
				t.Errorf("%q, want %q", got[0], want)
			}
		})
	}
	all.Wait()
}
