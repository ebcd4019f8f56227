package stdlib

import "testing"

func TestToString(t *testing.T) {
	cases{
		{`return tostring(nil), tostring(true), tostring("x"), tostring(10), tostring(-0.5), tostring(1e100), tostring(2^53), tostring(0.1 + 0.2)`, `"nil" "true" "x" "10" "-0.5" "1e+100" "9.007199254741e+15" "0.3"`},
		{`return tostring(1/0), tostring(-1/0), tostring(123456789012345), tostring(1e14), tostring(1e15), tostring(99999999999999)`, `"inf" "-inf" "1.2345678901234e+14" "1e+14" "1e+15" "99999999999999"`},
		{`return tostring(setmetatable({}, {__tostring = function() return "named" end}))`, `"named"`},
		{`return tostring(setmetatable({}, {__tostring = function() return 5 end}))`, "5"},
		{`return tostring(setmetatable({}, {__tostring = function() error("no", 0) end}))`, "error: no"},
		{`return tostring({}):match("^table: ") , tostring(type):match("^function: ")`, `"table: " "function: "`},
		{`return tostring(setmetatable({}, {__tostring = 5}))`, "error: attempt to call a number value"},
		{`return tostring(setmetatable({}, {__tostring = {}}))`, "error: attempt to call a table value"},
		{`return tostring(setmetatable({}, {__tostring = setmetatable({}, {__call = function() return "called" end})}))`, `"called"`},
		{`return tostring()`, "error: bad argument #1 to 'tostring' (value expected)"},
		{`return (tostring(nil, 1))`, `"nil"`},
	}.check(t)
}

func TestToNumber(t *testing.T) {
	cases{
		{`return tonumber("10"), tonumber(" 0x1F "), tonumber("1e3"), tonumber("2e2"), tonumber("5e-07"), tonumber(".5"), tonumber("5."), tonumber(7)`, "10 31 1000 200 5e-07 0.5 5 7"},
		{`return tonumber("0x"), tonumber(""), tonumber(" "), tonumber("1e"), tonumber("1 2"), tonumber("1_000"), tonumber("0b11"), tonumber("10x"), tonumber("- 1")`, "nil nil nil nil nil nil nil nil nil"},
		{`return tonumber("inf"), tonumber("-inf"), tonumber("1e400"), tonumber("0x1p4"), tonumber("0x.8"), tonumber("10\0x")`, "inf -inf inf 16 0.5 10"},
		{`return tonumber(nil), tonumber({}), tonumber(true), tonumber("ten")`, "nil nil nil nil"},
		{`return tonumber("10", 2), tonumber("ff", 16), tonumber("0xff", 16), tonumber("zz", 36), tonumber("ZZ", 36), tonumber("777", 8), tonumber(" 11 ", 2)`, "2 255 255 1295 1295 511 3"},
		{`return tonumber("12", 2), tonumber("", 2), tonumber("0x", 16), tonumber("8", 8), tonumber("1.5", 8), tonumber("1e1", 16), tonumber("- 1", 16)`, "nil nil nil nil nil 481 nil"},
		{`return tonumber("-ff", 16), tonumber("+1", 16), tonumber("7fffffffffffffffff", 16), tonumber("ffffffffffffffff", 16)`, "1.844674407371e+19 1 1.844674407371e+19 1.844674407371e+19"},
		{`return tonumber("10", "16"), tonumber("10", nil), tonumber(10, 16), tonumber("10", 10.9), tonumber("1.5", 10), tonumber(1.5, 10)`, "16 10 16 10 1.5 1.5"},
		{`return tonumber()`, "error: bad argument #1 to 'tonumber' (value expected)"},
		{`return tonumber("10", 1)`, "error: bad argument #2 to 'tonumber' (base out of range)"},
		{`return tonumber("10", 37)`, "error: bad argument #2 to 'tonumber' (base out of range)"},
		{`return tonumber("10", {})`, "error: bad argument #2 to 'tonumber' (number expected, got table)"},
		{`return tonumber({}, 16)`, "error: bad argument #1 to 'tonumber' (string expected, got table)"},
		{`return tonumber(nil, 16)`, "error: bad argument #1 to 'tonumber' (string expected, got nil)"},
		{`for _, x in ipairs({1e21, 5e-7, 1e-10, 1e300, -7, 0.5}) do if tonumber(tostring(x)) ~= x then return x end end return "all"`, `"all"`},
	}.check(t)
}

func TestTypeAndAssert(t *testing.T) {
	cases{
		{`return type(nil), type(1), type("x"), type({}), type(type), type(false)`, `"nil" "number" "string" "table" "function" "boolean"`},
		{`return type()`, "error: bad argument #1 to 'type' (value expected)"},
		{`return assert(1, 2, nil), select("#", assert(1, nil, nil))`, "1 3"},
		{`return assert(false)`, "error: assertion failed!"},
		{`return assert(nil, "told")`, "error: told"},
		{`return assert(false, nil)`, "error: assertion failed!"},
		{`return assert(false, 5)`, "error: 5"},
		{`return assert(false, {})`, "error: bad argument #2 to 'assert' (string expected, got table)"},
		{`return assert()`, "error: bad argument #1 to 'assert' (value expected)"},
		{`return pcall(assert, false, "no place")`, `false "no place"`},
	}.check(t)
}

func TestSelect(t *testing.T) {
	cases{
		{`return select(1, "a", "b"), select(2, "a", "b")`, `"a" "b"`},
		{`return select("#"), select("#", nil), select("#", nil, nil)`, "0 1 2"},
		{`return select(-1, 1, 2, 3)`, "3"},
		{`return select(-3, 1, 2, 3)`, "1 2 3"},
		{`return select(3, 1, 2), select(9)`, "nil"},
		{`return select("2", 1, 2), select(1.9, 1, 2), select("#x", 1)`, "2 1 1"},
		{`return select(0, 1)`, "error: bad argument #1 to 'select' (index out of range)"},
		{`return select(-4, 1, 2, 3)`, "error: bad argument #1 to 'select' (index out of range)"},
		{`return select()`, "error: bad argument #1 to 'select' (number expected, got no value)"},
		{`return select("x")`, "error: bad argument #1 to 'select' (number expected, got string)"},
		{`return select({}, 1)`, "error: bad argument #1 to 'select' (number expected, got table)"},
		{`local function f(...) return select("#", ...), (select(2, ...)) end return f(nil, false)`, "2 false"},
	}.check(t)
}

func TestUnpack(t *testing.T) {
	cases{
		{`return unpack({1, 2, 3})`, "1 2 3"},
		{`return unpack({1, 2, 3}, 2)`, "2 3"},
		{`return unpack({1, 2, 3}, 2, 2)`, "2"},
		{`return unpack({1, 2, 3}, -1, 1)`, "nil nil 1"},
		{`return unpack({1, 2}, 2, 5)`, "2 nil nil nil"},
		{`return unpack({1, 2}, 3)`, ""},
		{`return unpack({1, 2}, "1", "2")`, "1 2"},
		{`return unpack({}, 1, 0)`, ""},
		{`return unpack({[5] = "x"}, 4, 6)`, `nil "x" nil`},
		{`return select("#", unpack({}, 1, 7990))`, "7990"},
		{`return unpack({}, 1, 8000)`, "error: too many results to unpack"},
		{`return unpack({}, 1, 1e7)`, "error: too many results to unpack"},
		{`return unpack()`, "error: bad argument #1 to 'unpack' (table expected, got no value)"},
		{`return unpack(5)`, "error: bad argument #1 to 'unpack' (table expected, got number)"},
		{`return unpack({}, "x")`, "error: bad argument #2 to 'unpack' (number expected, got string)"},
		{`return unpack({}, 1, {})`, "error: bad argument #3 to 'unpack' (number expected, got table)"},
	}.check(t)
}

func TestRawAccess(t *testing.T) {
	cases{
		{`local t = setmetatable({}, {__index = function() return "meta" end}) return t.x, rawget(t, "x"), rawget(t, 1)`, `"meta" nil nil`},
		{`local n = 0 local t = setmetatable({}, {__newindex = function() n = n + 1 end}) t.x = 1 rawset(t, "y", 2) return n, rawget(t, "x"), t.y`, "1 nil 2"},
		{`local t = {} return rawset(t, 1, "a") == t, t[1]`, `true "a"`},
		{`local m = {__eq = function() return true end} local a, b = setmetatable({}, m), setmetatable({}, m) return a == b, rawequal(a, b), rawequal(a, a)`, "true false true"},
		{`return rawequal("a", "a"), rawequal(1, "1"), rawequal(nil, false)`, "true false false"},
		{`return rawget({}, nil), rawget({1}, 1.5)`, "nil nil"},
		{`return rawget({})`, "error: bad argument #2 to 'rawget' (value expected)"},
		{`return rawget(5, 1)`, "error: bad argument #1 to 'rawget' (table expected, got number)"},
		{`return rawset({}, 1)`, "error: bad argument #3 to 'rawset' (value expected)"},
		{`return rawset({}, nil, 1)`, "error: table index is nil"},
		{`return rawset({}, 0/0, 1)`, "error: table index is NaN"},
		{`return rawequal(1)`, "error: bad argument #2 to 'rawequal' (value expected)"},
	}.check(t)
}

func TestCollectGarbage(t *testing.T) {
	cases{
		{`return collectgarbage("restart"), type(collectgarbage("count")), type(collectgarbage()), type(collectgarbage("step", 1))`, `0 "number" "number" "boolean"`},
		{`collectgarbage("nooption")`, "error: bad argument #1 to 'collectgarbage' (invalid option 'nooption')"},
		{`collectgarbage({})`, "error: bad argument #1 to 'collectgarbage' (string expected, got table)"},
		{`collectgarbage("count", {})`, "error: bad argument #2 to 'collectgarbage' (number expected, got table)"},
	}.check(t)
}

func TestEnvironments(t *testing.T) {
	cases{
		{`local function f() return x end setfenv(f, {x = 5}) return f(), x, getfenv(f).x, getfenv(f) == getfenv(1)`, "5 nil 5 false"},
		{`local env = {y = 3} local function f() setfenv(1, env) return y end return f(), getfenv(f) == env`, "3 true"},
		{`local function f() return getfenv(2) end return f() == getfenv(), getfenv(0) == getfenv(1), getfenv(type) == getfenv(0), getfenv("1") == getfenv()`, "true true true true"},
		{`local function f() end return setfenv(f, {}) == f, (pcall(setfenv, f, {}))`, "true true"},
		{`setfenv(type, {})`, "error: 'setfenv' cannot change environment of given object"},
		{`setfenv()`, "error: bad argument #2 to 'setfenv' (table expected, got no value)"},
		{`setfenv(1)`, "error: bad argument #2 to 'setfenv' (table expected, got no value)"},
		{`setfenv({}, {})`, "error: bad argument #1 to 'setfenv' (number expected, got table)"},
		{`setfenv(-1, {})`, "error: bad argument #1 to 'setfenv' (level must be non-negative)"},
		{`setfenv(100, {})`, "error: bad argument #1 to 'setfenv' (invalid level)"},
		{`getfenv(-1)`, "error: bad argument #1 to 'getfenv' (level must be non-negative)"},
		{`getfenv(100)`, "error: bad argument #1 to 'getfenv' (invalid level)"},
		{`getfenv({})`, "error: bad argument #1 to 'getfenv' (number expected, got table)"},
	}.check(t)
}

func TestMetatables(t *testing.T) {
	cases{
		{`local m = {} return getmetatable(setmetatable({}, m)) == m, getmetatable({}), getmetatable(5), getmetatable("").__index == string`, "true nil nil true"},
		{`return getmetatable(setmetatable({}, {__metatable = "locked"})), getmetatable(setmetatable({}, {__metatable = false}))`, `"locked" false`},
		{`local t = {} return setmetatable(t, nil) == t, getmetatable(t)`, "true nil"},
		{`local t = setmetatable({}, {}) setmetatable(t, nil) return getmetatable(t)`, "nil"},
		{`return getmetatable()`, "error: bad argument #1 to 'getmetatable' (value expected)"},
		{`return setmetatable(1, {})`, "error: bad argument #1 to 'setmetatable' (table expected, got number)"},
		{`return setmetatable({})`, "error: bad argument #2 to 'setmetatable' (nil or table expected)"},
		{`return setmetatable({}, 1)`, "error: bad argument #2 to 'setmetatable' (nil or table expected)"},
		{`return setmetatable({}, false)`, "error: bad argument #2 to 'setmetatable' (nil or table expected)"},
		{`return setmetatable(setmetatable({}, {__metatable = 1}), {})`, "error: cannot change a protected metatable"},
		{`return string.__index`, "nil"},
	}.check(t)
}
