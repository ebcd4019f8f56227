package script

import (
	"fmt"
	"maps"
	"slices"
	"sync"

	lua "github.com/yuin/gopher-lua"

	"hotshard/runtime/script/vm"
)

// merge decides one changed place: base is what the old source made, live what is
// there now, new what the new source makes. Where live is still base, new is
// taken; otherwise live stays, and the operator is told.
func (p *planner) merge(o op, migrated map[string]bool) *Refusal {
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
	case o.policy == "state":
		if live == lua.LNil && o.old == lua.LNil {
			p.take(o.place)
		}
	case o.policy == "const", pristine:
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
	return p.s.modules[root.mod] != nil
}

func (p *planner) typeRefusal(o op, live lua.LValue) *Refusal {
	r := p.st.refusal("R-STATE-TYPE", o.place)
	name := o.name
	for i := len(name) - 1; i >= 0; i-- {
		if name[i] == '.' || name[i] == ':' {
			name = name[i+1:]
			break
		}
	}
	r.Message = fmt.Sprintf("was %s (live %s), becomes %s. Add reload.migrate(%q, fn)", o.old.Type(), short(live), o.new.Type(), name)
	return r
}

func (p *planner) take(at *place) {
	p.report.Taken++
	p.constant(at)
	p.writes = append(p.writes, write{place: at, value: p.translate(at.new)})
}

func (p *planner) keep(at *place, live lua.LValue) {
	p.report.Kept++
	p.warnings = append(p.warnings, warn("W-STATE-KEPT", at.name, "live=%s base=%s new=%s", short(live), short(at.old), short(at.new)))
}

// short shows a value in a warning.
func short(v lua.LValue) string {
	switch v := v.(type) {
	case lua.LString:
		if len(v) > 40 {
			v = v[:40] + "..."
		}
		return fmt.Sprintf("%q", string(v))
	case *lua.LTable:
		n := 0
		v.ForEach(func(_, _ lua.LValue) { n++ })
		return fmt.Sprintf("table of %d", n)
	case *lua.LFunction:
		return "function"
	}
	return v.String()
}

// pristine says whether a live value is still what the old source made. What a
// module returned is told by which module that was, whatever has become of it
// since: `local m = require "m"` is no state.
func (p *planner) pristine(base, live lua.LValue) bool {
	if name, ok := p.moduleOf(base); ok {
		m := p.s.modules[name]
		return m != nil && m.result == live
	}
	e := structure{a: p.st.base, b: p.s, nodes: 1 << 20}
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
	e := structure{a: p.st.next, b: p.s, nodes: 1 << 20}
	return e.equal(new, live)
}

// structure compares values of two States by what they are made of.
type structure struct {
	a, b  *State
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
		return x.IsG && y.IsG && e.a.builtinName(x) == e.b.builtinName(y)
	}
	xs, ys := e.a.slotOf(x), e.b.slotOf(y)
	if xs == nil && ys == nil {
		return sameLoaded(x, y)
	}
	return xs != nil && ys != nil && sameDecl(xs.fn.decl, ys.fn.decl)
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
	for _, n := range p.st.next.order {
		mp := p.mods[n.name]
		if mp == nil || mp.live == nil {
			continue
		}
		base := p.st.base.modules[n.name]
		for _, v := range mp.match.old.vars {
			if !v.module || mp.match.oldVars[v.id] >= 0 {
				continue
			}
			bc, lc := base.variableCell(v), mp.live.variableCell(v)
			if bc == nil || lc == nil || lc.Value().Type() == lua.LTFunction {
				continue
			}
			if t, ok := bc.Value().(*lua.LTable); ok && p.st.taken[t] != nil {
				continue // the table lives on under another name
			}
			if !p.pristine(bc.Value(), lc.Value()) {
				p.warnings = append(p.warnings, warn("W-ORPHAN-STATE", n.name+":"+v.name, "=%s; it comes back if the source declares it again", short(lc.Value())))
			}
		}
	}
}

// frames finds the suspended frames of changed functions.
func (p *planner) frames() {
	named := map[*lua.LState]*namedTask{}
	for _, nt := range p.s.restarts {
		if nt.task != nil && !nt.task.ended {
			named[nt.task.th] = nt
		}
	}
	changed := p.changedFunctions()
	count := map[string]map[int]int{}
	p.s.threads.each(func(th *lua.LState) {
		for _, fr := range frames(th) {
			fn := fr.fn()
			f, version := p.frameFunction(fn)
			if fz := p.s.frozen[fn.Proto]; fz != nil && fz.decl != nil {
				p.oldCalls(fz.decl)
			}
			if f == nil || !changed()[f] {
				continue
			}
			if nt := named[th]; nt != nil {
				p.restarts[nt.id] = true
				return
			}
			if p.s.frozen[fn.Proto] == nil {
				p.freeze = append(p.freeze, frozenFrame{fr, f})
				p.oldCalls(f.decl)
			}
			if count[f.decl.name] == nil {
				count[f.decl.name] = map[int]int{}
			}
			count[f.decl.name][version]++
			p.report.Frames++
		}
	})
	for id, nt := range p.s.restarts { // one that has not begun yet begins with the new code by itself
		if sl := p.s.slotOf(nt.fn); sl != nil && changed()[sl.fn] {
			p.restarts[id] = true
		}
	}
	for name, versions := range count {
		detail := ""
		for _, v := range slices.Sorted(maps.Keys(versions)) {
			detail += fmt.Sprintf(" %d on r%d", versions[v], v)
		}
		p.warnings = append(p.warnings, warn("W-FRAME-OLD", name, "suspended:%s; they finish in their own code", detail))
	}
}

// changedFunctions makes the set of functions whose code changes when it is first
// asked for: most States have nothing suspended in a script.
func (p *planner) changedFunctions() func() map[*function]bool {
	return sync.OnceValue(func() map[*function]bool {
		changed := map[*function]bool{}
		for _, mp := range p.mods {
			for i := range mp.swaps {
				if sw := &mp.swaps[i]; sw.changed {
					changed[sw.fn] = true
				}
			}
		}
		return changed
	})
}

func (p *planner) frameFunction(fn *lua.LFunction) (*function, int) {
	if fn == nil || fn.IsG {
		return nil, 0
	}
	if fz := p.s.frozen[fn.Proto]; fz != nil {
		return fz.fn, fz.release
	}
	if sl := p.s.slotOf(fn); sl != nil {
		return sl.fn, p.s.release.Number
	}
	return nil, 0
}
