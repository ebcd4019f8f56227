package differ

import "strings"

// nodeKind says what may stand in a node's place.
type nodeKind uint8

const (
	expression nodeKind = iota
	statement
	block    // statements, one a line
	sequence // expressions or names, with commas between
	fixed    // text that must stay as it is
)

// node is a piece of a program. It knows just enough of Lua to be written out and
// to be made smaller: see shrink.go.
type node struct {
	kind  nodeKind
	form  string  // the text, with a hole for each kid; of a block or a sequence: unused
	kids  []*node // in the order of the holes
	least int     // how many kids a sequence needs
}

// hole stands for a kid in a form. Lua has no such sign; in a text it has to come through a kid.
const hole = "@"

func expr(form string, kids ...*node) *node { return &node{kind: expression, form: form, kids: kids} }
func stat(form string, kids ...*node) *node { return &node{kind: statement, form: form, kids: kids} }
func body(kids ...*node) *node              { return &node{kind: block, kids: kids} }
func text(s string) *node                   { return &node{kind: fixed, form: s} }

// list is a sequence that may become empty, list1 one that keeps a member.
func list(kids ...*node) *node  { return &node{kind: sequence, kids: kids} }
func list1(kids ...*node) *node { return &node{kind: sequence, kids: kids, least: 1} }

// source is the program's text.
func (n *node) source() string {
	var b strings.Builder
	n.write(&b, 0)
	b.WriteByte('\n')
	return b.String()
}

func (n *node) write(b *strings.Builder, depth int) {
	switch n.kind {
	case block:
		n.writeBlock(b, depth)
	case sequence:
		for i, kid := range n.kids {
			if i > 0 {
				b.WriteString(", ")
			}
			kid.write(b, depth)
		}
	default:
		n.writeForm(b, depth)
	}
}

func (n *node) writeForm(b *strings.Builder, depth int) {
	rest := n.form
	for _, kid := range n.kids {
		before, after, _ := strings.Cut(rest, hole)
		b.WriteString(before)
		if kid.kind == block {
			b.WriteByte('\n')
			kid.write(b, depth+1)
			indent(b, depth)
		} else {
			kid.write(b, depth)
		}
		rest = after
	}
	b.WriteString(rest)
}

func (n *node) writeBlock(b *strings.Builder, depth int) {
	for _, kid := range n.kids {
		if kid.kind == block { // of a statement that the shrinker took away
			kid.write(b, depth)
			continue
		}
		indent(b, depth)
		kid.write(b, depth)
		b.WriteByte('\n')
	}
}

func indent(b *strings.Builder, depth int) {
	for range depth {
		b.WriteString("  ")
	}
}
