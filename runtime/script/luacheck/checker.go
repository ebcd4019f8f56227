package luacheck

import (
	"fmt"
	"strings"

	"github.com/yuin/gopher-lua/ast"

	"hotshard/runtime/script"
	"hotshard/runtime/script/code"
	"hotshard/runtime/script/syntax"
)

// maxArray is how many items an array literal may have: the VM silently loses
// what is beyond (511 batches of 50 items).
const maxArray = 25_550

// local is one declared name. A constant one that holds a required module gives
// its fields away.
type local struct {
	name   string
	line   int
	nth    int // of that name on its line
	used   bool
	quiet  bool            // parameters, loop variables and names with _: nobody minds if unused
	text   *ast.StringExpr // what it is given where it is declared
	module string          // "lib.ship" for local ship = require "lib.ship"
	more   *local          // the next name of the same statement
}

// scope is a block with its names.
type scope struct {
	up     *scope
	locals []*local
}

func (s *scope) find(name string) *local {
	for ; s != nil; s = s.up {
		for i := len(s.locals) - 1; i >= 0; i-- {
			if s.locals[i].name == name {
				return s.locals[i]
			}
		}
	}
	return nil
}

// checker walks one file.
type checker struct {
	*tree
	src      *source
	scope    *scope
	state    *state // of the file, once somebody asks
	consts   *constants
	findings []Finding
	seen     map[string]int // how often names were reported on a line, for the column
}

// report notes a finding at the place where the names stand on the line, where more than
// types is asked for.
func (c *checker) report(sev Severity, line int, names []string, format string, args ...any) {
	if !c.typesAlone {
		c.note(sev, line, names, fmt.Sprintf(format, args...))
	}
}

func (c *checker) note(sev Severity, line int, names []string, message string) {
	key := fmt.Sprint(line, names)
	col := c.src.column(line, c.seen[key], names...)
	c.seen[key]++
	c.findings = append(c.findings, Finding{Line: line, Col: col, Severity: sev, Message: message})
}

func (c *checker) open() { c.scope = &scope{up: c.scope} }

// close leaves a block and reports the locals in it that nobody read. Of
// "local a, b, c = f()" only those behind the last one in use are reported.
func (c *checker) close() {
	for _, l := range c.scope.locals {
		if l.used || l.quiet {
			continue
		}
		later := false
		for m := l.more; m != nil; m = m.more {
			later = later || m.used
		}
		if !later {
			c.report(Warning, l.line, []string{l.name}, "unused local %s", l.name)
		}
	}
	c.scope = c.scope.up
}

func (c *checker) declare(line int, name string, quiet bool) *local {
	l := &local{name: name, line: line, quiet: quiet || strings.HasPrefix(name, "_")}
	c.scope.locals = append(c.scope.locals, l)
	return l
}

// function checks a function's body in a scope of its own.
func (c *checker) function(params []string, f *ast.FunctionExpr) {
	c.open()
	for _, p := range params {
		c.declare(f.Line(), p, true)
	}
	for _, p := range f.ParList.Names {
		c.declare(f.Line(), p, true)
	}
	c.stmts(f.Stmts)
	c.close()
}

func (c *checker) block(stmts []ast.Stmt) {
	c.open()
	c.stmts(stmts)
	c.close()
}

func (c *checker) stmts(list []ast.Stmt) {
	for _, s := range list {
		c.stmt(s)
	}
}

func (c *checker) exprs(list []ast.Expr) {
	for _, x := range list {
		c.expr(x)
	}
}

func (c *checker) stmt(s ast.Stmt) {
	switch s := s.(type) {
	case *ast.LocalAssignStmt:
		c.localAssign(s)
	case *ast.AssignStmt:
		c.exprs(s.Rhs)
		for _, lhs := range s.Lhs {
			c.assign(lhs)
		}
	case *ast.FuncDefStmt:
		c.funcDef(s)
	case *ast.RepeatStmt: // the condition sees the body's locals
		c.open()
		c.stmts(s.Stmts)
		c.expr(s.Condition)
		c.close()
	case *ast.NumberForStmt:
		c.exprs([]ast.Expr{s.Init, s.Limit, s.Step})
		c.open()
		c.declare(s.Line(), s.Name, true)
		c.stmts(s.Stmts)
		c.close()
	case *ast.GenericForStmt:
		c.exprs(s.Exprs)
		c.open()
		for _, n := range s.Names {
			c.declare(s.Line(), n, true)
		}
		c.stmts(s.Stmts)
		c.close()
	default:
		syntax.Children(s, c.block, c.expr)
	}
}

func (c *checker) localAssign(s *ast.LocalAssignStmt) {
	if len(s.Names) == 1 && len(s.Exprs) == 1 { // local function: the body sees the name
		if f, ok := s.Exprs[0].(*ast.FunctionExpr); ok {
			c.declare(s.Line(), s.Names[0], false)
			c.function(nil, f)
			return
		}
	}
	c.exprs(s.Exprs)
	var before *local
	for i, name := range s.Names {
		l := c.declare(s.Line(), name, false)
		if i < len(s.Exprs) {
			l.module = required(s.Exprs[i])
			l.text, _ = s.Exprs[i].(*ast.StringExpr)
		}
		if before != nil {
			before.more = l
		}
		before = l
	}
}

// assign checks the left side of an assignment.
func (c *checker) assign(lhs ast.Expr) {
	switch x := lhs.(type) {
	case *ast.IdentExpr:
		if l := c.scope.find(x.Value); l != nil {
			l.module = ""
			return
		}
		c.newGlobal(x.Line(), x.Value)
	case *ast.AttrGetExpr:
		c.setField(x)
	}
}

func (c *checker) newGlobal(line int, name string) {
	if c.isGlobal(c.src, name) {
		c.report(Error, line, []string{name}, "assignment to %s, which belongs to the API", name)
		return
	}
	c.report(Error, line, []string{name}, "assignment to the new global %s: write local %s, or keep it in a module", name, name)
}

// setField checks "object.key = ...". Setting a field of a module is how the
// module gets it, so only the API's own tables are guarded.
func (c *checker) setField(x *ast.AttrGetExpr) {
	id, ok := x.Object.(*ast.IdentExpr)
	key, isString := x.Key.(*ast.StringExpr)
	if ok && isString {
		if l := c.scope.find(id.Value); l != nil {
			l.used = true
			return
		}
		if w, known := c.words(c.src, id.Value); known {
			if id.Value == "event" {
				c.handles(key.Line(), []string{id.Value, key.Value}, key.Value)
			}
			if !w.Open && !c.src.isTest() {
				c.report(Error, key.Line(), []string{id.Value, key.Value}, "assignment to %s.%s, which belongs to the API", id.Value, key.Value)
			}
			return
		}
	}
	c.expr(x.Object)
	c.expr(x.Key)
}

func (c *checker) funcDef(s *ast.FuncDefStmt) {
	if s.Name.Func == nil { // function object:method()
		c.expr(s.Name.Receiver)
		c.function([]string{"self"}, s.Func)
		return
	}
	c.assign(s.Name.Func)
	c.function(nil, s.Func)
}

func (c *checker) expr(x ast.Expr) {
	switch x := x.(type) {
	case *ast.IdentExpr:
		c.read(x)
	case *ast.AttrGetExpr:
		c.getField(x)
	case *ast.FuncCallExpr:
		c.call(x)
	case *ast.FunctionExpr:
		c.function(nil, x)
	case *ast.TableExpr:
		if n := items(x); n > maxArray {
			c.report(Error, x.Line(), []string{"{"}, "an array literal of %d items: the VM loses those beyond %d", n, maxArray)
		}
		syntax.ExprChildren(x, c.block, c.expr)
	default:
		syntax.ExprChildren(x, c.block, c.expr)
	}
}

func items(t *ast.TableExpr) int {
	n := 0
	for _, f := range t.Fields {
		if f.Key == nil {
			n++
		}
	}
	return n
}

func (c *checker) read(x *ast.IdentExpr) {
	if l := c.scope.find(x.Value); l != nil {
		l.used = true
		return
	}
	if !c.isGlobal(c.src, x.Value) {
		c.report(Error, x.Line(), []string{x.Value}, "%s", c.unknownGlobal(c.src, x.Value))
	}
}

// getField checks "object.key" where the object is an API table or a required
// module.
func (c *checker) getField(x *ast.AttrGetExpr) {
	key, isString := x.Key.(*ast.StringExpr)
	if isString {
		if id, ok := x.Object.(*ast.IdentExpr); ok {
			c.knownField(id, key.Value, key.Line())
		} else if m := required(x.Object); m != "" {
			c.moduleField(m, []string{key.Value}, key.Value, key.Line())
		}
	}
	c.expr(x.Object)
	if !isString {
		c.expr(x.Key)
	}
}

func (c *checker) knownField(id *ast.IdentExpr, key string, line int) {
	if l := c.scope.find(id.Value); l != nil {
		if l.module != "" {
			c.moduleField(l.module, []string{id.Value, key}, key, line)
		}
		return
	}
	w, known := c.words(c.src, id.Value)
	if !known || w.Open {
		return
	}
	if _, ok := w.Names[key]; ok {
		return
	}
	var names []string
	for n := range w.Names {
		names = append(names, n)
	}
	c.report(Error, line, []string{id.Value, key}, "%s has no %s%s", id.Value, key, suggest(key, names))
}

func (c *checker) moduleField(module string, place []string, key string, line int) {
	if c.hasField(module, key) {
		return
	}
	c.report(Error, line, place, "module %s has no %s%s", module, key, suggest(key, c.fields(module)))
}

// call checks calls of require, methods of modules, and how many arguments the
// API's functions get.
func (c *checker) call(x *ast.FuncCallExpr) {
	if m := required(x); m != "" {
		if code.IsData(code.ModulePath(m)) {
			c.report(Error, x.Args[0].Line(), []string{m}, "%s is data and no module: types.get gives its figures", m)
		} else if _, ok := c.exports[m]; !ok && c.scope.find("require") == nil {
			c.report(Error, x.Args[0].Line(), []string{m}, "no module %s below the script root%s", m, suggest(m, c.modules()))
		} else if why := c.apart(c.src, m); why != "" {
			c.report(Error, x.Args[0].Line(), []string{m}, "%s", why)
		}
	}
	if x.Func == nil { // object:method()
		if id, ok := x.Receiver.(*ast.IdentExpr); ok {
			c.knownField(id, x.Method, id.Line())
		}
		c.expr(x.Receiver)
	} else {
		c.expr(x.Func)
		c.argumentCount(x)
		c.migration(x)
		c.typeNames(x)
	}
	c.exprs(x.Args)
}

func (c *checker) argumentCount(x *ast.FuncCallExpr) {
	table, name := "", ""
	line := x.Func.Line()
	switch f := x.Func.(type) {
	case *ast.IdentExpr:
		name = f.Value
	case *ast.AttrGetExpr:
		id, ok := f.Object.(*ast.IdentExpr)
		key, isString := f.Key.(*ast.StringExpr)
		if !ok || !isString {
			return
		}
		table, name, line = id.Value, key.Value, key.Line()
	}
	root, names := name, []string{name}
	if table != "" {
		root, names = table, []string{table, name}
	}
	if name == "" || c.scope.find(root) != nil {
		return
	}
	if text, ok := firstString(x.Args); ok {
		switch root {
		case "on", "subscribe":
			c.handles(line, names, text)
		case "at":
			if err := script.CheckCalendar(text); err != nil {
				c.report(Error, line, names, "at: %v", err)
			}
		}
	}
	a := c.arityOf(c.src, table, name)
	least, open := count(x.Args)
	if a.Max >= 0 && least > a.Max {
		c.report(Error, line, names, "%s takes %s, here are %d", strings.Join(names, "."), arguments(a), least)
	} else if a.Min >= 0 && !open && least < a.Min {
		c.report(Error, line, names, "%s takes %s, here are %d", strings.Join(names, "."), arguments(a), least)
	}
}

func firstString(args []ast.Expr) (string, bool) {
	if len(args) == 0 {
		return "", false
	}
	s, ok := args[0].(*ast.StringExpr)
	if !ok {
		return "", false
	}
	return s.Value, true
}

// count returns how many arguments are there at least, and whether a call or
// "..." at the end may bring more.
func count(args []ast.Expr) (int, bool) {
	if len(args) == 0 {
		return 0, false
	}
	open := false
	switch last := args[len(args)-1].(type) {
	case *ast.FuncCallExpr:
		open = !last.AdjustRet
	case *ast.Comma3Expr:
		open = !last.AdjustRet
	}
	if open {
		return len(args) - 1, true
	}
	return len(args), false
}

func arguments(a Arity) string {
	switch {
	case a.Max < 0:
		return fmt.Sprintf("%d arguments or more", a.Min)
	case a.Min == a.Max && a.Min == 1:
		return "1 argument"
	case a.Min == a.Max:
		return fmt.Sprintf("%d arguments", a.Min)
	}
	return fmt.Sprintf("%d to %d arguments", a.Min, a.Max)
}
