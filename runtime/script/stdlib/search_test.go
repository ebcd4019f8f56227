package stdlib

import "testing"

func TestFindMatchGsub(t *testing.T) {
	cases{
		{`return ("hello"):find("l")`, "3 3"},
		{`return ("hello"):find("l", -1)`, "nil"},
		{`return ("hello"):find("l", -2)`, "4 4"},
		{`return ("hello"):find("", 10)`, "6 5"},
		{`return ("a.b"):find(".", 1, true)`, "2 2"},
		{`return ("a.b"):find(".", 2, true)`, "2 2"},
		{`return ("a+b"):find("+", 1, true)`, "2 2"},
		{`return ("abc"):find("b", -100)`, "2 2"},
		{`return ("abc"):find("(b)()")`, `2 2 "b" 3`},
		{`return string.find(12345, 34)`, "3 4"},
		{`return ("abc"):match("b")`, `"b"`},
		{`return ("abc"):match("()b()")`, "2 3"},
		{`return ("abc"):match("x")`, "nil"},
		{`return ("2024-05-06"):match("(%d+)-(%d+)-(%d+)")`, `"2024" "05" "06"`},
		{`return ("abc"):match("%")`, "error: malformed pattern (ends with '%')"},
		{`local t = {} for k, v in ("a=1, b=2"):gmatch("(%w+)=(%w+)") do t[#t+1] = k .. v end return unpack(t)`, `"a1" "b2"`},
		{`local t = {} for p in ("abc"):gmatch("()") do t[#t+1] = p end return unpack(t)`, "1 2 3 4"},
		{`local it = ("1 2"):gmatch("%d") return it(), it(), it()`, `"1" "2"`},
		{`local it = ("^a^a"):gmatch("^a") return it(), it(), it()`, `"^a" "^a"`},
		{`return ("hello world"):gsub("o", "0")`, `"hell0 w0rld" 2`},
		{`return ("hello world"):gsub("o", "0", 1)`, `"hell0 world" 1`},
		{`return ("hello"):gsub("l", "x", 0)`, `"hello" 0`},
		{`return ("hello"):gsub("", "-")`, `"-h-e-l-l-o-" 6`},
		{`return ("abc"):gsub("%w*", "x")`, `"xx" 2`},
		{`return ("abc def"):gsub("%w+", "<%0>")`, `"<abc> <def>" 2`},
		{`return ("abc def"):gsub("%w+", "<%1>")`, `"<abc> <def>" 2`},
		{`return ("abc def"):gsub("(%w)(%w*)", "%2%1")`, `"bca efd" 2`},
		{`return ("abc"):gsub("()b", "%1")`, `"a2c" 1`},
		{`return ("abc"):gsub("b", "%%")`, `"a%c" 1`},
		{`return ("abc"):gsub("b", "%x")`, `"axc" 1`},
		{`return ("abc"):gsub("b", "%2")`, "error: invalid capture index"},
		{`return ("abc"):gsub("b", 7)`, `"a7c" 1`},
		{`return ("abc"):gsub("^a", "x")`, `"xbc" 1`},
		{`return ("aaa"):gsub("^a", "x")`, `"xaa" 1`},
		{`return ("$x $y"):gsub("%$(%w+)", {x = "1", y = false})`, `"1 $y" 2`},
		{`return ("ab"):gsub("()", {"x", 2})`, `"xa2b" 3`},
		{`return ("ab"):gsub(".", setmetatable({}, {__index = function(_, k) return k .. k end}))`, `"aabb" 2`},
		{`return ("a b"):gsub("%w", function(c) if c == "a" then return c:upper() end end)`, `"A b" 2`},
		{`return ("a1b2"):gsub("(%a)(%d)", function(a, d) return d .. a end)`, `"1a2b" 2`},
		{`return ("ab"):gsub("%w", function(c) return (("xyz"):gsub("y", c)) end)`, `"xazxbz" 2`},
		{`return ("ab"):gsub("b", function() return {} end)`, "error: invalid replacement value (a table)"},
		{`return ("ab"):gsub("b", function() error("no", 0) end)`, "error: no"},
		{`return ("ab"):gsub("b", true)`, "error: bad argument #2 to 'gsub' (string/function/table expected)"},
		{`return table.concat({1, "b", 3.5}, "-")`, `"1-b-3.5"`},
		{`return table.concat({1, 2, 3, 4}, ",", 2, 3), table.concat({}), table.concat({1}, ",", 2)`, `"2,3" "" ""`},
		{`return table.concat({1, {}, 3})`, "error: invalid value (table) at index 2 in table for 'concat'"},
		{`return select("#", ("abc"):match("x"))`, "1"},
	}.check(t)
}

func TestSearchArguments(t *testing.T) {
	cases{
		{`return ("abc"):find("b", nil, true), ("abc"):find("b", "2"), ("a1"):find(1), ("abc"):find("", 4), ("abc"):find("", 5), ("abc"):find("c", -1)`, "2 2 2 4 4 3 3"},
		{`return ("a.b"):find(".", 1, false), ("a.b"):find(".", 1, 0)`, "1 2 2"},
		{`return ("abc"):find()`, "error: bad argument #1 to 'find' (string expected, got no value)"},
		{`return ("abc"):find("b", {})`, "error: bad argument #2 to 'find' (number expected, got table)"},
		{`return string.find("abc")`, "error: bad argument #2 to 'find' (string expected, got no value)"},
		{`return string.match()`, "error: bad argument #1 to 'match' (string expected, got no value)"},
		{`return ("x"):match({})`, "error: bad argument #1 to 'match' (string expected, got table)"},
		{`return string.gmatch("abc")`, "error: bad argument #2 to 'gmatch' (string expected, got no value)"},
		{`return ("abc"):gsub("b")`, "error: bad argument #2 to 'gsub' (string/function/table expected)"},
		{`return ("abc"):gsub("b", true)`, "error: bad argument #2 to 'gsub' (string/function/table expected)"},
		{`return ("abc"):gsub("b", nil)`, "error: bad argument #2 to 'gsub' (string/function/table expected)"},
		{`return ("abc"):gsub("b", "x", "y")`, "error: bad argument #3 to 'gsub' (number expected, got string)"},
		{`return ("abc"):gsub("b", true, "y")`, "error: bad argument #3 to 'gsub' (number expected, got string)"},
		{`return ("abc"):gsub("b", 5), ("abc"):gsub("b", "x", "1"), ("abc"):gsub(".", "x", -1), ("abc"):gsub(".", "x", 1.9)`, `"a5c" "axc" "abc" "xbc" 1`},
		{`return string.gfind == string.gmatch`, "true"},
	}.check(t)
}

// TestPatternFaults has malformed patterns, which are found out when the match comes to the
// fault.
func TestPatternFaults(t *testing.T) {
	cases{
		{`return ("abc"):find("%")`, "error: malformed pattern (ends with '%')"},
		{`return ("abc"):find("x%")`, "nil"},
		{`return ("abc"):find("[a")`, "error: malformed pattern (missing ']')"},
		{`return ("abc"):find("[]")`, "error: malformed pattern (missing ']')"},
		{`return ("abc"):find("[^]")`, "error: malformed pattern (missing ']')"},
		{`return ("abc"):find("[a%")`, "error: malformed pattern (missing ']')"},
		{`return ("abc"):find("%b")`, "error: unbalanced pattern"},
		{`return ("abc"):find("%bx")`, "error: unbalanced pattern"},
		{`return ("abc"):find("%f")`, "error: missing '[' after '%f' in pattern"},
		{`return ("abc"):find("%fa")`, "error: missing '[' after '%f' in pattern"},
		{`return ("abc"):find("a)")`, "nil"},
		{`return ("abc"):find("%1")`, "error: invalid capture index"},
		{`return ("abc"):find("%0")`, "error: invalid capture index"},
		{`return ("abc"):find("(a%1)")`, "error: invalid capture index"},
		{`return ("abc"):find("(a")`, "error: unfinished capture"},
		{`return ("abc"):match("(a")`, "error: unfinished capture"},
		{`return ("abc"):gsub("(a", "x")`, `"xbc" 1`},
		{`return ("abc"):gsub("(a", "%0")`, `"abc" 1`},
		{`return ("abc"):gsub("(a", "%1")`, "error: unfinished capture"},
		{`return ("abc"):gsub("(a", {})`, "error: unfinished capture"},
		{`return ("abc"):gsub("(a", type)`, "error: unfinished capture"},
		{`return ("abc"):gsub("b", "%2")`, "error: invalid capture index"},
		{`return ("abc"):gsub("b", "%1")`, `"abc" 1`},
		{`return ("abc"):gsub("(b)", "%2")`, "error: invalid capture index"},
		{`return (("a"):rep(40)):find(("(a)"):rep(33))`, "error: too many captures"},
		{`return ("abc"):find(("(x)"):rep(33))`, "nil"},
		{`for _ in ("abc"):gmatch("(a") do end`, "error: unfinished capture"},
	}.check(t)
}

// TestZeroBytes has the byte with which C ends a text: a pattern ends there, and %z stands
// for it.
func TestZeroBytes(t *testing.T) {
	cases{
		{`return ("a\0b"):find("\0"), ("a\0b"):find("\0b", 1, true), ("a\0b"):find("%z"), ("a\0b"):match("a%zb")`, `2 2 2 "a\000b"`},
		{`return ("a\0b"):find("a%z\0xx"), ("abc"):find("[a\0b]")`, "error: malformed pattern (missing ']')"},
		{`return ("abc"):gsub("b\0c", "x"), ("a\0b"):gsub("%z", "0"), ("abc"):gsub("b", "x\0y"), ("abc"):gsub("b", "%")`, `"axc" "a0b" "ax\000yc" "a\000c" 1`},
		{`return ("a\0\0b"):match("%z+b"), ("a\0b"):match("[%z]"), ("\0"):match("%c"), ("\0"):find("%f[%z]")`, `"\000\000b" "\000" "\000" nil`},
	}.check(t)
}

func TestReplacements(t *testing.T) {
	cases{
		{`return ("hello world"):gsub("%w+", "%0 %0", 1)`, `"hello hello world" 1`},
		{`return ("hello world from Lua"):gsub("(%w+)%s*(%w+)", "%2 %1")`, `"world hello Lua from" 2`},
		{`return ("abc"):gsub("%w", {a = "1", b = true})`, "error: invalid replacement value (a boolean)"},
		{`return ("abc"):gsub("%w", {a = "1", b = false})`, `"1bc" 3`},
		{`return ("abc"):gsub("%w", {a = 1.5, b = 1e21})`, `"1.51e+21c" 3`},
		{`return ("abc"):gsub("()", {"x", [4] = "y"})`, `"xabcy" 4`},
		{`local t = {} t[70000] = "far" t[1] = "near" return (("x"):gsub("()x", t))`, `"near"`},
		{`return ("abc"):gsub("%w", setmetatable({}, {__index = {b = "B"}}))`, `"aBc" 3`},
		{`return ("abc"):gsub("%w", setmetatable({}, {__index = function(_, k) return k:upper() end}))`, `"ABC" 3`},
		{`return ("abc"):gsub("%w", setmetatable({}, {__index = function() error("in index", 0) end}))`, "error: in index"},
		{`return ("abc"):gsub("(a)(b)", function(x, y) return y .. x end)`, `"bac" 1`},
		{`return ("abc"):gsub("%w", function() return nil end), ("abc"):gsub("%w", function() return false end), ("abc"):gsub("%w", function() return 7 end)`, `"abc" "abc" "777" 3`},
		{`return ("abc"):gsub("%w", function() return {} end)`, "error: invalid replacement value (a table)"},
		{`return ("abc"):gsub("%w", function() return true end)`, "error: invalid replacement value (a boolean)"},
		{`return ("abc"):gsub("b", function() error("in gsub", 0) end)`, "error: in gsub"},
		{`return ("a,b,,c"):gsub(",", ";"), (""):gsub("", "x"), ("abc"):gsub("$", "!"), ("abc"):gsub("^", "!")`, `"a;b;;c" "x" "abc!" "!abc" 1`},
	}.check(t)
}
