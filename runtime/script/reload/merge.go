package reload

import (
	"fmt"
	"maps"
	"slices"
	"sync"

	lua "github.com/yuin/gopher-lua"

	"hotshard/runtime/script"
	"hotshard/runtime/script/code"
	"hotshard/runtime/script/vm"
)

// merge decides one changed place: base is what the old source made, live what is
// there now, new what the new source makes. Where live is still base, new is
// taken; otherwise live stays, and the operator is told.
func (p *planner) merge(o op, migrated map[string]bool) *code.Refusal {
	if under(o.place, migrated) || p.mergedBefore(o.place) {
		return nil
	}
	live, ok := p.resolve(o.place)
	if !ok {
		if o.parent != nil && p.loaded(rootOf(o.place)) {
			p.keep(o.place, live)
		}
		return nil
	}
	if o.sequence {
		return p.mergeList(o, live, migrated)
	}
	pristine := p.pristine(o.old, live)
	switch {
	case o.policy == code.KeepState:
		if live == lua.LNil && o.old == lua.LNil {
			p.take(o.place)
		}
	case o.policy == code.TakeConst, pristine:
		p.replacesLoaded(o.name, o.old, o.new)
		p.take(o.place)
	case p.pristineNew(o.new, live):
		// somebody put there what the source now says
	case o.new == lua.LNil || o.old == lua.LNil || o.old.Type() == o.new.Type() || live.Type() == o.new.Type():
		p.keep(o.place, live)
	case p.force || o.old.Type() == lua.LTFunction:
		p.keep(o.place, live)
	default:
		return p.typeRefusal(o, live)
	}
	return nil
}

func under(at *place, names map[string]bool) bool {
	for ; at != nil; at = at.parent {
		if names[at.name] && at.name != "" {
			return true
		}
	}
	return false
}

// loaded says whether what a path begins with is here: a module, but also a one-shot
// timer, which may have fired.
func (p *planner) loaded(root *place) bool {
	switch root.kind {
	case placeGlobals:
		return true
	case placeRegistration, placeTask:
		return false
	}
	return p.s.Module(root.mod) != nil
}

func (p *planner) typeRefusal(o op, live lua.LValue) *code.Refusal {
	r := p.st.refusal(code.RStateType, o.place)
	name := o.name
	for i := len(name) - 1; i >= 0; i-- {
		if name[i] == '.' || name[i] == ':' {
			name = name[i+1:]
			break
		}
	}
	r.Message = fmt.Sprintf("was %s (live %s), becomes %s. Add reload.migrate(%q, fn)", o.old.Type(), script.Short(live), o.new.Type(), name)
	return r
}

func (p *planner) take(at *place) {
	p.report.Taken++
	p.writes = append(p.writes, write{place: at, value: p.translate(at.new)})
}

func (p *planner) keep(at *place, live lua.LValue) {
	p.report.Kept++
	p.warnings = append(p.warnings, code.Warn(code.WStateKept, at.name, "live=%s base=%s new=%s", script.Short(live), script.Short(at.old), script.Short(at.new)))
}

// pristine says whether a live value is still what the old source made. What a
// module returned is told by which module that was, whatever has become of it
// since: `local m = require "m"` is no state.
func (p *planner) pristine(base, live lua.LValue) bool {
	if name, ok := p.moduleOf(base); ok {
		m := p.s.Module(name)
		return m != nil && m.Result == live
	}
	e := structure{a: p.st.base.State, b: p.s, nodes: 1 << 20}
	return e.equal(base, live)
}

// moduleOf names the module whose result a value of the base is.
func (p *planner) moduleOf(base lua.LValue) (name string, ok bool) {
	if base.Type() != lua.LTTable && base.Type() != lua.LTFunction {
		return "", false
	}
	name, ok = p.st.results[base]
	return name, ok
}

func (p *planner) pristineNew(new, live lua.LValue) bool {
	if new.Type() == lua.LTFunction {
		return false // the live one is another function; the author must hear of it
	}
	e := structure{a: p.st.next.State, b: p.s, nodes: 1 << 20}
	return e.equal(new, live)
}

// structure compares values of two States by what they are made of.
type structure struct {
	a, b  *script.State
	seen  map[[2]*lua.LTable]bool
	nodes int
}

func (e *structure) equal(x, y lua.LValue) bool {
	if x.Type() != y.Type() {
		return false
	}
	switch x := x.(type) {
	case lua.LNumber:
		yn := y.(lua.LNumber)
		return x == yn || x != x && yn != yn
	case *lua.LFunction:
		return e.functions(x, y.(*lua.LFunction))
	case *lua.LTable:
		return e.tables(x, y.(*lua.LTable))
	case *lua.LUserData, *lua.LState:
		return true
	}
	return x == y
}

func (e *structure) functions(x, y *lua.LFunction) bool {
	if x.IsG || y.IsG {
		return x.IsG && y.IsG && e.a.BuiltinName(x) == e.b.BuiltinName(y)
	}
	xs, ys := e.a.Slots().Of(x), e.b.Slots().Of(y)
	if xs == nil && ys == nil {
		return script.SameLoaded(x, y)
	}
	return xs != nil && ys != nil && code.SameDecl(xs.Function.Decl, ys.Function.Decl)
}

func (e *structure) tables(x, y *lua.LTable) bool {
	if e.seen == nil {
		e.seen = map[[2]*lua.LTable]bool{}
	}
	if e.seen[[2]*lua.LTable{x, y}] {
		return true
	}
	e.seen[[2]*lua.LTable{x, y}] = true
	count := 0
	for k, v := range entries(x) {
		if e.nodes--; e.nodes < 0 {
			return false // too large to be sure: keep what is live
		}
		switch k.(type) {
		case *lua.LTable, *lua.LFunction, *lua.LUserData:
			return false // keyed by objects: not a plain initial value
		}
		count++
		if !e.equal(v, vm.Get(y, k)) {
			return false
		}
	}
	for range entries(y) {
		count--
	}
	return count == 0
}

// orphans warns of variables with live state that the source no longer has.
func (p *planner) orphans() {
	for _, n := range p.st.next.Loaded() {
		mp := p.mods[n.Name]
		if mp == nil || mp.live == nil {
			continue
		}
		base := p.st.base.Module(n.Name)
		for _, v := range mp.match.Old.Vars {
			if !v.Once || mp.match.VarAfter(v) != nil {
				continue
			}
			bc, lc := base.Cell(v), mp.live.Cell(v)
			if bc == nil || lc == nil || lc.Value().Type() == lua.LTFunction {
				continue
			}
			if t, ok := bc.Value().(*lua.LTable); ok && p.st.taken[t] != nil {
				continue // the table lives on under another name
			}
			if !p.pristine(bc.Value(), lc.Value()) {
				p.warnings = append(p.warnings, code.Warn(code.WOrphanState, n.Name+":"+v.Name, "=%s; it comes back if the source declares it again", script.Short(lc.Value())))
			}
		}
	}
}

// frames finds the suspended frames of changed functions. A named task that has one
// starts again.
func (p *planner) frames() {
	named := map[*lua.LState]string{}
	for id, nt := range p.s.NamedTasks() {
		if th := nt.Thread(); th != nil {
			named[th] = id
		}
	}
	changed := p.changedFunctions()
	count := map[string]map[int]int{}
	p.s.EachFrame(func(th *lua.LState, fr vm.Frame) {
		fn := fr.Fn()
		if fn == nil || p.restarts[named[th]] {
			return
		}
		frozen := p.s.Slots().Frozen(fn.Proto)
		if frozen != nil && frozen.Decl != nil {
			p.oldCalls(frozen.Decl)
		}
		f, version := p.frameFunction(fn)
		if f == nil || !changed()[f] {
			return
		}
		if id, ok := named[th]; ok {
			p.restarts[id] = true
			return
		}
		if frozen == nil {
			p.freeze = append(p.freeze, script.Suspended{Frame: fr, Function: f})
			p.oldCalls(f.Decl)
		}
		if count[f.Decl.Name] == nil {
			count[f.Decl.Name] = map[int]int{}
		}
		count[f.Decl.Name][version]++
		p.report.Frames++
	})
	for id, nt := range p.s.NamedTasks() { // one that has not begun yet begins with the new code by itself
		if sl := p.s.Slots().Of(nt.Fn); sl != nil && changed()[sl.Function] {
			p.restarts[id] = true
		}
	}
	for name, versions := range count {
		detail := ""
		for _, v := range slices.Sorted(maps.Keys(versions)) {
			detail += fmt.Sprintf(" %d on r%d", versions[v], v)
		}
		p.warnings = append(p.warnings, code.Warn(code.WFrameOld, name, "suspended:%s; they finish in their own code", detail))
	}
}

// changedFunctions makes the set of functions whose code changes when it is first
// asked for: most States have nothing suspended in a script.
func (p *planner) changedFunctions() func() map[*script.Function]bool {
	return sync.OnceValue(func() map[*script.Function]bool {
		changed := map[*script.Function]bool{}
		for _, mp := range p.mods {
			for i := range mp.swaps {
				if sw := &mp.swaps[i]; sw.Changed {
					changed[sw.Function] = true
				}
			}
		}
		return changed
	})
}

func (p *planner) frameFunction(fn *lua.LFunction) (*script.Function, int) {
	if fn == nil || fn.IsG {
		return nil, 0
	}
	if fz := p.s.Slots().Frozen(fn.Proto); fz != nil {
		return fz.Function, fz.Release
	}
	if sl := p.s.Slots().Of(fn); sl != nil {
		return sl.Function, p.s.Release().Number
	}
	return nil, 0
}
