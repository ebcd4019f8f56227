package syntax

import "github.com/yuin/gopher-lua/ast"

// Children visits what stands directly below a statement: nested blocks and
// expressions, in the order of the text.
func Children(s ast.Stmt, block func([]ast.Stmt), expr func(ast.Expr)) {
	exprs := func(list []ast.Expr) {
		for _, x := range list {
			expr(x)
		}
	}
	switch s := s.(type) {
	case *ast.AssignStmt:
		exprs(s.Rhs)
		exprs(s.Lhs)
	case *ast.LocalAssignStmt:
		exprs(s.Exprs)
	case *ast.FuncCallStmt:
		expr(s.Expr)
	case *ast.DoBlockStmt:
		block(s.Stmts)
	case *ast.WhileStmt:
		expr(s.Condition)
		block(s.Stmts)
	case *ast.RepeatStmt:
		block(s.Stmts)
		expr(s.Condition)
	case *ast.IfStmt:
		expr(s.Condition)
		block(s.Then)
		block(s.Else)
	case *ast.NumberForStmt:
		exprs([]ast.Expr{s.Init, s.Limit, s.Step})
		block(s.Stmts)
	case *ast.GenericForStmt:
		exprs(s.Exprs)
		block(s.Stmts)
	case *ast.FuncDefStmt:
		exprs([]ast.Expr{s.Name.Func, s.Name.Receiver, s.Func})
	case *ast.ReturnStmt:
		exprs(s.Exprs)
	}
}

// ExprChildren visits what stands directly below an expression.
func ExprChildren(x ast.Expr, block func([]ast.Stmt), expr func(ast.Expr)) {
	switch x := x.(type) {
	case *ast.AttrGetExpr:
		expr(x.Object)
		expr(x.Key)
	case *ast.TableExpr:
		for _, f := range x.Fields {
			expr(f.Key)
			expr(f.Value)
		}
	case *ast.FuncCallExpr:
		expr(x.Func)
		expr(x.Receiver)
		for _, arg := range x.Args {
			expr(arg)
		}
	case *ast.LogicalOpExpr:
		expr(x.Lhs)
		expr(x.Rhs)
	case *ast.RelationalOpExpr:
		expr(x.Lhs)
		expr(x.Rhs)
	case *ast.StringConcatOpExpr:
		expr(x.Lhs)
		expr(x.Rhs)
	case *ast.ArithmeticOpExpr:
		expr(x.Lhs)
		expr(x.Rhs)
	case *ast.UnaryMinusOpExpr:
		expr(x.Expr)
	case *ast.UnaryNotOpExpr:
		expr(x.Expr)
	case *ast.UnaryLenOpExpr:
		expr(x.Expr)
	case *ast.FunctionExpr:
		block(x.Stmts)
	}
}

// Walk visits every expression of a chunk, the outer before the inner.
func Walk(chunk []ast.Stmt, visit func(ast.Expr)) {
	var block func([]ast.Stmt)
	var expr func(ast.Expr)
	block = func(stmts []ast.Stmt) {
		for _, s := range stmts {
			Children(s, block, expr)
		}
	}
	expr = func(x ast.Expr) {
		if x != nil {
			visit(x)
			ExprChildren(x, block, expr)
		}
	}
	block(chunk)
}

// Blocks visits the blocks that stand in a statement, those of functions in its
// expressions included.
func Blocks(s ast.Stmt, block func([]ast.Stmt)) {
	var expr func(ast.Expr)
	expr = func(x ast.Expr) { ExprChildren(x, block, expr) }
	Children(s, block, expr)
}
