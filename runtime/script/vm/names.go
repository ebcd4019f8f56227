package vm

import (
	"fmt"

	lua "github.com/yuin/gopher-lua"

	"hotshard/runtime/script/bytecode"
)

// An error names the value that it is about as the program does: the local, field or
// method that the instruction's operand came from, found by looking back through the
// code for what wrote the register.

// typeError raises "attempt to call field 'x' (a nil value)". operand is the register
// that v stands in, in the current frame, or none.
func (m *Machine) typeError(L *lua.LState, v lua.LValue, what string, operand int) {
	if name := describe(threadOf(L).currentFrame, operand); name != "" {
		fail(L, "attempt to %s %s (a %s value)", what, name, typeName(v))
	}
	fail(L, "attempt to %s a %s value", what, typeName(v))
}

func describe(cf *frame, operand int) string {
	if cf == nil || cf.Fn == nil || cf.Fn.IsG || operand < 0 || operand&bytecode.Const != 0 {
		return ""
	}
	kind, name := origin(cf.Fn.Proto, cf.Pc-1, operand)
	if kind == "" {
		return ""
	}
	return fmt.Sprintf("%s '%s'", kind, name)
}

// origin says what a register holds at an instruction.
func origin(p *lua.FunctionProto, pc, reg int) (kind, name string) {
	if name := localName(p, pc, reg); name != "" {
		return "local", name
	}
	at := writer(p, pc, reg)
	if at < 0 {
		return "", ""
	}
	inst := bytecode.At(p, at)
	switch bytecode.Op(inst) {
	case lua.OP_GETGLOBAL:
		return "global", text(p.Constants[bytecode.Bx(inst)])
	case lua.OP_MOVE:
		if from := bytecode.B(inst); from < bytecode.A(inst) {
			return origin(p, at, from)
		}
	case lua.OP_GETTABLE, lua.OP_GETTABLEKS:
		return "field", keyName(p, bytecode.C(inst))
	case lua.OP_GETUPVAL:
		return "upvalue", p.DbgUpvalues[bytecode.B(inst)]
	case lua.OP_SELF:
		return "method", keyName(p, bytecode.C(inst))
	}
	return "", ""
}

// keyName is a constant key as a name, "?" for one that is none.
func keyName(p *lua.FunctionProto, rk int) string {
	if rk&bytecode.Const != 0 {
		return text(p.Constants[rk&^bytecode.Const])
	}
	return "?"
}

func text(v lua.LValue) string {
	if s, ok := v.(lua.LString); ok {
		return string(s)
	}
	return "?"
}

// localName is the local in scope in a register, "" for a temporary.
func localName(p *lua.FunctionProto, pc, reg int) string {
	for _, l := range p.DbgLocals {
		if l.StartPc > pc {
			break
		}
		if pc < l.EndPc {
			if reg == 0 {
				return l.Name
			}
			reg--
		}
	}
	return ""
}

// writer is the last instruction before pc that may have written the register, or -1.
// Like lua5.1 it takes every jump forward, so that of `x and 1 or y` it names y.
func writer(p *lua.FunctionProto, pc, reg int) int {
	at := -1
	for i := 0; i < pc; i++ {
		place, inst := i, bytecode.At(p, i)
		op, a := bytecode.Op(inst), bytecode.A(inst)
		wrote := false
		switch op {
		case lua.OP_LOADNIL:
			wrote = a <= reg && reg <= bytecode.B(inst)
		case lua.OP_TFORLOOP:
			wrote = reg >= a+2
		case lua.OP_CALL, lua.OP_TAILCALL:
			wrote = reg >= a
		case lua.OP_SELF:
			wrote = reg == a || reg == a+1
		case lua.OP_JMP:
			if to := i + 1 + bytecode.SBx(inst); i < to && to <= pc {
				i = to - 1
			}
		default:
			wrote = reg == a && bytecode.SetsA(op)
		}
		if wrote {
			at = place
		}
		i += bytecode.Words(p, place)
	}
	return at
}
