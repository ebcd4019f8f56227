package bytecode

import lua "github.com/yuin/gopher-lua"

// Pointed is a copy of code with an OpPoint at some places, with the number that is given
// for each. The code itself follows behind the end, within the capacity: there an OpPoint
// finds the instruction whose place it has taken. So places, lines and the scopes of locals
// stay what they are, and code without points knows nothing of them.
func Pointed(code []uint32, at map[int]int) []uint32 {
	n := len(code)
	both := make([]uint32, 2*n)
	copy(both, code)
	copy(both[n:], code)
	for pc, number := range at {
		both[pc] = ABx(OpPoint, 0, number)
	}
	return both[:n]
}

// At is the instruction at a place of a function, also where a point stands there.
func At(p *lua.FunctionProto, pc int) uint32 {
	if i := p.Code[pc]; Op(i) != OpPoint {
		return i
	}
	return Behind(p.Code, pc)
}

// Behind is the instruction whose place an OpPoint has taken.
func Behind(code []uint32, pc int) uint32 { return code[:2*len(code)][len(code)+pc] }

// Places are those of a function at which an instruction runs by itself, and is not part of
// the one before: where a point can stand.
func Places(p *lua.FunctionProto) []int {
	var out []int
	for pc := 0; pc < len(p.Code); pc++ {
		out = append(out, pc)
		inst := At(p, pc)
		pc += Words(p, pc)
		switch Op(inst) {
		case lua.OP_EQ, lua.OP_LT, lua.OP_LE, lua.OP_TEST, lua.OP_TESTSET:
			pc++ // the jump that they take
		case OpUpdate:
			pc += updated
		}
	}
	return out
}

// updated is how many instructions OpUpdate does in one.
const updated = 3
