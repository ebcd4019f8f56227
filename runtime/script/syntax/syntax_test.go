package syntax

import (
	"slices"
	"strings"
	"testing"

	"github.com/yuin/gopher-lua/ast"
)

// refusals are texts with what Lua 5.1 says of them. TestRefusalsAreTheReference's
// asks it.
var refusals = []struct{ text, want string }{
	{"x = = 1", "1: unexpected symbol near '='"},
	{"if a then\nb()\n", "3: 'end' expected (to close 'if' at line 1) near '<eof>'"},
	{"if a then b(", "1: unexpected symbol near '<eof>'"},
	{"while a do b() ", "1: 'end' expected near '<eof>'"},
	{"for i = 1, 2 do\n", "2: 'end' expected (to close 'for' at line 1) near '<eof>'"},
	{"function f\n()\n", "3: 'end' expected (to close 'function' at line 1) near '<eof>'"},
	{"f = function\n\n()\n", "4: 'end' expected (to close 'function' at line 3) near '<eof>'"},
	{"do\nuntil x", "2: 'end' expected (to close 'do' at line 1) near 'until'"},
	{"repeat\nend", "2: 'until' expected (to close 'repeat' at line 1) near 'end'"},
	{"f(\n1", "2: ')' expected (to close '(' at line 1) near '<eof>'"},
	{"x = {\n1 2", "2: '}' expected (to close '{' at line 1) near '2'"},
	{"x = a[1", "1: ']' expected near '<eof>'"},
	{"end", "1: '<eof>' expected near 'end'"},
	{"return 1 x = 2", "1: '<eof>' expected near 'x'"},
	{"while a do break f() end", "1: 'end' expected near 'f'"},
	{"break", "1: no loop to break near '<eof>'"},
	{"while a do f = function() break end end", "1: no loop to break near 'end'"},
	{"function f() return ... end", "1: cannot use '...' outside a vararg function near '...'"},
	{"function f(...) return function() return ... end end", "1: cannot use '...' outside a vararg function near '...'"},
	{"function f(a, 1) end", "1: <name> or '...' expected near '1'"},
	{"function f(..., a) end", "1: ')' expected near ','"},
	{"for i do end", "1: '=' or 'in' expected near 'do'"},
	{"for i, j = 1, 2 do end", "1: 'in' expected near '='"},
	{"for a.b in c do end", "1: '=' or 'in' expected near '.'"},
	{"local a.b = 1", "1: unexpected symbol near '.'"},
	{"local function a.b() end", "1: '(' expected near '.'"},
	{"local end", "1: '<name>' expected near 'end'"},
	{"x.end = 1", "1: '<name>' expected near 'end'"},
	{"x = { end = 1 }", "1: unexpected symbol near 'end'"},
	{"a:b", "1: function arguments expected near '<eof>'"},
	{"a.b", "1: '=' expected near '<eof>'"},
	{"a b", "1: '=' expected near 'b'"},
	{"f() = 1", "1: unexpected symbol near '='"},
	{"a, f() = 1", "1: syntax error near '='"},
	{"(a) = 1", "1: syntax error near '='"},
	{"a, (b) = 1", "1: syntax error near '='"},
	{"(f())", "1: syntax error near '<eof>'"},
	{"('s')", "1: syntax error near '<eof>'"},
	{"1 = 2", "1: unexpected symbol near '1'"},
	{"'s' = 2", "1: unexpected symbol near ''s''"},
	{";", "1: unexpected symbol near ';'"},
	{"f();;", "1: unexpected symbol near ';'"},
	{"a = f\n(g)()", "2: ambiguous syntax (function call x new statement) near '('"},
	{"a = f()\n(g)()", "2: ambiguous syntax (function call x new statement) near '('"},
	{"a = b.c\r(g)()", "2: ambiguous syntax (function call x new statement) near '('"},
	{"x = 3x", "1: malformed number near '3x'"},
	{"x = 5e", "1: malformed number near '5e'"},
	{"x = 5e+", "1: malformed number near '5e+'"},
	{"x = 0x", "1: malformed number near '0x'"},
	{"x = 0xg", "1: malformed number near '0xg'"},
	{"x = 0x1p", "1: malformed number near '0x1p'"},
	{"x = 3..2", "1: malformed number near '3..2'"},
	{"x = .5.5", "1: malformed number near '.5.5'"},
	{"x = 1_000", "1: malformed number near '1_000'"},
	{"x = '\\400'", "1: escape sequence too large near '''"},
	{"x = \"a\\\nb\\256\"", "2: escape sequence too large near '\"a\nb'"},
	{"x = 'abc\ny'", "1: unfinished string near ''abc'"},
	{"x = 'a\\n\r'", "1: unfinished string near ''a\n'"},
	{"x = 'abc", "1: unfinished string near '<eof>'"},
	{"x = 'abc\\", "1: unfinished string near '<eof>'"},
	{"x = [[\n\nabc", "3: unfinished long string near '<eof>'"},
	{"x = [==[ ]=] ]]", "1: unfinished long string near '<eof>'"},
	{"--[[\n\n", "3: unfinished long comment near '<eof>'"},
	{"x = [=", "1: invalid long string delimiter near '[='"},
	{"x = [==x", "1: invalid long string delimiter near '[=='"},
	{"x = [[ [[ ]] ]]", "1: nesting of [[...]] is deprecated near '['"},
	{"--[[\n[[ ]]", "2: nesting of [[...]] is deprecated near '['"},
	{"x = 'a' 'b\\n'", "1: unexpected symbol near ''b\n''"},
	{"x = 1 [[\nb]]", "2: unexpected symbol near '[[b]]'"},
	{"x = 1 [=[\r\nb\r]=]", "3: unexpected symbol near '[=[b\n]=]'"},
	{"x = a ~ b", "1: unexpected symbol near '~'"},
	{"x = a != b", "1: unexpected symbol near '!'"},
	{"x = \x7f", "1: unexpected symbol near 'char(127)'"},
	{"x = \x01", "1: unexpected symbol near 'char(1)'"},
	{"\xef\xbb\xbfx = 1", "1: unexpected symbol near '\xef'"},
	{"#!/bin/lua", "1: unexpected symbol near '#'"},
	{"\n\r\n\r\r\nx = = 1", "4: unexpected symbol near '='"},
	{"x = a.\n1", "2: '<name>' expected near '1'"},
	{"x = a\n.1", "2: unexpected symbol near '.1'"},
	{"goto = ", "1: unexpected symbol near '<eof>'"},
	{"local function goto", "1: '(' expected near '<eof>'"},
	{"a : : b", "1: '<name>' expected near ':'"},
}

func TestRefusals(t *testing.T) {
	for _, c := range refusals {
		if got := ours(c.text); got != "text:"+c.want {
			t.Errorf("%q\nwant: %s\n got: %s", c.text, c.want, strings.TrimPrefix(got, "text:"))
		}
	}
}

func TestRefusalsAreTheReferences(t *testing.T) {
	r := newReference(t)
	for _, c := range refusals {
		if got := r.load(t, c.text); got != "text:"+c.want {
			t.Errorf("%q\nwant:   %s\nlua5.1: %s", c.text, c.want, strings.TrimPrefix(got, "text:"))
		}
	}
}

// TestGotoRefusals are those that 5.1 has no words for.
func TestGotoRefusals(t *testing.T) {
	for text, want := range map[string]string{
		"::a":         "text:1: '::' expected near '<eof>'",
		"::a:":        "text:1: '::' expected near ':'",
		"::a: :":      "text:1: '::' expected near ':'",
		":: end ::":   "text:1: '<name>' expected near 'end'",
		": :a::":      "text:1: unexpected symbol near ':'",
		"goto end":    "text:1: '=' expected near 'end'",
		"goto a.b":    "text:1: unexpected symbol near '.'",
		"goto 'a\n'":  "text:1: unfinished string near ''a'",
		"break ::a::": "text:1: no loop to break near ':'",
	} {
		if got := ours(text); got != want {
			t.Errorf("%q: %s, want %s", text, got, want)
		}
	}
}

func TestAnErrorInParts(t *testing.T) {
	_, err := Parse([]byte("x = {1\n"), "lib/a.lua")
	e, ok := err.(*Error)
	if !ok || *e != (Error{"lib/a.lua", 2, 1, "'}' expected (to close '{' at line 1)", EndOfFile}) || !e.Unfinished() {
		t.Errorf("%#v", err)
	}
	_, err = Parse([]byte("x = '<eof>' 'y"), "a")
	if e, ok := err.(*Error); !ok || !e.Unfinished() {
		t.Errorf("%#v", err)
	}
	_, err = Parse([]byte("x = 'y' '<eof>'"), "a")
	if e, ok := err.(*Error); !ok || e.Unfinished() || e.Sentence() != "unexpected symbol near ''<eof>''" {
		t.Errorf("%#v", err)
	}
}

// Within 5.1's own bound, less what its callers take of it, both agree; beyond it
// neither takes the text, however long, and nothing overflows.
func TestNestingIsBounded(t *testing.T) {
	for _, c := range []struct{ name, head, more, mid, less string }{
		{"tables", "x=", "{", "", "}"}, {"parentheses", "x=", "(", "1", ")"}, {"calls", "x=", "f(", "1", ")"},
		{"keys", "x=", "a[", "1", "]"}, {"concatenation", "x=", "a..", "a", ""}, {"powers", "x=", "a^", "a", ""},
		{"signs", "x=", "- ", "1", ""}, {"negations", "x=", "not ", "1", ""}, {"blocks", "", "do ", "", " end"},
		{"loops", "", "while a do ", "", " end"}, {"elses", "", "if a then else ", "", " end"},
		{"functions", "", "function f() ", "", " end"}, {"function values", "x=", "function() return ", "1", " end"},
	} {
		nested := func(n int) string {
			return c.head + strings.Repeat(c.more, n) + c.mid + strings.Repeat(c.less, n)
		}
		for _, n := range []int{1, 10, 90} {
			if why := ours(nested(n)); why != "" {
				t.Errorf("%d %s: %s", n, c.name, why)
			}
		}
		for _, n := range []int{201, 100_000} {
			if why := ours(nested(n)); why != "text:1: chunk has too many syntax levels" {
				t.Errorf("%d %s: %.80q", n, c.name, why)
			}
		}
		if why := ours(strings.Repeat(nested(3)+"\n", 10_000)); why != "" {
			t.Errorf("side by side, %s: %.80q", c.name, why)
		}
	}
}

// A tree must not become high where the text is only long.
func TestHeightIsBounded(t *testing.T) {
	for _, c := range []struct{ name, head, more, tail string }{
		{"sums", "x=1", "+1", ""}, {"fields", "x=a", ".b", ""}, {"calls", "f", "()", ""}, {"methods", "f", ":f()", ""},
		{"keys", "a", "[1]", "=1"}, {"elseifs", "if a then ", "elseif a then ", "end"}, {"alternatives", "x=a", " or a", ""},
	} {
		if why := ours(c.head + strings.Repeat(c.more, 9_000) + c.tail); why != "" {
			t.Errorf("9,000 %s: %.80q", c.name, why)
		}
		if why := ours(c.head + strings.Repeat(c.more, 1_000_000) + c.tail); why != "text:1: chunk has too many syntax levels" {
			t.Errorf("1,000,000 %s: %.80q", c.name, why)
		}
	}
	long := strings.Repeat("+1", 5_000)
	if why := ours("x=" + "((1" + long + ")" + long + ")" + long); why != "text:1: chunk has too many syntax levels" {
		t.Errorf("on top of each other: %.80q", why)
	}
	if why := ours("x={" + strings.Repeat("1"+long+",", 10) + "} " + "x=1" + long); why != "" {
		t.Errorf("side by side: %.80q", why)
	}
}

// TestNamesAreShared holds what is compiled small: one text for each name.
func TestNamesAreShared(t *testing.T) {
	src := []byte("alpha = alpha + beta.alpha 'alpha'")
	allocs := func(src []byte) float64 {
		return testing.AllocsPerRun(10, func() {
			if _, err := Parse(src, ""); err != nil {
				t.Fatal(err)
			}
		})
	}
	once, other := allocs(src), allocs([]byte("alpha = gamma + beta.delta 'omega'"))
	if other-once < 3 {
		t.Errorf("%v allocations with one name, %v with more", once, other)
	}
	if chunk, err := Parse(src, ""); err != nil || chunk[0].(*ast.AssignStmt).Lhs[0].(*ast.IdentExpr).Value != "alpha" {
		t.Error(chunk, err)
	}
}

func FuzzParse(f *testing.F) {
	for _, text := range programs(f) {
		if len(text) < 4000 {
			f.Add([]byte(text))
		}
	}
	for _, c := range refusals {
		f.Add([]byte(c.text))
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		before := string(src)
		chunk, err := Parse(src, "fuzz")
		if string(src) != before {
			t.Fatal("the source changed")
		}
		if err == nil {
			again, err := Parse([]byte(before+"\n--"), "fuzz")
			if err != nil || dump(again, true) != dump(chunk, true) {
				t.Fatalf("a comment at the end changes the tree: %v", err)
			}
			return
		}
		e, ok := err.(*Error)
		if lines := strings.Count(before, "\n") + strings.Count(before, "\r") + 1; !ok || e.Message == "" || e.Line < 1 || e.Line > lines {
			t.Fatalf("%#v", err)
		}
	})
}

func TestTokens(t *testing.T) {
	src := "local a.b=[[\n\r]] --x\r\n\t'end' ... 0x1\xc3 'open"
	want := []Token{{"local", false, 0, 5, 1, 1}, {"a", false, 6, 7, 1, 7}, {".", false, 7, 8, 1, 8}, {"b", false, 8, 9, 1, 9},
		{"=", false, 9, 10, 1, 10}, {"", true, 10, 16, 1, 11}, {"end", true, 23, 28, 3, 2}, {"...", false, 29, 32, 3, 8},
		{"0x1", false, 33, 36, 3, 12}, {"\xc3", false, 36, 37, 3, 15}}
	if got := Tokens([]byte(src)); !slices.Equal(got, want) {
		t.Errorf("%+v\nwant %+v", got, want)
	}
}

func TestColumns(t *testing.T) {
	for text, want := range map[string]int{
		"x = = 1": 5, "\tx = 3x": 6, "x = 1\r\n\n  end": 3, "x = [[\n]] y [=": 6, "x = 1 [[\n]]": 1, "f(": 3, "f(\n": 1,
		"x = 'a\\\n\\300'": 1, "x = 'ab": 5, "x = --[[": 5, "x = --[[\n": 1, "x = 'a\ny'": 5, "{": 1, "": 0,
	} {
		_, err := Parse([]byte(text), "a")
		if e, ok := err.(*Error); ok && e.Column != want || !ok && want > 0 {
			t.Errorf("%q: %+v, want column %d", text, err, want)
		}
	}
}

func TestAdvice(t *testing.T) {
	for text, want := range map[string]string{
		"if a then\n": "'end' expected (to close 'if' at line 1) at the end of the file",
		"x = f(":      "unexpected symbol at the end of the file; is an 'end' or a bracket missing?",
		"--[[":        "unfinished long comment at the end of the file",
		"x = = 1":     "unexpected symbol near '='",
		"break":       "no loop to break near '<eof>'",
	} {
		_, err := Parse([]byte(text), "a")
		if e, ok := err.(*Error); !ok || e.Advice() != want {
			t.Errorf("%q: %v, want %s", text, err, want)
		}
	}
}
