package script

import (
	"strings"
	"testing"

	"hotshard/runtime/script/code"
)

// strict is a State with the files, in which a new global is an error.
func strict(t *testing.T, files map[string]string) (*State, error) {
	t.Helper()
	sources := map[string][]byte{}
	for path, text := range files {
		sources[path] = []byte(text)
	}
	return New(Options{Name: "test", Release: code.NewRelease(1, sources), Entry: []string{"main"}, Strict: true})
}

func TestWhatScriptsShareIsClosed(t *testing.T) {
	for _, line := range []string{
		`string.upper = function() return "x" end`, `string.trim = function(s) return s end`, `string.upper = nil`, `math.pi = 3`, `table.sort = nil`,
		`rawset(string, "upper", nil)`, `rawset(_G, "pairs", nil)`, `rawset(string, "mine", 1)`,
		`print = nil`, `pairs = function() end`, `_G.next = nil`, `_G["tostring"] = 1`, `string = {}`, `_G = {}`,
		`setmetatable(string, {})`, `setmetatable(_G, nil)`, `getmetatable("").__index = {}`, `coroutine.wrap = 1`, `task.spawn = 1`, `reload.state = nil`, `log.info = nil`,
		`local s = string s.rep = nil`, `local k = "rep" string[k] = nil`, `loadstring("string.rep = nil")()`,
		`setfenv(0, {})`, `getfenv(1).pairs = nil`, `string["upper"], math.floor = 1, 2`, `function string.rep() end`, `package.path = "x"`,
		`table.insert(string, 1)`, `table.insert(string, 1, 1)`, `local t = math table.insert(t, "x") return 1`,
		`for k in pairs(string) do string[k] = nil end`,
	} {
		s, err := strict(t, map[string]string{"main.lua": line})
		if err == nil {
			t.Errorf("%s is done", line)
			s.Close()
			continue
		}
		if !strings.Contains(err.Error(), "share") && !strings.Contains(err.Error(), "protected metatable") {
			t.Errorf("%s: %v", line, err)
		}
	}
	_, err := strict(t, map[string]string{"main.lua": "local x = 1\nstring.upper = nil"})
	if err == nil || !strings.Contains(err.Error(), "main.lua") || !strings.Contains(err.Error(), ":2") || !strings.Contains(err.Error(), "string.upper is the library's") {
		t.Errorf("the error names %v", err)
	}
}

func TestWhatStaysOpen(t *testing.T) {
	s, err := strict(t, map[string]string{"main.lua": `
local m = {}
local upper = string.upper                      -- a name of one's own
local mine = setmetatable({}, {__index = string}) -- and a table that knows the library
mine.trim = function(s) return (s:gsub("^%s+", "")) end
function event.ping() end
function command.pong() return true end
m.sum = assert(loadstring("return 1 + 1"))()
m.env = setfenv(function() return answer end, {answer = 42})()
local seen = {}
for k in pairs(string) do seen[#seen + 1] = k end
assert(#seen > 10 and next(math) and rawget(string, "rep") == string.rep)
assert(m.sum == 2 and m.env == 42 and mine.trim("  x") == "x" and mine.upper("a") == "A" and ("b"):upper() == "B" and upper("c") == "C")
assert(getmetatable(string) == false)
return m`})
	if err != nil {
		t.Fatal(err)
	}
	s.Close()
}
