package testworld_test

import (
	"flag"
	"fmt"
	"slices"
	"strings"
	"testing"

	lua "github.com/yuin/gopher-lua"

	"hotshard/data/static"
	"hotshard/host/testworld"
	"hotshard/runtime/script"
	"hotshard/runtime/script/code"
	"hotshard/runtime/script/luatest"
	"hotshard/runtime/world"
)

var times = flag.Int("abuse.times", 3_000, "how often TestEveryWordIsAbused calls each word")

// abuse calls a word again and again with the oddest arguments there are, and some
// ordinary ones.
const abuse = `
local odd = {nil, true, false, -1, 0, 0.5, 1, 2, 1e15, -1e15, 1e308, -1e308, 0/0, 1/0, -1/0, 2^31, 2^53, "", "x", "Ann", "tick", "%%d",
	("x"):rep(100000), "\0", "\255", {}, {1, 2, 3}, {{{}}}, {x = 1, y = 0/0, z = 1/0}, setmetatable({}, {__index = function() error("no") end}),
	function() end, function() error("no") end, print, coroutine.create(function() end)}
local n, word, seed = 34, %s, %d
local function pick() seed = (seed * 1103515245 + 12345) %% 2147483648 return odd[seed %% n + 1] end
for i = 1, %d do
	local a, b, c, d = pick(), pick(), pick(), pick()
	if i %% 5 == 0 then pcall(word) elseif i %% 5 == 1 then pcall(word, a) else pcall(word, a, b, c, d) end
end`

// TestEveryWordIsAbused: whatever a script does with the words, it costs itself one
// call. The players who are there go on, and the memory comes back.
func TestEveryWordIsAbused(t *testing.T) {
	w, err := testworld.New(types{static.Types()})(luatest.Setup{
		Release: code.NewRelease(1, map[string][]byte{"main.lua": []byte(`function command.still(_, args) return {n = args.n} end`)}),
		Entry:   []string{"main"}, Map: luatest.Map(), System: "Alpha", Seed: 1,
		Install: func(*script.State) {}, OnLog: func(string, string, string) {},
		OnFault: func(f script.Fault) {
			if !strings.Contains(f.Message, "budget: ") && !strings.Contains(f.Message, "no") {
				t.Logf("%s: %s", f.Origin, f.Message)
			}
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	var pilots []world.CharacterID
	for i := range 50 {
		id, err := w.Join(fmt.Sprintf("Pilot %d", i))
		if err != nil {
			t.Fatal(err)
		}
		pilots = append(pilots, id)
	}
	w.Advance(1)
	before := heap()
	for i, word := range everyWord(w.State()) {
		w.State().Eval(fmt.Sprintf(abuse, word, i+1, *times), "test", func([]world.Value, error) {})
		w.Advance(0.2)
		if i%10 == 0 {
			stillThere(t, w, pilots[i%len(pilots)], word)
		}
	}
	w.Advance(30)
	stillThere(t, w, pilots[0], "all")
	if after := heap(); after > before+64<<20 {
		t.Errorf("%d MiB are left over", (after-before)>>20)
	}
}

// stillThere asks for something as a player.
func stillThere(t *testing.T, w luatest.World, who world.CharacterID, word string) {
	t.Helper()
	var got world.Value
	w.Command(who, "still", map[string]world.Value{"n": 7.0}, func(v world.Value, err error) {
		if got = v; err != nil {
			t.Fatalf("after %s: %v", word, err)
		}
	})
	w.Advance(0.5)
	if m, ok := got.(map[string]world.Value); !ok || m["n"] != 7.0 {
		t.Fatalf("after %s a player gets %v", word, got)
	}
}

// everyWord names all functions that a script can reach, those aside that put the
// players of this test out of the system.
func everyWord(s *script.State) []string {
	leave := []string{"player.kick", "player.jump"}
	var words []string
	globals := s.L().G.Global
	globals.ForEach(func(k, v lua.LValue) {
		switch v := v.(type) {
		case *lua.LFunction:
			words = append(words, k.String())
		case *lua.LTable:
			if v == globals || k.String() == "package" {
				return
			}
			v.ForEach(func(name, v lua.LValue) {
				if _, ok := v.(*lua.LFunction); ok {
					words = append(words, k.String()+"."+name.String())
				}
			})
		}
	})
	slices.Sort(words)
	return slices.DeleteFunc(words, func(w string) bool { return slices.Contains(leave, w) })
}
