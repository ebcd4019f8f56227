package code

import (
	"fmt"
	"strconv"

	"github.com/yuin/gopher-lua/ast"

	"hotshard/runtime/script/bytecode"
)

// analyser walks a file's syntax tree in the order in which gopher-lua compiles
// it, so that the n-th function expression inside a function is the n-th nested
// prototype, and resolves every captured name to its declaration.
type analyser struct {
	u        *Unit
	fn       *Decl
	block    *block
	scope    []*Var // innermost last, across functions
	returned string // the local that the file returns
	requires map[*Var]string
	anon     map[*Decl]int
	tables   map[*Var]bool
	funcs    int      // function keywords seen so far
	migrated []string // by statements whose value nobody takes
}

func analyse(u *Unit, chunk []ast.Stmt) (err error) {
	defer func() { // a tree that does not fit its prototypes: never seen, and never a crash
		if r := recover(); r != nil {
			err = fmt.Errorf("%s: cannot map functions to declarations: %v", u.Path, r)
		}
	}()
	a := &analyser{u: u, requires: map[*Var]string{}, anon: map[*Decl]int{}, tables: map[*Var]bool{}}
	main := &Decl{Unit: u, Proto: u.proto, Name: u.Module, Vararg: true}
	u.Decls = []*Decl{main}
	a.fn = main
	a.returned = returnedLocal(chunk)
	a.open(false)
	main.body = a.block
	a.stmts(chunk)
	a.close()
	a.noteMigrations()
	if n := len(main.Proto.FunctionPrototypes); len(main.Children) != n {
		return fmt.Errorf("%s: %d functions declared, %d compiled", u.Path, len(main.Children), n)
	}
	return nil
}

func (a *analyser) open(loop bool) {
	b := &block{fn: a.fn, parent: a.block, loop: loop || a.block != nil && a.block.fn == a.fn && a.block.loop}
	if a.block != nil && a.block.fn == a.fn {
		a.block.children = append(a.block.children, b)
	}
	a.block = b
}

func (a *analyser) close() {
	a.scope = a.scope[:len(a.scope)-len(a.block.vars)]
	a.block = a.block.parent
}

func (a *analyser) declare(name string, line int) *Var {
	v := &Var{ID: len(a.u.Vars), Name: name, block: a.block,
		Once: a.fn == a.u.Decls[0] && !a.block.loop}
	a.u.Vars = append(a.u.Vars, v)
	a.block.vars = append(a.block.vars, v)
	a.scope = append(a.scope, v)
	a.block.sig.WriteString(name + ";")
	if v.Once {
		a.u.Lines[a.u.Module+":"+name] = line
	}
	return v
}

func (a *analyser) lookup(name string) *Var {
	for i := len(a.scope) - 1; i >= 0; i-- {
		if a.scope[i].Name == name {
			return a.scope[i]
		}
	}
	return nil
}

func (a *analyser) stmts(list []ast.Stmt) {
	for _, st := range list {
		a.stmt(st)
	}
}

func (a *analyser) stmt(st ast.Stmt) {
	switch st := st.(type) {
	case *ast.AssignStmt:
		a.assign(st)
	case *ast.LocalAssignStmt:
		a.localAssign(st)
	case *ast.FuncCallStmt:
		a.expr(st.Expr, "")
	case *ast.DoBlockStmt:
		a.scoped(false, func() { a.stmts(st.Stmts) })
	case *ast.WhileStmt:
		a.expr(st.Condition, "")
		a.scoped(true, func() { a.stmts(st.Stmts) })
	case *ast.RepeatStmt:
		a.scoped(true, func() { a.stmts(st.Stmts); a.expr(st.Condition, "") })
	case *ast.IfStmt:
		a.expr(st.Condition, "")
		a.scoped(false, func() { a.stmts(st.Then) })
		if len(st.Else) > 0 {
			a.scoped(false, func() { a.stmts(st.Else) })
		}
	case *ast.NumberForStmt:
		a.expr(st.Init, "")
		a.expr(st.Limit, "")
		if st.Step != nil {
			a.expr(st.Step, "")
		}
		a.scoped(true, func() { a.declare(st.Name, st.Line()); a.stmts(st.Stmts) })
	case *ast.GenericForStmt:
		a.exprs(st.Exprs)
		a.scoped(true, func() {
			for _, n := range st.Names {
				a.declare(n, st.Line())
			}
			a.stmts(st.Stmts)
		})
	case *ast.FuncDefStmt:
		a.funcDef(st)
	case *ast.ReturnStmt:
		for _, ex := range st.Exprs {
			a.expr(ex, "return")
		}
	}
}

func (a *analyser) scoped(loop bool, body func()) {
	a.open(loop)
	body()
	a.close()
}

func (a *analyser) assign(st *ast.AssignStmt) {
	for _, lhs := range st.Lhs {
		a.noteGlobal(lhs, true)
		if at, ok := lhs.(*ast.AttrGetExpr); ok {
			a.expr(at.Object, "")
			a.expr(at.Key, "")
		}
	}
	for i, rhs := range st.Rhs {
		hint := ""
		if i < len(st.Lhs) {
			hint = exprPath(st.Lhs[i])
			a.note(hint, st.Lhs[i].Line())
			a.noteInstanceField(st.Lhs[i])
		}
		a.expr(rhs, hint)
	}
}

func (a *analyser) localAssign(st *ast.LocalAssignStmt) {
	if bytecode.LocalFunction(st) {
		if fn, ok := st.Exprs[0].(*ast.FunctionExpr); ok { // visible inside itself
			a.declare(st.Names[0], st.Line())
			a.function(fn, "local "+st.Names[0], false)
			return
		}
	}
	for i, ex := range st.Exprs {
		hint := ""
		if i < len(st.Names) {
			hint = "local " + st.Names[i]
		}
		a.expr(ex, hint)
	}
	for i, n := range st.Names {
		v := a.declare(n, st.Line())
		if i >= len(st.Exprs) {
			continue
		}
		if call, ok := st.Exprs[i].(*ast.FuncCallExpr); ok {
			if isGlobalCall(call, "require") && len(call.Args) == 1 {
				if name, ok := call.Args[0].(*ast.StringExpr); ok {
					a.requires[v] = name.Value
				}
			}
			a.tables[v] = isGlobalCall(call, "setmetatable")
		}
	}
}

func (a *analyser) funcDef(st *ast.FuncDefStmt) {
	if st.Name.Func == nil {
		a.expr(st.Name.Receiver, "")
		path := exprPath(st.Name.Receiver)
		if path != "" {
			path += "." + st.Name.Method
		}
		a.function(st.Func, path, true)
		return
	}
	a.noteGlobal(st.Name.Func, true)
	if at, ok := st.Name.Func.(*ast.AttrGetExpr); ok {
		a.expr(at.Object, "")
	}
	a.function(st.Func, exprPath(st.Name.Func), false)
}

func (a *analyser) exprs(list []ast.Expr) {
	for _, ex := range list {
		a.expr(ex, "")
	}
}

func (a *analyser) expr(ex ast.Expr, hint string) {
	switch ex := ex.(type) {
	case *ast.IdentExpr:
		a.noteGlobal(ex, false)
	case *ast.FunctionExpr:
		a.function(ex, hint, false)
	case *ast.TableExpr:
		a.table(ex, hint)
	case *ast.AttrGetExpr:
		a.expr(ex.Object, "")
		a.expr(ex.Key, "")
	case *ast.FuncCallExpr:
		a.call(ex, hint)
	case *ast.LogicalOpExpr:
		a.expr(ex.Lhs, hint)
		a.expr(ex.Rhs, hint)
	case *ast.RelationalOpExpr:
		a.expr(ex.Lhs, "")
		a.expr(ex.Rhs, "")
	case *ast.StringConcatOpExpr:
		a.expr(ex.Lhs, "")
		a.expr(ex.Rhs, "")
	case *ast.ArithmeticOpExpr:
		a.expr(ex.Lhs, "")
		a.expr(ex.Rhs, "")
	case *ast.UnaryMinusOpExpr:
		a.expr(ex.Expr, "")
	case *ast.UnaryNotOpExpr:
		a.expr(ex.Expr, "")
	case *ast.UnaryLenOpExpr:
		a.expr(ex.Expr, "")
	}
}

func (a *analyser) table(ex *ast.TableExpr, hint string) {
	for _, f := range ex.Fields {
		sub := ""
		if f.Key != nil {
			a.expr(f.Key, "")
			if hint != "" {
				sub = hint + keySuffix(f.Key)
				a.note(sub, f.Key.Line())
			}
		}
		a.expr(f.Value, sub)
	}
}

func (a *analyser) call(ex *ast.FuncCallExpr, hint string) {
	if mark, ok := ex.Func.(*ast.StringExpr); ok && mark.Value == captureMark {
		a.captureFunction(ex.Args[0].(*ast.FunctionExpr))
		return
	}
	if ex.Func != nil {
		a.expr(ex.Func, "")
	} else {
		a.expr(ex.Receiver, "")
	}
	a.noteCall(ex)
	a.noteNeed(ex)
	passesThrough := isGlobalCall(ex, "setmetatable")
	if at, ok := ex.Func.(*ast.AttrGetExpr); ok && exprPath(at.Object) == "reload" && a.lookup("reload") == nil {
		if key, ok := at.Key.(*ast.StringExpr); ok {
			a.notePolicy(key.Value, ex, hint)
			passesThrough = true
		}
	}
	for i, arg := range ex.Args {
		sub := ""
		if passesThrough && hint != "" {
			sub = hint
			if i > 0 && isGlobalCall(ex, "setmetatable") {
				sub = hint + ".<metatable>"
			}
		}
		if fn, ok := arg.(*ast.FunctionExpr); ok {
			a.anonymous(fn, callContext(ex))
			continue
		}
		a.expr(arg, sub)
	}
	if isGlobalCall(ex, "setmetatable") && len(ex.Args) > 0 {
		if t, ok := ex.Args[0].(*ast.TableExpr); ok {
			a.noteFields(t)
		}
	}
}

// newDecl takes the next nested prototype of the current function.
func (a *analyser) newDecl(fn *ast.FunctionExpr) *Decl {
	parent := a.fn
	index := len(parent.Children)
	d := &Decl{ID: len(a.u.Decls), Unit: a.u, parent: parent, block: a.block, Line: fn.Line(),
		Proto: parent.Proto.FunctionPrototypes[index], Vararg: fn.ParList.HasVargs, Params: len(fn.ParList.Names)}
	for _, name := range d.Proto.DbgUpvalues {
		v := a.lookup(name)
		if v == nil {
			panic("no declaration of " + strconv.Quote(name))
		}
		d.Upvals = append(d.Upvals, v)
	}
	a.u.Decls = append(a.u.Decls, d)
	parent.Children = append(parent.Children, d)
	return d
}

func (a *analyser) captureFunction(fn *ast.FunctionExpr) {
	d := a.newDecl(fn)
	d.Capture, d.Name = true, a.u.Module
}

func (a *analyser) function(fn *ast.FunctionExpr, hint string, method bool) {
	a.declareFunction(fn, hint, "", method)
}

func (a *analyser) anonymous(fn *ast.FunctionExpr, context string) {
	a.declareFunction(fn, "", context, false)
}

func (a *analyser) declareFunction(fn *ast.FunctionExpr, hint, context string, method bool) {
	parent, d := a.fn, a.newDecl(fn)
	d.ordinal = a.funcs
	a.funcs++
	d.Own = Fingerprint(d.Proto)
	a.nameDecl(d, hint, context)

	a.fn = d
	a.open(false)
	d.body = a.block
	if method {
		d.Params++
		a.declare("self", fn.Line())
	}
	for _, p := range fn.ParList.Names {
		a.declare(p, fn.Line())
	}
	if d.Vararg {
		a.declare("arg", fn.Line())
	}
	a.stmts(fn.Stmts)
	a.close()
	a.fn = parent
	var nested [][16]byte
	for _, c := range d.Children {
		nested = append(nested, c.Print)
	}
	d.Print = Fingerprint(d.Proto, nested...)
	if n := len(d.Proto.FunctionPrototypes); len(d.Children) != n {
		panic(fmt.Sprintf("%s has %d nested functions, %d compiled", d.Name, len(d.Children), n))
	}
}
