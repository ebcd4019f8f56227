package vm

import (
	lua "github.com/yuin/gopher-lua"
)

// maxDepth is how many runs of the interpreter may stand inside each other: Lua that
// a Go function calls, a metamethod, a protected call. It is LUAI_MAXCCALLS of lua5.1.
const maxDepth = 200

// mainLoop is what gopher-lua runs for a call that its frame stack has ready.
func mainLoop(L *lua.LState, base *frame) {
	th := threadOf(L)
	th.currentFrame = th.stack.Last()
	m := Of(L)
	if cf := th.currentFrame; m.moves != nil && !cf.Fn.IsG {
		m.followFrame(L, th, cf)
	}
	m.run(L, th, base)
}

// run runs the current frame, which is base, until it returns.
func (m *Machine) run(L *lua.LState, th *thread, base *frame) {
	if m.depth >= maxDepth {
		fail(L, "C stack overflow")
	}
	m.depth++
	if cf := th.currentFrame; cf.Fn.IsG {
		m.runGo(L, th, cf)
	} else {
		m.interpret(L, th, base)
	}
	m.depth--
}

// frameFor pushes the frame of a call of the value in register at, with nargs
// arguments behind it. Results go to register ret, nret of them.
func (m *Machine) frameFor(L *lua.LState, th *thread, at, nargs, nret, ret, operand int) *frame {
	v := th.reg.array[at]
	fn, ok := v.(*lua.LFunction)
	if !ok {
		var meta bool
		if fn, meta = m.callable(v); !meta {
			m.typeError(L, v, "call", operand)
		}
		th.insert(L, at+1, nargs, v)
		nargs++
	}
	if m.moves != nil && !fn.IsG {
		m.moves.follow(fn)
	}
	cs := th.calls()
	if cs.sp >= cs.limit {
		stackOverflow(L)
	}
	cf := cs.push()
	cf.Fn, cf.Parent, cf.Pc = fn, th.currentFrame, 0
	cf.Base, cf.LocalBase, cf.ReturnBase = at, at+1, ret
	cf.NArgs, cf.NRet, cf.TailCall = nargs, nret, 0
	return cf
}

// insert puts a value before the n in registers from at on.
func (th *thread) insert(L *lua.LState, at, n int, v lua.LValue) {
	th.reg.ensure(L, at+n+1)
	regs := th.reg.array
	copy(regs[at+1:at+1+n], regs[at:at+n])
	regs[at] = v
	th.reg.top = max(th.reg.top, at+n+1)
}

// enter lays the registers of a Lua function's frame out: parameters first, nil in
// all others. Extra arguments of a vararg function stay below its first register.
func (th *thread) enter(L *lua.LState, cf *frame, p *lua.FunctionProto) {
	np, need, nargs := int(p.NumParameters), int(p.NumUsedRegisters), cf.NArgs
	base := cf.LocalBase
	if p.IsVarArg&lua.VarArgIsVarArg != 0 {
		th.enterVararg(L, cf, p)
		return
	}
	if base+max(need, nargs) > len(th.reg.array) {
		th.growFor(L, base+max(need, nargs))
	}
	regs := th.reg.array
	given := min(nargs, np)
	for i := base + given; i < base+need; i++ {
		regs[i] = lua.LNil
	}
	if nargs > need {
		clear(regs[base+need : base+nargs])
	}
	th.reg.top = base + need
}

// growFor grows the registers for a frame that has been pushed. It fails as from the
// frame that calls.
func (th *thread) growFor(L *lua.LState, n int) {
	if n > maxRegisters {
		th.currentFrame = th.calls().pop()
	}
	th.reg.grow(L, n)
}

func (th *thread) enterVararg(L *lua.LState, cf *frame, p *lua.FunctionProto) {
	np, need, nargs := int(p.NumParameters), int(p.NumUsedRegisters), cf.NArgs
	old := cf.LocalBase
	base := old + max(nargs, np)
	if base+need > len(th.reg.array) {
		th.growFor(L, base+need)
	}
	regs := th.reg.array
	for i := old + nargs; i < base+need; i++ {
		regs[i] = lua.LNil
	}
	for i := range min(np, nargs) {
		regs[base+i], regs[old+i] = regs[old+i], lua.LNil
	}
	if p.IsVarArg&lua.VarArgNeedsArg != 0 {
		regs[base+np] = argTable(regs[old+np : old+max(nargs, np)])
	}
	cf.LocalBase = base
	th.reg.top = base + need
}

// argTable is the table `arg` of a function that does not use `...`.
func argTable(values []lua.LValue) *lua.LTable {
	t := &lua.LTable{Metatable: lua.LNil}
	tt := tableOf(t)
	tt.array = append([]lua.LValue{}, values...)
	tt.trim()
	tt.setString("n", nil, lua.LNumber(len(values)))
	return t
}

// runGo calls the Go function of the current frame and brings its results to where
// they are wanted. It is false if the function has stopped its coroutine: then its
// frame stays.
func (m *Machine) runGo(L *lua.LState, th *thread, cf *frame) bool {
	th.currentFrame = cf
	th.reg.ensure(L, cf.LocalBase+cf.NArgs)
	th.reg.setTop(cf.LocalBase + cf.NArgs)
	m.Allocated += itemBytes
	n := cf.Fn.GFunction(L)
	th.hasErrorFunc = true // gopher-lua's own PCall may have taken it away
	if n < 0 {
		if !m.Yieldable(L) {
			fail(L, acrossGo)
		}
		return false
	}
	th.give(L, cf, th.reg.top-n, n)
	cf.Fn = nil
	th.currentFrame = th.calls().pop()
	return true
}

// give moves n results from register from on to where a frame's caller wants them,
// as many as it wants, and clears what the frame used. They are the last in use.
func (th *thread) give(L *lua.LState, cf *frame, from, n int) {
	to, want := cf.ReturnBase, cf.NRet
	if n == 1 && want == 1 && to < from { // of one result no slice is moved
		regs := th.reg.array
		regs[to] = regs[from]
		clear(regs[to+1 : max(th.reg.top, from+1)])
		th.reg.top = to + 1
		return
	}
	if want < 0 {
		want = n
	}
	th.reg.ensure(L, to+want)
	regs := th.reg.array
	got := min(n, want)
	copy(regs[to:to+got], regs[from:from+got])
	for i := to + got; i < to+want; i++ {
		regs[i] = lua.LNil
	}
	if end := max(th.reg.top, from+n); to+want < end {
		clear(regs[to+want : end])
	}
	th.reg.top = to + want
}

// call calls a function with arguments from Go, as part of an instruction. Its
// results, nret of them, are the last registers in use.
func (m *Machine) call(L *lua.LState, nret int, fn lua.LValue, args ...lua.LValue) {
	th := threadOf(L)
	at := th.reg.top
	th.reg.ensure(L, at+len(args)+1)
	th.reg.array[at] = fn
	copy(th.reg.array[at+1:], args)
	th.reg.top = at + len(args) + 1
	m.invoke(L, th, at, len(args), nret)
}

// invoke calls the value in register at with the arguments behind it.
func (m *Machine) invoke(L *lua.LState, th *thread, at, nargs, nret int) {
	cf := m.frameFor(L, th, at, nargs, nret, at, none)
	if !cf.Fn.IsG {
		th.enter(L, cf, cf.Fn.Proto)
	}
	th.currentFrame = cf
	m.run(L, th, cf)
}

// Invoke calls the value below the last nargs registers with them, and leaves nret results in its
// place, all for lua.MultRet. Errors are raised.
func Invoke(L *lua.LState, nargs, nret int) {
	th := threadOf(L)
	Of(L).invoke(L, th, th.reg.top-nargs-1, nargs, nret)
}

// call1 is a call with two arguments and one result.
func (m *Machine) call1(L *lua.LState, fn, a, b lua.LValue) lua.LValue {
	m.call(L, 1, fn, a, b)
	reg := threadOf(L).reg
	v := reg.array[reg.top-1]
	reg.setTop(reg.top - 1)
	return v
}

// Call calls a function with arguments and gives its first result.
func Call(L *lua.LState, fn lua.LValue, args ...lua.LValue) lua.LValue {
	Of(L).call(L, 1, fn, args...)
	reg := threadOf(L).reg
	v := reg.array[reg.top-1]
	reg.setTop(reg.top - 1)
	return v
}
