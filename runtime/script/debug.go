package script

import (
	"fmt"
	"strings"

	lua "github.com/yuin/gopher-lua"

	"hotshard/runtime/script/code"
	"hotshard/runtime/script/vm"
)

// Debugger looks on while Lua runs, line by line. It slows its State down, and is for one that
// is run again: Lua stands still until its methods return.
type Debugger interface {
	// Line is called before each line, with the path of its file.
	Line(path string, line int)
	// Failed is called where an error is raised that nothing catches.
	Failed(message string)
}

// Debug lets somebody look on, from the next entry on; nil: nobody any more.
func (s *State) Debug(d Debugger) {
	s.debugger = d
	if s.m.Hook = nil; d != nil {
		s.m.Hook = &lineHook{s: s, d: d}
	}
}

// lineHook tells a Debugger of lines.
type lineHook struct {
	s    *State
	d    Debugger
	name string // the source that came last, and
	path string // the path of its file
}

// Line implements vm.Hook. What is the engine's own Lua has no file.
func (h *lineHook) Line(_ *lua.LState, fn *lua.LFunction, line int) {
	if name := fn.Proto.SourceName; name != h.name {
		h.name, h.path = name, sourcePath(name)
	}
	if h.path != "" {
		h.d.Line(h.path, line)
	}
}

// sourcePath is the path of the file that a source name is of: "lib/ship.lua" of
// "lib/ship.lua@1f3a9c"; "" where it is of none.
func sourcePath(name string) string {
	path, _, ok := strings.Cut(name, "@")
	if !ok {
		return ""
	}
	return path
}

// failed tells the debugger of an error whose value is the last register of L.
func (s *State) failed(L *lua.LState) {
	d := s.debugger
	if d == nil || s.current == nil || s.current.tried {
		return
	}
	hook := s.m.Hook
	s.m.Hook = nil
	defer func() { s.m.Hook = hook }()
	d.Failed(errorText(L.Get(-1)))
}

// Call is a call on a stack: a frame that runs a script.
type Call struct {
	Function string
	Path     string // of the file, "" for what has none
	Hash     string // of the file's content, as it stands in places: "1f3a9c"
	Line     int
	Old      int // the release whose code it runs, where that is an earlier one

	th    *lua.LState
	frame vm.Frame
}

// Stack lists the calls of a task that waits, innermost first, and of the one that runs where
// the task's id is that of RunningTask.
func (s *State) Stack(task uint64) []Call {
	if id, _ := s.RunningTask(); id == task && s.current != nil {
		return s.runningStack()
	}
	for t := range s.alive {
		if t.id == task && t.th != nil {
			return s.calls(t.th)
		}
	}
	return nil
}

// RunningTask is the task that runs now, and what it was begun for; 0 for none.
func (s *State) RunningTask() (id uint64, origin string) {
	if s.current == nil {
		return 0, ""
	}
	return s.current.id, s.current.origin
}

// Depth is how many calls stand inside each other now: of the running task, or of the
// coroutine that it has resumed.
func (s *State) Depth() int {
	n := 0
	for th := s.m.CurrentThread; th != nil; th = th.Parent {
		for f := vm.Current(th); f.Ok(); f = f.Parent() {
			n++
		}
	}
	return n
}

// runningStack is that of the coroutine that runs, of who has resumed it, and so on.
func (s *State) runningStack() []Call {
	var out []Call
	for th := s.m.CurrentThread; th != nil; th = th.Parent {
		out = append(out, s.calls(th)...)
	}
	return out
}

func (s *State) calls(th *lua.LState) []Call {
	var out []Call
	for _, f := range frames(th) {
		fn := f.fn()
		if f.ours() || s.gaugedFrame(fn) {
			continue
		}
		path, hash, _ := strings.Cut(fn.Proto.SourceName, "@")
		c := Call{Path: sourcePath(fn.Proto.SourceName), Hash: hash, Line: f.line(), th: th, frame: f.Frame}
		c.Function, c.Old = s.calledName(fn)
		if c.Function == "" {
			c.Function = "top level of " + code.ModuleName(path)
		}
		out = append(out, c)
	}
	return out
}

// calledName is what a function is declared as, and of which release, where that is not the
// current one. A function without a declaration has no name where it is a file.
func (s *State) calledName(fn *lua.LFunction) (name string, old int) {
	if sl := s.slots.Of(fn); sl != nil {
		return sl.Function.Decl.Name, 0
	}
	if fz := s.slots.frozen[fn.Proto]; fz != nil {
		return fz.Function.Decl.Name, fz.Release
	}
	if fn.Proto.LineDefined == 0 {
		return "", 0
	}
	return fmt.Sprintf("function <%s:%d>", fn.Proto.SourceName, fn.Proto.LineDefined), 0
}

// Named is a value under a name.
type Named struct {
	Name  string
	Value lua.LValue
}

// Locals are the locals in scope at a call, those of the innermost scope last.
func (c *Call) Locals() []Named {
	var out []Named
	for _, l := range c.frame.Locals() {
		out = append(out, Named{l.Name, l.Get(c.th)})
	}
	return out
}

// Upvalues are the variables that the function of a call has captured.
func (c *Call) Upvalues() []Named {
	fn := c.frame.Fn()
	var out []Named
	for i, name := range fn.Proto.DbgUpvalues {
		if i < len(fn.Upvalues) && fn.Upvalues[i] != nil {
			out = append(out, Named{name, fn.Upvalues[i].Value()})
		}
	}
	return out
}

// Find is what a name means at a call: a local, or a variable that is captured there.
func (c *Call) Find(name string) (lua.LValue, bool) {
	for _, list := range [][]Named{c.Locals(), c.Upvalues()} {
		for i := len(list) - 1; i >= 0; i-- {
			if list[i].Name == name {
				return list[i].Value, true
			}
		}
	}
	return nil, false
}

// Set gives such a name another value. It says whether there is one.
func (c *Call) Set(name string, v lua.LValue) bool {
	locals := c.frame.Locals()
	for i := len(locals) - 1; i >= 0; i-- {
		if locals[i].Name == name {
			locals[i].Set(c.th, v)
			return true
		}
	}
	fn := c.frame.Fn()
	for i, n := range fn.Proto.DbgUpvalues {
		if n == name && i < len(fn.Upvalues) && fn.Upvalues[i] != nil {
			fn.Upvalues[i].SetValue(v)
			return true
		}
	}
	return false
}

// Module is what the file of a call has returned, nil where it has not been loaded whole.
func (c *Call) Module(s *State) lua.LValue {
	if m := s.modules.byName[code.ModuleName(c.Path)]; m != nil {
		return m.Result
	}
	return nil
}

// CodeLines says which lines of a file of a release have code, nil where there is none such.
func CodeLines(r *code.Release, path string) map[int]bool {
	f := r.Files[path]
	if f == nil {
		return nil
	}
	u, err := f.Unit()
	if err != nil {
		return nil
	}
	lines := map[int]bool{}
	for _, d := range u.Decls {
		if d.Capture {
			continue
		}
		for _, line := range d.Proto.DbgSourcePositions {
			lines[line] = true
		}
	}
	return lines
}

// Runs says whether a task has not ended, and whether it runs now, or waits for what it has
// begun itself.
func (s *State) Runs(task uint64) (alive, running bool) {
	for t := range s.alive {
		if t.id != task {
			continue
		}
		for th := s.m.CurrentThread; th != nil; th = th.Parent {
			if th == t.th {
				return true, true
			}
		}
		return true, false
	}
	return false, false
}
