package testworld_test

import (
	"testing"

	lua "github.com/yuin/gopher-lua"

	"hotshard/bindings"
	"hotshard/data/static"
	"hotshard/host/testworld"
	"hotshard/runtime/script"
	"hotshard/runtime/script/code"
	"hotshard/runtime/script/luacheck"
	"hotshard/runtime/script/luatest"
)

// TestCheckerKnowsTheState compares the words that the checker accepts with those
// that a real state has: what is missing on either side would be a false alarm or
// a mistake nobody sees.
func TestCheckerKnowsTheState(t *testing.T) {
	w, err := testworld.New(types{static.Types()})(luatest.Setup{
		Release: code.NewRelease(1, map[string][]byte{"main.lua": nil}), Entry: []string{"main"},
		Map: luatest.Map(), System: "Alpha", Install: func(*script.State) {},
		OnFault: func(f script.Fault) { t.Error(f.Message) }, OnLog: func(string, string, string) {},
	})
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	globals := w.State().L().G.Global
	api := luacheck.FromTables(bindings.Tables()...)
	for table, words := range api {
		from := globals
		if table != "" {
			var ok bool
			if from, ok = globals.RawGetString(table).(*lua.LTable); !ok {
				t.Errorf("the checker knows the table %s, a state does not", table)
				continue
			}
		}
		for name := range words.Names {
			if from.RawGetString(name) == lua.LNil {
				t.Errorf("the checker knows %s.%s, a state does not", table, name)
			}
		}
	}
	globals.ForEach(func(k, v lua.LValue) {
		name := k.String()
		words, isTable := api[name]
		if _, known := api[""].Names[name]; !known && !isTable {
			t.Errorf("a state has %s, the checker does not know it", name)
		}
		if table, ok := v.(*lua.LTable); ok && isTable {
			table.ForEach(func(k, _ lua.LValue) {
				if _, known := words.Names[k.String()]; !known && k.String() != "__index" {
					t.Errorf("a state has %s.%s, the checker does not know it", name, k)
				}
			})
		}
	})
}
