package script

import (
	"fmt"

	lua "github.com/yuin/gopher-lua"

	"hotshard/runtime/script/arg"
	"hotshard/runtime/script/stdlib"
	"hotshard/runtime/script/vm"
)

// openTasks installs sleep, task, print and log.
func (b *builder) openTasks() {
	b.setYields("", "sleep", func(s *State, L *lua.LState) int {
		wait := seconds(L, 1)
		s.bounded(L, registerSteps, s.Timers(), maxTimers, "timers")
		w, err := s.Park(L, "sleep")
		if err != nil {
			L.RaiseError("%s", err.Error())
		}
		s.sleepTimer(wait, w)
		return L.Yield()
	})
	b.set("task", "spawn", func(s *State, L *lua.LState) int {
		fn := arg.Function(L, 1)
		if m := s.atTopLevel(); m != nil && s.stage != nil {
			return s.stagedEffect(L, "task.spawn")
		}
		var args []lua.LValue
		for i := 2; i <= L.GetTop(); i++ {
			args = append(args, L.Get(i))
		}
		s.boundTask(L)
		t := s.run(fn, "task", "", nil, args...)
		s.noteTask(t)
		L.Push(s.taskHandle(L, t))
		return 1
	})
	b.set("task", "stop", func(s *State, L *lua.LState) int {
		if t, ok := L.CheckUserData(1).Value.(*Task); ok {
			s.stop(t)
		}
		return 0
	})
	b.set("task", "running", func(s *State, L *lua.LState) int {
		t, ok := L.CheckUserData(1).Value.(*Task)
		L.Push(lua.LBool(ok && !t.ended))
		return 1
	})
	b.setYields("task", "try", func(s *State, L *lua.LState) int {
		fn := arg.Function(L, 1)
		var args []lua.LValue
		for i := 2; i <= L.GetTop(); i++ {
			args = append(args, L.Get(i))
		}
		s.boundTask(L)
		w, err := s.Park(L, "task.try")
		if err != nil {
			L.RaiseError("%s", err.Error())
		}
		s.soon(func() {
			s.tryRun(fn, w, args)
		})
		return L.Yield()
	})
	b.set("", "print", func(s *State, L *lua.LState) int {
		text := ""
		for i := 1; i <= L.GetTop(); i++ {
			if i > 1 {
				text += "\t"
			}
			shown, ok := vm.ToText(stdlib.ToString(L, L.Get(i)))
			if !ok {
				arg.Raise(L, "'tostring' must return a string to 'print'")
			}
			text += shown
		}
		if t := s.current; t != nil && t.print != nil && !s.telling() {
			t.print(text)
			return 0
		}
		s.log(L, "info", text)
		return 0
	})
	for _, level := range []string{"debug", "info", "warn", "error"} {
		b.set("log", level, func(s *State, L *lua.LState) int {
			s.log(L, level, logText(L))
			return 0
		})
	}
}

// tryRun runs fn as a task of its own and wakes w with pcall's results.
func (s *State) tryRun(fn *lua.LFunction, w *Wait, args []lua.LValue) {
	t := s.task()
	t.fn, t.origin, t.player = fn, w.task.origin, w.task.player
	t.tried = true
	t.done = tryEnd{w}
	s.resume(t, args...)
}

// tryEnd gives pcall's results to the task that waits in task.try.
type tryEnd struct{ w *Wait }

func (e tryEnd) end(values []lua.LValue, err error) {
	if err != nil {
		e.w.Wake(lua.LFalse, errorValue(err))
		return
	}
	e.w.Wake(append([]lua.LValue{lua.LTrue}, values...)...)
}

func errorValue(err error) lua.LValue {
	if api, ok := err.(*lua.ApiError); ok && api.Object != nil {
		return api.Object
	}
	return lua.LString(err.Error())
}

var formatText = stdlib.Format(engine{})

// logText is the arguments as one text: a format and what it shows, where there are
// several. Other than string.format it shows any value with %s.
func logText(L *lua.LState) string {
	n := L.GetTop()
	for i := 1; i <= n; i++ {
		if _, ok := L.Get(i).(lua.LNumber); !ok {
			L.Replace(i, lua.LString(stdlib.ToString(L, L.Get(i)).String()))
		}
	}
	if n > 1 {
		formatText(L)
		return L.Get(-1).String()
	}
	return stdlib.ToString(L, L.Get(1)).String()
}

// sleepTimer wakes w after some game seconds. It belongs to the task, never to a file.
func (s *State) sleepTimer(seconds float64, w *Wait) {
	w.timer = &Registration{Kind: regAfter, Fn: vm.Made(w), id: s.nextID(), due: s.now + max(seconds, 0), heap: -1, wait: w}
	s.registry.install(w.timer)
}

func (s *State) log(L *lua.LState, level, text string) {
	if s.opts.OnLog == nil || s.stage != nil || s.telling() {
		return
	}
	module := ""
	for _, f := range frames(L) {
		if fn := f.fn(); !f.ours() {
			module = fmt.Sprintf("%s:%d", fn.Proto.SourceName, f.line())
			break
		}
	}
	s.opts.OnLog(level, module, text)
}

func (s *State) taskHandle(L *lua.LState, t *Task) *lua.LUserData {
	ud := L.NewUserData()
	ud.Value = t
	return ud
}

// openRegistry installs on, emit, every, after, cancel, command and event.
func (b *builder) openRegistry() {
	b.set("", "on", func(s *State, L *lua.LState) int {
		s.registerFor(L, regHandler, arg.Text(L, 1), arg.Function(L, 2), 0)
		return 0
	})
	b.set("", "emit", func(s *State, L *lua.LState) int {
		var args []lua.LValue
		for i := 2; i <= L.GetTop(); i++ {
			args = append(args, L.Get(i))
		}
		return s.emitFor(L, arg.Text(L, 1), args)
	})
	timer := func(kind RegistrationKind) word {
		return func(s *State, L *lua.LState) int {
			r := s.registerFor(L, kind, "", arg.Function(L, 2), seconds(L, 1))
			ud := L.NewUserData()
			ud.Value = r
			L.Push(ud)
			return 1
		}
	}
	b.set("", "every", timer(regEvery))
	b.set("", "after", timer(regAfter))
	b.set("", "at", (*State).at)
	b.set("", "cancel", func(s *State, L *lua.LState) int {
		r, ok := L.CheckUserData(1).Value.(*Registration)
		if ok && !r.gone {
			s.registry.drop(r)
			r.forget()
		}
		L.Push(lua.LBool(ok))
		return 1
	})
	b.groupTable("event", regHandler)
	b.groupTable("command", regCommand)
}

// groupTable makes `function command.fire(...)` and `command("fire", fn)` register.
func (b *builder) groupTable(name string, kind RegistrationKind) {
	mt := b.l.CreateTable(0, 4)
	meta := func(name string, fn word) { vm.Set(mt, lua.LString(name), b.l.NewFunction(fn.lua())) }
	meta("__newindex", func(s *State, L *lua.LState) int {
		key := arg.Text(L, 2)
		if L.Get(3) == lua.LNil {
			s.unregister(kind, key)
			return 0
		}
		s.registerFor(L, kind, key, arg.Function(L, 3), 0)
		return 0
	})
	meta("__index", func(s *State, L *lua.LState) int {
		key := arg.Text(L, 2)
		L.Push(lua.LNil)
		if kind == regCommand {
			if r := s.registry.commands[key]; r != nil {
				L.Push(r.Fn)
			}
		} else if list := s.registry.handlers[key]; len(list) > 0 {
			L.Push(list[len(list)-1].Fn)
		}
		return 1
	})
	meta("__call", func(s *State, L *lua.LState) int {
		s.registerFor(L, kind, arg.Text(L, 2), arg.Function(L, 3), 0)
		return 0
	})
	b.table(name).Metatable = mt
}

func (s *State) unregister(kind RegistrationKind, name string) {
	if kind == regCommand {
		if r := s.registry.commands[name]; r != nil {
			s.registry.drop(r)
			r.forget()
		}
		return
	}
	for _, r := range s.registry.handlers[name] {
		s.registry.drop(r)
		r.forget()
	}
}
