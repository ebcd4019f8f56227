package script

import (
	"errors"
	"fmt"
	"sort"

	lua "github.com/yuin/gopher-lua"

	"hotshard/runtime/script/code"
	"hotshard/runtime/script/vm"
	"hotshard/runtime/world"
)

// consoleName is the source name of operators' code.
const consoleName = "console"

// EvalOptions say how an operator's code runs.
type EvalOptions struct {
	Code     string
	Author   string
	ReadOnly bool              // it may look and not touch
	Depth    int               // levels of tables in the result; 0: 4
	Print    func(line string) // gets what the code prints; nil: the log does
}

// Eval runs a piece of Lua as a task, as the operator's console does. An
// expression may be given without return. done, if not nil, gets the returned values; what
// has no plain form comes as a text that says what it is.
func (s *State) Eval(code, author string, done func([]world.Value, error)) {
	s.EvalWith(EvalOptions{Code: code, Author: author}, done)
}

// EvalWith is Eval with options.
func (s *State) EvalWith(o EvalOptions, done func([]world.Value, error)) {
	fn, err := s.compile("return "+o.Code, consoleName)
	if err != nil {
		if fn, err = s.compile(o.Code, consoleName); err != nil {
			if done != nil {
				done(nil, code.SyntaxRefusal("console", err))
			}
			return
		}
	}
	fn.Env = s.consoleEnv()
	t := s.task()
	t.fn, t.origin = fn, "console "+o.Author
	t.tried = true // the operator is told, the log need not be
	t.print = o.Print
	if o.ReadOnly {
		t.readonly = newReadOnly()
	}
	depth := o.Depth
	if depth == 0 {
		depth = 4
	}
	t.done = consoleEnd(func(values []lua.LValue, err error) {
		if done == nil {
			return
		}
		if err != nil {
			done(nil, wholeRefusal(err))
			return
		}
		out := make([]world.Value, 0, len(values))
		for _, v := range values {
			out = append(out, s.Describe(v, depth))
		}
		done(out, nil)
	})
	s.resume(t)
	s.Did(Deed{Kind: DeedEval, Texts: []string{o.Code, o.Author}, Look: o.ReadOnly})
}

// consoleEnv is what operators' code sees: the globals and, by their names, the
// loaded modules.
func (s *State) consoleEnv() *lua.LTable {
	if s.console != nil {
		return s.console
	}
	global := s.l.G.Global
	mt := s.l.CreateTable(0, 2)
	vm.Set(mt, lua.LString("__index"), s.l.NewFunction(func(L *lua.LState) int {
		name := L.Get(2)
		if v := vm.Get(global, name); v != lua.LNil {
			L.Push(v)
		} else if v := vm.Get(s.modules.results, name); v != lua.LNil {
			L.Push(v)
		} else {
			L.Push(vm.Index(L, global, name))
		}
		return 1
	}))

	vm.Set(mt, lua.LString("__newindex"), s.l.NewFunction(func(L *lua.LState) int {
		s.forbid(L, "setting a global")
		vm.SetIndex(L, global, L.Get(2), L.Get(3))
		return 0
	}))

	s.console = s.l.CreateTable(0, 0)
	s.console.Metatable = mt
	return s.console
}

// maxDescribed bounds how many entries of one table are shown.
const maxDescribed = 200

// Describe turns any Lua value into a plain one that a person can read: tables to
// a depth, functions, handles and what cannot be shown as text.
func (s *State) Describe(v lua.LValue, depth int) world.Value {
	return s.describe(v, depth, map[*lua.LTable]bool{})
}

func (s *State) describe(v lua.LValue, depth int, above map[*lua.LTable]bool) world.Value {
	switch v := v.(type) {
	case *lua.LTable:
		if above[v] {
			return "<itself>"
		}
		if depth <= 0 {
			return fmt.Sprintf("<table of %d>", countEntries(v))
		}
		above[v] = true
		defer delete(above, v)
		return s.describeTable(v, depth, above)
	case *lua.LFunction:
		return s.describeFunction(v)
	case *lua.LUserData:
		return fmt.Sprintf("<%s>", handleKind(v))
	case *lua.LState:
		return "<coroutine " + s.l.Status(v) + ">"
	}
	if plain, err := ToValue(v); err == nil {
		return plain
	}
	return v.String()
}

func countEntries(t *lua.LTable) int {
	n := 0
	t.ForEach(func(_, _ lua.LValue) { n++ })
	return n
}

func (s *State) describeTable(t *lua.LTable, depth int, above map[*lua.LTable]bool) world.Value {
	n := countEntries(t)
	if n > 0 && n == vm.Len(t) {
		list := make([]world.Value, 0, min(n, maxDescribed))
		for i := 1; i <= n && i <= maxDescribed; i++ {
			list = append(list, s.describe(vm.GetInt(t, i), depth-1, above))
		}
		if n > maxDescribed {
			list = append(list, fmt.Sprintf("<%d more>", n-maxDescribed))
		}
		return list
	}
	type entry struct {
		key string
		v   lua.LValue
	}
	entries := make([]entry, 0, n)
	t.ForEach(func(k, v lua.LValue) {
		key := k.String()
		switch k := k.(type) {
		case *lua.LFunction:
			key = s.describeFunction(k)
		case *lua.LTable:
			key = fmt.Sprintf("<table of %d>", countEntries(k))
		}
		entries = append(entries, entry{key, v})
	})
	sort.Slice(entries, func(i, j int) bool { return entries[i].key < entries[j].key })
	out := make(map[string]world.Value, min(n, maxDescribed))
	for i, e := range entries {
		if i >= maxDescribed {
			out["..."] = fmt.Sprintf("<%d more>", n-maxDescribed)
			break
		}
		out[e.key] = s.describe(e.v, depth-1, above)
	}
	return out
}

func (s *State) describeFunction(fn *lua.LFunction) string {
	if fn.IsG {
		if name := s.BuiltinName(fn); name != "" {
			return "<function " + name + ">"
		}
		return "<function of the core>"
	}
	if sl := s.slots.Of(fn); sl != nil {
		return fmt.Sprintf("<function %s %s:%d>", sl.Function.Decl.Name, sl.Function.Decl.Proto.SourceName, sl.Function.Decl.Line)
	}
	return fmt.Sprintf("<function %s:%d>", fn.Proto.SourceName, fn.Proto.LineDefined)
}

func handleKind(ud *lua.LUserData) string {
	switch v := ud.Value.(type) {
	case *Registration:
		return v.Kind.String()
	case *Task:
		return "task " + v.origin
	}
	return "handle"
}

// Run runs a chunk as a task and tells done how it ended.
func (s *State) Run(src, name string, done func(error)) {
	fn, err := s.compile(src, name)
	if err != nil {
		done(code.SyntaxRefusal(name, err))
		return
	}
	s.run(fn, name, "", endFunc(func(_ []lua.LValue, err error) { done(wholeRefusal(err)) }))
}

// wholeRefusal takes a Refusal that was thrown through Lua out of its wrapping.
func wholeRefusal(err error) error {
	var api *lua.ApiError
	if errors.As(err, &api) {
		if ud, ok := api.Object.(*lua.LUserData); ok {
			if r, ok := ud.Value.(*code.Refusal); ok {
				return r
			}
		}
	}
	return err
}

// Carry gives a State a release whose only difference from its own are files that it
// has not loaded: whoever requires one gets the new content. Where one has been
// loaded, the error is an R-STALE and nothing has changed.
func (s *State) Carry(r *code.Release) error {
	for _, m := range s.modules.order {
		if f := r.Files[m.File.Path]; f == nil || f.Hash != m.File.Hash {
			return &code.Refusal{Code: code.RStale, Subject: m.Name, File: m.File.Path, Message: "has been loaded meanwhile"}
		}
	}
	s.release = r
	s.Did(Deed{Kind: DeedCarry, Release: r})
	return nil
}

// Relabel gives a State that runs the same files another release number.
func (s *State) Relabel(r *code.Release) {
	if r.Hash == s.release.Hash && r != s.release {
		s.release = r
		s.Did(Deed{Kind: DeedRelabel, Release: r})
	}
}

// Short shows a value in a warning.
func Short(v lua.LValue) string {
	switch v := v.(type) {
	case lua.LString:
		if len(v) > 40 {
			v = v[:40] + "..."
		}
		return fmt.Sprintf("%q", string(v))
	case *lua.LTable:
		n := 0
		v.ForEach(func(_, _ lua.LValue) { n++ })
		return fmt.Sprintf("table of %d", n)
	case *lua.LFunction:
		return "function"
	}
	return v.String()
}
