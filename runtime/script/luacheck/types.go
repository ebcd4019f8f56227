package luacheck

import (
	"bytes"
	"slices"
	"strings"

	"github.com/yuin/gopher-lua/ast"

	"hotshard/runtime/script/syntax"
)

// Types is what a check knows of the types of things: which words take their names, and
// which there are.
type Types struct {
	// Args are the places of names among the arguments, from 0, by word: "items.give".
	Args map[string][]int
	// Fields are the fields of a table among the arguments, or of those in a list, that hold
	// names.
	Fields map[string]map[int][]string
	// Unknown is the sentence about a name that no type has, "" for one that is known.
	// Nil: no name is checked.
	Unknown func(name string) string
}

// UnknownTypes returns where one script names types that there are not. It judges the
// text alone: a name that is computed is an error when it is used.
func UnknownTypes(path string, text []byte, types Types) []Finding {
	if !types.mentioned(text) {
		return nil
	}
	t := newTree(API{}, API{})
	t.types, t.typesAlone = types, true
	t.put(parse(path, text))
	return slices.DeleteFunc(t.check(path), func(f Finding) bool { return !f.types })
}

// mentioned says whether a text may have one of the words in it: most scripts name no
// type, and need not be parsed to be told so.
func (t *Types) mentioned(text []byte) bool {
	has := func(word string) bool {
		table, _, _ := strings.Cut(word, ".")
		return bytes.Contains(text, []byte(table))
	}
	for word := range t.Args {
		if has(word) {
			return true
		}
	}
	for word := range t.Fields {
		if has(word) {
			return true
		}
	}
	return false
}

// typeNames checks the names that a call of a word gives.
func (c *checker) typeNames(x *ast.FuncCallExpr) {
	if c.types.Unknown == nil || c.src.isTest() { // a test may well ask for what there is not
		return
	}
	word := wordOf(x.Func)
	args, fields := c.types.Args[word], c.types.Fields[word]
	if args == nil && fields == nil || c.scope.find(rootOf(x.Func)) != nil {
		return
	}
	for _, i := range args {
		if i < len(x.Args) {
			c.typeName(x.Args[i])
		}
	}
	for i, keys := range fields {
		if i >= len(x.Args) {
			continue
		}
		if t, ok := x.Args[i].(*ast.TableExpr); ok {
			c.typeFields(t, keys)
		}
	}
}

// typeFields checks the fields of a table, or of those in a list of them.
func (c *checker) typeFields(t *ast.TableExpr, keys []string) {
	for _, f := range t.Fields {
		if member, ok := f.Value.(*ast.TableExpr); ok && f.Key == nil {
			c.typeFields(member, keys)
		}
		if key, ok := f.Key.(*ast.StringExpr); ok && slices.Contains(keys, key.Value) {
			c.typeName(f.Value)
		}
	}
}

// rootOf is the name that a word's expression begins with.
func rootOf(x ast.Expr) string {
	if attr, ok := x.(*ast.AttrGetExpr); ok {
		x = attr.Object
	}
	id, _ := x.(*ast.IdentExpr)
	if id == nil {
		return ""
	}
	return id.Value
}

// typeName reports a name that is written out, or that of a constant of the file, where
// no type is called that.
func (c *checker) typeName(x ast.Expr) {
	switch x := x.(type) {
	case *ast.StringExpr:
		c.reportType(x.Line(), x.Value)
	case *ast.LogicalOpExpr: // name or "Wren"
		c.typeName(x.Lhs)
		c.typeName(x.Rhs)
	case *ast.IdentExpr:
		if l := c.scope.find(x.Value); l != nil && l.text != nil && !c.constants().assigned[x.Value] {
			c.reportType(l.text.Line(), l.text.Value)
		}
	case *ast.AttrGetExpr:
		if text := c.constants().fields[wordOf(x)]; text != nil {
			c.reportType(text.Line(), text.Value)
		}
	}
}

func (c *checker) reportType(line int, name string) {
	if message := c.types.Unknown(name); message != "" {
		c.note(Error, line, []string{name}, message)
		c.findings[len(c.findings)-1].types = true
	}
}

// constants are the names of a file that hold one text and are given it once.
type constants struct {
	assigned map[string]bool            // locals that are assigned to
	fields   map[string]*ast.StringExpr // "pilot.rookie", at the top level; nil: given something else too
	depth    int
}

// constants reads the file for them once somebody asks.
func (c *checker) constants() *constants {
	if c.consts == nil {
		c.consts = &constants{assigned: map[string]bool{}, fields: map[string]*ast.StringExpr{}}
		c.consts.block(c.src.chunk)
	}
	return c.consts
}

func (k *constants) block(stmts []ast.Stmt) {
	k.depth++
	defer func() { k.depth-- }()
	for _, s := range stmts {
		if a, ok := s.(*ast.AssignStmt); ok {
			for i, lhs := range a.Lhs {
				k.assign(lhs, a.Rhs, i)
			}
		}
		syntax.Blocks(s, k.block)
	}
}

func (k *constants) assign(lhs ast.Expr, rhs []ast.Expr, i int) {
	word := wordOf(lhs)
	if id, ok := lhs.(*ast.IdentExpr); ok {
		k.assigned[id.Value] = true
		return
	}
	if word == "" { // t[i], a.b.c: no name to remember it by
		return
	}
	if _, again := k.fields[word]; again || i >= len(rhs) {
		k.fields[word] = nil
		return
	}
	text, _ := rhs[i].(*ast.StringExpr)
	if k.depth > 1 {
		text = nil
	}
	k.fields[word] = text
}
