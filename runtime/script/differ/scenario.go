package differ

import (
	"strconv"
	"strings"
)

// scenario is a few statements that only make sense together.
func (g *gen) scenario() *node {
	if g.fn.turns > 6 {
		return g.simple()
	}
	return g.choose(
		option{3, g.closuresOfALoop},
		option{3, g.cellsThroughAnError},
		option{2, g.manyLocals},
		option{1, g.manyConstants},
		option{1, g.longChain},
		option{1, g.growList},
		option{2, g.variadic},
		option{2, g.breakWithClosures},
		option{1, g.environment},
		option{2, g.cutCall},
		option{1, g.deepExpression},
	)
}

// closuresOfALoop gathers closures over a loop's variables and calls them later.
func (g *gen) closuresOfALoop() *node {
	head := pick(g, "for i = 1, 3 do", "for i, w in ipairs({4, 5, 6}) do", "for i in pairs({1, 2, 3}) do", "local k = 0 while k < 3 do k = k + 1 local i = k", "local k = 0 repeat k = k + 1 local i = k")
	tail := "end"
	if strings.Contains(head, "repeat") {
		tail = "until i >= 3"
	}
	return stat("do local fs = {} "+head+" local j = i + @ fs[#fs + 1] = function(d) j = j + d @ return i, j end "+tail+" for n = 1, #fs do print(fs[n](n), fs[n](@)) end end",
		g.number(1), pick(g, text("i = i + 1"), text("")), g.number(1))
}

// cellsThroughAnError has closures that share a local which the function goes on
// using after an error.
func (g *gen) cellsThroughAnError() *node {
	failing := pick(g, "pcall(function() local inner = x local h = function() return inner end x = x + 1 error(h) end)",
		"pcall(error, 'e')", "xpcall(function() x = x + 2 error('e') end, function(m) return m end)",
		"pcall(function() return x.y.z end)", "coroutine.resume(coroutine.create(function() x = x * 2 error('e') end))",
		"pcall(string.rep)", "pcall(pcall, error)", "xpcall(function() local y = x; (function() y = y + x; error(y) end)() end, function(m) x = m return x end)")
	return stat("do local x = @ local function get() return x end local function set(v) x = v end set(get() + 1) "+failing+" set(get() + 10) print(x, get()) x = x + @ print(x, get()) end",
		g.number(1), g.number(1))
}

// manyLocals needs many registers, and swaps some far ones.
func (g *gen) manyLocals() *node {
	if g.fn.outer == nil && g.fn.locals > 20 {
		return g.simple()
	}
	n := 20 + g.r.IntN(100)
	names := make([]string, n)
	for i := range names {
		names[i] = "v" + strconv.Itoa(i)
	}
	a, b, c := pick(g, names...), pick(g, names...), pick(g, names...)
	return stat("print((function(...) local "+strings.Join(names, ", ")+" = ... "+a+", "+b+" = "+b+", "+a+" "+c+" = not "+c+" and @ local function f() "+a+" = "+b+" return "+a+" end f() return "+a+", "+b+", "+c+", v0, @ end)(@))",
		g.operand(1), expr(a+" == "+b), list(many(g, 0, 6, func() *node { return g.number(1) })...))
}

// manyConstants needs more constants than an instruction can name.
func (g *gen) manyConstants() *node {
	var b strings.Builder
	n := 250 + g.r.IntN(60)
	for i := range n {
		b.WriteString("t.f" + strconv.Itoa(i) + " = " + strconv.Itoa(i) + ".5 ")
	}
	at := strconv.Itoa(g.r.IntN(n))
	return stat("do local t = {} "+b.String()+"t.f"+at+" = t.f"+at+" + 1000.25 local s = 'tail' .. t.f"+at+" print(s, t.f"+at+" == 'x', t.f0 < 7777, t['f"+at+"'], @) end", g.number(1))
}

// longChain is a concatenation or a sum of many parts.
func (g *gen) longChain() *node {
	n := pick(g, 10, 30, 60, 120)
	op := pick(g, " .. ", " + ", " and ", " or ")
	parts := make([]string, n)
	kids := []*node{}
	for i := range parts {
		parts[i] = strconv.Itoa(i)
		if g.one(8) && len(kids) < 10 {
			parts[i] = "(@)"
			kids = append(kids, g.number(1))
		}
	}
	return stat("print(("+strings.Join(parts, op)+"))", kids...)
}

// growList makes a long list in a loop and looks at its end.
func (g *gen) growList() *node {
	n := strconv.Itoa(pick(g, 60, 300, 600, 1100))
	if g.one(40) && g.fn.turns == 1 {
		n = "70000"
	}
	return stat("do local t = {} for i = 1, "+n+" do t[i] = i * 2 end print(#t, t[#t], t["+n+"]) t[#t + 1] = @ print(#t) table.remove(t) table.remove(t) print(#t, t[#t]) t[#t] = nil print(#t) local u = {unpack(t, 1, 55)} print(#u, u[51]) end", g.number(1))
}

// variadic passes values on in all the ways there are.
func (g *gen) variadic() *node {
	use := pick(g, "return ...", "return (...)", "return select('#', ...), ...", "return {...}, ...", "local a, b = ... return b, a, ...",
		"return select(2, ...)", "local t = {n = select('#', ...), ...} return t.n, #t, unpack(t, 1, t.n)", "return ..., 1", "return (select('#', ...))",
		"local function inner(...) return select('#', ...), ... end return inner(...), inner(nil, ...)", "for i, v in ipairs({...}) do if v == 3 then return i, v end end")
	return stat("print((function(@) "+use+" end)(@))", text(pick(g, "...", "p, ...", "p, q, ...")), list(append(many(g, 0, 3, func() *node { return g.scalar(1) }), g.severalValues())...))
}

// breakWithClosures leaves loops from within blocks that have captured locals.
func (g *gen) breakWithClosures() *node {
	loop := pick(g, "for i = 1, 5 do", "for i in ipairs({1, 2, 3, 4}) do", "local i = 0 while true do i = i + 1")
	return stat("do local keep "+loop+" local c = i keep = keep or {} keep[i] = function() c = c + 1 return c end if @ then local d = c keep.d = function() return d + c end break end if i >= 3 then do break end end end for n = 1, 3 do if keep[n] then print(n, keep[n](), keep[n]()) end end if keep.d then print(keep.d()) end end",
		expr("i == @", g.small()))
}

// environment changes what a function finds as its globals.
func (g *gen) environment() *node {
	return stat("do local function f() score2 = @ return title2 end setfenv(f, {title2 = @}) print(f(), score2, getfenv(f).score2) end",
		expr("title2"), g.scalar(1))
}

// deepExpression nests one kind of expression.
func (g *gen) deepExpression() *node {
	n := 5 + g.r.IntN(25)
	open, end := "(", ")"
	switch g.r.IntN(5) {
	case 0:
		open, end = "{", "}"
	case 1:
		open, end = "tostring(", ")"
	case 2:
		open, end = "(1 + ", ")"
	case 3:
		open, end = "(function(...) return ... end)(", ")"
	}
	return stat("print("+strings.Repeat(open, n)+"@"+strings.Repeat(end, n)+")", g.number(1))
}

// cutCall puts the first result of a call into a parameter or a local that the call
// reads.
func (g *gen) cutCall() *node {
	use := pick(g, "s = (s:gsub('a', 'b')) return s", "s = (several(s)) return s", "local t = s t = (several(t, s)) return t, s", "s, n = (several(s)), (several(n)) return s, n",
		"local t = {(several(s))} s = (several(s)) return #t, s", "n = n and (several(n)) or (several(s)) return n, s", "s = (s) n = ((several(n, s))) return n, s", "return (several(s)), (several(n))")
	return stat("do local function several(...) return ... end print((function(@) "+use+" end)(@)) end", pick(g, text("n, s"), text("s, n")), list1(g.string(1), g.string(1)))
}
