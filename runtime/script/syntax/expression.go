package syntax

import "github.com/yuin/gopher-lua/ast"

// power is how strongly an operator binds what stands to its left and right. The
// two that group to the right bind less there.
type power struct{ left, right int8 }

// unaryPower is that of `not`, `#` and the minus sign: below `^` alone.
const unaryPower = 8

// binary is the power of a binary operator; left is 0 for what is none.
func binary(k kind) power {
	switch k {
	case _or:
		return power{1, 1}
	case _and:
		return power{2, 2}
	case '<', '>', _le, _ge, _ne, _eq:
		return power{3, 3}
	case _concat:
		return power{5, 4}
	case '+', '-':
		return power{6, 6}
	case '*', '/', '%':
		return power{7, 7}
	case '^':
		return power{10, 9}
	}
	return power{}
}

func (p *parser) expression() ast.Expr { return p.operation(0) }

// expressions reads a list of one or more.
func (p *parser) expressions() []ast.Expr {
	list := []ast.Expr{p.expression()}
	for p.accept(',') {
		p.read(list[len(list)-1])
		list = append(list, p.expression())
	}
	return list
}

// read notes that the value of a name or an index is read once the last token has
// been: 5.1 does so as late as it can.
func (p *parser) read(ex ast.Expr) {
	switch ex := ex.(type) {
	case *ast.IdentExpr:
		ex.SetLastLine(p.lastLine)
	case *ast.AttrGetExpr:
		ex.SetLastLine(p.lastLine)
	}
}

// operation reads an expression of operators that bind more strongly than limit.
func (p *parser) operation(limit int8) ast.Expr {
	outer := p.enter()
	left := p.operand()
	for {
		op := p.tok.kind
		bind := binary(op)
		if bind.left <= limit {
			break
		}
		p.advance()
		p.read(left)
		left = p.operate(op, left, p.operation(bind.right))
		p.grow()
	}
	p.leave(outer)
	return left
}

// operand is one with its unary operators.
func (p *parser) operand() ast.Expr {
	op := p.tok.kind
	if op != _not && op != '-' && op != '#' {
		return p.simple()
	}
	p.advance()
	ex := p.operation(unaryPower)
	switch op {
	case _not:
		return placed(&ast.UnaryNotOpExpr{Expr: ex}, p.lastLine, p.lastLine)
	case '-':
		return placed(&ast.UnaryMinusOpExpr{Expr: ex}, p.lastLine, p.lastLine)
	}
	return placed(&ast.UnaryLenOpExpr{Expr: ex}, p.lastLine, p.lastLine)
}

func (p *parser) operate(op kind, left, right ast.Expr) ast.Expr {
	switch op {
	case _or, _and:
		return placed(&ast.LogicalOpExpr{Operator: op.String(), Lhs: left, Rhs: right}, p.lastLine, p.lastLine)
	case '<', '>', _le, _ge, _ne, _eq:
		return placed(&ast.RelationalOpExpr{Operator: op.String(), Lhs: left, Rhs: right}, p.lastLine, p.lastLine)
	case _concat:
		return placed(&ast.StringConcatOpExpr{Lhs: left, Rhs: right}, p.lastLine, p.lastLine)
	}
	return placed(&ast.ArithmeticOpExpr{Operator: op.String(), Lhs: left, Rhs: right}, p.lastLine, p.lastLine)
}

// simple is an expression without operators.
func (p *parser) simple() ast.Expr {
	line := p.line
	switch p.tok.kind {
	case '{':
		return p.table()
	case _function:
		p.advance()
		return p.function(line, p.line)
	case _number, _string, _nil, _true, _false, _dots:
		ex := placed(p.constant(), line, line)
		p.advance()
		return ex
	}
	ex, _ := p.suffixed()
	return ex
}

// constant is what the token in hand alone stands for.
func (p *parser) constant() ast.Expr {
	switch p.tok.kind {
	case _number:
		return &ast.NumberExpr{Value: p.tok.text}
	case _string:
		return &ast.StringExpr{Value: p.tok.text}
	case _nil:
		return &ast.NilExpr{}
	case _true:
		return &ast.TrueExpr{}
	case _false:
		return &ast.FalseExpr{}
	}
	if !p.fn.vararg {
		p.unexpected("cannot use '...' outside a vararg function")
	}
	return &ast.Comma3Expr{}
}

// suffixed reads a name or something in parentheses with what follows it: fields,
// keys and calls. target says whether a value can be assigned to it.
func (p *parser) suffixed() (ex ast.Expr, target bool) {
	ex, target = p.prefix()
	for {
		switch p.tok.kind {
		case '.':
			ex, target = p.field(ex), true
		case '[':
			ex, target = p.index(ex), true
		case ':':
			ex, target = p.method(ex), false
		case '(', '{', _string:
			ex, target = p.call(&ast.FuncCallExpr{Func: ex}), false
		default:
			return ex, target
		}
		p.grow()
	}
}

func (p *parser) prefix() (ex ast.Expr, target bool) {
	line := p.line
	switch p.tok.kind {
	case _name:
		ex = placed(&ast.IdentExpr{Value: p.tok.text}, p.tok.line, p.tok.line)
		p.advance()
		return ex, true
	case '(':
		p.advance()
		ex = p.expression()
		p.closes(')', '(', line)
		p.read(ex)
		adjust(ex)
		return ex, false
	}
	p.unexpected("unexpected symbol")
	return nil, false
}

// adjust makes what could be many values one: that is all that parentheses do.
func adjust(ex ast.Expr) {
	switch ex := ex.(type) {
	case *ast.FuncCallExpr:
		ex.AdjustRet = true
	case *ast.Comma3Expr:
		ex.AdjustRet = true
	}
}

// field reads `.name`.
func (p *parser) field(object ast.Expr) ast.Expr {
	p.advance()
	line := p.line
	key := placed(&ast.StringExpr{Value: p.identifier()}, line, line)
	return placed(&ast.AttrGetExpr{Object: object, Key: key}, line, line)
}

// index reads `[key]`.
func (p *parser) index(object ast.Expr) ast.Expr {
	key := p.key()
	return placed(&ast.AttrGetExpr{Object: object, Key: key}, p.lastLine, p.lastLine)
}

// key reads an expression in brackets.
func (p *parser) key() ast.Expr {
	p.advance()
	key := p.expression()
	p.expect(']')
	return key
}

func (p *parser) method(receiver ast.Expr) ast.Expr {
	p.advance()
	name := p.identifier()
	p.read(receiver)
	return p.call(&ast.FuncCallExpr{Receiver: receiver, Method: name})
}

// call reads arguments.
func (p *parser) call(ex *ast.FuncCallExpr) ast.Expr {
	line := p.line
	switch p.tok.kind {
	case '(':
		if line != p.lastLine {
			p.unexpected("ambiguous syntax (function call x new statement)")
		}
		ex.Args = p.arguments(line)
	case '{', _string:
		ex.Args = []ast.Expr{p.simple()}
	default:
		p.unexpected("function arguments expected")
	}
	return placed(ex, line, p.lastLine)
}

func (p *parser) arguments(line int) []ast.Expr {
	p.advance()
	if p.accept(')') {
		return []ast.Expr{}
	}
	args := p.expressions()
	p.closes(')', '(', line)
	p.read(args[len(args)-1])
	return args
}

func (p *parser) table() ast.Expr {
	line := p.line
	ex := &ast.TableExpr{Fields: []*ast.Field{}}
	p.advance()
	for p.tok.kind != '}' {
		ex.Fields = append(ex.Fields, p.tableField())
		if !p.accept(',') && !p.accept(';') {
			break
		}
		if p.tok.kind != '}' {
			p.readItem(ex)
		}
	}
	p.closes('}', '{', line)
	p.readItem(ex)
	return placed(ex, line, p.lastLine)
}

// readItem notes that the last field, if it is an item, is read by now.
func (p *parser) readItem(ex *ast.TableExpr) {
	if n := len(ex.Fields); n > 0 && ex.Fields[n-1].Key == nil {
		p.read(ex.Fields[n-1].Value)
	}
}

func (p *parser) tableField() *ast.Field {
	switch {
	case p.tok.kind == '[':
		key := p.key()
		p.expect('=')
		return &ast.Field{Key: key, Value: p.expression()}
	case p.tok.kind == _name && p.peek() == '=':
		key := placed(&ast.StringExpr{Value: p.tok.text}, p.tok.line, p.tok.line)
		p.advance()
		p.advance()
		return &ast.Field{Key: key, Value: p.expression()}
	}
	return &ast.Field{Value: p.expression()}
}

// function reads parameters and body. line is that of the keyword, opened the one
// on which 5.1 says that the function was opened.
func (p *parser) function(line, opened int) *ast.FunctionExpr {
	outer := p.fn
	p.fn = function{}
	p.expect('(')
	fn := &ast.FunctionExpr{ParList: p.parameters()}
	p.expect(')')
	fn.Stmts = p.block()
	last := p.closes(_end, _function, opened)
	p.fn = outer
	return placed(fn, line, last)
}

func (p *parser) parameters() *ast.ParList {
	list := &ast.ParList{Names: []string{}}
	if p.tok.kind == ')' {
		return list
	}
	for !p.fn.vararg {
		switch p.tok.kind {
		case _name:
			list.Names = append(list.Names, p.identifier())
		case _dots:
			p.advance()
			p.fn.vararg, list.HasVargs = true, true
		default:
			p.unexpected("<name> or '...' expected")
		}
		if p.fn.vararg || !p.accept(',') {
			break
		}
	}
	return list
}
