package script

import (
	"fmt"
	"weak"

	lua "github.com/yuin/gopher-lua"

	"hotshard/runtime/script/vm"
	"hotshard/runtime/span"
)

// Task is one activity: a handler, a command, a timer's call, something spawned.
// It runs on a coroutine of its own, so it may wait; finished coroutines are used
// again.
type Task struct {
	id       uint64
	th       *lua.LState
	fn       *lua.LFunction // what the next run on this thread calls; see enter
	origin   string
	player   string
	done     ending // nil: nobody
	wait     *Wait
	since    float64 // game time of the last stop
	why      string  // what it waits for
	ended    bool
	named    *NamedTask
	tried    bool // its error belongs to task.try or the operator, not to the log
	readonly *vm.ReadOnly
	print    func(string)   // where print goes; nil: the log
	gauge    *gauge         // that called belongs to
	called   uint64         // gauged functions, by their bits
	work     span.ID        // that it is a part of; zero where nobody follows it
	began    *lua.LFunction // what it began with, where something fails; see wentWell
	trouble  string         // what the last wait failed with; see wentWrong. An image goes without
}

// Wait is a task's promise to go on when somebody wakes it.
type Wait struct {
	s     *State
	task  *Task
	used  bool
	timer *Registration // that wakes it, of a sleep
}

// Call is what the timer of a sleep calls.
func (w *Wait) Call(*lua.LState) int {
	w.Wake()
	return 0
}

// enterFn begins every task: it arranges for tracebacks and hands back what to
// call, so that the task's own function is entered by a tail call and no Go
// function stands between it and its waits.
var enterFn = &lua.LFunction{IsG: true}

// enterProto is `return ENTER()(...)`.
var enterProto = mustTrampoline("task", enterFn)

func init() { // not in the literal: enter refers to enterProto
	enterFn.GFunction = func(L *lua.LState) int {
		s := From(L)
		L.Panic = s.panicWithTrace
		t := s.current
		L.Push(t.fn)
		t.fn = nil
		return 1
	}
}

// mustTrampoline compiles `return F()(...)` with F as a constant.
func mustTrampoline(name string, f lua.LValue) *lua.FunctionProto {
	p, err := trampoline(name, f)
	if err != nil {
		panic(err) // the source is ours and constant
	}
	return p
}

// run starts fn as an activity. done, if not nil, is told how it ended.
func (s *State) run(fn *lua.LFunction, origin, player string, done ending, args ...lua.LValue) *Task {
	t := s.task()
	t.fn, t.origin, t.player, t.done = fn, origin, player, done
	s.resume(t, args...)
	return t
}

// nextID numbers tasks and registrations in the order of their making.
func (s *State) nextID() uint64 {
	s.ids++
	return s.ids
}

// Start runs a function as an activity of its own.
func (s *State) Start(fn *lua.LFunction, origin string) { s.run(fn, origin, "", nil) }

// task takes a finished task's thread or makes one.
func (s *State) task() *Task {
	id := s.nextID()
	if n := len(s.pool); n > 0 {
		t := s.pool[n-1]
		s.pool = s.pool[:n-1]
		// A fresh Task: somebody may hold the old one as a handle.
		fresh := &Task{id: id, th: t.th}
		if fresh.th == nil { // of a State that was thawed: nobody knew it
			fresh.th = s.thread()
		}
		return s.begun(fresh)
	}
	return s.begun(&Task{id: id, th: s.thread()})
}

// begun takes a new task in. It is a part of the work in which it was begun.
func (s *State) begun(t *Task) *Task {
	if t.work = s.following; s.current != nil {
		t.work = s.current.work
	}
	s.alive[t] = struct{}{}
	return t
}

// Follow says of what work the tasks are a part that are begun from now on, where no task
// begins them: zero for none.
func (s *State) Follow(work span.ID) { s.following = work }

// Work is what the running task is a part of; zero where none runs, or nobody follows it.
func (s *State) Work() span.ID {
	if s.current == nil {
		return s.following
	}
	return s.current.work
}

// thread makes a coroutine for a task.
func (s *State) thread() *lua.LState {
	th := vm.NewThread(s.l)
	s.threads.add(th)
	return th
}

func (s *State) enterFunction() *lua.LFunction {
	return &lua.LFunction{Proto: enterProto, Env: s.l.Env}
}

// resume lets a task run until it waits or ends.
func (s *State) resume(t *Task, args ...lua.LValue) {
	var boot *lua.LFunction
	if t.fn != nil {
		boot = s.enterFunction()
	}
	parent := s.m.CurrentThread
	if parent == nil || parent == t.th {
		parent = s.l
	}
	if len(s.failing) > 0 && t.counts() {
		t.began = s.base(t)
	}
	prev, ro := s.current, s.m.ReadOnly
	s.current, s.m.ReadOnly = t, s.watch.rights(t.readonly)
	var state lua.ResumeState
	var err error
	var values []lua.LValue
	began := s.stopwatch()
	s.metered(s.opts.Run, func() { state, err, values = vm.Resume(parent, t.th, boot, args...) })
	s.entered.note(t.origin, s.stopwatch()-began, state == lua.ResumeError)
	s.current, s.m.ReadOnly = prev, ro
	t.since = s.now
	switch {
	case state == lua.ResumeYield && t.wait == nil:
		t.why = "yield"
		s.next = append(s.next, t)
		if t.named != nil {
			t.named.yielded = values
		}
	case state == lua.ResumeYield:
	case state == lua.ResumeOK:
		s.finish(t, values, nil)
	default:
		s.finish(t, nil, err)
	}
	if s.depth == 0 {
		s.drainWoken()
	}
}

func (s *State) finish(t *Task, values []lua.LValue, err error) {
	t.ended, t.wait = true, nil
	delete(s.alive, t)
	s.endGauge(t.th)
	if t.named != nil {
		t.named.yielded = values
	}
	if err != nil {
		fault := s.fault(t, err)
		s.failTraces(t.th, fault.Message)
		switch {
		case !t.counts() || s.closed:
		case isRefusalByScript(err):
			s.wentWell(t)
		default:
			s.wentWrong(t, fault)
		}
		if try, ok := t.done.(tryEnd); ok && t.trouble != "" {
			try.w.task.trouble = t.trouble
		}
		if !s.closed && !t.tried && s.opts.OnFault != nil && !isRefusalByScript(err) {
			s.opts.OnFault(fault)
		}
	} else {
		s.wentWell(t)
		vm.Reuse(t.th)
		t.trouble = ""
		s.pool = append(s.pool, t)
	}
	if t.done != nil {
		done := t.done
		t.done = nil
		done.end(values, err)
	}
}

// Park stops the running task until the returned Wait is woken. The binding
// returns L.Yield() right after. It fails where stock gopher-lua would silently
// break the coroutine: inside pcall, a metamethod, an iterator, sort or gsub, or
// in a coroutine of the script's own.
func (s *State) Park(L *lua.LState, why string) (*Wait, error) {
	t := s.current
	if t == nil || t.th != L {
		if s.atTopLevel() != nil {
			return nil, fmt.Errorf("%s cannot wait at the top level of a file; do it in a handler or task.spawn", why)
		}
		return nil, fmt.Errorf("%s can wait only in a task, not in a coroutine made by coroutine.create; use task.spawn", why)
	}
	if err := s.yieldable(L, why); err != nil {
		return nil, err
	}
	t.wait, t.why = &Wait{s: s, task: t}, why
	return t.wait, nil
}

// Wake lets the task go on with values as the results of the call that parked.
// A second Wake, or one after the task was stopped, does nothing.
func (w *Wait) Wake(values ...lua.LValue) {
	if w.used || w.task.ended || w.s.closed {
		return
	}
	w.used = true
	w.s.soon(func() {
		if w.task.ended {
			return
		}
		w.task.wait = nil
		w.s.resume(w.task, values...)
	})
}

// Fail lets the task go on with a Lua error raised at the call that parked.
func (w *Wait) Fail(err error) {
	w.task.trouble = err.Error()
	w.Wake(lua.LNil, lua.LString(err.Error()), failMark)
}

// failMark is the third result by which a parked call knows that it failed.
var failMark = &lua.LUserData{Value: "hotshard: failed wait"}

// soon runs f now, or, while Lua is running, right after it.
func (s *State) soon(f func()) {
	if s.depth > 0 {
		s.woken = append(s.woken, f)
		return
	}
	f()
}

func (s *State) drainWoken() {
	for len(s.woken) > 0 {
		f := s.woken[0]
		s.woken = s.woken[1:]
		f()
	}
}

// stop ends a waiting task without running it further.
func (s *State) stop(t *Task) {
	if t.ended || t == s.current {
		return
	}
	if w := t.wait; w != nil && w.timer != nil && !w.timer.gone {
		s.registry.drop(w.timer)
	}
	t.ended, t.wait = true, nil
	t.th.Dead = true // what it holds on its stack is garbage now
	delete(s.alive, t)
	for i, n := range s.next {
		if n == t {
			s.next = append(s.next[:i:i], s.next[i+1:]...)
			break
		}
	}
}

// threadSet knows every coroutine of a State without keeping it alive.
type threadSet struct {
	list []weak.Pointer[lua.LState]
	grow int
}

func (ts *threadSet) add(th *lua.LState) {
	if len(ts.list) >= max(64, ts.grow) {
		live := ts.list[:0]
		for _, w := range ts.list {
			if t := w.Value(); t != nil && !t.Dead {
				live = append(live, w)
			}
		}
		clear(ts.list[len(live):])
		ts.list, ts.grow = live, 2*len(live)
	}
	ts.list = append(ts.list, weak.Make(th))
}

func (ts *threadSet) each(f func(*lua.LState)) {
	for _, w := range ts.list {
		if th := w.Value(); th != nil && !th.Dead {
			f(th)
		}
	}
}
