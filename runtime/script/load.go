package script

import (
	"errors"
	"regexp"
	"slices"
	"strconv"
	"strings"

	lua "github.com/yuin/gopher-lua"

	"hotshard/runtime/script/arg"
	"hotshard/runtime/script/code"
	"hotshard/runtime/script/vm"
)

// Captured takes the closure that injectCapture put at the end of a scope.
func (s *State) Captured(fn *lua.LFunction) {
	if len(s.modules.loading) == 0 {
		return
	}
	m := s.modules.loading[len(s.modules.loading)-1]
	for _, d := range m.Unit.Decls[0].Children {
		if d.Capture && d.Proto == fn.Proto {
			for i, v := range d.Upvals {
				if v.Once {
					m.Variable(v).Cell = fn.Upvalues[i]
				}
			}
			return
		}
	}
}

// atTopLevel is the module whose top level is running, or nil.
func (s *State) atTopLevel() *Module {
	if n := len(s.modules.loading); n > 0 {
		return s.modules.loading[n-1]
	}
	return nil
}

func (b *builder) openPackage() {
	b.loaded = b.l.CreateTable(0, 4)
	vm.Set(b.table("package"), lua.LString("loaded"), b.loaded)
	b.set("", "require", func(s *State, L *lua.LState) int {
		L.Push(s.require(L, arg.Text(L, 1)))
		return 1
	})
}

// require returns a module's result, loading it first if need be. It raises Lua
// errors on L.
func (s *State) require(L *lua.LState, name string) lua.LValue {
	if m := s.atTopLevel(); m != nil && !slices.Contains(m.Needs, name) {
		m.Needs = append(m.Needs, name)
	}
	if v := s.modules.results.RawGetString(name); v != lua.LNil {
		return v
	}
	s.forbid(L, "loading a module")
	if m := s.modules.byName[name]; m != nil {
		L.RaiseError("loop: %s is required while it is being loaded; require it inside the function that needs it", name)
	}
	if s.opts.Data != nil && code.IsData(code.ModulePath(name)) {
		L.RaiseError("%s is data and no module: types.get gives its figures", name)
	}
	file := s.release.Files[code.ModulePath(name)]
	if file == nil {
		L.RaiseError("module %s not found: there is no %s below the script root", name, code.ModulePath(name))
	}
	u, refusal := file.Unit()
	if refusal != nil {
		Raise(L, refusal)
	}
	return s.load(L, name, file, u)
}

func (s *State) load(L *lua.LState, name string, file *code.File, u *code.Unit) lua.LValue {
	m, proto := s.NewModule(name, file, u)
	m.seq = len(s.modules.order)
	if len(s.modules.loading) == 0 {
		s.modules.roots = append(s.modules.roots, name)
	}
	s.modules.byName[name] = m
	s.modules.changes++
	s.modules.order = append(s.modules.order, m)
	s.modules.loading = append(s.modules.loading, m)
	depth := len(s.modules.loading)
	ok := false
	defer func() { // also on the panic that a Lua error is
		s.modules.loading = s.modules.loading[:depth-1]
		if !ok {
			s.unloadFailed(m)
		}
	}()
	s.slots.take(m)
	L.Push(L.NewFunctionFromProto(proto))
	L.Push(lua.LString(name))
	vm.Invoke(L, 1, 1)
	m.Result = L.Get(-1)
	L.Pop(1)
	if spent := s.meter.spent; spent != "" && s.depth > 0 { // a pcall in it has swallowed the error
		L.RaiseError("%s", spent)
	}
	if m.Result != lua.LNil {
		vm.Set(s.modules.results, lua.LString(name), m.Result)
	} else if m.Result = s.modules.results.RawGetString(name); m.Result == lua.LNil {
		m.Result = lua.LTrue
		vm.Set(s.modules.results, lua.LString(name), lua.LTrue)
	}
	for _, call := range m.unsure {
		if r := m.namesNothing(call); r != nil {
			Raise(L, r)
		}
	}
	ok = true
	if s.stage == nil {
		s.shareFieldNames(m)
	}
	return m.Result
}

// shareFieldNames gives the tables that the top level made, a module's functions above
// all, the names that the file's code has.
func (s *State) shareFieldNames(m *Module) {
	known := m.Unit.FieldNames()
	seen := map[*lua.LTable]bool{s.l.G.Global: true}
	other := func(_, v lua.LValue) {
		if t, ok := v.(*lua.LTable); ok && v != m.Result {
			seen[t] = true
		}
	}
	s.l.G.Global.ForEach(other)      // libraries
	s.modules.results.ForEach(other) // modules
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
	visit(m.Result)
	for _, v := range m.Variables {
		if v != nil && v.Cell != nil {
			visit(v.Cell.Value())
		}
	}
}

// unloadFailed forgets a module whose top level failed, and of those that were loaded
// meanwhile the ones that have required it: in a cycle they hold half a module, which
// the next try would not mend.
func (s *State) unloadFailed(m *Module) {
	gone := []*Module{m}
	for i := 0; i < len(gone); i++ {
		for _, o := range s.modules.order {
			if o.seq > m.seq && slices.Contains(o.Needs, gone[i].Name) && !slices.Contains(gone, o) {
				gone = append(gone, o)
			}
		}
	}
	var undo Undo // for nobody: it has failed
	for _, o := range gone {
		s.Unload(o, &undo)
	}
}

// protectedRequire is require from Go.
func (s *State) protectedRequire(name string) *code.Refusal {
	s.trace = nil
	err := protectedCall(s.l, s.l.NewFunction(func(L *lua.LState) int { s.require(L, name); return 0 }), 0)
	if err == nil {
		return nil
	}
	return s.loadRefusal(name, err)
}

// loadRefusal names the file and line at which a top level failed.
func (s *State) loadRefusal(name string, err error) *code.Refusal {
	var api *lua.ApiError
	if !errors.As(err, &api) {
		return &code.Refusal{Code: code.RLoad, Subject: name, File: code.ModulePath(name), Message: err.Error()}
	}
	if ud, ok := api.Object.(*lua.LUserData); ok {
		if r, ok := ud.Value.(*code.Refusal); ok {
			return r
		}
	}
	text := errorText(api.Object)
	r := &code.Refusal{Code: code.RLoad, Subject: name, File: code.ModulePath(name), Trace: api.StackTrace}
	if strings.Contains(text, "budget: ") {
		r.Code = code.RBudget
	}
	r.File, r.Line, r.Message = code.SplitPlace(r.File, text)
	if at := tracePlace.FindStringSubmatch(api.StackTrace); r.Line == 0 && at != nil {
		r.File = at[1]
		r.Line, _ = strconv.Atoi(at[2])
	}
	if r.Line > 0 {
		r.Subject = code.FileLine(r.File, r.Line)
	}
	if strings.HasPrefix(r.Message, "module ") && strings.Contains(r.Message, " not found: ") {
		r.Subject = code.ModuleName(r.File) // it is about who asked, not about a line
	}
	return r
}

// tracePlace finds the innermost place of a file in gopher-lua's own traceback,
// for errors that have none in their text: an overflow of the stack.
var tracePlace = regexp.MustCompile(`\t([^\s@:]+)@[0-9a-f]*:(\d+):`)

// Raise throws a Refusal through Lua, whole.
func Raise(L *lua.LState, r *code.Refusal) {
	ud := L.NewUserData()
	ud.Value = r
	mt := L.CreateTable(0, 4)
	vm.Set(mt, lua.LString("__tostring"), vm.Made(&refusalText{r}))
	ud.Metatable = mt
	L.Error(ud, 0)
}

// refusalText is the function that gives a Refusal's text.
type refusalText struct{ *code.Refusal }

func (t *refusalText) Call(L *lua.LState) int {
	L.Push(lua.LString(t.Error()))
	return 1
}
