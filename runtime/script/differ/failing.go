package differ

import "strconv"

// protected runs a block in a pcall and prints what came of it.
func (g *gen) protected() *node {
	if g.guarded > 2 {
		return g.simple()
	}
	g.guarded++
	inside := g.closed(3, func(kids []*node) []*node {
		switch {
		case g.one(3):
			return append(kids, g.raise())
		case g.one(4):
			return append(kids, stat("print(@)", list1(g.event(1))))
		}
		return kids
	})
	g.guarded--
	return g.choose(
		option{6, func() *node {
			return stat("print(@, pcall(function(@)@end))", expr(strconv.Itoa(g.next())), text(g.dots(inside)), inside.statements)
		}},
		option{2, func() *node {
			return stat("print(xpcall(function()@end, function(m) return @ end))", inside.statements, pick(g, expr("m"), expr("type(m)"), expr("nil"), expr("1, 2"), expr("m.x")))
		}},
		option{1, func() *node { return stat("pcall(function()@end)", inside.statements) }},
		option{1, func() *node { return stat("if not pcall(function()@end) then@end", inside.statements, g.block(1)) }},
	)
}

// closure is a function's inside that is run once, where it stands.
type closure struct {
	statements *node
	vararg     bool
}

func (g *gen) dots(c closure) string {
	if c.vararg {
		return "..."
	}
	return ""
}

func (g *gen) closed(most int, more func([]*node) []*node) closure {
	fn := &function{turns: g.fn.turns, cost: g.fn.cost, yields: false}
	out := closure{}
	g.function(fn, func() {
		kids := many(g, 1, most, func() *node { return g.statement(most - 1) })
		if more != nil {
			kids = more(kids)
		}
		if len(kids) == 0 || g.one(2) {
			kids = append(kids, stat("do return @ end", list(g.results(1)...)))
		}
		out.statements = body(kids...)
	})
	g.fn.cost = fn.cost
	return out
}

// raise is an error of the program's own making or of Lua's.
func (g *gen) raise() *node {
	return g.choose(
		option{3, func() *node { return stat("error(@)", g.stringLiteral()) }},
		option{2, func() *node {
			return stat("error(@, @)", g.stringLiteral(), pick(g, expr("0"), expr("1"), expr("2"), expr("3")))
		}},
		option{1, func() *node { return stat("error(@)", g.anything(1)) }},
		option{1, func() *node { return stat("error()") }},
		option{1, func() *node { return stat("error(setmetatable({}, {__tostring = function() return 'e' end}))") }},
		option{1, func() *node { return stat("assert(@, @)", g.condition(1), g.scalar(1)) }},
		option{4, g.mistake},
	)
}

// mistake is something that Lua raises an error for, with the name of what is wrong.
func (g *gen) mistake() *node {
	any := func() *node { return g.read(kAny, g.constant) }
	return g.choose(
		option{2, func() *node { return stat("missing()") }},
		option{1, func() *node { return stat("missing.field = @", g.number(1)) }},
		option{1, func() *node { return stat("print(missing.field.deeper)") }},
		option{2, func() *node { return stat("@.nowhere(@)", g.tableVariable(kRecord), list(g.arguments(2, 1)...)) }},
		option{2, func() *node { return stat("@:nowhere(@)", g.tableVariable(kRecord), list(g.arguments(2, 1)...)) }},
		option{1, func() *node { return stat("@.nowhere.deeper = 1", g.tableVariable(kRecord)) }},
		option{2, func() *node {
			return stat("print(@ "+pick(g, "+", "-", "*", "/", "%", "^", "..", "<", "<=")+" @)", any(), g.anything(1))
		}},
		option{2, func() *node { return stat("print(@ "+pick(g, "+", "*", "..", "<")+" @)", g.scalar(1), any()) }},
		option{1, func() *node { return stat("print(- @, #@)", any(), any()) }},
		option{1, func() *node { return stat("print((@).x.y)", any()) }},
		option{1, func() *node { return stat("print((@)(@))", any(), any()) }},
		option{1, func() *node { return stat("_G[nil] = 1") }},
		option{1, func() *node { return stat("print(({})[nil], rawset({}, @, 1))", any()) }},
		option{1, func() *node { return stat("setmetatable(@, @)", any(), any()) }},
		option{1, func() *node { return stat("print(math.floor(@))", any()) }},
		option{1, func() *node { return stat("print(ipairs())") }},
		option{1, func() *node { return stat("print(('x'):rep(@))", any()) }},
	)
}
