package reload

import (
	"fmt"

	lua "github.com/yuin/gopher-lua"

	"hotshard/runtime/script"
	"hotshard/runtime/script/code"
	"hotshard/runtime/script/vm"
)

// A place is where a value lives: a field of a table, a variable, the result of a
// module. The same path leads to it in the State that staged the version before
// (base), in the one that staged the next version (next) and in a live State.
type place struct {
	kind   placeKind
	parent *place
	mod    string
	key    lua.LValue   // of a field; for keys that are objects, the base State's object
	newKey lua.LValue   // the same in next
	v      *code.Var    // of a variable or upvalue, as next declares it
	oldVar int          // its id in base, -1: new
	name   string       // as operators see it
	old    lua.LValue   // base's value, LNil where there is none
	new    lua.LValue   // next's value
	policy string       // the author's, inherited from above
	index  int          // of a registration, in base
	cell   *lua.Upvalue // of a captured variable, in next
}

type placeKind uint8

const (
	placeGlobals placeKind = iota
	placeResult
	placeVar
	placeField
	placeMeta
	placeUpvalue
	placeEnv
	placeRegistration // the function of a handler, timer or command of the file
	placeTask         // the function of a named task
)

// op is one place whose initial value differs between two versions.
type op struct {
	*place
	sequence bool // a list that changes as a whole
}

// differ walks base and next in lockstep. What it finds is independent of any
// live State, so one walk serves them all.
type differ struct {
	base, next *rehearsal
	match      map[string]*code.Match
	pairs      map[any]*place // next's tables and functions that are base's, by place
	taken      map[any]any    // base's object to next's
	policies   map[string]code.Policy
	ops        []op
	queue      []*place                  // paired, contents not compared yet
	shared     map[*lua.Upvalue][]*place // next's cells to where closures that base has, too, hold them
	grown      []*place                  // closures of both whose new code captures more
	regs       map[string][]regMatch
	heirs      []heir
	held       map[*lua.Upvalue]*lua.Upvalue // base's cells to next's that continue them
}

func (d *differ) place(p *place) *place {
	if p.parent != nil && p.policy == "" {
		p.policy = p.parent.policy
	}
	if pol, ok := d.policies[p.name]; ok {
		p.policy = pol.Kind
	}
	if t, ok := p.new.(*lua.LTable); ok && d.next.stage.consts[t] {
		p.policy = code.TakeConst
	}
	return p
}

// run compares everything reachable from modules, their variables and globals.
// The walk is breadth first, so that an object is paired by its shortest path: two
// classes that trade places in a metatable are not taken for one another.
func (d *differ) run() {
	for _, m := range d.next.Loaded() {
		if bm := d.base.Module(m.Name); bm != nil {
			d.compare(d.place(&place{kind: placeResult, mod: m.Name, name: m.Name, old: bm.Result, new: m.Result}))
		}
	}
	for _, m := range d.next.Loaded() {
		if bm := d.base.Module(m.Name); bm != nil {
			d.variables(bm, m)
		}
	}
	d.compare(d.place(&place{kind: placeGlobals, old: d.base.Globals(), new: d.next.Globals()}))
	for _, m := range d.next.Loaded() {
		if bm := d.base.Module(m.Name); bm != nil {
			d.registrations(bm, m)
		}
	}
	d.walk()
	d.inherit()
	d.walk()
}

// walk compares what is in the objects that have been paired.
func (d *differ) walk() {
	for len(d.queue) > 0 {
		p := d.queue[0]
		d.queue = d.queue[1:]
		switch n := p.new.(type) {
		case *lua.LTable:
			d.tables(p, p.old.(*lua.LTable), n)
		case *lua.LFunction:
			d.closures(p, p.old.(*lua.LFunction), n)
		}
	}
}

func (d *differ) variables(bm, m *script.Module) {
	um := d.match[m.Name]
	for _, v := range m.Unit.Vars {
		was := um.VarBefore(v)
		if !v.Once || was == nil {
			continue
		}
		if old, new := bm.Cell(was), m.Cell(v); old != nil && new != nil {
			d.compare(d.place(&place{kind: placeVar, mod: m.Name, v: v, oldVar: was.ID, name: m.Name + ":" + v.Name, old: old.Value(), new: new.Value()}))
		}
	}
}

func (d *differ) changed(p *place) { d.ops = append(d.ops, op{place: p}) }

// compare notes an op where the two values differ, and walks into those that are
// the same object in both versions.
func (d *differ) compare(p *place) {
	if d.visited(p) {
		return
	}
	switch n := p.new.(type) {
	case *lua.LTable:
		if o, ok := p.old.(*lua.LTable); ok && d.pair(p, o, n) {
			d.queue = append(d.queue, p)
			return
		}
		d.changed(p)
	case *lua.LFunction:
		if o, ok := p.old.(*lua.LFunction); ok && d.sameFunction(o, n) && d.pair(p, o, n) {
			d.queue = append(d.queue, p)
			return
		}
		d.succeed(p)
		d.changed(p)
	default:
		if !sameScalar(p.old, p.new) {
			d.changed(p)
		}
	}
}

// visited says whether the pair has been walked already by another path.
func (d *differ) visited(p *place) bool {
	switch p.new.(type) {
	case *lua.LTable, *lua.LFunction:
		q := d.pairs[p.new]
		return q != nil && q.old == p.old
	}
	return false
}

func (d *differ) pair(p *place, old, new any) bool {
	if d.pairs[new] != nil || d.taken[old] != nil {
		return false
	}
	d.pairs[new], d.taken[old] = p, new
	return true
}

// sameScalar compares plain values; handles have nothing to compare.
func sameScalar(a, b lua.LValue) bool {
	if a.Type() != b.Type() {
		return false
	}
	switch a := a.(type) {
	case lua.LNumber:
		return a == b.(lua.LNumber) || a != a && b != b // NaN is NaN
	case *lua.LUserData, *lua.LState:
		return true
	}
	return a == b
}

// sameFunction says whether two functions are one declaration.
func (d *differ) sameFunction(o, n *lua.LFunction) bool {
	if o.IsG || n.IsG {
		return o.IsG && n.IsG && d.base.BuiltinName(o) == d.next.BuiltinName(n)
	}
	os, ns := d.base.Slots().Of(o), d.next.Slots().Of(n)
	if os == nil || ns == nil {
		return os == nil && ns == nil && script.SameLoaded(o, n)
	}
	um := d.match[ns.Function.Module.Name]
	if um == nil || os.Function.Module.Name != ns.Function.Module.Name {
		return false
	}
	was := um.Before(ns.Function.Decl)
	return was != nil && was.ID == os.Function.Decl.ID
}

// closures compares what two closures of one declaration captured besides the
// variables of the top level, and their environments.
func (d *differ) closures(p *place, o, n *lua.LFunction) {
	if n.IsG {
		return
	}
	if o.Env != d.base.Globals() || n.Env != d.next.Globals() {
		d.compare(d.place(&place{kind: placeEnv, parent: p, name: p.name, old: o.Env, new: n.Env}))
	}
	os, ns := d.base.Slots().Of(o), d.next.Slots().Of(n)
	if os == nil || ns == nil {
		return
	}
	if !d.match[ns.Function.Module.Name].Upgradable(os.Function.Decl, ns.Function.Decl) {
		d.grown = append(d.grown, p)
	}
	for _, h := range d.captures(p, o, n) {
		d.share(h.at)
		d.held[h.base] = h.at.cell
		d.compare(h.at)
	}
}

func (d *differ) tables(p *place, o, n *lua.LTable) {
	no, ok1 := listLen(o)
	nn, ok2 := listLen(n)
	if list := ok1 && ok2; list {
		d.lists(p, o, n, no, nn)
		d.fields(p, o, n, func(k lua.LValue) bool { return k.Type() == lua.LTNumber })
	} else {
		d.fields(p, o, n, func(lua.LValue) bool { return false })
	}
	om, nm := o.Metatable, n.Metatable
	if om != lua.LNil || nm != lua.LNil {
		d.compare(d.place(&place{kind: placeMeta, parent: p, name: p.name + ".<metatable>", old: om, new: nm}))
	}
}

// pairable says whether two list elements can be the same element.
func (d *differ) pairable(o, n lua.LValue) bool {
	switch n := n.(type) {
	case *lua.LTable:
		_, ok := o.(*lua.LTable)
		return ok
	case *lua.LFunction:
		of, ok := o.(*lua.LFunction)
		return ok && d.sameFunction(of, n)
	}
	return sameScalar(o, n)
}

// fields compares all entries but those that are left to lists.
func (d *differ) fields(p *place, o, n *lua.LTable, listed func(k lua.LValue) bool) {
	seen := map[lua.LValue]bool{}
	for k, v := range entries(n) {
		if listed(k) {
			continue
		}
		ok := d.baseKey(k)
		old := lua.LValue(lua.LNil)
		if ok != nil {
			old = vm.Get(o, ok)
			seen[ok] = true
		} else {
			ok = k
		}
		d.compare(d.field(p, ok, k, old, v))
	}
	for k, v := range entries(o) {
		if !listed(k) && !seen[k] {
			d.compare(d.field(p, k, k, v, lua.LNil))
		}
	}
}

func (d *differ) field(p *place, key, newKey, old, new lua.LValue) *place {
	name := fmt.Sprintf("%s[%s]", p.name, key)
	if s, ok := key.(lua.LString); ok {
		name = p.name + "." + string(s)
		if p.name == "" {
			name = string(s)
		}
	}
	return d.place(&place{kind: placeField, parent: p, key: key, newKey: newKey, name: name, old: old, new: new})
}

// baseKey is next's key as base has it: itself for a plain value, the paired
// object for an object, nil where base has none.
func (d *differ) baseKey(k lua.LValue) lua.LValue {
	switch k := k.(type) {
	case *lua.LTable:
		if p := d.pairs[k]; p != nil {
			return p.old
		}
		return nil
	case *lua.LFunction:
		if name := d.next.BuiltinName(k); name != "" {
			return d.base.Builtin(name)
		}
		if p := d.pairs[k]; p != nil {
			return p.old
		}
		return nil
	}
	return k
}

// equality compares values of base and next by structure, without pairing.
type equality struct {
	d    *differ
	rows bool // a row that has gained or lost functions is still the same row
	seen map[[2]*lua.LTable]bool
}

func (e *equality) equal(o, n lua.LValue) bool {
	ot, ok1 := o.(*lua.LTable)
	nt, ok2 := n.(*lua.LTable)
	if !ok1 || !ok2 {
		return !ok1 && !ok2 && e.d.pairable(o, n)
	}
	if e.seen == nil {
		e.seen = map[[2]*lua.LTable]bool{}
	}
	if done, ok := e.seen[[2]*lua.LTable{ot, nt}]; ok {
		return done
	}
	e.seen[[2]*lua.LTable{ot, nt}] = true
	same := e.tables(ot, nt)
	e.seen[[2]*lua.LTable{ot, nt}] = same
	return same
}

func (e *equality) tables(o, n *lua.LTable) bool {
	common := 0
	for k, v := range entries(n) {
		old := lua.LValue(lua.LNil)
		if key := e.d.baseKey(k); key != nil {
			old = vm.Get(o, key)
		}
		switch {
		case old == lua.LNil && e.method(v):
		case old == lua.LNil || !e.equal(old, v):
			return false
		case !e.method(old):
			common++
		}
	}
	for _, v := range entries(o) {
		if !e.method(v) {
			common--
		}
	}
	return common == 0
}

// method says whether a value is a function that a row may have or not.
func (e *equality) method(v lua.LValue) bool { return e.rows && v.Type() == lua.LTFunction }
