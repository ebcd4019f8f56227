package stdlib

import "testing"

func TestSort(t *testing.T) {
	cases{
		{`local t = {3, 1, 2} table.sort(t) return unpack(t)`, "1 2 3"},
		{`local t = {"b", "a", "B", "", "ab", "a\0b", "\255"} table.sort(t) return unpack(t)`, `"" "B" "a" "a\000b" "ab" "b" "\255"`},
		{`local t = {3, 1, 2} table.sort(t, function(a, b) return a > b end) return unpack(t)`, "3 2 1"},
		{`local t = {} table.sort(t) t = {1} table.sort(t) return unpack(t)`, "1"},
		{`local t = {} for i = 1, 200 do t[i] = (i * 7919) % 211 end table.sort(t) for i = 2, #t do if t[i - 1] > t[i] then return i end end return "sorted"`, `"sorted"`},
		{`local t = {} for i = 1, 30 do t[i] = {i % 4, i} end table.sort(t, function(a, b) return a[1] < b[1] end) local s = "" for i = 1, 30 do s = s .. t[i][2] .. " " end return s`, `"20 12 24 4 8 16 28 13 1 29 21 9 17 25 5 26 22 18 30 14 2 10 6 7 11 23 27 19 3 15 "`},
		{`local t = {} for i = 1, 30 do t[i] = {i % 3, i} end table.sort(t, function(a, b) return a[1] > b[1] end) local s = "" for i = 1, 30 do s = s .. t[i][2] .. " " end return s`, `"11 17 14 8 26 5 20 23 2 29 16 19 13 1 10 4 28 25 22 7 27 24 15 18 3 21 6 12 9 30 "`},
		{`local m = {__lt = function(a, b) return a.n < b.n end} local t = {} for i, n in ipairs({3, 1, 2}) do t[i] = setmetatable({n = n}, m) end table.sort(t) return t[1].n, t[2].n, t[3].n`, "1 2 3"},
		{`local n = 0 table.sort({5, 3, 9, 1, 7, 2, 8}, function(a, b) n = n + 1 return a < b end) return n`, "14"},
		{`local t = {5, 3, 9, 1} table.sort(t, nil) return unpack(t)`, "1 3 5 9"},
	}.check(t)
}

func TestSortFaults(t *testing.T) {
	cases{
		{`table.sort({1, 2, 3, 4, 5, 6, 7, 8}, function() return true end)`, "error: invalid order function for sorting"},
		{`local ok, e = pcall(table.sort, {1, 2, 3, 4}, function() return true end) return ok, e`, `false "invalid order function for sorting"`},
		{`table.sort({1, 2, 3, 4, 5}, function(a, b) return a <= b end)`, ""},
		{`local t = {2, 2, 2, 2, 2} table.sort(t, function(a, b) return a <= b end) return unpack(t)`, "error: attempt to compare nil with number"},
		{`table.sort({3, "x", 2})`, "error: attempt to compare string with number"},
		{`table.sort({{}, {}})`, "error: attempt to compare two table values"},
		{`table.sort({true, false})`, "error: attempt to compare two boolean values"},
		{`table.sort({1, 2, 3, nil, 5}, function(a, b) error("told", 0) end)`, "error: told"},
		{`table.sort({setmetatable({}, {__lt = type}), setmetatable({}, {__lt = error})})`, "error: attempt to compare two table values"},
		{`table.sort()`, "error: bad argument #1 to 'sort' (table expected, got no value)"},
		{`table.sort({}, 1)`, "error: bad argument #2 to 'sort' (function expected, got number)"},
		{`table.sort({1}, "x")`, "error: bad argument #2 to 'sort' (function expected, got string)"},
		{`table.sort(5)`, "error: bad argument #1 to 'sort' (table expected, got number)"},
	}.check(t)
}
