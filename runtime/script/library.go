package script

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	lua "github.com/yuin/gopher-lua"

	"hotshard/runtime/script/vm"
)

// Thousands of systems have the same words, so the Go functions behind them are
// made once and shared: they find the State they work for through the thread that
// calls. Tables are each State's own, since scripts may add to them.

// word is a Go function that scripts call. It must not hold on to anything of one
// State: it is told whose it is.
type word func(s *State, L *lua.LState) int

func (w word) lua() lua.LGFunction {
	return func(L *lua.LState) int { return w(From(L), L) }
}

// recipe says how to make a table that every State has.
type recipe struct {
	fields map[string]lua.LValue // of plain values, shared functions and, as marks to replace, shims
	tables map[string]*recipe
	self   string // the field that is the table itself
	meta   *recipe
	names  vm.Names
}

// library is all that every State starts with.
type library struct {
	globals *recipe
	words   map[string]*lua.LFunction // Go functions by name
	names   map[*lua.LFunction]string
}

// baseLibrary is made by installing everything in a State that runs nothing, and
// looking at what is there then.
var baseLibrary = sync.OnceValue(func() *library {
	_, l, err := vm.New()
	if err != nil {
		panic(err) // newState has checked
	}
	model := &State{l: l}
	model.m = adopt(l, model)
	b := &builder{l: l}
	b.openLibs()
	lib := &library{globals: newRecipe(l.G.Global), words: map[string]*lua.LFunction{}, names: map[*lua.LFunction]string{}}
	model.modules.results = b.loaded
	for _, e := range model.walkBuiltins() {
		if e.fn.IsG {
			lib.words[e.name], lib.names[e.fn] = e.fn, e.name
		}
	}
	return lib
})

// newRecipe describes a table as it is.
func newRecipe(t *lua.LTable) *recipe {
	r := &recipe{fields: map[string]lua.LValue{}, tables: map[string]*recipe{}}
	var keys []string
	t.ForEach(func(k, v lua.LValue) {
		key := string(k.(lua.LString))
		keys = append(keys, key)
		switch v := v.(type) {
		case *lua.LTable:
			if v == t {
				r.self = key
			} else {
				r.tables[key] = newRecipe(v)
			}
		default:
			r.fields[key] = v
		}
	})
	slices.Sort(keys) // pairs() over a library meets its words in this order
	r.names = vm.NamesOf(keys)
	if mt, ok := t.Metatable.(*lua.LTable); ok {
		r.meta = newRecipe(mt)
	}
	return r
}

// lay makes the table for a State whose globals are env; nil: it makes the globals.
func (r *recipe) lay(env *lua.LTable) *lua.LTable {
	t := &lua.LTable{Metatable: lua.LNil}
	if env == nil {
		env = t
	}
	fields := make(map[string]lua.LValue, r.names.Len())
	for key, v := range r.fields {
		if fn, ok := v.(*lua.LFunction); ok && !fn.IsG { // a script may give it another environment
			v = &lua.LFunction{Proto: fn.Proto, Env: env}
		}
		fields[key] = v
	}
	for key, sub := range r.tables {
		fields[key] = sub.lay(env)
	}
	if r.self != "" {
		fields[r.self] = t
	}
	vm.Fill(t, fields, r.names)
	if r.meta != nil {
		t.Metatable = r.meta.lay(env)
	}
	return t
}

// lay gives a new State its globals.
func (lib *library) lay(s *State) {
	globals := lib.globals.lay(nil)
	s.l.G.Global, s.l.Env = globals, globals
	s.modules.results = globals.RawGetString("package").(*lua.LTable).RawGetString("loaded").(*lua.LTable)
	meta := &lua.LTable{Metatable: lua.LNil} // of all texts
	vm.Fill(meta, map[string]lua.LValue{"__index": globals.RawGetString("string")}, indexName)
	s.l.SetMetatable(lua.LString(""), meta)
}

var indexName = vm.NamesOf([]string{"__index"})

// builder installs the library in the State that stands model for all.
type builder struct {
	l      *lua.LState
	loaded *lua.LTable
}

// set puts a word into a table, "" for the globals.
func (b *builder) set(table, name string, fn word) {
	vm.Set(b.table(table), lua.LString(name), b.l.NewFunction(fn.lua()))
}

// setYields is set for a word that parks.
func (b *builder) setYields(table, name string, fn word) {
	vm.Set(b.table(table), lua.LString(name), &lua.LFunction{Proto: shim(fn.lua()), Env: b.l.Env})
}

// table is a global table, made where it is not there yet.
func (b *builder) table(name string) *lua.LTable {
	if name == "" {
		return b.l.G.Global
	}
	t, ok := b.l.GetGlobal(name).(*lua.LTable)
	if !ok {
		t = b.l.CreateTable(0, 4)
		vm.Set(b.l.G.Global, lua.LString(name), t)
	}
	return t
}

// Words are tables of Go functions made ready to be installed in any number of
// States. The functions find theirs with From and Host. The zero value has none.
type Words struct {
	tables []wordTable
	live   map[string]*lua.LFunction // by full name; of functions that are shared
	staged map[string]*lua.LFunction // the same in a State that stages a reload
	names  map[*lua.LFunction]string
}

type wordTable struct {
	name  string
	names vm.Names
	words []boundWord
}

type boundWord struct {
	name         string
	live, staged *lua.LFunction // one that is no Go function is a shim: each State has its own
}

// Add makes a table's functions. Every Func needs an entry in fns; a missing one is
// an error of the program, so it panics. In a State that stages a reload, Effect
// functions refuse and Yields functions cannot wait.
func (w *Words) Add(t Table, fns map[string]lua.LGFunction) {
	if w.names == nil {
		w.live, w.staged, w.names = map[string]*lua.LFunction{}, map[string]*lua.LFunction{}, map[*lua.LFunction]string{}
	}
	table := wordTable{name: t.Name, words: make([]boundWord, len(t.Funcs))}
	var keys []string
	for i, f := range t.Funcs {
		fn := fns[f.Name]
		if fn == nil {
			panic(fmt.Sprintf("script: %s.%s is declared and has no Go function", t.Name, f.Name))
		}
		table.words[i] = w.bind(f, strings.TrimPrefix(t.Name+"."+f.Name, "."), fn)
		keys = append(keys, f.Name)
	}
	table.names = vm.NamesOf(keys)
	w.tables = append(w.tables, table)
}

// bind puts the checks that a Func asks for before its Go function.
func (w *Words) bind(f Func, full string, fn lua.LGFunction) boundWord {
	checked := fn
	if f.Effect {
		checked = func(L *lua.LState) int {
			s := From(L)
			s.forbid(L, full)
			s.boundEffect(L, full)
			return fn(L)
		}
	}
	b := boundWord{name: f.Name, live: &lua.LFunction{IsG: true, GFunction: checked}}
	if f.Yields {
		b.live = &lua.LFunction{Proto: shim(checked)}
	}
	b.staged = b.live
	if f.Effect {
		b.staged = &lua.LFunction{IsG: true, GFunction: func(L *lua.LState) int { return From(L).stagedEffect(L, full) }}
	}
	for _, variant := range []struct {
		fn    *lua.LFunction
		index map[string]*lua.LFunction
	}{{b.live, w.live}, {b.staged, w.staged}} {
		if variant.fn.IsG {
			variant.index[full], w.names[variant.fn] = variant.fn, full
		}
	}
	return b
}

// Install gives the State the tables. host is what Host answers to their
// functions.
func (s *State) Install(w *Words, host any) {
	s.host = host
	s.words = append(s.words, w)
	for i := range w.tables {
		s.installTable(&w.tables[i])
	}
}

func (s *State) installTable(t *wordTable) {
	fields := make(map[string]lua.LValue, len(t.words))
	for _, b := range t.words {
		fn := b.live
		if s.stage != nil {
			fn = b.staged
		}
		if !fn.IsG {
			fn = &lua.LFunction{Proto: fn.Proto, Env: s.l.Env}
		}
		fields[b.name] = fn
	}
	into := s.l.G.Global
	if t.name != "" {
		var ok bool
		if into, ok = s.l.GetGlobal(t.name).(*lua.LTable); !ok {
			into = &lua.LTable{Metatable: lua.LNil}
			vm.Fill(into, fields, t.names)
			vm.Set(s.l.G.Global, lua.LString(t.name), into)
			return
		}
	}
	for _, b := range t.words {
		vm.Set(into, lua.LString(b.name), fields[b.name])
	}
}

// Host is what was given to Install, for the functions that run on L.
func Host(L *lua.LState) any { return From(L).host }

// Bind installs a table in this State alone.
func (s *State) Bind(t Table, fns map[string]lua.LGFunction) {
	w := &Words{}
	w.Add(t, fns)
	s.Install(w, s.host)
}

// BuiltinName is a function's name, "" for one that scripts did not find at the
// start.
func (s *State) BuiltinName(fn *lua.LFunction) string {
	if name, ok := baseLibrary().names[fn]; ok {
		return name
	}
	for _, w := range s.words {
		if name, ok := w.names[fn]; ok {
			return name
		}
	}
	return s.builtins.name(fn)
}

// Builtin is the State's function of that name, or nil.
func (s *State) Builtin(name string) *lua.LFunction {
	if fn := baseLibrary().words[name]; fn != nil {
		return fn
	}
	for _, w := range s.words {
		index := w.live
		if s.stage != nil {
			index = w.staged
		}
		if fn := index[name]; fn != nil {
			return fn
		}
	}
	return s.builtins.function(name)
}
