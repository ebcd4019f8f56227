package script

import (
	lua "github.com/yuin/gopher-lua"

	"hotshard/runtime/script/vm"
)

// NamedTask is a task that starts again from the top when its code changes.
type NamedTask struct {
	id      string
	Fn      *lua.LFunction
	task    *Task
	handle  *lua.LTable
	yielded []lua.LValue
}

// nameTask begins a named task, or begins it again.
func (s *State) nameTask(id string, fn *lua.LFunction) *NamedTask {
	if nt := s.named[id]; nt != nil {
		nt.Fn = fn
		s.Restart(nt)
		return nt
	}
	return s.NewNamedTask(id, fn, s.l.CreateTable(0, 4))
}

// NamedTask is the one of that name, or nil.
func (s *State) NamedTask(id string) *NamedTask { return s.named[id] }

// NamedTasks are all of them by name.
func (s *State) NamedTasks() map[string]*NamedTask { return s.named }

// Thread is what the task runs on, nil where it has ended.
func (nt *NamedTask) Thread() *lua.LState {
	if nt.task == nil || nt.task.ended {
		return nil
	}
	return nt.task.th
}

// NewNamedTask begins one; handle is what scripts get of it.
func (s *State) NewNamedTask(id string, fn *lua.LFunction, handle *lua.LTable) *NamedTask {
	if s.named == nil {
		s.named = map[string]*NamedTask{}
	}
	nt := &NamedTask{id: id, Fn: fn, handle: handle}
	s.named[id] = nt
	vm.Set(nt.handle, lua.LString("id"), lua.LString(id))
	vm.Set(nt.handle, lua.LString("tick"), vm.Made(&taskTick{nt}))
	vm.Set(nt.handle, lua.LString("stop"), vm.Made(&taskStop{nt}))
	s.Restart(nt)
	return nt
}

// taskTick is the function handle.tick of a named task, taskStop is handle.stop.
type (
	taskTick struct{ *NamedTask }
	taskStop struct{ *NamedTask }
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
	if s.named[nt.id] == nt.NamedTask {
		delete(s.named, nt.id)
	}
	return 0
}

// Restart begins a named task anew; it runs at the next Advance.
func (s *State) Restart(nt *NamedTask) {
	if nt.task != nil {
		s.stop(nt.task)
	}
	t := s.task()
	t.fn, t.origin, t.named = nt.Fn, "task "+nt.id, nt
	nt.task = t
	s.next = append(s.next, t)
}
