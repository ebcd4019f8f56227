package differ

import (
	"errors"
	"fmt"
	"regexp"
	"runtime/debug"
	"strings"
	"time"

	lua "github.com/yuin/gopher-lua"

	"hotshard/runtime/script"
	"hotshard/runtime/script/code"
	"hotshard/runtime/script/vm"
)

// way is one of the two ways in which scripts get into a State.
type way uint8

const (
	asFile   way = iota // a file of the release, with what a reload needs compiled in
	asString            // a text for loadstring, as in a console or a script of scripts
)

// The program stands in a file of its own or in a field of a table, and is run by a
// task, as everything in a shard is.
var starters = map[way]string{
	asFile:   `local ok, problem = pcall(require, "program") if not ok then fail(problem) end`,
	asString: `local f, problem = loadstring(program, "=program") if not f then refuse(problem) else local ok, problem = pcall(f, "program") if not ok then fail(problem) end end`,
}

// run runs one program in a new State. One that hangs is left behind with its
// goroutine: it is a bug that ends the whole run.
func run(source string, how way) outcome {
	done := make(chan outcome, 1)
	t := &trace{}
	go func() {
		defer func() {
			if v := recover(); v != nil {
				done <- outcome{endPanic, t.text() + fmt.Sprintf("panic: %v\n%s", v, debug.Stack())}
			}
		}()
		done <- t.play(source, how)
	}()
	timer := time.NewTimer(patience)
	defer timer.Stop()
	select {
	case o := <-done:
		return o
	case <-timer.C:
		return outcome{end: endHang}
	}
}

// trace gathers what a program prints and how it ends.
type trace struct {
	lines []string
	end   ending
}

func (t *trace) text() string { return strings.Join(t.lines, "\n") }

func (t *trace) play(source string, how way) outcome {
	files := map[string][]byte{"main.lua": []byte("return true"), "program.lua": []byte(source)}
	s, err := script.New(script.Options{
		Name: "differ", Release: code.NewRelease(1, files), Entry: []string{"main"},
		Run: script.Budget{Steps: ourSteps, Memory: 4 << 30}, Bind: func(s *script.State) { t.bind(s, source) },
	})
	if err != nil {
		return outcome{endSyntax, err.Error()}
	}
	defer s.Close()
	t.end = endDone
	s.Run(starters[how], "=differ", func(err error) {
		if err != nil {
			t.finish(err)
		}
	})
	return outcome{t.end, t.text()}
}

// finish notes an error that the starter's pcall did not see.
func (t *trace) finish(err error) {
	t.end = endError
	if strings.Contains(err.Error(), "budget: ") {
		t.end = endOverrun
	}
	t.lines = append(t.lines, err.Error())
}

// bind gives the program its print, and the starter what it tells us with.
func (t *trace) bind(s *script.State, source string) {
	s.L().SetGlobal("program", lua.LString(source))
	hideAddresses(s.L())
	s.Bind(script.Table{Funcs: []script.Func{{Name: "print"}, {Name: "fail"}, {Name: "refuse"}}}, map[string]lua.LGFunction{
		"print": t.print,
		"fail":  t.fail,
		"refuse": func(L *lua.LState) int {
			t.end, t.lines = endSyntax, append(t.lines, L.CheckString(1))
			return 0
		},
	})
}

// hideAddresses makes tostring say nothing of where a thing lies in memory.
func hideAddresses(L *lua.LState) {
	tostring := L.GetGlobal("tostring").(*lua.LFunction).GFunction
	L.SetGlobal("tostring", L.NewFunction(func(L *lua.LState) int {
		n := tostring(L)
		if text, ok := L.Get(-1).(lua.LString); ok && n == 1 && address.MatchString(string(text)) {
			L.Pop(1)
			L.Push(lua.LString(address.ReplaceAllString(string(text), "$1: hidden")))
		}
		return n
	}))
}

var address = regexp.MustCompile(`^([a-z]+): 0x[0-9a-f]+$`)

func (t *trace) print(L *lua.LState) int {
	if len(t.lines) >= maxLines {
		L.RaiseError("budget: more lines than a program may print")
	}
	row := make([]string, L.GetTop())
	for i := range row {
		row[i] = show(L, L.Get(i+1))
	}
	t.lines = append(t.lines, strings.Join(row, " "))
	return 0
}

func (t *trace) fail(L *lua.LState) int {
	t.end = endError
	problem := L.Get(1)
	if ud, ok := problem.(*lua.LUserData); ok {
		var refusal *code.Refusal
		if err, ok := ud.Value.(error); ok && errors.As(err, &refusal) && refusal.Code == code.RSyntax {
			t.end, t.lines = endSyntax, append(t.lines, refusal.Error())
			return 0
		}
	}
	text := show(L, problem)
	if strings.Contains(text, "budget: ") {
		t.end = endOverrun
	}
	t.lines = append(t.lines, text)
	return 0
}

// show writes a value as reference.lua does. A number goes through the scripts' own
// tostring, which is under test as well.
func show(L *lua.LState, v lua.LValue) string {
	switch v := v.(type) {
	case nil:
		panic("a Go nil among the values")
	case lua.LNumber:
		if v != v {
			return "nan"
		}
		return vm.Call(L, L.GetGlobal("tostring"), v).String()
	case lua.LString:
		return quote(string(v))
	case *lua.LNilType, lua.LBool:
		return v.String()
	}
	return "<" + v.Type().String() + ">"
}

func quote(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for i := range len(s) {
		if c := s[i]; c < ' ' || c > '~' || c == '"' || c == '\\' {
			fmt.Fprintf(&b, `\%03d`, c)
		} else {
			b.WriteByte(c)
		}
	}
	return b.String() + `"`
}
