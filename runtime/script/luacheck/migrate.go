package luacheck

import (
	"strings"

	"github.com/yuin/gopher-lua/ast"

	"hotshard/runtime/script/syntax"
)

// state collects the names by which a file's state can be known to a reload: locals,
// fields and globals that its top level makes. Open means that fields may appear in
// ways the text does not show.
type state struct {
	names map[string]bool
	open  bool
}

func findState(chunk []ast.Stmt) *state {
	s := &state{names: map[string]bool{}}
	s.block(chunk)
	return s
}

func (s *state) block(stmts []ast.Stmt) {
	for _, st := range stmts {
		switch st := st.(type) {
		case *ast.LocalAssignStmt:
			for _, name := range st.Names {
				s.names[name] = true
			}
		case *ast.AssignStmt:
			for _, lhs := range st.Lhs {
				s.target(lhs)
			}
		case *ast.FuncDefStmt:
			s.target(st.Name.Func)
			continue // what is in a function is no state of the file
		}
		syntax.Children(st, s.block, s.expr)
	}
}

func (s *state) target(x ast.Expr) {
	switch x := x.(type) {
	case *ast.IdentExpr:
		s.names[x.Value] = true
	case *ast.AttrGetExpr:
		s.key(x.Key)
	}
}

func (s *state) key(key ast.Expr) {
	switch key := key.(type) {
	case *ast.StringExpr:
		s.names[key.Value] = true
	case nil, *ast.NumberExpr:
	default:
		s.open = true
	}
}

func (s *state) expr(x ast.Expr) {
	switch x := x.(type) {
	case *ast.FunctionExpr:
		return
	case *ast.TableExpr:
		for _, f := range x.Fields {
			s.key(f.Key)
		}
	}
	syntax.ExprChildren(x, s.block, s.expr)
}

// migration checks that a reload.migrate names something of its file.
func (c *checker) migration(x *ast.FuncCallExpr) {
	name, ok := firstString(x.Args)
	if !ok || wordOf(x.Func) != "reload.migrate" || c.scope.find("reload") != nil {
		return
	}
	if c.state == nil {
		c.state = findState(c.src.chunk)
	}
	if c.state.open || c.state.names[name[strings.LastIndexByte(name, '.')+1:]] {
		return
	}
	var known []string
	for n := range c.state.names {
		known = append(known, n)
	}
	c.report(Error, x.Func.Line(), []string{"reload", "migrate"}, "reload.migrate(%q) names nothing in this file%s", name, suggest(name, known))
}
