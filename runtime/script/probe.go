package script

import (
	"fmt"
	"sort"
	"strings"
	"time"

	lua "github.com/yuin/gopher-lua"

	"hotshard/runtime/script/vm"
)

// TaskInfo is one suspended piece of work.
type TaskInfo struct {
	ID       uint64
	Origin   string  // "event tick", "command fire", "task", "coroutine"
	Waits    string  // "sleep", "call", "yield"
	Where    string  // "combat.lua@1f3a9c:12", its innermost Lua frame
	Function string  // "combat.fire"
	Since    float64 // game seconds it has waited
	Due      float64 // game seconds until it goes on, negative where not known
	Release  int     // the oldest release of a frame on its stack
	Old      bool    // a frame runs code that has been replaced
	Player   string

	Functions []string // on its stack, innermost first
	th        *lua.LState
}

// Tasks lists what waits, in the order of starting. Coroutines that scripts made
// themselves come last.
func (s *State) Tasks() []TaskInfo {
	due := map[*Wait]float64{}
	for _, r := range s.registry.timers {
		if r.wait != nil {
			due[r.wait] = r.due - s.now
		}
	}
	byThread := map[*lua.LState]*Task{}
	for t := range s.alive {
		byThread[t.th] = t
	}
	pooled := map[*lua.LState]bool{}
	for _, t := range s.pool {
		pooled[t.th] = true
	}
	var out []TaskInfo
	s.threads.each(func(th *lua.LState) {
		t := byThread[th]
		fs := frames(th)
		if pooled[th] || len(fs) == 0 && t == nil {
			return
		}
		info := TaskInfo{Origin: "coroutine", Waits: "yield", Due: -1, Release: s.release.Number, th: th}
		if t != nil {
			info.ID, info.Origin, info.Waits, info.Player, info.Since = t.id, t.origin, t.why, t.player, s.now-t.since
			if d, ok := due[t.wait]; ok {
				info.Due = d
			}
		}
		s.describeStack(&info, fs)
		out = append(out, info)
	})
	sort.Slice(out, func(i, j int) bool {
		if (out[i].ID == 0) != (out[j].ID == 0) {
			return out[i].ID != 0
		}
		return out[i].ID < out[j].ID
	})
	return out
}

func (s *State) describeStack(info *TaskInfo, fs []frame) {
	for _, fr := range fs {
		fn := fr.fn()
		if fr.ours() {
			continue
		}
		if info.Where == "" {
			info.Where = fmt.Sprintf("%s:%d", fn.Proto.SourceName, fr.line())
		}
		if s.gaugedFrame(fn) {
			continue // its own code stands behind it
		}
		if fz := s.slots.frozen[fn.Proto]; fz != nil {
			info.Functions = append(info.Functions, fz.Function.Decl.Name)
			if fz.Release != 0 {
				info.Old, info.Release = true, min(info.Release, fz.Release)
			}
		} else if sl := s.slots.Of(fn); sl != nil {
			info.Functions = append(info.Functions, sl.Function.Decl.Name)
		}
	}
	if len(info.Functions) > 0 {
		info.Function = info.Functions[0]
	}
}

// Stragglers lists the suspended work that still runs code of an earlier release.
func (s *State) Stragglers() []TaskInfo {
	var out []TaskInfo
	for _, t := range s.Tasks() {
		if t.Old {
			out = append(out, t)
		}
	}
	return out
}

// Stop ends the waiting task with the id; it reports whether there was one.
func (s *State) Stop(id uint64) bool {
	for t := range s.alive {
		if t.id == id && t != s.current {
			s.stop(t)
			return true
		}
	}
	return false
}

// Timers counts the pending timers, sleeping tasks included.
func (s *State) Timers() int { return len(s.registry.timers) + len(s.registry.calendar) }

// Names lists the functions of loaded modules by the names that operators use.
func (s *State) Names() []string {
	var out []string
	for _, m := range s.modules.order {
		for _, f := range m.Functions {
			if f != nil {
				out = append(out, f.Decl.Name)
			}
		}
	}
	sort.Strings(out)
	return out
}

// Version says which code a function runs.
type Version struct {
	Function string
	Where    string // "combat.lua@1f3a9c:12"
	Hash     string // of the function's code
	File     string // hash of the file
	Release  int
}

// Version looks a function up by name.
func (s *State) Version(name string) (Version, bool) {
	f := s.functionNamed(name)
	if f == nil {
		return Version{}, false
	}
	return Version{Function: name, Where: fmt.Sprintf("%s:%d", f.Decl.Proto.SourceName, f.Decl.Line),
		Hash: fmt.Sprintf("%x", f.Decl.Print[:6]), File: f.Module.File.Hash, Release: s.release.Number}, true
}

func (s *State) functionNamed(name string) *Function {
	for _, m := range s.modules.order {
		if !strings.HasPrefix(name, m.Name) {
			continue
		}
		for _, f := range m.Functions {
			if f != nil && f.Decl.Name == name {
				return f
			}
		}
	}
	return nil
}

// TracedCall is one call of a traced function.
type TracedCall struct {
	Args, Results []string
	Err           string
	Took          time.Duration // wall time, waits included
	Where         string        // who called
	Skipped       int           // calls before this one that were over the limit
}

// tracing is a function under observation: its slot runs a wrapper.
type tracing struct {
	s       *State
	fn      *Function
	saved   *lua.FunctionProto
	report  func(TracedCall)
	limit   int // calls per game second
	second  float64
	count   int
	skipped int
	open    map[*lua.LState][]*openCall
}

type openCall struct {
	of    *tracing
	call  TracedCall
	start time.Time
	ended bool
}

// Trace reports calls of a function, at most limit a game second, until the
// returned function is called or the function is reloaded.
func (s *State) Trace(name string, limit int, report func(TracedCall)) (stop func(), err error) {
	f := s.functionNamed(name)
	if f == nil {
		return nil, fmt.Errorf("no loaded module declares %s", name)
	}
	if s.traces[f] != nil {
		return nil, fmt.Errorf("%s is being traced already", name)
	}
	s.ownCode(f)
	saved := *f.Slot.Proto
	s.ungauge(f)
	tr := &tracing{s: s, fn: f, saved: &saved, report: report, limit: limit, open: map[*lua.LState][]*openCall{}}
	wrapper, err := compileWith(saved.SourceName, traceSource,
		map[string]lua.LValue{enterMark: vm.Made(tr)})
	if err != nil {
		return nil, err
	}
	wrapper.NumUpvalues = saved.NumUpvalues // closures of it are made meanwhile
	s.pin(f.Slot.Proto, f)
	if s.traces == nil {
		s.traces = map[*Function]*tracing{}
	}
	s.traces[f] = tr
	s.slots.addFrozen(tr.saved, &FrozenCode{Function: f})
	*f.Slot.Proto = *wrapper
	return func() { s.untrace(tr) }, nil
}

// pin gives the suspended frames of a prototype a copy of it, because its code is
// about to be overwritten.
func (s *State) pin(proto *lua.FunctionProto, f *Function) {
	s.EachFrame(func(_ *lua.LState, fr vm.Frame) {
		if fn := fr.Fn(); fn != nil && fn.Proto == proto {
			clone := *proto
			s.slots.addFrozen(&clone, &FrozenCode{Function: f})
			fr.SetFn(&lua.LFunction{Env: fn.Env, Proto: &clone, Upvalues: fn.Upvalues})
		}
	})
}

func (s *State) untrace(tr *tracing) {
	if s.traces[tr.fn] != tr {
		return
	}
	s.pin(tr.fn.Slot.Proto, tr.fn)
	*tr.fn.Slot.Proto = *tr.saved
	delete(s.traces, tr.fn)
}

// Unwrap gives every traced and gauged function, and those with log points, their own code
// back: a commit replaces code and must find it.
func (s *State) Unwrap() {
	s.takePointsOff()
	s.Ungauge()
	for _, tr := range s.traces {
		s.untrace(tr)
	}
}

// Call begins a traced call: it returns the function's own code as a closure and
// what to pass its results through.
func (tr *tracing) Call(L *lua.LState) int {
	caller, _ := frameAt(L, 1)
	fn := caller.fn()
	run := &lua.LFunction{Env: fn.Env, Proto: tr.saved, Upvalues: fn.Upvalues}
	L.Push(run)
	if second := float64(int64(tr.s.now)); second != tr.second {
		tr.second, tr.count = second, 0
	}
	if tr.count++; tr.count > tr.limit {
		tr.skipped++
		L.Push(passFn)
		return 2
	}
	oc := &openCall{of: tr, start: time.Now(), call: TracedCall{Skipped: tr.skipped, Where: tr.callerOf(L)}}
	tr.skipped = 0
	for i := 1; i <= L.GetTop()-1; i++ {
		oc.call.Args = append(oc.call.Args, tr.s.text(L.Get(i)))
	}
	tr.open[L] = append(tr.open[L], oc)
	L.Push(vm.Made(oc))
	return 2
}

// Call ends a traced call and hands its results on.
func (oc *openCall) Call(L *lua.LState) int {
	for i := 1; i <= L.GetTop(); i++ {
		oc.call.Results = append(oc.call.Results, oc.of.s.text(L.Get(i)))
	}
	oc.of.close(L, oc)
	return L.GetTop()
}

// passFn hands its arguments on.
var passFn = &lua.LFunction{IsG: true, GFunction: func(L *lua.LState) int { return L.GetTop() }}

// close reports a call, and before it those inside it that raised an error and so
// never came back.
func (tr *tracing) close(L *lua.LState, oc *openCall) {
	list := tr.open[L]
	for n := len(list); n > 0 && list[n-1] != oc; n = len(list) {
		tr.emit(list[n-1], "raised an error")
		list = list[:n-1]
	}
	if n := len(list); n > 0 {
		list = list[:n-1]
	}
	if len(list) == 0 {
		delete(tr.open, L)
	} else {
		tr.open[L] = list
	}
	tr.emit(oc, "")
}

func (tr *tracing) emit(oc *openCall, err string) {
	if !oc.ended {
		oc.ended = true
		oc.call.Took, oc.call.Err = time.Since(oc.start), err
		tr.report(oc.call)
	}
}

// failTraces reports the open calls of a task that ended with an error.
func (s *State) failTraces(th *lua.LState, message string) {
	for _, tr := range s.traces {
		for i := len(tr.open[th]) - 1; i >= 0; i-- {
			tr.emit(tr.open[th][i], message)
		}
		delete(tr.open, th)
	}
}

func (tr *tracing) callerOf(L *lua.LState) string {
	for level := 2; ; level++ {
		f, ok := frameAt(L, level)
		if !ok {
			return ""
		}
		if fn := f.fn(); !f.ours() {
			return fmt.Sprintf("%s:%d", fn.Proto.SourceName, f.line())
		}
	}
}

// text shows a value on one line.
func (s *State) text(v lua.LValue) string {
	if _, ok := v.(lua.LString); ok {
		return Short(v)
	}
	if t, ok := v.(*lua.LTable); ok {
		var parts []string
		for k, e, _ := vm.Next(t, lua.LNil); k != lua.LNil && len(parts) < 8; k, e, _ = vm.Next(t, k) {
			if _, nested := e.(*lua.LTable); nested {
				parts = append(parts, k.String()+"={...}")
			} else {
				parts = append(parts, k.String()+"="+s.text(e))
			}
		}
		return "{" + strings.Join(parts, ", ") + "}"
	}
	if fn, ok := v.(*lua.LFunction); ok {
		return s.describeFunction(fn)
	}
	return v.String()
}
