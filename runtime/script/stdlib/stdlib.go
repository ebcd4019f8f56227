// Package stdlib is the library of Lua 5.1 that scripts see: base functions, string,
// table, math and os, with the results and the error messages of PUC Lua 5.1.5. It
// knows nothing of a State and nothing of a game; what it needs of whoever runs it
// is an Engine.
//
// Where the work of one call can run or grow without end, it is charged to the
// budget of what runs, and texts have a greatest length.
package stdlib

import (
	"math/rand/v2"
	"time"

	lua "github.com/yuin/gopher-lua"

	"hotshard/runtime/script/arg"
	"hotshard/runtime/script/vm"
)

// Engine is what the library needs to know of the thread that calls.
type Engine interface {
	// Charge takes steps from the budget of what runs on L, and raises an error
	// where it has not got them.
	Charge(L *lua.LState, steps int)
	// Left is how many steps it has left.
	Left(L *lua.LState) int64
	// Patterns are those that the thread's scripts have used lately.
	Patterns(L *lua.LState) *Patterns
	// Now is the time that os.time and os.date tell, Clock the seconds of os.clock.
	Now(L *lua.LState) time.Time
	Clock(L *lua.LState) float64
	// Random is where math.random takes its numbers from.
	Random(L *lua.LState) *rand.Rand
}

// MaxString is the longest text that a call may build, in bytes.
const MaxString = vm.MaxText

// What work costs. The VM counts calls and loop turns; work inside one call of the
// library is charged to the same budget, at about the rate at which it takes as
// long.
const (
	bytesPerStep   = 64 // bytes copied or searched to one step
	lettersPerStep = 16 // bytes looked at one by one to one step
	entriesPerStep = 4  // entries of a table read or moved to one step
)

// maxValues is how many values a Go function may have on its stack, as in PUC Lua.
const maxValues = 8000

// Table is a table of the library: its functions, and its fields that are none.
// The table "" is the globals.
type Table struct {
	Name    string
	Funcs   map[string]lua.LGFunction
	Quick   map[string]vm.Quick // of some of Funcs
	Fields  map[string]lua.LValue
	Aliases map[string]string // other names of functions
}

// Function makes the function of that name.
func (t Table) Function(name string, env *lua.LTable) *lua.LFunction {
	if quick := t.Quick[name]; quick != nil {
		return vm.NewQuick(env, t.Funcs[name], quick)
	}
	return &lua.LFunction{IsG: true, GFunction: t.Funcs[name], Env: env}
}

// library is the functions that need the Engine.
type library struct{ Engine }

// Tables makes the library for an Engine. The functions hold no state of their
// own: threads may share them.
func Tables(e Engine) []Table {
	lib := library{e}
	return []Table{lib.base(), lib.strings(), lib.tables(), lib.math(), lib.os()}
}

// bound stops a call that would build a text longer than is allowed.
func bound(L *lua.LState, name string, size int) {
	if size > MaxString {
		arg.Raisef(L, "budget: %s would make a string of %d bytes or more; at most %d may be built", name, size, MaxString)
	}
}

// smallNumbers are small integers as Lua values: making a value of a number
// allocates.
var smallNumbers = func() (table [1024]lua.LValue) {
	for i := range table {
		table[i] = lua.LNumber(i)
	}
	return table
}()

// integer is a number as a value.
func integer(n int) lua.LValue {
	if uint(n) < uint(len(smallNumbers)) {
		return smallNumbers[n]
	}
	return lua.LNumber(n)
}

func pushInt(L *lua.LState, n int) { L.Push(integer(n)) }

// isTrue says whether a condition takes v for true.
func isTrue(v lua.LValue) bool { return v != lua.LNil && v != lua.LFalse }
