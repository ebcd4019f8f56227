package reload

import (
	"fmt"
	"maps"
	"runtime"
	"slices"
	"strings"

	lua "github.com/yuin/gopher-lua"

	"hotshard/runtime/script"
	"hotshard/runtime/script/code"
)

// Commit makes a State run the staged release. It is called between two ticks,
// while no Lua runs. Either everything is applied, or, on a refusal, nothing is.
func Commit(s *script.State, st *Staged) (report *Report, err error) {
	if s.Busy() {
		return nil, &code.Refusal{Code: code.RHost, Subject: s.Name(), Message: "a commit while Lua runs; the scheduler must wait for the tick to end"}
	}
	s.Unwrap()
	back := s.Attempt()
	var p *planner
	var r *code.Refusal
	defer func() {
		if v := recover(); v != nil {
			if p != nil {
				p.undo.Back()
			}
			back()
			report, err = nil, &code.Refusal{Code: code.RHost, Subject: s.Name(), Message: fmt.Sprintf("the commit failed inside the engine and was undone: %v at %s", v, panicPlace())}
		}
	}()
	p, r = makePlan(s, st, true)
	keptOf(s).prepared = nil
	if r != nil {
		back()
		return nil, r
	}
	from := s.Data()
	p.apply()
	p.dataChanged(from)
	p.hooks()
	s.Did(script.Deed{Kind: script.DeedCommit, Release: st.To, Roots: st.Roots(), Back: st.back})
	return &p.report, nil
}

func (p *planner) apply() {
	p.s.Freeze(p.freeze, &p.undo)
	for _, n := range p.st.next.Loaded() {
		mp := p.mods[n.Name]
		if mp == nil {
			continue
		}
		if mp.fresh != nil {
			p.s.Adopt(mp.fresh, &p.undo)
			continue
		}
		p.s.Slots().SwapAll(mp.swaps, &p.undo)
		p.s.Slots().Revive(mp.live, &p.undo)
		p.switchUnit(mp)
	}
	p.s.FollowCode()
	p.growClosures()
	p.rewrite()
	for _, lm := range p.migrations {
		lm.write(p)
		p.kept.remember(lm.place.name, lm.image, &p.undo)
	}
	for _, name := range p.forget {
		p.kept.remember(name, nil, &p.undo)
	}
	for _, w := range p.writes {
		if w.seq {
			p.writeList(w)
		} else {
			p.write(w.place, w.value)
		}
	}
	for _, n := range p.st.next.Loaded() {
		p.registrations(n)
	}
	for _, m := range p.unloads() {
		p.s.Unload(m, &p.undo)
		p.kept.forget(m, &p.undo)
	}
	p.upgrades()
	p.states()
	p.forgetLoads()
	p.s.SetData(p.st.next.Data(), &p.undo)
	p.s.SetRelease(p.st.To, &p.undo)
	p.s.Slots().Settle()
}

// switchUnit makes the new version's declarations the module's.
func (p *planner) switchUnit(mp *modulePlan) {
	m := mp.live
	before := *m
	p.undo.Add(func() {
		for i, v := range mp.vars {
			if was := mp.match.VarBefore(mp.match.New.Vars[i]); was != nil {
				v.Decl = was
			}
		}
		*m = before
	})
	p.keepLeftovers(mp)
	m.File, m.Unit, m.Functions, m.Variables = mp.next.File, mp.next.Unit, mp.fns, mp.vars
	for i, v := range m.Variables {
		v.Decl = m.Unit.Vars[i]
	}
}

// write puts a value in a place.
func (p *planner) write(at *place, v lua.LValue) {
	switch at.kind {
	case placeResult:
		p.s.SetResult(p.s.Module(at.mod), v, &p.undo)
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
			p.undo.Add(func() { fn.Env = old })
		}
	case placeMeta:
		if t, ok := p.live[at.parent].(*lua.LTable); ok {
			old := t.Metatable
			t.Metatable = v
			p.undo.Add(func() { t.Metatable = old })
		}
	case placeField:
		if t, ok := p.live[at.parent].(*lua.LTable); ok {
			if key := p.liveKey(at); key != nil {
				p.s.SetField(t, key, v, &p.undo)
			}
		}
	}
}

func (p *planner) writeCell(cell *lua.Upvalue, v lua.LValue) {
	if cell == nil {
		return
	}
	old := cell.Value()
	cell.SetValue(v)
	p.undo.Add(func() { cell.SetValue(old) })
}

// liveCellNow finds a variable's cell after its module has switched versions.
func (p *planner) liveCellNow(at *place) *lua.Upvalue {
	m := p.s.Module(at.mod)
	if m == nil {
		return nil
	}
	id := at.v.ID
	if m.Unit != p.st.next.Module(at.mod).Unit {
		id = at.oldVar
	}
	if id < len(m.Variables) && m.Variables[id] != nil {
		return m.Variables[id].Cell
	}
	return nil
}

// upvalueCellNow is upvalueCell after the switch: the variable is the same object
// and has the new version's declaration.
func (p *planner) upvalueCellNow(at *place, fn *lua.LFunction) *lua.Upvalue {
	sl, m := p.s.Slots().Of(fn), p.s.Module(at.mod)
	if sl == nil || m == nil || at.v.ID >= len(m.Variables) || m.Variables[at.v.ID] == nil {
		return nil
	}
	return sl.Cell(fn, m.Variables[at.v.ID])
}

func (p *planner) upgrades() {
	for _, u := range p.st.next.stage.upgrades {
		mp := p.mods[u.mod.Name]
		if mp == nil || mp.live == nil {
			continue // the file did not change: its instances are up to date
		}
		class, ok1 := p.translate(u.class).(*lua.LTable)
		fn, ok2 := p.translate(u.fn).(*lua.LFunction)
		if ok1 && ok2 {
			p.s.ArmUpgrade(class, fn, p.st.From.Number)
		}
	}
}

// states notes the reload.state values that are new with this version.
func (p *planner) states() {
	for key, def := range p.st.next.stage.states {
		if !p.s.Keeps(key) {
			p.s.Keep(key, p.translate(def), &p.undo)
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
		if nt := p.s.NamedTask(t.id); nt != nil {
			if nt.Fn != fn {
				nt.Fn = fn
				p.restarts[t.id] = true
			}
		} else if h, ok := p.made[t.handle].(*lua.LTable); ok {
			p.s.NewNamedTask(t.id, fn, h)
		}
	}
	for _, id := range slices.Sorted(maps.Keys(p.restarts)) {
		if nt := p.s.NamedTask(id); nt != nil {
			p.s.Restart(nt)
			p.report.Restarted = append(p.report.Restarted, id)
		}
	}
	p.runHooks("reload.first", p.st.next.stage.firsts, func(mp *modulePlan) bool { return mp.fresh != nil })
	p.runHooks("reload.after", p.st.next.stage.afters, func(mp *modulePlan) bool { return mp.fresh == nil })
}

func (p *planner) runHooks(origin string, hooks []stagedHook, wanted func(*modulePlan) bool) {
	for _, h := range hooks {
		if mp := p.mods[h.mod.Name]; mp != nil && wanted(mp) {
			if fn, ok := p.translate(h.fn).(*lua.LFunction); ok {
				p.s.Start(fn, origin)
			}
		}
	}
}

// panicPlace is the innermost place of our own code in the panic being recovered.
func panicPlace() string {
	var pcs [32]uintptr
	frames := runtime.CallersFrames(pcs[:runtime.Callers(3, pcs[:])])
	for {
		f, more := frames.Next()
		if strings.Contains(f.Function, "hotshard/runtime/script") && !strings.Contains(f.Function, ".func") {
			return fmt.Sprintf("%s:%d", f.File[strings.LastIndexByte(f.File, '/')+1:], f.Line)
		}
		if !more {
			return "?"
		}
	}
}
