package arg

import (
	"fmt"

	lua "github.com/yuin/gopher-lua"

	"hotshard/runtime/script/vm"
)

// Bad raises what is wrong with argument n. For a method self does not count, and
// a wrong self is a "bad self".
func Bad(L *lua.LState, n int, what string) { vm.ArgError(L, n, what) }

// Expected raises that argument n is of the wrong type.
func Expected(L *lua.LState, n int, want string) {
	got := "no value"
	if !Missing(L, n) {
		got = L.Get(n).Type().String()
	}
	Bad(L, n, want+" expected, got "+got)
}

// Raise raises a text with the place of the call before it, if a script made it.
func Raise(L *lua.LState, text string) { vm.Raise(L, text) }

// Raisef is Raise with a format of Go's fmt.
func Raisef(L *lua.LState, format string, values ...any) {
	Raise(L, fmt.Sprintf(format, values...))
}
