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
	mark := len(p.exprs)
	p.exprs.push(p.expression())
	for p.accept(',') {
		p.readLate(p.exprs[len(p.exprs)-1])
		p.exprs.push(p.expression())
	}
	return p.exprs.pop(mark)
}

// readLate notes that the value of a name or an index is read once the last token has
// been: 5.1 does so as late as it can.
func (p *parser) readLate(ex ast.Expr) {
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
		p.readLate(left)
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
		return p.newNumber(p.tok.text)
	case _string:
		return p.newString(p.tok.text)
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
			if p.atColons() {
				return ex, target
			}
			ex, target = p.method(ex), false
		case '(', '{', _string:
			ex, target = p.call(ex, nil, ""), false
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
		ex = p.newIdent(p.tok.text, p.tok.line)
		p.advance()
		return ex, true
	case '(':
		p.advance()
		ex = p.expression()
		p.closes(')', '(', line)
		p.readLate(ex)
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
	key := placed(p.newString(p.identifier()), line, line)
	return p.newIndex(object, key, line)
}

// index reads `[key]`.
func (p *parser) index(object ast.Expr) ast.Expr {
	key := p.key()
	return p.newIndex(object, key, p.lastLine)
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
	p.readLate(receiver)
	return p.call(nil, receiver, name)
}

// call reads arguments, for a function or for a receiver and its method.
func (p *parser) call(fn, receiver ast.Expr, method string) ast.Expr {
	line := p.line
	ex := p.calls.get()
	ex.Func, ex.Receiver, ex.Method = fn, receiver, method
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
	p.readLate(args[len(args)-1])
	return args
}

func (p *parser) table() ast.Expr {
	line, mark := p.line, len(p.items)
	p.advance()
	for p.tok.kind != '}' {
		p.items.push(p.item())
		if !p.accept(',') && !p.accept(';') {
			break
		}
		if p.tok.kind != '}' {
			p.readItem()
		}
	}
	p.closes('}', '{', line)
	if len(p.items) > mark {
		p.readItem()
	}
	return placed(&ast.TableExpr{Fields: p.items.pop(mark)}, line, p.lastLine)
}

// readItem notes that the last field, if it has no key, is read by now.
func (p *parser) readItem() {
	if last := p.items[len(p.items)-1]; last.Key == nil {
		p.readLate(last.Value)
	}
}

func (p *parser) item() *ast.Field {
	switch {
	case p.tok.kind == '[':
		key := p.key()
		p.expect('=')
		return p.newField(key, p.expression())
	case p.tok.kind == _name && p.peek() == '=':
		key := placed(p.newString(p.tok.text), p.tok.line, p.tok.line)
		p.advance()
		p.advance()
		return p.newField(key, p.expression())
	}
	return p.newField(nil, p.expression())
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
