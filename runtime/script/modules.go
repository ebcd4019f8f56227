package script

import (
	"slices"

	lua "github.com/yuin/gopher-lua"

	"hotshard/runtime/script/vm"
)

// modules are the files that a State has loaded.
type modules struct {
	byName  map[string]*Module
	order   []*Module   // as loaded
	roots   []string    // required from outside a top level, in order
	loading []*Module   // whose top levels run, innermost last
	results *lua.LTable // package.loaded
	changes uint64      // of what is loaded
}

// Module is a loaded file by the name that require knows it by, or nil.
func (s *State) Module(name string) *Module { return s.modules.byName[name] }

// Loaded are the loaded files in the order of loading.
func (s *State) Loaded() []*Module { return s.modules.order }

// Loads counts how often what is loaded has changed.
func (s *State) Loads() uint64 { return s.modules.changes }

// SetResult changes what require gives for a module.
func (s *State) SetResult(m *Module, v lua.LValue, undo *Undo) {
	old := m.Result
	undo.Add(func() { m.Result = old; vm.Set(s.modules.results, lua.LString(m.Name), old) })
	m.Result = v
	vm.Set(s.modules.results, lua.LString(m.Name), v)
}

// Adopt takes in a module whose top level has run elsewhere.
func (s *State) Adopt(m *Module, undo *Undo) {
	ms := &s.modules
	undo.Add(func() {
		delete(ms.byName, m.Name)
		ms.order = ms.order[:len(ms.order)-1]
		vm.Set(ms.results, lua.LString(m.Name), lua.LNil)
		m.eachFunction(func(f *Function) { s.slots.remove(f.Slot) })
	})
	m.seq = len(ms.order)
	ms.changes++
	ms.byName[m.Name] = m
	ms.order = append(ms.order, m)
	vm.Set(ms.results, lua.LString(m.Name), m.Result)
	s.slots.take(m)
}

// Unload takes a module out: its handlers, timers and commands go, and require no
// longer finds it. Functions that others hold keep their code.
func (s *State) Unload(m *Module, undo *Undo) {
	ms := &s.modules
	order, roots, result := ms.order, ms.roots, ms.results.RawGetString(m.Name)
	undo.Add(func() {
		ms.order, ms.roots, ms.byName[m.Name] = order, roots, m
		vm.Set(ms.results, lua.LString(m.Name), result)
		m.eachFunction(func(f *Function) { s.slots.add(f.Slot) })
		m.eachRegistration(s.registry.install)
	})
	m.eachRegistration(s.registry.drop)
	m.eachFunction(func(f *Function) { s.slots.remove(f.Slot) })
	ms.changes++
	ms.order = slices.DeleteFunc(slices.Clone(order), func(o *Module) bool { return o == m })
	ms.roots = slices.DeleteFunc(slices.Clone(roots), func(name string) bool { return name == m.Name })
	delete(ms.byName, m.Name)
	vm.Set(ms.results, lua.LString(m.Name), lua.LNil)
}
