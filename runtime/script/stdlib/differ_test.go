package stdlib

import (
	"bytes"
	"flag"
	"fmt"
	"math/rand/v2"
	"os/exec"
	"strconv"
	"strings"
	"testing"

	lua "github.com/yuin/gopher-lua"

	"hotshard/runtime/script/vm"
)

var (
	differCalls = flag.Int("differ.calls", 6_000, "how many random library calls are compared with lua5.1")
	differSeed  = flag.Uint64("differ.seed", 1, "the seed of the random library calls")
)

// harness shows the results of a call, and what it has made of its tables. It is
// written for both interpreters, so it asks little of either.
const harness = `
local function text(s)
  local out = {}
  for i = 1, #s do
    local c = s:byte(i)
    if c < 32 or c > 126 then out[#out + 1] = "\\" .. c else out[#out + 1] = s:sub(i, i) end
  end
  return "'" .. table.concat(out) .. "'"
end
local show
local function entries(t)
  local out = {}
  for k, v in pairs(t) do out[#out + 1] = show(k) .. "=" .. show(v) end
  table.sort(out)
  return "{" .. table.concat(out, " ") .. "}"
end
function show(v)
  local kind = type(v)
  if kind == "string" then return text(v) end
  if kind == "table" then return entries(v) end
  if kind == "number" or kind == "boolean" or kind == "nil" then return tostring(v) end
  return kind
end
local function all(n, ...)
  local out = {}
  for i = 1, n do out[i] = show((select(i, ...))) end
  return table.concat(out, ", ")
end
local function results(...) return all(select("#", ...), ...) end
function call(f, ...)
  local line = results(pcall(f, ...))
  emit(line .. " | " .. results(...))
end
function each(f, ...)
  local out = {}
  for a, b, c in f(...) do out[#out + 1] = results(a, b, c) end
  return unpack(out)
end
minus_zero = -tonumber("0") -- a compiler may take a literal for a plain zero
less = function(a, b) return a < b end
more = function(a, b) return a > b end
always = function() return true end
never = function() return false end
first = function(a) return a end
second = function(a, b) return b end
fail = function() error("fail", 0) end
size = function(a, b) return tostring(a):len() < tostring(b):len() end
`

func TestCallsAgainstLua(t *testing.T) {
	if _, err := exec.LookPath("lua5.1"); err != nil {
		t.Skip("lua5.1 is not installed (Debian: apt-get install lua5.1): the library is not compared with it")
	}
	g := &generator{rand.New(rand.NewPCG(*differSeed, 0))}
	calls := make([]string, *differCalls)
	for i := range calls {
		calls[i] = g.call()
	}
	theirs, ours := runLua(t, calls), runOurs(t, calls)
	different := 0
	for i, call := range calls {
		if theirs[i] != ours[i] {
			if different++; different <= 20 {
				t.Errorf("%s\nlua5.1: %s\n  ours: %s", call, theirs[i], ours[i])
			}
		}
	}
	if different > 0 {
		t.Errorf("%d of %d calls differ with seed %d", different, len(calls), *differSeed)
	}
}

// runLua runs the calls in one process of lua5.1; each answers a line.
func runLua(t *testing.T, calls []string) []string {
	lines := lua51(t, "emit = print "+harness+strings.Join(calls, "\n"))
	if len(lines) != len(calls) {
		t.Fatalf("lua5.1 answered %d of %d calls; the last is %s", len(lines), len(calls), lines[len(lines)-1])
	}
	return lines
}

// lua51 runs a program in lua5.1 and gives the lines that it prints.
func lua51(t *testing.T, program string) []string {
	t.Helper()
	cmd := exec.Command("lua5.1", "-")
	cmd.Env = []string{"TZ=UTC", "LC_ALL=C"}
	cmd.Stdin = strings.NewReader(program)
	var faults bytes.Buffer
	cmd.Stderr = &faults
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err, faults.String())
	}
	return strings.Split(strings.TrimSuffix(string(out), "\n"), "\n")
}

func runOurs(t *testing.T, calls []string) []string {
	L, _ := newThread(t)
	answers := make([]string, 0, len(calls))
	L.SetGlobal("emit", &lua.LFunction{IsG: true, GFunction: func(L *lua.LState) int {
		answers = append(answers, L.CheckString(1))
		return 0
	}})
	for i, code := range append([]string{harness}, calls...) {
		L.Push(load(t, L, code))
		if err := vm.PCall(L, 0, 0, nil); err != nil || len(answers) != i {
			t.Fatal(code, err)
		}
	}
	return answers
}

// generator makes calls with arguments that are odd in the ways that matter to the
// function called.
type generator struct{ *rand.Rand }

func (g *generator) pick(list ...string) string { return list[g.IntN(len(list))] }

// call is a line that calls a function of the library. What tells the time is
// left out.
func (g *generator) call() string {
	for {
		call, args := g.anyCall()
		clock := strings.HasPrefix(call, "call(os.time") && !strings.HasPrefix(call, "call(os.time, {") ||
			strings.HasPrefix(call, "call(os.date") && (args < 2 || strings.Contains(call, "nil"))
		if !clock {
			return call
		}
	}
}

func (g *generator) anyCall() (call string, count int) {
	f := subjects[g.IntN(len(subjects))]
	var args []string
	for _, kind := range f.args {
		if g.IntN(25) == 0 {
			kind = g.wild(kind)
		}
		args = append(args, g.value(kind))
	}
	switch g.IntN(12) {
	case 0:
		args = args[:g.IntN(len(args)+1)]
	case 1:
		args = append(args, g.value(g.pick("flag", "text", "place", "list")))
	}
	fn := f.name
	if strings.HasSuffix(fn, "gmatch") {
		fn, args = "each", append([]string{fn}, args...)
	}
	return "call(" + strings.Join(append([]string{fn}, args...), ", ") + ")", len(args)
}

// wild is another kind of argument than a function wants. Where it wants a count,
// large numbers are left out: lua5.1 keeps 32 bits of them.
func (g *generator) wild(kind string) string {
	switch kind {
	case "place", "base", "selector", "code":
		return g.pick("text", "list", "flag", "function")
	case "flag":
		return "text"
	case "shown", "shown list": // of others the address is shown, or the whole library
		return "flag"
	}
	return "any"
}

// subjects are the functions, each as often as it has ways of being wrong, and the
// kinds of their arguments.
var subjects = []struct {
	name string
	args []string
}{
	{"tostring", []string{"shown"}}, {"tonumber", []string{"digits"}}, {"tonumber", []string{"digits", "base"}},
	{"type", []string{"any"}}, {"assert", []string{"any", "any"}}, {"select", []string{"selector", "any", "any", "any"}},
	{"unpack", []string{"list"}}, {"unpack", []string{"list", "place", "place"}},
	{"rawget", []string{"list", "any"}}, {"rawset", []string{"list", "any", "any"}}, {"rawequal", []string{"any", "any"}},
	{"getmetatable", []string{"shown list"}}, {"setmetatable", []string{"list", "table"}},
	{"string.byte", []string{"text", "place", "place"}}, {"string.char", []string{"code", "code", "code"}},
	{"string.len", []string{"text"}}, {"string.lower", []string{"text"}}, {"string.upper", []string{"text"}},
	{"string.reverse", []string{"text"}}, {"string.rep", []string{"text", "place"}},
	{"string.sub", []string{"text", "place", "place"}}, {"string.sub", []string{"text", "number", "number"}},
	{"string.find", []string{"text", "pattern"}}, {"string.find", []string{"text", "pattern", "place", "flag"}},
	{"string.match", []string{"text", "pattern"}}, {"string.match", []string{"text", "pattern", "place"}},
	{"string.gmatch", []string{"text", "pattern"}}, {"string.gfind", []string{"text", "pattern"}},
	{"string.gsub", []string{"text", "pattern", "with"}}, {"string.gsub", []string{"text", "pattern", "with", "place"}},
	{"string.gsub", []string{"text", "pattern", "replacement"}},
	{"string.format", []string{"format", "printable", "printable"}}, {"string.format", []string{"format", "number", "number"}},
	{"string.format", []string{"format", "text", "number"}}, {"string.format", []string{"verb", "number"}},
	{"string.format", []string{"verb", "number"}}, {"string.format", []string{"verb", "text"}},
	{"table.concat", []string{"list", "text"}}, {"table.concat", []string{"list", "text", "place", "place"}},
	{"table.insert", []string{"list", "flag"}}, {"table.insert", []string{"list", "place", "any"}},
	{"table.remove", []string{"list"}}, {"table.remove", []string{"list", "place"}},
	{"table.sort", []string{"list", "order"}}, {"table.sort", []string{"long list", "order"}}, {"table.sort", []string{"long list"}},
	{"table.maxn", []string{"table"}}, {"table.getn", []string{"list"}}, {"table.setn", []string{"list", "place"}},
	{"table.foreach", []string{"list", "function"}}, {"table.foreachi", []string{"list", "function"}},
	{"math.abs", []string{"number"}}, {"math.ceil", []string{"number"}}, {"math.floor", []string{"number"}},
	{"math.fmod", []string{"number", "number"}}, {"math.mod", []string{"number", "number"}}, {"math.modf", []string{"number"}},
	{"math.frexp", []string{"number"}}, {"math.ldexp", []string{"number", "place"}}, {"math.max", []string{"number", "number", "number"}},
	{"math.min", []string{"number", "number", "number"}}, {"math.sqrt", []string{"number"}}, {"math.pow", []string{"number", "number"}},
	{"math.exp", []string{"number"}}, {"math.log", []string{"number"}}, {"math.log10", []string{"number"}},
	{"math.sin", []string{"number"}}, {"math.cos", []string{"number"}}, {"math.tan", []string{"number"}},
	{"math.asin", []string{"number"}}, {"math.acos", []string{"number"}}, {"math.atan", []string{"number"}},
	{"math.atan2", []string{"number", "number"}}, {"math.sinh", []string{"number"}}, {"math.cosh", []string{"number"}},
	{"math.tanh", []string{"number"}}, {"math.deg", []string{"number"}}, {"math.rad", []string{"number"}},
	{"os.date", []string{"date", "time"}}, {"os.date", []string{"date", "time"}}, {"os.time", []string{"day"}},
	{"os.time", []string{"day"}}, {"os.difftime", []string{"number", "number"}},
}

func (g *generator) value(kind string) string {
	switch kind {
	case "any":
		return g.value(g.pick("plain", "number", "text", "list", "function", "place"))
	case "plain", "shown":
		return g.pick("nil", "true", "false", g.number(), g.text(), `"x"`)
	case "number":
		return g.pick(g.number(), g.number(), g.number(), g.digits())
	case "digits":
		return g.pick(g.digits(), g.digits(), g.number(), "nil")
	case "base":
		return g.pick("2", "8", "10", "16", "36", "1", "37", "nil", `"16"`, "10.9", "3")
	case "selector":
		return g.pick("1", "2", "-1", "-2", "3", "0", "4", "9", "-9", `"#"`, `"2"`, "1.7", `"#x"`)
	case "place":
		return g.pick("0", "1", "2", "3", "-1", "-2", "5", "7", "-9", "20", "1.9", "-1.5", `"2"`, "nil", `" 3 "`)
	case "flag":
		return g.pick("true", "false", "nil", "1")
	case "code":
		return g.pick("0", "65", "255", "256", "-1", "97.9", `"66"`)
	case "text":
		return g.text()
	case "function":
		return g.pick("first", "second", "never", "fail", "always")
	case "order":
		return g.pick("less", "more", "size", "always", "never", "fail", "nil", "less", "more")
	case "printable":
		return g.pick(g.text(), g.number(), g.digits())
	}
	return g.composed(kind)
}

// composed makes the arguments that have an inner shape.
func (g *generator) composed(kind string) string {
	switch kind {
	case "pattern":
		return luaQuote([]byte(g.pattern()))
	case "with":
		return strconv.Quote(g.pick("", "x", "%0", "<%1>", "%2%1", "%%", "a%", "%x", "[%0%0]", "%9"))
	case "replacement":
		return g.pick("first", "second", "never", "fail", `{a = "x", b = 1.5, [1] = "one", ["1"] = false}`, "{}",
			`setmetatable({}, {__index = function(_, k) return k .. "!" end})`, `{a = {}}`, `{a = true}`, "5", "always")
	case "format":
		return strconv.Quote(g.pick("%s", "%d", "x%5.2s|%-7s", "%q", "%s %s %s", "%%%d%%", "%", "no verb", "%g %x", "%-5d|%05d"))
	case "verb":
		return strconv.Quote(g.verb())
	case "list", "table", "shown list":
		return g.list(g.IntN(6))
	case "long list":
		return g.list(g.IntN(40))
	case "date":
		return strconv.Quote(g.date())
	case "time":
		return g.pick(fmt.Sprint(g.Int64N(1<<36)-1<<35), fmt.Sprint(g.Int64N(1<<32)), fmt.Sprint(g.IntN(1000)), g.number())
	case "day":
		return g.day()
	}
	panic(kind)
}

func (g *generator) number() string {
	return g.pick("0", "minus_zero", "1", "-1", "2", "0.5", "-0.5", "3.7", "-3.7", "10", "100", "1000", "1e15", "1e14", "123456789012345",
		"2^31", "2^53", "2^63", "-2^63", "2^64", "1e300", "-1e300", "1e-300", "1e-5", "1/3", "0.1", "1e100", "1/0", "-1/0", "0/0", "-(0/0)",
		"255", "-255", "1.5", "2.5", fmt.Sprint(g.IntN(2000)-1000), fmt.Sprint(g.NormFloat64()*100), fmt.Sprint(g.Float64()))
}

func (g *generator) digits() string {
	return luaQuote([]byte(g.pick("10", " 12 ", "0x1F", "-0x1f", "1e2", "1e", "zz", "-ff", "+7", "", " ", "0x", "1.5", ".5", "5.", "inf", "nan",
		"101", "777", "1_000", "0b11", "08", "7fffffffffffffffffff", "-7fffffffffffffffffff", "1e400", "10\x00", "\t9\n", "0x.8p1", "- 1", "-1")))
}

func (g *generator) text() string {
	out := make([]byte, g.pickSize())
	for i := range out {
		out[i] = "aaabbbccA1 .-()[]%\n\x00\xff\xe4zZ_"[g.IntN(25)]
	}
	return luaQuote(out)
}

func (g *generator) pickSize() int {
	if g.IntN(40) == 0 {
		return 95 + g.IntN(20)
	}
	return g.IntN(12)
}

func luaQuote(text []byte) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, c := range text {
		if c >= 'a' && c <= 'z' {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(&b, `\%03d`, c)
		}
	}
	return b.String() + `"`
}

// pattern is one of what patterns are made of, malformed ones among them.
func (g *generator) pattern() string {
	var b strings.Builder
	if g.IntN(6) == 0 {
		b.WriteByte('^')
	}
	for range g.IntN(5) + 1 {
		b.WriteString(g.pick("a", "b", "c", ".", "%a", "%d", "%s", "%W", "%l", "%u", "%p", "%c", "%x", "%z", "1", " ", "%.", "[ab]", "[^a]",
			"[a-c]", "[%d ]", "[^%s]", "[]a]", "[-b]", "[^%w]", "%-", "[a-]", "[%a-z]", "%b()", "%baa", "%f[%a]", "%f[^%w]", "()", "(a)", "(.)",
			"(%a+)", "%1", "(a*)", "((b)c)", "(", ")", "[a", "%", "%b", "%f", "%0", "$", "[^]", "[]", "\\0"))
		b.WriteString(g.pick("", "", "", "*", "+", "-", "?"))
	}
	if g.IntN(6) == 0 {
		b.WriteByte('$')
	}
	return strings.ReplaceAll(b.String(), `\0`, g.pick("a", "b", "\x00"))
}

func (g *generator) verb() string {
	verb := "%"
	for range g.IntN(4) {
		verb += g.pick("", "-", "+", " ", "#", "0")
	}
	verb += g.pick("", "", "1", "5", "12", "99", "123")
	verb += g.pick("", "", ".", ".0", ".1", ".3", ".14", ".50", ".100")
	return "[" + verb + g.pick("c", "d", "i", "o", "u", "x", "X", "e", "E", "f", "g", "G", "q", "s", "y", "%", "a", "F", "p") + "]"
}

// list is a table without gaps, of one kind of things or of several.
func (g *generator) list(n int) string {
	kind := g.pick("number", "text", "digits", "small", "small", "any")
	var items []string
	for range n {
		switch {
		case kind == "small":
			items = append(items, fmt.Sprint(g.IntN(10)))
		case kind == "any" && n <= 6 && g.IntN(3) == 0:
			items = append(items, g.pick("true", "{}", "first"))
		case kind == "any":
			items = append(items, g.number())
		default:
			if v := g.value(kind); v != "nil" {
				items = append(items, v)
			}
		}
	}
	return "{" + strings.Join(items, ", ") + "}"
}

func (g *generator) date() string {
	out := g.pick("", "!", "!")
	if g.IntN(5) == 0 {
		return out + g.pick("*t", "%c", "", "*", "%")
	}
	for range g.IntN(4) + 1 {
		out += "%" + string(rune(' '+g.IntN(95))) + g.pick("", ":", " ")
	}
	return out
}

func (g *generator) day() string {
	var fields []string
	for _, name := range []string{"year", "month", "day", "hour", "min", "sec", "isdst"} {
		value := g.pick("1", "12", "-3", "0", `"5"`, "99", "28.9", "1e5", "2^31")
		switch {
		case name == "isdst":
			value = g.pick("true", "false")
		case name == "year":
			value = g.pick("1970", "2026", `"2000"`, "1", "-1", "1969", "3000", "2020.9", "1e9")
		}
		if g.IntN(8) > 0 && (name != "isdst" || g.IntN(3) == 0) {
			fields = append(fields, name+" = "+value)
		}
	}
	return "{" + strings.Join(fields, ", ") + "}"
}
