package stdlib

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	lua "github.com/yuin/gopher-lua"
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

// newThread is a plain thread of gopher-lua's with our library in the place of its
// own. The tests' scripts say nothing that its interpreter gets wrong.
func newThread(t testing.TB) (*lua.LState, *testEngine) {
	L := lua.NewState()
	t.Cleanup(L.Close)
	e := &testEngine{steps: 1 << 40, random: rand.New(rand.NewPCG(1, 2))}
	for _, table := range Tables(e) {
		into := L.G.Global
		if table.Name != "" {
			into = L.NewTable()
			L.SetGlobal(table.Name, into)
		}
		for name, fn := range table.Funcs {
			into.RawSetString(name, L.NewFunction(fn))
		}
		for name, v := range table.Fields {
			into.RawSetString(name, v)
		}
		for name, same := range table.Aliases {
			into.RawSetString(name, into.RawGetString(same))
		}
	}
	strs := L.NewTable()
	strs.RawSetString("__index", L.GetGlobal("string"))
	L.SetMetatable(lua.LString(""), strs)
	return L, e
}

// run runs a script and shows what it returns, or its error without the place.
func run(L *lua.LState, code string) string {
	top := L.GetTop()
	defer L.SetTop(top)
	fn, err := L.LoadString(code)
	if err != nil {
		return "syntax: " + err.Error()
	}
	L.Push(fn)
	if err := L.PCall(0, lua.MultRet, nil); err != nil {
		text := err.(*lua.ApiError).Object.String()
		if rest, ok := strings.CutPrefix(text, "<string>:1: "); ok {
			text = rest
		}
		return "error: " + text
	}
	var out []string
	for i := top + 1; i <= L.GetTop(); i++ {
		v := L.Get(i)
		if s, ok := v.(lua.LString); ok {
			out = append(out, fmt.Sprintf("%q", string(s)))
		} else {
			out = append(out, ToString(L, v).String())
		}
	}
	return strings.Join(out, " ")
}

// cases are scripts and what they return.
type cases []struct{ code, want string }

func (list cases) check(t *testing.T) {
	t.Helper()
	L, _ := newThread(t)
	for _, c := range list {
		if got := run(L, c.code); got != c.want {
			t.Errorf("%s\n got %s\nwant %s", c.code, got, c.want)
		}
	}
}
