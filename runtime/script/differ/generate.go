package differ

import "math/rand/v2"

// gen writes one random program. What it writes ends by itself: every loop has a
// bound that its body cannot move, functions call only functions that were there
// before them, and a budget of turns is spent while writing.
type gen struct {
	r       *rand.Rand
	scopes  []variable // every local and global that is visible here, innermost last
	fn      *function  // being written
	guarded int        // how many pcalls stand around: an error is welcome there
	serial  int        // for names that nobody shadows
}

// function is what is known of the function being written.
type function struct {
	outer  *function
	vararg bool
	loops  int // open loops in it, for break
	turns  int // how often the place being written is run when the function is called once
	cost   int // turns of everything so far
	locals int // how many it has declared: 200 are allowed
	yields bool
	floor  int // of scopes: what stands below is an upvalue here
}

const (
	maxTurns  = 60    // of nested loops in one function
	maxCost   = 3_000 // of one function
	maxLocals = 120
)

// generate writes the program of a seed.
func generate(seed uint64) *node {
	g := &gen{r: rand.New(rand.NewPCG(seed, 0xd1ffe7)), fn: &function{turns: 1, vararg: true}}
	program := body(g.prelude()...)
	for range 4 + g.r.IntN(8) {
		program.kids = append(program.kids, g.section())
	}
	program.kids = append(program.kids, g.report())
	return program
}

// prelude declares something of each kind, so that there always is one.
func (g *gen) prelude() []*node {
	out := []*node{
		stat("score, title = @, @", g.numberLiteral(), g.stringLiteral()),
		g.declare(kNumber), g.declare(kString), g.declare(kList), g.declare(kRecord), g.declare(kAny), g.functionStatement(),
	}
	g.add(variable{name: "score", kind: kNumber, global: true})
	g.add(variable{name: "title", kind: kString, global: true})
	return out
}

// section is a statement of the file's top level. Most stand in a pcall: an error
// outside ends the program, and nothing behind it is tried.
func (g *gen) section() *node {
	return g.choose(
		option{5, g.protected},
		option{3, g.functionStatement},
		option{2, func() *node { return g.declare(g.anyKind()) }},
		option{2, g.coroutineStatement},
		option{2, g.scenario},
		option{1, func() *node { return stat("do@end", g.block(3)) }},
		option{1, func() *node { return g.statement(3) }},
	)
}

// report prints everything that is visible at the end.
func (g *gen) report() *node {
	return stat("print(@)", list(g.visibleNames(12)...))
}

func (g *gen) visibleNames(most int) []*node {
	var out []*node
	for _, v := range g.visible(func(v variable) bool { return true }) {
		if len(out) == most {
			break
		}
		out = append(out, expr(v.name))
	}
	return out
}

// option is one of several ways to go on, as likely as its weight says.
type option struct {
	weight int
	write  func() *node
}

func (g *gen) choose(options ...option) *node {
	total := 0
	for _, o := range options {
		total += o.weight
	}
	at := g.r.IntN(total)
	for _, o := range options {
		if at -= o.weight; at < 0 {
			return o.write()
		}
	}
	panic("the weights do not add up")
}

// one is true once in n times.
func (g *gen) one(n int) bool { return g.r.IntN(n) == 0 }

func pick[T any](g *gen, of ...T) T { return of[g.r.IntN(len(of))] }

// many makes between lo and hi nodes.
func many(g *gen, lo, hi int, write func() *node) []*node {
	out := make([]*node, lo+g.r.IntN(hi-lo+1))
	for i := range out {
		out[i] = write()
	}
	return out
}

// loop writes something that is run n times.
func (g *gen) loop(n int, write func()) {
	before := g.fn.turns
	g.fn.turns *= max(1, n)
	g.fn.loops++
	write()
	g.fn.loops--
	g.fn.turns = before
}

// room says whether something that takes n turns may still stand here.
func (g *gen) room(n int) bool {
	return g.fn.turns*n <= maxTurns && g.fn.cost+g.fn.turns*n*4 < maxCost
}
