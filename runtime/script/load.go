package script

import (
	"errors"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"regexp"
	"slices"
	"strconv"
	"strings"

	lua "github.com/yuin/gopher-lua"

	"hotshard/runtime/script/arg"
	"hotshard/runtime/script/vm"
)

// module is one loaded file in one State.
type module struct {
	name   string
	file   *File
	unit   *unit
	seq    int
	result lua.LValue
	fns    []*function // by decl id; nil where a decl is a capture
	vars   []*variable // by varDecl id; nil until somebody needs it
	regs   []*registration
	rng    *rand.Rand // of its top level; nil until that asks for a random number
	nreg   int
	done   bool
	needs  []string // modules that its top level requires
	unsure []migrationCall

	orphans   map[string]*variable // of locals that the source no longer has
	graveyard map[string]*function // of functions that the source no longer has
}

// function is one declaration through all its versions in one State.
type function struct {
	mod  *module
	decl *decl
	slot *slot // what new closures use
	gone int   // changes of the file since the function left it
}

// variable is one local through all its versions in one State. A variable of a
// file's top level has one cell; others have one in each closure.
type variable struct {
	decl *varDecl
	cell *lua.Upvalue
	gone int // changes of the file since the variable left it
}

func (m *module) variable(v *varDecl) *variable {
	for len(m.vars) <= v.id {
		m.vars = append(m.vars, nil)
	}
	if m.vars[v.id] == nil {
		m.vars[v.id] = &variable{decl: v}
	}
	return m.vars[v.id]
}

func (m *module) layout(d *decl) []*variable {
	if len(d.upvals) == 0 {
		return nil
	}
	out := make([]*variable, len(d.upvals))
	for i, v := range d.upvals {
		out[i] = m.variable(v)
	}
	return out
}

// instantiate gives the State its own slots for a unit's functions and returns
// the prototype of the file itself. Code and constants stay shared.
func (s *State) instantiate(m *module) *lua.FunctionProto {
	main := s.instantiateInto(m)
	for _, f := range m.fns {
		if f != nil {
			s.slots.add(f.slot)
		}
	}
	return main
}

// instantiateInto makes the slots without installing them.
func (s *State) instantiateInto(m *module) *lua.FunctionProto {
	u := m.unit
	m.fns = make([]*function, len(u.decls))
	protos := make([]*lua.FunctionProto, len(u.decls))
	for i := len(u.decls) - 1; i >= 0; i-- {
		d := u.decls[i]
		if d.capture {
			protos[i] = d.proto
			continue
		}
		protos[i] = cloneProto(d, protos)
		if i == 0 {
			continue
		}
		f := &function{mod: m, decl: d}
		f.slot = &slot{proto: protos[i], fn: f, layout: m.layout(d)}
		m.fns[i] = f
	}
	return protos[0]
}

// cloneProto copies a prototype's header; protos holds the nested ones by id.
func cloneProto(d *decl, protos []*lua.FunctionProto) *lua.FunctionProto {
	p := *d.proto
	if len(d.children) > 0 {
		p.FunctionPrototypes = make([]*lua.FunctionProto, len(d.children))
		for i, c := range d.children {
			p.FunctionPrototypes[i] = protos[c.id]
		}
	}
	return &p
}

// captured takes the closure that injectCapture put at the end of a scope.
func (s *State) captured(fn *lua.LFunction) {
	if len(s.loading) == 0 {
		return
	}
	m := s.loading[len(s.loading)-1]
	for _, d := range m.unit.decls[0].children {
		if d.capture && d.proto == fn.Proto {
			for i, v := range d.upvals {
				if v.module {
					m.variable(v).cell = fn.Upvalues[i]
				}
			}
			return
		}
	}
}

// atTopLevel is the module whose top level is running, or nil.
func (s *State) atTopLevel() *module {
	if n := len(s.loading); n > 0 {
		return s.loading[n-1]
	}
	return nil
}

func (b *builder) openPackage() {
	b.loaded = b.l.CreateTable(0, 4)
	b.table("package").RawSetString("loaded", b.loaded)
	b.set("", "require", func(s *State, L *lua.LState) int {
		L.Push(s.require(L, arg.Text(L, 1)))
		return 1
	})
}

// require returns a module's result, loading it first if need be. It raises Lua
// errors on L.
func (s *State) require(L *lua.LState, name string) lua.LValue {
	if m := s.atTopLevel(); m != nil && !slices.Contains(m.needs, name) {
		m.needs = append(m.needs, name)
	}
	if v := s.loaded.RawGetString(name); v != lua.LNil {
		return v
	}
	s.forbid(L, "loading a module")
	if m := s.modules[name]; m != nil {
		L.RaiseError("loop: %s is required while it is being loaded; require it inside the function that needs it", name)
	}
	file := s.release.Files[ModulePath(name)]
	if file == nil {
		L.RaiseError("module %s not found: there is no %s below the script root", name, ModulePath(name))
	}
	u, refusal := file.compiled()
	if refusal != nil {
		s.raise(L, refusal)
	}
	return s.load(L, name, file, u)
}

func (s *State) load(L *lua.LState, name string, file *File, u *unit) lua.LValue {
	m := &module{name: name, file: file, unit: u, seq: len(s.order)}
	if len(s.loading) == 0 {
		s.roots = append(s.roots, name)
	}
	s.modules[name] = m
	s.code++
	s.order = append(s.order, m)
	s.loading = append(s.loading, m)
	depth := len(s.loading)
	ok := false
	defer func() { // also on the panic that a Lua error is
		s.loading = s.loading[:depth-1]
		if !ok {
			s.unloadFailed(m)
		}
	}()
	proto := s.instantiate(m)
	L.Push(L.NewFunctionFromProto(proto))
	L.Push(lua.LString(name))
	L.Call(1, 1)
	m.result = L.Get(-1)
	L.Pop(1)
	if spent := s.meter.spent; spent != "" && s.depth > 0 { // a pcall in it has swallowed the error
		L.RaiseError("%s", spent)
	}
	if m.result != lua.LNil {
		s.loaded.RawSetString(name, m.result)
	} else if m.result = s.loaded.RawGetString(name); m.result == lua.LNil {
		m.result = lua.LTrue
		s.loaded.RawSetString(name, lua.LTrue)
	}
	for _, call := range m.unsure {
		if r := m.namesNothing(call); r != nil {
			s.raise(L, r)
		}
	}
	m.done, ok = true, true
	if s.stage == nil {
		s.shareFieldNames(m)
	}
	return m.result
}

// shareFieldNames gives the tables that the top level made, a module's functions above
// all, the names that the file's code has.
func (s *State) shareFieldNames(m *module) {
	known := m.unit.fieldNames()
	seen := map[*lua.LTable]bool{s.l.G.Global: true}
	other := func(_, v lua.LValue) {
		if t, ok := v.(*lua.LTable); ok && v != m.result {
			seen[t] = true
		}
	}
	s.l.G.Global.ForEach(other) // libraries
	s.loaded.ForEach(other)     // modules
	var visit func(v lua.LValue)
	visit = func(v lua.LValue) {
		t, ok := v.(*lua.LTable)
		if !ok || seen[t] {
			return
		}
		seen[t] = true
		vm.ShareNames(t, known)
		t.ForEach(func(_, v lua.LValue) { visit(v) })
	}
	visit(m.result)
	for _, v := range m.vars {
		if v != nil && v.cell != nil {
			visit(v.cell.Value())
		}
	}
}

// unloadFailed forgets a module whose top level failed, and of those that were loaded
// meanwhile the ones that have required it: in a cycle they hold half a module, which
// the next try would not mend.
func (s *State) unloadFailed(m *module) {
	gone := []*module{m}
	for i := 0; i < len(gone); i++ {
		for _, o := range s.order {
			if o.seq > m.seq && slices.Contains(o.needs, gone[i].name) && !slices.Contains(gone, o) {
				gone = append(gone, o)
			}
		}
	}
	for _, o := range gone {
		s.unload(o)
	}
}

// unload forgets a module.
func (s *State) unload(m *module) {
	s.code++
	delete(s.modules, m.name)
	s.loaded.RawSetString(m.name, lua.LNil)
	for i, o := range s.order {
		if o == m {
			s.order = append(s.order[:i:i], s.order[i+1:]...)
			break
		}
	}
	for i, r := range s.roots {
		if r == m.name {
			s.roots = append(s.roots[:i:i], s.roots[i+1:]...)
			break
		}
	}
	for _, r := range m.regs {
		s.drop(r)
	}
	for _, f := range m.fns {
		if f != nil {
			s.slots.remove(f.slot)
		}
	}
}

// protectedRequire is require from Go.
func (s *State) protectedRequire(name string) *Refusal {
	s.trace, s.traceOf = nil, nil
	err := protectedCall(s.l, s.l.NewFunction(func(L *lua.LState) int { s.require(L, name); return 0 }), 0)
	if err == nil {
		return nil
	}
	return s.loadRefusal(name, err)
}

// loadRefusal names the file and line at which a top level failed.
func (s *State) loadRefusal(name string, err error) *Refusal {
	var api *lua.ApiError
	if !errors.As(err, &api) {
		return &Refusal{Code: "R-LOAD", Subject: name, File: ModulePath(name), Message: err.Error()}
	}
	if ud, ok := api.Object.(*lua.LUserData); ok {
		if r, ok := ud.Value.(*Refusal); ok {
			return r
		}
	}
	text := errorText(api.Object)
	r := &Refusal{Code: "R-LOAD", Subject: name, File: ModulePath(name), Trace: api.StackTrace}
	if strings.Contains(text, "budget: ") {
		r.Code = "R-BUDGET"
	}
	r.File, r.Line, r.Message = splitPlace(r.File, text)
	if at := tracePlace.FindStringSubmatch(api.StackTrace); r.Line == 0 && at != nil {
		r.File = at[1]
		r.Line, _ = strconv.Atoi(at[2])
	}
	if r.Line > 0 {
		r.Subject = fileLine(r.File, r.Line)
	}
	if strings.HasPrefix(r.Message, "module ") && strings.Contains(r.Message, " not found: ") {
		r.Subject = ModuleName(r.File) // it is about who asked, not about a line
	}
	return r
}

// tracePlace finds the innermost place of a file in gopher-lua's own traceback,
// for errors that have none in their text: an overflow of the stack.
var tracePlace = regexp.MustCompile(`\t([^\s@:]+)@[0-9a-f]*:(\d+):`)

// splitPlace takes "m.lua@1a2b3c:12: text" apart.
func splitPlace(file, text string) (path string, line int, message string) {
	head, rest, ok := strings.Cut(text, ": ")
	at := strings.LastIndexByte(head, ':')
	if !ok || at < 0 {
		return file, 0, text
	}
	if _, err := fmt.Sscanf(head[at+1:], "%d", &line); err != nil {
		return file, 0, text
	}
	path, _, _ = strings.Cut(head[:at], "@")
	return path, line, rest
}

// raise throws a Refusal through Lua, whole.
func (s *State) raise(L *lua.LState, r *Refusal) {
	ud := L.NewUserData()
	ud.Value = r
	mt := L.CreateTable(0, 4)
	mt.RawSetString("__tostring", vm.Made(&refusalText{r}))
	ud.Metatable = mt
	L.Error(ud, 0)
}

// refusalText is the function that gives a Refusal's text.
type refusalText struct{ *Refusal }

func (t *refusalText) Call(L *lua.LState) int {
	L.Push(lua.LString(t.Error()))
	return 1
}

// random is the source of the random numbers of the module's top level.
func (m *module) random(seed uint64) *rand.Rand {
	if m.rng == nil {
		m.rng = rand.New(rand.NewPCG(seed, hashName(m.name)))
	}
	return m.rng
}

func hashName(name string) uint64 {
	h := fnv.New64a()
	h.Write([]byte(name))
	return h.Sum64()
}
