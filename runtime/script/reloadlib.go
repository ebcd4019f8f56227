package script

import (
	lua "github.com/yuin/gopher-lua"

	"hotshard/runtime/script/arg"
	"hotshard/runtime/script/vm"
)

// stageLog is what a staging State notes while it runs the top levels.
type stageLog struct {
	base       *State          // the staging State of the release before, nil for the first
	changed    map[string]bool // modules whose file differs from base's
	refusal    *Refusal
	states     map[string]lua.LValue // reload.state defaults by module and name
	consts     map[*lua.LTable]bool
	migrations []*stagedMigration
	upgrades   []stagedUpgrade
	afters     []stagedHook
	firsts     []stagedHook
	tasks      []stagedTask
}

// stagedMigration is a reload.migrate whose function is new in this version.
type stagedMigration struct {
	mod    *module
	name   string
	fn     *lua.LFunction
	down   *lua.LFunction
	result lua.LValue
	base   lua.LValue
	fresh  bool // new in this version: to be run on the live value
}

// migrationCall is a reload.migrate whose name the text of the file does not explain.
type migrationCall struct {
	name string
	line int
}

type stagedUpgrade struct {
	mod   *module
	class *lua.LTable
	fn    *lua.LFunction
}

type stagedHook struct {
	mod *module
	fn  *lua.LFunction
}

type stagedTask struct {
	mod    *module
	id     string
	fn     *lua.LFunction
	handle *lua.LTable
}

func (s *State) needTopLevel(L *lua.LState, what string) *module {
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
			s.stage.upgrades = append(s.stage.upgrades, stagedUpgrade{m, class, fn})
		}
		return 0
	})
	b.set("reload", "after", func(s *State, L *lua.LState) int {
		m, fn := s.needTopLevel(L, "reload.after"), arg.Function(L, 1)
		if s.stage != nil {
			s.stage.afters = append(s.stage.afters, stagedHook{m, fn})
		}
		return 0
	})
	b.set("reload", "first", func(s *State, L *lua.LState) int {
		m, fn := s.needTopLevel(L, "reload.first"), arg.Function(L, 1)
		if s.stage != nil {
			s.stage.firsts = append(s.stage.firsts, stagedHook{m, fn})
			return 0
		}
		L.Push(fn)
		L.Call(0, 0)
		return 0
	})
	b.set("reload", "task", (*State).reloadTask)
}

func stateKey(m *module, name string) string { return m.name + "\x00" + name }

func (s *State) reloadState(L *lua.LState) int {
	m, name, def := s.needTopLevel(L, "reload.state"), arg.Text(L, 1), L.Get(2)
	key := stateKey(m, name)
	if s.stage != nil {
		s.stage.states[key] = def
		L.Push(def)
		return 1
	}
	v, ok := s.states[key]
	if !ok {
		v = def
		s.states[key] = def
	}
	L.Push(v)
	return 1
}

func (s *State) reloadConst(L *lua.LState) int {
	s.needTopLevel(L, "reload.const")
	v := L.Get(1)
	if t, ok := v.(*lua.LTable); ok && s.stage != nil {
		s.stage.consts[t] = true
	}
	L.Push(v)
	return 1
}

// reloadMigrate gives, on a first start, fn(nil), or nothing where it is a statement
// beside the declaration. While staging, a migration that
// the version before did not have is tried on a copy of that version's initial
// value; one that it had gives what it gave then, so that it never runs twice.
func (s *State) reloadMigrate(L *lua.LState) int {
	m, name, fn := s.needTopLevel(L, "reload.migrate"), arg.Text(L, 1), arg.Function(L, 2)
	var down *lua.LFunction
	if L.GetTop() > 2 {
		down = arg.Function(L, 3)
	}
	if m.unit.named(name) == "" {
		m.unsure = append(m.unsure, migrationCall{name, callerLine(L)})
	}
	if s.stage == nil && m.unit.policies[m.unit.named(name)].apart {
		return 0 // the value is made where it is declared
	}
	if s.stage == nil {
		L.Push(fn)
		L.Push(lua.LNil)
		L.Call(1, 1)
		return 1
	}
	sm := &stagedMigration{mod: m, name: name, fn: fn, down: down, base: lua.LNil}
	s.stage.migrations = append(s.stage.migrations, sm)
	s.stageMigration(L, sm)
	L.Push(sm.result)
	return 1
}

func (s *State) reloadTask(L *lua.LState) int {
	id, fn := arg.Text(L, 1), arg.Function(L, 2)
	if s.stage != nil {
		h := L.CreateTable(0, 4)
		s.stage.tasks = append(s.stage.tasks, stagedTask{s.atTopLevel(), id, fn, h})
		L.Push(h)
		return 1
	}
	nt := s.nameTask(id, fn)
	L.Push(nt.handle)
	return 1
}

// namedTask is a task that starts again from the top when its code changes.
type namedTask struct {
	id      string
	fn      *lua.LFunction
	task    *Task
	handle  *lua.LTable
	yielded []lua.LValue
}

func (s *State) nameTask(id string, fn *lua.LFunction) *namedTask {
	if nt := s.restarts[id]; nt != nil {
		nt.fn = fn
		s.restart(nt)
		return nt
	}
	return s.newNamedTask(id, fn, s.l.CreateTable(0, 4))
}

func (s *State) newNamedTask(id string, fn *lua.LFunction, handle *lua.LTable) *namedTask {
	if s.restarts == nil {
		s.restarts = map[string]*namedTask{}
	}
	nt := &namedTask{id: id, fn: fn, handle: handle}
	s.restarts[id] = nt
	nt.handle.RawSetString("id", lua.LString(id))
	nt.handle.RawSetString("tick", vm.Made(&taskTick{nt}))
	nt.handle.RawSetString("stop", vm.Made(&taskStop{nt}))
	s.restart(nt)
	return nt
}

// taskTick is the function handle.tick of a named task, taskStop is handle.stop.
type (
	taskTick struct{ *namedTask }
	taskStop struct{ *namedTask }
)

// Call runs the task on to where it yields next, and gives what it yields.
func (nt *taskTick) Call(L *lua.LState) int {
	s, t := From(L), nt.task
	if t.ended || t.wait != nil {
		return 0
	}
	for i, n := range s.next {
		if n == t {
			s.next = append(s.next[:i:i], s.next[i+1:]...)
			break
		}
	}
	nt.yielded = nil
	s.resume(t)
	for _, v := range nt.yielded {
		L.Push(v)
	}
	return len(nt.yielded)
}

// Call ends the task.
func (nt *taskStop) Call(L *lua.LState) int {
	s := From(L)
	s.stop(nt.task)
	if s.restarts[nt.id] == nt.namedTask {
		delete(s.restarts, nt.id)
	}
	return 0
}

// restart begins a named task anew; it runs at the next Advance.
func (s *State) restart(nt *namedTask) {
	if nt.task != nil {
		s.stop(nt.task)
	}
	t := s.task()
	t.fn, t.origin, t.named = nt.fn, "task "+nt.id, nt
	nt.task = t
	s.next = append(s.next, t)
}
