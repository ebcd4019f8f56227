package bytecode

import (
	lua "github.com/yuin/gopher-lua"
	"github.com/yuin/gopher-lua/ast"
)

// update compiles `t.x = t.x + n`, where t is a local or an upvalue and n a constant or a
// local, with an instruction before the three that it takes. It is false for any other
// assignment.
func (f *function) update(st *ast.AssignStmt) bool {
	sum, ok := st.Rhs[0].(*ast.ArithmeticOpExpr)
	if !ok || !f.sameField(st.Lhs[0], sum.Lhs) || !f.atHand(sum.Rhs) {
		return false
	}
	op := arithmeticOps[sum.Operator]
	if op != lua.OP_ADD && op != lua.OP_SUB && op != lua.OP_MUL {
		return false
	}
	free := f.free
	t := f.target(st.Lhs[0], lastLine(st))
	n := f.rk(sum.Rhs)
	v := f.reserve(1)
	f.at(sum)
	f.after(sum.Lhs)
	if t.key&Const != 0 {
		f.abc(OpUpdate, t.reg, n, t.key)
	}
	f.abc(lua.OP_GETTABLEKS, v, t.reg, t.key)
	f.at(sum)
	f.abc(op, v, v, n)
	f.line = max(t.line, 1)
	f.store(t, v)
	f.free = free
	return true
}

// sameField says whether two expressions are the same field of the same variable, which
// is no global: reading one of those can call a function.
func (f *function) sameField(a, b ast.Expr) bool {
	x, ok1 := a.(*ast.AttrGetExpr)
	y, ok2 := b.(*ast.AttrGetExpr)
	if !ok1 || !ok2 {
		return false
	}
	t1, ok1 := x.Object.(*ast.IdentExpr)
	t2, ok2 := y.Object.(*ast.IdentExpr)
	if !ok1 || !ok2 || t1.Value != t2.Value {
		return false
	}
	k1, ok1 := x.Key.(*ast.StringExpr)
	k2, ok2 := y.Key.(*ast.StringExpr)
	if !ok1 || !ok2 || k1.Value != k2.Value {
		return false
	}
	k, _ := f.resolve(t1.Value)
	return k != global
}

// atHand says whether an operand needs no instruction: a number or a local.
func (f *function) atHand(ex ast.Expr) bool {
	if _, ok := fold(ex); ok {
		return true
	}
	id, ok := ex.(*ast.IdentExpr)
	if !ok {
		return false
	}
	k, _ := f.resolve(id.Value)
	return k == inRegister
}
