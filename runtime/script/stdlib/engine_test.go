package stdlib

import (
	"fmt"
	"math/rand/v2"
	"os/exec"
	"strings"
	"testing"
	"time"

	lua "github.com/yuin/gopher-lua"

	"hotshard/runtime/script/bytecode"
	"hotshard/runtime/script/syntax"
	"hotshard/runtime/script/vm"
)

// testEngine is an Engine that gives its steps out and stops when they are spent.
type testEngine struct {
	steps    int64
	patterns Patterns
	random   *rand.Rand
}

func (e *testEngine) Charge(L *lua.LState, steps int) {
	if e.steps -= int64(steps); e.steps < 0 {
		L.RaiseError("budget: spent")
	}
}
func (e *testEngine) Left(*lua.LState) int64         { return max(e.steps, 0) }
func (e *testEngine) Patterns(*lua.LState) *Patterns { return &e.patterns }
func (e *testEngine) Now(*lua.LState) time.Time      { return time.Unix(1e9, 0) }
func (e *testEngine) Clock(*lua.LState) float64      { return 1.25 }
func (e *testEngine) Random(*lua.LState) *rand.Rand  { return e.random }

// newThread is a machine with our library and the words of the language.
func newThread(t testing.TB) (*lua.LState, *testEngine) {
	t.Helper()
	_, L, err := vm.New()
	if err != nil {
		t.Fatal(err)
	}
	e := &testEngine{steps: 1 << 40, random: rand.New(rand.NewPCG(1, 2))}
	for _, table := range Tables(e) {
		into := L.G.Global
		if table.Name != "" {
			into = &lua.LTable{Metatable: lua.LNil}
			L.SetGlobal(table.Name, into)
		}
		for name := range table.Funcs {
			vm.Set(into, lua.LString(name), table.Function(name, L.Env))
		}
		for name, v := range table.Fields {
			vm.Set(into, lua.LString(name), v)
		}
		for name, same := range table.Aliases {
			vm.Set(into, lua.LString(name), into.RawGetString(same))
		}
	}
	for name, fn := range map[string]lua.LGFunction{"error": vm.Error, "ipairs": vm.Ipairs, "pairs": vm.Pairs, "pcall": vm.Pcall} {
		L.SetGlobal(name, &lua.LFunction{IsG: true, GFunction: fn})
	}
	strs := &lua.LTable{Metatable: lua.LNil}
	vm.Set(strs, lua.LString("__index"), L.GetGlobal("string"))
	L.SetMetatable(lua.LString(""), strs)
	return L, e
}

// load compiles a program.
func load(t testing.TB, L *lua.LState, code string) *lua.LFunction {
	t.Helper()
	chunk, err := syntax.Parse([]byte(code), "stdin")
	if err != nil {
		t.Fatal(code, err)
	}
	proto, err := bytecode.Compile(chunk, "stdin")
	if err != nil {
		t.Fatal(code, err)
	}
	return &lua.LFunction{Proto: proto, Env: L.Env}
}

// run runs a script and shows what it returns, or its error without the place.
func run(t testing.TB, L *lua.LState, code string) string {
	t.Helper()
	top := L.GetTop()
	defer L.SetTop(top)
	L.Push(load(t, L, code))
	if err := vm.PCall(L, 0, lua.MultRet, nil); err != nil {
		return "error: " + strings.TrimPrefix(err.(*lua.ApiError).Object.String(), "stdin:1: ")
	}
	var out []string
	for i := top + 1; i <= L.GetTop(); i++ {
		v := L.Get(i)
		if s, ok := v.(lua.LString); ok {
			out = append(out, quote(string(s)))
		} else {
			out = append(out, ToString(L, v).String())
		}
	}
	return strings.Join(out, " ")
}

// quote is a text with what is not plain ASCII as its number.
func quote(text string) string {
	var b strings.Builder
	for _, c := range []byte(text) {
		if c < ' ' || c > '~' || c == '"' || c == '\\' {
			fmt.Fprintf(&b, `\%03d`, c)
		} else {
			b.WriteByte(c)
		}
	}
	return `"` + b.String() + `"`
}

// cases are scripts and what they return, or raise, in lua5.1 and here.
type cases []struct{ code, want string }

func (list cases) check(t *testing.T) {
	t.Helper()
	L, _ := newThread(t)
	theirs := list.inLua(t)
	for i, c := range list {
		if got := run(t, L, c.code); got != c.want {
			t.Errorf("%s\n got %s\nwant %s", c.code, got, c.want)
		}
		if theirs != nil && theirs[i] != c.want {
			t.Errorf("%s\nlua5.1 says %s\n      not %s", c.code, theirs[i], c.want)
		}
	}
}

// inLua is what lua5.1 makes of the scripts, where it is installed.
func (list cases) inLua(t *testing.T) []string {
	if _, err := exec.LookPath("lua5.1"); err != nil {
		return nil
	}
	program := `local function quote(s) return '"' .. s:gsub('[%c"\\\127-\255]', function(c) return ("\\%03d"):format(c:byte()) end) .. '"' end
local function show(ok, ...)
  local out = {}
  for i = 1, select("#", ...) do
    local v = select(i, ...)
    if not ok then v = tostring(v):gsub("^stdin:1: ", "error: ") end
    if not ok and v:sub(1, 7) ~= "error: " then v = "error: " .. v end
    out[i] = ok and type(v) == "string" and quote(v) or tostring(v)
  end
  print(table.concat(out, " "))
end
`
	for _, c := range list {
		program += "show(pcall(assert(loadstring(" + luaQuote([]byte(c.code)) + `, "=stdin"))))` + "\n"
	}
	lines := lua51(t, program)
	if len(lines) != len(list) {
		t.Fatalf("lua5.1 answered %d of %d cases", len(lines), len(list))
	}
	return lines
}
