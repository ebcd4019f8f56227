package script

import (
	"errors"

	lua "github.com/yuin/gopher-lua"

	"hotshard/runtime/script/code"
	"hotshard/runtime/script/vm"
	"hotshard/runtime/world"
)

// errWaits is the error of what would have to wait where nothing can.
var errWaits = errors.New("it waits for something, and nobody can wait here")

// Scope is where names are looked for before globals and modules are.
type Scope interface {
	Find(name string) (lua.LValue, bool)
	Set(name string, v lua.LValue) bool // false: there is no such name
}

// Aside evaluates an expression, or runs statements, as if it had not been: it may look and
// not touch, and the steps, numbers and chance that it takes are given back. So it may be
// asked of a State that has to come out as it did before, also in the middle of an entry. The
// scope may be nil.
func (s *State) Aside(text string, in Scope) ([]lua.LValue, error) {
	defer s.setAside()()
	return s.within(text, in, newReadOnly())
}

// Within is Aside for somebody who means to change something: the State is another from then
// on.
func (s *State) Within(text string, in Scope) ([]lua.LValue, error) {
	defer s.keepEntry()()
	return s.within(text, in, nil)
}

func (s *State) within(text string, in Scope, ro *vm.ReadOnly) ([]lua.LValue, error) {
	fn, err := s.compile("return "+text, consoleName)
	if err != nil {
		if fn, err = s.compile(text, consoleName); err != nil {
			return nil, code.SyntaxRefusal(consoleName, err)
		}
	}
	fn.Env = s.scopeEnv(in)
	s.begin(s.opts.Run)
	s.meter.made, s.depth, s.m.ReadOnly = made{}, 1, ro
	parent := s.m.CurrentThread
	if parent == nil {
		parent = s.l
	}
	state, err, values := vm.Resume(parent, vm.NewThread(s.l), fn)
	switch {
	case state == lua.ResumeYield:
		return nil, errWaits
	case err != nil:
		return nil, errors.New(ErrorText(err))
	}
	return values, nil
}

// AsidePlain is Aside with the values as Describe gives them, to a depth.
func (s *State) AsidePlain(text string, depth int) ([]world.Value, error) {
	values, err := s.Aside(text, nil)
	if err != nil {
		return nil, err
	}
	out := make([]world.Value, len(values))
	for i, v := range values {
		out[i] = s.Describe(v, depth)
	}
	return out, nil
}

// setAside notes how the State stands; what it returns brings that back.
func (s *State) setAside() (back func()) {
	entry, ids, source, allocated, shown := s.keepEntry(), s.ids, *s.source, s.m.Allocated, s.m.LastShown()
	walked, at := s.m.Walked()
	numbers := s.m.Apart()
	return func() {
		entry()
		numbers()
		s.m.SetWalked(walked, at)
		s.ids, *s.source, s.m.Allocated = ids, source, allocated
		s.m.Unshow(shown)
	}
}

// keepEntry notes what the running entry may still do; what it returns brings that back.
func (s *State) keepEntry() (back func()) {
	m, meter, depth, trace := s.m, s.meter, s.depth, s.trace
	steps, limit, ro := m.Steps, m.AllocLimit, m.ReadOnly
	samples := s.sampling.keep()
	return func() {
		samples()
		s.meter, s.depth, s.trace = meter, depth, trace
		m.Steps, m.AllocLimit, m.ReadOnly = steps, limit, ro
	}
}

// scopeEnv is what such code sees.
func (s *State) scopeEnv(in Scope) *lua.LTable {
	outer := s.consoleEnv()
	if in == nil {
		return outer
	}
	mt := s.l.CreateTable(0, 2)
	vm.Set(mt, lua.LString("__index"), s.l.NewFunction(func(L *lua.LState) int {
		if v, ok := in.Find(lua.LVAsString(L.Get(2))); ok {
			L.Push(v)
		} else {
			L.Push(vm.Index(L, outer, L.Get(2)))
		}
		return 1
	}))
	vm.Set(mt, lua.LString("__newindex"), s.l.NewFunction(func(L *lua.LState) int {
		s.forbid(L, "setting a variable")
		if !in.Set(lua.LVAsString(L.Get(2)), L.Get(3)) {
			vm.SetIndex(L, outer, L.Get(2), L.Get(3))
		}
		return 0
	}))
	env := s.l.CreateTable(0, 0)
	env.Metatable = mt
	return env
}
