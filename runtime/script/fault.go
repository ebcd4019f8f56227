package script

import (
	"errors"
	"fmt"
	"strings"

	lua "github.com/yuin/gopher-lua"

	"hotshard/runtime/script/code"
)

// traceEntry is one frame of a Lua stack at the moment of an error.
type traceEntry struct {
	name  string // "combat.damage", "[Go]"
	place string // "combat.lua@1f3a9c:12"
	mod   string
	old   int // the release whose code it runs, where that is an earlier one
}

// panicWithTrace is what a task's thread does with an error that no pcall
// catches: it notes the stack, which gopher-lua unwinds before we see the error.
func (s *State) panicWithTrace(L *lua.LState) {
	s.failed(L)
	s.trace = s.traceback(L)
	panic(&lua.ApiError{Type: lua.ApiErrorRun, Object: L.Get(-1)})
}

func (s *State) traceback(L *lua.LState) []traceEntry {
	var out []traceEntry
	for _, f := range frames(L) {
		fn := f.fn()
		if f.ours() || s.gaugedFrame(fn) {
			continue
		}
		out = append(out, s.entryOf(fn, f.line()))
	}
	return out
}

// entryOf says what a function that stands at a line is called.
func (s *State) entryOf(fn *lua.LFunction, line int) traceEntry {
	e := traceEntry{name: "?", place: fmt.Sprintf("%s:%d", fn.Proto.SourceName, line)}
	if sl := s.slots.Of(fn); sl != nil {
		e.name, e.mod = sl.Function.Decl.Name, sl.Function.Module.Name
	} else if fz := s.slots.frozen[fn.Proto]; fz != nil {
		e.name, e.mod, e.old = fz.Function.Decl.Name, fz.Function.Module.Name, fz.Release
	} else {
		e.mod = code.ModuleName(strings.SplitN(fn.Proto.SourceName, "@", 2)[0])
		if fn.Proto.LineDefined == 0 {
			e.name = "top level of " + e.mod
		}
	}
	return e
}

func formatTrace(trace []traceEntry) string {
	var b strings.Builder
	for i, e := range trace {
		if i == 20 {
			fmt.Fprintf(&b, "\n\t... %d more", len(trace)-i)
			break
		}
		if i > 0 {
			b.WriteByte('\n')
		}
		fmt.Fprintf(&b, "\t%s in %s", e.place, e.name)
	}
	return b.String()
}

func (s *State) fault(t *Task, err error) Fault {
	f := Fault{System: s.opts.Name, Origin: t.origin, Player: t.player, Release: s.release.Number, Message: ErrorText(err), Spent: s.meter.spent != ""}
	if len(s.trace) > 0 {
		f.Traceback = formatTrace(s.trace)
		f.Place, f.Module, f.Function = s.trace[0].place, s.trace[0].mod, s.trace[0].name
		f.began = s.trace[len(s.trace)-1].mod
		for _, e := range s.trace {
			f.Functions = append(f.Functions, e.name)
			f.Old = append(f.Old, e.old)
		}
	}
	f.Called = s.gaugedCalls(t)
	s.trace = nil
	return f
}

// ErrorText is what an error of a script says to a person.
func ErrorText(err error) string {
	var api *lua.ApiError
	if errors.As(err, &api) {
		return errorText(api.Object)
	}
	return err.Error()
}

// errorText is what an error value says to a person.
func errorText(v lua.LValue) string {
	switch v := v.(type) {
	case *lua.LTable:
		if m, ok := v.RawGetString("message").(lua.LString); ok {
			return string(m)
		}
		return "error value is a table without a message field"
	case *lua.LUserData:
		if r, ok := v.Value.(*code.Refusal); ok {
			return r.Error()
		}
	case *lua.LNilType:
		return "error called with nil"
	}
	return v.String()
}

// scriptRefusal turns error{code=, message=} into a CommandError.
func scriptRefusal(err error) *CommandError {
	var api *lua.ApiError
	var refused *CommandError
	switch {
	case errors.As(err, &refused):
		return refused
	case !errors.As(err, &api):
		return nil
	}
	t, ok := api.Object.(*lua.LTable)
	if !ok {
		return nil
	}
	code, ok1 := t.RawGetString("code").(lua.LString)
	msg, ok2 := t.RawGetString("message").(lua.LString)
	if !ok1 || !ok2 {
		return nil
	}
	return &CommandError{Code: string(code), Message: string(msg)}
}

func isRefusalByScript(err error) bool { return scriptRefusal(err) != nil }

// yieldable says whether the running task can stop here: a pcall, a metamethod or a
// callback of sort and gsub runs in a Go function, which cannot be left and come back
// to.
func (s *State) yieldable(L *lua.LState, why string) error {
	if !s.m.Yieldable(L) {
		return fmt.Errorf("%s inside pcall, a metamethod or a sort or gsub callback: a task cannot wait there; use task.try(fn, ...) in place of pcall, or wait outside", why)
	}
	return nil
}
