package code

import (
	"slices"

	lua "github.com/yuin/gopher-lua"
	"github.com/yuin/gopher-lua/ast"

	"hotshard/runtime/script/vm"
)

const captureMark = "\x00capture"

// Capturer is who runs a file's top level: it is given the closures that lead to the
// cells of the locals there.
type Capturer interface{ Captured(fn *lua.LFunction) }

// captureFn receives, at the end of every top-level scope, a closure over all
// locals of that scope. It needs no environment, so all States share it.
var captureFn = &lua.LFunction{IsG: true, GFunction: func(L *lua.LState) int {
	if fn, ok := L.Get(1).(*lua.LFunction); ok {
		vm.Of(L).Owner.(Capturer).Captured(fn)
	}
	return 0
}}

// injectCapture adds, where a top-level scope ends, a call that hands a closure
// over the scope's locals to captureFn. That closure is how the cells of locals
// are found again when a later version of the file uses them.
func injectCapture(chunk []ast.Stmt) []ast.Stmt { return injectBlock(chunk, nil, true) }

func injectBlock(stmts []ast.Stmt, outer []string, own bool) []ast.Stmt {
	var out []ast.Stmt
	visible := append([]string(nil), outer...)
	mine := 0
	for _, st := range stmts {
		switch st := st.(type) {
		case *ast.LocalAssignStmt:
			if own && shadows(visible, st.Names) { // the last place that sees the earlier one
				out = append(out, captureCall(visible, st.Line()))
			}
			if own {
				visible = appendNames(visible, st.Names)
				mine++
			}
		case *ast.DoBlockStmt:
			st.Stmts = injectBlock(st.Stmts, visible, own)
		case *ast.IfStmt:
			st.Then, st.Else = injectBlock(st.Then, visible, own), injectBlock(st.Else, visible, own)
		case *ast.WhileStmt:
			st.Stmts = injectBlock(st.Stmts, visible, false)
		case *ast.RepeatStmt:
			st.Stmts = injectBlock(st.Stmts, visible, false)
		case *ast.NumberForStmt:
			st.Stmts = injectBlock(st.Stmts, without(visible, st.Name), false)
		case *ast.GenericForStmt:
			st.Stmts = injectBlock(st.Stmts, without(visible, st.Names...), false)
		case *ast.ReturnStmt:
			if len(visible) > 0 {
				out = append(out, captureCall(visible, st.Line()))
			}
			return append(out, st)
		case *ast.GotoStmt:
			if len(visible) > 0 { // it may jump over the call at the end
				out = append(out, captureCall(visible, st.Line()))
			}
		case *ast.BreakStmt:
			if mine > 0 {
				out = append(out, captureCall(visible, st.Line()))
			}
			return append(out, st)
		}
		out = append(out, st)
	}
	if mine > 0 && len(stmts) > 0 {
		end := len(out)
		for end > 0 && isLabel(out[end-1]) { // a label that ends a block may be jumped to over locals
			end--
		}
		out = slices.Insert(out, end, captureCall(visible, stmts[len(stmts)-1].LastLine()))
	}
	return out
}

func isLabel(st ast.Stmt) bool {
	_, ok := st.(*ast.LabelStmt)
	return ok
}

func shadows(visible, names []string) bool {
	for _, n := range names {
		for _, v := range visible {
			if v == n {
				return true
			}
		}
	}
	return false
}

func without(names []string, drop ...string) []string {
	var out []string
	for _, n := range names {
		if !shadows([]string{n}, drop) {
			out = append(out, n)
		}
	}
	return out
}

func appendNames(visible, names []string) []string {
	return append(without(visible, names...), names...)
}

func captureCall(names []string, line int) ast.Stmt {
	fn := &ast.FunctionExpr{ParList: &ast.ParList{}}
	for _, n := range names {
		use := &ast.LocalAssignStmt{Names: []string{"_"}, Exprs: []ast.Expr{&ast.IdentExpr{Value: n}}}
		fn.Stmts = append(fn.Stmts, &ast.DoBlockStmt{Stmts: []ast.Stmt{use}})
		setLines(line, use, use.Exprs[0], fn.Stmts[len(fn.Stmts)-1])
	}
	callee := &ast.StringExpr{Value: captureMark}
	call := &ast.FuncCallExpr{Func: callee, Args: []ast.Expr{fn}}
	st := &ast.FuncCallStmt{Expr: call}
	setLines(line, fn, callee, call, st)
	return st
}

func setLines(line int, nodes ...ast.PositionHolder) {
	for _, n := range nodes {
		n.SetLine(line)
		n.SetLastLine(line)
	}
}
