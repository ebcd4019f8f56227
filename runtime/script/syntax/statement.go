package syntax

import "github.com/yuin/gopher-lua/ast"

// block reads statements up to the word that ends them. Nothing may follow a
// return or a break.
func (p *parser) block() []ast.Stmt {
	outer := p.enter()
	mark := len(p.stmts)
	for last := false; !last && !p.tok.kind.endsBlock(); {
		before := p.height
		p.height = 0
		last = p.tok.kind == _return || p.tok.kind == _break
		p.stmts.push(p.statement())
		p.accept(';')
		p.height = max(before, p.height)
	}
	p.leave(outer)
	return p.stmts.pop(mark)
}

// loop reads the body of a loop.
func (p *parser) loop() []ast.Stmt {
	p.fn.loops++
	body := p.block()
	p.fn.loops--
	return body
}

func (p *parser) statement() ast.Stmt {
	line := p.line
	switch p.tok.kind {
	case _if:
		return p.ifStatement(line)
	case _while:
		return p.whileStatement(line)
	case _do:
		p.advance()
		st := &ast.DoBlockStmt{Stmts: p.block()}
		return placed(st, line, p.closes(_end, _do, line))
	case _for:
		return p.forStatement(line)
	case _repeat:
		return p.repeatStatement(line)
	case _function:
		return p.functionStatement(line)
	case _local:
		return p.localStatement(line)
	case _return:
		return p.returnStatement(line)
	case _break:
		return p.breakStatement(line)
	case ':':
		if p.atColons() {
			return p.labelStatement(line)
		}
	case _name:
		if p.tok.text == "goto" && p.nameFollows() {
			p.advance()
			return placed(&ast.GotoStmt{Label: p.identifier()}, line, 0)
		}
	}
	return p.expressionStatement(line)
}

// nameFollows says whether the next token is a name, and leaves no trace.
func (p *parser) nameFollows() bool {
	var t token
	pos, line := p.pos, p.line
	p.next(&t)
	p.pos, p.line = pos, line
	return t.kind == _name
}

func (p *parser) labelStatement(line int) ast.Stmt {
	p.colons()
	st := &ast.LabelStmt{Name: p.identifier()}
	p.colons()
	return placed(st, line, 0)
}

// atColons says whether the two colons of a label come next. No token of their
// own: what is an error in 5.1 has to stay the same error.
func (p *parser) atColons() bool { return p.tok.kind == ':' && p.at(p.pos, ':') }

// colons expects the two that stand on either side of a label.
func (p *parser) colons() {
	if !p.atColons() {
		p.unexpected("'::' expected")
	}
	p.advance()
	p.advance()
}

func (p *parser) ifStatement(line int) ast.Stmt {
	first := placed(p.branch(), line, 0)
	cur := first
	for p.tok.kind == _elseif {
		p.grow()
		line := p.line
		next := placed(p.branch(), line, 0)
		cur.Else = []ast.Stmt{next}
		cur = next
	}
	if p.accept(_else) {
		cur.Else = p.block()
	}
	first.SetLastLine(p.closes(_end, _if, line))
	return first
}

// branch reads `if condition then block`, or the same with elseif.
func (p *parser) branch() *ast.IfStmt {
	p.advance()
	st := &ast.IfStmt{Condition: p.expression()}
	p.expect(_then)
	st.Then = p.block()
	return st
}

func (p *parser) whileStatement(line int) ast.Stmt {
	p.advance()
	st := &ast.WhileStmt{Condition: p.expression()}
	p.expect(_do)
	st.Stmts = p.loop()
	return placed(st, line, p.closes(_end, _while, line))
}

func (p *parser) repeatStatement(line int) ast.Stmt {
	p.advance()
	st := &ast.RepeatStmt{Stmts: p.loop()}
	last := p.closes(_until, _repeat, line)
	st.Condition = p.expression()
	return placed(st, line, last)
}

func (p *parser) forStatement(line int) ast.Stmt {
	p.advance()
	name := p.identifier()
	switch p.tok.kind {
	case '=':
		return p.numericFor(name, line)
	case ',', _in:
		return p.genericFor(name, line)
	}
	p.unexpected("'=' or 'in' expected")
	return nil
}

func (p *parser) numericFor(name string, line int) ast.Stmt {
	st := &ast.NumberForStmt{Name: name}
	p.advance()
	st.Init = p.expression()
	p.expect(',')
	st.Limit = p.expression()
	if p.accept(',') {
		st.Step = p.expression()
	}
	p.expect(_do)
	st.Stmts = p.loop()
	return placed(st, line, p.closes(_end, _for, line))
}

func (p *parser) genericFor(name string, line int) ast.Stmt {
	st := &ast.GenericForStmt{Names: p.names(name)}
	p.expect(_in)
	st.Exprs = p.expressions()
	p.expect(_do)
	st.Stmts = p.loop()
	return placed(st, line, p.closes(_end, _for, line))
}

// names reads the rest of a list of names.
func (p *parser) names(first string) []string {
	list := []string{first}
	for p.accept(',') {
		list = append(list, p.identifier())
	}
	return list
}

func (p *parser) functionStatement(line int) ast.Stmt {
	p.advance()
	name := p.functionName()
	fn := p.function(line, line)
	return placed(&ast.FuncDefStmt{Name: name, Func: fn}, line, fn.LastLine())
}

// functionName reads `a.b.c` or `a.b:c`.
func (p *parser) functionName() *ast.FuncName {
	line := p.line
	var ex ast.Expr = p.newIdent(p.identifier(), line)
	for p.tok.kind == '.' {
		ex = p.field(ex)
	}
	if p.accept(':') {
		return &ast.FuncName{Receiver: ex, Method: p.identifier()}
	}
	return &ast.FuncName{Func: ex}
}

// localStatement tells `local function f` from `local f = function` by its last
// line; see the package's comment.
func (p *parser) localStatement(line int) ast.Stmt {
	p.advance()
	if p.tok.kind == _function {
		at := p.line
		p.advance()
		name := p.identifier()
		fn := p.function(at, p.line)
		return placed(&ast.LocalAssignStmt{Names: []string{name}, Exprs: []ast.Expr{fn}}, line, fn.LastLine())
	}
	st := &ast.LocalAssignStmt{Names: p.names(p.identifier()), Exprs: []ast.Expr{}}
	if p.accept('=') {
		st.Exprs = p.expressions()
	}
	return placed(st, line, 0)
}

func (p *parser) returnStatement(line int) ast.Stmt {
	p.advance()
	st := &ast.ReturnStmt{}
	if !p.tok.kind.endsBlock() && p.tok.kind != ';' {
		st.Exprs = p.expressions()
	}
	return placed(st, line, 0)
}

func (p *parser) breakStatement(line int) ast.Stmt {
	p.advance()
	if p.fn.loops == 0 {
		p.unexpected(noLoop)
	}
	return placed(&ast.BreakStmt{}, line, 0)
}

// expressionStatement reads a call or an assignment.
func (p *parser) expressionStatement(line int) ast.Stmt {
	ex, target := p.suffixed()
	if call, ok := ex.(*ast.FuncCallExpr); ok && !call.AdjustRet {
		return placed(&ast.FuncCallStmt{Expr: call}, line, 0)
	}
	mark := len(p.exprs)
	for {
		p.exprs.push(ex)
		if !target {
			p.unexpected("syntax error")
		}
		if !p.accept(',') {
			break
		}
		ex, target = p.suffixed()
	}
	p.expect('=')
	st := &ast.AssignStmt{Lhs: p.exprs.pop(mark), Rhs: p.expressions()}
	return placed(st, line, p.lastLine)
}
