package bytecode

import (
	"fmt"

	lua "github.com/yuin/gopher-lua"
	"github.com/yuin/gopher-lua/ast"
)

func (f *function) stmts(list []ast.Stmt) {
	for i, st := range list {
		f.at(st)
		if l, ok := st.(*ast.LabelStmt); ok {
			f.label(l, onlyLabels(list[i+1:]))
			continue
		}
		f.stmt(st)
		if n := len(f.locals); n > 0 { // temporaries end with their statement
			f.free = f.locals[n-1].reg + 1
		} else {
			f.free = 0
		}
	}
}

func onlyLabels(list []ast.Stmt) bool {
	for _, st := range list {
		if _, ok := st.(*ast.LabelStmt); !ok {
			return false
		}
	}
	return true
}

func (f *function) stmt(st ast.Stmt) {
	switch st := st.(type) {
	case *ast.AssignStmt:
		f.assign(st)
	case *ast.LocalAssignStmt:
		f.local(st)
	case *ast.FuncCallStmt:
		f.call(st.Expr.(*ast.FuncCallExpr), 0)
	case *ast.DoBlockStmt:
		f.scope(st.Stmts)
	case *ast.WhileStmt:
		f.while(st)
	case *ast.RepeatStmt:
		f.repeat(st)
	case *ast.IfStmt:
		f.branch(st)
	case *ast.NumberForStmt:
		f.numberFor(st)
	case *ast.GenericForStmt:
		f.genericFor(st)
	case *ast.FuncDefStmt:
		f.define(st)
	case *ast.ReturnStmt:
		f.ret(st)
	case *ast.BreakStmt:
		f.breakOut(st)
	case *ast.GotoStmt:
		f.gotoLabel(st)
	default:
		panic(fmt.Sprintf("bytecode: a statement of an unknown kind: %T", st))
	}
}

// scope compiles a block that has its own locals.
func (f *function) scope(list []ast.Stmt) {
	f.open(false)
	f.stmts(list)
	f.close()
}

func (f *function) local(st *ast.LocalAssignStmt) {
	if fn, ok := localFunction(st); ok {
		reg := f.reserve(1)
		f.declare(st.Names[0], reg)
		f.closure(fn, reg, false)
		return
	}
	base := f.free
	f.list(st.Exprs, len(st.Names))
	for i, name := range st.Names {
		f.declare(name, base+i)
	}
}

// localFunction tells `local function f` from `local f = function`: the parser gives
// only the first a last line. In the second, f is not in scope in the function.
func localFunction(st *ast.LocalAssignStmt) (*ast.FunctionExpr, bool) {
	if !LocalFunction(st) {
		return nil, false
	}
	fn, ok := st.Exprs[0].(*ast.FunctionExpr)
	return fn, ok
}

// LocalFunction says whether a statement was written `local function f`.
func LocalFunction(st *ast.LocalAssignStmt) bool {
	return st.LastLine() != 0 && len(st.Names) == 1 && len(st.Exprs) == 1
}

// branch compiles an if with its chain of elseifs.
func (f *function) branch(st *ast.IfStmt) {
	var done []int
	for {
		f.at(st)
		otherwise := f.jumpIf(st.Condition, false)
		f.scope(st.Then)
		if len(st.Else) > 0 {
			done = append(done, f.jump())
		}
		f.land(otherwise)
		next, ok := elseif(st.Else)
		if !ok {
			break
		}
		st = next
	}
	if len(st.Else) > 0 {
		f.scope(st.Else)
	}
	f.land(done)
}

// elseif is the statement of an else that holds one if and nothing more.
func elseif(list []ast.Stmt) (*ast.IfStmt, bool) {
	if len(list) != 1 {
		return nil, false
	}
	st, ok := list[0].(*ast.IfStmt)
	return st, ok
}

func (f *function) while(st *ast.WhileStmt) {
	top := f.pc()
	exit := f.jumpIf(st.Condition, false)
	loop := f.open(true)
	f.stmts(st.Stmts)
	f.line = max(f.line, st.LastLine())
	f.close()
	f.jumpTo(top)
	f.land(exit)
	f.leaveLoop(loop)
}

func (f *function) repeat(st *ast.RepeatStmt) {
	top := f.pc()
	loop := f.open(true)
	scope := f.open(false)
	f.stmts(st.Stmts)
	exit := f.jumpIf(st.Condition, true) // sees the body's locals
	f.close()
	f.jumpTo(top)
	f.land(exit)
	if scope.captured {
		f.abc(lua.OP_CLOSE, scope.base, 0, 0)
	}
	f.leave()
	f.leaveLoop(loop)
}

// leaveLoop is where breaks arrive: they have skipped the ends of the scopes they
// were in.
func (f *function) leaveLoop(loop *block) {
	f.land(loop.breaks)
	if len(loop.breaks) > 0 && loop.inner {
		f.abc(lua.OP_CLOSE, loop.base, 0, 0)
	}
}

func (f *function) breakOut(st *ast.BreakStmt) {
	for b := f.block; b != nil; b = b.parent {
		if b.loop {
			b.breaks = append(b.breaks, f.jump())
			return
		}
	}
	f.fail(st.Line(), "no loop to break")
}

func (f *function) numberFor(st *ast.NumberForStmt) {
	outer := f.open(true)
	base := f.free
	f.push(st.Init)
	f.push(st.Limit)
	if st.Step != nil {
		f.push(st.Step)
	} else {
		f.loadConstant(f.reserve(1), lua.LNumber(1))
	}
	for i, name := range []string{"for index", "for limit", "for step"} {
		f.hidden(name, base+i)
	}
	f.at(st)
	prep := f.emit(AsBx(lua.OP_FORPREP, base, 0))
	f.open(false)
	f.declare(st.Name, f.reserve(1))
	f.stmts(st.Stmts)
	f.close()
	f.line = st.Line()
	f.patchTo(prep, f.pc())
	loop := f.emit(AsBx(lua.OP_FORLOOP, base, 0))
	f.patchTo(loop, prep+1)
	f.leave()
	f.leaveLoop(outer)
}

func (f *function) genericFor(st *ast.GenericForStmt) {
	outer := f.open(true)
	base := f.free
	f.list(st.Exprs, 3)
	for i, name := range []string{"for generator", "for state", "for control"} {
		f.hidden(name, base+i)
	}
	f.at(st)
	start := f.jump()
	f.open(false)
	for _, name := range st.Names {
		f.declare(name, f.reserve(1))
	}
	f.need(base + 6) // the call of the generator
	f.stmts(st.Stmts)
	f.close()
	f.line = st.Exprs[0].Line() // what cannot be called stands there
	f.land([]int{start})
	f.abc(lua.OP_TFORLOOP, base, 0, len(st.Names))
	f.patchTo(f.emit(AsBx(OpForTest, base, 0)), start+1)
	f.leave()
	f.leaveLoop(outer)
}

// define compiles `function a.b.c() end` and `function a:m() end`.
func (f *function) define(st *ast.FuncDefStmt) {
	if st.Name.Func != nil {
		assign := &ast.AssignStmt{Lhs: []ast.Expr{st.Name.Func}, Rhs: []ast.Expr{st.Func}}
		assign.SetLine(st.Line())
		f.assign(assign)
		return
	}
	t := f.any(st.Name.Receiver)
	key := f.rkConstant(lua.LString(st.Name.Method))
	fn := f.reserve(1)
	f.closure(st.Func, fn, true)
	f.line = st.Line()
	f.store(target{kind: inTable, reg: t, key: key, named: true}, fn)
}

func (f *function) ret(st *ast.ReturnStmt) {
	if len(st.Exprs) == 1 {
		f.returnOne(st.Exprs[0])
		return
	}
	base := f.free
	n := f.list(st.Exprs, -1)
	f.abc(lua.OP_RETURN, base, n+1, 0)
}

func (f *function) returnOne(ex ast.Expr) {
	if call, ok := ex.(*ast.FuncCallExpr); ok && !call.AdjustRet {
		base := f.free
		at := f.call(call, -1)
		f.proto.Code[at] = ABC(lua.OP_TAILCALL, A(f.proto.Code[at]), B(f.proto.Code[at]), 0)
		f.abc(lua.OP_RETURN, base, 0, 0)
		return
	}
	if isMulti(ex) {
		base := f.free
		f.list([]ast.Expr{ex}, -1)
		f.abc(lua.OP_RETURN, base, 0, 0)
		return
	}
	f.abc(lua.OP_RETURN, f.any(ex), 2, 0)
}
