package differ

import "strconv"

// coroutineStatement makes a coroutine and resumes it until it is dead, and once more.
func (g *gen) coroutineStatement() *node {
	if !g.room(3) {
		return g.trace()
	}
	inside := g.yielding()
	turns := strconv.Itoa(1 + g.r.IntN(5))
	id := expr(strconv.Itoa(g.next()))
	return g.choose(
		option{4, func() *node {
			return stat("do local co = coroutine.create(function(@)@end) for turn = 1, "+turns+" do print(@, coroutine.resume(co, turn, @)) print(coroutine.status(co)) end end",
				text("..."), inside, id, g.number(1))
		}},
		option{2, func() *node {
			return stat("do local co = coroutine.wrap(function(@)@end) for turn = 1, "+turns+" do print(@, pcall(co, turn)) end end", text("..."), inside, id)
		}},
		option{1, func() *node {
			return stat("do local co = coroutine.wrap(function(@)@end) print(@, co(1)) print(co(2, 3)) end", text("..."), inside, id)
		}},
		option{1, func() *node {
			return stat("do local co co = coroutine.create(function(@) print(coroutine.status(co), coroutine.resume(co)) @end) print(@, coroutine.resume(co)) print(coroutine.resume(co)) end", text("..."), inside, id)
		}},
	)
}

// yielding is the inside of a coroutine.
func (g *gen) yielding() *node {
	fn := &function{vararg: true, turns: g.fn.turns, cost: g.fn.cost, yields: true}
	var out *node
	g.guarded++
	g.function(fn, func() {
		kids := many(g, 1, 4, func() *node {
			if g.one(2) {
				return g.yield()
			}
			return g.statement(2)
		})
		switch {
		case g.one(4):
			kids = append(kids, stat("return coroutine.yield(@)", list(g.arguments(2, 1)...)))
		case g.one(6):
			kids = append(kids, g.raise())
		case g.one(2):
			kids = append(kids, stat("return @", list(g.results(1)...)))
		}
		out = body(kids...)
	})
	g.guarded--
	g.fn.cost = fn.cost
	return out
}

func (g *gen) yield() *node {
	arguments := func() *node { return list(g.arguments(3, 1)...) }
	return g.choose(
		option{3, func() *node { return stat("coroutine.yield(@)", arguments()) }},
		option{3, func() *node {
			args := arguments()
			return stat("local @ = coroutine.yield(@)", text(g.declared(kAny)), args)
		}},
		option{1, func() *node { return stat("print(coroutine.yield(@))", arguments()) }},
		option{1, func() *node { return stat("print((coroutine.yield(@)))", arguments()) }},
		option{1, func() *node { return stat("for j = 1, 2 do coroutine.yield(j, @) end", g.number(1)) }},
		option{1, func() *node {
			return stat("do (function(...) coroutine.yield(...) return @ end)(@) end", g.inner(true, func() *node { return g.number(1) }), arguments())
		}},
		option{1, func() *node {
			return stat("local function deeper(l, ...) if l == 0 then return coroutine.yield(...) end local r = deeper(l - 1, ...) return r end print(deeper(@))", list1(append([]*node{expr("3")}, g.arguments(2, 1)...)...))
		}},
		option{1, func() *node {
			return stat("local t = {coroutine.yield(@), @, coroutine.yield()} print(t[1], t[2], t[3])", arguments(), g.number(1))
		}},
		option{1, func() *node { return stat("print(pcall(coroutine.yield, @))", list1(g.number(1))) }},
		option{1, func() *node {
			return stat("print(pcall(function() return coroutine.yield(@) end))", g.inner(false, func() *node { return g.number(1) }))
		}},
	)
}
