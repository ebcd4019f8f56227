package luacheck

import (
	"fmt"
	"maps"
	"sort"
	"strings"

	"github.com/yuin/gopher-lua/ast"

	"hotshard/runtime/script/syntax"
)

// tree is all scripts below the root.
type tree struct {
	api, tests API
	sources    map[string]*source // by file
	exports    map[string]exports // by module
	given      map[string]map[string]bool
	events     map[string]bool // the core's
	rooms      []room
	types      Types
	typesAlone bool   // nothing else is asked for
	raised     raised // the scripts' own,
	tested     raised // and those that tests make happen besides
}

func newTree(api, tests API) *tree {
	return &tree{api: api, tests: tests, sources: map[string]*source{}, exports: map[string]exports{},
		given: map[string]map[string]bool{}, events: map[string]bool{}, raised: newRaised(), tested: newRaised()}
}

// put takes a script in: what it exports, which fields it gives to the modules it
// requires, which events it makes happen.
func (t *tree) put(s *source) {
	t.sources[s.name] = s
	t.exports[s.module()] = s.exports
	for module, fields := range s.gives {
		if t.given[module] == nil {
			t.given[module] = map[string]bool{}
		}
		maps.Copy(t.given[module], fields)
	}
	if s.isTest() {
		t.tested.join(s.raises)
	} else {
		t.raised.join(s.raises)
	}
}

// learn notes of a script what the others have to know.
func (s *source) learn() {
	s.raises = newRaised()
	if s.chunk == nil {
		s.exports = exports{open: true}
		return
	}
	s.exports = findExports(s.chunk)
	aliases := map[string]string{}
	for _, stmt := range s.chunk {
		if local, ok := stmt.(*ast.LocalAssignStmt); ok {
			for i, n := range local.Names {
				if i < len(local.Exprs) {
					if m := required(local.Exprs[i]); m != "" {
						aliases[n] = m
					}
				}
			}
		}
	}
	s.gives = map[string]map[string]bool{}
	g := &gifts{aliases: aliases, given: s.gives}
	g.block(s.chunk)
	s.raises.block(s.chunk)
}

// gifts notes "m.field = value" and "function m.field()" where m is a required
// module: other files may rely on the field.
type gifts struct {
	aliases map[string]string
	given   map[string]map[string]bool
}

func (g *gifts) block(stmts []ast.Stmt) {
	for _, s := range stmts {
		switch s := s.(type) {
		case *ast.AssignStmt:
			for _, lhs := range s.Lhs {
				g.target(lhs)
			}
		case *ast.FuncDefStmt:
			g.target(s.Name.Func)
		}
		syntax.Children(s, g.block, g.expr)
	}
}

func (g *gifts) expr(x ast.Expr) { syntax.ExprChildren(x, g.block, g.expr) }

func (g *gifts) target(x ast.Expr) {
	attr, ok := x.(*ast.AttrGetExpr)
	if !ok {
		return
	}
	id, ok := attr.Object.(*ast.IdentExpr)
	key, isString := attr.Key.(*ast.StringExpr)
	if !ok || !isString || g.aliases[id.Value] == "" {
		return
	}
	module := g.aliases[id.Value]
	if g.given[module] == nil {
		g.given[module] = map[string]bool{}
	}
	g.given[module][key.Value] = true
}

// required returns the module of a "require 'name'" expression, else "".
func required(x ast.Expr) string {
	call, ok := x.(*ast.FuncCallExpr)
	if !ok || len(call.Args) != 1 {
		return ""
	}
	fn, ok := call.Func.(*ast.IdentExpr)
	name, isString := call.Args[0].(*ast.StringExpr)
	if !ok || !isString || fn.Value != "require" {
		return ""
	}
	return name.Value
}

// hasField says whether the module is known to lack the field (false) or may
// have it (true).
func (t *tree) hasField(module, field string) bool {
	e, ok := t.exports[module]
	return !ok || e.open || e.fields[field] || t.given[module][field]
}

func (t *tree) fields(module string) []string {
	var names []string
	for f := range t.exports[module].fields {
		names = append(names, f)
	}
	return names
}

func (t *tree) modules() []string {
	var names []string
	for m := range t.exports {
		if !strings.HasSuffix(m, "_test") {
			names = append(names, m)
		}
	}
	return names
}

// check returns the findings in one file, in the order of the text.
func (t *tree) check(name string) []Finding {
	s := t.sources[name]
	if s.broken != nil {
		return []Finding{*s.broken}
	}
	c := &checker{tree: t, src: s, seen: map[string]int{}}
	c.function(nil, &ast.FunctionExpr{ParList: &ast.ParList{HasVargs: true}, Stmts: s.chunk})
	sort.SliceStable(c.findings, func(i, j int) bool {
		a, b := c.findings[i], c.findings[j]
		return a.Line < b.Line || a.Line == b.Line && a.Col < b.Col
	})
	return c.findings
}

// words returns the words of an API table that the file may use.
func (t *tree) words(s *source, table string) (Words, bool) {
	if w, ok := t.apiOf(s)[table]; ok {
		return w, true
	}
	if s.isTest() {
		w, ok := t.testsOf(s)[table]
		return w, ok
	}
	return Words{}, false
}

func (t *tree) isGlobal(s *source, name string) bool {
	return t.apiOf(s).global(name) || s.isTest() && t.testsOf(s).global(name)
}

// arityOf returns the arity of a global function or a function of an API table.
func (t *tree) arityOf(s *source, table, name string) Arity {
	if a, ok := t.apiOf(s)[table].Names[name]; ok {
		return a
	}
	if a, ok := t.testsOf(s)[table].Names[name]; ok && s.isTest() {
		return a
	}
	return Any
}

// unknownGlobal words the message for a name nobody declared.
func (t *tree) unknownGlobal(s *source, name string) string {
	api, tests := t.apiOf(s), t.testsOf(s)
	if !s.isTest() && tests.global(name) {
		return fmt.Sprintf("%s exists in tests only (files called *_test.lua, and those in testing/)", name)
	}
	if r := t.roomOf(s.name); r != nil && t.api.global(name) {
		return fmt.Sprintf("%s is no word of %s", name, r.Of)
	}
	for i := range t.rooms {
		if r := &t.rooms[i]; t.roomOf(s.name) == nil && r.API.global(name) {
			return fmt.Sprintf("%s is a word of %s, for scripts below %s", name, r.Of, r.Folder)
		}
	}
	known := api.globals()
	if s.isTest() {
		known = append(known, tests.globals()...)
	}
	return fmt.Sprintf("undeclared name %s%s", name, suggest(name, known))
}
