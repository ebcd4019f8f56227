package arg

import (
	"fmt"
	"strconv"
	"strings"

	lua "github.com/yuin/gopher-lua"
)

// Bad raises what is wrong with argument n. For a method self does not count, and
// a wrong self is a "bad self".
func Bad(L *lua.LState, n int, what string) {
	name, method := callSite(L)
	if method {
		n--
	}
	if method && n == 0 {
		Raise(L, "calling '"+name+"' on bad self ("+what+")")
	}
	Raise(L, "bad argument #"+strconv.Itoa(n)+" to '"+name+"' ("+what+")")
}

// Expected raises that argument n is of the wrong type.
func Expected(L *lua.LState, n int, want string) {
	got := "no value"
	if !Missing(L, n) {
		got = L.Get(n).Type().String()
	}
	Bad(L, n, want+" expected, got "+got)
}

// Raise raises a text with the place of the call before it, if a script made it.
func Raise(L *lua.LState, text string) {
	L.Error(lua.LString(place(L)+text), 0)
}

// Raisef is Raise with a format of Go's fmt.
func Raisef(L *lua.LState, format string, values ...any) {
	Raise(L, fmt.Sprintf(format, values...))
}

// place is "file:line: " of the script that called the running function, "" where
// a Go function did.
func place(L *lua.LState) string {
	caller, ok := L.GetStack(1)
	if !ok {
		return ""
	}
	if _, err := L.GetInfo("Sl", caller, nil); err != nil || caller.CurrentLine <= 0 {
		return ""
	}
	return caller.Source + ":" + strconv.Itoa(caller.CurrentLine) + ": "
}

// MethodMark stands before the name of a call in a prototype's DbgCalls where the
// call is x:name(...), so that errors can leave self out of the count.
const MethodMark = ":"

// callSite is the name by which the running function was called, as the compiler
// noted it, "?" where nothing is known; and whether it was called as a method.
func callSite(L *lua.LState) (name string, method bool) {
	running, ok := L.GetStack(0)
	if !ok {
		return "?", false
	}
	if _, err := L.GetInfo("n", running, nil); err != nil {
		return "?", false
	}
	switch name := running.Name; name {
	case "main chunk", "corountine", "(anonymous)", "": // gopher-lua's words for what it does not know
		return "?", false
	default:
		name, method := strings.CutPrefix(name, MethodMark)
		return name, method
	}
}
