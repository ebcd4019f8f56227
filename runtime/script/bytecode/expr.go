package bytecode

import (
	"fmt"

	lua "github.com/yuin/gopher-lua"
	"github.com/yuin/gopher-lua/ast"
)

// into evaluates an expression into a register: one of a local, which the expression
// may read to its end, or the next free one, which it does not reserve.
func (f *function) into(ex ast.Expr, dst int) {
	free := f.free
	f.need(dst + 1)
	f.at(ex)
	if n, ok := fold(ex); ok {
		f.loadConstant(dst, lua.LNumber(n))
		return
	}
	switch ex := ex.(type) {
	case *ast.NilExpr:
		f.abc(lua.OP_LOADNIL, dst, dst, 0)
	case *ast.TrueExpr:
		f.abc(lua.OP_LOADBOOL, dst, 1, 0)
	case *ast.FalseExpr:
		f.abc(lua.OP_LOADBOOL, dst, 0, 0)
	case *ast.StringExpr:
		f.loadConstant(dst, lua.LString(ex.Value))
	case *ast.IdentExpr:
		f.after(ex)
		f.read(ex.Value, dst)
	case *ast.Comma3Expr:
		f.vararg(ex, dst, 1)
	case *ast.AttrGetExpr:
		f.index(ex, dst)
	case *ast.TableExpr:
		f.table(ex, dst)
	case *ast.FuncCallExpr:
		f.call(ex, 1)
		f.move(dst, free)
	case *ast.FunctionExpr:
		f.closure(ex, dst, false)
	case *ast.LogicalOpExpr:
		f.logical(ex, dst)
	case *ast.RelationalOpExpr:
		f.truth(ex, dst)
	case *ast.ArithmeticOpExpr:
		f.arithmetic(ex, dst)
	case *ast.StringConcatOpExpr:
		f.concat(ex, dst)
	case *ast.UnaryMinusOpExpr:
		f.unary(lua.OP_UNM, ex.Expr, ex, dst)
	case *ast.UnaryLenOpExpr:
		f.unary(lua.OP_LEN, ex.Expr, ex, dst)
	case *ast.UnaryNotOpExpr:
		f.not(ex, dst)
	default:
		panic(fmt.Sprintf("bytecode: an expression of an unknown kind: %T", ex))
	}
	f.free = free
}

// push evaluates an expression into the next register and keeps it.
func (f *function) push(ex ast.Expr) int {
	f.into(ex, f.free)
	return f.reserve(1)
}

// any is a register that holds the expression's value: a local's own, or a new one.
func (f *function) any(ex ast.Expr) int {
	if id, ok := ex.(*ast.IdentExpr); ok {
		if k, reg := f.resolve(id.Value); k == inRegister {
			return reg
		}
	}
	return f.push(ex)
}

// rk is an operand: a constant or a register.
func (f *function) rk(ex ast.Expr) int {
	if v, ok := constant(ex); ok {
		if i := f.constant(v); i <= maxIndexRK {
			return i | Const
		}
	}
	return f.any(ex)
}

// rkConstant is the operand of a constant that no expression of the program is.
func (f *function) rkConstant(v lua.LValue) int {
	if i := f.constant(v); i <= maxIndexRK {
		return i | Const
	}
	reg := f.reserve(1)
	f.loadConstant(reg, v)
	return reg
}

// constant is the value of an expression that has the same one always.
func constant(ex ast.Expr) (lua.LValue, bool) {
	switch ex := ex.(type) {
	case *ast.NilExpr:
		return lua.LNil, true
	case *ast.TrueExpr:
		return lua.LTrue, true
	case *ast.FalseExpr:
		return lua.LFalse, true
	case *ast.StringExpr:
		return lua.LString(ex.Value), true
	}
	n, ok := fold(ex)
	return lua.LNumber(n), ok
}

func (f *function) loadConstant(dst int, v lua.LValue) {
	f.need(dst + 1)
	f.abx(lua.OP_LOADK, dst, f.constant(v))
}

func (f *function) move(dst, src int) {
	if dst != src {
		f.abc(lua.OP_MOVE, dst, src, 0)
	}
}

func (f *function) read(name string, dst int) {
	switch k, i := f.resolve(name); k {
	case inRegister:
		f.move(dst, i)
	case inUpvalue:
		f.abc(lua.OP_GETUPVAL, dst, i, 0)
	default:
		f.abx(lua.OP_GETGLOBAL, dst, f.constant(lua.LString(name)))
	}
}

func (f *function) index(ex *ast.AttrGetExpr, dst int) {
	t := f.any(ex.Object)
	key, named := f.key(ex.Key)
	op := lua.OP_GETTABLE
	if named {
		op = lua.OP_GETTABLEKS
	}
	f.after(ex)
	f.abc(op, dst, t, key)
}

// isMulti says whether an expression gives as many values as are wanted.
func isMulti(ex ast.Expr) bool {
	switch ex := ex.(type) {
	case *ast.FuncCallExpr:
		return !ex.AdjustRet
	case *ast.Comma3Expr:
		return !ex.AdjustRet
	}
	return false
}

// vararg puts n of the function's extra arguments from dst on; -1: all.
func (f *function) vararg(ex *ast.Comma3Expr, dst, n int) {
	if f.proto.IsVarArg&lua.VarArgIsVarArg == 0 {
		f.fail(ex.Line(), "cannot use '...' outside a vararg function near '...'")
	}
	f.proto.IsVarArg &^= lua.VarArgNeedsArg
	f.need(dst + max(n, 1))
	f.abc(lua.OP_VARARG, dst, n+1, 0)
}

// list evaluates expressions into the registers from the next free one on, as many
// values as are wanted, and reserves them. Where -1 are wanted it gives how many there
// are, or -1 if the last gives any number.
func (f *function) list(exprs []ast.Expr, want int) int {
	for i, ex := range exprs {
		last := i == len(exprs)-1
		switch {
		case last && isMulti(ex) && (want < 0 || want > i):
			n := -1
			if want >= 0 {
				n = want - i
			}
			f.many(ex, n)
			return n
		case want >= 0 && i >= want: // evaluated for what it does
			f.into(ex, f.free)
		default:
			f.push(ex)
		}
	}
	if n := len(exprs); n < want {
		at := f.reserve(want - n)
		f.abc(lua.OP_LOADNIL, at, at+want-n-1, 0)
	}
	return len(exprs)
}

// many evaluates a call or `...` to n values from the next free register on.
func (f *function) many(ex ast.Expr, n int) {
	f.at(ex)
	at := f.free
	if call, ok := ex.(*ast.FuncCallExpr); ok {
		f.call(call, n)
	} else {
		f.vararg(ex.(*ast.Comma3Expr), at, n)
	}
	f.free = at
	if n > 0 {
		f.reserve(n)
	}
}

// call compiles a call whose n results, -1: all, come from the next free register
// on. It gives the place of the instruction and leaves that register free.
func (f *function) call(ex *ast.FuncCallExpr, n int) int {
	base := f.free
	args := 0
	name := "?"
	if ex.Func != nil {
		f.push(ex.Func)
		name = calledName(ex.Func)
	} else {
		object := f.any(ex.Receiver)
		key := f.rkConstant(lua.LString(ex.Method))
		f.at(ex)
		f.need(base + 2)
		f.abc(lua.OP_SELF, base, object, key)
		f.free = base + 2
		args, name = 1, ex.Method
	}
	many := false
	for i, arg := range ex.Args {
		if i == len(ex.Args)-1 && isMulti(arg) {
			f.many(arg, -1)
			many = true
			break
		}
		f.push(arg)
		args++
	}
	b := args + 1
	if many {
		b = 0
	}
	f.at(ex)
	f.need(base + max(n, 1))
	at := f.abc(lua.OP_CALL, base, b, n+1)
	f.proto.DbgCalls = append(f.proto.DbgCalls, lua.DbgCall{Pc: at, Name: name})
	f.free = base
	return at
}

func calledName(ex ast.Expr) string {
	switch ex := ex.(type) {
	case *ast.IdentExpr:
		return ex.Value
	case *ast.AttrGetExpr:
		if key, ok := ex.Key.(*ast.StringExpr); ok {
			return key.Value
		}
	}
	return "?"
}

// table builds a table in a register of its own: its items may read dst.
func (f *function) table(ex *ast.TableExpr, dst int) {
	if f.record(ex, dst) {
		return
	}
	t := f.reserve(1)
	made := f.abc(lua.OP_NEWTABLE, t, 0, 0)
	items, named, waiting := 0, 0, 0
	for i, field := range ex.Fields {
		if field.Key != nil {
			f.field(t, field)
			named++
			continue
		}
		if i == len(ex.Fields)-1 && isMulti(field.Value) {
			f.many(field.Value, -1)
			f.setList(t, -1, items)
			waiting = 0
			break
		}
		f.push(field.Value)
		items++
		if waiting++; waiting == PerFlush {
			f.setList(t, waiting, items-waiting)
			waiting = 0
		}
	}
	if waiting > 0 {
		f.setList(t, waiting, items-waiting)
	}
	f.proto.Code[made] = ABC(lua.OP_NEWTABLE, t, sizeByte(items), sizeByte(named))
	f.move(dst, t)
}

func (f *function) field(t int, field *ast.Field) {
	free := f.free
	key, named := f.key(field.Key)
	v := f.rk(field.Value)
	f.at(field.Key)
	f.store(target{kind: inTable, reg: t, key: key, named: named}, v)
	f.free = free
}

// setList stores n items, -1: all up to the last result, that follow the table's
// register. before is how many the table has.
func (f *function) setList(t, n, before int) {
	group := before/PerFlush + 1
	c := group
	if c > 511 {
		c = 0
	}
	f.abc(lua.OP_SETLIST, t, n*b2i(n > 0), c)
	if c == 0 {
		f.emit(uint32(group))
	}
	f.free = t + 1
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}
