package differ

import "strconv"

// table is a variable that holds a table of the kind, or a new table.
func (g *gen) table(k kind) *node {
	v, ok := g.ofKind(k)
	if !ok {
		if k == kList {
			return expr("({@})", list(g.numberLiteral(), g.numberLiteral()))
		}
		return expr("({a = @, b = 2, hp = 3, name2 = 4})", g.numberLiteral())
	}
	return expr(v.name)
}

func (g *gen) list(depth int) *node {
	switch {
	case g.one(25) && g.fn.turns == 1:
		return g.longList(pick(g, 49, 50, 51, 99, 120))
	case g.one(400) && g.fn.turns == 1:
		return g.longList(pick(g, 511, 513, 700))
	}
	items := many(g, 0, 5, func() *node { return g.number(depth - 1) })
	switch g.r.IntN(6) {
	case 0:
		items = append(items, g.rest())
	case 1:
		items = append(items, g.callForNumber(depth-1))
	case 2:
		items = append(items, expr("[@] = @", pick(g, expr("-1"), expr("0"), expr("2.5"), expr("'k'")), g.number(0)))
	case 3:
		return expr("{@; @}", list1(append(items, g.number(0))...), list(g.number(0)))
	}
	return expr("{@}", list(items...))
}

// record has all fields, so that arithmetic on them works.
func (g *gen) record(depth int) *node {
	var items []*node
	for _, name := range fieldNames {
		form := name + " = @"
		if g.one(5) {
			form = `["` + name + `"] = @`
		}
		items = append(items, expr(form, g.number(depth-1)))
	}
	if g.one(3) {
		items = append(items, g.list(depth-1))
	}
	out := expr("{@}", list(items...))
	if g.one(3) {
		return expr("setmetatable(@, @)", out, g.metatable(depth))
	}
	return out
}

func (g *gen) field(depth int) *node {
	if g.one(4) {
		return expr(`@["`+pick(g, fieldNames...)+`"]`, g.table(kRecord))
	}
	return expr("@."+pick(g, fieldNames...), g.table(kRecord))
}

// index is a position in a list: sometimes outside, sometimes no whole number.
func (g *gen) index(depth int) *node {
	switch g.r.IntN(5) {
	case 0:
		return g.number(depth - 1)
	case 1:
		return expr("#@", g.table(kList))
	}
	return expr(strconv.Itoa(1 + g.r.IntN(4)))
}

// metatable has some of the handlers. They get numbers and the record itself.
func (g *gen) metatable(depth int) *node {
	var items []*node
	for range 1 + g.r.IntN(5) {
		items = append(items, g.handler(depth-1))
	}
	return expr("{@}", list(items...))
}

func (g *gen) handler(depth int) *node {
	value := func(form string) *node {
		return expr(form, g.inner(false, func() *node { return g.number(depth) }))
	}
	return g.choose(
		option{2, func() *node { return value("__index = function(o, k) return @ end") }},
		option{2, func() *node { return expr("__index = @", g.table(kRecord)) }},
		option{2, func() *node { return value("__newindex = function(o, k, v) rawset(o, k, @) end") }},
		option{1, func() *node { return expr("__newindex = @", g.table(kRecord)) }},
		option{2, func() *node { return value("__call = function(o, ...) return @, select('#', ...) end") }},
		option{3, func() *node {
			return value("__" + pick(g, "add", "sub", "mul", "div", "mod", "pow") + " = function(l, r) return @ end")
		}},
		option{1, func() *node { return value("__unm = function(v) return @ end") }},
		option{2, func() *node { return value("__concat = function(l, r) return 'c' .. @ end") }},
		option{2, func() *node {
			return expr("__eq = function(l, r) return @ end", g.inner(false, func() *node { return g.condition(depth) }))
		}},
		option{2, func() *node {
			return expr("__"+pick(g, "lt", "le")+" = function(l, r) return @ end", g.inner(false, func() *node { return g.condition(depth) }))
		}},
		option{1, func() *node { return value("__len = function() return @ end") }},
		option{1, func() *node { return value("__tostring = function() return 't' .. @ end") }},
		option{1, func() *node { return expr("__metatable = @", g.stringLiteral()) }},
	)
}

// event uses a record as if it were something else. What has no handler is an error.
func (g *gen) event(depth int) *node {
	t, n := func() *node { return g.table(kRecord) }, func() *node { return g.number(depth) }
	return g.choose(
		option{3, func() *node { return expr("@ "+pick(g, "+", "-", "*", "/", "%", "^")+" @", t(), n()) }},
		option{3, func() *node { return expr("@ "+pick(g, "+", "-", "*", "/", "%", "^")+" @", n(), t()) }},
		option{1, func() *node { return expr("- @", t()) }},
		option{2, func() *node { return expr("@ .. @", t(), g.string(depth)) }},
		option{2, func() *node { return expr("@ .. @ .. @", g.string(depth), t(), g.stringLiteral()) }},
		option{2, func() *node { return expr("@ "+pick(g, "<", "<=", ">", ">=", "==", "~=")+" @", t(), t()) }},
		option{2, func() *node { return expr("@(@)", t(), list(g.arguments(3, depth)...)) }},
		option{1, func() *node { return expr("#@", t()) }},
		option{1, func() *node { return expr("@.missing", t()) }},
		option{1, func() *node { return expr("type(tostring(@))", t()) }},
		option{1, func() *node { return expr("type(getmetatable(@))", t()) }},
	)
}
