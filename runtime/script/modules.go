package script

import (
	"slices"

	lua "github.com/yuin/gopher-lua"
)

// modules are the files that a State has loaded.
type modules struct {
	byName  map[string]*module
	order   []*module   // as loaded
	roots   []string    // required from outside a top level, in order
	loading []*module   // whose top levels run, innermost last
	results *lua.LTable // package.loaded
	changes uint64      // of what is loaded
}

// Module is a loaded file by the name that require knows it by, or nil.
func (s *State) Module(name string) *module { return s.modules.byName[name] }

// Loaded are the loaded files in the order of loading.
func (s *State) Loaded() []*module { return s.modules.order }

// Loads counts how often what is loaded has changed.
func (s *State) Loads() uint64 { return s.modules.changes }

// SetResult changes what require gives for a module.
func (s *State) SetResult(m *module, v lua.LValue, undo *Undo) {
	old := m.result
	undo.Add(func() { m.result = old; s.modules.results.RawSetString(m.name, old) })
	m.result = v
	s.modules.results.RawSetString(m.name, v)
}

// adopt takes in a module whose top level has run elsewhere.
func (s *State) adopt(m *module, undo *Undo) {
	ms := &s.modules
	undo.Add(func() {
		delete(ms.byName, m.name)
		ms.order = ms.order[:len(ms.order)-1]
		ms.results.RawSetString(m.name, lua.LNil)
		m.eachFunction(func(f *function) { s.slots.remove(f.slot) })
	})
	m.seq = len(ms.order)
	ms.changes++
	ms.byName[m.name] = m
	ms.order = append(ms.order, m)
	ms.results.RawSetString(m.name, m.result)
	m.eachFunction(func(f *function) { s.slots.add(f.slot) })
}

// unload takes a module out: its handlers, timers and commands go, and require no
// longer finds it. Functions that others hold keep their code.
func (s *State) unload(m *module, undo *Undo) {
	ms := &s.modules
	order, roots, result := ms.order, ms.roots, ms.results.RawGetString(m.name)
	undo.Add(func() {
		ms.order, ms.roots, ms.byName[m.name] = order, roots, m
		ms.results.RawSetString(m.name, result)
		m.eachFunction(func(f *function) { s.slots.add(f.slot) })
		m.eachRegistration(s.registry.install)
	})
	m.eachRegistration(s.registry.drop)
	m.eachFunction(func(f *function) { s.slots.remove(f.slot) })
	ms.changes++
	ms.order = slices.DeleteFunc(slices.Clone(order), func(o *module) bool { return o == m })
	ms.roots = slices.DeleteFunc(slices.Clone(roots), func(name string) bool { return name == m.name })
	delete(ms.byName, m.name)
	ms.results.RawSetString(m.name, lua.LNil)
}
