package script

import (
	"strings"
	"testing"

	"hotshard/runtime/world"
)

// A script gets a syntax error in the words of Lua 5.1; an operator gets a refusal
// with the place, and advice where the text ended.
func TestSyntaxErrorsReachScriptsAndOperators(t *testing.T) {
	s, _ := newTestState(t, map[string]string{"m.lua": "return {}"}, "m")
	for code, want := range map[string]string{
		`loadstring("x = = 1", "=t")`:                 "t:1: unexpected symbol near '='",
		`loadstring("if a then\n", "@m.lua")`:         "m.lua:2: 'end' expected (to close 'if' at line 1) near '<eof>'",
		`loadstring("x = 3x")`:                        `[string "x = 3x"]:1: malformed number near '3x'`,
		`load(function() return nil end, "=t") and 1`: "",
		`load(function() return {} end)`:              "console:1: reader function must return a string",
	} {
		got := do(t, s, `local fn, why = `+code+` return why or ""`)
		if len(got) != 1 || got[0] != world.Value(want) {
			t.Errorf("%s: %v, want %s", code, got, want)
		}
	}
	for code, want := range map[string]string{
		"x = = 1":     "R-SYNTAX: console:1 unexpected symbol near '='",
		"for i = 1, ": "R-SYNTAX: console unexpected symbol at the end of the file; is an 'end' or a bracket missing?",
	} {
		s.Eval(code, "test", func(_ []world.Value, err error) {
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%q: %v, want %s", code, err, want)
			}
		})
	}
}

// TestGlobalsOfAThread changes them in a task: what it loads has them, and the next
// task, which runs on the same thread, has not.
func TestGlobalsOfAThread(t *testing.T) {
	s, _ := newTestState(t, map[string]string{"m.lua": "return 1"}, "m")
	for code, want := range map[string]any{
		`(function() local get, load = getfenv, loadstring; setfenv(0, {here = 1}) return get(load("return here"))== get(0) and load("return here")() end)()`: 1.0,
		`loadstring("return here")() == nil and getfenv(0) == _G`: true,
	} {
		for range 2 {
			if got := do(t, s, code); got[0] != want {
				t.Errorf("%s gave %v", code, got)
			}
		}
	}
}
