package differ

import "strconv"

// value is an expression of a kind.
func (g *gen) value(k kind, depth int) *node {
	if g.wrong() {
		k = kind(g.r.IntN(int(kinds)))
	}
	switch k {
	case kNumber:
		return g.number(depth)
	case kString:
		return g.string(depth)
	case kBool:
		return g.condition(depth)
	case kList:
		return g.list(depth)
	case kRecord:
		return g.record(depth)
	case kFunction:
		return g.lambda(depth)
	}
	return g.anything(depth)
}

// wrong says whether to put something of the wrong kind here, so that errors come up
// where a pcall sees them, and now and then where none does.
func (g *gen) wrong() bool {
	if g.guarded > 0 {
		return g.one(60)
	}
	return g.one(600)
}

// read is a variable of the kind, or else what otherwise makes.
func (g *gen) read(k kind, otherwise func() *node) *node {
	if v, ok := g.ofKind(k); ok {
		return expr(v.name)
	}
	return otherwise()
}

func (g *gen) number(depth int) *node {
	if depth <= 0 {
		return g.choose(option{3, func() *node { return g.read(kNumber, g.numberLiteral) }}, option{2, g.numberLiteral})
	}
	return g.choose(
		option{4, func() *node { return g.number(0) }},
		option{6, func() *node { return g.arithmetic(depth) }},
		option{2, func() *node { return g.field(depth) }},
		option{2, func() *node { return expr("(@[@] or @)", g.table(kList), g.index(depth), g.number(0)) }},
		option{3, func() *node { return g.callForNumber(depth) }},
		option{1, func() *node { return expr("#@", g.table(kList)) }},
		option{1, func() *node { return expr("#(@)", g.string(depth-1)) }},
		option{2, func() *node { return expr("(@)", g.number(depth-1)) }},
		option{2, func() *node {
			return expr("(@ and @ or @)", g.condition(depth-1), g.number(depth-1), g.number(depth-1))
		}},
		option{1, func() *node { return expr("(@ + @)", g.digits(), g.number(depth-1)) }},
		option{1, func() *node {
			return expr("select(@)", list1(append([]*node{expr("'#'")}, g.arguments(3, depth-1)...)...))
		}},
		option{1, func() *node { return expr("math."+pick(g, "floor", "abs", "ceil")+"(@)", g.number(depth-1)) }},
		option{1, func() *node { return expr("(@):len()", g.string(depth-1)) }},
		option{1, func() *node {
			return expr("(function(...) return @ end)(@)", g.inner(true, func() *node { return g.number(depth - 1) }), list(g.arguments(2, depth-1)...))
		}},
		option{1, func() *node { return expr("(tonumber(@) or @)", g.string(depth-1), g.number(0)) }},
		option{1, func() *node {
			return expr("math.max(@)", list1(many(g, 1, 4, func() *node { return g.number(depth - 1) })...))
		}},
	)
}

// arithmetic keeps to operations that are exact, or rounded alike on any machine.
func (g *gen) arithmetic(depth int) *node {
	switch g.r.IntN(12) {
	case 0:
		return expr("- @", g.number(depth-1))
	case 1:
		return expr("(@ % 9) ^ "+pick(g, "2", "0.5", "0", "3"), g.number(depth-1))
	case 2:
		return expr("@ % @", g.number(depth-1), g.number(depth-1))
	case 3:
		return expr("@ / @", g.number(depth-1), g.number(depth-1))
	case 4:
		return expr("-(@) ^ 2", g.number(0))
	}
	form := "@ " + pick(g, "+", "-", "*") + " @"
	if g.one(2) {
		form = "(" + form + ")"
	}
	return expr(form, g.number(depth-1), g.number(depth-1))
}

// callForNumber is a call whose first result is a number.
func (g *gen) callForNumber(depth int) *node {
	v, ok := g.callable(1)
	if !ok {
		return g.number(depth - 1)
	}
	g.spend(v)
	call := expr("@(@)", expr(v.name), list(g.arguments(3, depth-1)...))
	if g.one(3) {
		return expr("(@)", call)
	}
	return call
}

// arguments are the values of a call, the last of them perhaps many.
func (g *gen) arguments(most, depth int) []*node {
	out := many(g, 0, most, func() *node { return g.number(depth) })
	switch {
	case g.fn.vararg && g.one(5):
		out = append(out, expr("..."))
	case g.one(6):
		out = append(out, g.callForNumber(depth))
	}
	return out
}

func (g *gen) string(depth int) *node {
	if depth <= 0 {
		return g.choose(option{2, func() *node { return g.read(kString, g.stringLiteral) }}, option{2, g.stringLiteral})
	}
	return g.choose(
		option{4, func() *node { return g.string(0) }},
		option{4, func() *node { return g.concat(depth) }},
		option{2, func() *node { return expr("tostring(@)", g.scalar(depth-1)) }},
		option{1, func() *node { return expr("(@)", g.string(depth-1)) }},
		option{2, func() *node { return expr("(@):"+pick(g, "upper", "lower", "reverse")+"()", g.string(depth-1)) }},
		option{2, func() *node { return expr("(@):sub(@, @)", g.string(depth-1), g.small(), g.index(depth-1)) }},
		option{1, func() *node { return expr(`(string.gsub(@, "%a", @))`, g.string(depth-1), g.stringReplacement()) }},
		option{1, func() *node {
			return expr("table.concat(@, @)", g.table(kList), pick(g, expr(`","`), expr(`""`), expr("0")))
		}},
		option{1, func() *node {
			return expr(`string.format("`+pick(g, "%d", "%5.2f", "%g", "%s", "%5s")+`", @)`, g.small())
		}},
		option{2, func() *node {
			return expr("(@ and @ or @)", g.condition(depth-1), g.string(depth-1), g.string(depth-1))
		}},
		option{1, func() *node { return expr("((@):match(@) or @)", g.string(depth-1), g.pattern(), g.stringLiteral()) }},
		option{1, func() *node { return expr("(@):rep(@)", g.stringLiteral(), g.small()) }},
		option{1, func() *node { return expr("string.char(@)", list(g.printable(), g.printable())) }},
		option{1, func() *node { return expr("type(@)", g.anything(depth-1)) }},
	)
}

// pattern is one of string.find's.
func (g *gen) pattern() *node {
	return expr(`"` + pick(g, "a", "%a+", "^%s*", "%d", "(.)(.)", "[^a]", ".-o", "%w*$", "l+", "%x%x", "b?c", "()") + `"`)
}

// printable is the code of a letter.
func (g *gen) printable() *node { return expr(strconv.Itoa('A' + g.r.IntN(50))) }

func (g *gen) stringReplacement() *node {
	return pick(g, expr(`"%0%0"`), expr(`"-"`), expr(`{a = "1", b = true, c = false}`), expr("function(c) if c == 'a' then return 1 end end"))
}

// concat is a chain. What a variable holds could grow without end in a loop, so it is cut.
func (g *gen) concat(depth int) *node {
	part := func() *node {
		switch g.r.IntN(4) {
		case 0:
			return expr("(@)", g.number(depth-1))
		case 1:
			return g.stringLiteral()
		}
		return g.string(depth - 1)
	}
	n := 2 + g.r.IntN(3)
	if g.one(12) {
		n = 8
	}
	chain := part()
	for range n - 1 {
		chain = expr("@ .. @", chain, part())
	}
	if g.fn.outer == nil && g.fn.turns == 1 {
		return expr("(@)", chain)
	}
	return expr("(@):sub(1, 40)", chain)
}

// scalar is a number, a text, a boolean or nil.
func (g *gen) scalar(depth int) *node {
	return g.value(pick(g, kNumber, kNumber, kString, kBool), depth)
}

// condition is something to be tested, often a constant or a thicket of and, or, not.
func (g *gen) condition(depth int) *node {
	if depth <= 0 {
		return g.choose(
			option{2, g.constant},
			option{3, func() *node { return g.read(kBool, g.constant) }},
			option{1, func() *node { return g.read(kAny, g.constant) }},
		)
	}
	return g.choose(
		option{2, func() *node { return g.condition(0) }},
		option{4, func() *node { return g.comparison(depth) }},
		option{3, func() *node { return expr("not @", g.operand(depth)) }},
		option{3, func() *node { return expr("@ and @", g.operand(depth), g.operand(depth)) }},
		option{3, func() *node { return expr("@ or @", g.operand(depth), g.operand(depth)) }},
		option{2, func() *node { return expr("(@ and @) or @", g.operand(depth), g.operand(depth), g.operand(depth)) }},
		option{1, func() *node { return expr("(@)", g.condition(depth-1)) }},
	)
}

func (g *gen) operand(depth int) *node {
	switch g.r.IntN(5) {
	case 0:
		return g.number(depth - 1)
	case 1:
		return expr("(@)", g.condition(depth-1))
	case 2:
		return g.constant()
	}
	return g.condition(0)
}

func (g *gen) comparison(depth int) *node {
	order := pick(g, "<", "<=", ">", ">=", "==", "~=")
	switch g.r.IntN(5) {
	case 0:
		return expr("(@) "+order+" @", g.string(depth-1), g.string(depth-1))
	case 1:
		return expr("(@) "+pick(g, "==", "~=")+" @", g.anything(depth-1), g.anything(0))
	case 2:
		return expr("@ "+pick(g, "==", "~=")+" @", g.anything(0), g.constant())
	}
	return expr("(@) "+order+" @", g.number(depth-1), g.number(depth-1))
}

func (g *gen) anything(depth int) *node {
	return g.choose(
		option{2, func() *node { return g.read(kAny, g.constant) }},
		option{2, g.constant},
		option{3, func() *node { return g.number(depth) }},
		option{2, func() *node { return g.string(depth) }},
		option{4, func() *node { return g.condition(depth) }},
		option{1, func() *node { return g.table(kRecord) }},
		option{1, func() *node { return expr("(@)", g.rest()) }},
	)
}

// rest is the function's varargs, or nil where it has none.
func (g *gen) rest() *node {
	if g.fn.vararg {
		return expr("...")
	}
	return expr("nil")
}
