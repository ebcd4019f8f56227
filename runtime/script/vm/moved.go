package vm

import (
	"unsafe"

	lua "github.com/yuin/gopher-lua"
)

// moves are the prototypes that have been replaced in this machine by others. Whoever has a
// function of one of them keeps it, and it is given the other one when it is called: functions are
// many, and nobody knows where they all are.
type moves struct {
	to map[*lua.FunctionProto]*lua.FunctionProto
	// known are prototypes that have not moved, each at the place of its address: most calls are of
	// those, and this is looked at first.
	known [knownPlaces]*lua.FunctionProto
}

const knownPlaces = 256

// Move has the functions of a prototype run another one from their next calls on. That one must be
// of this machine alone, and is not moved again.
func (m *Machine) Move(from, to *lua.FunctionProto) {
	if m.moves == nil {
		m.moves = &moves{to: map[*lua.FunctionProto]*lua.FunctionProto{}}
	}
	m.moves.to[from] = to
	clear(m.moves.known[:])
}

// Moved is what functions of a prototype run: that one, if it has not been moved.
func (m *Machine) Moved(p *lua.FunctionProto) *lua.FunctionProto {
	if m.moves != nil {
		if to := m.moves.to[p]; to != nil {
			return to
		}
	}
	return p
}

// follow gives a function that is to be called the prototype that its own has been moved to.
func (mv *moves) follow(fn *lua.LFunction) {
	p := fn.Proto
	known := &mv.known[uintptr(unsafe.Pointer(p))>>4%knownPlaces]
	if *known == p {
		return
	}
	if to := mv.to[p]; to != nil {
		fn.Proto = to
		return
	}
	*known = p
}

// followFrame does the same for a frame that gopher-lua has made, whose registers are laid out for
// the prototype that was. What it has thrown away, arguments that this one did not take, is nil.
func (m *Machine) followFrame(L *lua.LState, th *thread, cf *frame) {
	was := cf.Fn.Proto
	if m.moves.follow(cf.Fn); cf.Fn.Proto == was {
		return
	}
	if was.IsVarArg&lua.VarArgIsVarArg != 0 { // its parameters stand behind all arguments
		first, regs := cf.Base+1, th.reg.array
		copy(regs[first:], regs[cf.LocalBase:cf.LocalBase+min(int(was.NumParameters), cf.NArgs)])
		cf.LocalBase = first
	}
	th.enter(L, cf, cf.Fn.Proto)
}
