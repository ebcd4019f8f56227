package script

import lua "github.com/yuin/gopher-lua"

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
	nt.handle.RawSetString("id", lua.LString(id))
	nt.handle.RawSetString("tick", s.l.NewFunction(func(L *lua.LState) int {
		t := nt.task
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
	}))
	nt.handle.RawSetString("stop", s.l.NewFunction(func(L *lua.LState) int {
		s.stop(nt.task)
		delete(s.named, id)
		return 0
	}))
	s.Restart(nt)
	return nt
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
