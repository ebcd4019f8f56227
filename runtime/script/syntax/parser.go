package syntax

import (
	"fmt"

	"github.com/yuin/gopher-lua/ast"
)

const (
	maxLevels = 200    // of blocks and expressions inside each other, as in 5.1
	maxHeight = 10_000 // of the tree that one statement may become
)

// parser is a recursive descent with one token in hand. Where Lua 5.1 looks at a
// second one, in a table, it keeps that too, and as there it counts as read.
type parser struct {
	lexer
	nodes
	exprs    stack[ast.Expr]
	stmts    stack[ast.Stmt]
	items    stack[*ast.Field]
	tok      token
	ahead    token // behind tok
	hasAhead bool
	lastLine int // of the token before tok: that of its end
	level    int
	height   int // of the highest tree made in what is being read
	fn       function
}

// function is what the parser knows of the function that it is in.
type function struct {
	vararg bool
	loops  int // open ones
}

// Parse reads a file. name is for errors only, which are all *Error.
func Parse(src []byte, name string) (chunk []ast.Stmt, err error) {
	p := &parser{lexer: lexer{src: src, name: name, line: 1}, fn: function{vararg: true}}
	defer catch(&err)
	p.advance()
	list := p.block()
	p.check(_eof)
	return list, nil
}

// advance goes to the next token.
func (p *parser) advance() {
	p.lastLine = p.line
	if p.hasAhead {
		p.tok, p.hasAhead = p.ahead, false
		return
	}
	p.next(&p.tok)
}

// peek is the kind of the token behind tok.
func (p *parser) peek() kind {
	p.next(&p.ahead)
	p.hasAhead = true
	return p.ahead.kind
}

// accept goes over a token of the kind, if it is one.
func (p *parser) accept(k kind) bool {
	if p.tok.kind != k {
		return false
	}
	p.advance()
	return true
}

func (p *parser) check(k kind) {
	if p.tok.kind != k {
		p.unexpected(fmt.Sprintf("'%s' expected", k))
	}
}

func (p *parser) expect(k kind) {
	p.check(k)
	p.advance()
}

// closes expects what ends a construct that opener began on a line, and returns
// the line of the end.
func (p *parser) closes(what, opener kind, line int) int {
	if p.tok.kind != what && line != p.line {
		p.unexpected(fmt.Sprintf("'%s' expected (to close '%s' at line %d)", what, opener, line))
	}
	p.expect(what)
	return p.lastLine
}

// identifier expects a name.
func (p *parser) identifier() string {
	p.check(_name)
	name := p.tok.text
	p.advance()
	return name
}

// unexpected blames the token in hand.
func (p *parser) unexpected(message string) {
	p.start = p.tok.start
	p.fail(message, p.near(p.tok))
}

// enter goes one level down, and returns the height so far for leave.
func (p *parser) enter() (outer int) {
	if p.level++; p.level > maxLevels {
		p.tooDeep()
	}
	outer, p.height = p.height, 0
	return outer
}

func (p *parser) leave(outer int) {
	p.level--
	p.height = max(outer, p.height+1)
}

// grow notes a node on top of those made in this statement or expression: `a + b
// + c` and `a.b.c` need no level and yet make a tree as high as they are long.
func (p *parser) grow() {
	if p.height++; p.height > maxHeight {
		p.tooDeep()
	}
}

func (p *parser) tooDeep() { p.fail("chunk has too many syntax levels", "") }

// placed sets a node's lines.
func placed[N ast.PositionHolder](node N, line, last int) N {
	node.SetLine(line)
	node.SetLastLine(last)
	return node
}
