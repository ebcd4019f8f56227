package bytecode

import (
	"fmt"
	"math"
	"unique"

	lua "github.com/yuin/gopher-lua"
	"github.com/yuin/gopher-lua/ast"
)

// function is a function under compilation.
type function struct {
	parent *function
	proto  *lua.FunctionProto
	block  *block
	locals []local // in scope, outermost first
	free   int     // the first register that nothing uses
	line   int     // of what is being compiled

	constants map[any]int // by LString, bits of a number, bool or nil
	upvalues  map[string]int
	captures  []capture // by upvalue
}

// local is a variable in scope.
type local struct {
	name  string
	reg   int
	block *block
	info  *lua.DbgLocalInfo
}

// capture says where a closure finds one of its upvalues when it is made.
type capture struct {
	fromLocal bool // a register of the enclosing function; otherwise one of its upvalues
	index     int
}

// block is a scope.
type block struct {
	parent   *block
	base     int   // first register of its locals
	locals   int   // how many locals were in scope before it
	loop     bool  // break leaves it
	captured bool  // a closure captures one of its locals
	inner    bool  // or one of a block in it
	breaks   []int // jumps that leave the loop
	labels   map[string]label
	gotos    []pending
}

func newFunction(parent *function, source string, line, last int) *function {
	return &function{parent: parent, line: line, constants: map[any]int{}, upvalues: map[string]int{},
		proto: &lua.FunctionProto{SourceName: source, LineDefined: line, LastLineDefined: last, NumUsedRegisters: 2}}
}

// fail ends the compilation with an error at a line.
func (f *function) fail(line int, format string, args ...any) {
	panic(&Error{Line: line, Message: fmt.Sprintf(format, args...)})
}

// where names the function for errors about its size.
func (f *function) where() string {
	if f.parent == nil {
		return "main function"
	}
	return fmt.Sprintf("function at line %d", f.proto.LineDefined)
}

// pc is the place of the next instruction.
func (f *function) pc() int { return len(f.proto.Code) }

func (f *function) emit(inst uint32) int {
	f.proto.Code = append(f.proto.Code, inst)
	f.proto.DbgSourcePositions = append(f.proto.DbgSourcePositions, f.line)
	return len(f.proto.Code) - 1
}

func (f *function) abc(op, a, b, c int) int { return f.emit(ABC(op, a, b, c)) }
func (f *function) abx(op, a, bx int) int   { return f.emit(ABx(op, a, bx)) }

// at makes the line of a node that of the instructions to come.
func (f *function) at(n ast.PositionHolder) {
	if l := n.Line(); l > 0 {
		f.line = l
	}
}

// after makes the line of a node's last token, or that before which a name or an
// index is read, that of the instructions to come.
func (f *function) after(n ast.PositionHolder) {
	if l := n.LastLine(); l > 0 {
		f.line = l
	}
}

// jump emits a jump to be patched.
func (f *function) jump() int { return f.emit(AsBx(lua.OP_JMP, 0, 0)) }

// jumpTo emits a jump to a place that is known.
func (f *function) jumpTo(target int) { f.patchTo(f.jump(), target) }

// land makes jumps arrive at the next instruction.
func (f *function) land(jumps []int) {
	for _, at := range jumps {
		f.patchTo(at, f.pc())
	}
}

func (f *function) patchTo(at, target int) {
	by := target - at - 1
	if by > bias || by < -bias {
		f.fail(f.line, "control structure too long near line %d", f.line)
	}
	inst := f.proto.Code[at]
	f.proto.Code[at] = AsBx(Op(inst), A(inst), by)
}

// reserve takes the next n registers.
func (f *function) reserve(n int) int {
	at := f.free
	f.free += n
	f.need(f.free)
	return at
}

// need makes room for n registers in the function's frames.
func (f *function) need(n int) {
	if n > maxRegister {
		f.fail(f.line, "function or expression too complex in %s: it needs more than %d registers", f.where(), maxRegister)
	}
	if n > int(f.proto.NumUsedRegisters) {
		f.proto.NumUsedRegisters = uint8(n)
	}
}

// constant is the index of a constant, each held once.
func (f *function) constant(v lua.LValue) int {
	var key any = v
	if n, ok := v.(lua.LNumber); ok { // 0 and -0 are equal and not the same
		key = math.Float64bits(float64(n))
	}
	if i, ok := f.constants[key]; ok {
		return i
	}
	i := len(f.proto.Constants)
	if i > maxBx {
		f.fail(f.line, "constant table overflow in %s: more than %d constants", f.where(), maxBx)
	}
	f.constants[key] = i
	if s, ok := v.(lua.LString); ok && len(s) <= sharedText {
		v = lua.LString(unique.Make(string(s)).Value())
	}
	f.proto.Constants = append(f.proto.Constants, v)
	return i
}

// sharedText is the longest text, in bytes, that all functions share: of two texts in
// one place the interpreter sees without reading them that they are equal, and most
// are names of fields.
const sharedText = 40

const maxLocals = 200

// declare brings a local into scope; its register holds its value already or gets
// it from the next instruction.
func (f *function) declare(name string, reg int) {
	if len(f.locals) >= maxLocals {
		f.fail(f.line, "%s has more than %d local variables", f.where(), maxLocals)
	}
	info := &lua.DbgLocalInfo{Name: name, StartPc: f.pc()}
	f.proto.DbgLocals = append(f.proto.DbgLocals, info)
	f.locals = append(f.locals, local{name: name, reg: reg, block: f.block, info: info})
}

// hidden takes a register for a variable that no program can name.
func (f *function) hidden(name string, reg int) { f.declare("("+name+")", reg) }

func (f *function) open(loop bool) *block {
	f.block = &block{parent: f.block, base: f.free, locals: len(f.locals), loop: loop}
	return f.block
}

// close ends the innermost scope: its variables that closures share get cells of
// their own.
func (f *function) close() {
	b := f.block
	if b.captured {
		f.abc(lua.OP_CLOSE, b.base, 0, 0)
	}
	f.leave()
}

// leave ends the innermost scope where nothing has to be closed.
func (f *function) leave() {
	b := f.block
	for _, l := range f.locals[b.locals:] {
		l.info.EndPc = f.pc()
	}
	f.locals = f.locals[:b.locals]
	f.free = b.base
	f.block = b.parent
	f.passGotos(b)
}

// kind says what a name is.
type kind int

const (
	global kind = iota
	inRegister
	inUpvalue
)

// resolve finds what a name means here, and captures it where it is a local of an
// enclosing function.
func (f *function) resolve(name string) (kind, int) {
	for i := len(f.locals) - 1; i >= 0; i-- {
		if f.locals[i].name == name {
			return inRegister, f.locals[i].reg
		}
	}
	if i, ok := f.upvalues[name]; ok {
		return inUpvalue, i
	}
	if f.parent == nil {
		return global, 0
	}
	k, i := f.parent.resolve(name)
	switch k {
	case global:
		return global, 0
	case inRegister:
		f.parent.markCaptured(name)
	}
	return inUpvalue, f.addUpvalue(name, capture{fromLocal: k == inRegister, index: i})
}

const maxUpvalues = 255

func (f *function) addUpvalue(name string, c capture) int {
	i := len(f.captures)
	if i >= maxUpvalues {
		f.fail(f.line, "%s has more than %d upvalues", f.where(), maxUpvalues)
	}
	f.upvalues[name] = i
	f.captures = append(f.captures, c)
	f.proto.DbgUpvalues = append(f.proto.DbgUpvalues, name)
	return i
}

func (f *function) markCaptured(name string) {
	for i := len(f.locals) - 1; i >= 0; i-- {
		if f.locals[i].name != name {
			continue
		}
		b := f.locals[i].block
		b.captured = true
		for ; b != nil; b = b.parent {
			b.inner = true
		}
		return
	}
}

// finish completes the prototype.
func (f *function) finish() *lua.FunctionProto {
	p := f.proto
	p.NumUpvalues = uint8(len(f.captures))
	p.Code = append(make([]uint32, 0, len(p.Code)), p.Code...)
	p.DbgSourcePositions = append(make([]int, 0, len(p.DbgSourcePositions)), p.DbgSourcePositions...)
	p.Constants = append(make([]lua.LValue, 0, len(p.Constants)), p.Constants...)
	p.DbgCalls = append(make([]lua.DbgCall, 0, len(p.DbgCalls)), p.DbgCalls...)
	return p
}
