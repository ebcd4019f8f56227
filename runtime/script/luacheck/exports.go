package luacheck

import (
	"github.com/yuin/gopher-lua/ast"

	"hotshard/runtime/script/syntax"
)

// exports is what can be known of the table a module returns. Open means that
// fields may appear in ways the text does not show, so none is reported missing.
type exports struct {
	fields map[string]bool
	open   bool
}

// findExports looks at the last statement of a file, "return M", and collects
// the fields that the file gives to M.
func findExports(chunk []ast.Stmt) exports {
	e := exports{fields: map[string]bool{}}
	if len(chunk) == 0 {
		e.open = true
		return e
	}
	ret, ok := chunk[len(chunk)-1].(*ast.ReturnStmt)
	if !ok || len(ret.Exprs) == 0 {
		e.open = true
		return e
	}
	switch value := ret.Exprs[0].(type) {
	case *ast.TableExpr:
		e.constructor(value)
	case *ast.IdentExpr:
		e.follow(value.Value, chunk)
	default:
		e.open = true
	}
	return e
}

func (e *exports) constructor(t *ast.TableExpr) {
	for _, field := range t.Fields {
		if key, ok := field.Key.(*ast.StringExpr); ok {
			e.fields[key.Value] = true
		} else if _, ok := field.Key.(*ast.NumberExpr); field.Key != nil && !ok {
			e.open = true
		}
	}
}

// follow collects what happens to the module table called name.
func (e *exports) follow(name string, chunk []ast.Stmt) {
	declared := false
	for _, stmt := range chunk {
		local, ok := stmt.(*ast.LocalAssignStmt)
		if !ok {
			continue
		}
		for i, n := range local.Names {
			if n != name {
				continue
			}
			t, ok := ast.Expr(nil), false
			if i < len(local.Exprs) {
				t = local.Exprs[i]
			}
			table, ok := t.(*ast.TableExpr)
			if declared || !ok {
				e.open = true
				return
			}
			declared = true
			e.constructor(table)
		}
	}
	if !declared {
		e.open = true
		return
	}
	w := &escape{exports: e, name: name}
	w.block(chunk)
}

// escape walks a file and notes every assignment to a field of one table, and
// whether the table gets out of sight. It takes any local of the same name for
// the table: a mistake in that direction only makes it say less.
type escape struct {
	*exports
	name string
}

func (w *escape) isIt(x ast.Expr) bool {
	id, ok := x.(*ast.IdentExpr)
	return ok && id.Value == w.name
}

func (w *escape) block(stmts []ast.Stmt) {
	for _, s := range stmts {
		w.stmt(s)
	}
}

func (w *escape) stmt(s ast.Stmt) {
	switch s := s.(type) {
	case *ast.AssignStmt:
		for _, lhs := range s.Lhs {
			if attr, ok := lhs.(*ast.AttrGetExpr); ok && w.isIt(attr.Object) {
				w.field(attr.Key)
			} else if w.isIt(lhs) {
				w.open = true
			} else {
				w.expr(lhs)
			}
		}
		w.values(s.Rhs)
	case *ast.LocalAssignStmt:
		w.values(s.Exprs)
	case *ast.FuncDefStmt:
		switch {
		case s.Name.Func == nil:
			if w.isIt(s.Name.Receiver) {
				w.fields[s.Name.Method] = true
			} else {
				w.expr(s.Name.Receiver)
			}
		default:
			if attr, ok := s.Name.Func.(*ast.AttrGetExpr); ok && w.isIt(attr.Object) {
				w.field(attr.Key)
			} else {
				w.expr(s.Name.Func)
			}
		}
		w.expr(s.Func)
	case *ast.ReturnStmt:
		if len(s.Exprs) == 1 && w.isIt(s.Exprs[0]) { // "return M" at the end, or a function that hands it on unchanged
			return
		}
		w.values(s.Exprs)
	default:
		syntax.Children(s, w.block, w.expr)
	}
}

// values looks at expressions whose results are stored somewhere: there the
// table itself would get another name.
func (w *escape) values(list []ast.Expr) {
	for _, x := range list {
		if w.isIt(x) {
			w.open = true
		}
		w.expr(x)
	}
}

// readOnly are the functions that a table may be given to without being changed.
var readOnly = map[string]bool{"pairs": true, "ipairs": true, "next": true, "type": true, "tostring": true,
	"print": true, "rawget": true, "eq": true, "ne": true, "ok": true, "unpack": true, "assert": true}

func (w *escape) expr(x ast.Expr) {
	switch x := x.(type) {
	case nil:
	case *ast.FuncCallExpr:
		fn, plain := x.Func.(*ast.IdentExpr)
		if plain && readOnly[fn.Value] {
			for _, arg := range x.Args {
				w.expr(arg)
			}
			return
		}
		w.values(x.Args)
		w.expr(x.Func)
		w.expr(x.Receiver)
	case *ast.TableExpr:
		for _, f := range x.Fields {
			if w.isIt(f.Value) {
				w.open = true
			}
		}
		syntax.ExprChildren(x, w.block, w.expr)
	case *ast.LogicalOpExpr:
		if w.isIt(x.Rhs) || w.isIt(x.Lhs) {
			w.open = true
		}
		syntax.ExprChildren(x, w.block, w.expr)
	default:
		syntax.ExprChildren(x, w.block, w.expr)
	}
}

func (w *escape) field(key ast.Expr) {
	if k, ok := key.(*ast.StringExpr); ok {
		w.fields[k.Value] = true
		return
	}
	w.open = true
}
