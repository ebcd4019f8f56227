package luatest

import (
	"fmt"
	"math"
	"regexp"
	"strings"

	lua "github.com/yuin/gopher-lua"

	"hotshard/runtime/script"
	"hotshard/runtime/script/vm"
)

// words describes what a test can say, for the editor stubs and the checker.
var words = script.Table{
	Doc: "Words of tests (files called *_test.lua).",
	Funcs: []script.Func{
		{Name: "eq", Sig: "eq(got: any, want: any, note?: string)", Doc: "Fails unless the two are equal; tables are compared by what is in them."},
		{Name: "ne", Sig: "ne(got: any, other: any, note?: string)", Doc: "Fails if the two are equal."},
		{Name: "ok", Sig: "ok(value: any, note?: string): any", Doc: "Fails if the value is nil or false; returns it."},
		{Name: "near", Sig: "near(got: number, want: number, tolerance?: number, note?: string)", Doc: "Fails unless the two differ by no more than the tolerance (a billionth of want, if not given)."},
		{Name: "fails", Sig: "fails(fn: function, text?: string): any", Doc: "Fails unless fn raises an error, with the text in its message if one is given; returns the error."},
		{Name: "faults", Sig: "faults(): string[]", Doc: "Takes the messages of the errors that handlers, timers and commands raised so far: those no longer fail the test."},
		{Name: "advance", Sig: "advance(seconds: number)", Doc: "Lets game time pass.", Yields: true},
		{Name: "replay", Sig: "replay(file: string, seconds?: number): testreplay",
			Doc: "Runs a kept recording that stands beside the test (record keep, on a shard, makes one) again with the scripts as they are now: all of it, or so many seconds of the game."},
	},
}

// Tables describes the words of tests. The global player is besides callable in
// a test: player "Ann" lets Ann log in and returns her.
func Tables() []script.Table { return []script.Table{words, testTable, pilotWords, replayWords} }

// TestTable is the name of the table that the tests hang on.
const TestTable = "test"

var testTable = script.Table{
	Name: TestTable,
	Doc:  "The tests of a file: every function in it is one. A text under system names the system of the test map to play in (Alpha, if none is named).",
	Fields: []script.Field{
		{Name: "[string]", Type: "function", Doc: "A test."},
		{Name: "system", Type: "string?"},
	},
}

func (p *play) words() map[string]lua.LGFunction {
	return map[string]lua.LGFunction{
		"eq": wordEq, "ne": wordNe, "ok": wordOK, "near": wordNear, "fails": wordFails,
		"faults": p.wordFaults, "advance": p.wordAdvance, "replay": p.wordReplay,
	}
}

// complain raises the failure of a test at the place that called the word.
func complain(L *lua.LState, note int, format string, args ...any) {
	message := fmt.Sprintf(format, args...)
	if s, ok := L.Get(note).(lua.LString); ok {
		message = string(s) + ": " + message
	}
	L.Error(lua.LString(L.Where(1)+message), 0)
}

func wordEq(L *lua.LState) int {
	got, want := L.Get(1), L.Get(2)
	if where, same := equal(got, want, "", nil); !same {
		at := ""
		if where != "" {
			at = "\nfirst difference at " + where
		}
		complain(L, 3, "not equal\nexpected: %s\nactual:   %s%s", render(want), render(got), at)
	}
	return 0
}

func wordNe(L *lua.LState) int {
	if _, same := equal(L.Get(1), L.Get(2), "", nil); same {
		complain(L, 3, "equal, which they should not be\nactual:   %s", render(L.Get(1)))
	}
	return 0
}

func wordOK(L *lua.LState) int {
	v := L.Get(1)
	if lua.LVIsFalse(v) {
		complain(L, 2, "not ok\nexpected: a value\nactual:   %s", render(v))
	}
	L.Push(v)
	return 1
}

func wordNear(L *lua.LState) int {
	got, ok := L.Get(1).(lua.LNumber)
	want := float64(L.CheckNumber(2))
	tolerance := float64(L.OptNumber(3, lua.LNumber(math.Abs(want)*1e-9+1e-12)))
	if !ok || !(math.Abs(float64(got)-want) <= tolerance) {
		complain(L, 4, "not near\nexpected: %s, give or take %g\nactual:   %s", lua.LNumber(want), tolerance, render(L.Get(1)))
	}
	return 0
}

func wordFails(L *lua.LState) int {
	fn := L.CheckFunction(1)
	text, wantText := L.Get(2).(lua.LString)
	L.Push(fn)
	err := vm.PCall(L, 0, 0, nil)
	if err == nil {
		complain(L, 0, "no error\nexpected: an error%s", quoted(text, wantText))
		return 0
	}
	value := errorValue(err)
	message := errorMessage(value)
	if wantText && !strings.Contains(message, string(text)) {
		complain(L, 0, "another error\nexpected: an error%s\nactual:   %s", quoted(text, true), message)
	}
	if s, ok := value.(lua.LString); ok {
		value = lua.LString(trimPlace(string(s)))
	}
	L.Push(value)
	return 1
}

func quoted(text lua.LString, given bool) string {
	if !given {
		return ""
	}
	return fmt.Sprintf(" with %q", string(text))
}

// errorValue is what a script raised.
func errorValue(err error) lua.LValue {
	if api, ok := err.(*lua.ApiError); ok && api.Object != nil {
		return api.Object
	}
	return lua.LString(err.Error())
}

// errorMessage is what the error says; a refusal {code=, message=} says its message.
func errorMessage(v lua.LValue) string {
	if t, ok := v.(*lua.LTable); ok {
		if m, ok := t.RawGetString("message").(lua.LString); ok {
			return string(m)
		}
	}
	return trimPlace(v.String())
}

var placePrefix = regexp.MustCompile(`^[^\s:]+\.lua@[0-9a-f]+:\d+: ?`)

// trimPlace takes the "combat.lua@1f3a9c:12: " off a message.
func trimPlace(message string) string { return placePrefix.ReplaceAllString(message, "") }

func (p *play) wordFaults(L *lua.LState) int {
	list := L.NewTable()
	for _, f := range p.failures {
		list.Append(lua.LString(f.message))
	}
	p.failures = nil
	L.Push(list)
	return 1
}

// ask lets the test wait while do is done outside of Lua.
func (p *play) ask(L *lua.LState, why string, do func() []lua.LValue) int {
	w, err := script.From(L).Park(L, why)
	if err != nil {
		L.RaiseError("%s", err.Error())
		return 0
	}
	p.ops = append(p.ops, op{do: do, wait: w})
	return L.Yield()
}

func (p *play) wordAdvance(L *lua.LState) int {
	seconds := float64(L.CheckNumber(1))
	if !(seconds >= 0 && seconds <= 1e6) {
		L.ArgError(1, "seconds must be between 0 and a million")
	}
	return p.ask(L, "advance", func() []lua.LValue {
		p.world.Advance(seconds)
		return nil
	})
}
