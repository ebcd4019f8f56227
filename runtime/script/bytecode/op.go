package bytecode

import lua "github.com/yuin/gopher-lua"

// An instruction is 32 bits, as in gopher-lua: the operation in 6, A in 8, C in 9
// and B in 9, the last two together being Bx or, less a bias, the signed sBx. B and
// C of most operations are a register or, with bit Const, a constant.
const (
	// Const marks an operand that is the index of a constant.
	Const = 1 << 8

	maxRegister = 250
	maxIndexRK  = Const - 1
	maxBx       = 1<<18 - 1
	bias        = maxBx >> 1
)

// Operations that gopher-lua does not have.
const (
	// OpForTest, A sBx, ends a generic for: if R(A+3) is not nil, R(A+2) becomes it and
	// the loop goes on at sBx. The TFORLOOP before it only calls the generator.
	OpForTest = lua.OP_NOP + 1 + iota
	// OpRecord, A B, makes a table of B fields in R(A). Their values are in the registers
	// behind it, and their names the constants of the next B words, LOADKs that nobody runs.
	OpRecord
	// OpUpdate, A B C, does what the three instructions behind it do, in the common case:
	// it adds the number B to the field C of table R(A), or subtracts or multiplies, and
	// passes over them. In any other it does nothing, and they see to it.
	OpUpdate
	// OpPoint, Bx, stands in an instruction's place where somebody wants to hear that code
	// comes by; see Pointed.
	OpPoint
)

// PerFlush is how many items of a table constructor SETLIST stores at most.
const PerFlush = 50

// ABC packs an instruction with three operands.
func ABC(op, a, b, c int) uint32 { return uint32(op<<26 | a<<18 | c<<9 | b) }

// ABx packs an instruction with a long operand.
func ABx(op, a, bx int) uint32 { return uint32(op<<26 | a<<18 | bx) }

// AsBx packs an instruction with a signed long operand.
func AsBx(op, a, sbx int) uint32 { return ABx(op, a, sbx+bias) }

// Op is an instruction's operation.
func Op(i uint32) int { return int(i >> 26) }

// A, B, C, Bx and SBx are its operands.
func A(i uint32) int   { return int(i>>18) & 0xff }
func B(i uint32) int   { return int(i & 0x1ff) }
func C(i uint32) int   { return int(i>>9) & 0x1ff }
func Bx(i uint32) int  { return int(i & maxBx) }
func SBx(i uint32) int { return int(i&maxBx) - bias }

// sizeByte packs a table's expected size into 9 bits; Size unpacks it. Large sizes
// are rounded up.
func sizeByte(n int) int {
	e := 0
	for n >= 16 {
		n = (n + 1) >> 1
		e++
	}
	if n < 8 {
		return n
	}
	return (e+1)<<3 | (n - 8)
}

// Size is the number that sizeByte packed.
func Size(b int) int {
	e := b >> 3 & 31
	if e == 0 {
		return b
	}
	return (b&7 + 8) << (e - 1)
}

// Words is how many words behind the instruction at a place belong to it.
func Words(p *lua.FunctionProto, at int) int {
	switch inst := At(p, at); Op(inst) {
	case lua.OP_CLOSURE: // the places of its variables
		return int(p.FunctionPrototypes[Bx(inst)].NumUpvalues)
	case lua.OP_SETLIST:
		return b2i(C(inst) == 0)
	case OpRecord:
		return B(inst)
	}
	return 0
}

// SetsA says whether an operation writes register A: what an error looks for that
// wants to name a value. A test counts, as in lua5.1: of `x or y` an error names neither.
func SetsA(op int) bool {
	switch op {
	case lua.OP_SETGLOBAL, lua.OP_SETUPVAL, lua.OP_SETTABLE, lua.OP_SETTABLEKS, lua.OP_JMP, lua.OP_EQ, lua.OP_LT, lua.OP_LE,
		lua.OP_RETURN, lua.OP_SETLIST, lua.OP_CLOSE, lua.OP_NOP, OpUpdate:
		return false
	}
	return true
}
