package syntax

import "github.com/yuin/gopher-lua/ast"

// A tree is made of many small nodes, lists and names, and let go of as one. So
// the frequent nodes are cut from blocks, lists are collected on a stack and
// copied when their length is known, and equal names share a text.

// slab makes values in blocks, small ones at first.
type slab[T any] struct {
	free []T
	size int
}

func (s *slab[T]) get() *T {
	if len(s.free) == 0 {
		s.size = min(2*s.size+2, 64)
		s.free = make([]T, s.size)
	}
	v := &s.free[0]
	s.free = s.free[1:]
	return v
}

// nodes are the slabs of a parser.
type nodes struct {
	idents  slab[ast.IdentExpr]
	numbers slab[ast.NumberExpr]
	strings slab[ast.StringExpr]
	indexes slab[ast.AttrGetExpr]
	calls   slab[ast.FuncCallExpr]
	fields  slab[ast.Field]
}

func (n *nodes) newIdent(name string, line int) *ast.IdentExpr {
	ex := n.idents.get()
	ex.Value = name
	return placed(ex, line, line)
}

func (n *nodes) newNumber(literal string) *ast.NumberExpr {
	ex := n.numbers.get()
	ex.Value = literal
	return ex
}

func (n *nodes) newString(value string) *ast.StringExpr {
	ex := n.strings.get()
	ex.Value = value
	return ex
}

func (n *nodes) newIndex(object, key ast.Expr, line int) *ast.AttrGetExpr {
	ex := n.indexes.get()
	ex.Object, ex.Key = object, key
	return placed(ex, line, line)
}

func (n *nodes) newField(key, value ast.Expr) *ast.Field {
	f := n.fields.get()
	f.Key, f.Value = key, value
	return f
}

// stack collects lists that are open inside each other.
type stack[T any] []T

func (s *stack[T]) push(v T) { *s = append(*s, v) }

// pop takes what was pushed since the stack had the height.
func (s *stack[T]) pop(height int) []T {
	list := make([]T, len(*s)-height)
	copy(list, (*s)[height:])
	*s = (*s)[:height]
	return list
}

// dictionary remembers texts by a hash, the last one for each.
type dictionary [512]string

// intern gives equal words one text, as a rule.
func (d *dictionary) intern(word []byte) string {
	hash := uint32(len(word))
	for _, c := range word {
		hash = hash*31 + uint32(c)
	}
	slot := &d[(hash^hash>>9)%uint32(len(d))]
	if *slot != string(word) {
		*slot = string(word)
	}
	return *slot
}
