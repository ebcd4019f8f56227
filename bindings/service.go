package bindings

import (
	"fmt"

	lua "github.com/yuin/gopher-lua"

	"hotshard/runtime/system"
	"hotshard/runtime/world"
)

var serviceTable = table{
	Name: "service",
	Doc:  "Actors without space, one a file in services/: what is shared by all systems.",
	Funcs: []function{
		{Sig: "call(name: string, func: string, ...: any): any", Effect: true, Yields: true, Do: serviceCall,
			Doc: "Calls a function of a service's module and returns what it returns; the task sleeps meanwhile. Arguments and results are plain values. A service that is down, does not answer within 10 s of game time, or fails raises an error here."},
		{Sig: "call_within(seconds: number, name: string, func: string, ...: any): any", Effect: true, Yields: true, Do: serviceCallWithin,
			Doc: "The same with a patience of one's own, in seconds of game time. What was asked may be done all the same."},
	},
}

func serviceCall(e *env, L *lua.LState) int {
	return askService(e, L, "service.call", system.CallTimeout, 1)
}

// longestCall is how many seconds a call may be waited for at most.
const longestCall = 3600

func serviceCallWithin(e *env, L *lua.LState) int {
	seconds := float64(L.CheckNumber(1))
	if !(seconds > 0 && seconds <= longestCall) {
		L.ArgError(1, fmt.Sprintf("more than 0 and at most %d seconds expected", longestCall))
	}
	return askService(e, L, "service.call_within", seconds, 2)
}

// askService asks a service whose name, function and arguments begin at argument n.
func askService(e *env, L *lua.LState, word string, patience float64, n int) int {
	to, fn := world.Address(L.CheckString(n)), L.CheckString(n+1)
	args := plainFrom(L, n+2, word)
	w, err := e.st.Park(L, word)
	if err != nil {
		L.RaiseError("%s", err.Error())
	}
	e.sys.CallService(w, to, patience, fn, args)
	return L.Yield()
}
