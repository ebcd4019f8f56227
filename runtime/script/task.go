package script

import (
	"fmt"
	"weak"

	lua "github.com/yuin/gopher-lua"

	"hotshard/runtime/gate/wire"
	"hotshard/runtime/script/arg"
	"hotshard/runtime/script/vm"
	"hotshard/runtime/span"
	"hotshard/runtime/world"
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
		if !s.closed && !t.tried && s.opts.OnFault != nil && !isRefusalByScript(err) {
			s.opts.OnFault(fault)
		}
	} else {
		s.wentWell(t)
		vm.Reuse(t.th)
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

// advanceWork is with how much work one Advance begins, about 50 ms of it: what is due
// beyond waits for the next. So a pile of timers makes its system slow and does not hold
// it, and a fleet that fires as one man does so over a few ticks, from then on too, since
// what a late timer sets off is due that much later.
const advanceWork = 5_000_000

// Advance sets the game time in seconds and runs what is due: tasks that yielded,
// then timers and sleeping tasks in order of their due time.
func (s *State) Advance(now float64) {
	if s.reloads != nil {
		s.reloads.Advanced()
	}
	s.thinGauge()
	s.entered.turn(now)
	next := s.next
	s.next = nil
	enough := s.meter.work + advanceWork
	for i, t := range next {
		if s.meter.work > enough {
			s.next = append(next[i:len(next):len(next)], s.next...)
			break
		}
		if !t.ended {
			s.resume(t)
		}
	}
	for len(s.registry.timers) > 0 && s.registry.timers[0].due <= now && s.meter.work <= enough {
		r := s.registry.timers[0]
		s.now = max(s.now, r.due)
		s.fire(r)
	}
	s.now = max(s.now, now)
	s.runCalendar(enough)
	s.drainWoken()
}

// Pass sets the game time and runs nothing: it stops at what is due next.
func (s *State) Pass(now float64) {
	if due, ok := s.NextDue(); ok {
		now = min(now, due)
	}
	s.now = max(s.now, now)
}

func (s *State) fire(r *Registration) {
	if r.Kind == regEvery {
		r.due += max(r.Period, minPeriod, s.opts.Tick)
		s.registry.reorder(r)
	} else {
		s.registry.drop(r)
		r.forget()
	}
	s.enter(r.Fn, "timer", "", nil)
}

// minPeriod keeps every(0, f) from spinning where there are no ticks: at most one call
// per millisecond.
const minPeriod = 0.001

// NextDue is when Advance has work next, in game seconds.
func (s *State) NextDue() (float64, bool) {
	if len(s.next) > 0 || len(s.woken) > 0 {
		return s.now, true
	}
	due, ok := s.nextByCalendar()
	if len(s.registry.timers) > 0 && (!ok || s.registry.timers[0].due < due) {
		return s.registry.timers[0].due, true
	}
	return due, ok
}

// Emit runs every handler of the event, in order, each as an activity of its own:
// an error or a wait in one does not keep the others from running.
func (s *State) Emit(event string, args ...lua.LValue) { s.emit(event, "", args) }

// EmitFor is Emit on behalf of a player, for fault reports.
func (s *State) EmitFor(player, event string, args ...lua.LValue) { s.emit(event, player, args) }

// EmitFrom is emit for a word that a script has called on L, with the bounds of the
// script's own emits. It says whether there is a handler.
func EmitFrom(L *lua.LState, event string, args ...lua.LValue) bool {
	s := From(L)
	s.emitFor(L, event, args)
	return s.HasHandler(event)
}

// emitFor is emit for a script, within bounds.
func (s *State) emitFor(L *lua.LState, event string, args []lua.LValue) int {
	if s.emits >= maxEmitDepth {
		arg.Raise(L, fmt.Sprintf("budget: the event %s is emitted inside %d other emits; does its handler emit it again?", event, s.emits))
	}
	engine{}.Charge(L, taskSteps*len(s.registry.handlers[event]))
	s.emits++
	defer func() { s.emits-- }()
	s.emit(event, "", args)
	return 0
}

func (s *State) emit(event, player string, args []lua.LValue) {
	for _, r := range s.registry.handlers[event] {
		if !r.gone {
			s.enter(r.Fn, "event "+event, player, nil, args...)
		}
	}
}

// HasHandler says whether Emit of the event would run anything.
func (s *State) HasHandler(event string) bool { return len(s.registry.handlers[event]) > 0 }

// CommandError is a refusal by the scripts: a code for programs and a sentence
// for the player.
type CommandError struct{ Code, Message string }

func (e *CommandError) Error() string { return e.Message }

// Command runs the named command for a player. done is called when it has ended,
// perhaps some ticks later: with its result, with a *CommandError if the script
// refused (return nil, message [, code], or error{code=, message=}), or with
// another error if it failed.
func (s *State) Command(player, name string, done func(world.Value, error), args ...lua.LValue) {
	s.command(player, name, commandEndFunc(done), args)
}

// CommandFor is Command for somebody who can be in an image.
func (s *State) CommandFor(player, name string, to CommandEnd, args ...lua.LValue) {
	s.command(player, name, commandEnd{to}, args)
}

func (s *State) command(player, name string, done ending, args []lua.LValue) {
	r := s.registry.commands[name]
	if r == nil {
		done.end(nil, &CommandError{Code: wire.CodeUnknownCommand, Message: fmt.Sprintf("there is no command %q", name)})
		return
	}
	s.enter(r.Fn, "command "+name, player, done, args...)
}

func commandResult(values []lua.LValue, err error) (world.Value, error) {
	if err != nil {
		if ce := scriptRefusal(err); ce != nil {
			return nil, ce
		}
		return nil, &CommandError{Code: wire.CodeInternal, Message: "that command failed; the error has been reported"}
	}
	if len(values) >= 2 && values[0] == lua.LNil {
		if msg, ok := values[1].(lua.LString); ok {
			ce := &CommandError{Code: wire.CodeRefused, Message: string(msg)}
			if len(values) > 2 {
				if code, ok := values[2].(lua.LString); ok {
					ce.Code = string(code)
				}
			}
			return nil, ce
		}
	}
	if len(values) == 0 {
		return nil, nil
	}
	v, err := ToValue(values[0])
	if err != nil {
		return nil, &CommandError{Code: wire.CodeInternal, Message: err.Error()}
	}
	return v, nil
}

// Call runs a function of a loaded module, as services are called.
func (s *State) Call(module, fn string, done func([]world.Value, error), args ...lua.LValue) {
	s.call(module, fn, callEndFunc(done), args)
}

// CallFor is Call for somebody who can be in an image.
func (s *State) CallFor(module, fn string, to CallEnd, args ...lua.LValue) {
	s.call(module, fn, callEnd{to}, args)
}

func (s *State) call(module, fn string, done ending, args []lua.LValue) {
	t, _ := s.modules.results.RawGetString(module).(*lua.LTable)
	var f *lua.LFunction
	if t != nil {
		f, _ = t.RawGetString(fn).(*lua.LFunction)
	}
	if f == nil {
		done.end(nil, fmt.Errorf("%s has no function %s", module, fn))
		return
	}
	s.enter(f, "call "+fn, "", done, args...)
}

func plainValues(values []lua.LValue, err error) ([]world.Value, error) {
	if err != nil {
		if ce := scriptRefusal(err); ce != nil {
			return nil, ce
		}
		return nil, err
	}
	out := make([]world.Value, len(values))
	for i, v := range values {
		if out[i], err = ToValue(v); err != nil {
			return nil, err
		}
	}
	return out, nil
}
