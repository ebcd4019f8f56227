package script

import (
	lua "github.com/yuin/gopher-lua"

	"hotshard/runtime/script/arg"
	"hotshard/runtime/script/code"
	"hotshard/runtime/script/vm"
)

// Stage is who stages a reload. It hears what the top levels that run in its State say
// of their own reload.
type Stage interface {
	// Changed says whether the module's file is another one than before.
	Changed(m *Module) bool
	// Refuse notes that the release cannot be: the first reason counts.
	Refuse(r *code.Refusal)

	Keep(key string, def lua.LValue) // reload.state
	Const(t *lua.LTable)
	// Migrate gives the value that a reload.migrate makes. down may be nil.
	Migrate(L *lua.LState, m *Module, name string, fn, down *lua.LFunction) lua.LValue
	Upgrade(m *Module, class *lua.LTable, fn *lua.LFunction)
	After(m *Module, fn *lua.LFunction)
	First(m *Module, fn *lua.LFunction)
	Task(m *Module, id string, fn *lua.LFunction, handle *lua.LTable)
}

func (s *State) needTopLevel(L *lua.LState, what string) *Module {
	m := s.atTopLevel()
	if m == nil {
		L.RaiseError("%s belongs at the top level of a file, where a reload can see it", what)
	}
	return m
}

// openReload installs what scripts say about their own reload.
func (b *builder) openReload() {
	b.set("reload", "state", (*State).reloadState)
	b.set("reload", "const", (*State).reloadConst)
	b.set("reload", "migrate", (*State).reloadMigrate)
	b.set("reload", "upgrade", func(s *State, L *lua.LState) int {
		m, class, fn := s.needTopLevel(L, "reload.upgrade"), arg.Table(L, 1), arg.Function(L, 2)
		if s.stage != nil {
			s.stage.Upgrade(m, class, fn)
		}
		return 0
	})
	b.set("reload", "after", func(s *State, L *lua.LState) int {
		m, fn := s.needTopLevel(L, "reload.after"), arg.Function(L, 1)
		if s.stage != nil {
			s.stage.After(m, fn)
		}
		return 0
	})
	b.set("reload", "first", func(s *State, L *lua.LState) int {
		m, fn := s.needTopLevel(L, "reload.first"), arg.Function(L, 1)
		if s.stage != nil {
			s.stage.First(m, fn)
			return 0
		}
		L.Push(fn)
		vm.Invoke(L, 0, 0)
		return 0
	})
	b.set("reload", "task", (*State).reloadTask)
}

// keptKey is by what a reload.state is known in all versions.
func keptKey(m *Module, name string) string { return m.Name + "\x00" + name }

func (s *State) reloadState(L *lua.LState) int {
	m, name, def := s.needTopLevel(L, "reload.state"), arg.Text(L, 1), L.Get(2)
	key := keptKey(m, name)
	if s.stage != nil {
		s.stage.Keep(key, def)
		L.Push(def)
		return 1
	}
	v, ok := s.kept[key]
	if !ok {
		v = def
		s.kept[key] = def
	}
	L.Push(v)
	return 1
}

// Keeps says whether the State has the value of a reload.state.
func (s *State) Keeps(key string) bool {
	_, ok := s.kept[key]
	return ok
}

// Keep gives the State the value of a reload.state that is new.
func (s *State) Keep(key string, v lua.LValue, undo *Undo) {
	undo.Add(func() { delete(s.kept, key) })
	s.kept[key] = v
}

func (s *State) reloadConst(L *lua.LState) int {
	s.needTopLevel(L, "reload.const")
	v := L.Get(1)
	if t, ok := v.(*lua.LTable); ok && s.stage != nil {
		s.stage.Const(t)
	}
	L.Push(v)
	return 1
}

// reloadMigrate gives, on a first start, fn(nil), or nothing where it is a statement
// beside the declaration: the value is made there.
func (s *State) reloadMigrate(L *lua.LState) int {
	m, name, fn := s.needTopLevel(L, "reload.migrate"), arg.Text(L, 1), arg.Function(L, 2)
	var down *lua.LFunction
	if L.GetTop() > 2 {
		down = arg.Function(L, 3)
	}
	if m.Unit.FullName(name) == "" {
		m.unsure = append(m.unsure, migrationCall{name, callerLine(L)})
	}
	switch {
	case s.stage != nil:
		L.Push(s.stage.Migrate(L, m, name, fn, down))
	case m.Unit.Policies[m.Unit.FullName(name)].Apart:
		return 0
	default:
		L.Push(fn)
		L.Push(lua.LNil)
		vm.Invoke(L, 1, 1)
	}
	return 1
}

func (s *State) reloadTask(L *lua.LState) int {
	id, fn := arg.Text(L, 1), arg.Function(L, 2)
	if s.stage != nil {
		h := L.CreateTable(0, 4)
		s.stage.Task(s.atTopLevel(), id, fn, h)
		L.Push(h)
		return 1
	}
	nt := s.nameTask(id, fn)
	L.Push(nt.handle)
	return 1
}
