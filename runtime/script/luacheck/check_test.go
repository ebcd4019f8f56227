package luacheck

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"strings"
	"testing"

	"hotshard/runtime/script/spell"
)

func testAPI() (API, API) {
	api := Standard()
	api.Add("", "sleep", "on", "at")
	api.AddFunc("space", "orbit", "orbit(ship: integer, target: integer, range?: number): boolean")
	api.AddFunc("space", "spawn", "spawn{kind: string}: integer")
	api.AddFunc("player", "name", "name(player: integer): string")
	api.AddFunc("log", "info", "info(format: string, ...: any)")
	api.Add("reload", "migrate")
	api.Open("command")
	api.Open("event")
	tests := API{}
	tests.AddFunc("", "eq", "eq(got: any, want: any, note?: string)")
	tests.Open("test")
	return api, tests
}

// ship is a module that the cases may require.
const ship = `
local ship = {size = 1}
ship.count = 0
function ship.make() return {} end
function ship:method() return self end
return ship
`

func TestFindings(t *testing.T) {
	cases := []struct {
		name, code string
		want       string // findings joined with " | "; "" none
	}{
		{"clean", `local x = 1; print(x); sleep(x)`, ""},
		{"syntax", "local = 1", "1:7: '<name>' expected near '='"},
		{"syntax at the end", "local x = function()\n  return x\n", "3:1: 'end' expected (to close 'function' at line 1) at the end of the file"},
		{"compile", "for i = 1, 2 do end\nbreak\n", "3:1: no loop to break near '<eof>'"},
		{"undeclared", "print(foo)\n", "1:7: undeclared name foo"},
		{"near a global", "prinz(1)", "1:1: undeclared name prinz, did you mean print?"},
		{"twice on a line", "print(foo, foo)", "1:7: undeclared name foo | 1:12: undeclared name foo"},
		{"new global", "\n  x = 1", "2:3: assignment to the new global x: write local x, or keep it in a module"},
		{"new global function", "function f() end", "1:10: assignment to the new global f: write local f, or keep it in a module"},
		{"global in a function", "local function f() count = 1 end f()",
			"1:20: assignment to the new global count: write local count, or keep it in a module"},
		{"a time", `at("mon 03:00", print) local t = "25:00" at(t, print)`, ""},
		{"no time", `at("3 o'clock", print)`, `1:1: at: "3" is no day; the days are sun, mon, tue, wed, thu, fri, sat`},
		{"at of one's own", `local function at(x) print(x) end at("25:00")`, ""},
		{"API word", "space.orbti(1, 2)", "1:7: space has no orbti, did you mean orbit?"},
		{"API word far off", "space.explode()", "1:7: space has no explode"},
		{"API overwritten", "space.orbit = nil", "1:7: assignment to space.orbit, which belongs to the API"},
		{"API table overwritten", "space = {}", "1:1: assignment to space, which belongs to the API"},
		{"migration of a local", "local hp = reload.migrate('hp', print) print(hp)", ""},
		{"migration of fields", "local M = {a = reload.migrate('a', print)} M.b = reload.migrate('b', print) M.c = {} M.c.d = reload.migrate('c.d', print) return M", ""},
		{"migration beside a declaration", "local n = 1 print(n) reload.migrate('n', print)", ""},
		{"migration of a field by a computed name", "local M = {} for _, k in pairs{'a'} do M[k] = reload.migrate('a', print) end return M", ""},
		{"migration of nothing", "local shield = 1\nlocal x = reload.migrate('sheild', print) print(x, shield)",
			"2:18: reload.migrate(\"sheild\") names nothing in this file, did you mean shield?"},
		{"migration of what a function has", "local function f() local inner = 1 return inner end f() reload.migrate('inner', print)",
			"1:64: reload.migrate(\"inner\") names nothing in this file"},
		{"open tables", "function command.fire(p) return p end event.x = command.fire", ""},
		{"too few", "space.orbit(1)", "1:7: space.orbit takes 2 to 3 arguments, here are 1"},
		{"too many", "player.name(1, 2)", "1:8: player.name takes 1 argument, here are 2"},
		{"enough", "space.orbit(1, 2) space.orbit(1, 2, 3) player.name(unpack{1}) log.info('x', 1, 2, 3)", ""},
		{"call in brackets", "player.name((unpack{1}))", ""},
		{"signature not in brackets", "space.spawn{kind = 'ship'}", ""},
		{"a local hides the API", "local space = {} print(space.orbti)", ""},
		{"module", "local ship = require 'lib.ship' print(ship.count, ship.size, ship.make(), ship:method())", ""},
		{"module without the field", "local ship = require 'lib.ship'\nprint(ship.cuont)",
			"2:12: module lib.ship has no cuont, did you mean count?"},
		{"method of a module", "local ship = require 'lib.ship'\nship:metod()",
			"2:6: module lib.ship has no metod, did you mean method?"},
		{"field given by another file", "local ship = require 'lib.ship'\nprint(ship.extra)", ""},
		{"field given here", "local ship = require 'lib.ship'\nship.mine = 1 print(ship.mine)", ""},
		{"direct require", "print(require('lib.ship').cuont)", "1:27: module lib.ship has no cuont, did you mean count?"},
		{"open module", "local wild = require 'lib.wild' print(wild.anything)", ""},
		{"no such module", "local s = require 'lib.shp' print(s.x)", "1:19: no module lib.shp below the script root, did you mean lib.ship?"},
		{"variable reassigned", "local ship = require 'lib.ship' ship = {} print(ship.other)", ""},
		{"unused", "local a, b, c = 1, 2, 3 print(b)", "1:13: warning: unused local c"},
		{"unused function", "local function f() end", "1:16: warning: unused local f"},
		{"underscore", "local _x = 1 for i = 1, 2 do end", ""},
		{"parameters are free", "local function f(a, b) end f()", ""},
		{"scope ends", "do local x = 1 print(x) end\nprint(x)", "2:7: undeclared name x"},
		{"repeat sees its locals", "repeat local done = true until done", ""},
		{"local function recursion", "local function f(n) return f(n - 1) end f(1)", ""},
		{"value before the name", "local x =\nx\nprint(x)", "2:1: undeclared name x"},
		{"test word", "eq(1, 1)", "1:1: eq exists in tests only (files called *_test.lua, and those in testing/)"},
		{"vararg", "print(...)", ""},
		{"big literal", "print({" + strings.Repeat("1,", maxArray+1) + "})",
			"1:7: an array literal of 25551 items: the VM loses those beyond 25550"},
		{"goto and labels", "for i = 1, 2 do if i == 1 then goto skip end print(i) ::skip:: end", ""},
		{"byte order mark", "\xef\xbb\xbfprint(1)", ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if got := findings("main.lua", c.code); got != c.want {
				t.Errorf("%s\n got %s\nwant %s", c.code, got, c.want)
			}
		})
	}
}

func findings(file, code string) string {
	tree := newTree(testAPI())
	tree.put(newSource("lib/ship.lua", []byte(ship)))
	tree.put(newSource("lib/wild.lua", []byte("local w = {} for i = 1, 3 do w['f' .. i] = i end return w")))
	tree.put(newSource("lib/giver.lua", []byte("local ship = require 'lib.ship' function ship.extra() end return {}")))
	tree.put(newSource(file, []byte(code)))
	var list []string
	for _, f := range tree.check(file) {
		list = append(list, strings.TrimPrefix(f.String(), ":"))
	}
	return strings.Join(list, " | ")
}

func TestEvents(t *testing.T) {
	cases := []struct{ code, want string }{
		{"function event.player_left() end", ""},
		{"function event.player_letf() end", "1:16: no event is called player_letf, did you mean player_left?"},
		{"event.nothing_like_it = print", "1:7: no event is called nothing_like_it"},
		{"on('player_letf', print)", "1:1: no event is called player_letf, did you mean player_left?"},
		{"emit('own') system.send('Alpha', 'far', 1) function event.own() end function event.far() end", ""},
		{"local name = 'x' emit(name) function event.anything() end", ""},
	}
	for _, c := range cases {
		tree := newTree(testAPI())
		tree.events["player_left"] = true
		tree.api.Add("system", "send")
		tree.api.Add("", "emit")
		tree.put(newSource("main.lua", []byte(c.code)))
		var list []string
		for _, f := range tree.check("main.lua") {
			list = append(list, strings.TrimPrefix(f.String(), ":"))
		}
		if got := strings.Join(list, " | "); got != c.want {
			t.Errorf("%s\n got %s\nwant %s", c.code, got, c.want)
		}
	}
	if got := findings("main.lua", "function event.whatever() end"); got != "" {
		t.Errorf("without a list of events: %s", got)
	}
}

func TestTestsMayUseTestWords(t *testing.T) {
	if got := findings("main_test.lua", "function test.adds() eq(1 + 1, 2) end"); got != "" {
		t.Errorf("got %s", got)
	}
	if got := findings("testing/helper.lua", "eq(1, 1)"); got != "" {
		t.Errorf("a helper of tests: %s", got)
	}
	want := "1:1: eq takes 2 to 3 arguments, here are 1"
	if got := findings("main_test.lua", "eq(1)"); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestExports(t *testing.T) {
	cases := []struct {
		name, code string
		open       bool
		fields     string
	}{
		{"fields", "local m = {a = 1} m.b = 2 function m.c() m.d = 4 end function m:e() end return m", false, "[a b c d e]"},
		{"table returned", "return {a = 1, b = 2}", false, "[a b]"},
		{"computed key", "local m = {} m[k] = 1 return m", true, ""},
		{"metatable", "local m = {} setmetatable(m, {}) return m", true, ""},
		{"result of a call", "local m = make() return m", true, ""},
		{"second name", "local m = {} local n = m return m", true, ""},
		{"kept in a table", "local m = {} local all = {m} return m", true, ""},
		{"replaced", "local m = {} m = other return m", true, ""},
		{"looped over", "local m = {} m.a = 1 for k in pairs(m) do print(k) end return m", false, "[a]"},
		{"nothing returned", "local m = {} m.a = 1", true, ""},
		{"a function returned", "return function() end", true, ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			e := findExports(newSource("m.lua", []byte(c.code)).chunk)
			if e.open != c.open {
				t.Fatalf("open = %v, want %v", e.open, c.open)
			}
			if e.open {
				return
			}
			var names []string
			for f := range e.fields {
				names = append(names, f)
			}
			sort.Strings(names)
			if got := fmt.Sprint(names); got != c.fields {
				t.Errorf("fields %s, want %s", got, c.fields)
			}
		})
	}
}

func TestArity(t *testing.T) {
	for signature, want := range map[string]Arity{
		"f()":                        {0, 0},
		"f(a: integer)":              {1, 1},
		"f(a: integer, b?: string)":  {1, 2},
		"f(a: {x: number, y: T}, b)": {2, 2},
		"f(fn: fun(a, b), c)":        {2, 2},
		"f(a, ...)":                  {1, -1},
		"f(...: any)":                {0, -1},
		"f(a [, b])":                 {-1, -1},
		"spawn{a, b}":                {-1, -1},
		"":                           {-1, -1},
	} {
		if got := arity(signature); got != want {
			t.Errorf("arity(%q) = %v, want %v", signature, got, want)
		}
	}
}

func TestSuggest(t *testing.T) {
	known := []string{"orbit", "approach", "keep", "align"}
	for unknown, want := range map[string]string{
		"orbti": "orbit", "aproach": "approach", "kep": "keep", "algin": "align", "teleport": "", "x": "",
	} {
		got := spell.Nearest(unknown, known)
		if got != want {
			t.Errorf("Nearest(%q) = %q, want %q", unknown, got, want)
		}
	}
}

func TestRun(t *testing.T) {
	root := t.TempDir()
	write(t, root, "main.lua", "local ship = require 'lib.ship'\nprint(ship.cuont)\n")
	write(t, root, "lib/ship.lua", ship)
	write(t, root, "lib/bad.lua", "local x = \n")
	write(t, root, ".git/ignored.lua", "local = ")
	write(t, root, "lib/ship_test.lua", "function test.x() eq(1, 1) end")

	api, tests := testAPI()
	all, err := Run(Options{Root: root, API: api, Tests: tests})
	if err != nil {
		t.Fatal(err)
	}
	if all.Files != 4 || all.Errors() != 2 {
		t.Errorf("%d files, %d errors: %v", all.Files, all.Errors(), all.Findings)
	}
	var out bytes.Buffer
	all.Write(&out)
	want := filepath.Join(root, "lib/bad.lua") + ":2:1: unexpected symbol at the end of the file; is an 'end' or a bracket missing?\n" +
		filepath.Join(root, "main.lua") + ":2:12: module lib.ship has no cuont, did you mean count?\n" +
		"4 files, 2 errors, 0 warnings\n"
	if out.String() != want {
		t.Errorf("got\n%swant\n%s", out.String(), want)
	}

	some, err := Run(Options{Root: root, Paths: []string{filepath.Join(root, "main.lua")}, API: api, Tests: tests})
	if err != nil || some.Files != 1 || some.Errors() != 1 {
		t.Errorf("one file: %v, %+v", err, some)
	}
	folder, err := Run(Options{Root: root, Paths: []string{"lib"}, API: api, Tests: tests})
	if err != nil || folder.Files != 3 || folder.Errors() != 1 {
		t.Errorf("one folder: %v, %+v", err, folder)
	}
	if _, err := Run(Options{Root: root, Paths: []string{"nowhere"}}); err == nil {
		t.Error("a path that is not there must be an error")
	}
	if _, err := Run(Options{Root: filepath.Join(root, "missing")}); err == nil {
		t.Error("a missing root must be an error")
	}
}

func write(t *testing.T, root, name, text string) {
	t.Helper()
	path := filepath.Join(root, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// FuzzCheck feeds arbitrary text: whatever it is, the check must end and not
// panic.
func FuzzCheck(f *testing.F) {
	f.Add(ship)
	f.Add("local x = function( return end")
	f.Add("x.y.z:w{1, [2] = 3}")
	f.Fuzz(func(t *testing.T, code string) {
		findings("main.lua", code)
	})
}

// TestARoomHasItsOwnWordsAndItsOwnModules is what keeps scripts of the page and of the shard
// apart.
func TestARoomHasItsOwnWordsAndItsOwnModules(t *testing.T) {
	shard, page := Standard(), Standard()
	shard.Add("space", "entity")
	page.Add("ui", "text")
	shard.Open("event")
	page.Open("event")
	c := NewChecker(Options{API: shard, Events: []string{"tick()"}, Rooms: []Room{{Folder: "panels/", Of: "panels", API: page, Tests: Standard(), Events: []string{"order(n: integer)"}}}})
	found := c.Check(map[string][]byte{
		"main.lua":           []byte("local m = require 'panels.market'\nreturn {m, ui.text, space.entity}"),
		"panels/market.lua":  []byte("local w = require 'panels.words'\nlocal m = require 'main'\nreturn {w, m, ui.text, space.entity}"),
		"panels/words.lua":   []byte("function event.tick() end\nfunction event.order() end\nreturn {}"),
		"panels/nothing.lua": []byte("return ui.txet"),
	})
	var got []string
	for _, f := range found {
		got = append(got, fmt.Sprintf("%s:%d %s", f.File, f.Line, f.Message))
	}
	want := []string{
		"main.lua:1 panels.market is for panels alone, and has other words",
		"main.lua:2 ui is a word of panels, for scripts below panels/",
		"panels/market.lua:2 main is not for panels, where only what is below panels/ can be required",
		"panels/market.lua:3 space is no word of panels",
		"panels/nothing.lua:1 ui has no txet, did you mean text?",
		"panels/words.lua:1 no event is called tick",
	}
	if !slices.Equal(got, want) {
		t.Errorf("found:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}
