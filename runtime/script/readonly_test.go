package script

import (
	"strings"
	"testing"

	"hotshard/runtime/world"
)

func TestReadOnlyLooksAndDoesNotTouch(t *testing.T) {
	s, _ := newTestState(t, map[string]string{"m.lua": `
		local n = 1
		local M = {t = {a = 1}, list = {3, 1, 2}}
		function M.bump() n = n + 1 return n end
		function M.n() return n end
		return M`}, "m")
	look := func(code string) ([]world.Value, error) {
		var out []world.Value
		var failed error
		s.EvalWith(EvalOptions{Code: code, ReadOnly: true}, func(v []world.Value, err error) { out, failed = v, err })
		return out, failed
	}
	for _, code := range []string{
		`local M = require "m" M.t.a = 2`, `X = 1`, `require("m").bump()`, `table.insert(require("m").list, 4)`,
		`table.sort(require("m").list)`, `rawset(require("m").t, "a", 2)`, `setmetatable(require("m").t, {})`,
		`pcall(function() require("m").t.a = 2 end) return require("m").t.a == 1 or error("touched")`,
		`on("tick", print)`, `command.x = print`, `event.x = print`, `every(1, print)`, `task.spawn(print)`,
		`for k in pairs(require("m").t) do require("m").t[k] = nil end`,
	} {
		_, err := look(code)
		if strings.HasPrefix(code, "pcall") {
			if err != nil {
				t.Errorf("%s: %v", code, err)
			}
		} else if err == nil || !strings.Contains(err.Error(), "--write") && !strings.Contains(err.Error(), "only looks") {
			t.Errorf("%s was not refused: %v", code, err)
		}
	}
	got, err := look(`local t = {} for i = 1, 3 do t[i] = i * i end table.insert(t, require("m").n()) t.x = 1 return t[3], #t, require("m").t`)
	if err != nil || got[0] != 9.0 || got[1] != 4.0 {
		t.Fatal(got, err)
	}
	if do(t, s, `require("m").bump()`)[0] != 2.0 {
		t.Fatal("a writing eval after a reading one is refused")
	}
}
