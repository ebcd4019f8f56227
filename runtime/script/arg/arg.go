// Package arg reads the arguments of a Go function that scripts call, and raises
// what is wrong with them in the words of Lua 5.1: "bad argument #1 to 'insert'
// (table expected, got nil)".
//
// As there, text that is a number is taken where a number is wanted, and a number
// where text is wanted (section 2.2.1 of the manual). Arguments count from 1; one
// that was not given is "no value", which is not the same as nil.
package arg

import (
	"math"

	lua "github.com/yuin/gopher-lua"

	"hotshard/runtime/script/vm"
)

// Missing says whether argument n was not given.
func Missing(L *lua.LState, n int) bool { return n > L.GetTop() }

// Absent says whether argument n was not given or is nil.
func Absent(L *lua.LState, n int) bool { return L.Get(n) == lua.LNil }

// Any is argument n, which may be nil and must be given.
func Any(L *lua.LState, n int) lua.LValue {
	if Missing(L, n) {
		Bad(L, n, "value expected")
	}
	return L.Get(n)
}

// Table is argument n, a table.
func Table(L *lua.LState, n int) *lua.LTable {
	t, ok := L.Get(n).(*lua.LTable)
	if !ok {
		Expected(L, n, "table")
	}
	return t
}

// Function is argument n, a function.
func Function(L *lua.LState, n int) *lua.LFunction {
	fn, ok := L.Get(n).(*lua.LFunction)
	if !ok {
		Expected(L, n, "function")
	}
	return fn
}

// Text is argument n, a text or a number.
func Text(L *lua.LState, n int) string {
	v := L.Get(n)
	if s, ok := v.(lua.LString); ok {
		return string(s)
	}
	s, ok := vm.ToText(v)
	if !ok {
		Expected(L, n, "string")
	}
	return s
}

// TextOr is Text, and def where the argument is absent.
func TextOr(L *lua.LState, n int, def string) string {
	if Absent(L, n) {
		return def
	}
	return Text(L, n)
}

// Number is argument n, a number or the text of one.
func Number(L *lua.LState, n int) float64 {
	v := L.Get(n)
	if x, ok := v.(lua.LNumber); ok {
		return float64(x)
	}
	x, ok := vm.ToNumber(v)
	if !ok {
		Expected(L, n, "number")
	}
	return x
}

// NumberOr is Number, and def where the argument is absent.
func NumberOr(L *lua.LState, n int, def float64) float64 {
	if Absent(L, n) {
		return def
	}
	return Number(L, n)
}

// Offset is argument n, a number cut to an integer as Trunc does: a place in a
// text.
func Offset(L *lua.LState, n int) int { return Trunc(Number(L, n)) }

// OffsetOr is Offset, and def where the argument is absent.
func OffsetOr(L *lua.LState, n int, def int) int {
	if Absent(L, n) {
		return def
	}
	return Offset(L, n)
}

// Int is argument n, a number cut to an integer: a count or an index of a list.
// What is no integer at all (infinite, NaN, from 2^63 on) is 0, as it is where
// Lua 5.1 keeps the lower 32 bits; from 2^31 on such an integer is what it says,
// where Lua 5.1 makes another one of it.
func Int(L *lua.LState, n int) int {
	i := Offset(L, n)
	if i == math.MinInt64 {
		return 0
	}
	return i
}

// IntOr is Int, and def where the argument is absent.
func IntOr(L *lua.LState, n int, def int) int {
	if Absent(L, n) {
		return def
	}
	return Int(L, n)
}

// Trunc cuts a number to an integer as C does: towards zero, and to the least
// integer where there is none.
func Trunc(x float64) int {
	if x > math.MinInt64 && x < -math.MinInt64 {
		return int(x)
	}
	return math.MinInt64
}
