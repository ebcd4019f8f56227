package script

import (
	"fmt"
	"maps"
	"slices"

	lua "github.com/yuin/gopher-lua"

	"hotshard/runtime/script/vm"
)

// Commit makes the State run the staged release. It is called between two ticks,
// while no Lua runs. Either everything is applied, or, on a refusal, nothing is.
func (s *State) Commit(st *Staged) (report *Report, err error) {
	if s.depth > 0 || len(s.loading) > 0 {
		return nil, &Refusal{Code: "R-HOST", Subject: s.opts.Name, Message: "a commit while Lua runs; the scheduler must wait for the tick to end"}
	}
	s.untraceAll()
	var p *planner
	var r *Refusal
	defer func() {
		if v := recover(); v != nil {
			p.takeStepsBack()
			report, err = nil, &Refusal{Code: "R-HOST", Subject: s.opts.Name, Message: fmt.Sprintf("the commit failed inside the engine and was undone: %v at %s", v, panicPlace())}
		}
	}()
	p, r = s.plan(st, true)
	s.prepared = nil
	s.code++
	if r != nil {
		return nil, r
	}
	from := s.data
	p.apply()
	p.dataChanged(from)
	p.hooks()
	return &p.report, nil
}

func (p *planner) undo(f func()) { p.undos = append(p.undos, f) }

// takeStepsBack undoes what has been done; of a plan that was not made, nothing.
func (p *planner) takeStepsBack() {
	if p == nil {
		return
	}
	for i := len(p.undos) - 1; i >= 0; i-- {
		p.undos[i]()
	}
}

func (p *planner) apply() {
	p.freezeFrames()
	for _, n := range p.st.next.order {
		mp := p.mods[n.name]
		if mp == nil {
			continue
		}
		if mp.fresh != nil {
			p.adopt(mp)
			continue
		}
		p.swapAll(mp)
		p.revive(mp)
		p.switchUnit(mp)
	}
	p.growClosures()
	p.rewrite()
	for _, lm := range p.migrations {
		lm.write(p)
		p.remember(lm.place.name, lm.image)
	}
	for _, name := range p.forget {
		p.remember(name, nil)
	}
	for _, w := range p.writes {
		if w.seq {
			p.writeList(w)
		} else {
			p.write(w.place, w.value)
		}
	}
	for _, n := range p.st.next.order {
		p.registrations(n)
	}
	for _, m := range p.unloads() {
		p.unload(m)
	}
	p.upgrades()
	p.states()
	p.forgetLoads()
	p.setData()
	old := p.s.release
	p.s.release = p.st.To
	p.undo(func() { p.s.release = old })
	p.s.slots.settle()
}

// freezeFrames pins suspended frames to copies of the code they were entered with.
func (p *planner) freezeFrames() {
	s := p.s
	frozen := map[*lua.FunctionProto]*frozenCode{}
	s.threads.each(func(th *lua.LState) { // keep what is still on a stack, forget the rest
		for _, fr := range frames(th) {
			if fn := fr.fn(); fn != nil && s.frozen[fn.Proto] != nil {
				frozen[fn.Proto] = s.frozen[fn.Proto]
			}
		}
	})
	for _, ff := range p.freeze {
		fn := ff.frame.fn()
		proto := *fn.Proto
		clone := &lua.LFunction{Env: fn.Env, Proto: &proto, Upvalues: fn.Upvalues}
		frozen[&proto] = &frozenCode{fn: ff.fn, decl: ff.fn.decl, print: ff.fn.decl.print, version: ff.fn.mod.file.Hash, release: s.release.Number}
		ff.frame.setFn(clone)
		p.undo(func() { ff.frame.setFn(fn) })
	}
	old := s.frozen
	s.frozen = frozen
	p.undo(func() { s.frozen = old })
}

// swapAll gives a module's functions their new code. There may be thousands, so
// they share one entry of the undo log.
func (p *planner) swapAll(mp *modulePlan) {
	done := 0
	p.undo(func() {
		for done > 0 {
			done--
			p.unswap(&mp.swaps[done])
		}
	})
	for i := range mp.swaps {
		p.swap(&mp.swaps[i])
		done++
	}
}

// swap gives one function its new code.
func (p *planner) swap(sw *swap) {
	s, f := p.s, sw.fn
	sw.was, f.decl = f.decl, sw.decl
	if sw.slot == nil {
		*f.slot.proto, *sw.proto = *sw.proto, *f.slot.proto
		return
	}
	s.slots.add(sw.slot)
	if f.slot == sw.slot {
		return // a new function
	}
	sw.old = f.slot
	f.slot = sw.slot
	s.slots.remove(sw.old)
	p.outdate(sw.old, sw.old.proto)
}

// unswap takes a swap back. What outdate did has been taken back already.
func (p *planner) unswap(sw *swap) {
	s, f := p.s, sw.fn
	f.decl = sw.was
	if sw.slot == nil {
		*f.slot.proto, *sw.proto = *sw.proto, *f.slot.proto
		return
	}
	s.slots.remove(sw.slot)
	if sw.old != nil {
		f.slot = sw.old
		s.slots.add(sw.old)
	}
}

// switchUnit makes the new version's declarations the module's.
func (p *planner) switchUnit(mp *modulePlan) {
	m := mp.live
	before := *m
	p.undo(func() {
		for i, v := range mp.vars {
			if id := mp.match.vars[i]; id >= 0 {
				v.decl = mp.match.old.vars[id]
			}
		}
		*m = before
	})
	m.orphans, m.graveyard = p.leftovers(mp)
	m.file, m.unit, m.fns, m.vars = mp.next.file, mp.next.unit, mp.fns, mp.vars
	for i, v := range m.vars {
		v.decl = m.unit.vars[i]
	}
}

// adopt installs a module that was first required by the new version.
func (p *planner) adopt(mp *modulePlan) {
	s, m := p.s, mp.fresh
	m.seq = len(s.order)
	s.modules[m.name] = m
	s.order = append(s.order, m)
	s.loaded.RawSetString(m.name, m.result)
	for _, f := range m.fns {
		if f != nil {
			s.slots.add(f.slot)
		}
	}
	p.undo(func() {
		delete(s.modules, m.name)
		s.order = s.order[:len(s.order)-1]
		s.loaded.RawSetString(m.name, lua.LNil)
		for _, f := range m.fns {
			if f != nil {
				s.slots.remove(f.slot)
			}
		}
	})
}

// write puts a value in a place.
func (p *planner) write(at *place, v lua.LValue) {
	switch at.kind {
	case placeResult:
		m := p.s.modules[at.mod]
		old := m.result
		m.result = v
		p.s.loaded.RawSetString(at.mod, v)
		p.undo(func() { m.result = old; p.s.loaded.RawSetString(at.mod, old) })
	case placeVar:
		p.writeCell(p.liveCellNow(at), v)
	case placeUpvalue:
		if fn, ok := p.live[at.parent].(*lua.LFunction); ok {
			p.writeCell(p.upvalueCellNow(at, fn), v)
		}
	case placeEnv:
		fn, ok1 := p.live[at.parent].(*lua.LFunction)
		env, ok2 := v.(*lua.LTable)
		if ok1 && ok2 {
			old := fn.Env
			fn.Env = env
			p.undo(func() { fn.Env = old })
		}
	case placeMeta:
		if t, ok := p.live[at.parent].(*lua.LTable); ok {
			old := t.Metatable
			t.Metatable = v
			p.undo(func() { t.Metatable = old })
		}
	case placeField:
		if t, ok := p.live[at.parent].(*lua.LTable); ok {
			p.writeField(t, p.liveKey(at), v)
		}
	}
}

func (p *planner) writeField(t *lua.LTable, key, v lua.LValue) {
	if key == nil {
		return
	}
	if u := p.s.upgrades[t]; u != nil && key == lua.LString("__index") {
		old := u.index
		u.index = v
		p.undo(func() { u.index = old })
		return
	}
	old := vm.Get(t, key)
	vm.Set(t, key, v)
	p.undo(func() { vm.Set(t, key, old) })
}

func (p *planner) writeCell(cell *lua.Upvalue, v lua.LValue) {
	if cell == nil {
		return
	}
	old := cell.Value()
	cell.SetValue(v)
	p.undo(func() { cell.SetValue(old) })
}

// liveCellNow finds a variable's cell after its module has switched versions.
func (p *planner) liveCellNow(at *place) *lua.Upvalue {
	m := p.s.modules[at.mod]
	if m == nil {
		return nil
	}
	id := at.v.id
	if m.unit != p.st.next.modules[at.mod].unit {
		id = at.oldVar
	}
	if id < len(m.vars) && m.vars[id] != nil {
		return m.vars[id].cell
	}
	return nil
}

// upvalueCellNow is upvalueCell after the switch: the variable is the same object
// and has the new version's declaration.
func (p *planner) upvalueCellNow(at *place, fn *lua.LFunction) *lua.Upvalue {
	sl, m := p.s.slotOf(fn), p.s.modules[at.mod]
	if sl == nil || m == nil || at.v.id >= len(m.vars) || m.vars[at.v.id] == nil {
		return nil
	}
	return sl.cell(fn, m.vars[at.v.id])
}

// registrations brings a file's handlers, timers and commands to the new version:
// what stays keeps its phase, what is gone is dropped, what is new is added.
func (p *planner) registrations(n *module) {
	s, live := p.s, p.s.modules[n.name]
	matches := p.st.regs[n.name]
	if live == nil || matches == nil {
		return
	}
	before, nreg := live.regs, live.nreg
	p.undo(func() { live.regs, live.nreg = before, nreg })
	regs := make([]*registration, len(n.regs))
	for _, rm := range matches {
		var old, new *registration
		if rm.old >= 0 && rm.old < len(before) {
			old = before[rm.old]
		}
		if rm.new >= 0 {
			new = n.regs[rm.new]
		}
		switch {
		case new == nil:
			if old != nil {
				s.drop(old)
				p.undo(func() { s.install(old) })
			}
		case rm.old >= 0 && rm.old < len(before):
			if old != nil { // nil: a one-shot that has fired; it does not come back
				p.change(old, new, rm.new)
				regs[rm.new] = old
			}
		default:
			regs[rm.new] = p.addRegistration(live, new, rm.new)
		}
		if ud := p.handles[new]; ud != nil && new != nil {
			ud.Value = regs[rm.new]
		}
	}
	live.regs, live.nreg = regs, len(regs)
}

// change gives a registration its new function and period. A timer keeps its
// phase: it is next due after what remains, or the new period if that is less.
func (p *planner) change(old, new *registration, index int) {
	s, before := p.s, *old
	if p.st.pairs[new.fn] == nil || !p.samePair(old.fn, new.fn) {
		if fn, ok := p.translate(new.fn).(*lua.LFunction); ok {
			old.fn = fn
		}
	}
	old.index = index
	if old.kind == regEvery && new.period != old.period {
		old.period = new.period
		old.due = s.now + min(old.due-s.now, new.period)
		heapFix(&s.timers, old)
	}
	p.undo(func() {
		old.fn, old.index, old.period, old.due = before.fn, before.index, before.period, before.due
		heapFix(&s.timers, old)
	})
	if old.kind == regHandler && before.index != index {
		s.drop(old)
		s.install(old)
	}
}

// samePair says whether a live function is the continuation of next's.
func (p *planner) samePair(live, next *lua.LFunction) bool {
	a, b := p.s.slotOf(live), p.st.next.slotOf(next)
	return a != nil && b != nil && sameDecl(a.fn.decl, b.fn.decl)
}

func (p *planner) addRegistration(m *module, new *registration, index int) *registration {
	s := p.s
	fn, ok := p.translate(new.fn).(*lua.LFunction)
	if !ok {
		return nil
	}
	s.regSeq++
	r := &registration{kind: new.kind, name: new.name, fn: fn, mod: m, index: index, id: s.regSeq, period: new.period, due: s.now + new.period, heap: -1}
	var shadowed *registration
	if r.kind == regCommand {
		shadowed = s.commands[r.name]
	}
	s.install(r)
	p.undo(func() {
		s.drop(r)
		if shadowed != nil {
			s.install(shadowed)
		}
	})
	return r
}

func (p *planner) upgrades() {
	for _, u := range p.st.next.stage.upgrades {
		mp := p.mods[u.mod.name]
		if mp == nil || mp.live == nil {
			continue // the file did not change: its instances are up to date
		}
		class, ok1 := p.translate(u.class).(*lua.LTable)
		fn, ok2 := p.translate(u.fn).(*lua.LFunction)
		if ok1 && ok2 {
			p.s.armUpgrade(class, fn, p.st.From.Number)
		}
	}
}

// states notes the reload.state values that are new with this version.
func (p *planner) states() {
	for key, def := range p.st.next.stage.states {
		if _, ok := p.s.states[key]; !ok {
			p.s.states[key] = p.translate(def)
			p.undo(func() { delete(p.s.states, key) })
		}
	}
}

// hooks runs what the files asked to be run: reload.first of modules that are new
// here, reload.after of those that changed, and the restart of named tasks.
func (p *planner) hooks() {
	for _, t := range p.st.next.stage.tasks {
		fn, ok := p.translate(t.fn).(*lua.LFunction)
		if !ok {
			continue
		}
		if nt := p.s.restarts[t.id]; nt != nil {
			if nt.fn != fn {
				nt.fn = fn
				p.restarts[t.id] = true
			}
		} else if h, ok := p.made[t.handle].(*lua.LTable); ok {
			p.s.newNamedTask(t.id, fn, h)
		}
	}
	for _, id := range slices.Sorted(maps.Keys(p.restarts)) {
		if nt := p.s.restarts[id]; nt != nil {
			p.s.restart(nt)
			p.report.Restarted = append(p.report.Restarted, id)
		}
	}
	p.runHooks("reload.first", p.st.next.stage.firsts, func(mp *modulePlan) bool { return mp.fresh != nil })
	p.runHooks("reload.after", p.st.next.stage.afters, func(mp *modulePlan) bool { return mp.fresh == nil })
}

func (p *planner) runHooks(origin string, hooks []stagedHook, wanted func(*modulePlan) bool) {
	for _, h := range hooks {
		if mp := p.mods[h.mod.name]; mp != nil && wanted(mp) {
			if fn, ok := p.translate(h.fn).(*lua.LFunction); ok {
				p.s.run(fn, origin, "", nil)
			}
		}
	}
}
