package bytecode

import (
	lua "github.com/yuin/gopher-lua"
	"github.com/yuin/gopher-lua/ast"
)

// goto and labels, which 5.1 does not have and gopher-lua does, follow Lua 5.2: a
// label is seen in its block and the blocks in it, and none is jumped to into the
// scope of a local.

type label struct {
	pc     int
	locals int // in scope at the label
	line   int
}

// pending is a goto whose label has not been met. Its jump follows a CLOSE, for what
// it leaves.
type pending struct {
	name   string
	close  int // place of the CLOSE
	locals int // in scope at the goto, less those of blocks that have ended
	line   int
}

// label compiles a label. One that ends its block stands outside the scope of the
// block's locals.
func (f *function) label(st *ast.LabelStmt, last bool) {
	b := f.block
	for o := b; o != nil; o = o.parent {
		if l, ok := o.labels[st.Name]; ok {
			f.fail(st.Line(), "label '%s' already defined on line %d", st.Name, l.line)
		}
	}
	l := label{pc: f.pc(), locals: len(f.locals), line: st.Line()}
	if last {
		l.locals = b.locals
	}
	if b.labels == nil {
		b.labels = map[string]label{}
	}
	b.labels[st.Name] = l
	var rest []pending
	for _, g := range b.gotos {
		if g.name == st.Name {
			f.connect(g, l)
		} else {
			rest = append(rest, g)
		}
	}
	b.gotos = rest
}

func (f *function) gotoLabel(st *ast.GotoStmt) {
	g := pending{name: st.Label, close: f.abc(lua.OP_CLOSE, maxRegister, 0, 0), locals: len(f.locals), line: st.Line()}
	f.jump()
	for b := f.block; b != nil; b = b.parent {
		if l, ok := b.labels[st.Label]; ok {
			f.connect(g, l)
			return
		}
	}
	f.block.gotos = append(f.block.gotos, g)
}

// connect aims a goto at a label.
func (f *function) connect(g pending, l label) {
	if g.locals < l.locals {
		f.fail(g.line, "<goto %s> at line %d jumps into the scope of local '%s'", g.name, g.line, f.locals[g.locals].name)
	}
	base := 0
	if l.locals > 0 {
		base = f.locals[l.locals-1].reg + 1
	}
	f.proto.Code[g.close] = ABC(lua.OP_CLOSE, base, 0, 0)
	f.patchTo(g.close+1, l.pc)
}

// passGotos hands the gotos of a block that has ended to the one around it, which may
// have the label or get it.
func (f *function) passGotos(b *block) {
	for _, g := range b.gotos {
		g.locals = min(g.locals, b.locals)
		if b.parent == nil {
			f.fail(g.line, "no visible label '%s' for <goto> at line %d", g.name, g.line)
		}
		b.parent.gotos = append(b.parent.gotos, g)
	}
}
