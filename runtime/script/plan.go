package script

import (
	"fmt"
	"sort"

	lua "github.com/yuin/gopher-lua"

	"hotshard/runtime/script/vm"
)

// planner works out what a Staged release does to one live State. Until commit
// it only reads the State and makes new objects beside it.
type planner struct {
	s     *State
	st    *Staged
	force bool // at commit: state that cannot be merged is kept with a warning

	live  map[*place]lua.LValue
	found map[*place]bool
	made  map[any]lua.LValue            // next's tables and functions to their live copies
	cells map[*lua.Upvalue]*lua.Upvalue // next's cells to live ones
	mods  map[string]*modulePlan

	preparing bool           // not every changed module has its functions yet
	unfilled  []*lua.Upvalue // next's cells whose live twins wait for their value

	writes      []write
	journal     *journal // of what migrations write besides their results
	migrations  []*liveMigration
	forget      []string // migrations whose before-image is no longer of use
	freeze      []frozenFrame
	restarts    map[string]bool
	loadsGone   []*function
	handles     map[*registration]*lua.LUserData
	grows       []grown
	mergedCells map[*lua.Upvalue]bool // next's cells of captured variables that are decided
	told        map[string]bool       // functions that are warned of
	warnings    []Warning
	undos       []func()
	report      Report
}

// write is one place that gets a new value.
type write struct {
	place *place
	value lua.LValue
	list  []lua.LValue // of a sequence: its new elements
	seq   bool
}

// frozenFrame is a suspended frame that keeps its code.
type frozenFrame struct {
	frame frame
	fn    *function
}

// Report is what a commit did, or what a plan says it would do.
type Report struct {
	Stats
	Warnings  []Warning
	Taken     int // places that took the new source's value
	Kept      int // places that kept the live value although the source changed
	Frames    int // suspended frames that finish in old code
	Restarted []string
	Modules   int // changed modules that this State has loaded
}

// Plan says what committing would do to this State, or why it refuses. Nothing
// changes.
func (s *State) Plan(st *Staged) (report *Report, err error) {
	defer func() { // a fault of the engine is a refusal: the State is as it was
		if v := recover(); v != nil {
			report, err = nil, &Refusal{Code: "R-HOST", Subject: s.opts.Name, Message: fmt.Sprintf("planning failed inside the engine: %v at %s", v, panicPlace())}
		}
	}()
	p, r := s.plan(st, false)
	if r != nil {
		return nil, r
	}
	return &p.report, nil
}

func (s *State) plan(st *Staged, force bool) (*planner, *Refusal) {
	p := &planner{s: s, st: st, force: force, live: map[*place]lua.LValue{}, found: map[*place]bool{},
		made: map[any]lua.LValue{}, cells: map[*lua.Upvalue]*lua.Upvalue{}, mods: map[string]*modulePlan{},
		restarts: map[string]bool{}, handles: map[*registration]*lua.LUserData{}, told: map[string]bool{}, mergedCells: map[*lua.Upvalue]bool{}}
	if s.release.Hash != st.From.Hash {
		return nil, &Refusal{Code: "R-STALE", Subject: s.opts.Name, Message: fmt.Sprintf("%s runs %s and the batch was staged on %s; stage it again", s.opts.Name, s.release.Hash, st.From.Hash)}
	}
	defer p.takeBack()
	p.report.Stats = st.Stats
	p.preparing = true
	if r := p.modules(); r != nil {
		return nil, r
	}
	p.fill()
	p.required()
	p.prepareTasks()
	fresh, r := p.unmigrate()
	if r != nil {
		return nil, r
	}
	for _, sm := range st.next.stage.migrations {
		if !sm.fresh || s.modules[sm.mod.name] == nil {
			continue
		}
		if r := p.migrate(sm, fresh); r != nil {
			return nil, r
		}
	}
	for _, o := range st.ops {
		if r := p.merge(o, fresh); r != nil {
			return nil, r
		}
	}
	p.grow()
	p.ready()
	p.orphans()
	p.warnUnloads()
	p.frames()
	p.warnLoads()
	p.unknownGlobals()
	p.warnings = append(p.warnings, p.static()...)
	sort.SliceStable(p.warnings, func(i, j int) bool {
		return p.warnings[i].Code+p.warnings[i].Subject < p.warnings[j].Code+p.warnings[j].Subject
	})
	p.report.Warnings = p.warnings
	return p, nil
}

// static leaves out what the live State knows better: a name that kept a live
// value was not deleted.
func (p *planner) static() []Warning {
	kept := map[string]bool{}
	for _, w := range p.warnings {
		kept[w.Subject] = w.Code == "W-STATE-KEPT" || kept[w.Subject]
	}
	var out []Warning
	for _, w := range p.st.Warnings {
		if w.Code != "W-DELETED" && w.Code != "W-CLOSURE-OLD" {
			out = append(out, w)
		}
	}
	out = append(out, p.closuresOld()...)
	for _, w := range p.deleted() {
		if !kept[w.Subject] {
			out = append(out, w)
		}
	}
	return out
}

// resolve finds the live value at a place; ok is false where this State does not
// have the place, because a module is not loaded or a table on the way is gone.
func (p *planner) resolve(at *place) (lua.LValue, bool) {
	if found, done := p.found[at]; done {
		return p.live[at], found
	}
	v, ok := p.lookup(at)
	if v == nil {
		v = lua.LNil
	}
	p.live[at], p.found[at] = v, ok
	return v, ok
}

func (p *planner) lookup(at *place) (lua.LValue, bool) {
	switch at.kind {
	case placeGlobals:
		return p.s.l.G.Global, true
	case placeResult:
		if m := p.s.modules[at.mod]; m != nil {
			return m.result, true
		}
		return nil, false
	case placeVar:
		if cell := p.liveCell(at); cell != nil {
			return cell.Value(), true
		}
		return nil, false
	case placeRegistration:
		if fn := p.registered(at); fn != nil {
			return fn, true
		}
		return nil, false
	case placeTask:
		if nt := p.s.restarts[string(at.key.(lua.LString))]; nt != nil {
			return nt.fn, true
		}
		return nil, false
	}
	parent, ok := p.resolve(at.parent)
	if !ok {
		return nil, false
	}
	switch parent := parent.(type) {
	case *lua.LTable:
		return p.lookupTable(at, parent)
	case *lua.LFunction:
		if at.kind == placeEnv {
			return parent.Env, true
		}
		if cell := p.upvalueCell(at, parent); cell != nil {
			return cell.Value(), true
		}
	}
	return nil, false
}

func (p *planner) lookupTable(at *place, t *lua.LTable) (lua.LValue, bool) {
	switch at.kind {
	case placeMeta:
		return t.Metatable, true
	case placeField:
		key := p.liveKey(at)
		if key == nil {
			return nil, false
		}
		if u := p.s.upgrades[t]; u != nil && key == lua.LString("__index") && t.RawGetString("__index") == lua.LValue(u.hook) {
			return u.index, true
		}
		return vm.Get(t, key), true
	}
	return nil, false
}

// liveKey is a field's key in the live State.
func (p *planner) liveKey(at *place) lua.LValue {
	switch k := at.key.(type) {
	case *lua.LTable, *lua.LFunction:
		if q := p.st.pairs[at.newKey]; q != nil {
			if v, ok := p.resolve(q); ok {
				return v
			}
			return nil
		}
		v := p.translate(at.newKey)
		if v == lua.LNil {
			return nil
		}
		return v
	default:
		return k
	}
}

func (p *planner) liveCell(at *place) *lua.Upvalue {
	m := p.s.modules[at.mod]
	if m == nil || at.oldVar < 0 || at.oldVar >= len(m.vars) || m.vars[at.oldVar] == nil {
		return nil
	}
	return m.vars[at.oldVar].cell
}

func (p *planner) upvalueCell(at *place, fn *lua.LFunction) *lua.Upvalue {
	sl, m := p.s.slotOf(fn), p.s.modules[at.mod]
	if sl == nil || m == nil || sl.fn.mod != m || at.oldVar >= len(m.vars) || m.vars[at.oldVar] == nil {
		return nil
	}
	return sl.cell(fn, m.vars[at.oldVar])
}

// translate makes next's value one of the live State: itself for plain values,
// the same object for what exists already, a copy for what is new.
func (p *planner) translate(v lua.LValue) lua.LValue {
	switch v := v.(type) {
	case *lua.LTable:
		return p.translateTable(v)
	case *lua.LFunction:
		return p.translateFunction(v)
	case *lua.LUserData:
		return p.translateHandle(v)
	case *lua.LState:
		return lua.LNil // a coroutine begun while staging belongs to no live State
	}
	return v
}

func (p *planner) translateTable(t *lua.LTable) lua.LValue {
	if v, ok := p.made[t]; ok {
		return v
	}
	if q := p.st.pairs[t]; q != nil {
		if v, ok := p.resolve(q); ok && v.Type() == lua.LTTable {
			return v
		}
	}
	if t == p.st.next.l.G.Global {
		return p.s.l.G.Global
	}
	c := p.s.l.CreateTable(vm.Len(t), 0)
	p.made[t] = c
	for k, v := range entries(t) {
		if key := p.translate(k); key != lua.LNil {
			vm.Set(c, key, p.translate(v))
		}
	}
	c.Metatable = p.translate(t.Metatable)
	return c
}

func (p *planner) translateFunction(fn *lua.LFunction) lua.LValue {
	if v, ok := p.made[fn]; ok {
		return v
	}
	if fn.IsG {
		if live := p.s.builtin(p.st.next.builtinName(fn)); live != nil {
			return live
		}
		return lua.LNil
	}
	if q := p.st.pairs[fn]; q != nil {
		if v, ok := p.resolve(q); ok && v.Type() == lua.LTFunction {
			return v
		}
	}
	ns := p.st.next.slotOf(fn)
	if ns == nil {
		return p.translateLoaded(fn)
	}
	f := p.function(ns.fn)
	if f == nil {
		return lua.LNil
	}
	live := &lua.LFunction{Proto: f.proto}
	p.made[fn] = live
	live.Env, _ = p.translate(fn.Env).(*lua.LTable)
	live.Upvalues = p.closureCells(ns, fn)
	return live
}

// cell is the live twin of one of next's cells.
func (p *planner) cell(src *lua.Upvalue) *lua.Upvalue {
	if c := p.cells[src]; c != nil {
		return c
	}
	c := &lua.Upvalue{}
	c.SetValue(lua.LNil)
	p.cells[src] = c
	if p.preparing {
		p.unfilled = append(p.unfilled, src)
	} else {
		c.SetValue(p.translate(src.Value()))
	}
	return c
}

// fill gives the new cells their values, once every changed module is prepared: a
// new variable may hold a new function of its own file, or of another.
func (p *planner) fill() {
	p.preparing = false
	for _, src := range p.unfilled {
		p.cells[src].SetValue(p.translate(src.Value()))
	}
}

// slotFor is where a function's code will be after the commit.
func (p *planner) function(next *function) *slot {
	name := next.mod.name
	if mp := p.modulePlan(name); mp != nil {
		f := mp.fns[next.decl.id]
		if sl := mp.slots[f]; sl != nil {
			return sl
		}
		return f.slot
	}
	if m := p.s.modules[name]; m != nil && next.decl.id < len(m.fns) {
		return m.fns[next.decl.id].slot
	}
	return nil
}

func (p *planner) variable(mod string, v *varDecl) *variable {
	if mp := p.modulePlan(mod); mp != nil {
		return mp.vars[v.id]
	}
	if m := p.s.modules[mod]; m != nil {
		return m.variable(v)
	}
	return nil
}

// modulePlan is the plan of a changed module, or of one that this State does not
// have yet and now needs; nil for a module that stays as it is.
func (p *planner) modulePlan(name string) *modulePlan {
	if mp := p.mods[name]; mp != nil {
		return mp
	}
	if p.s.modules[name] != nil {
		return nil
	}
	n := p.st.next.modules[name]
	if n == nil {
		return nil
	}
	m := &module{name: name, file: n.file, unit: n.unit, nreg: n.nreg, done: true}
	p.s.instantiateInto(m)
	mp := &modulePlan{next: n, fresh: m, fns: m.fns, vars: make([]*variable, len(n.unit.vars))}
	p.mods[name] = mp
	for _, v := range n.unit.vars {
		mp.vars[v.id] = m.variable(v)
		if src := n.variableCell(v); v.module && src != nil {
			c := &lua.Upvalue{}
			c.SetValue(lua.LNil)
			p.cells[src], mp.vars[v.id].cell = c, c
		}
	}
	for _, v := range n.unit.vars {
		if src := n.variableCell(v); v.module && src != nil {
			mp.vars[v.id].cell.SetValue(p.translate(src.Value()))
		}
	}
	m.result = p.translate(n.result)
	return mp
}

// required brings in what changed files require for the first time, also where all
// they want of it are its registrations.
func (p *planner) required() {
	var visit func(name string)
	visit = func(name string) {
		n := p.st.next.modules[name]
		if n == nil {
			return
		}
		for _, need := range n.needs {
			if p.s.modules[need] == nil && p.mods[need] == nil {
				p.modulePlan(need)
				visit(need)
			}
		}
	}
	for known := -1; known != len(p.mods); { // what comes in may bring in more
		known = len(p.mods)
		for _, n := range p.st.next.order {
			if p.mods[n.name] != nil {
				visit(n.name)
			}
		}
	}
}

// temporary is a closure over a function of next that can run before the commit:
// its code is a private copy, its top-level variables are the live ones.
func (p *planner) temporary(fn *lua.LFunction) *lua.LFunction {
	ns := p.st.next.slotOf(fn)
	live := &lua.LFunction{Proto: ns.fn.decl.proto}
	live.Env, _ = p.translate(fn.Env).(*lua.LTable)
	live.Upvalues = p.closureCells(ns, fn)
	return live
}

// translateHandle carries a timer's handle over; others have no meaning here.
func (p *planner) translateHandle(ud *lua.LUserData) lua.LValue {
	if v, ok := p.made[ud]; ok {
		return v
	}
	r, ok := ud.Value.(*registration)
	if !ok {
		return lua.LNil
	}
	h := &lua.LUserData{Env: p.s.l.G.Global, Metatable: lua.LNil}
	p.made[ud], p.handles[r] = h, h
	return h
}

// ready makes live values of all else that the commit will ask for: once it has
// begun, what it replaces can no longer be looked up.
func (p *planner) ready() {
	for known := -1; known != len(p.mods); { // what comes in may bring in more
		known = len(p.mods)
		for _, n := range p.st.next.order {
			if p.s.modules[n.name] == nil && p.mods[n.name] == nil {
				continue
			}
			for _, rm := range p.st.regs[n.name] {
				if rm.new >= 0 && n.regs[rm.new] != nil && !p.fired(n.name, rm.old) {
					p.translate(n.regs[rm.new].fn)
				}
			}
		}
		p.readyStage(p.st.next.stage)
	}
}

func (p *planner) readyStage(log *stageLog) {
	for _, u := range log.upgrades {
		if p.mods[u.mod.name] != nil {
			p.translate(u.class)
			p.translate(u.fn)
		}
	}
	for _, list := range [][]stagedHook{log.firsts, log.afters} {
		for _, h := range list {
			if p.mods[h.mod.name] != nil {
				p.translate(h.fn)
			}
		}
	}
	for _, t := range log.tasks {
		if t.mod == nil || p.s.modules[t.mod.name] != nil || p.mods[t.mod.name] != nil {
			p.translate(t.fn)
		}
	}
	for key, def := range log.states {
		if _, ok := p.s.states[key]; !ok {
			p.translate(def)
		}
	}
}

func (p *planner) prepareTasks() {
	for _, t := range p.st.next.stage.tasks {
		if p.s.restarts[t.id] == nil {
			p.made[t.handle] = p.s.l.CreateTable(0, 4)
		}
	}
}
