package luacheck

import "github.com/yuin/gopher-lua/ast"

// children visits what stands directly below a statement: nested blocks and
// expressions, in the order of the text.
func children(s ast.Stmt, block func([]ast.Stmt), expr func(ast.Expr)) {
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

// exprChildren visits what stands directly below an expression.
func exprChildren(x ast.Expr, block func([]ast.Stmt), expr func(ast.Expr)) {
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
