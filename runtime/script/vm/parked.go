package vm

import (
	"errors"
	"fmt"

	lua "github.com/yuin/gopher-lua"

	"hotshard/runtime/script/bytecode"
)

// Stack is a coroutine that does not run, in parts: what cannot be told from the
// code that it stands in.
type Stack struct {
	Dead      bool
	Env       *lua.LTable
	Begin     *lua.LFunction // what it runs first, where it has not begun
	Calls     []StackCall    // outermost first; the last is of the Go function that has stopped it
	Registers []lua.LValue   // all that these calls may still read
}

// StackCall is one entry of a suspended call stack. Its registers, and where its results
// go, follow from the instruction that has made it.
type StackCall struct {
	Fn        *lua.LFunction
	Pc        int // of the next instruction
	NArgs     int
	TailCalls int
}

// Take gives the parts of a coroutine. It fails for one that runs.
func Take(co *lua.LState) (Stack, error) {
	th := threadOf(co)
	s := Stack{Dead: th.Dead, Env: th.Env}
	cs := th.calls()
	switch {
	case th.Parent != nil || Of(co).MainThread == co:
		return s, errors.New("a coroutine that runs")
	case th.Dead || th.currentFrame == nil && cs.sp == 0:
		return s, nil
	case th.currentFrame == nil:
		s.Begin = cs.Last().Fn
		return s, nil
	}
	var above *frame
	for i := range cs.sp {
		cf := cs.At(i)
		c := StackCall{Fn: cf.Fn, Pc: cf.Pc, NArgs: cf.NArgs, TailCalls: cf.TailCall}
		if derived, err := c.frame(above); err != nil || !derived.sameAs(cf) {
			return s, fmt.Errorf("a call that does not stand where its code says: %w", err)
		}
		s.Calls = append(s.Calls, c)
		above = cf
	}
	if th.reg.top != above.LocalBase {
		return s, errors.New("a coroutine that stopped with registers in use")
	}
	s.Registers = th.reg.array[:min(extent(th), len(th.reg.array))]
	return s, nil
}

// extent is the number of registers that calls may still read.
func extent(th *thread) int {
	n := th.reg.top
	for i := range th.calls().sp {
		if cf := th.calls().At(i); !cf.Fn.IsG {
			n = max(n, cf.LocalBase+int(cf.Fn.Proto.NumUsedRegisters))
		}
	}
	return n
}

func (f *frame) sameAs(o *frame) bool {
	return f.Base == o.Base && f.LocalBase == o.LocalBase && f.ReturnBase == o.ReturnBase && f.NRet == o.NRet
}

// frame derives a call's frame from the one that has made it.
func (c StackCall) frame(caller *frame) (*frame, error) {
	f := &frame{Fn: c.Fn, Parent: caller, Pc: c.Pc, NArgs: c.NArgs, TailCall: c.TailCalls, LocalBase: 1, NRet: lua.MultRet}
	if c.Fn == nil || c.NArgs < 0 || c.NArgs > maxRegisters || c.TailCalls < 0 {
		return nil, errors.New("a call of nothing")
	}
	if caller != nil {
		if caller.Fn.IsG {
			return nil, errors.New("a Go function that waits for another")
		}
		inst := bytecode.At(caller.Fn.Proto, caller.Pc-1)
		f.Base = caller.LocalBase + bytecode.A(inst)
		f.NRet = bytecode.C(inst) - 1
		switch bytecode.Op(inst) {
		case lua.OP_TAILCALL:
			f.NRet = lua.MultRet
		case lua.OP_TFORLOOP:
			f.Base += 3
			f.NRet = bytecode.C(inst)
		}
		f.LocalBase, f.ReturnBase = f.Base+1, f.Base
	}
	if c.Fn.IsG {
		return f, nil
	}
	p := c.Fn.Proto
	if p.IsVarArg&lua.VarArgIsVarArg != 0 {
		f.LocalBase += max(c.NArgs, int(p.NumParameters))
	}
	if !stops(p, c.Pc) {
		return nil, fmt.Errorf("%s calls nothing before instruction %d", p.SourceName, c.Pc)
	}
	return f, nil
}

// stops says whether a function can wait before the instruction at pc: the one before
// it is a call.
func stops(p *lua.FunctionProto, pc int) bool {
	if pc < 1 || pc >= len(p.Code) {
		return false
	}
	for at := 0; at < pc; at++ {
		switch bytecode.Op(bytecode.At(p, at)) {
		case lua.OP_CALL, lua.OP_TAILCALL, lua.OP_TFORLOOP:
			if at == pc-1 {
				return true
			}
		}
		at += bytecode.Words(p, at)
	}
	return false
}

// Restore makes a new coroutine one of these parts. It keeps the registers' values. An
// error says which parts do not go together; the coroutine is of no use then.
func Restore(co *lua.LState, s Stack) error {
	th := threadOf(co)
	th.Dead, th.Env = s.Dead, s.Env
	if s.Begin != nil {
		begin(co, s.Begin)
		return nil
	}
	if len(s.Calls) == 0 {
		return nil
	}
	if len(s.Calls) > maxCalls {
		return errors.New("too many calls")
	}
	var above *frame
	for _, c := range s.Calls {
		f, err := c.frame(above)
		if err != nil {
			return err
		}
		cf := th.calls().push()
		f.Idx = cf.Idx
		*cf = *f
		above = cf
		if cf.LocalBase > maxRegisters {
			return errors.New("too many registers")
		}
	}
	if !above.Fn.IsG {
		return errors.New("nothing has stopped it")
	}
	th.currentFrame, th.reg.top = above, above.LocalBase
	n := extent(th)
	if len(s.Registers) != n {
		return fmt.Errorf("%d registers where its calls have %d", len(s.Registers), n)
	}
	if n > len(th.reg.array) {
		th.reg.array = make([]lua.LValue, n+firstRegisters)
	}
	copy(th.reg.array, s.Registers)
	return nil
}

// Entire says whether a function has all the variables that its code reaches for.
func Entire(fn *lua.LFunction) bool {
	n := int(fn.Proto.NumUpvalues)
	if len(fn.Upvalues) < n || fn.Env == nil {
		return false
	}
	for _, u := range fn.Upvalues[:n] {
		if u == nil {
			return false
		}
	}
	return true
}

// InUse says whether a variable may stand in a register of a coroutine.
func InUse(co *lua.LState, index int) bool {
	th := threadOf(co)
	return index >= 0 && th.currentFrame != nil && index < extent(th)
}
