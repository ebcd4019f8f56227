package script

import (
	"fmt"
	"slices"
	"sort"
	"strings"
	"sync"
	"unique"

	lua "github.com/yuin/gopher-lua"

	"hotshard/runtime/script/arg"
	"hotshard/runtime/script/code"
	"hotshard/runtime/script/vm"
)

// Func describes one function that scripts can call. Sig is its Lua signature,
// "orbit(ship: integer, target: integer, range: number): boolean", from which the
// editor stubs and API.md are made.
type Func struct {
	Name, Sig, Doc string
	Effect         bool // changes the world: refused at the top level of a file that is being reloaded
	Yields         bool // may park the task
}

// Field describes a value in a table.
type Field struct{ Name, Type, Doc string }

// Table describes one Lua table of functions; the empty name means globals.
type Table struct {
	Name, Doc string
	Funcs     []Func
	Fields    []Field
}

// stagedEffect answers a world-changing call while a reload is staged: in a file
// that is being reloaded it is a refusal, in one that is only run again to give
// its neighbours their dependencies it does nothing.
func (s *State) stagedEffect(L *lua.LState, name string) int {
	if m := s.atTopLevel(); m != nil && s.stage.Changed(m) {
		line := callerLine(L)
		r := &code.Refusal{Code: code.REffect, Subject: code.FileLine(m.File.Path, line), File: m.File.Path, Line: line,
			Message: name + "() at top level would run again at every reload. Put it in reload.first(function() ... end)"}
		s.stage.Refuse(r)
		Raise(L, r)
	}
	return 0
}

func callerLine(L *lua.LState) int {
	for _, f := range frames(L) {
		if !f.ours() {
			return f.line()
		}
	}
	return 0
}

// shim wraps a function that parks, so that a failed wait becomes a Lua error at
// the place of the call: `return CHECK(FN(...))`. The code is compiled once; each
// wrapper has its own constants.
func shim(fn lua.LGFunction) *lua.FunctionProto {
	p := *shimProto()
	p.Constants = slices.Clone(p.Constants)
	for i, k := range p.Constants {
		if k == lua.LString(shimMark) {
			p.Constants[i] = &lua.LFunction{IsG: true, GFunction: func(L *lua.LState) int {
				defer blameCaller(L)
				return fn(L)
			}}
		}
	}
	return &p
}

// blameCaller turns the place of an error that fn raised from the shim's own code
// into that of the script's call.
func blameCaller(L *lua.LState) {
	v := recover()
	if v == nil {
		return
	}
	if api, ok := v.(*lua.ApiError); ok {
		if text, ok := api.Object.(lua.LString); ok && strings.HasPrefix(string(text), shimPlace) {
			if f, ok := frameAt(L, 2); ok && f.line() > 0 {
				api.Object = lua.LString(fmt.Sprintf("%s:%d: ", f.fn().Proto.SourceName, f.line())) + text[len(shimPlace):]
			}
		}
	}
	panic(v)
}

const (
	shimName  = "wait" // no script is called so: theirs have a version
	shimPlace = shimName + ":1: "
)

const shimMark = "\x00fn"

var shimProto = sync.OnceValue(func() *lua.FunctionProto {
	p, err := compileWith(shimName, `return ("\000check")(("\000fn")(...))`, map[string]lua.LValue{"\x00check": checkFailFn})
	if err != nil {
		panic(err) // the source is ours and constant
	}
	return p
})

var checkFailFn = &lua.LFunction{IsG: true, GFunction: func(L *lua.LState) int {
	defer blameCaller(L)
	n := L.GetTop()
	if n == 3 && L.Get(3) == lua.LValue(failMark) {
		L.RaiseError("%s", L.Get(2).String())
	}
	return n
}}

// trampoline compiles `return F()(...)` with the value f in F's place.
func trampoline(name string, f lua.LValue) (*lua.FunctionProto, error) {
	return compileWith(name, `return ("\000f")()(...)`, map[string]lua.LValue{"\x00f": f})
}

// compileWith compiles a source of ours and puts values in place of its marked
// string constants, which no Lua source could name.
func compileWith(name, src string, marks map[string]lua.LValue) (*lua.FunctionProto, error) {
	p, err := code.CompileText(src, name)
	if err != nil {
		return nil, err
	}
	for i, k := range p.Constants {
		if str, ok := k.(lua.LString); ok {
			if v, ok := marks[string(str)]; ok {
				p.Constants[i] = v
			}
		}
	}
	return p, nil
}

// openLibs gives scripts a plain Lua 5.1 without files, processes, debug or
// package loaders, with bounds where a library call could run or grow without end.
func (b *builder) openLibs() {
	b.openStandard()
	b.openLanguage()
	b.openLoad()
	b.openPackage()
	b.openCoroutine()
	b.openTasks()
	b.openRegistry()
	b.openReload()
	b.openSetmetatable()
	b.openSetfenv()
	b.noteLoads()
	b.guardWriters()
}

// openCoroutine keeps track of the scripts' own coroutines, whose suspended
// frames a reload has to pin.
func (b *builder) openCoroutine() {
	create := func(s *State, L *lua.LState) *lua.LState {
		fn, ok := L.Get(1).(*lua.LFunction)
		if !ok || fn.IsG {
			arg.Bad(L, 1, "Lua function expected")
		}
		co := vm.Create(L, fn)
		s.threads.add(co)
		return co
	}
	b.set("coroutine", "create", func(s *State, L *lua.LState) int { L.Push(create(s, L)); return 1 })
	b.set("coroutine", "wrap", func(s *State, L *lua.LState) int { L.Push(vm.Wrapped(create(s, L))); return 1 })
	for name, fn := range map[string]lua.LGFunction{"resume": vm.CoResume, "yield": vm.CoYield, "status": vm.CoStatus, "running": vm.CoRunning} {
		b.set("coroutine", name, func(_ *State, L *lua.LState) int { return fn(L) })
	}
}

// openLanguage installs the words that the interpreter itself knows.
func (b *builder) openLanguage() {
	for name, fn := range map[string]lua.LGFunction{"pcall": vm.Pcall, "xpcall": vm.Xpcall, "error": vm.Error, "pairs": vm.Pairs, "ipairs": vm.Ipairs} {
		b.set("", name, func(_ *State, L *lua.LState) int { return fn(L) })
	}
	global := b.table("")
	vm.Set(global, lua.LString("next"), vm.NextFn)
	vm.Set(global, lua.LString("_G"), global)
	vm.Set(global, lua.LString("_VERSION"), lua.LString("Lua 5.1"))
}

var (
	refuseGlobal = &lua.LFunction{IsG: true, GFunction: func(L *lua.LState) int {
		if name, ok := L.Get(2).(lua.LString); ok {
			L.RaiseError("assignment to the global %s; declare it local, or make it a field of the module", string(name))
		}
		vm.Set(arg.Table(L, 1), L.Get(2), L.Get(3))
		return 0
	}}
	refuseName = &lua.LFunction{IsG: true, GFunction: func(L *lua.LState) int {
		if name, ok := L.Get(2).(lua.LString); ok {
			L.RaiseError("there is no global %s; a local or a require is missing, or the name is misspelt", string(name))
		}
		return 0
	}}
)

// builtinTable names the functions that scripts find at the start and that are the
// State's own, sorted by name: by it two States' functions can be compared. Those
// that all States share are in their library. See builtinName.
type builtinTable []builtin

type builtin struct {
	name string
	fn   *lua.LFunction
}

// name is a function's name, "" for one that is no builtin.
func (b builtinTable) name(fn *lua.LFunction) string {
	for i := range b {
		if b[i].fn == fn {
			return b[i].name
		}
	}
	return ""
}

// function is the builtin of that name, or nil.
func (b builtinTable) function(name string) *lua.LFunction {
	if i, ok := slices.BinarySearchFunc(b, name, func(e builtin, name string) int { return strings.Compare(e.name, name) }); ok {
		return b[i].fn
	}
	return nil
}

// nameBuiltins names what is there before the first script runs.
func (s *State) nameBuiltins() {
	s.builtins = slices.Clip(slices.DeleteFunc(s.walkBuiltins(), func(b builtin) bool { return s.BuiltinName(b.fn) != "" }))
}

// walkBuiltins lists the functions that the globals lead to, by name.
func (s *State) walkBuiltins() builtinTable {
	var out builtinTable
	seen := map[*lua.LFunction]bool{}
	var walk func(prefix string, t *lua.LTable, depth int)
	walk = func(prefix string, t *lua.LTable, depth int) {
		var keys []string
		t.ForEach(func(k, v lua.LValue) {
			if name, ok := k.(lua.LString); ok {
				keys = append(keys, string(name))
			}
		})
		sort.Strings(keys) // a function with two names gets the same one everywhere
		for _, k := range keys {
			switch v := t.RawGetString(k).(type) {
			case *lua.LFunction:
				if !seen[v] {
					seen[v] = true
					out = append(out, builtin{unique.Make(prefix + k).Value(), v})
				}
			case *lua.LTable:
				if v != s.l.G.Global && v != s.modules.results && depth < 3 {
					walk(prefix+k+".", v, depth+1)
				}
			}
		}
	}
	walk("", s.l.G.Global, 0)
	slices.SortFunc(out, func(a, b builtin) int { return strings.Compare(a.name, b.name) })
	return out
}
