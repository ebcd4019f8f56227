package script

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	lua "github.com/yuin/gopher-lua"
)

// show is a call's results as text, numbers and strings told apart.
func show(values []lua.LValue) string {
	var out []string
	for _, v := range values {
		if s, ok := v.(lua.LString); ok {
			out = append(out, fmt.Sprintf("%q", string(s)))
		} else {
			out = append(out, v.String())
		}
	}
	return strings.Join(out, " ")
}

// run runs Lua code on a bare thread and shows what it returns, or its error
// without the place.
func run(l *lua.LState, code string) string {
	top := l.GetTop()
	defer l.SetTop(top)
	fn, err := loadFor(l, code)
	if err != nil {
		return "syntax: " + err.Error()
	}
	if err := callFor(l, fn); err != nil {
		msg := err.(*lua.ApiError).Object.String()
		if _, text, ok := strings.Cut(msg, ": "); ok && strings.HasPrefix(msg, "<string>") {
			return "error: " + text
		}
		return "error: " + msg
	}
	var out []lua.LValue
	for i := top + 1; i <= l.GetTop(); i++ {
		out = append(out, l.Get(i))
	}
	return show(out)
}

func TestStringLibrary(t *testing.T) {
	s, _ := newTestState(t, map[string]string{"main.lua": ""}, "main")
	for _, c := range []struct{ code, want string }{
		{`return ("hello"):find("l")`, "3 3"},
		{`return ("hello"):find("l", -1)`, "nil"},
		{`return ("hello"):find("l", -2)`, "4 4"},
		{`return ("hello"):find("", 10)`, "6 5"}, // gopher-lua: 1 0
		{`return ("a.b"):find(".", 1, true)`, "2 2"},
		{`return ("a.b"):find(".", 2, true)`, "2 2"},
		{`return ("a+b"):find("+", 1, true)`, "2 2"},
		{`return ("abc"):find("b", -100)`, "2 2"},
		{`return ("abc"):find("(b)()")`, `2 2 "b" 3`},
		{`return (12345):rep(2)`, "error: attempt to index a number value"},
		{`return string.find(12345, 34)`, "3 4"},
		{`return ("abc"):match("b")`, `"b"`},
		{`return ("abc"):match("()b()")`, "2 3"},
		{`return ("abc"):match("x")`, "nil"},
		{`return ("2024-05-06"):match("(%d+)-(%d+)-(%d+)")`, `"2024" "05" "06"`},
		{`return ("abc"):match("%")`, "error: malformed pattern (ends with '%')"},
		{`local t = {} for k, v in ("a=1, b=2"):gmatch("(%w+)=(%w+)") do t[#t+1] = k .. v end return unpack(t)`, `"a1" "b2"`},
		{`local t = {} for p in ("abc"):gmatch("()") do t[#t+1] = p end return unpack(t)`, "1 2 3 4"},
		{`local it = ("1 2"):gmatch("%d") return it(), it(), it()`, `"1" "2" nil`}, // gopher-lua's cannot be called
		{`local it = ("^a^a"):gmatch("^a") return it(), it(), it()`, `"^a" "^a" nil`},
		{`return ("hello world"):gsub("o", "0")`, `"hell0 w0rld" 2`},
		{`return ("hello world"):gsub("o", "0", 1)`, `"hell0 world" 1`},
		{`return ("hello"):gsub("l", "x", 0)`, `"hello" 0`},
		{`return ("hello"):gsub("", "-")`, `"-h-e-l-l-o-" 6`},
		{`return ("abc"):gsub("%w*", "x")`, `"xx" 2`}, // Lua 5.1 also matches the nothing behind a match
		{`return ("abc def"):gsub("%w+", "<%0>")`, `"<abc> <def>" 2`},
		{`return ("abc def"):gsub("%w+", "<%1>")`, `"<abc> <def>" 2`},
		{`return ("abc def"):gsub("(%w)(%w*)", "%2%1")`, `"bca efd" 2`},
		{`return ("abc"):gsub("()b", "%1")`, `"a2c" 1`},
		{`return ("abc"):gsub("b", "%%")`, `"a%c" 1`},
		{`return ("abc"):gsub("b", "%x")`, `"axc" 1`},
		{`return ("abc"):gsub("b", "%2")`, "error: invalid capture index"},
		{`return ("abc"):gsub("b", 7)`, `"a7c" 1`}, // gopher-lua refuses a number
		{`return ("abc"):gsub("^a", "x")`, `"xbc" 1`},
		{`return ("aaa"):gsub("^a", "x")`, `"xaa" 1`},
		{`return ("$x $y"):gsub("%$(%w+)", {x = "1", y = false})`, `"1 $y" 2`},
		{`return ("ab"):gsub("()", {"x", 2})`, `"xa2b" 3`},
		{`return ("ab"):gsub(".", setmetatable({}, {__index = function(_, k) return k .. k end}))`, `"aabb" 2`},
		{`return ("a b"):gsub("%w", function(c) if c == "a" then return c:upper() end end)`, `"A b" 2`},
		{`return ("a1b2"):gsub("(%a)(%d)", function(a, d) return d .. a end)`, `"1a2b" 2`},
		{`return ("ab"):gsub("%w", function(c) return (("xyz"):gsub("y", c)) end)`, `"xazxbz" 2`},
		{`return ("ab"):gsub("b", function() return {} end)`, "error: invalid replacement value (a table)"}, // gopher-lua: ""
		{`return ("ab"):gsub("b", function() error("no", 0) end)`, "error: no"},
		{`return ("ab"):gsub("b", true)`, "error: bad argument #3 to gsub (string/function/table expected)"},
		{`return ("ab"):rep(3), ("ab"):rep(0), ("ab"):rep(-1), (""):rep(1e9)`, `"ababab" "" "" ""`},
		{`return table.concat({1, "b", 3.5}, "-")`, `"1-b-3.5"`},
		{`return table.concat({1, 2, 3, 4}, ",", 2, 3), table.concat({}), table.concat({1}, ",", 2)`, `"2,3" "" ""`},
		{`return table.concat({1, {}, 3})`, "error: invalid value (table) at index 2 in table for concat"},
		{`return select("#", ("abc"):match("x"))`, "1"}, // gopher-lua: 0
		{`return string.dump, string.gfind`, "nil nil"},
	} {
		if got := run(s.l, c.code); got != c.want {
			t.Errorf("%s\n got %s\nwant %s", c.code, got, c.want)
		}
	}
}

func TestStringFormat(t *testing.T) {
	s, _ := newTestState(t, map[string]string{"main.lua": ""}, "main")
	for _, c := range []struct{ args, want string }{
		{`"plain"`, "plain"},
		{`"%d %i", 42, "7"`, "42 7"},
		{`"%5d|%-5d|%05d|%+d|% d|%.3d", 42, 42, 42, 42, 42, 42`, "   42|42   |00042|+42| 42|042"},
		{`"%d", 3.7`, "3"},
		{`"%u %x %X %o %#x %#x", 42, 255, 255, 8, 255, 0`, "42 ff FF 10 0xff 0"},
		{`"%x", -1`, "ffffffffffffffff"},
		{`"%f %.2f %8.3f|%-8.1f|%08.1f", 1.5, 1.005, 3.14159, 2, -2.5`, "1.500000 1.00    3.142|2.0     |-00002.5"},
		{`"%e %.2E %g %g %g %g", 12345.678, 0.00012, 100000, 1e6, 0.1, 1e-5`, "1.234568e+04 1.20E-04 100000 1e+06 0.1 1e-05"},
		{`"%.14g %.3g %.0g", 0.1, 1234.5, 0.25`, "0.1 1.23e+03 0.2"},
		{`"%f %5.1f %+f %G %08f", 1/0, -1/0, 1/0, 0/0, 1/0`, "inf  -inf +inf NAN      inf"},
		{`"%c%c", 72, 105`, "Hi"},
		{`"%s %5s|%-5s|%.2s", "a", "b", "c", "defg"`, "a     b|c    |de"},
		{`"%s %s %s", nil, true, 1.5`, "nil true 1.5"},
		{`"%q", 'a "b" \\ \n \r \0'`, "\"a \\\"b\\\" \\\\ \\\n \\r \\000\""},
		{`"100%%"`, "100%"},
	} {
		if got, want := run(s.l, "return string.format("+c.args+")"), fmt.Sprintf("%q", c.want); got != want {
			t.Errorf("format(%s) = %s, want %s", c.args, got, want)
		}
	}
	for _, c := range []struct{ args, want string }{
		{`"%100d", 1`, "width or precision too long"},
		{`"%.100f", 1`, "width or precision too long"},
		{`"%------d", 1`, "repeated flags"},
		{`"%y", 1`, "invalid option '%y'"},
		{`"%[1]s%[1]s", "x"`, "invalid option '%['"},
		{`"%*d", 5, 1`, "invalid option '%*'"},
		{`"%"`, "invalid option '%'"},
		{`"%s"`, "no value"},
		{`"%d"`, "number expected"},
		{`"%d", "x"`, "number expected"},
		{`("%s"):rep(3), S, S, S`, "budget: string.format"},
		{`"%q%q", S, S`, "budget: string.format"},
		{`("x"):rep(4194304) .. "", 1`, ""},
	} {
		got := run(s.l, `S = ("x"):rep(2 * 1024 * 1024) return string.format(`+c.args+")")
		if c.want == "" && strings.HasPrefix(got, "error") || !strings.Contains(got, c.want) {
			t.Errorf("format(%s): %.100s, want %s", c.args, got, c.want)
		}
	}
}

func TestHardPatternsAreStoppedByTheBudget(t *testing.T) {
	s, _ := newTestState(t, map[string]string{"main.lua": ""}, "main")
	for _, n := range []int{1500, 100_000} {
		start := time.Now()
		got := run(s.l, fmt.Sprintf(`return string.find(string.rep("a", %d), ".-.-.-b")`, n))
		if !strings.HasPrefix(got, "error: budget: string.find took more than 2000000 steps") {
			t.Fatal(got)
		}
		t.Logf("%d characters: stopped after %v", n, time.Since(start))
	}
	for _, code := range []string{
		`for w in (("a"):rep(1e5)):gmatch(".-.-.-b") do end`,
		`return (("a"):rep(1e5)):match(".-.-.-b")`,
		`return (("a"):rep(1e5)):gsub(".-.-.-b", "")`,
		`return (("a"):rep(1e6)):gsub("a", "%0%0%0%0%0")`,
		`return (("a"):rep(1e6)):gsub("a", function() return "12345" end)`,
		`local t, x = {}, ("x"):rep(1e5) for i = 1, 50 do t[i] = x end return table.concat(t)`,
		`return ("a"):rep(1e6):rep(1e6)`,
		`return ("a"):rep(2^62)`,
		`return ("x"):find(("a"):rep(1e5))`,
	} {
		if got := run(s.l, code); !strings.HasPrefix(got, "error: budget: ") {
			t.Errorf("%s: %.200s", code, got)
		}
	}
}

// TestLongTextsAreAllowed has what an estimate of the worst case refused.
func TestLongTextsAreAllowed(t *testing.T) {
	s, _ := newTestState(t, map[string]string{"main.lua": ""}, "main")
	for _, c := range []struct{ code, want string }{
		{`return (("word "):rep(2e5) .. "k = 1"):match("(%w+)%s*=%s*(%d+)%s*$")`, `"k" "1"`},
		{`return select(2, (("word "):rep(1e5)):gsub("%w+", "x"))`, "100000"},
		{`return #(("a b "):rep(1e5)):gsub("%s+", "")`, "200000"},
	} {
		if got := run(s.l, c.code); got != c.want {
			t.Errorf("%s: %.200s", c.code, got)
		}
	}
}

// TestPatternsAreChargedToTheEntry runs hard patterns under pcall: each is
// stopped, and in the end the entry itself.
func TestPatternsAreChargedToTheEntry(t *testing.T) {
	var faults []Fault
	s, err := New(Options{Name: "test", Entry: []string{"main"}, Run: Budget{Steps: 300_000},
		OnFault: func(f Fault) { faults = append(faults, f) },
		Release: NewRelease(1, map[string][]byte{"main.lua": []byte(`
		N = 0
		local long = string.rep("a", 4000)
		function event.hard() while true do pcall(string.find, long, ".-.-.-b") N = N + 1 end end
		function event.plain() local x = ("a"):rep(4e6) while true do x:find("b", 1, true) N = N + 1 end end
		function event.rep() while true do local x = ("a"):rep(4e6) N = N + 1 end end
		function event.upper() local x = ("a"):rep(1e6) while true do x:upper() N = N + 1 end end
		function event.callback() (("a"):rep(4e6)):gsub("a", function() N = N + 1 end) end`)})})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	for _, c := range []struct {
		event string
		most  float64
	}{{"hard", 3}, {"plain", 5}, {"rep", 5}, {"upper", 5}, {"callback", 300_000}} {
		faults = nil
		do(t, s, "rawset(_G, 'N', 0)")
		s.Emit(c.event)
		if len(faults) != 1 || !strings.Contains(faults[0].Message, "budget: more than") {
			t.Fatal(c.event, faults)
		}
		if n := do(t, s, "N")[0].(float64); n < 1 || n > c.most {
			t.Errorf("%s: stopped after %v", c.event, n)
		}
	}
}

func TestYieldInGsubCallbackIsAnError(t *testing.T) {
	s, faults := newTestState(t, map[string]string{"main.lua": `
		function event.gsub() ("abc"):gsub("b", function() sleep(1) end) end
		function event.gmatch() for c in ("abc"):gmatch(".") do sleep(1) SEEN = (SEEN or "") .. c end end`}, "main")
	s.Emit("gsub")
	if len(*faults) != 1 || !strings.Contains((*faults)[0].Message, "cannot wait there") {
		t.Fatal(*faults)
	}
	*faults = nil
	s.Emit("gmatch") // the body of the loop is no callback
	for i := range 4 {
		s.Advance(float64(2 + 2*i))
	}
	if got := do(t, s, "SEEN")[0]; got != "abc" || len(*faults) != 0 {
		t.Fatal(got, *faults)
	}
}

// randomPattern makes a well-formed pattern of what gopher-lua reads as PUC Lua
// does. Left out, because gopher-lua differs: %f, a hyphen behind a class in a
// set, a back reference to a position capture, and what is malformed, which
// gopher-lua refuses even where the match does not come to it.
func randomPattern(r *rand.Rand, anchors bool) string {
	pick := func(list ...string) string { return list[r.IntN(len(list))] }
	single := func() string {
		return pick("a", "b", "c", "a", "b", ".", "%a", "%d", "%s", "%W", "%l", "%u", "%p", "1", " ", "%.",
			"[ab]", "[^a]", "[a-c]", "[%d ]", "[^%s]", "[]a]", "[-b]", "[^%w]", "%-")
	}
	var b strings.Builder
	if anchors && r.IntN(6) == 0 {
		b.WriteByte('^')
	}
	var open []int
	var text []int // captures that back references may name
	captures := 0
	for range r.IntN(5) + 1 {
		switch k := r.IntN(20); {
		case k < 14:
			b.WriteString(single() + pick("", "", "", "*", "+", "-", "?"))
		case k == 14:
			b.WriteString("%b" + pick("ab", "()", "aa"))
		case k == 15 && captures < 4:
			b.WriteString("()")
			captures++
		case k < 18 && captures < 4:
			b.WriteByte('(')
			captures++
			open = append(open, captures)
			b.WriteString(single() + pick("", "*", "+", "-", "?"))
		case len(open) > 0:
			b.WriteByte(')')
			text = append(text, open[len(open)-1])
			open = open[:len(open)-1]
		case len(text) > 0:
			fmt.Fprintf(&b, "%%%d", text[r.IntN(len(text))])
		}
	}
	b.WriteString(strings.Repeat(")", len(open)))
	if r.IntN(6) == 0 {
		b.WriteByte('$')
	}
	return b.String()
}

func randomText(r *rand.Rand) string {
	out := make([]byte, r.IntN(12))
	for i := range out {
		out[i] = "aaabbbccA1 .-()\n"[r.IntN(16)]
	}
	return string(out)
}

// gmatchAll collects what gmatch finds, whichever way its iterator works.
const gmatchAll = `local out = {} for a, b, c, d in string.gmatch(TEXT, PATTERN) do
	out[#out+1] = tostring(a) .. "," .. tostring(b) .. "," .. tostring(c) .. "," .. tostring(d) end return unpack(out)`

// matchFour makes a failed match nil, where gopher-lua's returns nothing at all.
const matchFour = "local a, b, c, d = "

// gopherLua is a thread with gopher-lua's own string library.
func gopherLua(t testing.TB, s *State) *lua.LState {
	l := lua.NewState()
	foreign[l] = true
	t.Cleanup(l.Close)
	return l
}

// compareWithGopherLua runs one pattern through both libraries.
func compareWithGopherLua(t *testing.T, ours, theirs *lua.LState, text, src string) {
	t.Helper()
	calls := []string{`return string.find(TEXT, PATTERN)`, matchFour + `string.match(TEXT, PATTERN) return a, b, c, d`,
		`return string.gsub(TEXT, PATTERN, "<%0>")`, `return string.gsub(TEXT, PATTERN, {a = "x", b = 1, [1] = "one"}, 2)`,
		`return string.gsub(TEXT, PATTERN, function(a, b) return tostring(a) .. tostring(b) end)`}
	if src != "" { // gopher-lua finds an empty pattern at 1 wherever the search begins
		calls = append(calls, `return string.find(TEXT, PATTERN, 3)`, matchFour+`string.match(TEXT, PATTERN, -4) return a, b, c, d`)
	}
	if len(text) < 3 { // and beyond the end it finds nothing
		calls = calls[:5]
	}
	if !strings.HasPrefix(src, "^") {
		calls = append(calls, gmatchAll)
	}
	for _, l := range []*lua.LState{ours, theirs} {
		l.G.Global.RawSetString("TEXT", lua.LString(text))
		l.G.Global.RawSetString("PATTERN", lua.LString(src))
	}
	for _, call := range calls {
		if a, b := run(ours, call), run(theirs, call); a != b {
			t.Fatalf("text %q pattern %q\n%s\n  ours: %s\ntheirs: %s", text, src, call, a, b)
		}
	}
}

func TestPatternsAgreeWithGopherLua(t *testing.T) {
	s, _ := newTestState(t, map[string]string{"main.lua": ""}, "main")
	theirs := gopherLua(t, s)
	r := rand.New(rand.NewPCG(1, 2))
	for range 1000 {
		compareWithGopherLua(t, s.l, theirs, randomText(r), randomPattern(r, true))
	}
}

// FuzzPatternsAgreeWithGopherLua does the same with other seeds.
func FuzzPatternsAgreeWithGopherLua(f *testing.F) {
	f.Add(uint64(3), "aab")
	f.Fuzz(func(t *testing.T, seed uint64, text string) {
		if len(text) > 20 {
			return
		}
		s, _ := newTestState(t, map[string]string{"main.lua": ""}, "main")
		theirs := gopherLua(t, s)
		compareWithGopherLua(t, s.l, theirs, text, randomPattern(rand.New(rand.NewPCG(seed, 0)), true))
	})
}

// BenchmarkAgainstGopherLua runs each call through both libraries in turn; the
// metric "ratio" is our time by theirs.
func BenchmarkAgainstGopherLua(b *testing.B) {
	for _, c := range []struct{ name, fn, text, pattern string }{
		{"find/word", "find", "Welcome, Ann. You are docked at Alpha II", "%u%w+ II"},
		{"find/captures", "find", "orbit target 42 range 5000", "target (%d+) range (%d+)"},
		{"find/anchored", "find", "general_chat-1", "^[%w_-]+$"},
		{"find/literal", "find", strings.Repeat("lorem ipsum ", 50) + "needle", "needle"},
		{"find/lazy", "find", strings.Repeat("lorem ipsum ", 50) + "[x]", "%[(.-)%]"},
		{"find/backtrack", "find", strings.Repeat("a", 60), ".-.-b"},
		{"match/trim", "match", "   some text of a player  ", "^%s*(.-)%s*$"},
		{"match/number", "match", "speed=1250.5 m/s", "([%d.]+)"},
		{"gsub/control", "gsub", "some text of a player\nwith a line", "%c"},
		{"gsub/words", "gsub", strings.Repeat("lorem ipsum dolor ", 20), "%w+"},
		{"rep", "rep", "ab", "10"},
		{"format", "format", "%s is %.1f km away: %d", "Alpha"},
	} {
		b.Run(c.name, func(b *testing.B) { benchmarkBoth(b, c.fn, c.text, c.pattern) })
	}
}

func benchmarkBoth(b *testing.B, name, text, pattern string) {
	s, _ := newTestState(b, map[string]string{"main.lua": ""}, "main")
	theirs := gopherLua(b, s)
	var spent [2]time.Duration
	args := []lua.LValue{lua.LString(text), lua.LString(pattern)}
	switch name {
	case "gsub":
		args = append(args, lua.LString("x"))
	case "rep":
		args[1] = lua.LNumber(10)
	case "format":
		args = append(args, lua.LNumber(12.25), lua.LNumber(7))
	}
	const batch = 64
	for b.Loop() {
		for i, l := range []*lua.LState{s.l, theirs} {
			fn := l.GetField(l.GetGlobal("string"), name)
			start := time.Now()
			for range batch {
				l.Push(fn)
				for _, a := range args {
					l.Push(a)
				}
				l.Call(len(args), lua.MultRet)
				l.SetTop(0)
			}
			spent[i] += time.Since(start)
		}
	}
	n := float64(b.N * batch)
	b.ReportMetric(float64(spent[0])/n, "ours-ns")
	b.ReportMetric(float64(spent[1])/n, "gopher-ns")
	b.ReportMetric(float64(spent[0])/float64(spent[1]), "ratio")
}

// loadFor compiles code for a thread of gopher-lua's or of a State.
func loadFor(l *lua.LState, code string) (*lua.LFunction, error) {
	if s := stateOf(l); s != nil {
		return s.compile(code, "<string>")
	}
	return l.LoadString(code)
}

func callFor(l *lua.LState, fn *lua.LFunction) error {
	if stateOf(l) != nil {
		return protectedCall(l, fn, lua.MultRet)
	}
	l.Push(fn)
	return l.PCall(0, lua.MultRet, nil)
}

// stateOf is the State of a thread, nil for a thread of gopher-lua's own.
func stateOf(l *lua.LState) *State {
	if foreign[l] {
		return nil
	}
	return From(l)
}

var foreign = map[*lua.LState]bool{}
