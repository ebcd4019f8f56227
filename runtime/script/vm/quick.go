package vm

import (
	"unsafe"

	lua "github.com/yuin/gopher-lua"
)

// Quick is what a library function does in the common case, without a frame of its
// own: its one result from its arguments. want is how many results are wanted, -1 for
// all there are; a function that has not just one may give one only where that comes
// to the same. Where ok is false nothing has happened, and the function is called: it
// may be wrong arguments, or a case that is not common. It raises nothing.
type Quick func(m *Machine, args []lua.LValue, want int) (v lua.LValue, ok bool)

// quickFunction is an LFunction with more behind it. What marks it is where its
// captured variables would be: nobody else's lie in quickMark.
type quickFunction struct {
	lua.LFunction
	quick Quick
}

var quickMark [1]*lua.Upvalue

// NewQuick makes a Go function with a Quick.
func NewQuick(env *lua.LTable, fn lua.LGFunction, quick Quick) *lua.LFunction {
	f := &quickFunction{quick: quick}
	f.IsG, f.Env, f.GFunction, f.Upvalues = true, env, fn, quickMark[:0]
	return &f.LFunction
}

// quickOf is a Go function's Quick, or nil.
func quickOf(fn *lua.LFunction) Quick {
	if cap(fn.Upvalues) == 0 || unsafe.SliceData(fn.Upvalues) != &quickMark[0] {
		return nil
	}
	return (*quickFunction)(unsafe.Pointer(fn)).quick
}

// quick calls the function in register at by its Quick, where it has one that will,
// and leaves its result there.
func (m *Machine) quick(th *thread, cf *frame, at, nargs, want int) bool {
	regs := th.reg.array
	fn, ok := regs[at].(*lua.LFunction)
	if !ok || !fn.IsG || m.ReadOnly != nil {
		return false
	}
	quick := quickOf(fn)
	if quick == nil {
		return false
	}
	v, ok := quick(m, regs[at+1:at+1+nargs], want)
	if !ok {
		return false
	}
	m.Allocated += itemBytes
	switch {
	case want == 1:
		regs[at] = v
	case want != 0:
		regs[at] = v
		for i := at + 1; i < at+want; i++ {
			regs[i] = lua.LNil
		}
	}
	switch top := cf.LocalBase + int(cf.Fn.Proto.NumUsedRegisters); {
	case want < 0:
		th.reg.setTop(at + 1)
	case th.reg.top != top: // the number of arguments was not known before
		th.reg.setTop(top)
	}
	return true
}
