package reload

import (
	lua "github.com/yuin/gopher-lua"

	"hotshard/runtime/script"
	"hotshard/runtime/script/code"
	"hotshard/runtime/script/vm"
)

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
	if vm.IsClosed(t) {
		return t // a metatable that all States share
	}
	if t == p.st.next.Globals() {
		return p.s.Globals()
	}
	if live := p.counterpart(t); live != nil {
		p.made[t] = live
		return live
	}
	c := p.s.L().CreateTable(vm.Len(t), 0)
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
		if live := p.s.Builtin(p.st.next.BuiltinName(fn)); live != nil {
			return live
		}
		return lua.LNil
	}
	if q := p.st.pairs[fn]; q != nil {
		if v, ok := p.resolve(q); ok && v.Type() == lua.LTFunction {
			return v
		}
	}
	ns := p.st.next.Slots().Of(fn)
	if ns == nil {
		return p.translateLoaded(fn)
	}
	f := p.function(ns.Function)
	if f == nil {
		return lua.LNil
	}
	live := &lua.LFunction{Proto: f.Proto}
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
func (p *planner) function(next *script.Function) *script.Slot {
	name := next.Module.Name
	if mp := p.modulePlan(name); mp != nil {
		f := mp.fns[next.Decl.ID]
		if sl := mp.slots[f]; sl != nil {
			return sl
		}
		return f.Slot
	}
	if m := p.s.Module(name); m != nil && next.Decl.ID < len(m.Functions) {
		return m.Functions[next.Decl.ID].Slot
	}
	return nil
}

func (p *planner) variable(mod string, v *code.Var) *script.Variable {
	if mp := p.modulePlan(mod); mp != nil {
		return mp.vars[v.ID]
	}
	if m := p.s.Module(mod); m != nil {
		return m.Variable(v)
	}
	return nil
}

// modulePlan is the plan of a changed module, or of one that this State does not
// have yet and now needs; nil for a module that stays as it is.
func (p *planner) modulePlan(name string) *modulePlan {
	if mp := p.mods[name]; mp != nil {
		return mp
	}
	if p.s.Module(name) != nil {
		return nil
	}
	n := p.st.next.Module(name)
	if n == nil {
		return nil
	}
	m, _ := p.s.NewModule(name, n.File, n.Unit)
	mp := &modulePlan{next: n, fresh: m, fns: m.Functions, vars: make([]*script.Variable, len(n.Unit.Vars))}
	p.mods[name] = mp
	for _, v := range n.Unit.Vars {
		mp.vars[v.ID] = m.Variable(v)
		if src := n.Cell(v); v.Once && src != nil {
			c := &lua.Upvalue{}
			c.SetValue(lua.LNil)
			p.cells[src], mp.vars[v.ID].Cell = c, c
		}
	}
	for _, v := range n.Unit.Vars {
		if src := n.Cell(v); v.Once && src != nil {
			mp.vars[v.ID].Cell.SetValue(p.translate(src.Value()))
		}
	}
	m.Result = p.translate(n.Result)
	return mp
}

// required brings in what changed files require for the first time, also where all
// they want of it are its registrations.
func (p *planner) required() {
	var visit func(name string)
	visit = func(name string) {
		n := p.st.next.Module(name)
		if n == nil {
			return
		}
		for _, need := range n.Needs {
			if p.s.Module(need) == nil && p.mods[need] == nil {
				p.modulePlan(need)
				visit(need)
			}
		}
	}
	for known := -1; known != len(p.mods); { // what comes in may bring in more
		known = len(p.mods)
		for _, n := range p.st.next.Loaded() {
			if p.mods[n.Name] != nil {
				visit(n.Name)
			}
		}
	}
}

// temporary is a closure over a function of next that can run before the commit:
// its code is a private copy, its top-level variables are the live ones.
func (p *planner) temporary(fn *lua.LFunction) *lua.LFunction {
	ns := p.st.next.Slots().Of(fn)
	live := &lua.LFunction{Proto: ns.Function.Decl.Loose()}
	live.Env, _ = p.translate(fn.Env).(*lua.LTable)
	live.Upvalues = p.closureCells(ns, fn)
	return live
}

// translateHandle carries a timer's handle over; others have no meaning here.
func (p *planner) translateHandle(ud *lua.LUserData) lua.LValue {
	if v, ok := p.made[ud]; ok {
		return v
	}
	r, ok := ud.Value.(*script.Registration)
	if !ok {
		return lua.LNil
	}
	h := &lua.LUserData{Env: p.s.Globals(), Metatable: lua.LNil}
	p.made[ud], p.handles[r] = h, h
	return h
}

// ready makes live values of all else that the commit will ask for: once it has
// begun, what it replaces can no longer be looked up.
func (p *planner) ready() {
	for known := -1; known != len(p.mods); { // what comes in may bring in more
		known = len(p.mods)
		for _, n := range p.st.next.Loaded() {
			if p.s.Module(n.Name) == nil && p.mods[n.Name] == nil {
				continue
			}
			for _, rm := range p.st.regs[n.Name] {
				if rm.new >= 0 && n.Registrations[rm.new] != nil && !p.fired(n.Name, rm.old) {
					p.translate(n.Registrations[rm.new].Fn)
				}
			}
		}
		p.readyStage(p.st.next.stage)
	}
}

func (p *planner) readyStage(log *stageLog) {
	for _, u := range log.upgrades {
		if p.mods[u.mod.Name] != nil {
			p.translate(u.class)
			p.translate(u.fn)
		}
	}
	for _, list := range [][]stagedHook{log.firsts, log.afters} {
		for _, h := range list {
			if p.mods[h.mod.Name] != nil {
				p.translate(h.fn)
			}
		}
	}
	for _, t := range log.tasks {
		if t.mod == nil || p.s.Module(t.mod.Name) != nil || p.mods[t.mod.Name] != nil {
			p.translate(t.fn)
		}
	}
	for key, def := range log.states {
		if !p.s.Keeps(key) {
			p.translate(def)
		}
	}
}

func (p *planner) prepareTasks() {
	for _, t := range p.st.next.stage.tasks {
		if p.s.NamedTask(t.id) == nil {
			p.made[t.handle] = p.s.L().CreateTable(0, 4)
		}
	}
}
