package script

import (
	"slices"

	lua "github.com/yuin/gopher-lua"
)

// unloads lists the loaded modules whose file the release takes out: an operator
// unloaded them, or a rollback goes back to before they were there.
func (p *planner) unloads() []*module {
	var out []*module
	for _, m := range p.s.order {
		if p.st.To.Files[m.file.Path] == nil && p.st.From.Files[m.file.Path] != nil {
			out = append(out, m)
		}
	}
	return out
}

// unload takes a module out: its handlers, timers and commands go, and require no
// longer finds it. Functions that others hold keep their code.
func (p *planner) unload(m *module) {
	s := p.s
	order, roots, loaded := slices.Clone(s.order), slices.Clone(s.roots), s.loaded.RawGetString(m.name)
	p.undo(func() {
		s.order, s.roots, s.modules[m.name] = order, roots, m
		s.loaded.RawSetString(m.name, loaded)
		for _, f := range m.fns {
			if f != nil {
				s.slots.add(f.slot)
			}
		}
		for _, r := range m.regs {
			if r != nil {
				s.install(r)
			}
		}
	})
	for _, r := range m.regs {
		if r != nil {
			s.drop(r)
		}
	}
	for _, f := range m.fns {
		if f != nil {
			s.slots.remove(f.slot)
		}
	}
	isIt := func(o *module) bool { return o == m }
	s.order = slices.DeleteFunc(slices.Clone(s.order), isIt)
	s.roots = slices.DeleteFunc(slices.Clone(s.roots), func(name string) bool { return name == m.name })
	delete(s.modules, m.name)
	s.loaded.RawSetString(m.name, lua.LNil)
}

// warnUnloads names what is taken out.
func (p *planner) warnUnloads() {
	for _, m := range p.unloads() {
		p.warnings = append(p.warnings, warn("W-DELETED", m.name, "the module is unloaded; who holds its functions keeps them"))
	}
}
