package differ

import "strconv"

// inner writes an expression that is the body of a function: what it names of the
// outside are upvalues. It calls nothing, so that it can stand wherever.
func (g *gen) inner(vararg bool, write func() *node) *node {
	var out *node
	g.function(&function{vararg: vararg, turns: 1, cost: maxCost}, func() { out = write() })
	return out
}

// function runs write as the inside of a function.
func (g *gen) function(fn *function, write func()) {
	fn.outer = g.fn
	g.fn = fn
	g.scoped(write)
	g.fn = fn.outer
}

// lambda is a small function of numbers that calls no other, and may change what it
// has captured.
func (g *gen) lambda(depth int) *node {
	var out *node
	g.function(&function{vararg: g.one(3), turns: 1, cost: maxCost}, func() {
		params := g.params(2)
		statements := body()
		if g.one(2) {
			if v, ok := g.target(kNumber); ok {
				statements.kids = append(statements.kids, stat("@ = @", text(v.name), g.number(1)))
			}
		}
		statements.kids = append(statements.kids, stat("return @", list1(g.number(depth), g.anything(1))))
		out = expr("function(@)@end", params, statements)
	})
	return out
}

// params declares parameters, and the varargs if there are.
func (g *gen) params(most int) *node {
	out := list()
	for range g.r.IntN(most + 1) {
		name := g.name()
		g.add(variable{name: name, kind: kAny})
		g.fn.locals++
		out.kids = append(out.kids, text(name))
	}
	if g.fn.vararg {
		out.kids = append(out.kids, text("..."))
	}
	return out
}

// functionBody writes the inside of a function that the program calls by name, and
// says what it is like to call.
func (g *gen) functionBody(v *variable, most int) (params, statements *node) {
	fn := &function{vararg: g.one(3), turns: 1}
	v.kind, v.results = kFunction, pick(g, 0, 1, 1, 1, 2, 3)
	g.function(fn, func() {
		params = g.params(3)
		statements = body(g.numbered(params)...)
		statements.kids = append(statements.kids, many(g, 1, most, func() *node { return g.statement(most - 1) })...)
		statements.kids = append(statements.kids, g.returns(v.results))
	})
	v.cost = fn.cost
	return params, statements
}

// numbered makes numbers of parameters that may be missing, as careful functions do.
func (g *gen) numbered(params *node) []*node {
	var out []*node
	for _, p := range params.kids {
		if p.form != "..." && g.one(2) {
			out = append(out, stat("@ = @ or @", p, p, g.numberLiteral()))
			g.add(variable{name: p.form, kind: kNumber})
		}
	}
	return out
}

// returns ends a function whose first results are numbers.
func (g *gen) returns(n int) *node {
	if n == 0 {
		return pick(g, stat("return"), stat("print(@)", list(g.visibleNames(3)...)))
	}
	if v, ok := g.callable(n); ok && g.one(4) {
		g.spend(v)
		return stat("return @(@)", expr(v.name), list(g.arguments(3, 1)...)) // a tail call
	}
	return stat("return @", list1(g.results(n)...))
}

// results are the values of a return: numbers, and perhaps more.
func (g *gen) results(n int) []*node {
	out := many(g, n, n, func() *node { return g.number(2) })
	switch g.r.IntN(6) {
	case 0:
		out = append(out, g.anything(1))
	case 1:
		out = append(out, g.severalValues())
	}
	return out
}

// functionStatement declares a function in one of the ways there are.
func (g *gen) functionStatement() *node {
	if g.fn.locals > maxLocals {
		return g.trace()
	}
	return g.choose(
		option{4, g.localFunction},
		option{2, g.recursive},
		option{2, g.localValue},
		option{2, g.globalFunction},
		option{2, g.method},
		option{2, g.counter},
	)
}

func (g *gen) localFunction() *node {
	v := variable{name: g.name()}
	var params, statements *node
	g.scoped(func() { // it sees itself, and would call itself without end
		g.add(variable{name: v.name, kind: kHidden})
		params, statements = g.functionBody(&v, 3)
	})
	g.add(v)
	g.fn.locals++
	return stat("local function @(@)@end", text(v.name), params, statements)
}

// localValue is the other way: the name inside is that of the outside.
func (g *gen) localValue() *node {
	v := variable{name: g.name()}
	params, statements := g.functionBody(&v, 3)
	g.add(v)
	g.fn.locals++
	return stat("local @ = function(@)@end", text(v.name), params, statements)
}

func (g *gen) globalFunction() *node {
	v := variable{name: "g" + strconv.Itoa(g.next()), global: true}
	params, statements := g.functionBody(&v, 3)
	g.add(v)
	return stat("function @(@)@end", text(v.name), params, statements)
}

// recursive calls itself a few times: plain, in a tail call, or several times.
func (g *gen) recursive() *node {
	v := variable{name: g.name(), kind: kFunction, results: 1}
	fn := &function{turns: 1}
	deep, cost := 3+g.r.IntN(8), 0
	call := pick(g, "return @(level - 1)", "return @(level - 1) + 1", "local r = @(level - 1) return r, level", "return level, @(level - 1)", "return (@(level - 1))")
	if g.one(40) {
		deep = 150
	}
	var statements, first *node
	g.function(fn, func() {
		g.add(variable{name: v.name, kind: kHidden})
		g.add(variable{name: "level", kind: kNumber, fixed: true})
		statements = body(many(g, 0, 2, func() *node { return g.statement(1) })...)
		first, cost = list1(g.number(1)), fn.cost
	})
	v.cost = deep * (cost + 2)
	inside := body(stat("if not (level and level > 0 and level <= "+strconv.Itoa(deep)+") then return @ end", first), stat("do@end", statements), stat(call, text(v.name)))
	g.add(v)
	g.fn.locals++
	if g.fn.cost+g.fn.turns*v.cost > maxCost {
		return stat("local function @(level)@end", text(v.name), inside)
	}
	g.spend(v)
	return body(stat("local function @(level)@end", text(v.name), inside), stat("print(@("+strconv.Itoa(deep)+"))", expr(v.name)))
}

// method is declared on a record and called there.
func (g *gen) method() *node {
	t, ok := g.ofKind(kRecord)
	if !ok {
		return g.localFunction()
	}
	name, sign := pick(g, "hit", "move", "name2"), ":"
	if name == "name2" { // a number before: later arithmetic on it fails
		sign = "."
	}
	v := variable{}
	params, statements := g.methodBody(&v, sign == ":")
	declared := stat("function @"+sign+name+"(@)@end", expr(t.name), params, statements)
	if g.fn.cost+g.fn.turns*v.cost > maxCost {
		return declared
	}
	g.spend(v)
	form := pick(g, "print(@:"+name+"(@))", "print((@:"+name+"(@)))", "@:"+name+"(@)", "print(@."+name+"(@))")
	return body(declared, stat(form, expr(t.name), list(g.arguments(3, 1)...)))
}

// methodBody knows self, where there is one.
func (g *gen) methodBody(v *variable, self bool) (params, statements *node) {
	g.scoped(func() {
		if self {
			g.add(variable{name: "self", kind: kRecord})
		}
		params, statements = g.functionBody(v, 2)
	})
	return params, statements
}

// counter makes closures that share a local.
func (g *gen) counter() *node {
	get, set := g.name(), g.name()
	for set == get {
		set = g.name()
	}
	start := g.number(1)
	g.add(variable{name: get, kind: kFunction, results: 1, cost: 1})
	g.add(variable{name: set, kind: kFunction, results: 1, cost: 1})
	g.fn.locals += 2
	return stat("local @, @ do local cell = @ @ = function() return cell end @ = function(v) cell = cell + (v or 1) return cell, v end end",
		text(get), text(set), start, text(get), text(set))
}
