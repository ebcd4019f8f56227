package vm

import (
	"fmt"

	lua "github.com/yuin/gopher-lua"
)

// raise is what a thread does with an error whose value is its last register.
func raise(L *lua.LState) {
	panic(&lua.ApiError{Type: lua.ApiErrorRun, Object: L.Get(-1)})
}

// Throw raises a value as an error.
func Throw(L *lua.LState, v lua.LValue) {
	L.Push(v)
	L.Panic(L)
}

// fail raises a text as an instruction's error: with its place, if a Lua function runs.
func fail(L *lua.LState, format string, values ...any) {
	Throw(L, lua.LString(Where(L, 0)+fmt.Sprintf(format, values...)))
}

// Where is the place of the function at a level of the call stack, "file:line: ": 0
// is the running function, 1 what called it. It is empty for a Go function, and for
// one that has left by a tail call.
func Where(L *lua.LState, level int) string {
	for cf := threadOf(L).currentFrame; cf != nil; cf = cf.Parent {
		if level == 0 {
			return cf.place()
		}
		level--
		if !cf.Fn.IsG {
			if level -= cf.TailCall; level < 0 {
				return ""
			}
		}
	}
	return ""
}

func (cf *frame) place() string {
	if cf.Fn.IsG || cf.Pc < 1 || cf.Pc > len(cf.Fn.Proto.DbgSourcePositions) {
		return ""
	}
	return fmt.Sprintf("%s:%d: ", cf.Fn.Proto.SourceName, cf.Fn.Proto.DbgSourcePositions[cf.Pc-1])
}

// PCall calls the value below the last nargs registers with them, in protected mode,
// and leaves nret results in its place, all for lua.MultRet. After an error nothing is
// left; err is a *lua.ApiError with the error's value. handler, where it is not nil,
// gets that value where it was raised and gives another. The error has a traceback.
func PCall(L *lua.LState, nargs, nret int, handler lua.LValue) error {
	return pcall(L, nargs, nret, handler, true)
}

func pcall(L *lua.LState, nargs, nret int, handler lua.LValue, trace bool) (err error) {
	m, th := Of(L), threadOf(L)
	at := th.reg.top - nargs - 1
	saved := protection{m: m, th: th, sp: th.calls().sp, frame: th.currentFrame, top: at, depth: m.depth, bottom: m.bottom,
		running: m.CurrentThread, panic: L.Panic, trace: trace}
	L.Panic = raise
	defer func() {
		L.Panic = saved.panic
		if r := recover(); r != nil {
			err = saved.caught(L, r, handler)
		}
	}()
	m.invoke(L, th, at, nargs, nret)
	return nil
}

// protection is where a protected call began.
type protection struct {
	m             *Machine
	th            *thread
	sp, top       int
	frame         *frame
	depth, bottom int
	running       *lua.LState
	panic         func(*lua.LState)
	trace         bool
}

// caught makes an error of what was raised and unwinds to the protected call.
func (p *protection) caught(L *lua.LState, r any, handler lua.LValue) error {
	api := apiError(r)
	if p.trace && api.StackTrace == "" {
		api.StackTrace = Traceback(L)
	}
	if handler != nil {
		api = p.handle(L, api, handler)
	}
	p.th.closeFrom(p.top)
	p.th.calls().SetSp(p.sp)
	p.th.currentFrame = p.frame
	p.th.reg.setTop(p.top)
	p.m.depth, p.m.bottom, p.m.CurrentThread = p.depth, p.bottom, p.running
	return api
}

func apiError(r any) *lua.ApiError {
	if api, ok := r.(*lua.ApiError); ok {
		return api
	}
	return &lua.ApiError{Type: lua.ApiErrorPanic, Object: lua.LString(fmt.Sprint(r))}
}

// handle runs the handler over an error, with some more calls than others have, for
// an error that came of too many. An error in the handler goes to the handler again,
// as deep as Go calls may stand inside each other.
func (p *protection) handle(L *lua.LState, api *lua.ApiError, handler lua.LValue) *lua.ApiError {
	cs := p.th.calls()
	cs.limit += handlerCalls
	defer func() { cs.limit -= handlerCalls }()
	for p.m.depth = p.depth; p.m.depth < maxDepth; p.m.depth++ {
		v, ok := p.try(L, handler, api.Object)
		api = &lua.ApiError{Type: lua.ApiErrorRun, Object: v}
		if ok {
			return api
		}
	}
	return &lua.ApiError{Type: lua.ApiErrorError, Object: lua.LString("error in error handling")}
}

// try calls the handler. What it raises is the value where ok is false.
func (p *protection) try(L *lua.LState, handler, value lua.LValue) (v lua.LValue, ok bool) {
	depth := p.m.depth
	defer func() {
		if r := recover(); r != nil {
			p.m.depth, v, ok = depth, apiError(r).Object, false
		}
	}()
	p.m.call(L, 1, handler, value)
	return p.th.reg.array[p.th.reg.top-1], true
}

// Pcall is the function pcall.
func Pcall(L *lua.LState) int {
	if L.GetTop() == 0 {
		ArgError(L, 1, "value expected")
	}
	return protected(L, pcall(L, L.GetTop()-1, lua.MultRet, nil, false))
}

// Xpcall is the function xpcall.
func Xpcall(L *lua.LState) int {
	if L.GetTop() < 2 {
		ArgError(L, 2, "value expected")
	}
	handler := L.Get(2)
	L.SetTop(1)
	return protected(L, pcall(L, 0, lua.MultRet, handler, false))
}

// protected gives the results of a protected call, which are all of the registers.
func protected(L *lua.LState, err error) int {
	if err != nil {
		L.Push(vFalse)
		L.Push(err.(*lua.ApiError).Object)
		return 2
	}
	L.Insert(vTrue, 1)
	return L.GetTop()
}

// Error is the function error.
func Error(L *lua.LState) int {
	v := L.Get(1)
	level := 1
	if !isNil(L.Get(2)) {
		level = int(int32(intArg(L, 2))) // of a level, as 5.1 on this kind of machine
	}
	if s, ok := ToText(v); ok && level > 0 {
		v = lua.LString(Where(L, level) + s)
	}
	Throw(L, v)
	return 0
}
