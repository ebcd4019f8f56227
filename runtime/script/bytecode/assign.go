package bytecode

import (
	lua "github.com/yuin/gopher-lua"
	"github.com/yuin/gopher-lua/ast"
)

const inTable kind = inUpvalue + 1

// target is a place that an assignment writes to.
type target struct {
	kind  kind
	reg   int // register of the local or the table; index of the upvalue
	key   int // register or constant of the key; constant of the global's name
	named bool
	line  int
}

// assign evaluates tables and keys of the left side, then all of the right side, and
// then stores from right to left, as lua5.1 does.
func (f *function) assign(st *ast.AssignStmt) {
	if len(st.Lhs) == 1 && len(st.Rhs) == 1 {
		if f.update(st) {
			return
		}
		f.assignOne(f.target(st.Lhs[0], lastLine(st)), st.Rhs[0])
		return
	}
	targets := make([]target, len(st.Lhs))
	for i, lhs := range st.Lhs {
		targets[i] = f.target(lhs, lastLine(st))
	}
	f.keepOperands(targets)
	last := len(targets) - 1
	if len(st.Rhs) == len(st.Lhs) {
		for _, ex := range st.Rhs[:last] {
			f.push(ex)
		}
		f.assignOne(targets[last], st.Rhs[last])
		last--
	} else {
		f.list(st.Rhs, len(st.Lhs))
	}
	for ; last >= 0; last-- {
		f.free--
		f.line = targets[last].line
		f.store(targets[last], f.free)
	}
}

// keepOperands copies locals that the same statement assigns and that other targets
// use as table or key: they mean the value before.
func (f *function) keepOperands(targets []target) {
	for _, t := range targets {
		if t.kind != inRegister {
			continue
		}
		kept := -1
		keep := func(operand *int) {
			if *operand != t.reg {
				return
			}
			if kept < 0 {
				kept = f.reserve(1)
				f.abc(lua.OP_MOVE, kept, t.reg, 0)
			}
			*operand = kept
		}
		for i := range targets {
			if targets[i].kind == inTable {
				keep(&targets[i].reg)
				keep(&targets[i].key)
			}
		}
	}
}

// target evaluates what is left of the last key of a place that is stored to on a
// line.
func (f *function) target(ex ast.Expr, line int) target {
	f.at(ex)
	switch ex := ex.(type) {
	case *ast.IdentExpr:
		k, i := f.resolve(ex.Value)
		t := target{kind: k, reg: i, line: line}
		if k == global {
			t.key = f.constant(lua.LString(ex.Value))
		}
		return t
	case *ast.AttrGetExpr:
		table := f.any(ex.Object)
		key, named := f.key(ex.Key)
		return target{kind: inTable, reg: table, key: key, named: named, line: line}
	}
	f.fail(ex.Line(), "cannot assign to this expression")
	return target{}
}

// key is the operand of a table's key, and whether it is a constant name.
func (f *function) key(ex ast.Expr) (rk int, named bool) {
	rk = f.rk(ex)
	_, name := ex.(*ast.StringExpr)
	return rk, name
}

func (f *function) assignOne(t target, ex ast.Expr) {
	free := f.free
	if t.kind == inRegister {
		f.into(ex, t.reg)
		f.free = free
		return
	}
	var v int
	if t.kind == inTable {
		v = f.rk(ex)
	} else {
		v = f.any(ex)
	}
	f.line = max(t.line, 1)
	f.store(t, v)
	f.free = free
}

// store writes a register, or for a table's field also a constant, to a place.
func (f *function) store(t target, v int) {
	switch t.kind {
	case inRegister:
		f.abc(lua.OP_MOVE, t.reg, v, 0)
	case inUpvalue:
		f.abc(lua.OP_SETUPVAL, v, t.reg, 0)
	case global:
		f.abx(lua.OP_SETGLOBAL, v, t.key)
	case inTable:
		op := lua.OP_SETTABLE
		if t.named {
			op = lua.OP_SETTABLEKS
		}
		f.abc(op, t.reg, t.key, v)
	}
}
