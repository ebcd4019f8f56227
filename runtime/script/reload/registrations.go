package reload

import (
	"slices"

	lua "github.com/yuin/gopher-lua"

	"hotshard/runtime/script"
	"hotshard/runtime/script/code"
)

// regMatch pairs a registration of the new version with one of the old by their
// indexes; -1 where there is none.
type regMatch struct{ old, new int }

// matchRegistrations pairs the registrations of each file: same kind, same name
// and same function first, then same kind and name in order.
func (st *Staged) matchRegistrations(d *differ) {
	st.regs = map[string][]regMatch{}
	for _, m := range st.next.Loaded() {
		var old []*script.Registration
		if bm := st.base.Module(m.Name); bm != nil {
			old = bm.Registrations
		}
		if len(old) == 0 && len(m.Registrations) == 0 {
			continue
		}
		pairs, ok := d.regs[m.Name]
		if !ok {
			pairs = pairRegistrations(d, nil, m.Registrations)
		}
		if registrationsDiffer(d, old, m.Registrations, pairs) {
			st.regs[m.Name] = pairs
		}
	}
}

func pairRegistrations(d *differ, old, new []*script.Registration) []regMatch {
	used := make([]bool, len(old))
	out := make([]regMatch, len(new))
	for j := range new {
		out[j] = regMatch{-1, j}
	}
	for _, exact := range []bool{true, false} {
		for j, n := range new {
			if n == nil || out[j].old >= 0 {
				continue
			}
			for i, o := range old {
				if o != nil && !used[i] && o.Kind == n.Kind && o.Name == n.Name && (!exact || d.sameFunction(o.Fn, n.Fn)) {
					out[j].old, used[i] = i, true
					break
				}
			}
		}
	}
	for i, o := range old {
		if !used[i] && o != nil {
			out = append(out, regMatch{i, -1})
		}
	}
	return out
}

// registrationsDiffer says whether a live State has anything to do for them.
func registrationsDiffer(d *differ, old, new []*script.Registration, pairs []regMatch) bool {
	for _, rm := range pairs {
		if rm.old != rm.new {
			return true
		}
		o, n := old[rm.old], new[rm.new]
		if o != nil && n != nil && (o.Period != n.Period || !d.sameFunction(o.Fn, n.Fn)) {
			return true
		}
	}
	return false
}

// registrations brings a file's handlers, timers and commands to the new version:
// what stays keeps its phase, what is gone is dropped, what is new is added.
func (p *planner) registrations(n *script.Module) {
	live, matches := p.s.Module(n.Name), p.st.regs[n.Name]
	if live == nil || matches == nil {
		return
	}
	before := live.Registrations
	p.undo.Add(func() { live.Registrations = before })
	regs := make([]*script.Registration, len(n.Registrations))
	for _, rm := range matches {
		var old *script.Registration
		had := rm.old >= 0 && rm.old < len(before)
		if had {
			old = before[rm.old]
		}
		switch {
		case rm.new < 0 || n.Registrations[rm.new] == nil:
			if old != nil {
				p.s.Registry().Withdraw(old, &p.undo)
			}
			continue
		case !had:
			regs[rm.new] = p.addRegistration(live, n.Registrations[rm.new], rm.new)
		case old != nil: // nil: a one-shot that has fired; it does not come back
			p.change(old, n.Registrations[rm.new], rm.new)
			regs[rm.new] = old
		}
		if ud := p.handles[n.Registrations[rm.new]]; ud != nil {
			ud.Value = regs[rm.new]
		}
	}
	live.Registrations = regs
}

// change gives a registration its new function, place and period.
func (p *planner) change(old, new *script.Registration, index int) {
	to := old.Fn
	if p.st.pairs[new.Fn] == nil || !p.samePair(old.Fn, new.Fn) {
		if fn, ok := p.translate(new.Fn).(*lua.LFunction); ok {
			to = fn
		}
	}
	p.s.Registry().Change(old, to, index, new.Period, p.s.Now(), &p.undo)
}

// samePair says whether a live function is the continuation of next's.
func (p *planner) samePair(live, next *lua.LFunction) bool {
	a, b := p.s.Slots().Of(live), p.st.next.Slots().Of(next)
	return a != nil && b != nil && code.SameDecl(a.Function.Decl, b.Function.Decl)
}

func (p *planner) addRegistration(m *script.Module, new *script.Registration, index int) *script.Registration {
	if fn, ok := p.translate(new.Fn).(*lua.LFunction); ok {
		return p.s.Register(m, new, fn, index, &p.undo)
	}
	return nil
}

// registrations follows the functions of a file's handlers, timers and commands, and
// those of its named tasks: often nothing else leads to them.
func (d *differ) registrations(bm, m *script.Module) {
	pairs := pairRegistrations(d, bm.Registrations, m.Registrations)
	d.regs[m.Name] = pairs
	for _, rm := range pairs {
		if rm.old >= 0 && rm.new >= 0 {
			d.follow(&place{kind: placeRegistration, mod: m.Name, index: rm.old, old: bm.Registrations[rm.old].Fn, new: m.Registrations[rm.new].Fn})
		}
	}
	for _, t := range d.next.stage.tasks {
		i := slices.IndexFunc(d.base.stage.tasks, func(b stagedTask) bool { return b.id == t.id })
		if i >= 0 && t.mod == m {
			d.follow(&place{kind: placeTask, mod: m.Name, key: lua.LString(t.id), old: d.base.stage.tasks[i].fn, new: t.fn})
		}
	}
}

// registered is the function of one of the live file's registrations, or nil.
func (p *planner) registered(at *place) *lua.LFunction {
	m := p.s.Module(at.mod)
	if m == nil || at.index >= len(m.Registrations) || m.Registrations[at.index] == nil {
		return nil
	}
	return m.Registrations[at.index].Fn
}

// fired says whether a registration of the file was one here that is over: a one-shot
// timer does not come back.
func (p *planner) fired(mod string, index int) bool {
	m := p.s.Module(mod)
	return m != nil && index >= 0 && index < len(m.Registrations) && m.Registrations[index] == nil
}
