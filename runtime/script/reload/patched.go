package reload

import (
	"slices"

	lua "github.com/yuin/gopher-lua"

	"hotshard/runtime/script"
	"hotshard/runtime/script/code"
	"hotshard/runtime/script/vm"
)

// unknownGlobals names the globals of patched functions that nobody has: neither the
// live State nor the files, in any of their functions. In a file of its own such a name
// is found by check; a patch is typed at night and checked by nobody.
func (p *planner) unknownGlobals() {
	for _, name := range p.st.To.Patched {
		for _, n := range p.st.next.Loaded() {
			um := p.st.match[n.Name]
			if um == nil || um.Old == um.New {
				continue
			}
			for _, d := range um.New.Decls[1:] {
				if was := um.Before(d); d.Name == name && (was == nil || was.Print != d.Print) {
					p.warnGlobals(d)
				}
			}
		}
	}
}

func (p *planner) warnGlobals(d *code.Decl) {
	for _, name := range d.Free {
		if key := code.WGlobal + " " + name; !p.told[key] && !p.hasGlobal(name) {
			p.told[key] = true
			p.warnings = append(p.warnings, code.Warn(code.WGlobal, name, "%s uses a global that nobody has; is it misspelt, or is a local or a require missing?", d.Name))
		}
	}
	for _, c := range d.Children {
		p.warnGlobals(c)
	}
}

func (p *planner) hasGlobal(name string) bool {
	for _, s := range []*script.State{p.s, p.st.next.State} {
		if vm.Get(s.Globals(), lua.LString(name)) != lua.LNil {
			return true
		}
	}
	return slices.ContainsFunc(p.st.base.Loaded(), func(m *script.Module) bool { return m.Unit.Globals[name].Set })
}
