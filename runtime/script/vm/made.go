package vm

import lua "github.com/yuin/gopher-lua"

// Callable is what a Go function that scripts have had made holds on to: a traversal, a
// coroutine. As a value with a type it can be found again in the function, which a Go
// closure cannot.
type Callable interface {
	Call(L *lua.LState) int
}

// Made is a function that calls c.
func Made(c Callable) *lua.LFunction {
	fn := &lua.LFunction{}
	Remake(fn, c)
	return fn
}

// Remake makes an empty function one that calls c.
func Remake(fn *lua.LFunction, c Callable) {
	cell := &upvalue{value: &lua.LUserData{Value: c, Metatable: lua.LNil}, closed: true}
	fn.IsG, fn.GFunction, fn.Upvalues = true, c.Call, []*lua.Upvalue{cell.lua()}
}

// CallableOf is what a function that Made has made calls, nil for any other.
func CallableOf(fn *lua.LFunction) Callable {
	if !fn.IsG || len(fn.Upvalues) != 1 {
		return nil
	}
	ud, ok := fn.Upvalues[0].Value().(*lua.LUserData)
	if !ok {
		return nil
	}
	c, _ := ud.Value.(Callable)
	return c
}

// Wrap is the state of a function that coroutine.wrap gives: it resumes Co and raises
// its errors.
type Wrap struct{ Co *lua.LState }

// Call resumes the coroutine.
func (w *Wrap) Call(L *lua.LState) int {
	Of(L).ReadOnly.GoOn(L, w.Co, "going on with a coroutine")
	_, err, values := Resume(L, w.Co, nil, arguments(L, 1)...)
	if err != nil {
		v := err.(*lua.ApiError).Object
		if s, ok := ToText(v); ok { // of a number, too
			v = lua.LString(Where(L, 1) + s)
		}
		Throw(L, v)
	}
	pushAll(L, values)
	return len(values)
}
