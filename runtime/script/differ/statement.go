package differ

import "strconv"

// block is a few statements, with their own locals.
func (g *gen) block(most int) *node {
	out := body()
	g.scoped(func() {
		out.kids = many(g, 1, max(1, most), func() *node { return g.statement(most - 1) })
		if g.one(4) {
			out.kids = append(out.kids, g.trace())
		}
		if end := g.leave(); end != nil {
			out.kids = append(out.kids, end)
		}
	})
	return out
}

// leave is a way out of the block before its end, or nil.
func (g *gen) leave() *node {
	switch {
	case g.fn.loops > 0 && g.one(8):
		return pick(g, stat("break"), stat("if @ then break end", g.condition(1)))
	case g.fn.outer != nil && g.one(15):
		return stat("do return @ end", list(g.results(1)...))
	}
	return nil
}

// statement is any statement. depth bounds what is nested in it.
func (g *gen) statement(depth int) *node {
	g.fn.cost += g.fn.turns
	if depth <= 0 || g.fn.cost > maxCost/2 {
		return g.simple()
	}
	return g.choose(
		option{12, g.simple},
		option{4, func() *node { return g.branch(depth) }},
		option{5, func() *node { return g.loopStatement(depth) }},
		option{1, func() *node { return stat("do@end", g.block(depth)) }},
		option{2, g.protected},
		option{2, g.functionStatement},
		option{1, g.coroutineStatement},
		option{1, g.scenario},
	)
}

func (g *gen) simple() *node {
	return g.choose(
		option{6, func() *node { return g.declare(g.anyKind()) }},
		option{8, g.assign},
		option{4, g.assignMany},
		option{2, g.setField},
		option{2, g.callStatement},
		option{4, g.trace},
		option{1, g.tableCall},
		option{1, func() *node { return stat("print(@)", list1(g.event(1))) }},
	)
}

// trace prints something, so that a wrong turn is seen.
func (g *gen) trace() *node {
	if g.one(3) {
		return stat("print(@)", list(g.visibleNames(4)...))
	}
	return stat("print(@)", list(expr(strconv.Itoa(g.next())), g.value(g.anyKind(), 2)))
}

// next counts the places of the program.
func (g *gen) next() int {
	g.serial++
	return g.serial
}

// declare is one local or several, with as many values or more or fewer.
func (g *gen) declare(k kind) *node {
	if g.fn.locals > maxLocals {
		return g.assign()
	}
	if g.one(4) {
		return g.declareMany()
	}
	out := stat("local @ = @", text(""), list(g.value(k, 3)))
	out.kids[0] = text(g.declared(k))
	return out
}

// declared adds a local and gives its name.
func (g *gen) declared(k kind) string {
	v := variable{name: g.name(), kind: k}
	if k == kFunction {
		v.results, v.cost = 1, 1
	}
	g.add(v)
	g.fn.locals++
	return v.name
}

func (g *gen) declareMany() *node {
	n := 2 + g.r.IntN(3)
	values := many(g, 0, n+1, func() *node { return g.anything(2) })
	if g.one(2) {
		values = append(values, g.severalValues())
	}
	var names []*node
	for range n {
		names = append(names, text(g.declared(kAny)))
	}
	if len(values) == 0 {
		return stat("local @", list1(names...))
	}
	return stat("local @ = @", list1(names...), list1(values...))
}

// severalValues is an expression that may give more than one value, or none.
func (g *gen) severalValues() *node {
	return g.choose(
		option{2, g.rest},
		option{2, func() *node { return g.callForNumber(1) }},
		option{1, func() *node { return expr("unpack(@)", g.table(kList)) }},
		option{1, func() *node { return expr("select(@, @)", expr(pick(g, "1", "2", "-1")), list1(g.number(1), g.rest())) }},
		option{1, func() *node { return expr("pcall(@)", g.lambda(1)) }},
	)
}

// assign changes one variable, often to something made of itself.
func (g *gen) assign() *node {
	k := pick(g, kNumber, kNumber, kNumber, kString, kBool, kBool, kAny, kAny, kList, kRecord)
	v, ok := g.target(k)
	if !ok {
		return g.trace()
	}
	name := func() *node { return expr(v.name) }
	return g.choose(
		option{5, func() *node { return stat("@ = @", text(v.name), g.value(k, 3)) }},
		option{1, func() *node { return stat("@ = (@)", text(v.name), g.value(k, 2)) }},
		option{4, func() *node { return stat("@ = @", text(v.name), g.ofItself(k, name)) }},
	)
}

// ofItself is an expression that reads the variable it is assigned to.
func (g *gen) ofItself(k kind, x func() *node) *node {
	switch k {
	case kNumber:
		return g.choose(
			option{2, func() *node { return expr("@ "+pick(g, "+", "-")+" @", x(), g.number(1)) }},
			option{1, func() *node { return expr("@ - @", g.number(1), x()) }},
			option{1, func() *node { return expr("- @", x()) }},
			option{1, func() *node { return expr("@ and @ or @", g.condition(1), g.number(1), x()) }},
			option{1, func() *node { return expr("(@ % 100 + @)", x(), x()) }},
		)
	case kString:
		return pick(g, expr("@ .. @", x(), g.stringLiteral()), expr("(@:gsub(@, @))", x(), pick(g, expr(`"a"`), expr(`"%s+"`), expr(`"^."`)), g.stringLiteralPlain()), expr("(@ .. @):sub(-9)", x(), x()))
	case kBool, kAny:
		return g.choose(
			option{3, func() *node { return expr("not @", x()) }},
			option{3, func() *node { return expr("not @ and @", x(), g.operand(1)) }},
			option{2, func() *node { return expr("@ and @ or @", x(), g.operand(1), x()) }},
			option{2, func() *node { return expr("@ or @ and not @", g.operand(1), x(), x()) }},
			option{1, func() *node { return expr("@ == @", x(), g.constant()) }},
			option{1, func() *node { return expr("(@ or @) and @", x(), g.constant(), x()) }},
		)
	}
	return g.value(k, 2)
}

func (g *gen) stringLiteralPlain() *node { return expr(pick(g, `"b"`, `""`, `"[%0]"`)) }

// assignMany assigns to several places at once: a swap, a rotation, or anything.
func (g *gen) assignMany() *node {
	k := pick(g, kNumber, kNumber, kAny, kString)
	v1, ok1 := g.target(k)
	v2, ok2 := g.target(k)
	v3, ok3 := g.target(k)
	if !ok1 || !ok2 || !ok3 {
		return g.assign()
	}
	a, b, c := expr(v1.name), expr(v2.name), expr(v3.name)
	several := g.severalValues
	if k != kAny {
		several = func() *node { return g.value(k, 2) }
	}
	return g.choose(
		option{3, func() *node { return stat("@, @ = @, @", a, b, b, a) }},
		option{2, func() *node { return stat("@, @, @ = @, @, @", a, b, c, b, c, a) }},
		option{2, func() *node { return stat("@, @ = @, @", a, b, b, g.value(k, 2)) }},
		option{2, func() *node { return stat("@, @ = @", a, b, list1(g.value(k, 2), several())) }},
		option{1, func() *node { return stat("@, @ = @", a, b, list1(g.severalValues())) }},
		option{1, func() *node { return stat("@, @ = @, @, @", a, b, g.value(k, 1), g.value(k, 1), g.callForNumber(1)) }},
		option{3, g.assignPlaces},
	)
}

// assignPlaces assigns to fields, indices and variables together: which table and
// which index are meant is settled before anything is written.
func (g *gen) assignPlaces() *node {
	n := 2 + g.r.IntN(2)
	places := many(g, n, n, g.placeToSet)
	values := many(g, n, n+1, func() *node { return g.number(2) })
	return stat("@ = @", list1(places...), list1(values...))
}

func (g *gen) placeToSet() *node {
	if v, ok := g.target(kNumber); ok && g.one(2) {
		return expr(v.name)
	}
	if g.one(2) {
		return expr("@."+pick(g, fieldNames...), g.tableVariable(kRecord))
	}
	t := g.tableVariable(kList)
	return expr("@[@]", t, g.listPosition(t))
}

// tableVariable is a table to be assigned into.
func (g *gen) tableVariable(k kind) *node {
	if v, ok := g.ofKind(k); ok {
		return expr(v.name)
	}
	return expr("_G")
}

// listPosition is within a list or just behind it, so that it stays one: how long a
// list with holes is, is anybody's guess.
func (g *gen) listPosition(t *node) *node {
	if g.one(3) {
		return expr("#@ + 1", t)
	}
	return expr("math.min(#@ + 1, @)", t, pick(g, expr("1"), expr("2"), expr("3")))
}

func (g *gen) setField() *node {
	if g.one(3) {
		t := g.tableVariable(kList)
		return stat("@[@] = @", t, g.listPosition(t), g.number(2))
	}
	return stat("@."+pick(g, fieldNames...)+" = @", g.tableVariable(kRecord), g.number(2))
}

// tableCall uses table.*.
func (g *gen) tableCall() *node {
	t := g.table(kList)
	return g.choose(
		option{2, func() *node { return stat("table.insert(@, @)", t, g.number(1)) }},
		option{1, func() *node { return stat("table.insert(@, 1, @)", t, g.number(1)) }},
		option{2, func() *node { return stat("print(table.remove(@))", t) }},
		option{1, func() *node { return stat("print(table.remove(@, 1))", t) }},
		option{1, func() *node { return stat("table.sort(@)", t) }},
		option{1, func() *node { return stat("table.sort(@, function(l, r) return l > r end)", t) }},
		option{1, func() *node { return stat("print(unpack(@))", t) }},
		option{1, func() *node { return stat("print(rawget(@, @), rawequal(@, @))", t, g.index(1), t, t) }},
	)
}

func (g *gen) callStatement() *node {
	v, ok := g.callable(0)
	if !ok {
		return g.trace()
	}
	g.spend(v)
	if g.one(8) {
		return stat(pick(g, "print(@@)", "@@"), expr(v.name), pick(g, expr("{1, 2}"), expr(`"3"`), expr("[[4]]"), expr("{}")))
	}
	form := pick(g, "@(@)", "@(@)", "print(@(@))", "print((@(@)))", "print(1, @(@))", "print(@(@), 2)")
	return stat(form, expr(v.name), list(g.arguments(4, 2)...))
}

// branch is an if, with constant conditions as likely as others.
func (g *gen) branch(depth int) *node {
	condition := func() *node { return g.condition(g.r.IntN(3)) }
	switch g.r.IntN(5) {
	case 0:
		return stat("if @ then@else@end", condition(), g.block(depth), g.block(depth))
	case 1:
		return stat("if @ then@elseif @ then@else@end", condition(), g.block(depth), condition(), g.block(depth), g.block(depth))
	case 2:
		return stat("if @ then@elseif @ then@end", condition(), g.block(depth), condition(), g.block(depth))
	case 3:
		return stat("if @ then@end", g.constant(), g.block(depth))
	}
	return stat("if @ then@end", condition(), g.block(depth))
}
