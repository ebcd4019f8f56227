package differ

// kind is what a variable mostly holds. Most of a program keeps to the kinds, so
// that it comes far; see gen.wrong for the rest.
type kind uint8

const (
	kAny kind = iota // whatever, nil as well
	kNumber
	kString
	kBool     // or nil
	kList     // of numbers
	kRecord   // with the fields of fieldNames, numbers
	kFunction // takes numbers
	kinds
	kHidden // not to be used; it hides an outer name
)

// variable is a name that the program can use.
type variable struct {
	name    string
	kind    kind
	fixed   bool // a loop counts with it: only to be read
	global  bool
	results int // of a function: how many it returns, numbers first; -1: who knows
	cost    int // of a function: turns of one call
	yields  bool
}

var localNames = []string{"a", "b", "c", "d", "e", "x", "y", "n", "s", "t", "f"}

var fieldNames = []string{"a", "b", "hp", "name2"}

func (g *gen) add(v variable) { g.scopes = append(g.scopes, v) }

// name is a name for a new local. It often hides another.
func (g *gen) name() string { return pick(g, localNames...) }

// scoped runs write and forgets the locals it declares.
func (g *gen) scoped(write func()) {
	depth := len(g.scopes)
	write()
	g.scopes = g.scopes[:depth]
}

// visible lists the variables that pass and that no later one hides, innermost first.
func (g *gen) visible(pass func(variable) bool) []variable {
	var out []variable
	hidden := map[string]bool{}
	for i := len(g.scopes) - 1; i >= 0; i-- {
		v := g.scopes[i]
		if !hidden[v.name] && v.kind != kHidden && pass(v) {
			out = append(out, v)
		}
		hidden[v.name] = true
	}
	return out
}

// any picks a visible variable that passes. The nearer ones are likelier.
func (g *gen) any(pass func(variable) bool) (variable, bool) {
	list := g.visible(pass)
	if len(list) == 0 {
		return variable{}, false
	}
	return list[min(g.r.IntN(len(list)), g.r.IntN(len(list)))], true
}

func (g *gen) ofKind(k kind) (variable, bool) {
	return g.any(func(v variable) bool { return v.kind == k })
}

// target picks a variable that may be assigned to.
func (g *gen) target(k kind) (variable, bool) {
	return g.any(func(v variable) bool { return v.kind == k && !v.fixed })
}

func (g *gen) anyKind() kind {
	return pick(g, kNumber, kNumber, kNumber, kString, kString, kBool, kList, kRecord, kAny, kAny, kFunction)
}

// callable picks a function that can be called here without running for too long.
func (g *gen) callable(results int) (variable, bool) {
	return g.any(func(v variable) bool {
		return v.kind == kFunction && (results == 0 || v.results >= results) && g.fn.cost+g.fn.turns*v.cost < maxCost && (!v.yields || g.fn.yields)
	})
}

// spend notes that a function is called here.
func (g *gen) spend(v variable) { g.fn.cost += g.fn.turns * max(1, v.cost) }
