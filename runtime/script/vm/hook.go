package vm

import (
	"strings"

	lua "github.com/yuin/gopher-lua"
)

// Hook is told where code comes to a line, for a debugger. Machines that have one are run by
// an interpreter loop of their own, loop_hooked.go, so that the others pay nothing for it. It
// may be set while no Lua runs.
type Hook interface {
	// Line is called before the first instruction of a line, and at each turn of a loop. The
	// current frame of L stands at the line. Lua that it runs is not hooked.
	Line(L *lua.LState, fn *lua.LFunction, line int)
}

// hooked is where a machine with a Hook stands.
type hooked struct {
	frame    *frame
	pc, line int
}

// interpret runs the loop that goes with the machine.
func (m *Machine) interpret(L *lua.LState, th *thread, base *frame) bool {
	if m.Hook != nil {
		return m.executeHooked(L, th, base)
	}
	return m.execute(L, th, base)
}

// trace looks at an instruction that is about to run, and calls the Hook if it begins a line.
func (m *Machine) trace(L *lua.LState, cf *frame, pc int) {
	lines := cf.Fn.Proto.DbgSourcePositions
	if m.Hook == nil || pc >= len(lines) {
		return
	}
	at, line := &m.hooked, lines[pc]
	var begins bool
	switch {
	case pc == 0:
		begins = true
	case at.frame == cf:
		begins = line != at.line || pc <= at.pc
	default: // it goes on behind a call, or a wait
		begins = lines[pc-1] != line
	}
	*at = hooked{cf, pc, line}
	if !begins {
		return
	}
	cf.Pc = pc + 1
	hook, was := m.Hook, *at
	m.Hook = nil
	defer func() { m.Hook, m.hooked = hook, was }()
	hook.Line(L, cf.Fn, line)
}

// Local is a local variable in a frame, in the order of their declaration.
type Local struct {
	Name  string
	index int
}

// Locals are the locals in scope where a frame of a thread stands, without those that loops
// have for themselves.
func (f Frame) Locals() []Local {
	fn, pc := f.f.Fn, f.f.Pc-1
	if fn == nil || fn.IsG {
		return nil
	}
	var out []Local
	at := f.f.LocalBase
	for _, l := range fn.Proto.DbgLocals {
		if l.StartPc > pc {
			break
		}
		if pc >= l.EndPc {
			continue
		}
		if !strings.HasPrefix(l.Name, "(") {
			out = append(out, Local{l.Name, at})
		}
		at++
	}
	return out
}

// Get is the value of a local of a frame of L.
func (l Local) Get(L *lua.LState) lua.LValue {
	if regs := threadOf(L).reg.array; l.index < len(regs) && regs[l.index] != nil {
		return regs[l.index]
	}
	return lua.LNil
}

// Set gives it another.
func (l Local) Set(L *lua.LState, v lua.LValue) {
	if regs := threadOf(L).reg.array; l.index < len(regs) {
		regs[l.index] = v
	}
}
