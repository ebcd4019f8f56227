package bindings

import (
	lua "github.com/yuin/gopher-lua"

	"hotshard/runtime/world"
)

var serviceTable = table{
	Name: "service",
	Doc:  "Actors without space, one a file in services/: what is shared by all systems.",
	Funcs: []function{
		{Sig: "call(name: string, func: string, ...: any): any", Effect: true, Yields: true, Do: serviceCall,
			Doc: "Calls a function of a service's module and returns what it returns; the task sleeps meanwhile. Arguments and results are plain values. A service that is down, does not answer within 10 s, or fails raises an error here."},
	},
}

func serviceCall(e *env, L *lua.LState) int {
	to, fn := world.Address(L.CheckString(1)), L.CheckString(2)
	args := plainFrom(L, 3, "service.call")
	w, err := e.st.Park(L, "service.call")
	if err != nil {
		L.RaiseError("%s", err.Error())
	}
	e.sys.CallService(w, to, fn, args)
	return L.Yield()
}
