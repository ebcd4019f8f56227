package vm

import (
	lua "github.com/yuin/gopher-lua"
)

// The states of a coroutine, as coroutine.status names them.
const (
	Running   = "running"
	Suspended = "suspended"
	Normal    = "normal" // it has resumed another
	Dead      = "dead"
)

// Create makes a coroutine that runs fn when it is first resumed.
func Create(L *lua.LState, fn *lua.LFunction) *lua.LState {
	co := NewThread(L)
	begin(co, fn)
	Of(L).ReadOnly.Began(co)
	return co
}

// begin puts the first frame of a coroutine on its stack. It becomes its current one
// when the coroutine runs.
func begin(co *lua.LState, fn *lua.LFunction) {
	th := threadOf(co)
	th.reg.array[0] = fn
	th.reg.top = 1
	cf := th.calls().push()
	idx := cf.Idx
	*cf = frame{Idx: idx, Fn: fn, LocalBase: 1, NRet: lua.MultRet}
}

// Status is a coroutine's state.
func Status(L, co *lua.LState) string {
	switch {
	case co.Dead:
		return Dead
	case Of(L).CurrentThread == co:
		return Running
	case co.Parent != nil || co == Of(L).MainThread:
		return Normal
	}
	return Suspended
}

// Yieldable says whether the running code can stop here and go on later: nothing but
// Lua stands between it and the resume.
func (m *Machine) Yieldable(L *lua.LState) bool {
	return L != m.MainThread && m.CurrentThread == L && m.depth-m.bottom <= 1
}

// Resume runs a coroutine until it yields, ends or fails, and gives what it yields or
// returns, or its error. fn is what one that has not begun shall run, nil where Create
// was told.
func Resume(L, co *lua.LState, fn *lua.LFunction, args ...lua.LValue) (state lua.ResumeState, err error, values []lua.LValue) {
	m := Of(L)
	if s := Status(L, co); s != Suspended {
		return lua.ResumeError, &lua.ApiError{Type: lua.ApiErrorRun, Object: lua.LString("cannot resume " + s + " coroutine")}, nil
	}
	if m.depth >= maxDepth {
		return lua.ResumeError, &lua.ApiError{Type: lua.ApiErrorRun, Object: lua.LString("C stack overflow")}, nil
	}
	th := threadOf(co)
	if fn != nil && th.currentFrame == nil {
		th.calls().SetSp(0)
		begin(co, fn)
	}
	running, depth, bottom := m.CurrentThread, m.depth, m.bottom
	co.Parent, m.CurrentThread = L, co
	m.bottom = m.depth
	defer func() {
		co.Parent, m.CurrentThread, m.depth, m.bottom = nil, running, depth, bottom
		if r := recover(); r != nil {
			state, err, values = lua.ResumeError, apiError(r), nil
			th.die()
		}
	}()
	m.depth++
	if !m.proceed(co, th, args) {
		return lua.ResumeYield, nil, th.results()
	}
	values = th.results()
	th.end()
	return lua.ResumeOK, nil, values
}

// proceed starts a coroutine or lets its last yield return. It is false when it has
// yielded again.
func (m *Machine) proceed(co *lua.LState, th *thread, args []lua.LValue) bool {
	cf := th.currentFrame
	if cf == nil {
		return m.start(co, th, args)
	}
	at := th.reg.top
	th.push(co, args)
	th.give(co, cf, at, len(args))
	cf.Fn = nil
	caller := th.calls().pop()
	th.currentFrame = caller
	if caller == nil {
		return true
	}
	if cf.NRet >= 0 {
		th.reg.top = caller.LocalBase + int(caller.Fn.Proto.NumUsedRegisters)
	}
	return m.interpret(co, th, nil)
}

func (m *Machine) start(co *lua.LState, th *thread, args []lua.LValue) bool {
	cf := th.calls().Last()
	th.push(co, args)
	cf.NArgs = len(args)
	th.currentFrame = cf
	if cf.Fn.IsG {
		return m.runGo(co, th, cf)
	}
	if m.moves != nil {
		m.moves.follow(cf.Fn)
	}
	th.enter(co, cf, cf.Fn.Proto)
	return m.interpret(co, th, nil)
}

func (th *thread) push(L *lua.LState, args []lua.LValue) {
	at := th.reg.top
	th.reg.ensure(L, at+len(args))
	copy(th.reg.array[at:], args)
	th.reg.top = at + len(args)
}

// results are what a coroutine has yielded, the arguments of its last call, or has
// returned.
func (th *thread) results() []lua.LValue {
	from := 0
	if th.currentFrame != nil {
		from = th.currentFrame.LocalBase
	}
	values := append([]lua.LValue(nil), th.reg.array[from:th.reg.top]...)
	if th.currentFrame != nil {
		th.reg.setTop(from)
	}
	return values
}

// end leaves a coroutine that has returned.
func (th *thread) end() {
	th.Dead = true
	th.currentFrame = nil
	th.reg.setTop(0)
}

// die leaves a coroutine that has failed: what closures share with it stays.
func (th *thread) die() {
	th.closeFrom(0)
	th.calls().SetSp(0)
	th.end()
}

// Reuse makes a coroutine that has ended ready for another function.
func Reuse(co *lua.LState) {
	th := threadOf(co)
	th.die()
	th.Dead = false
	th.Env = th.G.Global                       // a setfenv(0, ...) is over with its coroutine
	if len(th.reg.array) > 16*firstRegisters { // it ran deep once
		th.reg.array = make([]lua.LValue, firstRegisters)
	}
	if second := th.calls().first.next; second != nil {
		second.next = nil
	}
}

// coroutineArg is a function's argument that must be a coroutine.
func coroutineArg(L *lua.LState) *lua.LState {
	co, ok := L.Get(1).(*lua.LState)
	if !ok {
		ArgError(L, 1, "coroutine expected")
	}
	return co
}

// CoResume is the function coroutine.resume.
func CoResume(L *lua.LState) int {
	co := coroutineArg(L)
	Of(L).ReadOnly.GoOn(L, co, "coroutine.resume")
	_, err, values := Resume(L, co, nil, arguments(L, 2)...)
	if err != nil {
		L.Push(vFalse)
		L.Push(err.(*lua.ApiError).Object)
		return 2
	}
	L.Push(vTrue)
	pushAll(L, values)
	return len(values) + 1
}

// Wrapped is the function that coroutine.wrap gives for co.
func Wrapped(co *lua.LState) *lua.LFunction { return Made(&Wrap{co}) }

const acrossGo = "attempt to yield across metamethod/C-call boundary"

// CoYield is the function coroutine.yield.
func CoYield(L *lua.LState) int {
	if !Of(L).Yieldable(L) {
		Raise(L, acrossGo)
	}
	return -1
}

// CoStatus is the function coroutine.status.
func CoStatus(L *lua.LState) int {
	L.Push(lua.LString(Status(L, coroutineArg(L))))
	return 1
}

// CoRunning is the function coroutine.running.
func CoRunning(L *lua.LState) int {
	if L == Of(L).MainThread {
		L.Push(lua.LNil)
	} else {
		L.Push(L)
	}
	return 1
}

// arguments are a Go function's from the n-th on.
func arguments(L *lua.LState, n int) []lua.LValue {
	th := threadOf(L)
	from := min(th.currentFrame.LocalBase+n-1, th.reg.top)
	return th.reg.array[from:th.reg.top]
}

func pushAll(L *lua.LState, values []lua.LValue) {
	threadOf(L).push(L, values)
}
