package script

import (
	"fmt"
	"strings"
	"testing"
	"time"

	lua "github.com/yuin/gopher-lua"

	"hotshard/runtime/script/code"
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
	fn, err := From(l).compile(code, "<string>")
	if err != nil {
		return "syntax: " + err.Error()
	}
	if err := protectedCall(l, fn, lua.MultRet); err != nil {
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
		Release: code.NewRelease(1, map[string][]byte{"main.lua": []byte(`
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
