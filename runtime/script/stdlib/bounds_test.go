package stdlib

import (
	"strings"
	"testing"

	lua "github.com/yuin/gopher-lua"

	"hotshard/runtime/script/vm"
)

// TestWorkIsCharged calls what can run long with little left in the budget.
func TestWorkIsCharged(t *testing.T) {
	prepare := `text = ("a"):rep(1e6) words = ("ab "):rep(3e5) t = {} for i = 1, 20000 do t[i] = i % 977 end `
	for _, call := range []string{
		`text:upper()`, `text:lower()`, `text:reverse()`, `text:rep(4)`, `text:find("b", 1, true)`, `text:find("%d")`, `words:match("%w+%d")`,
		`words:gsub("%w+", "x")`, `for w in words:gmatch("%w+") do end`, `("%s"):rep(3):format(text, text, text)`, `text:byte(1, 7000)`,
		`table.concat(t, ",")`, `table.sort(t)`, `table.sort(t, function(a, b) return a > b end)`, `table.insert(t, 1, 0)`, `table.insert(t, -1e15, 0)`, `table.remove(t, 1)`,
		`table.maxn(t)`, `table.foreach(t, function() end)`, `table.foreachi(t, function() end)`, `unpack(t, 1, 7000)`, `os.date(("%c"):rep(3e5))`,
	} {
		L, e := newThread(t)
		if got := run(t, L, prepare); got != "" {
			t.Fatal(got)
		}
		e.steps = 300
		if got := run(t, L, call); !strings.HasPrefix(got, "error: budget") {
			t.Errorf("%s: %.100s with %d steps left", call, got, e.steps)
		}
	}
}

// TestTextsAreBounded builds more than a text may have.
func TestTextsAreBounded(t *testing.T) {
	L, _ := newThread(t)
	for _, call := range []string{
		`return ("x"):rep(4194305)`, `return ("x"):rep(2^62)`, `return (("x"):rep(1e6)):gsub("x", "12345")`, `return (("x"):rep(1e6)):gsub("x", "%0%0%0%0%0")`,
		`return (("x"):rep(1e6)):gsub("x", function() return "12345" end)`, `local x = ("x"):rep(1e6) return table.concat({x, x, x, x, x})`,
		`local x = ("x"):rep(1e6) return ("%s%s%s%s%s"):format(x, x, x, x, x)`, `return table.concat({}, ("x"):rep(4e6), 1, 0) .. ("%q"):format(("\0"):rep(4e6))`,
		`return ("x"):find(("a"):rep(1e5))`,
	} {
		if got := run(t, L, call); !strings.HasPrefix(got, "error: budget: ") {
			t.Errorf("%s: %.100s", call, got)
		}
	}
	if got := run(t, L, `return #("x"):rep(4194304)`); got != "4194304" {
		t.Error(got)
	}
}

// TestHardPatternsAreStopped has patterns on which backtracking takes very long.
func TestHardPatternsAreStopped(t *testing.T) {
	L, _ := newThread(t)
	for _, call := range []string{`text:find(".-.-.-b")`, `text:match(".-.-.-b")`, `text:gsub(".-.-.-b", "")`, `for w in text:gmatch(".-.-.-b") do end`} {
		if got := run(t, L, `text = ("a"):rep(1e5) `+call); !strings.HasPrefix(got, "error: budget: string.") {
			t.Errorf("%s: %.100s", call, got)
		}
	}
}

// TestLongLists has lists beyond what gopher-lua keeps in an array.
func TestLongLists(t *testing.T) {
	L, _ := newThread(t)
	for _, c := range []struct{ code, want string }{
		{`local t = {} for i = 1, 70000 do t[i] = 70001 - i end table.sort(t) return t[1], t[65536], t[70000], #t`, "1 65536 70000 70000"},
		{`local t = {} for i = 1, 70000 do table.insert(t, i) end table.insert(t, 1, "x") return t[1], t[70001], table.remove(t), #t`, `"x" 70000 70000 70000`},
		{`local t = {} for i = 1, 70000 do t[i] = "x" end return #table.concat(t), table.getn(t), table.maxn(t), (unpack(t, 69999))`, `70000 70000 70000 "x"`},
	} {
		if got := run(t, L, c.code); got != c.want {
			t.Errorf("%s: %s", c.code, got)
		}
	}
}

// TestNothingStaysOnTheStack calls what calls back, with errors too.
func TestNothingStaysOnTheStack(t *testing.T) {
	L, _ := newThread(t)
	for _, call := range []string{`table.sort({3, 1, 2}, function(a, b) return a < b end)`, `("abc"):gsub("%w", function(c) return c end)`, `pcall(table.sort, {3, 1, 2}, error)`,
		`table.foreach({1, 2}, type)`, `pcall(string.gsub, "abc", "%w", error)`, `tostring(setmetatable({}, {__tostring = function() return "x" end}))`} {
		L.Push(load(t, L, call))
		if err := vm.PCall(L, 0, 0, nil); err != nil || L.GetTop() != 0 {
			t.Errorf("%s: %v, %d values left", call, err, L.GetTop())
		}
	}
}

// TestPatternsAreKept compiles a pattern once, and not too many.
func TestPatternsAreKept(t *testing.T) {
	L, e := newThread(t)
	run(t, L, `for i = 1, 1000 do ("x"):find("x+" .. i % 200) end ("x"):find("y" .. ("z*"):rep(300))`)
	if n := len(e.patterns.known); n == 0 || n > maxCachedPatterns {
		t.Errorf("%d patterns are kept", n)
	}
	run(t, L, `("x"):find("x+1")`)
	known := e.patterns.known["x+1"]
	if run(t, L, `("x"):find("x+1")`); known == nil || e.patterns.known["x+1"] != known {
		t.Error("a known pattern was compiled again")
	}
}

// TestRandom takes its numbers from the Engine, of any interval.
func TestRandom(t *testing.T) {
	L, _ := newThread(t)
	for range 200 {
		for _, c := range []struct {
			code      string
			low, high float64
		}{{"math.random()", 0, 1}, {"math.random(6)", 1, 6}, {"math.random(-3, 3)", -3, 3}, {"math.random('2', 2.9)", 2, 2}, {"math.random(0, 2^40)", 0, 1 << 40}, {"math.random(-2^62, 2^62)", -1 << 62, 1 << 62}} {
			L.Push(load(t, L, "return "+c.code))
			if err := vm.PCall(L, 0, 1, nil); err != nil {
				t.Fatal(c.code, err)
			}
			x := float64(L.Get(-1).(lua.LNumber))
			L.Pop(1)
			if x < c.low || x > c.high {
				t.Fatalf("%s = %v", c.code, x)
			}
		}
	}
}
