package pattern

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

// search answers as string.find does: "first last captures...", "-" for no match.
func search(p, s string, init int) string {
	m := Matcher{Steps: 1 << 20}
	c := Compile(p)
	ok, err := m.Find(c, s, init)
	if err != nil {
		return err.Error()
	}
	if !ok {
		return "-"
	}
	start, end := m.Span()
	out := fmt.Sprint(start+1, " ", end)
	for i := range c.Captures() {
		if c.Open(i) {
			return ErrUnfinished.Error()
		}
		if from, to, position := m.Capture(i); position {
			out += fmt.Sprint(" @", from+1)
		} else {
			out += fmt.Sprintf(" %q", s[from:to])
		}
	}
	return out
}

func TestFind(t *testing.T) {
	for _, c := range []struct{ text, pattern, want string }{
		{"hello", "", "1 0"},
		{"hello", "l+", "3 4"},
		{"hello", "l-", "1 0"},
		{"hello", "hel?l?l?o", "1 5"},
		{"hello", "^e", "-"},
		{"hello", "^h", "1 1"},
		{"a^b$c", "a^b$c", "1 5"}, // ^ and $ are magic at the edges only
		{"hello", "o$", "5 5"},
		{"hello", "$", "6 5"},
		{"hello", "^$", "-"},
		{"", "^$", "1 0"},
		{"a.b", "%.", "2 2"},
		{"abc", ".-c", "1 3"},
		{"abcabc", "^.*c", "1 6"},
		{"abcabc", "^.-c", "1 3"},
		{"key = value", "(%w+)%s*=%s*(%w+)", `1 11 "key" "value"`},
		{"hello", "()ll()", "3 4 @3 @5"},
		{"abc", "((a)(b))c", `1 3 "ab" "a" "b"`},
		{"'it' \"is\"", "([\"'])(.-)%1", `1 4 "'" "it"`},
		{"xaax", "(.)%1", `2 3 "a"`},
		{"aa1", "()%1", "-"}, // a position equals no text
		{"f(a(b)c)d)", "%b()", "2 8"},
		{"f(a(b", "%b()", "-"},
		{"x'abc'", "%b''", "2 6"}, // the closing byte is looked for first
		{"THE (quick) fox", "%f[%a]%a+%f[%A]", "1 3"},
		{"THE (quick) fox", "%f[%l]%l+", "6 10"},
		{"fox", "%f[%z]", "4 3"}, // a zero stands beyond the end
		{"a]b", "[]]", "2 2"},
		{"a]b", "[^]]+", "1 1"},
		{"a-b", "[a-]+", "1 2"},
		{"a-b", "[-a]+", "1 2"},
		{"a%b", "[%%]", "2 2"},
		{"x-z9", "[%a-]+", "1 3"},  // a hyphen behind a class stands for itself
		{"m-z", "[%a-z]+", "1 3"},  // gopher-lua makes it a range that holds nothing
		{"#$%d", "[#-%d]+", "1 4"}, // a percent sign ends the range, and the d stands for itself; gopher-lua: nothing
		{"^^a", "[a^]+", "1 3"},
		{"aXb", "%u", "2 2"},
		{"aXb", "%U+", "1 1"},
		{"a\x00b", "%z", "2 2"},
		{"a\x00b", "a\x00c", "1 1"}, // a zero ends the pattern
		{"abc", "[a\x00]", "malformed pattern (missing ']')"},
		{"\xe4b", "%a", "2 2"}, // the C locale's letters
		{"x*", "*", "2 2"},
		{"a**", "a**", "1 2"},     // the second stands for itself
		{"a+", "(a)+", `1 2 "a"`}, // a capture is not repeated
		{"0x1F", "^0[xX](%x+)$", `1 4 "1F"`},
		{"%g", "%g", "2 2"}, // no class of Lua 5.1
		{"   x  ", "^%s*(.-)%s*$", `1 6 "x"`},
		{"aaab", "a-b", "1 4"},
		{"aaa", "a-$", "1 3"},
		{"abab", "(ab)-", "-"},
		{"ab-", "(ab)-", `1 3 "ab"`},
		{"ac", "ab?c", "1 2"},
		{"aab", "a?ab", "1 3"},
		{"ab", "a?ab", "1 2"},
		{"xyzxyw", "x[xyz]*w", "1 6"},
		{"abcd", "%w*d", "1 4"},
		{"a.b.c", "^(.*)%.(.*)$", `1 5 "a.b" "c"`},
		// What is malformed is told when the match comes there, and not before.
		{"abc", "a%", "malformed pattern (ends with '%')"},
		{"abc", "x%", "-"},
		{"abc", "[a", "malformed pattern (missing ']')"},
		{"abc", "[]", "malformed pattern (missing ']')"},
		{"abc", "[^]", "malformed pattern (missing ']')"},
		{"abc", "[a%", "malformed pattern (missing ']')"},
		{"abc", "%bx", "unbalanced pattern"},
		{"abc", "%fa", "missing '[' after '%f' in pattern"},
		{"abc", "%f[a", "malformed pattern (missing ']')"},
		{"abc", "(a", "unfinished capture"},
		{"abc", "x(a", "-"},
		{"abc", "a)", "invalid pattern capture"},
		{"abc", "%1", "invalid capture index"},
		{"abc", "%0", "invalid capture index"},
		{"abc", "(a%1)", "invalid capture index"},
		{"abc", strings.Repeat("()", 32), "1 0" + strings.Repeat(" @1", 32)},
		{"abc", strings.Repeat("()", 33), "too many captures"},
	} {
		if got := search(c.pattern, c.text, 0); got != c.want {
			t.Errorf("find(%q, %q) = %s, want %s", c.text, c.pattern, got, c.want)
		}
	}
}

func TestFindFromTheMiddle(t *testing.T) {
	for _, c := range []struct {
		text, pattern string
		init          int
		want          string
	}{
		{"abcabc", "b", 2, "5 5"},
		{"abcabc", "^c", 2, "3 3"}, // an anchor holds where the search begins
		{"abc", "", 3, "4 3"},
		{"abc", "%f[%a]", 1, "-"}, // a frontier sees the byte before it
	} {
		if got := search(c.pattern, c.text, c.init); got != c.want {
			t.Errorf("find(%q, %q, %d) = %s, want %s", c.text, c.pattern, c.init, got, c.want)
		}
	}
}

// hard are patterns and texts on which backtracking takes very long.
var hard = []struct{ name, pattern, text string }{
	{"lazy 1500", ".-.-.-b", strings.Repeat("a", 1500)},
	{"lazy 100000", ".-.-.-b", strings.Repeat("a", 100_000)},
	{"greedy", ".*.*.*.*b", strings.Repeat("a", 100_000)},
	{"sets", "[%a%d]*[%a_]*%w*%a*;", strings.Repeat("a", 50_000)},
	{"maybe", strings.Repeat("a?", 40) + strings.Repeat("a", 40) + "$", strings.Repeat("a", 79) + "b"},
	{"balance", "%b()", strings.Repeat("(", 1<<20)},
	{"back", "(.-)%1x", strings.Repeat("a", 20_000)},
	{"frontier", "%f[%s]%s*x", strings.Repeat(" a", 1<<21)},
	{"many", strings.Repeat("a-", 30_000) + "b", strings.Repeat("a", 1<<20)},
}

func TestBudgetStopsHardPatterns(t *testing.T) {
	for _, h := range hard {
		m := Matcher{Steps: 2_000_000}
		if _, err := m.Find(Compile(h.pattern), h.text, 0); !errors.Is(err, ErrBudget) {
			t.Errorf("%s: %v with %d steps left", h.name, err, m.Steps)
		}
		// What one scan takes beyond the budget is bounded by the text.
		if m.Steps > 0 || m.Steps < -len(h.text)/scanPerStep-1 {
			t.Errorf("%s: %d steps left", h.name, m.Steps)
		}
	}
}

func TestEasyPatternsOnLongTextsAreCheap(t *testing.T) {
	text := strings.Repeat("lorem ipsum dolor sit amet, ", 40_000) + "x=1"
	for _, p := range []string{"%d+", "x=(%d)", "(%w+)=(%d+)", "[^%w%s,]", ".*=", ".-=", "^(.-)=(.*)$", "%f[%d]%d", "^.*%f[%w]x"} {
		m := Matcher{Steps: 2_000_000}
		ok, err := m.Find(Compile(p), text, 0)
		if !ok || err != nil {
			t.Errorf("%s: %v, %v", p, ok, err)
		}
	}
}

func TestFindDoesNotAllocate(t *testing.T) {
	p := Compile("(%a+)%s*=%s*([^,]-),()")
	if n := testing.AllocsPerRun(100, func() {
		m := Matcher{Steps: 1000}
		if ok, err := m.Find(p, "12, name = value, more", 0); !ok || err != nil {
			t.Fatal(ok, err)
		}
	}); n != 0 {
		t.Fatalf("%v allocations", n)
	}
}

// FuzzMatch feeds arbitrary patterns and texts: nothing may panic, every search
// ends within its budget, and captures lie within the match.
func FuzzMatch(f *testing.F) {
	for _, h := range hard {
		if len(h.pattern)+len(h.text) < 4096 {
			f.Add(h.pattern, h.text)
		}
	}
	f.Add("%f[^%w-]()%b[](x-[^]a-z%d]+)%1?$", "[a]xxb")
	f.Fuzz(func(t *testing.T, src, text string) {
		p := Compile(src)
		m := Matcher{Steps: 100_000}
		ok, err := m.Find(p, text, 0)
		if err != nil || !ok {
			return
		}
		start, end := m.Span()
		if start < 0 || end < start || end > len(text) {
			t.Fatal(start, end)
		}
		for i := range p.Captures() {
			if p.Open(i) {
				continue
			}
			if from, to, position := m.Capture(i); from < start || from > end || !position && (to < from || to > end) {
				t.Fatal(i, from, to, position, start, end)
			}
		}
	})
}

// BenchmarkHard is the time of a search that spends its whole budget.
func BenchmarkHard(b *testing.B) {
	for _, h := range hard {
		b.Run(h.name, func(b *testing.B) {
			p := Compile(h.pattern)
			for b.Loop() {
				m := Matcher{Steps: 2_000_000}
				if _, err := m.Find(p, h.text, 0); !errors.Is(err, ErrBudget) {
					b.Fatal(err)
				}
			}
		})
	}
}
