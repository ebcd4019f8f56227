package differ

import "strconv"

func (g *gen) loopStatement(depth int) *node {
	if !g.room(3) {
		return g.branch(depth)
	}
	return g.choose(
		option{4, func() *node { return g.numericFor(depth) }},
		option{5, func() *node { return g.genericFor(depth) }},
		option{3, func() *node { return g.while(depth) }},
		option{3, func() *node { return g.repeatUntil(depth) }},
	)
}

// looped is a body that is run n times with the given locals.
func (g *gen) looped(n, depth int, locals ...variable) *node {
	var out *node
	g.loop(n, func() {
		g.scoped(func() {
			for _, v := range locals {
				g.add(v)
			}
			g.fn.locals += len(locals)
			out = g.block(depth)
		})
	})
	return out
}

// bounds are of numeric loops: their first, limit and step, and how many turns they make.
var bounds = []struct {
	text  string
	turns int
}{
	{"1, 3", 3}, {"3, 1, -1", 3}, {"1, 0", 0}, {"0, 1, 0.25", 5}, {"5, 1, -2", 3}, {"1, 2.5", 2}, {`"1", "2"`, 2}, {"-1, 1", 3},
	{"1, 3, 5", 1}, {"1, -math.huge", 0}, {"2^53, 2^53 + 2, 2", 2}, {"0.1, 0.35, 0.1", 3}, {"10, 1, -4", 3},
}

func (g *gen) numericFor(depth int) *node {
	b := bounds[g.r.IntN(len(bounds))]
	form := "for @ = " + b.text + " do@end"
	if g.one(8) {
		form = "for @ = " + pick(g, "{}, 2", "1, nil", "1, 2, {}", `"x", 2`) + " do@end"
	}
	name := g.name()
	if g.one(5) {
		return stat("for @ = @, #@ do@end", text(name), pick(g, expr("1"), expr("2")), g.table(kList), g.looped(6, depth, variable{name: name, kind: kNumber}))
	}
	return stat(form, text(name), g.looped(b.turns, depth, variable{name: name, kind: kNumber}))
}

// genericFor walks something. Where the order is not certain, the body only adds up.
func (g *gen) genericFor(depth int) *node {
	k, v := g.name(), g.name()
	for v == k {
		v = g.name()
	}
	both := []variable{{name: k, kind: kNumber}, {name: v, kind: kNumber}}
	over := func(form string, turns int, kids ...*node) *node {
		return stat("for @, @ in "+form+" do@end", append(append([]*node{text(k), text(v)}, kids...), g.looped(turns, depth, both...))...)
	}
	return g.choose(
		option{4, func() *node { return over("ipairs(@)", 6, g.table(kList)) }},
		option{2, func() *node { return over("next, {@}", 4, list(many(g, 0, 4, g.numberLiteral)...)) }},
		option{1, func() *node { return over("next, {@}, nil", 4, list(many(g, 0, 4, g.numberLiteral)...)) }},
		option{2, func() *node { return over("pairs({@})", 4, list(many(g, 0, 4, g.numberLiteral)...)) }},
		option{2, func() *node { return g.sumPairs() }},
		option{2, func() *node {
			return over("(function(n, i) if i < n then return i + 1, i * n end end), @, 0", 4, expr(strconv.Itoa(g.r.IntN(4))))
		}},
		option{1, func() *node {
			return stat("for @ in (@):gmatch(@) do@end", text(k), g.string(1), expr(pick(g, `"%a"`, `"%d+"`, `"."`, `"(%w)(%w)"`)), g.looped(6, depth, variable{name: k, kind: kString}))
		}},
		option{2, func() *node { return g.closureFor(depth) }},
		option{2, func() *node { return g.coroutineFor(depth) }},
	)
}

// sumPairs walks all fields of a record, in whatever order.
func (g *gen) sumPairs() *node {
	return stat("do local sum, count = 0, 0 for k, v in pairs(@) do count = count + 1 if type(v) == 'number' and v == v and v - v == 0 then sum = sum + v % 1024 - v % 1 end end print(@, count, sum) end",
		g.table(kRecord), expr(strconv.Itoa(g.next())))
}

// closureFor walks with an iterator that has neither state nor control.
func (g *gen) closureFor(depth int) *node {
	i, v := "i"+strconv.Itoa(g.next()), g.name()
	n := 1 + g.r.IntN(4)
	return stat("do local @ = 0 for @ in function() @ = @ + 1 if @ <= "+strconv.Itoa(n)+" then return @ end end do@end end",
		text(i), text(v), text(i), text(i), text(i), g.inner(false, func() *node { return expr("@", text(i)) }), g.looped(n, depth, variable{name: v, kind: kNumber}))
}

// coroutineFor walks what a coroutine yields.
func (g *gen) coroutineFor(depth int) *node {
	v := g.name()
	return stat("for @ in coroutine.wrap(function() for j = 1, 3 do coroutine.yield(@) end end) do@end",
		text(v), expr("j * @", g.numberLiteral()), g.looped(3, depth, variable{name: v, kind: kNumber}))
}

// while counts its turns in a local of its own, which the body cannot name.
func (g *gen) while(depth int) *node {
	if g.one(5) {
		return stat("while "+pick(g, "nil", "false", "not true", "not 1", "nil and 1")+" do@end", g.looped(1, depth))
	}
	n := 1 + g.r.IntN(4)
	i, limit := "i"+strconv.Itoa(g.next()), strconv.Itoa(n)
	switch g.r.IntN(4) {
	case 0:
		return stat("do local "+i+" = 0 while true do "+i+" = "+i+" + 1 if "+i+" > "+limit+" then break end@end end", g.looped(n, depth))
	case 1:
		return stat("do local "+i+" = 0 while "+i+" < "+limit+" and (@) do "+i+" = "+i+" + 1@end end", g.condition(2), g.looped(n, depth))
	case 2:
		return stat("do local "+i+" = "+limit+" while "+i+" > 0 do@"+i+" = "+i+" - 1 end end", g.withoutLeave(n, depth))
	}
	return stat("do local "+i+" = 0 while not (@) do "+i+" = "+i+" + 1 if "+i+" >= "+limit+" then break end@end end", g.condition(2), g.looped(n, depth))
}

// withoutLeave is a loop's body behind which more statements can stand.
func (g *gen) withoutLeave(n, depth int) *node {
	return body(stat("do@end", g.looped(n, depth)))
}

// repeatUntil tests a local of its body.
func (g *gen) repeatUntil(depth int) *node {
	n := 1 + g.r.IntN(3)
	i := "i" + strconv.Itoa(g.next())
	out := stat("do local "+i+" = 0 repeat "+i+" = "+i+" + 1@until "+i+" >= "+strconv.Itoa(n)+" or (@) end", nil, nil)
	g.loop(n, func() {
		g.scoped(func() {
			kids := many(g, 1, depth, func() *node { return g.statement(depth - 1) })
			kids = append(kids, stat("local @ = @", text("z"), g.value(kAny, 2)))
			g.add(variable{name: "z", kind: kAny})
			if g.one(2) {
				kids = append(kids, stat("local function @() return z end", text("last")))
			}
			out.kids[0], out.kids[1] = body(kids...), g.condition(2)
		})
	})
	return out
}
