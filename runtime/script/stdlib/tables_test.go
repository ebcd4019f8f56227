package stdlib

import "testing"

func TestInsertAndRemove(t *testing.T) {
	cases{
		{`local t = {} table.insert(t, "a") table.insert(t, 1, "b") table.insert(t, 2, "c") return unpack(t)`, `"b" "c" "a"`},
		{`local t = {1, 2, 3} table.insert(t, 10, "x") return #t, t[10], t[4]`, `3 "x" nil`},
		{`local t = {1, 2} table.insert(t, 0, "x") return t[0], t[1], t[2], t[3]`, `"x" nil 1 2`},
		{`local t = {1} table.insert(t, "2", "x") table.insert(t, 1.9, "y") return unpack(t)`, `"y" 1 "x"`},
		{`local t = {} table.insert(t, nil) return #t`, "0"},
		{`local t = {1, 2, 3} return table.remove(t), table.remove(t, 1), table.remove(t), table.remove(t), #t`, "3 1 2 nil 0"},
		{`local t = {1, 2, 3} return table.remove(t, 2), t[1], t[2], t[3]`, "2 1 3 nil"},
		{`local t = {1, 2, 3} return select("#", table.remove(t, 4)), select("#", table.remove(t, 0)), select("#", table.remove(t, -1)), select("#", table.remove({})), #t`, "0 0 0 0 3"},
		{`local t = {1, 2} return table.remove(t, "1"), #t`, "1 1"},
		{`table.insert()`, "error: bad argument #1 to 'insert' (table expected, got no value)"},
		{`table.insert(nil, 1)`, "error: bad argument #1 to 'insert' (table expected, got nil)"},
		{`table.insert({})`, "error: wrong number of arguments to 'insert'"},
		{`table.insert({}, 1, 2, 3)`, "error: wrong number of arguments to 'insert'"},
		{`table.insert({}, "x", 2)`, "error: bad argument #2 to 'insert' (number expected, got string)"},
		{`table.insert({}, nil, 2)`, "error: bad argument #2 to 'insert' (number expected, got nil)"},
		{`table.remove()`, "error: bad argument #1 to 'remove' (table expected, got no value)"},
		{`table.remove({}, "x")`, "error: bad argument #2 to 'remove' (number expected, got string)"},
		{`local t = {} t:insert(1)`, "error: attempt to call method 'insert' (a nil value)"},
		{`local t = setmetatable({}, {__index = table}) t:insert("a") t:insert("b") return t:concat(","), t:remove()`, `"a,b" "b"`},
		{`local t = setmetatable({}, {__index = table}) t:insert({}, {})`, "error: bad argument #1 to 'insert' (number expected, got table)"},
		{`local t = setmetatable({}, {__index = table}) t:concat(",", {})`, "error: bad argument #2 to 'concat' (number expected, got table)"},
	}.check(t)
}

func TestConcat(t *testing.T) {
	cases{
		{`return table.concat({1, 2, 3}), table.concat({1, "b", 3.5}, "-"), table.concat({}), table.concat({}, "x"), table.concat({0.1, 1e21, 1e15}, " ")`, `"123" "1-b-3.5" "" "" "0.1 1e+21 1e+15"`},
		{`return table.concat({1, 2, 3}, ",", 2), table.concat({1, 2, 3}, ",", 2, 2), table.concat({1, 2, 3}, ",", 3, 2), table.concat({1, 2, 3}, ",", "2", "3")`, `"2,3" "2" "" "2,3"`},
		{`return table.concat({1, 2}, nil, nil, nil), table.concat({1, 2}, 0), table.concat({[-1] = "a", [0] = "b"}, "", -1, 0)`, `"12" "102" "ab"`},
		{`return table.concat({1, {}, 3})`, "error: invalid value (table) at index 2 in table for 'concat'"},
		{`return table.concat({1, 2}, ",", 1, 3)`, "error: invalid value (nil) at index 3 in table for 'concat'"},
		{`return table.concat({1, true}, ",")`, "error: invalid value (boolean) at index 2 in table for 'concat'"},
		{`return table.concat({1, 2}, {})`, "error: bad argument #2 to 'concat' (string expected, got table)"},
		{`return table.concat()`, "error: bad argument #1 to 'concat' (table expected, got no value)"},
		{`return table.concat(5)`, "error: bad argument #1 to 'concat' (table expected, got number)"},
		{`return table.concat(5, {})`, "error: bad argument #2 to 'concat' (string expected, got table)"},
		{`return table.concat({}, "", {})`, "error: bad argument #3 to 'concat' (number expected, got table)"},
		{`return table.concat({}, "", 1, {})`, "error: bad argument #4 to 'concat' (number expected, got table)"},
	}.check(t)
}

// TestOldWords has what Lua 5.1 keeps of Lua 5.0.
func TestOldWords(t *testing.T) {
	cases{
		{`return table.getn({1, 2, 3}), table.maxn({1, 2, [10] = 1}), table.maxn({[1.5] = 1, [-1] = 2}), table.maxn({}), table.maxn({x = 1})`, "3 10 1.5 0 0"},
		{`return table.getn()`, "error: bad argument #1 to 'getn' (table expected, got no value)"},
		{`return table.maxn(5)`, "error: bad argument #1 to 'maxn' (table expected, got number)"},
		{`return table.setn({}, 1)`, "error: 'setn' is obsolete"},
		{`return table.setn()`, "error: bad argument #1 to 'setn' (table expected, got no value)"},
		{`local s = "" table.foreachi({4, 5, 6}, function(i, v) s = s .. i .. "=" .. v .. " " end) return s`, `"1=4 2=5 3=6 "`},
		{`return table.foreachi({4, 5, 6}, function(i, v) if i == 2 then return v end end)`, "5"},
		{`return table.foreach({a = 1}, function(k, v) return k .. v end), table.foreach({}, error)`, `"a1"`},
		{`return table.foreach({})`, "error: bad argument #2 to 'foreach' (function expected, got no value)"},
		{`return table.foreachi({}, 1)`, "error: bad argument #2 to 'foreachi' (function expected, got number)"},
		{`return table.foreach(1, type)`, "error: bad argument #1 to 'foreach' (table expected, got number)"},
	}.check(t)
}
